"""Two to four scenarios side by side, what differs set apart from what is the same.

In: answers. Out: a table, a column each, whose first rows are the choices themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from app.components.forms import question_form, scenario_link
from app.components.html import Child, Html, joined, tag
from app.components.labels import SHORT, between, bytes_, tokens
from app.components.outcome_marks import mark
from app.components.verdict.verdict_card import chip
from app.pages.compare import side_by_side_link
from app.pages.compare.best_for_device import ROOT
from app.pages.compare.models_on_device import speed
from app.pages.compare.side_by_side_link import MOST
from tabfit.catalog import Catalog
from tabfit.devices.budgets import Pool
from tabfit.estimate import link
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import CONTEXTS, precisions_of, runtimes_of
from tabfit.i18n.language import Words, _, later
from tabfit.light_dataclass import dataclass
from tabfit.units import Basis
from tabfit.verdict.check_text import Check
from tabfit.verdict.labels import CHECKS

#: The choices of a column, in the order of a link.
CHOICES: Final = Words(
    {
        "model": later("Model"),
        "runtime": later("Runtime"),
        "precision": later("Precision"),
        "context": later("Context length"),
        "device": later("Device"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one answer says in a row; `figure` is what it is weighed by, the less the better.

    `basis` is how the figure is known: it stands once beside the row's name where it is the same
    for all.
    """

    html: Html
    text: str
    figure: int | None = None
    basis: Basis | None = None


def table(given: Sequence[Answer], catalog: Catalog, *, only_differences: bool) -> Html:
    """Return the answers as columns of a table."""
    heads = [_head(given, at) for at in range(len(given))]
    whole = tag(
        "table",
        tag("caption", _("Scenarios side by side"), class_="aside"),
        tag("thead", _line(tag("td", role="cell"), heads), role="rowgroup"),
        _body([_choice(name, given, catalog) for name in CHOICES], "choices"),
        _group(None, _rows(given), only_differences=only_differences),
        _group(_("Checks"), _checks(given), only_differences=only_differences),
        class_=f"sides-table of-{len(given)}",
        role="table",
    )
    name = _("Scenarios side by side")
    return tag(
        "form",
        _differences(only=only_differences) if len(given) > 1 else None,
        tag("div", whole, class_="scroll", tabindex=0, role="region", aria_label=name),
        id="sides",
        data_asks=True,
        action="./",
        autocomplete="off",
    )


def _line(*cells: Child, kind: str | None = None) -> Html:
    return tag("tr", *cells, role="row", class_=kind)


def _body(lines: Child, kind: str | None = None) -> Html:
    return tag("tbody", lines, role="rowgroup", class_=kind)


def _group(
    name: str | None, rows: Iterable[tuple[str, list[Cell]]], *, only_differences: bool
) -> Html:
    """Return rows under a heading of their own, those that are the same left out if wished."""
    shown = [
        _row(row, cells)
        for row, cells in rows
        if not (only_differences and len(cells) > 1 and _same(cells))
    ]
    if not (name and shown):
        return _body(shown)
    head = tag("th", name, colspan=MOST + 1, scope="rowgroup", role="rowheader")
    return _body([_line(head, kind="apart"), *shown])


def _differences(*, only: bool) -> Html:
    box = tag("input", type="checkbox", name="only", value="differences", checked=only, id="only")
    return tag("label", box, " ", _("Only what differs"), class_="check")


def _head(given: Sequence[Answer], at: int) -> Html:
    answer = given[at]
    name = tag("a", answer.subject.name, href=f"{ROOT}#{link.write(answer.scenario)}")
    fewer = _fewer(given, at) if len(given) > 1 else None
    return tag("th", name, fewer, scope="col", role="columnheader")


# Choices


def _choice(name: str, given: Sequence[Answer], catalog: Catalog) -> Html:
    cells = [
        tag("td", _field(name, at, each, catalog), role="cell") for at, each in enumerate(given, 1)
    ]
    return _line(_row_head(CHOICES[name]), cells)


def _row_head(name: str, basis: Basis | None = None) -> Html:
    how = joined(" ", chip(basis)) if basis else None
    return tag("th", name, how, scope="row", role="rowheader")


def _field(name: str, at: int, given: Answer, catalog: Catalog) -> Html:
    label = _("{choice}, scenario {number}", choice=CHOICES[name], number=at)
    return tag(
        "select",
        _OPTIONS[name](given, catalog),
        name=f"{name}{at}",
        id=f"{name}{at}",
        aria_label=label,
        data_search=f"{question_form.FINDER}{at}" if name == "model" else None,
    )


def _runtimes(given: Answer, catalog: Catalog) -> Html:
    able = runtimes_of(given.subject, catalog)
    return question_form.flat([(each.id, each.short) for each in able], given.facts.id)


def _precisions(given: Answer, catalog: Catalog) -> Html:
    del catalog
    chosen = given.scenario.precision or ""
    offered = dict.fromkeys((*precisions_of(given.subject, given.facts), chosen))
    return question_form.flat([(each, each.lower()) for each in offered], chosen)


def _contexts(given: Answer, catalog: Catalog) -> Html:
    del catalog
    reach = given.load.architecture.main.positions
    lengths = {int(each) for each in CONTEXTS if reach is None or each <= reach}
    every = sorted({*lengths, int(given.context)})
    return question_form.flat([(str(each), tokens(each)) for each in every], str(given.context))


