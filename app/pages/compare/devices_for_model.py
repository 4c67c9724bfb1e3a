"""One model on every device: what it needs at least, and where it fits.

In: rows by device, and the smallest memory of each kind. Out: HTML, the devices grouped,
each a link to its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from app.components.forms.question_form import device_groups
from app.components.html import Html, joined, tag
from app.components.labels import SHORT, bytes_, gigabytes
from app.components.outcome_marks import mark
from app.components.verdict.verdict_card import chip
from app.pages.compare.best_for_device import ROOT
from app.pages.compare.models_on_device import way
from tabfit.catalog import Catalog, DeviceRow
from tabfit.compare.comparisons import ComparisonRow
from tabfit.estimate import link
from tabfit.i18n.language import Words, _, later, number
from tabfit.light_dataclass import replace
from tabfit.units import Basis, Bytes
from tabfit.verdict.labels import CHECKS
from tabfit.verdict.probability import Outcome

KINDS: Final = Words(
    {
        "iphone": later("an iPhone"),
        "android": later("an Android phone"),
        "laptop": later("a laptop with shared graphics"),
    }
)


def needs(smallest: Mapping[str, tuple[Bytes, ComparisonRow] | None]) -> Html:
    """Return the least memory of each kind of device that likely runs a model."""
    return tag(
        "dl", [_need(kind, found) for kind, found in smallest.items()], class_="figures least"
    )


def _need(kind: str, found: tuple[Bytes, ComparisonRow] | None) -> Html:
    if found is None:
        named = tag("dt", KINDS[kind], " ", _assumed())
        return tag("div", tag("dd", _("more than any has")), named)
    size, row = found
    named = tag("dt", KINDS[kind], " ", _assumed(), tag("small", _way(row)))
    return tag("div", tag("dd", _("{size} or more", size=gigabytes(size))), named)


def _assumed() -> Html:
    return chip(Basis.ASSUMED)


def _way(row: ComparisonRow) -> str:
    size = row.line.download.likely
    if not size:
        return way(row)
    return _("{way}, {size} to download", way=way(row), size=bytes_(size))


def places(rows: Mapping[str, ComparisonRow], catalog: Catalog) -> Html:
    """Return the catalogue's devices by kind, each with its verdict; single models are folded."""
    return tag(
        "div",
        [_group(name, group, rows) for name, group in device_groups(catalog)],
        class_="places",
    )


def _group(name: str, devices: Iterable[DeviceRow], rows: Mapping[str, ComparisonRow]) -> Html:
    every = list(devices)
    fit = sum(rows[each.id].outcome is Outcome.LIKELY for each in every)
    tally = _("{count} of {all} likely", count=number(fit), all=number(len(every)))
    return tag(
        "details",
        tag("summary", tag("h3", name), " ", tag("small", tally)),
        tag("ul", [_place(each, rows[each.id]) for each in every]),
        open=any(each.generic for each in every),
    )


def _place(device: DeviceRow, row: ComparisonRow) -> Html:
    asked = replace(row.line.scenario, context=None, device=device.id)
    why = way(row)
    if row.outcome is not Outcome.LIKELY:
        why = _("{way}: {reason}", way=why, reason=CHECKS[row.because])
    said = joined(
        tag("span", device.name, tag("small", why), class_="where"),
        tag("span", mark(row.outcome), SHORT[row.outcome], class_=f"short {row.outcome}"),
    )
    return tag("li", tag("a", said, href=f"{ROOT}#{link.write(asked)}"))


def finding(rows: Mapping[str, ComparisonRow], name: str) -> Html:
    """Return on how many devices a model fits, in one sentence."""
    fit = sum(row.outcome is Outcome.LIKELY for row in rows.values())
    said = _(
        "{model} likely fits on {fit} of {all} devices",
        model=name,
        fit=number(fit),
        all=number(len(rows)),
    )
    return tag("h2", said)
