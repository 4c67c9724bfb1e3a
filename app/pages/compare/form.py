"""The question of the page Compare, and the choices among the rows.

In: what was wanted. Out: forms. The search box is never renewed while somebody types.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.components.forms import question_form
from app.components.html import Html, joined, sentence, tag
from app.components.labels import SHORT, bytes_
from app.components.outcome_marks import mark
from app.pages.compare import filter_and_sort
from app.pages.compare.filter_and_sort import SIZES, RowFilter
from app.pages.compare.models_on_device import COLUMNS
from tabfit.catalog import Catalog
from tabfit.compare.comparisons import ComparisonRow
from tabfit.i18n.language import Words, _, later, number
from tabfit.verdict.probability import Outcome

#: The three ways to compare.
VIEWS: Final = Words(
    {
        "models": later("Every model"),
        "places": later("One model"),
        "sides": later("Side by side"),
    }
)


def views(chosen: str, links: dict[str, str]) -> Html:
    """Return the way between the three views of the page."""
    return tag(
        "nav",
        [
            tag(
                "a",
                VIEWS[each],
                href=links[each],
                id=f"view-{each}",
                data_change="stay",
                aria_current="true" if each == chosen else None,
            )
            for each in VIEWS
        ],
        class_="views",
        aria_label=_("What to compare"),
    )


def asking(view: str, choices: dict[str, tuple[str, str, Html]]) -> Html:
    """Return the question as a form; a choice is its label, the words shown and its options."""
    made = {name: question_form.choice(name, *each) for name, each in choices.items()}
    asked = {
        "models": lambda: sentence(_("Which models fit {device}?"), **made),
        "places": lambda: sentence(_("Where does {model} fit?"), **made),
        "sides": lambda: joined(_("How do they compare?")),
    }[view]()
    hidden = None
    if view != "models":
        hidden = tag("input", type="hidden", name="view", value=view)
    return tag(
        "form",
        tag("h1", asked),
        hidden,
        id="question",
        data_asks=True,
        action="./",
        autocomplete="off",
    )


def filters(given: RowFilter, rows: Iterable[ComparisonRow], catalog: Catalog) -> Html:
    """Return the choices among the rows; `rows` are those of every verdict."""
    search = tag(
        "label",
        tag("span", _("Search by name")),
        tag("input", type="search", name="q", value=given.query, maxlength=100, id="search"),
        class_="search",
    )
    counts = filter_and_sort.counted(rows)
    return tag(
        "form",
        search,
        _narrowing(given, catalog),
        tag(
            "fieldset",
            tag("legend", _("Verdict"), class_="aside"),
            [_verdict(each, given, counts[each]) for each in Outcome],
            class_="chips",
        ),
        id="filters",
        class_="filters",
        data_asks=True,
        action="./",
        autocomplete="off",
        aria_label=_("Choose among the models"),
        role="search",
    )


def _narrowing(given: RowFilter, catalog: Catalog) -> Html:
    """Return what a model must be, folded on a phone unless something of it was chosen."""
    fields = _fields(given, catalog)
    chosen = any((given.task, given.runtime, given.size, given.licence, given.most))
    return tag(
        "details",
        tag("summary", _("More filters, and the order")),
        tag("div", fields, class_="narrow"),
        class_="narrowing",
        open=chosen,
    )


def _fields(given: RowFilter, catalog: Catalog) -> list[Html]:
    return [
        _select(
            "task", _("Task"), question_form.tasks(catalog.models), _same_task(given.task, catalog)
        ),
        _select("runtime", _("Runtime"), _runtimes(catalog), given.runtime),
        _select("size", _("Size"), _sizes(catalog), given.size),
        _select("licence", _("Licence"), _licences(catalog), given.licence),
        _select("most", _("Largest download"), _most(), str(given.most or "")),
        _select("sort", _("Order"), _orders(given), given.sort, every=False),
    ]


def count_parts(rows: Iterable[ComparisonRow]) -> dict[str, Html]:
    """Return the numbers beside the verdicts, by the ids of their elements."""
    counts = filter_and_sort.counted(rows)
    return {f"count-{each}": _count(counts[each]) for each in Outcome}


def _count(count: int) -> Html:
    return joined(number(count, ",")) if count else tag("span", number(0), class_="none")


def _verdict(outcome: Outcome, given: RowFilter, count: int) -> Html:
    box = tag(
        "input",
        type="checkbox",
        name="verdict",
        value=outcome,
        checked=outcome in given.verdicts,
    )
    many = tag("b", _count(count), id=f"count-{outcome}")
    words = tag("span", mark(outcome), many, " ", SHORT[outcome])
    return tag("label", box, words, class_="chip")


def _select(
    name: str,
    label: str,
    pairs: list[tuple[str, str]],
    chosen: str | None,
    *,
    every: bool = True,
) -> Html:
    options = [("", _("any")), *pairs] if every else pairs
    field = tag("select", question_form.flat(options, chosen or ""), name=name, id=f"filter-{name}")
    return tag("label", tag("span", label), field, class_=f"by-{name}")


def _same_task(task: str | None, catalog: Catalog) -> str | None:
    """Return the task that stands for all those of the same words."""
    same = filter_and_sort.alike(task, catalog) if task else ()
    return next(
        (each for each, _words in question_form.tasks(catalog.models) if each in same), None
    )


def _runtimes(catalog: Catalog) -> list[tuple[str, str]]:
    real = [(each.id, each.short) for each in catalog.runtimes if not each.hypothetical]
    return [*real, (catalog.weights_alone.id, _("none yet: weights alone"))]


def _sizes(catalog: Catalog) -> list[tuple[str, str]]:
    classes = {each.size_class: each.parameters or 0 for each in catalog.models if each.size_class}
    return [(each, each.replace("-", "–")) for each in sorted(classes, key=lambda c: classes[c])]


def _licences(catalog: Catalog) -> list[tuple[str, str]]:
    every = sorted({model.licence for model in catalog.models}, key=str.lower)
    return [(each, _("not said") if each == "unknown" else each) for each in every]


def _most() -> list[tuple[str, str]]:
    return [(str(each), bytes_(each)) for each in SIZES]


def _orders(given: RowFilter) -> list[tuple[str, str]]:
    plain = [(each, _order(each)) for each in filter_and_sort.SORTS]
    if given.sort.startswith("-"):
        return [*plain, (given.sort, _("{column}, turned round", column=_order(given.column)))]
    return plain


def _order(column: str) -> str:
    if column in filter_and_sort.LARGEST_FIRST:
        return _("{column}, largest first", column=COLUMNS[column])
    if column in ("name", "verdict"):
        return COLUMNS[column]
    return _("{column}, smallest first", column=COLUMNS[column])
