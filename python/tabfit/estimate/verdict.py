"""The verdict: the checks taken together, in a word, a probability and a sentence.

In: checks. Out: a `Verdict`. A hard failure is *no* whatever else holds; where
a deciding need cannot be compared with anything it is *unknown*; everything
else is the chance that every check holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tabfit.estimate.check_rules import together
from tabfit.estimate.checks import Check
from tabfit.estimate.outcome import Outcome, word
from tabfit.i18n.language import Words, _, later

#: Each outcome as the page says it.
WORDS: Final = Words(
    {
        Outcome.LIKELY: later("Likely fits"),
        Outcome.MAY: later("May fit"),
        Outcome.UNLIKELY: later("Unlikely to fit"),
        Outcome.NO: later("Will not fit"),
        Outcome.UNKNOWN: later("Cannot tell"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer in a word; `because` names the deciding check."""

    outcome: Outcome
    probability: float | None
    because: str
    sentence: str

    @property
    def words(self) -> str:
        """Return the outcome as a reader sees it."""
        return WORDS[self.outcome]


def judge(checks: Sequence[Check]) -> Verdict:
    """Return the verdict of all checks; they come hardest first."""
    failed = next((check for check in checks if check.outcome is Outcome.NO), None)
    if failed is not None:
        return _verdict(Outcome.NO, 0.0, failed)
    untold = next((c for c in checks if c.decides and c.probability is None), None)
    if untold is not None:
        return _verdict(Outcome.UNKNOWN, None, untold)
    known = [check for check in checks if check.probability is not None]
    asked = (c.probability or 0.0 for c in known if c.outcome is not Outcome.UNKNOWN)
    unasked = (c.probability or 0.0 for c in known if c.outcome is Outcome.UNKNOWN)
    chance = together(asked, unasked)
    weakest = min(known, key=lambda check: check.probability or 0.0, default=None)
    memory = next((check for check in known if check.decides), weakest)
    certain = weakest is None or weakest.probability == 1.0
    because = memory if certain else weakest
    return _verdict(word(chance), chance, because)


def _verdict(outcome: Outcome, chance: float | None, because: Check | None) -> Verdict:
    if because is None:
        nothing = _("nothing stands against it")
        return Verdict(outcome=outcome, probability=chance, because="", sentence=nothing)
    return Verdict(
        outcome=outcome,
        probability=chance,
        because=because.name,
        sentence=because.message,
    )
