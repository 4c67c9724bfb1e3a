"""The ladder: one model made smaller step by step, each step answered like any other question.

In: a model, a device and a runtime. Out: rungs, each an answer with what is published
of its cost. What exists can be asked about and fetched; what could be made is computed
from the same shapes, and nobody offers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from tabfit import shrink
from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.catalog.published_quality import (
    DistilledPair,
    Quality,
    one_bit_quality,
    pairs,
    qualities,
)
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate.answers import Answer, altered, answer, place
from tabfit.estimate.defaults import precisions_of, runtimes_of
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject, subject
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture, Kind
from tabfit.model.tensors import Part, is_layer_matrix
from tabfit.recipes import one_bit
from tabfit.recipes.listed_sizes import travelling
from tabfit.recipes.stored_model import Content, Stored
from tabfit.shrink import SharedLayers
from tabfit.units import Interval
from tabfit.verdict.check_text import Check
from tabfit.verdict.probability import RANK, Outcome


class ShrinkMethod(StrEnum):
    """How a rung is smaller."""

    QUANTISATION = "quantisation"  # the same weights in fewer bits
    DISTILLATION = "distillation"  # another model, made from this one
    ZEROS = "zeros"  # half the weights are nothing, wherever they lie
    TWO_OF_FOUR = "2:4"
    LAYERS = "layers"
    SHARING = "sharing"
    ONE_BIT = "one-bit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step: `name` is a precision, a model, how many layers stay, or a method.

    `real` says that such a file exists and can be asked about as it stands.
    """

    way: ShrinkMethod
    name: str
    answer: Answer
    real: bool
    qualities: tuple[Quality, ...] = ()
    pair: DistilledPair | None = None

    @property
    def tightest(self) -> Check | None:
        """Return the check of memory that comes nearest to failing, if memory is checked."""
        checks = [check for check in self.answer.checks if check.pool and check.need]
        return min(checks, key=lambda check: check.probability or 0.0, default=None)

    @property
    def need(self) -> Interval:
        """Return the memory at its peak, where it is tightest."""
        check = self.tightest
        return check.need if check and check.need else self.answer.memory(Pool.PEAK)


#: The one-bit methods on the ladder; the 1-bit page has them all.
ONE_BIT: Final = ("ternary", "onebit", "billm")
#: How much of the layers stays.
SHARES: Final = ((3, 4), (1, 2))


def widest_choice(about: Subject, catalog: Catalog, device: Device) -> RuntimeFacts:
    """Return the runtime with the most precisions of a model to choose from.

    One that a device lacks something for, whatever the memory, is chosen only if all do.
    """
    able = [facts for facts in runtimes_of(about, catalog) if not facts.hypothetical]

    def rank(facts: RuntimeFacts) -> tuple[bool, int]:
        asked = Scenario(model=about.id, runtime=facts.id)
        return _runs(answer(asked, catalog, device, about)), len(precisions_of(about, facts))

    return max(able, key=rank) if able else catalog.weights_alone


#: Checks of what a browser has, whatever the size of a file.
_FEATURES: Final = frozenset({"webgpu", "shader-f16", "jspi", "platform", "availability"})


def _runs(given: Answer) -> bool:
    return not any(c.outcome is Outcome.NO and c.name in _FEATURES for c in given.checks)


def existing(scenario: Scenario, catalog: Catalog, here: Device) -> list[Rung]:
    """Return what exists: each precision on offer, and the models made from this one.

    The largest peak comes first. Raises what `answer` raises.
    """
    about = subject(scenario.model, catalog)
    asked = _settled(scenario, about, catalog, here)
    facts = catalog.runtime(asked.runtime or catalog.weights_alone.id)
    rungs = [
        _precision(asked, about, name, catalog, here, real=True)
        for name in precisions_of(about, facts)
    ]
    rungs += [_relative(asked, pair, catalog, here) for pair in made_from(about.id)]
    return sorted(rungs, key=lambda rung: -rung.need.likely)


def imagined(scenario: Scenario, catalog: Catalog, here: Device) -> list[Rung]:
    """Return what could be made of a model and nobody offers, the largest peak first.

    Empty where the maker discloses no shape.
    """
    about = subject(scenario.model, catalog)
    if about.architecture is None:
        return []
    given = answer(_settled(scenario, about, catalog, here), catalog, here, about)
    rungs = [
        *_unpublished(given, catalog, here),
        *_zeros(given),
        *_shallower(given),
        *_shared(given),
        *_ideal(given, catalog),
    ]
    return sorted(rungs, key=lambda rung: -rung.need.likely)


def begins(rungs: Sequence[Rung]) -> Rung | None:
    """Return the first rung, counted from the largest, that will most likely do."""
    for wanted in (Outcome.LIKELY, Outcome.MAY):
        found = next((r for r in rungs if RANK[r.answer.verdict.outcome] <= RANK[wanted]), None)
        if found is not None:
            return found
    return None


def made_from(model: str) -> tuple[DistilledPair, ...]:
    """Return the pairs whose teacher is this model of the catalogue."""
    return tuple(pair for pair in pairs() if pair.teacher == model)


def made_of(model: str) -> DistilledPair | None:
    """Return the pair whose student is this model: what it was made from."""
    return next((pair for pair in pairs() if pair.student == model), None)