def _devices(given: Answer, catalog: Catalog) -> Html:
    chosen = given.scenario.device
    return question_form.device_options(catalog, chosen if isinstance(chosen, str) else "")


_OPTIONS = {
    "model": lambda given, catalog: question_form.model_options(catalog.models, given.subject.id),
    "runtime": _runtimes,
    "precision": _precisions,
    "context": _contexts,
    "device": _devices,
}


# Figures


def _rows(given: Sequence[Answer]) -> Iterator[tuple[str, list[Cell]]]:
    yield _("Verdict"), [_verdict(each) for each in given]
    yield _("Download"), [_bytes(each.download.likely, each.download_basis) for each in given]
    yield (
        _("The runtime’s own code"),
        [_bytes(each.runtime_download.likely, Basis.MEASURED) for each in given],
    )
    yield _("Memory at its peak"), [_memory(each, Pool.PEAK) for each in given]
    yield _("Most in the page"), [_memory(each, Pool.PAGE) for each in given]
    yield _("Most on the GPU"), [_memory(each, Pool.GPU) for each in given]
    yield _("Tokens a second"), [_speed(each) for each in given]


def _checks(given: Sequence[Answer]) -> Iterator[tuple[str, list[Cell]]]:
    for name in _check_names(given):
        yield CHECKS[name], [_check(each, name) for each in given]


def _check_names(given: Sequence[Answer]) -> list[str]:
    """Return the checks that any of the answers has, in the order of the page's words."""
    there = {check.name for each in given for check in each.checks}
    return [name for name in CHECKS if name in there]


def _verdict(given: Answer) -> Cell:
    outcome = given.verdict.outcome
    shown = tag("span", mark(outcome), given.verdict.words, class_=f"short {outcome}")
    return Cell(html=shown, text=outcome)


def _bytes(count: int, basis: Basis) -> Cell:
    text = bytes_(count) if count else _("nothing")
    return Cell(html=joined(text), text=text, figure=count, basis=basis)


def _memory(given: Answer, pool: Pool) -> Cell:
    need = given.memory(pool)
    text = between(need) if need.high else _("nothing")
    return Cell(html=joined(text), text=text, figure=need.likely, basis=Basis.COMPUTED)


def _speed(given: Answer) -> Cell:
    if given.rates is None:
        return Cell(html=joined("–"), text="–")
    text = speed(given.rates)
    figure = -given.rates.hundredths.likely
    return Cell(html=joined(text), text=text, figure=figure, basis=given.rates.basis)


def _check(given: Answer, name: str) -> Cell:
    found = next((check for check in given.checks if check.name == name), None)
    if found is None:
        return Cell(html=joined("–"), text="–")
    outcome = found.outcome
    shown = tag("span", mark(outcome), SHORT[outcome], class_=f"short {outcome}")
    room = _room(found)
    return Cell(html=joined(shown, tag("small", room) if room else None), text=f"{outcome} {room}")


def _room(check: Check) -> str:
    if check.need is None:
        return ""
    if check.have is None:
        return between(check.need)
    return _("{need} of {have}", need=between(check.need), have=between(check.have))


def _same(cells: Sequence[Cell]) -> bool:
    return len({cell.text for cell in cells}) == 1


def _row(name: str, cells: Sequence[Cell]) -> Html:
    same = len(cells) > 1 and _same(cells)
    figures = [cell.figure for cell in cells if cell.figure is not None]
    best = min(figures) if len(figures) == len(cells) and len(set(figures)) > 1 else None
    known = {cell.basis for cell in cells if cell.basis is not None}
    shown = [
        _cell(
            cell,
            best=best is not None and cell.figure == best,
            basis=cell.basis if len(known) > 1 else None,
        )
        for cell in cells
    ]
    head = _row_head(name, known.pop() if len(known) == 1 else None)
    return _line(head, shown, kind="same" if same else None)


def _cell(cell: Cell, *, best: bool, basis: Basis | None) -> Html:
    """Return a cell; the best of a row says so, not by its colour alone."""
    said = joined(" ", tag("small", _("best"), class_="best")) if best else None
    how = joined(" ", chip(basis)) if basis else None
    return tag("td", cell.html, how, said, role="cell", class_="is-best" if best else None)


# More and fewer


def actions(given: Sequence[Answer]) -> Html | None:
    """Return the way to add a scenario: the last one once more, to be changed."""
    if len(given) >= MOST:
        return None
    there = address_of([*given, given[-1]])
    more = tag("a", _("Add a scenario"), href=there, id="more", data_change="stay", class_="main")
    return tag("p", more, class_="side-actions")


def _fewer(given: Sequence[Answer], at: int) -> Html:
    name = given[at].subject.name
    return tag(
        "a",
        _("Leave out"),
        href=address_of([*given[:at], *given[at + 1 :]]),
        id=f"less{at + 1}",
        data_change="stay",
        aria_label=_("Leave out {model}, scenario {number}", model=name, number=at + 1),
        class_="less",
    )


def address_of(given: Sequence[Answer]) -> str:
    """Return the link of these answers side by side."""
    return side_by_side_link.address(
        [side_by_side_link.token(scenario_link.settled(each)) for each in given]
    )
