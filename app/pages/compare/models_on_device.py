"""Every model on one device: what is asked, how many fit, and a table that is cards on a phone.

In: rows that the core has judged and what was wanted of them. Out: HTML. Sorting is a
link in each column's head, so that it works with a keyboard and can be shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from app.components.forms.question_form import task_name
from app.components.html import Html, joined, tag
from app.components.labels import BASES, KNOWN, SHORT, between, bytes_
from app.components.outcome_marks import mark
from app.pages.compare import best_for_device, filter_and_sort, side_by_side_link
from app.pages.compare.best_for_device import ROOT
from app.pages.compare.filter_and_sort import Comparison, RowFilter
from app.pages.compare.side_by_side_link import KEYS
from tabfit.catalog import Catalog, Model, RuntimeFacts
from tabfit.compare.catalog_requirements import CatalogRequirement
from tabfit.compare.comparisons import ComparisonRow
from tabfit.devices.device import Device
from tabfit.estimate import link
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import Words, _, later, number, plural
from tabfit.i18n.size_text import rates
from tabfit.light_dataclass import replace
from tabfit.runtimes.speed import Rates
from tabfit.units import Basis
from tabfit.verdict.labels import CHECKS
from tabfit.verdict.probability import Outcome

#: So many rows are shown until somebody asks for all: three hundred hold a phone for long.
BEGINNING: Final = 20

COLUMNS: Final = Words(
    {
        "name": later("Model"),
        "verdict": later("Verdict"),
        "download": later("Download"),
        "peak": later("Memory at its peak"),
        "parameters": later("Parameters"),
        "speed": later("Tokens a second"),
        "year": later("Year"),
    }
)
#: How the figures of a column are known; a download is listed unless its row says otherwise.
COLUMN_BASES: Final = {
    "download": Basis.LISTED,
    "peak": Basis.COMPUTED,
    "parameters": Basis.LISTED,
    "speed": Basis.ASSUMED,
    "year": Basis.LISTED,
}


def address(fields: Mapping[str, str | None]) -> str:
    """Return a link of this page that says these fields."""
    return f"#{link.composed(fields, KEYS)}"


# How many


def finding(
    rows: Sequence[ComparisonRow], given: RowFilter, comparison: Comparison, place: str | None
) -> Html:
    """Return how many fit, in one sentence, and the way back to all of them."""
    more = None
    if not given.narrowed and comparison.without_runtime:
        more = tag("p", _unavailable(comparison, place), class_="lead")
    clear = tag(
        "a",
        _("Show all models"),
        id="clear",
        href=address({"device": place, "sort": filter_and_sort.fields(given)["sort"]}),
        data_change="stay",
    )
    return joined(
        tag("h2", _finding(rows)),
        None if given.narrowed else best_for_device.best(rows, comparison.catalog, place),
        more,
        tag("p", clear, class_="clear") if given.narrowed else None,
    )


def _finding(rows: Sequence[ComparisonRow]) -> str:
    if not rows:
        return _("No model passes all of these choices")
    return plural(
        "{count} of {models} likely fits here",
        "{count} of {models} likely fit here",
        filter_and_sort.counted(rows)[Outcome.LIKELY],
        models=plural("{count} model", "{count} models", len(rows)),
    )


def as_text(rows: Sequence[ComparisonRow], title: str, catalog: Catalog) -> Iterator[str]:
    """Yield what the finding and the first rows say, as text."""
    yield title
    yield _finding(rows)
    for each in rows[:BEGINNING]:
        how = f"{runtime_name(each.facts)}, {each.line.precision}"
        said = catalog.model(each.line.model).name, SHORT[each.outcome], how, _download(each)
        yield " · ".join(said)


def _unavailable(comparison: Comparison, place: str | None) -> Html:
    said = plural(
        "{count} more model has no browser runtime yet",
        "{count} more models have no browser runtime yet",
        comparison.without_runtime,
    )
    there = address({"device": place, "runtime": comparison.catalog.weights_alone.id})
    return tag("a", said, href=there, id="without", data_change="stay")


# The table


def table(
    rows: Sequence[ComparisonRow],
    given: RowFilter,
    comparison: Comparison,
    place: str | Device | None,
) -> Html:
    """Return the table with its heads; the page renews heads and rows apart."""
    return tag(
        "table",
        tag("caption", _("Every model with its best precision on this device"), class_="aside"),
        tag("thead", tag("tr", heads(given, place), id="heads", role="row"), role="rowgroup"),
        tag("tbody", body(rows, given, comparison, place), id="rows", role="rowgroup"),
        class_="models-table",
        role="table",
    )


def heads(given: RowFilter, place: str | Device | None) -> Html:
    """Return the heads of the columns, each a link that sorts by it."""
    kept = {**filter_and_sort.fields(given), "device": place if isinstance(place, str) else None}
    plain = {"scope": "col", "role": "columnheader"}
    return joined(
        [_head(column, given, kept) for column in COLUMNS],
        tag("th", _("Runs with"), **plain),
        tag("th", _("Compare"), class_="picking", **plain),
    )


def _head(column: str, given: RowFilter, kept: Mapping[str, str | None]) -> Html:
    active = given.column == column
    turned = f"-{column}" if given.sort == column else column
    order = ("descending" if given.descending else "ascending") if active else None
    sort = None if turned == filter_and_sort.SORTS[0] else turned
    basis = COLUMN_BASES.get(column)
    return tag(
        "th",
        tag(
            "a",
            COLUMNS[column],
            tag("span", class_="sort-arrow", aria_hidden="true"),
            href=address({**kept, "sort": sort}),
            id=f"sort-{column}",
            data_change="stay",
            title=BASES[basis] if basis else None,
        ),
        scope="col",
        role="columnheader",
        aria_sort=order,
        class_=None if column in ("name", "verdict") else "number",
    )


def body(
    rows: Sequence[ComparisonRow],
    given: RowFilter,
    comparison: Comparison,
    place: str | Device | None,
) -> Html:
    """Return the rows, or that there are none; at first the beginning, and what was picked."""
    ends = len(rows) if given.whole else BEGINNING
    shown = (each for at, each in enumerate(rows) if at < ends or each.line.model in given.picks)
    made = joined(_kept(each, given, comparison, place) for each in shown)
    if made:
        return made
    none = _("Choose fewer filters, or search for a shorter name.")
    return tag("tr", tag("td", none, colspan=len(COLUMNS) + 2, role="cell"), role="row")


def more(rows: Sequence[ComparisonRow], given: RowFilter) -> Html | None:
    """Return a button that asks for all rows, or what keeps them shown once it was pressed."""
    if len(rows) <= BEGINNING:
        return None
    if given.whole:
        return tag("input", type="hidden", name="whole", value="1")
    return tag("button", _("Show all"), type="button", data_whole=True)


def _kept(
    each: ComparisonRow, given: RowFilter, comparison: Comparison, place: str | Device | None
) -> Html:
    """Return a row as it was made before, wherever it now stands."""
    picked = each.line.model in given.picks
    how = "picked" if picked else "", place if isinstance(place, str) else ""
    return comparison.shown(
        each, *how, make=lambda: row(each, comparison.catalog, place, picked=picked)
    )


def row(
    given: ComparisonRow, catalog: Catalog, place: str | Device | None, *, picked: bool
) -> Html:
    """Return one model's row; all of it leads to its answer."""
    line, model = given.line, catalog.model(given.line.model)
    return tag(
        "tr",
        tag("th", _name(given, model, place), scope="row", role="rowheader", class_="name"),
        tag("td", *_verdict(given), role="cell", class_="judged"),
        _number("download", _download(given), line.download_basis),
        _number("peak", between(given.peak), Basis.COMPUTED),
        _number("parameters", parameters(model.parameters), Basis.LISTED),
        _number("speed", speed(given.rates), Basis.ASSUMED),
        _number("year", model.released[:4], Basis.LISTED),
        tag("td", _how(line, given.facts), role="cell", class_="how"),
        tag("td", _pick(model, picked=picked), role="cell", class_="picking"),
        role="row",
    )