def _settled(scenario: Scenario, about: Subject, catalog: Catalog, here: Device) -> Scenario:
    if scenario.runtime is not None:
        return scenario
    device = place(scenario.device, here, catalog)
    return replace(scenario, runtime=widest_choice(about, catalog, device).id)


# What exists


def _precision(
    asked: Scenario, about: Subject, name: str, catalog: Catalog, here: Device, *, real: bool
) -> Rung:
    given = answer(replace(asked, precision=name), catalog, here, about)
    return Rung(
        way=ShrinkMethod.QUANTISATION,
        name=name,
        answer=given,
        real=real,
        qualities=_fitting("quantisation", name, about.architecture),
    )


def _relative(asked: Scenario, pair: DistilledPair, catalog: Catalog, here: Device) -> Rung:
    """Return a smaller model in the same runtime at its usual precision, or in its own."""
    about = subject(pair.student, catalog)
    able = [facts.id for facts in runtimes_of(about, catalog)]
    usual = replace(
        asked,
        model=pair.student,
        runtime=asked.runtime if asked.runtime in able else able[0],
        precision="fp16" if able == [catalog.weights_alone.id] else None,
        context=None,
    )
    return Rung(
        way=ShrinkMethod.DISTILLATION,
        name=about.name,
        answer=answer(usual, catalog, here, about),
        real=True,
        qualities=(pair.quality,) if pair.quality else (),
        pair=pair,
    )


def _fitting(way: str, name: str, architecture: Architecture | None) -> tuple[Quality, ...]:
    """Return what is published of a way, where it was measured on the same kind of model."""
    kind = architecture.kind if architecture else Kind.DECODER
    return tuple(
        each
        for each in qualities(way, name)
        if kind == (each.only or Kind.DECODER) or not each.metric.startswith(("perp", "accuracy-s"))
    )


# What could be made


def _unpublished(given: Answer, catalog: Catalog, here: Device) -> Iterator[Rung]:
    """Yield the precisions that the runtime's recipe knows and nobody offers."""
    about = given.subject
    if given.facts.listed_only or about.publication(given.facts) is None:
        return
    offered = {name.lower() for name in precisions_of(about, given.facts)}
    for name in given.facts.precisions:
        if name.lower() not in offered:
            try:
                yield _precision(given.scenario, about, name, catalog, here, real=False)
            except TabfitError:
                continue  # this shape has no such file


def _made(given: Answer, architecture: Architecture) -> Answer:
    """Return the answer for another architecture, stored as the chosen runtime stores it."""
    publication = given.subject.publication(given.facts)
    family = publication.family if publication else None
    stored = given.runtime.store(architecture, given.stored.precision, family)
    return altered(given, travelling(stored), architecture)


def _zeros(given: Answer) -> Iterator[Rung]:
    """Yield half the weights set to nothing: the same file, and the same memory."""
    quality = _fitting("pruning", "anywhere", given.load.architecture)
    yield Rung(way=ShrinkMethod.ZEROS, name="1/2", answer=given, real=False, qualities=quality)


def _shallower(given: Answer) -> Iterator[Rung]:
    architecture = given.load.architecture
    part = _deepest(architecture)
    depth = shrink.layers_of(architecture, part)
    for over, under in SHARES:
        kept = depth * over // under
        if 1 <= kept < depth:
            less = shrink.shallower(architecture, kept, part)
            yield Rung(
                way=ShrinkMethod.LAYERS,
                name=f"{kept}/{depth}",
                answer=_made(given, less),
                real=False,
            )


def _deepest(architecture: Architecture) -> Part:
    """Return the part with the most layers: the decoder, where several are as deep."""
    main = architecture.main
    return max(architecture.towers, key=lambda each: (len(each.layers), each is main)).part


def _shared(given: Answer) -> Iterator[Rung]:
    architecture = given.load.architecture
    less = shrink.with_shared_layers(architecture)
    if less.inventory.total < architecture.inventory.total:
        yield Rung(
            way=ShrinkMethod.SHARING,
            name=str(SharedLayers.ALL),
            answer=_made(given, less),
            real=False,
            qualities=_fitting("sharing", str(SharedLayers.ALL), architecture),
        )


def _ideal(given: Answer, catalog: Catalog) -> Iterator[Rung]:
    """Yield what no browser's runtime loads, as weights and cache alone."""
    facts, architecture = catalog.weights_alone, given.load.architecture
    if not any(is_layer_matrix(tensor) for tensor in architecture.inventory.stored):
        return
    sparse = _with_texts(given, shrink.two_of_four(architecture))
    yield Rung(
        way=ShrinkMethod.TWO_OF_FOUR,
        name="2:4",
        answer=altered(given, sparse, architecture, facts),
        real=False,
        qualities=_fitting("pruning", "2:4", architecture),
    )
    if architecture.kind is Kind.DECODER:
        for name in ONE_BIT:
            stored = _with_texts(given, one_bit.store(architecture, name))
            yield Rung(
                way=ShrinkMethod.ONE_BIT,
                name=name,
                answer=altered(given, stored, architecture, facts),
                real=False,
                qualities=one_bit_quality(name),
            )


def _with_texts(given: Answer, stored: Stored) -> Stored:
    """Return the files with the tokenizer and the config that any download brings."""
    texts = tuple(file for file in given.stored.files if file.content is not Content.WEIGHTS)
    return replace(stored, files=(*stored.files, *texts))
