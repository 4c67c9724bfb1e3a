"""The terminal: how wide lines may be, and whether words are coloured.

In: rows and sentences. Out: lines that keep their columns on a narrow terminal. What is not read
on a terminal, a pipe or a file, gets one line for each row, whole and without colour.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from tabfit.light_dataclass import dataclass
from tabfit.verdict.probability import Outcome

#: ANSI colours of the outcomes; a mark says the same without them.
COLOURS: Final[Mapping[Outcome, int]] = {
    Outcome.LIKELY: 32,
    Outcome.MAY: 33,
    Outcome.UNLIKELY: 35,
    Outcome.NO: 31,
    Outcome.UNKNOWN: 36,
    Outcome.UNSUPPORTED: 36,
}
#: A mark for each outcome, so that none is told by colour.
MARKS: Final[Mapping[Outcome, str]] = {
    Outcome.LIKELY: "+",
    Outcome.MAY: "~",
    Outcome.UNLIKELY: "-",
    Outcome.NO: "x",
    Outcome.UNKNOWN: "?",
    Outcome.UNSUPPORTED: "0",
}
_COLOUR: Final = re.compile("\x1b\\[[0-9]+m")
#: What parts two columns.
GAP: Final = "  "
#: Longer words are broken where there is no room for them.
LONGEST_WORD: Final = 24
#: The least that the first column is narrowed to.
NARROWEST: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Where lines are read: `width` in signs, `None` where nothing is folded."""

    width: int | None = None
    colour: bool = False

    def coloured(self, text: str, outcome: Outcome) -> str:
        """Return a text in its outcome's colour, where there are colours."""
        return f"\x1b[{COLOURS[outcome]}m{text}\x1b[0m" if self.colour else text

    def wrapped(self, text: str, indent: str = "  ") -> list[str]:
        """Return a sentence as lines, folded between words."""
        if self.width is None:
            return [text]
        hidden = sum(len(each) for each in ("\x1b[32m", "\x1b[0m")) if "\x1b" in text else 0
        return textwrap.wrap(
            text,
            self.width + hidden,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        )

    def show(self, lines: Iterable[str]) -> None:
        """Print lines, none wider than the terminal where its words allow it."""
        print("\n".join(self.fitted(lines)))

    def fitted(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield lines, those that are wider than the terminal folded between words.

        A word that is wider alone, a path or a link, stays whole: it is typed or opened again.
        """
        for line in lines:
            if self.width is None or len(_COLOUR.sub("", line)) <= self.width:
                yield line
            else:
                indent = line[: len(line) - len(line.lstrip())] + "  "
                yield from self.wrapped(line, indent)

    def table(
        self, rows: Sequence[Sequence[str]], outcomes: Sequence[Outcome] = ()
    ) -> Iterator[str]:
        """Yield rows with their columns in line; `outcomes` colour the first column.

        On a narrow terminal the other columns are folded within themselves. The first is what is
        typed again and stays whole: where it is longer than its column it has a line of its own.
        """
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        if self.width is not None:
            words = [max(map(_longest_word, column)) for column in zip(*rows, strict=True)]
            widths = narrowed(widths, words, self.width)
        for row, outcome in zip_longest(rows, outcomes):
            lines = _folded(row, widths)
            if outcome is not None:
                first = self.coloured(lines[0][0].ljust(widths[0]), outcome)
                lines[0] = (first, *lines[0][1:])
            for line in lines:
                padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
                yield GAP.join(padded).rstrip()


def _longest_word(text: str) -> int:
    return min(max(map(len, text.split()), default=0), LONGEST_WORD)


def narrowed(widths: Sequence[int], words: Sequence[int], width: int) -> list[int]:
    """Return columns that fit a width: the widest is narrowed first, to its longest word at most.

    Where even words do not fit, the first column is, whose long cells get lines of their own.

    >>> narrowed([10, 40, 60], [10, 12, 20], 80), narrowed([50, 10], [50, 10], 40)
    ([10, 33, 33], [28, 10])
    """
    found, room = list(widths), width - len(GAP) * (len(widths) - 1)
    while sum(found) > room:
        loose = [at for at in range(1, len(found)) if found[at] > words[at]]
        at = max(loose, key=found.__getitem__, default=0)
        if not at and found[at] <= NARROWEST:
            break
        found[at] -= 1
    return found


def _folded(row: Sequence[str], widths: Sequence[int]) -> list[tuple[str, ...]]:
    """Return the lines of one row, each cell folded within its column."""
    others = [
        textwrap.wrap(cell, max(width, 1), break_on_hyphens=False) or [""]
        for cell, width in zip(row[1:], widths[1:], strict=True)
    ]
    if len(row[0]) <= widths[0]:
        return list(zip_longest([row[0]], *others, fillvalue=""))
    alone = (row[0], *("" for _each in others))
    return [alone, *zip_longest([""], *others, fillvalue="")]


def here() -> Terminal:
    """Return the terminal that the command writes to.

    Colours are left out where NO_COLOR is set (no-color.org), on a dumb terminal and in a pipe;
    FORCE_COLOR asks for them anywhere.
    """
    terminal = sys.stdout.isatty()
    told = os.environ
    wanted = bool(told.get("FORCE_COLOR")) or (terminal and told.get("TERM") != "dumb")
    folded = terminal or bool(told.get("COLUMNS"))
    return Terminal(
        width=shutil.get_terminal_size().columns if folded else None,
        colour=wanted and not told.get("NO_COLOR"),
    )