def _name(given: ComparisonRow, model: Model, place: str | Device | None) -> Html:
    line = given.line
    asked = Scenario(model=model.id, runtime=line.runtime, precision=line.precision, device=place)
    return joined(
        tag("a", model.name, href=f"{ROOT}#{link.write(asked)}", class_="whole"),
        tag("small", task_name(model)),
    )


def _verdict(given: ComparisonRow) -> Iterator[Html]:
    outcome = given.outcome
    word = _("{word}, very slowly", word=SHORT[outcome]) if given.slowly else SHORT[outcome]
    yield tag("span", mark(outcome), word, class_=f"short {outcome}")
    if outcome is not Outcome.LIKELY:
        yield tag("small", CHECKS[given.because])


def _number(column: str, text: str, basis: Basis) -> Html:
    """Return a cell whose label stands before it on a card."""
    usual = basis is COLUMN_BASES[column]
    why = None if usual else _("{basis}: {why}", basis=KNOWN[basis], why=BASES[basis])
    label, kind = COLUMNS[column], f"number {column}"
    return tag("td", text, role="cell", class_=kind, data_label=label, title=why)


def _download(given: ComparisonRow) -> str:
    line = given.line
    if not line.download.likely:
        return _("nothing")
    size = bytes_(line.download.likely)
    return size if line.download_basis is Basis.LISTED else _("about {size}", size=size)


