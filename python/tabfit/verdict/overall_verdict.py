"""The verdict: the checks taken together, in a word, a probability and a sentence.

In: what `decide` settled, and the checks in words. Out: a `Verdict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tabfit.i18n.language import Words, _, later
from tabfit.light_dataclass import dataclass
from tabfit.verdict.check_text import Check
from tabfit.verdict.decide import Decided, settle
from tabfit.verdict.probability import Outcome

#: Each outcome as the page says it.
WORDS: Final = Words(
    {
        Outcome.LIKELY: later("Likely fits"),
        Outcome.MAY: later("May fit"),
        Outcome.UNLIKELY: later("Unlikely to fit"),
        Outcome.NO: later("Will not fit"),
        Outcome.UNKNOWN: later("Cannot tell"),
        Outcome.UNSUPPORTED: later("No browser runs it yet"),
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


def judge(every: Sequence[Decided], checks: Iterable[Check]) -> Verdict:
    """Return the verdict of what was decided, with the sentence of the check that decides."""
    settled = settle(every)
    name = every[int(settled.because)].kind.name if every else ""
    said = {check.name: check.message for check in checks}
    return Verdict(
        outcome=settled.outcome,
        probability=settled.probability,
        because=name,
        sentence=said.get(name) or _("nothing stands against it"),
    )
