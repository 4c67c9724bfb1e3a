"""Every model on typical devices: what the page Compare says before any script, or without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.components.forms.question_form import task_name
from app.components.html import Html, joined, tag
from app.components.labels import SHORT, bytes_
from app.components.outcome_marks import mark
from app.components.verdict.common_devices import short_name
from app.pages.compare.models_on_device import parameters
from tabfit.catalog import Catalog
from tabfit.compare.comparisons import ComparisonRow
from tabfit.i18n.language import _, plural
from tabfit.verdict.probability import Outcome


def table(
    models: Iterable[str],
    rows: Mapping[str, Mapping[str, ComparisonRow]],
    catalog: Catalog,
    root: str,
) -> Html:
    """Return a row for each model and a column for each typical device, by the device's id."""
    names = [_named(each, catalog) for each in rows]
    heads = [_("Model"), _("Parameters"), *names]
    return tag(
        "table",
        tag("caption", _("Every model on typical devices"), class_="aside"),
        tag("thead", tag("tr", [tag("th", each, scope="col") for each in heads])),
        tag("tbody", [_row(each, rows, catalog, root) for each in models]),
        class_="typical-table",
    )


def _row(
    model: str, rows: Mapping[str, Mapping[str, ComparisonRow]], catalog: Catalog, root: str
) -> Html:
    row = catalog.model(model)
    name = tag("a", row.name, href=f"{root}m/{model}/")
    return tag(
        "tr",
        tag("th", name, tag("small", task_name(row)), scope="row"),
        tag("td", parameters(row.parameters), class_="number"),
        [_cell(_named(device, catalog), found.get(model)) for device, found in rows.items()],
    )


def _named(device: str, catalog: Catalog) -> str:
    return short_name(device, catalog.device(device).name)


def _cell(device: str, row: ComparisonRow | None) -> Html:
    if row is None:
        return tag("td", "–", data_label=device)
    shown = tag("span", mark(row.outcome), SHORT[row.outcome], class_=f"short {row.outcome}")
    size, precision = row.line.download.likely, row.line.precision.lower()
    effect = " · ".join([precision, bytes_(size)] if size else [precision])
    return tag("td", shown, tag("small", effect), data_label=device)


def finding(rows: Mapping[str, Mapping[str, ComparisonRow]], catalog: Catalog) -> Html:
    """Return how many models likely fit each typical device."""
    said = [_fit(_named(device, catalog), [*found.values()]) for device, found in rows.items()]
    return joined(tag("h2", _("On typical devices")), tag("p", " ".join(said), class_="lead"))


def _fit(device: str, rows: Sequence[ComparisonRow]) -> str:
    fit = sum(row.outcome is Outcome.LIKELY for row in rows)
    return plural(
        "{device}: {count} of {all} likely fits.",
        "{device}: {count} of {all} likely fit.",
        fit,
        device=device,
        all=len(rows),
    )
