"""The ledger: what each way to run a catalogue model needs, worked out before any device is known.

In: the catalogue, or a ledger's own text. Out: `Line`s, one per model, runtime and
precision worth offering, in the order of preference. Laying out a model's files is
what costs time; with the lines at hand a verdict is a few comparisons, so a page
reads them from a text made once and judges the whole catalogue at a tap.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from willitfit import runtimes
from willitfit.answers import (
    Answer,
    Subject,
    answer,
    nominal_bits,
    precisions_of,
    runtimes_of,
    subject,
    usual_precision,
)
from willitfit.architecture import Kind
from willitfit.budgets import Pool
from willitfit.catalog import Catalog, RuntimeFacts
from willitfit.decisions import LEAST
from willitfit.device import Device
from willitfit.footprint import Footprint
from willitfit.runtimes import Label, Load, Phase
from willitfit.runtimes.needs import BINDING, Demand
from willitfit.runtimes.phases import on_gpu, on_page
from willitfit.scenario import Scenario
from willitfit.speed import bits_per_weight, token_bytes
from willitfit.units import Basis, Bytes, Interval, Tokens

#: A precision of fewer bits loses quality that more parameters do not buy back: of models with
#: the same total bits, those at 4 answer best (Dettmers and Zettlemoyer 2023, arXiv:2212.09720).
ENOUGH_BITS: Final = 4
#: What a name without a width, or with none left to quantise, stands for.
UNQUANTISED_BITS: Final = 16

#: An interval as text: one number where it is exact.
Figure = int | list[int]

#: No WebGPU adapter binds less.
LEAST_BINDING: Final = LEAST[BINDING]

#: How willingly a line is chosen: a runtime's usual precision, then others, then the coarse.
USUAL, OTHER, COARSE = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a line fills and demands on one kind of graphics adapter.

    `least_binding` is the smallest binding limit for which it holds, `emulated` whether
    the adapter is software.
    """

    least_binding: int
    emulated: bool
    footprint: Footprint
    demands: tuple[Demand, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One model at one precision under one runtime, at its usual context.

    `token_bytes` is what each new token reads, `None` for a model that makes none.
    """

    model: str
    runtime: str
    precision: str
    context: Tokens
    tier: int
    download: Interval
    download_basis: Basis
    token_bytes: int | None
    bits: float
    held: tuple[Held, ...]

    def on(self, device: Device) -> Held:
        """Return what it fills and demands on a device.

        A device that names no limit is taken to split nothing. No WebGPU adapter binds less
        than `LEAST_BINDING`, so a smaller figure is read as that.
        """
        adapter = device.adapter
        emulated = bool(adapter and adapter.fallback)
        known = adapter.max_storage_buffer_binding_size if adapter else None
        limit = None if known is None else max(known, LEAST_BINDING)
        fitting = [each for each in self.held if each.emulated is emulated] or self.held
        if limit is None:
            return fitting[0]
        return next(each for each in fitting if each.least_binding <= limit)

    @property
    def scenario(self) -> Scenario:
        """Return the choices of this line, on the device at hand."""
        return Scenario(
            model=self.model,
            runtime=self.runtime,
            precision=self.precision,
            context=self.context,
        )


# Working it out


def lines_of(model: str, catalog: Catalog) -> tuple[Line, ...]:
    """Return a catalogue model's lines, worked out now.

    What needs no less in any respect than a line chosen more willingly is left out: no device
    would ever have it chosen.
    """
    about = subject(model, catalog)
    kept: list[Line] = []
    for tier, scenario in offers(about, catalog):
        line = _line(tier, answer(scenario, catalog, Device(), about))
        if not any(_spares(other, line) for other in kept):
            kept.append(line)
    return tuple(kept)


def offers(about: Subject, catalog: Catalog) -> list[tuple[int, Scenario]]:
    """Return the ways worth trying to run a model, the most willingly chosen first.

    Every runtime's usual precision comes first, in the order of `runtimes_of` but for a model
    that talks the ones on the GPU before any on the processor; then narrower precisions of at
    least four bits, then coarser ones. The bare weights stand for a model that no browser
    runtime has.
    """
    able = runtimes_of(about, catalog)
    talks = about.architecture is not None and about.architecture.kind is Kind.DECODER
    real = sorted(
        (each for each in able if each.id != "ideal"),
        key=lambda each: talks and not each.needs.webgpu,
    )
    found = [
        (tier, Scenario(model=about.id, runtime=facts.id, precision=precision))
        for facts in real or able
        for precision in precisions_of(about, facts)
        for tier in _tiers(about, facts, precision)
    ]
    return sorted(found, key=lambda each: each[0])


def _tiers(about: Subject, facts: RuntimeFacts, precision: str) -> Iterator[int]:
    """Yield the tier of a precision, or nothing where it is wider than the usual one."""
    usual = usual_precision(about, facts)
    if precision == usual:
        yield USUAL
    elif _bits(precision) <= _bits(usual):
        yield OTHER if _bits(precision) >= ENOUGH_BITS else COARSE


def _bits(precision: str) -> int:
    return nominal_bits(precision) or UNQUANTISED_BITS


def _spares(some: Line, other: Line) -> bool:
    """Return whether `some` needs no more than `other` in any respect."""
    return (
        some.runtime == other.runtime
        and _within(some.download, other.download)
        and len(some.held) == len(other.held)
        and all(_lighter(*pair) for pair in zip(some.held, other.held, strict=True))
    )


def _lighter(some: Held, other: Held) -> bool:
    asked = {each.name: each for each in other.demands}
    return (
        (some.least_binding, some.emulated) == (other.least_binding, other.emulated)
        and all(
            _within(some.footprint.peak_in(pool), other.footprint.peak_in(pool))
            for pool in (Pool.PAGE, Pool.GPU, Pool.PEAK)
        )
        and all(_no_harder(each, asked.get(each.name)) for each in some.demands)
    )


def _no_harder(some: Demand, other: Demand | None) -> bool:
    if other is None or some.hard > other.hard or some.limit != other.limit:
        return False
    if some.need is None or other.need is None:
        return some.need == other.need
    return _within(some.need, other.need)


def _line(tier: int, given: Answer) -> Line:
    load, runtime = given.load, given.runtime
    speaks = given.rates is not None
    return Line(
        model=given.subject.id,
        runtime=given.facts.id,
        precision=given.scenario.precision or "",
        context=given.context,
        tier=tier,
        download=given.download,
        download_basis=given.download_basis,
        token_bytes=token_bytes(runtime, load) if speaks else None,
        bits=round(bits_per_weight(load), 4),
        held=tuple(_every_held(given)),
    )


def _every_held(given: Answer) -> Iterator[Held]:
    """Yield what differs between adapters, the most generous limit first."""
    if not given.runtime.uses_gpu:
        yield _held(given, given.load, 0, emulated=False)
        return
    real, emulated = (_by_limit(given, emulated=each) for each in (False, True))
    yield from real
    if not _same(real, emulated):
        yield from emulated


def _by_limit(given: Answer, *, emulated: bool) -> list[Held]:
    """Return what differs between binding limits, the most generous first."""
    kept: list[Held] = []
    for least in _limits(given.load):
        load = replace(given.load, binding=Bytes(least), emulated=emulated)
        held = _held(given, load, least, emulated=emulated)
        if kept and _same([held], kept[-1:]):
            kept.pop()
        kept.append(held)
    return kept


def _limits(load: Load) -> list[int]:
    """Return the binding limits at which another tensor fits, the largest first."""
    sizes = {t.size for t in load.stored.tensors if t.size > LEAST_BINDING}
    return sorted({LEAST_BINDING, *sizes}, reverse=True)


def _held(given: Answer, load: Load, least: int, *, emulated: bool) -> Held:
    facts, runtime = given.facts, given.runtime
    demands = runtimes.demands(runtime, facts.name, facts.needs, load)
    return Held(
        least_binding=least,
        emulated=emulated,
        footprint=Footprint(tuple(_fullest(runtime.phases(load)))),
        demands=tuple(replace(each, why="") for each in demands),
    )


def _same(some: list[Held], others: list[Held]) -> bool:
    def figures(held: Held) -> tuple[Footprint, tuple[Demand, ...]]:
        return held.footprint, held.demands

    return [figures(each) for each in some] == [figures(each) for each in others]


def _fullest(phases: Iterable[Phase]) -> list[Phase]:
    """Return one component per pool for each phase that no other exceeds in every figure."""
    pairs = {(each.in_pool(Pool.PAGE), each.in_pool(Pool.GPU)): each.name for each in phases}
    return [
        Phase(name, (on_page(Label.RUNTIME, page), on_gpu(Label.RUNTIME, gpu)))
        for (page, gpu), name in pairs.items()
        if not any(
            (page, gpu) != other and _within(page, other[0]) and _within(gpu, other[1])
            for other in pairs
        )
    ]


def _within(some: Interval, other: Interval) -> bool:
    return some.low <= other.low and some.likely <= other.likely and some.high <= other.high


# As text


class Ledger:
    """The lines of many models, each model's made into values when somebody asks for it."""

    def __init__(self, catalog: Catalog, text: str | None = None) -> None:
        """Take the lines from a text that `written` made, or work them out one by one."""
        self._catalog = catalog
        self._rows: Mapping[str, list[Any]] | None = None if text is None else json.loads(text)
        self._lines: dict[str, tuple[Line, ...]] = {}

    @property
    def models(self) -> tuple[str, ...]:
        """Return the ids of the models it holds; a text may hold some of the catalogue."""
        return tuple(self._catalog.models.ids if self._rows is None else self._rows)

    def lines(self, model: str) -> tuple[Line, ...]:
        """Return a model's lines, the most willingly chosen first."""
        if model not in self._lines:
            self._lines[model] = self._made(model)
        return self._lines[model]

    def _made(self, model: str) -> tuple[Line, ...]:
        rows = (self._rows or {}).get(model)
        if rows is None:
            return lines_of(model, self._catalog)
        return tuple(_read(model, row) for row in rows)


def written(models: Mapping[str, Iterable[Line]]) -> str:
    """Return the text that `Ledger` reads, one model a line."""
    return gathered(entry(model, lines) for model, lines in models.items())


def entry(model: str, lines: Iterable[Line]) -> str:
    """Return one model's part of the text."""
    rows = [_row(line) for line in lines]
    return f"{json.dumps(model)}:{json.dumps(rows, separators=(',', ':'))}"


def gathered(entries: Iterable[str]) -> str:
    """Return the whole text of the models' parts."""
    return "{" + ",\n".join(entries) + "}\n"


def _row(line: Line) -> list[Any]:
    head = [line.runtime, line.precision, line.context, line.tier, line.download_basis]
    tail = [_ends(line.download), line.token_bytes, line.bits]
    return [*head, *tail, [_held_row(each) for each in line.held]]


def _held_row(held: Held) -> list[Any]:
    phases = [
        [each.name, _ends(each.in_pool(Pool.PAGE)), _ends(each.in_pool(Pool.GPU))]
        for each in held.footprint.phases
    ]
    demands = [
        [each.name, int(each.hard), each.limit, None if each.need is None else _ends(each.need)]
        for each in held.demands
    ]
    return [held.least_binding, int(held.emulated), phases, demands]


def _ends(given: Interval) -> Figure:
    exact = given.low == given.high
    return given.likely if exact else [given.low, given.likely, given.high]


def _interval(given: Figure) -> Interval:
    return Interval(given, given, given) if isinstance(given, int) else Interval(*given)


def _read(model: str, row: list[Any]) -> Line:
    runtime, precision, context, tier, basis, download, reads, bits, held = row
    return Line(
        model=model,
        runtime=runtime,
        precision=precision,
        context=Tokens(context),
        tier=tier,
        download=_interval(download),
        download_basis=Basis(basis),
        token_bytes=reads,
        bits=bits,
        held=tuple(_read_held(each) for each in held),
    )


def _read_held(row: list[Any]) -> Held:
    least, emulated, phases, demands = row
    return Held(
        least_binding=least,
        emulated=bool(emulated),
        footprint=Footprint(tuple(_read_phase(*each) for each in phases)),
        demands=tuple(_read_demand(*each) for each in demands),
    )


def _read_phase(name: str, page: Figure, gpu: Figure) -> Phase:
    both = on_page(Label.RUNTIME, _interval(page)), on_gpu(Label.RUNTIME, _interval(gpu))
    return Phase(name, both)


def _read_demand(name: str, hard: int, limit: int | None, need: Figure | None) -> Demand:
    return Demand(
        name=name,
        why="",
        need=None if need is None else _interval(need),
        limit=None if limit is None else Bytes(limit),
        hard=bool(hard),
    )
