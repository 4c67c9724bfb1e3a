"""One ranking: the ways to run a model, the best for a device first.

In: a subject and the catalogue; verdicts. Out: the ways worth trying, each with how willingly
it is chosen, and the order between ways that were judged. Whoever names a best way asks here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.defaults import nominal_bits, precisions_of, runtimes_of, usual_precision
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind
from tabfit.runtimes.speed import bits_per_weight
from tabfit.verdict.probability import RANK, Outcome

#: A precision of fewer bits loses quality that more parameters do not buy back: of models with
#: the same total bits, those at 4 answer best (Dettmers and Zettlemoyer 2023, arXiv:2212.09720).
ENOUGH_BITS: Final = 4
#: What a name without a width, or with none left to quantise, stands for.
UNQUANTISED_BITS: Final = 16
#: How willingly a way is chosen: a runtime's usual precision, then narrower ones, then the
#: coarse, then what is wider than usual.
USUAL, OTHER, COARSE, WIDER = range(4)
#: Answers for more ways than this are not worked out at once.
MOST_WAYS: Final = 80

#: What sorts ways from the best to the worst choice.
Preference = tuple[int, int, float, int]


def tier(about: Subject, facts: RuntimeFacts, precision: str) -> int:
    """Return how willingly a precision is chosen under a runtime."""
    usual = usual_precision(about, facts)
    if precision == usual:
        return USUAL
    if _bits(precision) > _bits(usual):
        return WIDER
    return OTHER if _bits(precision) >= ENOUGH_BITS else COARSE


def _bits(precision: str) -> int:
    return nominal_bits(precision) or UNQUANTISED_BITS


def offers(about: Subject, catalog: Catalog) -> list[tuple[int, Scenario]]:
    """Return the ways to run a model, the most willingly chosen first.

    Every runtime's usual precision comes first, in the order of `runtimes_of` but for a model
    that talks the ones on the GPU before any on the processor; then the other tiers. The bare
    weights stand for a model that no browser runtime has, and for no other.
    """
    able = runtimes_of(about, catalog)
    talks = about.architecture is not None and about.architecture.kind is Kind.DECODER
    real = sorted(
        (each for each in able if not each.hypothetical),
        key=lambda each: talks and not each.needs.webgpu,
    )
    found = [
        (tier(about, facts, each), Scenario(model=about.id, runtime=facts.id, precision=each))
        for facts in real or able
        for each in precisions_of(about, facts)
    ]
    return sorted(found, key=lambda each: each[0])


def preference(
    outcome: Outcome, probability: float | None, willingly: int, width: float, download: int
) -> Preference:
    """Return what sorts ways from the best to the worst choice on a device.

    The best verdict wins, then the tier. Of several of a tier that likely fit, a usual
    precision counts as good as any other and the widest of the rest is the best; where none
    does, the likeliest. `width` tells how near the original a way is, in any one measure.
    Ways that are equal keep the order in which they are offered.
    """
    among = -(probability or 0.0)
    if outcome is Outcome.LIKELY:
        among = 0.0 if willingly == USUAL else -width
    return RANK[outcome], willingly, among, download


def answered(asked: Scenario, catalog: Catalog, here: Device, about: Subject) -> list[Answer]:
    """Return the answer for every way to run a model, the best for a device first.

    Of a model that only a config tells of, every precision could be computed: the runtimes'
    usual ones are.
    """
    every = [
        (
            willingly,
            answer(
                replace(asked, runtime=way.runtime, precision=way.precision), catalog, here, about
            ),
        )
        for willingly, way in _worth_showing(about, catalog)
    ]
    every.sort(key=lambda each: _preference(*each))
    return [given for _willingly, given in every]


def _worth_showing(about: Subject, catalog: Catalog) -> list[tuple[int, Scenario]]:
    return list(_real(about, catalog))[:MOST_WAYS]


def _real(about: Subject, catalog: Catalog) -> Iterator[tuple[int, Scenario]]:
    for willingly, way in offers(about, catalog):
        facts = catalog.runtime(way.runtime or "")
        usual = (*facts.fallback_precisions, facts.default_precision)
        if not facts.hypothetical and (about.ready_made or way.precision in usual):
            yield willingly, way


def _preference(willingly: int, given: Answer) -> Preference:
    verdict, width = given.verdict, bits_per_weight(given.load)
    return preference(verdict.outcome, verdict.probability, willingly, width, given.download.likely)
