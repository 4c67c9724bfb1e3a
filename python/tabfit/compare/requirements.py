"""Surveys: what every way to run a model needs at many contexts, whatever the device.

In: a subject and contexts. Out: `Surveyed`, one for each runtime and precision, and one
more wherever the kind of graphics adapter makes a difference. The runtimes' own rules
are asked; nothing here knows a budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from tabfit import runtimes
from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.devices.budgets import Pool
from tabfit.estimate.answers import (
    UNDISCLOSED,
    Subject,
    precisions_of,
    runtimes_of,
    store,
    usual_context,
)
from tabfit.estimate.check_rules import LEAST
from tabfit.runtimes import Demand, Load, Runtime, needs
from tabfit.runtimes.footprint import Footprint
from tabfit.units import Bytes, Interval, Tokens

#: A device's own limit lies nowhere above this.
ENDLESS: Final = 2**62
#: The pools whose peaks are kept, in this order.
POOLS: Final = (Pool.PAGE, Pool.GPU, Pool.PEAK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """The adapters that a survey holds for.

    Their storage bindings are at least `floor` and less than `below` bytes, which is
    `ENDLESS` where an untold limit counts too; `emulated` is `None` where it matters not.
    """

    floor: int = 0
    below: int = ENDLESS
    emulated: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """What one runtime needs for one precision, at each context in turn.

    `peaks` has the peak of every one of `POOLS` at each context, `heaps` the WebAssembly
    memory, if any. `demands` are those on which the context has no bearing.
    """

    model: str
    runtime: str
    precision: str
    usual: Tokens
    adapters: Adapters
    download: Interval
    demands: tuple[Demand, ...]
    peaks: tuple[tuple[Interval, ...], ...]
    heaps: tuple[Interval | None, ...]


def survey(about: Subject, catalog: Catalog, contexts: Sequence[Tokens]) -> Iterator[Surveyed]:
    """Yield every way to run a subject; its usual context is surveyed last, behind the others."""
    for facts in runtimes_of(about, catalog):
        yield from of_runtime(about, facts, contexts)


def of_runtime(
    about: Subject, facts: RuntimeFacts, contexts: Sequence[Tokens]
) -> Iterator[Surveyed]:
    """Yield every precision that one runtime loads of a subject."""
    for precision in precisions_of(about, facts):
        yield from of_precision(about, facts, precision, contexts)


def of_precision(
    about: Subject, facts: RuntimeFacts, precision: str, contexts: Sequence[Tokens]
) -> Iterator[Surveyed]:
    """Yield what one runtime needs for one precision, once for each kind of adapter."""
    publication = about.publication(facts)
    offer = publication.offers.get(precision) if publication else None
    usual = usual_context(about, facts, offer)
    load = Load(
        architecture=about.architecture or UNDISCLOSED,
        stored=store(about, facts.id, precision),
        context=usual,
    )
    for adapters in _that_matter(runtimes.named(facts.id), load):
        yield _surveyed((about.id, precision), facts, load, adapters, (*contexts, usual))


def _that_matter(runtime: Runtime, load: Load) -> Iterator[Adapters]:
    """Yield the kinds of adapter that make a difference to a load."""
    if not runtime.uses_gpu:
        yield Adapters()
        return
    emulated: tuple[bool | None, ...] = (None,)
    if _held(runtime, load, Adapters()) != _held(runtime, load, Adapters(emulated=True)):
        emulated = (False, True)
    for limits in _limits(runtime, load):
        yield from (replace(limits, emulated=each) for each in emulated)


def _limits(runtime: Runtime, load: Load) -> list[Adapters]:
    """Return the ranges of binding limits between which something is held elsewhere."""
    least = LEAST[needs.BINDING]
    sizes = sorted({t.size for t in load.stored.tensors if t.size > least}, reverse=True)
    kept = [Adapters()]
    for below, floor in pairwise((*sizes, 0)):
        lower = Adapters(floor=floor, below=below)
        if _held(runtime, load, lower) == _held(runtime, load, kept[-1]):
            kept[-1] = replace(kept[-1], floor=floor)
        else:
            kept[-1] = replace(kept[-1], floor=below)
            kept.append(lower)
    return kept


def _on(load: Load, adapters: Adapters) -> Load:
    least = max(adapters.floor, LEAST[needs.BINDING])  # no adapter binds less
    binding = None if adapters.below == ENDLESS else Bytes(least)
    return replace(load, binding=binding, emulated=bool(adapters.emulated))


def _held(runtime: Runtime, load: Load, adapters: Adapters) -> object:
    on = _on(load, adapters)
    return _peaks(runtime, on), runtime.heap(on)


def _peaks(runtime: Runtime, load: Load) -> tuple[Interval, ...]:
    footprint = Footprint(runtime.phases(load))
    return tuple(footprint.peak_in(pool) for pool in POOLS)


def _surveyed(
    names: tuple[str, str],
    facts: RuntimeFacts,
    load: Load,
    adapters: Adapters,
    contexts: Iterable[Tokens],
) -> Surveyed:
    runtime = runtimes.named(facts.id)
    each = [replace(_on(load, adapters), context=context) for context in contexts]
    asked = runtimes.demands(runtime, facts.name, facts.needs, load)
    return Surveyed(
        model=names[0],
        runtime=facts.id,
        precision=names[1],
        usual=load.context,
        adapters=adapters,
        download=load.stored.download,
        demands=tuple(demand for demand in asked if demand.name != needs.WASM),
        peaks=tuple(_peaks(runtime, at) for at in each),
        heaps=tuple(runtime.heap(at) for at in each),
    )
