"""Coverage: what one way to run a model comes to for each class of visits.

In: what the way needs, and classes of visits. Out: `Coverage`, counts by outcome, for all and by
platform, browser and country.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from tabfit.catalog import RuntimeFacts
from tabfit.compare.catalog_requirements import survey_on
from tabfit.compare.run_requirements import RunRequirements
from tabfit.population.coverage.confidence_intervals import Share, wilson
from tabfit.population.visits.visit_classes import VisitClass
from tabfit.units import Interval
from tabfit.verdict.decide import Settled, decide, settle
from tabfit.verdict.probability import RANK, Outcome
from tabfit.verdict.requirements import Offered

#: The outcomes of visits that can be judged.
JUDGED: Final = tuple(each for each in Outcome if each is not Outcome.UNKNOWN)
#: A class, its outcome and its chance, 0 where there is none.
_Judged = tuple[VisitClass, Outcome, float]
#: What visits are told apart by; an empty word is *not told*.
GROUPINGS: Final = ("platform", "browser", "country")


class Tally(NamedTuple):
    """How many visits came to each outcome, and the sum of their chances where one is known.

    Shares are of the visits that can be judged; those that cannot are a share of their own.
    """

    counts: Mapping[Outcome, int]
    chances: float = 0.0

    @property
    def total(self) -> int:
        """Return how many visits there were."""
        return sum(self.counts.values())

    @property
    def judged(self) -> int:
        """Return how many of them can be judged."""
        return self.total - self.counts.get(Outcome.UNKNOWN, 0)

    @property
    def unknown(self) -> Share:
        """Return the share of all visits that cannot be judged."""
        return wilson(self.total - self.judged, self.total)

    @property
    def likely(self) -> Share:
        """Return the share of judged visits where the model likely runs."""
        return self.at_least(Outcome.LIKELY)

    @property
    def chance(self) -> float | None:
        """Return the mean chance of judged visits: about so many of them will run it."""
        return self.chances / self.judged if self.judged else None

    def share(self, outcome: Outcome) -> Share:
        """Return the share of judged visits that came to an outcome."""
        return wilson(self.counts.get(outcome, 0), self.judged)

    def at_least(self, worst: Outcome) -> Share:
        """Return the share of judged visits that came to an outcome or to a better one."""
        better = (each for each in JUDGED if RANK[each] <= RANK[worst])
        return wilson(sum(self.counts.get(each, 0) for each in better), self.judged)


class Coverage(NamedTuple):
    """A way to run a model, and what visits came to: all, and by each grouping's word."""

    model: str
    runtime: str
    precision: str
    download: Interval
    all: Tally
    by: Mapping[str, Mapping[str, Tally]]


class Covering(Protocol):
    """Visits that ways to run a model are held against: `Population`, or as arrays."""

    @property
    def total(self) -> int:
        """Return how many visits there were."""

    @property
    def differ(self) -> int:
        """Return how many of them say something else than all before."""

    def coverage(self, surveyed: Sequence[RunRequirements], facts: RuntimeFacts) -> Coverage:
        """Return what one way comes to."""


class Population:
    """Classes of visits, with what the device of each offers, which is worked out once."""

    def __init__(self, visits: Sequence[VisitClass]) -> None:
        """Take the classes as they are."""
        self.visits = tuple(visits)
        self.offered = tuple(Offered(each.device) for each in visits)

    @property
    def total(self) -> int:
        """Return how many visits there were."""
        return sum(each.count for each in self.visits)

    @property
    def differ(self) -> int:
        """Return how many of them say something else than all before."""
        return len(self.visits)

    def coverage(self, surveyed: Sequence[RunRequirements], facts: RuntimeFacts) -> Coverage:
        """Return what one way comes to, each class judged once, at the surveys' first context.

        `surveyed` are all that `compare.run_requirements.requirements_of_precision` gives of it.
        """
        first = surveyed[0]
        found = [
            (each, settled.outcome, settled.probability or 0.0)
            for each, settled in judged(surveyed, facts, self)
        ]
        by = {name: _grouped(found, name) for name in GROUPINGS}
        whole = _tally(found)
        return Coverage(first.model, first.runtime, first.precision, first.download, whole, by)


def judged(
    surveyed: Sequence[RunRequirements], facts: RuntimeFacts, population: Population
) -> Iterator[tuple[VisitClass, Settled]]:
    """Yield every class of visits with what the estimator says of it, as for `coverage`."""
    required = {id(each): each.requirements(facts, 0) for each in surveyed}
    for each, offered in zip(population.visits, population.offered, strict=True):
        yield each, settle(decide(required[id(survey_on(surveyed, each.device))], offered))


def _grouped(found: Sequence[_Judged], name: str) -> dict[str, Tally]:
    """Return a tally for each word of a grouping, the most frequent first."""
    parts: dict[str, list[_Judged]] = {}
    for each in found:
        one = each[0]
        word = one.country if name == "country" else getattr(one.device, name) or ""
        parts.setdefault(word, []).append(each)
    tallies = [(word, _tally(each)) for word, each in parts.items()]
    return dict(sorted(tallies, key=lambda pair: -pair[1].total))


def _tally(found: Sequence[_Judged]) -> Tally:
    counts = Counter[Outcome]()
    for one, outcome, _chance in found:
        counts[outcome] += one.count
    return Tally(dict(counts), sum(chance * one.count for one, _outcome, chance in found))
