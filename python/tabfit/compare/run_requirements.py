"""Surveys: what every way to run a model needs at many contexts, whatever the device.

In: a subject and contexts. Out: `RunRequirements`, one for each runtime and precision, and one
more wherever the kind of graphics adapter makes a difference. The runtimes' own rules
are asked; nothing here knows a budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from tabfit import runtimes
from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.devices.budgets import Pool
from tabfit.estimate.defaults import loads_nowhere, precisions_of, runtimes_of, usual_context
from tabfit.estimate.published_files import store
from tabfit.estimate.subjects import UNDISCLOSED, Subject
from tabfit.light_dataclass import dataclass, replace
from tabfit.runtimes import Load
from tabfit.runtimes.memory.footprint import Footprint
from tabfit.units import Bytes, Interval, Tokens
from tabfit.verdict import decide
from tabfit.verdict.constants import LEAST_BINDING
from tabfit.verdict.requirements import Demand, Requirements, Setup

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
class RunRequirements:
    """What one runtime needs for one precision, at each context in turn.

    `peaks` has the peak of every one of `POOLS` at each context, `growing` the demands on
    which the context has a bearing. `demands` are the others.
    """

    model: str
    runtime: str
    precision: str
    usual: Tokens
    adapters: Adapters
    download: Interval
    demands: tuple[Demand, ...]
    peaks: tuple[tuple[Interval, ...], ...]
    growing: tuple[tuple[Demand, ...], ...]

    def asked(self, at: int) -> dict[str, Demand]:
        """Return every demand at one of the contexts, by its check's name."""
        return {each.name: each for each in (*self.demands, *self.growing[at])}

    def requirements(self, facts: RuntimeFacts, at: int) -> Requirements:
        """Return what it needs at one of the contexts, in the runtime that `facts` are of."""
        peaks = dict(zip(POOLS, self.peaks[at], strict=True))
        return Requirements(
            runtime=runtimes.named(self.runtime),
            needs=facts.needs,
            demands=self.asked(at),
            peak=peaks.__getitem__,
            download=self.download,
        )


def requirements_of_all(
    about: Subject, catalog: Catalog, contexts: Sequence[Tokens]
) -> Iterator[RunRequirements]:
    """Yield every way to run a subject; its usual context is surveyed last, behind the others."""
    nowhere = loads_nowhere(about, catalog)
    for facts in runtimes_of(about, catalog):
        yield from requirements_of_runtime(about, facts, contexts, unsupported=nowhere)


def requirements_of_runtime(
    about: Subject, facts: RuntimeFacts, contexts: Sequence[Tokens], *, unsupported: bool = False
) -> Iterator[RunRequirements]:
    """Yield every precision that one runtime loads of a subject.

    `unsupported` says that no browser runtime loads it, here and below.
    """
    for precision in precisions_of(about, facts):
        yield from requirements_of_precision(
            about, facts, precision, contexts, unsupported=unsupported
        )


def requirements_of_precision(
    about: Subject,
    facts: RuntimeFacts,
    precision: str,
    contexts: Sequence[Tokens],
    *,
    unsupported: bool = False,
) -> Iterator[RunRequirements]:
    """Yield what one runtime needs for one precision, once for each kind of adapter."""
    usual = usual_context(about, facts, about.offer(facts, precision))
    load = Load(
        architecture=about.architecture or UNDISCLOSED,
        stored=store(about, facts, precision),
        context=usual,
    )
    setup = Setup(runtime=runtimes.named(facts.id), facts=facts, load=load, unsupported=unsupported)
    yield from requirements_of_load((about.id, precision), setup, contexts, usual)


def requirements_of_load(
    names: tuple[str, str], setup: Setup, contexts: Sequence[Tokens], usual: Tokens
) -> Iterator[RunRequirements]:
    """Yield what one load needs, with all that a page tells its runtime, for each kind of adapter.

    `names` are the model's and the precision's. Its context is each of `contexts` in
    turn, and the usual one last.
    """
    for adapters in _that_matter(setup):
        yield _surveyed(names, setup, adapters, (*contexts, usual))


def _that_matter(setup: Setup) -> Iterator[Adapters]:
    """Yield the kinds of adapter that make a difference to a load."""
    if not setup.runtime.uses_gpu:
        yield Adapters()
        return
    emulated: tuple[bool | None, ...] = (None,)
    if _held(setup, Adapters()) != _held(setup, Adapters(emulated=True)):
        emulated = (False, True)
    for limits in _limits(setup):
        yield from (replace(limits, emulated=each) for each in emulated)


def _limits(setup: Setup) -> list[Adapters]:
    """Return the ranges of binding limits between which something is held elsewhere."""
    tensors = setup.load.stored.tensors
    sizes = sorted({t.size for t in tensors if t.size > LEAST_BINDING.exact}, reverse=True)
    kept = [Adapters()]
    for below, floor in pairwise((*sizes, 0)):
        lower = Adapters(floor=floor, below=below)
        if _held(setup, lower) == _held(setup, kept[-1]):
            kept[-1] = replace(kept[-1], floor=floor)
        else:
            kept[-1] = replace(kept[-1], floor=below)
            kept.append(lower)
    return kept


def _on(setup: Setup, adapters: Adapters) -> Setup:
    least = max(adapters.floor, LEAST_BINDING.exact)  # no adapter binds less
    binding = None if adapters.below == ENDLESS else Bytes(least)
    load = replace(setup.load, binding=binding, emulated=bool(adapters.emulated))
    return replace(setup, load=load)


def _held(setup: Setup, adapters: Adapters) -> object:
    on = _on(setup, adapters)
    return _peaks(on), decide.demands(on)


def _peaks(setup: Setup) -> tuple[Interval, ...]:
    footprint = Footprint(setup.runtime.phases(setup.load))
    return tuple(footprint.peak_in(pool) for pool in POOLS)


def _surveyed(
    names: tuple[str, str], setup: Setup, adapters: Adapters, contexts: Sequence[Tokens]
) -> RunRequirements:
    on = _on(setup, adapters)
    each = [replace(on, load=replace(on.load, context=context)) for context in contexts]
    return RunRequirements(
        model=names[0],
        runtime=setup.facts.id,
        precision=names[1],
        usual=contexts[-1],
        adapters=adapters,
        download=setup.load.stored.download,
        demands=decide.demands(on, grows=False),
        peaks=tuple(_peaks(at) for at in each),
        growing=tuple(decide.demands(at, grows=True) for at in each),
    )