def runtime_name(facts: RuntimeFacts) -> str:
    """Return a runtime's name in a row."""
    return _("weights alone") if facts.hypothetical else facts.short


def _how(line: CatalogRequirement, facts: RuntimeFacts) -> Html:
    there = address({"view": "places", "model": line.model})
    more = tag("a", _("other devices"), href=there, data_change=True)
    precision = tag("span", line.precision.lower())
    return joined(runtime_name(facts), tag("small", precision, " ", more))


def way(row: ComparisonRow) -> str:
    """Return how a model is run, in a few words."""
    precision, runtime = row.line.precision.lower(), runtime_name(row.facts)
    return _("{precision} with {runtime}", precision=precision, runtime=runtime)


def _pick(model: Model, *, picked: bool) -> Html:
    box = tag(
        "input",
        type="checkbox",
        name="pick",
        value=model.id,
        checked=picked,
        aria_label=_("Compare {model}", model=model.name),
    )
    return tag("label", tag("span", _("Compare"), aria_hidden="true"), box, class_="check")


# Figures


def parameters(count: int | None) -> str:
    """Return a number of parameters to three figures.

    >>> parameters(66_955_010), parameters(2_506_172_416)
    ('67 M', '2.51 B')
    """
    if count is None:
        return "–"
    if count >= 999_500_000:
        return _("{count} B", count=_three(count / 10**9))
    return _("{count} M", count=_three(count / 10**6))


def _three(value: float) -> str:
    return number(float(f"{value:.3g}"), ".3g" if value < 1000 else ",.0f")


def speed(given: Rates | None) -> str:
    """Return tokens a second, from low to high; a dash for a model that makes none."""
    if given is None:
        return "–"
    low, _likely, high = given.per_second
    return rates(low, high)


# What was picked


def tray(given: RowFilter, rows: Iterable[ComparisonRow], place: str | None) -> Html | None:
    """Return what was picked, with the way to see it side by side; nothing for none."""
    sides = {f"s{at}": _token(each, place) for at, each in enumerate(rows, 1)}
    if not sides:
        return None
    kept = {**filter_and_sort.fields(replace(given, picks=())), "device": place}
    return joined(
        tag("span", plural("{count} model chosen", "{count} models chosen", len(sides))),
        tag(
            "a",
            _("Side by side"),
            href=address({"view": "sides", **sides}),
            id="side-by-side",
            data_change=True,
            class_="main",
        ),
        tag("a", _("Choose none"), href=address(kept), id="none", data_change="stay"),
    )


def _token(row: ComparisonRow, place: str | None) -> str:
    return side_by_side_link.token(replace(row.line.scenario, context=None, device=place))
