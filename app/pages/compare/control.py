"""Compare: every model on one device, one model on every device, or scenarios side by side.

The three are views of one page, each with its own question and its own link.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app import site_data
from app.components import copied_text, page_layout
from app.components.device import device_summary
from app.components.forms import question_form, scenario_link
from app.components.html import Html, joined, sentence, tag
from app.components.models import model_search
from app.components.verdict import answer_text, common_devices
from app.pages.compare import (
    devices_for_model,
    export,
    filter_and_sort,
    form,
    models_on_device,
    side_by_side,
    side_by_side_link,
    typical_devices,
)
from app.pages.compare.filter_and_sort import Comparison, RowFilter, comparison_on
from app.request_reply import PageHead, PageReply, PageRequest, current_choices
from app.site_pages import FOLDERS
from tabfit.catalog import Catalog
from tabfit.compare import comparisons, smallest_device
from tabfit.compare.catalog_requirements import CatalogRequirements
from tabfit.compare.comparisons import ComparisonRow
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate import answers, link
from tabfit.estimate.answers import Answer
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import _, plural
from tabfit.units import Tokens
from tabfit.verdict.probability import Outcome

KEYS: Final = side_by_side_link.KEYS
NUMPY: Final[tuple[str, ...]] = ()

VIEWS: Final = tuple(form.VIEWS)
#: The model that "devices for one model" opens on, and those that stand side by side at first.
MODEL: Final = "gemma-2b"
SIDES: Final = ("gemma-2b", "distilbert")
#: The devices of the table before scripts.
TYPICAL: Final = common_devices.DEVICES[:3]
#: The parts that are files, by the names that the page's buttons ask for.
FILES: Final = ("csv", "json")


def head(catalog: Catalog) -> PageHead:
    """Return what the page is called."""
    return PageHead(
        title=_("Compare: which AI models fit this device?"),
        description=_(
            "All {count} models of the catalogue on your device, each at its best precision: "
            "what it downloads, what it needs at its peak, and whether it likely fits.",
            count=len(catalog.models),
        ),
    )


def main(catalog: Catalog, root: str) -> Html:
    """Return the page before any script: every model on typical devices."""
    return joined(
        tag("div", _views("models", None), id="views"),
        tag("div", _asking_models(None, None, catalog), id="compare-question"),
        tag("div", device_summary.waiting(_before()), id="said"),
        page_layout.status(),
        tag("div", _typical(catalog, root), id="compared", aria_busy="false"),
        tag("section", *_how(), id="how", class_="prose"),
        model_search.dialog(catalog.models, catalog_alone=True),
    )


def _before() -> str:
    return _(
        "Until this page has asked your device, it answers for typical ones. Each model is shown "
        "at the precision that suits the device best."
    )


def _typical(catalog: Catalog, root: str) -> Html | None:
    """Return the table of typical devices; in the page the answer itself follows at once."""
    if sys.platform == "emscripten":
        return None
    requirements = site_data.catalog_requirements()
    found = {device: _best(_comparison(requirements, catalog, device)) for device in TYPICAL}
    shown = {model for rows in found.values() for model in rows}
    models = sorted(shown, key=lambda model: catalog.model(model).name.lower())
    return joined(
        typical_devices.finding(found, catalog),
        typical_devices.table(models, found, catalog, root),
    )


def _best(comparison: Comparison) -> dict[str, ComparisonRow]:
    rows = {model: comparison.row(model) for model in comparison.requirements.models}
    return {model: row for model, row in rows.items() if row is not None}


def _how() -> tuple[Html, Html, Html]:
    source = "https://arxiv.org/abs/2212.09720"
    measured = tag("a", tag("cite", "Dettmers, Zettlemoyer 2023"), href=source, rel="noreferrer")
    return (
        tag("h2", _("How the best precision is chosen")),
        tag(
            "p",
            _(
                "The best verdict wins. Among equals it is the precision that the runtime loads "
                "unless told otherwise; where only a narrower one fits, the widest that does. "
                "Runtimes on the graphics processor come first for models that write."
            ),
        ),
        tag(
            "p",
            sentence(
                _(
                    "Fewer than four bits are taken only where nothing wider does as well: below "
                    "four, a larger model no longer makes up for what is lost ({source})."
                ),
                source=measured,
            ),
        ),
    )


# Replying


def respond(asked: PageRequest) -> PageReply:
    """Return what changes, in the view that was asked for."""
    return replied(asked, site_data.catalog_requirements())


def replied(asked: PageRequest, requirements: CatalogRequirements) -> PageReply:
    """Return the reply from the requirements."""
    view = asked.fields.get("view")
    if view == "places":
        return _places(asked, requirements)
    if view == "sides":
        return _sides(asked, requirements)
    return _models(asked, requirements)


def _views(chosen: str, place: str | None) -> Html:
    """Return the way between the views; the chosen device stays chosen."""
    links = {
        "models": models_on_device.address({"device": place}),
        "places": models_on_device.address({"view": "places"}),
        "sides": models_on_device.address({"view": "sides"}),
    }
    return form.views(chosen, links)


# Every model on one device


def _comparison(requirements: CatalogRequirements, catalog: Catalog, device: str) -> Comparison:
    return comparison_on(requirements, answers.place(device, Device(), catalog))


def _models(asked: PageRequest, requirements: CatalogRequirements) -> PageReply:
    place, notice = _place(asked)
    device = answers.place(place, asked.here, asked.catalog)
    comparison, wanted = (
        comparison_on(requirements, device),
        filter_and_sort.read_filter(asked.fields, asked.catalog),
    )
    passing = comparison.passing(wanted)
    rows = [row for row in passing if not wanted.verdicts or row.outcome in wanted.verdicts]
    if asked.part in FILES:
        return _file(asked, rows, place)
    known, title = place if isinstance(place, str) else None, _title(place, device)
    return PageReply(
        parts={
            "views": _views("models", known),
            "compare-question": _asking_models(place, device, asked.catalog),
            "said": device_summary.summary(
                device, stated=asked.stated, elsewhere=place is not None
            ),
            **_model_parts(asked, comparison, wanted, rows, passing, place, title),
        },
        title=title,
        fields={**filter_and_sort.fields(wanted), "device": _written(place)},
        with_device={**filter_and_sort.fields(wanted), "device": _written(place or device)},
        folder=FOLDERS["compare"],
        notice=notice,
    )


def _title(place: str | Device | None, device: Device) -> str:
    if place is None or device.name is None:
        return _("Which models fit this device?")
    return _("Which models fit {device}?", device=device.name)


def _model_parts(
    asked: PageRequest,
    comparison: Comparison,
    wanted: RowFilter,
    rows: list[ComparisonRow],
    passing: list[ComparisonRow],
    place: str | Device | None,
    title: str,
) -> dict[str, Html]:
    """Return all of the view, or what a change of its forms leaves to renew."""
    catalog, known = asked.catalog, place if isinstance(place, str) else None
    picked = [row for pick in wanted.picks if (row := comparison.row(pick)) is not None]
    found = models_on_device.finding(rows, wanted, comparison, known)
    tray = joined(models_on_device.tray(wanted, picked, known))
    more = models_on_device.more(rows, wanted)
    text = models_on_device.as_text(rows, title, catalog)
    copying = copied_text.copied(text)
    if asked.linked or not asked.fields:
        table = models_on_device.table(rows, wanted, comparison, place)
        filters = form.filters(wanted, passing, catalog)
        return {
            "compared": joined(
                _whole(filters, found, joined(table, tag("div", more, id="more")), tray),
                tag("div", copying, id="copying", class_="buttons"),
            )
        }
    parts = {
        "finding": found,
        "copying": copying,
        "tray": tray,
        "heads": models_on_device.heads(wanted, place),
    }
    if asked.changed != {"pick"}:
        parts["more"] = joined(more)
        parts["rows"] = models_on_device.body(rows, wanted, comparison, place)
    return {**parts, **form.count_parts(passing)}


def _whole(filters: Html, found: Html, table: Html, tray: Html) -> Html:
    return joined(
        tag("div", found, id="finding", aria_live="polite", aria_busy="false"),
        filters,
        tag(
            "form",
            table,
            tag("div", tray, id="tray"),
            id="picked",
            data_asks=True,
            action="./",
        ),
        tag("p", [_save(kind) for kind in FILES], class_="buttons"),
    )


def _save(kind: str) -> Html:
    words = {"csv": _("Save as CSV"), "json": _("Save as JSON")}[kind]
    return tag(
        "button",
        words,
        type="button",
        data_save=kind,
        data_type={"csv": "text/csv", "json": "application/json"}[kind],
        data_name=f"will-it-fit.{kind}",
    )


def _file(asked: PageRequest, rows: list[ComparisonRow], place: str | Device | None) -> PageReply:
    known = place if isinstance(place, str) else None
    report = comparisons.report(rows, asked.catalog, known)
    kind = str(asked.part)
    text = export.as_csv(report["models"]) if kind == "csv" else export.as_json(report)
    return PageReply(parts={kind: Html(text)}, title="", folder=FOLDERS["compare"])


def _asking_models(place: str | Device | None, device: Device | None, catalog: Catalog) -> Html:
    theirs = _("the sender’s device")
    words = _(question_form.THIS_DEVICE)
    key, more = "", []
    if isinstance(place, str):
        key, words = place, catalog.device(place).name
    elif place is not None:
        key, words = question_form.SENDERS_DEVICE, (device.name if device else None) or theirs
        more = [(key, words)]
    options = question_form.device_options(catalog, key, *more)
    return form.asking("models", {"device": (_("Device"), words, options)})


def _place(asked: PageRequest) -> tuple[str | Device | None, str | None]:
    """Return the device chosen, by its catalogue id or its signals, and what was wrong with it."""
    text = asked.fields.get("device")
    try:
        if text == question_form.SENDERS_DEVICE and asked.raw.get("shared"):
            text = link.fields(asked.raw["shared"], KEYS).get("device")
        if not text:
            return None, None
        device = link.scenario({"model": MODEL, "device": text}).device
        return asked.catalog.device(device).id if isinstance(device, str) else device, None
    except TabfitError as fault:
        return None, str(fault)


def _written(place: str | Device | None) -> str | None:
    return link.written(Scenario(model=MODEL, device=place))["device"]


# One model on every device


def _places(asked: PageRequest, requirements: CatalogRequirements) -> PageReply:
    catalog, notice = asked.catalog, None
    try:
        model = catalog.model(asked.fields.get("model") or MODEL)
    except TabfitError as fault:
        model, notice = catalog.model(MODEL), str(fault)
    lines = requirements.lines(model.id)
    rows = comparisons.everywhere(lines, catalog)
    smallest = {
        kind: smallest_device.smallest(lines, catalog, kind) for kind in smallest_device.KINDS
    }
    options = question_form.model_options(catalog.models, model.id)
    return PageReply(
        parts={
            "views": _views("places", None),
            "compare-question": form.asking("places", {"model": (_("Model"), model.name, options)}),
            "said": tag(
                "p", _("Each model is judged at the precision that suits the device best.")
            ),
            "compared": joined(
                tag(
                    "div",
                    devices_for_model.finding(rows, model.name),
                    id="finding",
                    aria_live="polite",
                ),
                tag("h3", _("It needs at least")),
                devices_for_model.needs(smallest),
                devices_for_model.places(rows, catalog),
            ),
        },
        title=_("Where does {model} fit?", model=model.name),
        fields={"view": "places", "model": None if model.id == MODEL else model.id},
        folder=FOLDERS["compare"],
        notice=notice,
    )


# Side by side


def _sides(asked: PageRequest, requirements: CatalogRequirements) -> PageReply:
    scenarios, notice = _scenarios(asked, requirements)
    given, unanswered = _answered(scenarios, asked)
    only = asked.fields.get("only") == "differences"
    tokens = [side_by_side_link.token(scenario_link.settled(each)) for each in given]
    return PageReply(
        parts={
            "views": _views("sides", None),
            "compare-question": form.asking("sides", {}),
            "said": tag("p", _("Every choice can be changed here; the link carries all of them.")),
            "compared": joined(
                tag("div", _difference(given), id="finding"),
                side_by_side.actions(given),
                tag("div", copied_text.copied(_as_text(given)), class_="buttons"),
                side_by_side.table(given, asked.catalog, only_differences=only),
            ),
        },
        title=_("Side by side"),
        fields={
            "view": "sides",
            **{f"s{at}": each for at, each in enumerate(tokens, 1)},
            "only": "differences" if only else None,
        },
        folder=FOLDERS["compare"],
        notice=notice or unanswered,
    )


def _as_text(given: list[Answer]) -> Iterator[str]:
    """Yield what is said of each scenario, as text."""
    for each in given:
        yield from answer_text.lines(each)
        yield ""


def _difference(given: list[Answer]) -> Html:
    """Return how many of the scenarios likely fit."""
    fit = sum(each.verdict.outcome is Outcome.LIKELY for each in given)
    return tag(
        "h2",
        plural("{count} of {all} likely fits", "{count} of {all} likely fit", fit, all=len(given)),
    )


def _scenarios(
    asked: PageRequest, requirements: CatalogRequirements
) -> tuple[list[Scenario], str | None]:
    """Return the scenarios of the page's selects, those of a link, or two for a beginning."""
    fields = asked.fields
    if "model1" in fields:
        every = range(1, side_by_side_link.MOST + 1)
        return [_chosen(fields, at, asked.changed) for at in every if f"model{at}" in fields], None
    texts = [fields[key] for key in side_by_side_link.PLACES if key in fields]
    try:
        given, notice = [side_by_side_link.scenario(text) for text in texts], None
    except TabfitError as fault:
        given, notice = [], str(fault)
    comparison = comparison_on(requirements, asked.here)
    usual = [row.line.scenario for each in SIDES if (row := comparison.row(each)) is not None]
    return given or usual, notice


def _chosen(fields: Mapping[str, str], at: int, changed: frozenset[str]) -> Scenario:
    """Return the choices of one column; what a change of model or runtime outdates is dropped."""
    column = {name: fields.get(f"{name}{at}", "") for name in side_by_side.CHOICES}
    own = frozenset(name for name in column if f"{name}{at}" in changed)
    taken: dict[str, Any] = current_choices(column, own)
    context = taken.pop("context", "")
    return Scenario(**taken, context=Tokens(int(context)) if context.isdigit() else None)


def _answered(scenarios: list[Scenario], asked: PageRequest) -> tuple[list[Answer], str | None]:
    """Return the answers; a scenario without one gives up its choices, then its model."""
    given, notice = [], None
    for each in scenarios:
        plain = Scenario(model=each.model)
        for attempt in (each, plain, Scenario(model=MODEL)):
            try:
                given.append(answers.kept_answer(attempt, asked.catalog, asked.here))
            except TabfitError as fault:
                notice = notice or str(fault)
            else:
                break
    return given, notice
