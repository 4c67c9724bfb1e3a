"""Places of a sentence filled with numbers in the signs of a language.

In: a message and what fills its places. Out: the sentence. English fills them as Python does and
never gets here.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Final

from tabfit.i18n.language import number


class _LocalFormatter(string.Formatter):
    """Fills places, with numbers in the signs of the language in use."""

    def format_field(self, value: object, format_spec: str) -> str:
        """Return what fills one place."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return number(value, format_spec)
        return str(super().format_field(value, format_spec))


_PLACES: Final = _LocalFormatter()


def filled(message: str, values: Mapping[str, object]) -> str:
    """Return a message with its places filled."""
    return _PLACES.vformat(message, (), values)
