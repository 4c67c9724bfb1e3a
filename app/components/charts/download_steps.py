"""Why parameters times bits by eight is not the download: the difference as steps of a stair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.components import formula_popover
from app.components.charts import svg_chart
from app.components.html import Html, joined, sentence, tag
from app.components.labels import bytes_
from tabfit.estimate.answers import Answer
from tabfit.explain.download_overhead import Cause, Split, split
from tabfit.i18n.language import Words, _, later, number
from tabfit.light_dataclass import dataclass

_CAUSES: Final = Words(
    {
        Cause.SCALES: later("scales beside the codes"),
        Cause.TABLES: later("token table and head, wider"),
        Cause.VECTORS: later("norms and biases, wider"),
        Cause.MATRICES: later("some matrices, wider"),
        Cause.NARROWER: later("some tensors, narrower"),
        Cause.AGAIN: later("stored twice, or padded"),
        Cause.ADDED: later("tables the file adds"),
        Cause.LEFT_OUT: later("parts the file leaves out"),
        Cause.FILE: later("the file’s own, and what we cannot explain"),
        Cause.TEXTS: later("tokenizer and config"),
    }
)
#: A cause smaller than this share of the download is named in the table alone.
WORTH_A_STEP: Final = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stair:
    """One step of the stair: from where to where it leads."""

    name: str
    start: int
    end: int
    class_: str
    words: str


def inside(answer: Answer, heading: str = "h2", *, opens: bool = False) -> Html:
    """Return the paragraph and the stair for one answer; nothing where neither can be said.

    `opens` says that the page opens figures of this very answer.
    """
    found = split(answer)
    if found is None or not found.download:
        return Html("")
    return joined(
        tag(heading, _("Why not parameters × bits ÷ 8?")),
        tag("p", _said(answer, found, opens=opens)),
        formula_popover.place("parameters") if opens else None,
        tag("div", _stair(found), class_="why"),
        svg_chart.behind(_("The figures"), _figures(found)),
    )


def _said(answer: Answer, found: Split, *, opens: bool) -> Html:
    opener = formula_popover.opener if opens else _plain
    more = found.download - found.product
    text = (
        _(
            "{model} has {count} parameters. At {bits} bits each that would be {product}; "
            "{precision} is a download of {download}, {more} more. A precision names what most "
            "matrices are stored in, and a file holds more than that:"
        )
        if more >= 0
        else _(
            "{model} has {count} parameters. At {bits} bits each that would be {product}; "
            "{precision} is a download of {download}, {more} less. A precision names what most "
            "matrices are stored in, and not what a file holds:"
        )
    )
    return sentence(
        text,
        model=answer.subject.name,
        count=opener(number(found.parameters, ","), "parameters"),
        bits=found.bits,
        product=bytes_(found.product),
        precision=answer.scenario.precision,
        download=tag("b", opener(bytes_(found.download), "download")),
        more=bytes_(abs(more)),
    )


def _plain(figure: str, _name: str) -> str:
    return figure


def _stair(found: Split) -> Html:
    steps = list(_steps(found))
    top = max(max(step.start, step.end) for step in steps) or 1
    label = _("From {product} to {download}", product=steps[0].words, download=steps[-1].words)
    return tag(
        "table",
        tag("tbody", [_row(step, top) for step in steps]),
        class_="chart stair",
        aria_label=label,
    )


def _steps(found: Split) -> Iterator[_Stair]:
    product = _("parameters × bits ÷ 8")
    yield _Stair(
        name=product, start=0, end=found.product, class_="runtime", words=bytes_(found.product)
    )
    at, small = int(found.product), 0
    for cause, size in found.causes.items():
        if abs(size) < WORTH_A_STEP * found.download:
            small += size
            continue
        yield _change(_CAUSES[cause], at, size)
        at += size
    if small:
        yield _change(_("all smaller things"), at, small)
    yield _Stair(
        name=_("download"),
        start=0,
        end=found.download,
        class_="weights",
        words=bytes_(found.download),
    )


def _change(name: str, at: int, size: int) -> _Stair:
    return _Stair(
        name=name,
        start=at,
        end=at + size,
        class_="copies" if size >= 0 else "cache",
        words=f"{'+' if size >= 0 else '−'}{bytes_(abs(size))}",
    )


def _row(step: _Stair, top: int) -> Html:
    low, high = sorted((step.start, step.end))
    drawn = tag(
        "rect",
        class_=f"part {step.class_}",
        x=f"{100 * max(low, 0) / top:.2f}%",
        width=f"{max(100 * (high - low) / top, 0.4):.2f}%",
        y="22%",
        height="56%",
    )
    picture = tag("svg", drawn, width="100%", height="100%", aria_hidden="true", focusable="false")
    return tag(
        "tr",
        tag("th", step.name, scope="row"),
        tag("td", picture, class_="bar"),
        tag("td", step.words, class_="number"),
    )


def _figures(found: Split) -> Html:
    rows = [(_("parameters × bits ÷ 8"), number(found.product, ","))]
    rows += [(_CAUSES[cause], number(size, "+,")) for cause, size in found.causes.items()]
    rows += [(_("download"), number(found.download, ","))]
    return svg_chart.table(_("Bytes by cause"), (_("what"), _("bytes")), rows)
