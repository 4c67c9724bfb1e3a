"""What each way to run a catalogue model needs, worked out before any device is known.

In: the catalogue, or their own text. Out: `CatalogRequirement`s, one per model, runtime and
precision worth offering, in the order of preference. Laying out a model's files is
what costs time; with the lines at hand a verdict is a few comparisons, so a page
reads them from a text made once and judges the whole catalogue at a tap.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import tee
from typing import Any, Final

from tabfit.catalog import Catalog
from tabfit.compare import run_requirements
from tabfit.compare.ranking import WIDER, offers
from tabfit.compare.run_requirements import ENDLESS, Adapters, RunRequirements
from tabfit.devices.device import Device
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject, subject
from tabfit.light_dataclass import dataclass, replace
from tabfit.runtimes.speed import bits_per_weight, token_bytes
from tabfit.units import Basis, Interval, Tokens
from tabfit.verdict.constants import LEAST_BINDING
from tabfit.verdict.requirements import Demand

#: An interval as text: one number where it is exact.
Figure = int | list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogRequirement:
    """One model at one precision under one runtime, at its usual context.

    `surveyed` says what that needs for each kind of adapter that makes a difference;
    `token_bytes` is what each new token reads, `None` for a model that makes none.
    """

    tier: int
    download_basis: Basis
    token_bytes: int | None
    bits: float
    surveyed: tuple[RunRequirements, ...]

    @property
    def model(self) -> str:
        """Return the model's id."""
        return self.surveyed[0].model

    @property
    def runtime(self) -> str:
        """Return the runtime's id."""
        return self.surveyed[0].runtime

    @property
    def precision(self) -> str:
        """Return the precision."""
        return self.surveyed[0].precision

    @property
    def download(self) -> Interval:
        """Return what the model itself brings."""
        return self.surveyed[0].download

    @property
    def scenario(self) -> Scenario:
        """Return the choices of this line, on the device at hand."""
        first = self.surveyed[0]
        return Scenario(
            model=first.model,
            runtime=first.runtime,
            precision=first.precision,
            context=first.usual,
        )

    def on(self, device: Device) -> RunRequirements:
        """Return what it needs on a device."""
        return survey_on(self.surveyed, device)


def survey_on(surveyed: Sequence[RunRequirements], device: Device) -> RunRequirements:
    """Return which survey of one way to run a model holds on a device.

    A device that names no limit is taken to split nothing. No WebGPU adapter binds less
    than `LEAST_BINDING`, so a smaller figure is read as that.
    """
    if len(surveyed) == 1:
        return surveyed[0]
    adapter = device.adapter
    known = adapter.max_storage_buffer_binding_size if adapter else None
    limit = ENDLESS - 1 if known is None else max(known, LEAST_BINDING.exact)
    return next(each for each in surveyed if _holds(each.adapters, limit, device.emulated))


def _holds(adapters: Adapters, limit: int, emulated: bool) -> bool:  # noqa: FBT001 - as given
    return adapters.floor <= limit < adapters.below and adapters.emulated in (None, emulated)


# Working it out


def requirements_of_model(model: str, catalog: Catalog) -> Iterator[CatalogRequirement]:
    """Yield a catalogue model's lines, each worked out when it is asked for.

    What is wider than a runtime's usual precision is left out, and what needs no less in any
    respect than a line chosen more willingly: no device would ever have it chosen.
    """
    about = subject(model, catalog)
    kept: list[CatalogRequirement] = []
    for tier, scenario in offers(about, catalog):
        if tier == WIDER:
            break
        line = _line(tier, about, scenario, catalog)
        if not any(_spares(other, line) for other in kept):
            kept.append(line)
            yield line


def _spares(some: CatalogRequirement, other: CatalogRequirement) -> bool:
    """Return whether `some` needs no more than `other` in any respect."""
    return (
        some.runtime == other.runtime
        and _within(some.download, other.download)
        and len(some.surveyed) == len(other.surveyed)
        and all(_lighter(*pair) for pair in zip(some.surveyed, other.surveyed, strict=True))
    )


def _lighter(some: RunRequirements, other: RunRequirements) -> bool:
    asked, least = some.asked(-1), other.asked(-1)
    peaks = zip(some.peaks[-1], other.peaks[-1], strict=True)
    return (
        some.adapters == other.adapters
        and all(_within(*pair) for pair in peaks)
        and all(_no_harder(each, least.get(name)) for name, each in asked.items())
    )


def _no_harder(some: Demand, other: Demand | None) -> bool:
    if other is None or some.hard > other.hard:
        return False
    if some.need is None or other.need is None:
        return some.need == other.need
    return _within(some.need, other.need)


def _line(tier: int, about: Subject, scenario: Scenario, catalog: Catalog) -> CatalogRequirement:
    given = answer(scenario, catalog, Device(), about)
    precision = given.scenario.precision or ""
    found = run_requirements.requirements_of_precision(
        about, given.facts, precision, (), unsupported=given.unsupported
    )
    return CatalogRequirement(
        tier=tier,
        download_basis=given.download_basis,
        token_bytes=token_bytes(given.runtime, given.load) if given.rates else None,
        bits=round(bits_per_weight(given.load), 4),
        surveyed=tuple(_wordless(each) for each in found),
    )


def _wordless(surveyed: RunRequirements) -> RunRequirements:
    """Return it at its usual context, every demand without its sentence."""
    asked = tuple(replace(each, why="") for each in surveyed.asked(-1).values())
    return replace(surveyed, demands=asked, growing=((),))


