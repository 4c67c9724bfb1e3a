"""What the page Compare is asked for, and the rows that answer it.

In: the fields of its forms or its link, the requirements and a device. Out: `RowFilter`, and from a
`Comparison` the rows that pass it, in order. Every verdict is worked out once per device;
sorting and choosing among them works none out again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from app.components.forms.question_form import task_name
from app.components.html import Html
from app.pages.compare.side_by_side_link import MOST
from tabfit.catalog import Catalog, Model, read
from tabfit.catalog.reader import plain_name
from tabfit.compare.best_of_tasks import Standings, suitability
from tabfit.compare.catalog_requirements import CatalogRequirements
from tabfit.compare.comparisons import ComparisonRow, Judge, best
from tabfit.devices.device import Device
from tabfit.i18n.language import cleared_with_language, current
from tabfit.light_dataclass import dataclass
from tabfit.units import GB, MB
from tabfit.verdict.probability import Outcome

#: Download sizes offered as the largest.
SIZES: Final = (50 * MB, 100 * MB, 250 * MB, 500 * MB, GB, 2 * GB, 4 * GB)
#: Columns that can be sorted by; those whose best comes with the largest value first.
SORTS: Final = ("verdict", "name", "download", "peak", "parameters", "speed", "year")
LARGEST_FIRST: Final = frozenset({"speed", "year"})
#: Devices compared lately are kept at hand.
KEPT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Which rows are wanted, and in which order; `None` and empty want every one.

    `sort` is a column, behind "-" where its order is turned round; `whole` shows every row that is
    left, not only the beginning, and is no part of a link.
    """

    query: str = ""
    task: str | None = None
    runtime: str | None = None
    licence: str | None = None
    size: str | None = None
    verdicts: tuple[Outcome, ...] = ()
    most: int | None = None
    sort: str = SORTS[0]
    picks: tuple[str, ...] = ()
    whole: bool = False

    @property
    def column(self) -> str:
        """Return the column sorted by."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Return whether the largest value comes first."""
        return self.sort.startswith("-") is not (self.column in LARGEST_FIRST)

    @property
    def narrowed(self) -> bool:
        """Return whether anything but the order was chosen."""
        kinds = (self.query, self.task, self.runtime, self.licence, self.size, self.most)
        return any(kinds) or bool(self.verdicts)


def read_filter(fields: Mapping[str, str], catalog: Catalog) -> RowFilter:
    """Return what fields ask for; a value that nothing carries asks for nothing."""
    models = list(catalog.models)
    most, sort = fields.get("most", ""), fields.get("sort", "")
    said = fields.get("verdict", "").split(",")
    picks = dict.fromkeys(fields.get("pick", "").split(","))
    return RowFilter(
        query=fields.get("q", "").strip()[:100],
        task=_among(fields.get("task"), (each.task for each in models)),
        runtime=_among(fields.get("runtime"), catalog.runtimes.ids),
        licence=_among(fields.get("licence"), (each.licence for each in models)),
        size=_among(fields.get("size"), (each.size_class for each in models)),
        verdicts=tuple(each for each in Outcome if each.value in said),
        most=int(most) if most.isascii() and most.isdigit() and len(most) < 16 else None,
        sort=sort if sort.removeprefix("-") in SORTS else SORTS[0],
        picks=tuple(each for each in picks if each in catalog.models.ids)[:MOST],
        whole="whole" in fields,
    )


def _among(value: str | None, known: Iterable[str | None]) -> str | None:
    return value if value and value in known else None


def fields(given: RowFilter) -> dict[str, str | None]:
    """Return what differs from wanting everything, as the keys and values of a link."""
    return {
        "q": given.query or None,
        "task": given.task,
        "runtime": given.runtime,
        "licence": given.licence,
        "size": given.size,
        "verdict": ",".join(given.verdicts) or None,
        "most": None if given.most is None else str(given.most),
        "sort": None if given.sort == SORTS[0] else given.sort,
        "pick": ",".join(given.picks) or None,
    }


