"""Memory from download to answer: a picture that is a table.

Each phase is a row, its bar stacked by what fills it; the budget is a band
across all rows, because both are intervals.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.components import formula_popover
from app.components.charts import budget_band, svg_chart
from app.components.charts.svg_chart import Axis
from app.components.html import Html, joined, sentence, tag
from app.components.labels import between, bytes_
from tabfit.devices.budgets import Pool
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import Words, _, later
from tabfit.runtimes import Label, Phase
from tabfit.units import Interval
from tabfit.verdict.check_text import Check
from tabfit.verdict.labels import LABELS, PHASES

ORDER = (Label.RUNTIME, Label.WEIGHTS, Label.COPIES, Label.CACHE, Label.WORK)

_TITLES = Words(
    {
        Pool.PEAK: later("Memory from download to answer"),
        Pool.PAGE: later("Memory of the tab"),
        Pool.GPU: later("Memory of the graphics card"),
    }
)


def card(answer: Answer) -> Html:
    """Return the picture with its legend and the exact figures behind it."""
    checks = [check for check in answer.checks if check.pool is not None]
    used = [
        label for label in ORDER if any(p.of_label(label).likely for p in answer.footprint.phases)
    ]
    return tag(
        "section",
        [_chart(answer, check) for check in checks],
        tag("ul", [_key(label) for label in used], class_="legend"),
        tag("details", tag("summary", _("The figures")), _table(answer, used)),
        [formula_popover.place(name) for name in _formulas(answer, used)],
        class_="card",
        aria_label=_("Memory"),
    )


def _formulas(answer: Answer, used: list[Label]) -> Iterator[str]:
    """Yield the names of the formulas that the figures of this card open."""
    pools = [check.pool for check in answer.checks if check.pool is not None]
    for phase in answer.footprint.phases:
        yield from dict.fromkeys(_phase(phase, pool) for pool in (*pools, Pool.PEAK))
        yield from (f"part-{label}-{phase.name}" for label in used if phase.of_label(label).likely)


def _phase(phase: Phase, pool: Pool) -> str:
    return f"phase-{phase.name}" if pool is Pool.PEAK else f"phase-{phase.name}-{pool}"


def _chart(answer: Answer, check: Check) -> Html:
    pool = check.pool or Pool.PEAK
    phases = answer.footprint.phases
    ends = [_size(phase, pool).high for phase in phases]
    most = max(*ends, min(check.have.high, 2 * max(ends)) if check.have else 0, 1)
    axis = svg_chart.linear(most, svg_chart.round_bytes, most=3)
    behind = joined(
        budget_band.behind_bar(check.have, round(axis.high)), svg_chart.lines(axis)
    )  # the same in every row
    rows = [_row(phase, pool, behind, axis) for phase in phases]
    return joined(
        tag("h3", _TITLES[pool]),
        tag("p", _band_text(check), class_="band-text"),
        tag("table", tag("tbody", rows, _scale(axis, check.have)), class_="chart scaled"),
    )


def _scale(axis: Axis, have: Interval | None) -> Html:
    """Return the row below the bars: the axis, and an arrow where the band goes on beyond it."""
    more = have is not None and budget_band.cut(have, round(axis.high))
    return tag(
        "tr",
        tag("td"),
        tag("td", svg_chart.scale(axis), class_="bar"),
        tag("td", "→" if more else "", class_="cut"),
        aria_hidden="true",
    )


def _band_text(check: Check) -> Html:
    if check.have is None:
        return joined(_("What a tab may use here is not known."))
    have = formula_popover.opener(between(check.have), f"{check.name}-have")
    return joined(
        tag("span", class_="swatch band", aria_hidden="true"),
        tag(
            "span",
            sentence(
                _("a tab here can probably use {have}; the darker, the less likely"),
                have=have,
            ),
        ),
    )


def _size(phase: Phase, pool: Pool) -> Interval:
    return phase.peak if pool is Pool.PEAK else phase.in_pool(pool)


def _row(phase: Phase, pool: Pool, behind: Html, axis: Axis) -> Html:
    size = _size(phase, pool)
    return tag(
        "tr",
        tag("th", PHASES[phase.name], scope="row"),
        tag("td", _bar(phase, pool, behind, axis), class_="bar"),
        tag(
            "td", formula_popover.opener(bytes_(size.likely), _phase(phase, pool)), class_="number"
        ),
    )


def _bar(phase: Phase, pool: Pool, behind: Html, axis: Axis) -> Html:
    top = round(axis.high)
    return tag(
        "svg",
        behind,
        list(_stack(phase, pool, top)),
        _whisker(_size(phase, pool), top),
        width="100%",
        height="100%",
        aria_hidden="true",
        focusable="false",
    )


def _stack(phase: Phase, pool: Pool, top: int) -> Iterator[Html]:
    at = 0
    for label in ORDER:
        parts = [
            c.size.likely
            for c in phase.components
            if c.label is label and pool in (Pool.PEAK, c.pool)
        ]
        width = sum(parts)
        if width:
            yield tag(
                "rect",
                class_=f"part {label}",
                x=budget_band.share(at, top),
                width=budget_band.share(width, top),
                y="22%",
                height="56%",
            )
            at += width


def _whisker(size: Interval, top: int) -> Html:
    return tag(
        "line",
        class_="whisker",
        x1=budget_band.share(size.low, top),
        x2=budget_band.share(size.high, top),
        y1="50%",
        y2="50%",
    )


def _key(label: Label) -> Html:
    swatch = tag("span", class_=f"swatch {label}", aria_hidden="true")
    return tag("li", swatch, LABELS[label])


def _table(answer: Answer, used: list[Label]) -> Html:
    head = tag(
        "tr",
        tag("th", _("phase"), scope="col"),
        [_head(LABELS[label]) for label in used],
        _head(_("low")),
        _head(_("likely")),
        _head(_("high")),
    )
    rows = [_figures(phase, used) for phase in answer.footprint.phases]
    table = tag(
        "table",
        tag("caption", _("Bytes above an empty page, likely values; the last three are the whole")),
        tag("thead", head),
        tag("tbody", rows),
    )
    return tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=_("Figures"))


def _head(text: str) -> Html:
    return tag("th", text, scope="col", class_="number")


def _figures(phase: Phase, used: list[Label]) -> Html:
    peak = phase.peak
    cells = [tag("td", _part(phase, label), class_="number") for label in used]
    ends = [formula_popover.opener(bytes_(each), _phase(phase, Pool.PEAK)) for each in _ends(peak)]
    whole = [tag("td", each, class_="number") for each in ends]
    return tag("tr", tag("th", PHASES[phase.name], scope="row"), cells, whole)


def _part(phase: Phase, label: Label) -> str:
    size = phase.of_label(label).likely
    return formula_popover.opener(bytes_(size), f"part-{label}-{phase.name}") if size else "–"


def _ends(interval: Interval) -> tuple[int, int, int]:
    return interval.low, interval.likely, interval.high