def _within(some: Interval, other: Interval) -> bool:
    return some.low <= other.low and some.likely <= other.likely and some.high <= other.high


# As text


#: What stands between two models in the text, and nowhere else.
BETWEEN: Final = ",\n"


class CatalogRequirements:
    """The lines of many models, each model's made into values when somebody asks for it."""

    def __init__(self, catalog: Catalog, text: str | None = None) -> None:
        """Take the lines from a text that `written` made, or work them out one by one."""
        self._catalog = catalog
        self._rows: Mapping[str, str] | None = None if text is None else _by_model(text)
        self._lines: dict[str, tuple[CatalogRequirement, ...]] = {}
        self._begun: dict[str, Iterator[CatalogRequirement]] = {}

    @property
    def models(self) -> tuple[str, ...]:
        """Return the ids of the models it holds; a text may hold some of the catalogue."""
        return tuple(self._catalog.models.ids if self._rows is None else self._rows)

    @property
    def laid_out(self) -> bool:
        """Return whether every line was worked out before, so that reading one takes no time."""
        return self._rows is not None

    def lines(self, model: str) -> tuple[CatalogRequirement, ...]:
        """Return a model's lines, the most willingly chosen first."""
        if model not in self._lines:
            self._lines[model] = tuple(self.each(model))
        return self._lines[model]

    def each(self, model: str) -> Iterator[CatalogRequirement]:
        """Yield a model's lines one by one, for whoever may not need the last of them."""
        rows = (self._rows or {}).get(model)
        if rows is None:
            begun = self._begun.get(model) or requirements_of_model(model, self._catalog)
            self._begun[model], lines = tee(begun)  # the one that is kept stays at the first line
            return lines
        return (_read(model, row) for row in json.loads(rows))


@lru_cache(maxsize=1)
def requirements_of(catalog: Catalog) -> CatalogRequirements:
    """Return a catalogue's lines; whoever asks for the same one again finds what was worked out."""
    return CatalogRequirements(catalog)


def written(models: Mapping[str, Iterable[CatalogRequirement]]) -> str:
    """Return the text that `CatalogRequirements` reads, one model a line."""
    return joined_models(written_model(model, lines) for model, lines in models.items())


def written_model(model: str, lines: Iterable[CatalogRequirement]) -> str:
    """Return one model's part of the text."""
    rows = [_row(line) for line in lines]
    return f"{json.dumps(model)}:{json.dumps(rows, separators=(',', ':'))}"


def joined_models(entries: Iterable[str]) -> str:
    """Return the whole text of the models' parts."""
    return "{" + BETWEEN.join(entries) + "}\n"


def _by_model(text: str) -> dict[str, str]:
    """Return each model's rows as they stand in the text.

    As values they would take ten times the memory, and of most pages few are asked for.
    """
    entries = (each.partition(":") for each in text.strip()[1:-1].split(BETWEEN) if each)
    return {json.loads(name): rows for name, _colon, rows in entries}


def _row(line: CatalogRequirement) -> list[Any]:
    first = line.surveyed[0]
    head = [first.runtime, first.precision, first.usual, line.tier, line.download_basis]
    tail = [_ends(first.download), line.token_bytes, line.bits]
    return [*head, *tail, [_surveyed_row(each) for each in line.surveyed]]


def _surveyed_row(each: RunRequirements) -> list[Any]:
    adapters = each.adapters
    return [
        [adapters.floor, adapters.below % ENDLESS, adapters.emulated],
        [_ends(peak) for peak in each.peaks[-1]],
        [_demand_row(demand) for demand in each.asked(-1).values()],
    ]


def _demand_row(demand: Demand) -> list[Any]:
    need = None if demand.need is None else _ends(demand.need)
    return [demand.name, int(demand.hard), need]


def _ends(given: Interval) -> Figure:
    exact = given.low == given.high
    return given.likely if exact else [given.low, given.likely, given.high]


def _interval(given: Figure) -> Interval:
    return Interval(given, given, given) if isinstance(given, int) else Interval(*given)


def _read(model: str, row: list[Any]) -> CatalogRequirement:
    runtime, precision, context, tier, basis, download, reads, bits, surveyed = row
    common = {
        "model": model,
        "runtime": runtime,
        "precision": precision,
        "usual": Tokens(context),
        "download": _interval(download),
    }
    return CatalogRequirement(
        tier=tier,
        download_basis=Basis(basis),
        token_bytes=reads,
        bits=bits,
        surveyed=tuple(_read_surveyed(common, *each) for each in surveyed),
    )


def _read_surveyed(
    common: Mapping[str, Any],
    adapters: list[Any],
    peaks: list[Figure],
    demands: list[list[Any]],
) -> RunRequirements:
    return RunRequirements(
        **common,
        adapters=_adapters(*adapters),
        demands=tuple(_read_demand(*each) for each in demands),
        peaks=(tuple(_interval(each) for each in peaks),),
        growing=((),),
    )


@cache
def _adapters(floor: int, below: int, emulated: bool | None) -> Adapters:  # noqa: FBT001 - as written
    """Return the adapters that a survey holds on; lines share the few there are."""
    return Adapters(floor=floor, below=below or ENDLESS, emulated=emulated)


def _read_demand(name: str, hard: int, need: Figure | None) -> Demand:
    if need is None:
        return _bare_demand(name, hard)
    return Demand(name=name, why="", need=_interval(need), hard=bool(hard))


@cache
def _bare_demand(name: str, hard: int) -> Demand:
    """Return a demand without a figure; lines share the few there are."""
    return Demand(name=name, why="", need=None, hard=bool(hard))