class Comparison:
    """Every model of the catalogue on one device, each judged when it is first looked at."""

    def __init__(self, requirements: CatalogRequirements, catalog: Catalog, device: Device) -> None:
        """Judge nothing yet."""
        self.requirements = requirements
        self.catalog = catalog
        self._judge = Judge(catalog, device)
        self._rows: dict[tuple[str, str | None], ComparisonRow | None] = {}
        self._shown: dict[tuple[str, ...], Html] = {}

    def row(self, model: str, runtime: str | None = None) -> ComparisonRow | None:
        """Return the best row of a model, over all runtimes or of one; `None` where it has none.

        What no browser runtime has is there only where its bare weights are asked for.
        """
        key = model, runtime
        if key not in self._rows:
            nothing = self.catalog.weights_alone.id
            lines = [
                each
                for each in self.requirements.lines(model)
                if (each.runtime != nothing if runtime is None else each.runtime == runtime)
            ]
            self._rows[key] = best(lines, self._judge) if lines else None
        return self._rows[key]

    def shown(self, row: ComparisonRow, *how: str, make: Callable[[], Html]) -> Html:
        """Return how a row is shown, made once for each of the ways that `how` names."""
        line = row.line
        key = (current(), line.model, line.runtime, line.precision, *how)
        if key not in self._shown:
            self._shown[key] = make()
        return self._shown[key]

    @property
    def without_runtime(self) -> int:
        """Return how many models no browser runtime has."""
        every = (self.requirements.lines(model) for model in self.requirements.models)
        nothing = self.catalog.weights_alone.id
        return sum(all(each.runtime == nothing for each in lines) for lines in every)

    def known(self, model: str) -> ComparisonRow | None:
        """Return the best row of a model if it was judged already."""
        return self._rows.get((model, None))

    def ways(self, model: str) -> list[ComparisonRow]:
        """Return the best row of a model under each runtime that has it."""
        nothing = self.catalog.weights_alone.id
        able = dict.fromkeys(each.runtime for each in self.requirements.lines(model))
        rows = [self.row(model, runtime) for runtime in able if runtime != nothing]
        return [row for row in rows if row is not None]

    def passing(self, given: RowFilter) -> list[ComparisonRow]:
        """Return the rows that pass everything but the choice of verdicts, in order."""
        tasks = given.task and alike(given.task, self.catalog)
        kept = [
            row
            for model in self.requirements.models
            if _passes(self.catalog.model(model), given, tasks)
            and (row := self.row(model, given.runtime)) is not None
            and (given.most is None or row.line.download.likely <= given.most)
        ]
        return ordered(kept, given, self.catalog)


@cleared_with_language
@lru_cache(maxsize=KEPT)
def comparison_on(requirements: CatalogRequirements, device: Device) -> Comparison:
    """Return the catalogue judged on a device; what was judged on the last few is kept."""
    return Comparison(requirements, read(), device)


def alike(task: str, catalog: Catalog) -> set[str]:
    """Return the tasks that the page has the same words for."""
    words = {model.task: task_name(model) for model in catalog.models}
    return {each for each, name in words.items() if name == words.get(task)}


def _passes(model: Model, given: RowFilter, tasks: Collection[str] | None) -> bool:
    return (
        (tasks is None or model.task in tasks)
        and given.licence in (None, model.licence)
        and given.size in (None, model.size_class)
        and _named(model, given.query)
    )


def _named(model: Model, query: str) -> bool:
    """Return whether every word of a query is in one of the model's names, in any spelling."""
    names = " ".join(plain_name(each) for each in (model.id, model.name, *model.aliases))
    return all(plain_name(word) in names for word in query.split())


def counted(rows: Iterable[ComparisonRow]) -> Counter[Outcome]:
    """Return how many rows have each outcome."""
    return Counter(row.outcome for row in rows)


# Order


def ordered(
    rows: Iterable[ComparisonRow], given: RowFilter, catalog: Catalog
) -> list[ComparisonRow]:
    """Return rows by the wanted column; those without a value come last, either way."""
    named = by_name(rows, catalog)
    standings = Standings(catalog.model) if given.task else None  # measured by task alone
    pairs = [
        (_values(row, catalog.model(row.line.model), standings)[given.column], row) for row in named
    ]
    told = sorted(
        (pair for pair in pairs if pair[0] is not None),
        key=lambda pair: pair[0],
        reverse=given.descending,
    )
    return [row for _value, row in told] + [row for value, row in pairs if value is None]


def _values(row: ComparisonRow, model: Model, standings: Standings | None) -> dict[str, Any]:
    """Return what each column sorts by."""
    quality = standings.of(model) if standings else 0.0
    return {
        "verdict": suitability(row, model, quality),
        "name": model.name.lower(),
        "download": row.line.download.likely or None,
        "peak": row.peak.likely,
        "parameters": model.parameters,
        "speed": row.rates.per_second[1] if row.rates else None,
        "year": model.released,
    }


def by_name(rows: Iterable[ComparisonRow], catalog: Catalog) -> list[ComparisonRow]:
    """Return rows in the order of their models' names."""
    return sorted(rows, key=lambda row: catalog.model(row.line.model).name.lower())
