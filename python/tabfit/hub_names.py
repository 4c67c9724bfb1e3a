"""Names on the hub: its address, and what a repository's name looks like.

In: nothing. Out: what `hub` asks, what the code that loads a model names, what pages link to.
"""

from __future__ import annotations

import re
from typing import Final

#: The hub that is asked unless a visitor names another.
HUB: Final = "https://huggingface.co"
#: An owner and a name.
HUB_ID: Final = re.compile(r"[\w.-]+/[\w.-]+")
