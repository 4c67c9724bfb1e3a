"""Docstrings' doctests as blocks of code, for `make docs`: an extension of griffe.

In: a docstring as it stands in the code. Out: the same, its doctests fenced, so that
Markdown does not take `>>>` for a quotation.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

_DOCTEST = re.compile(r"^>>> .*(?:\n(?!\s*$).+)*", re.MULTILINE)


class DoctestBlocks(griffe.Extension):
    """Fences the doctests of every object that is read."""

    def on_object(self, *, obj: griffe.Object, **_others: Any) -> None:
        """Fence one docstring's doctests."""
        if obj.docstring is not None:
            obj.docstring.value = _DOCTEST.sub(r"```pycon\n\g<0>\n```", obj.docstring.value)
