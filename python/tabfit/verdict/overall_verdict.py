"""The verdict: the checks taken together, in a word, a probability and a sentence.

In: what `decide` settled, and the checks in words. Out: a `Verdict`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tabfit.i18n.language import Words, _, later
from tabfit.light_dataclass import dataclass
from tabfit.runtimes import Runtime
from tabfit.verdict.check_text import Check
from tabfit.verdict.decide import Decided, settle
from tabfit.verdict.probability import Outcome
from tabfit.verdict.sureness import FARTHEST

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


#: The same of a model that would write very slowly, on graphics computed in software.
SLOWLY: Final = Words(
    {
        Outcome.LIKELY: later("Likely fits, very slowly"),
        Outcome.MAY: later("May fit, very slowly"),
        Outcome.UNLIKELY: later("Unlikely to fit, and very slow"),
        Outcome.UNKNOWN: later("Cannot tell; very slow if it runs"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer in a word; `because` names the deciding check, `runner_up` the next.

    `runner_up` is empty where nothing else speaks against it. `slowly` says that a model that
    writes would do it very slowly; the word says so too.
    """

    outcome: Outcome
    probability: float | None
    because: str
    sentence: str
    runner_up: str = ""
    slowly: bool = False

    @property
    def open_chance(self) -> float | None:
        """Return the chance where it is open: `None` where nothing is known, or nothing runs."""
        return None if self.outcome is Outcome.NO else self.probability

    @property
    def words(self) -> str:
        """Return the outcome as a reader sees it."""
        return (SLOWLY if self.slowly and self.outcome in SLOWLY else WORDS)[self.outcome]


def is_slow(runtime: Runtime, outcome: Outcome, *, emulated: bool, writes: bool) -> bool:
    """Return whether a model that writes would do it very slowly, and may run at all.

    It would where graphics are emulated in software and the runtime computes on them.
    """
    return emulated and runtime.uses_gpu and writes and outcome in SLOWLY


def judge(every: Sequence[Decided], checks: Sequence[Check]) -> Verdict:
    """Return the verdict of what was decided, with the sentence of the check that decides."""
    settled = settle(every)
    name = every[int(settled.because)].kind.name if every else ""
    said = {check.name: check.message for check in checks}
    return Verdict(
        outcome=settled.outcome,
        probability=settled.probability,
        because=name,
        sentence=said.get(name) or _("nothing stands against it"),
        runner_up=_runner_up(name, checks),
    )


def _runner_up(first: str, checks: Sequence[Check]) -> str:
    """Return the check that would decide if the first one held, empty where all are sure.

    One that is as sure as a verdict ever gets is no reason to name.
    """
    _least, surest = FARTHEST
    doubtful = (
        each.name
        for each in checks
        if each.name != first and each.probability is not None and each.probability < surest
    )
    return next(doubtful, "")
