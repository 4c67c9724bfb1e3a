"""What all tests share: laws try the same examples every run, however slow the machine is.

`HYPOTHESIS_PROFILE=fresh`, as `make fuzz` sets it, has them look for new ones.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("kept", derandomize=True, deadline=None)
settings.register_profile("fresh", derandomize=False, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "kept"))
