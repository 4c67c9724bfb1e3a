"""What is raised when the words on the command line do not make a command."""

from __future__ import annotations

from tabfit.errors import TabfitError
from tabfit.i18n.language import english


class UsageError(TabfitError):
    """The words do not make a command; said in English, as all of the command line is."""

    code = "usage"

    def __init__(self, text: str, /, **values: object) -> None:
        """Keep the problem, in English, and the values that fill it."""
        self.problem = english(text, **values)
        super().__init__(self.problem)
