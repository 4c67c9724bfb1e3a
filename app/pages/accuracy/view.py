"""Accuracy in pictures and tables: sizes, peaks, verdicts, and what is not known."""

from __future__ import annotations

from typing import Final

from app.components.charts import svg_chart
from app.components.html import Child, Html, joined, section, sentence, tag
from app.components.labels import SHORT, bytes_
from app.components.outcome_marks import mark
from tabfit.i18n.language import Words, _, day, later, number, plural
from tabfit.learn.accuracy_figures import (
    Accuracy,
    Band,
    ErrorSummary,
    FieldReport,
    Judgement,
    MeasuredPeak,
)
from tabfit.units import GB, MB
from tabfit.verdict.probability import Outcome

#: Kinds of figures that were compared, as a reader knows them.
KINDS: Final = Words(
    {
        "gguf": later("GGUF files (llama.cpp, wllama)"),
        "onnx_known": later("ONNX files, told how they were exported"),
        "onnx_unknown": later("ONNX files, not told how"),
        "onnx_unseen": later("ONNX files of a type left out"),
        "mlc": later("MLC parameters (WebLLM)"),
        "litert": later("LiteRT and MediaPipe files"),
        "safetensors": later("Safetensors files"),
        "onebit": later("One-bit methods, printed to 0.1 GB"),
        "cache": later("Caches in llama.cpp’s logs"),
        "webllm": later("Memory in WebLLM’s own list"),
    }
)

#: The ends of the chart of peaks, and its ticks.
LEAST, MOST = 200 * MB, 4 * GB
TICKS: Final = (250 * MB, 500 * MB, 1 * GB, 2 * GB, 4 * GB)
#: Kinds that are whole files, each counted once: the other ONNX kind has the same files again.
FILES: Final = ("gguf", "onnx_known", "mlc", "litert", "safetensors")


def short(known: Accuracy) -> Html:
    """Return the page in four sentences, the strictest test first."""
    files = [each for each in known.errors if each.key in FILES]
    judged = known.judged
    worst = max(abs(each.error) for each in judged)
    blind = sentence(
        _(
            "{blind} people’s reports were judged before anybody here had read them: the chances "
            "score {score}, always saying the share that ran in the others would score {others}, "
            "and 0 would be perfect."
        ),
        blind=tag("b", number(known.blind.reports)),
        score=tag("b", number(known.blind.brier, ".3f")),
        others=tag("b", number(known.blind.others, ".3f")),
    )
    rest = sentence(
        _(
            "Of {told} people’s reports that say enough, each judged by chances that never saw "
            "its source, {right} are on the right side. {peaks} measured peaks of memory that "
            "no constant was fitted on are {typical} off in the middle and {worst} at worst. "
            "{files} published files were computed from shapes alone; {near} of them come out "
            "within one percent."
        ),
        files=tag("b", number(sum(each.rows for each in files), ",")),
        near=tag("b", number(sum(each.within[1] for each in files), ",")),
        peaks=tag("b", number(len(judged))),
        typical=tag("b", percent(_middle([abs(each.error) for each in judged]))),
        worst=tag("b", percent(worst)),
        told=tag("b", number(known.judgement.told)),
        right=tag("b", number(known.judgement.right)),
    )
    return tag("p", blind, " ", rest)


def _middle(sizes: list[float]) -> float:
    ordered, half = sorted(sizes), len(sizes) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def percent(share: float) -> str:
    """Return a share with the figures that matter.

    >>> percent(0.000012), percent(0.162)
    ('0.0012%', '16%')
    """
    places = next((at for at in range(5) if share >= 10 ** -(at + 1)), 4)
    return number(share, f".{places}%")


# Sizes


def sizes(known: Accuracy) -> Html:
    """Return how near computed sizes come to published ones, kind by kind."""
    return section(
        _("Sizes"),
        _(
            "A model’s shape says how many numbers it has; a recipe says how each is stored. "
            "Together they give a file’s size without opening it. The bar is the share of "
            "published figures met within one percent."
        ),
        tag(
            "div",
            svg_chart.bars(
                _("Share within one percent"), [_bar(each) for each in known.errors], 1.0
            ),
            svg_chart.behind(_("Every kind in figures"), _kinds(known)),
            svg_chart.behind(
                _("The furthest off, kind by kind"),
                joined([_furthest(each) for each in known.errors]),
            ),
            class_="card wide-names",
        ),
        id="sizes",
    )


def _bar(each: ErrorSummary) -> svg_chart.Bar:
    share = each.within[1] / each.rows
    return svg_chart.Bar(name=KINDS[each.key], size=share, words=number(share, ".0%"))


def _kinds(known: Accuracy) -> Html:
    head = (_("kind"), _("compared"), _("half are within"), _("furthest off"), _("interval holds"))
    rows = [
        (
            KINDS[each.key],
            number(each.rows, ","),
            percent(each.median),
            percent(each.worst),
            _("{count} of {all}", count=each.inside, all=each.rows),
        )
        for each in known.errors
    ]
    return svg_chart.table(_("Predicted beside published, kind by kind"), head, rows)


def _furthest(each: ErrorSummary) -> Html:
    head = (_("furthest off"), _("what"), _("predicted"), _("published"), _("off by"))
    rows = [
        (
            far.model,
            far.what,
            number(far.predicted, ","),
            number(far.published, ","),
            _signed(far.error),
        )
        for far in each.furthest
    ]
    caption = _("{kind}: the furthest off, in bytes", kind=KINDS[each.key])
    return svg_chart.table(caption, head, rows)


def _signed(share: float) -> str:
    """Return an error with its sign.

    >>> _signed(0.162), _signed(-0.02)
    ('+16%', '−2.0%')
    """
    return f"{'−' if share < 0 else '+'}{percent(abs(share))}"


# Peaks


def peaks(known: Accuracy) -> Html:
    """Return measured peaks beside predicted ones, as a picture and as tables."""
    return section(
        _("Memory at its peak"),
        _how_measured(known),
        tag(
            "div",
            _plot(known),
            svg_chart.legend(
                ("dot judged", _("not seen when constants were fitted")),
                ("dot fitted", _("seen when constants were fitted")),
                ("line dashed", _("prediction and measurement agree")),
            ),
            svg_chart.behind(
                _("The peaks no constant was fitted on"), _peaks(known.judged, _("Unseen peaks"))
            ),
            svg_chart.behind(
                _("The peaks constants were fitted on"),
                _peaks([each for each in known.peaks if not each.judged], _("Fitted peaks")),
            ),
            svg_chart.behind(
                _("Graphics memory"), _peaks(known.graphics, _("Peaks of the graphics process"))
            ),
            class_="card",
        ),
        id="peaks",
    )


def _how_measured(known: Accuracy) -> str:
    return _(
        "Real runtimes with real shapes, in a browser without a window, on {date}: memory of the "
        "tab above an empty page, at its highest. A line is the interval that was predicted, a "
        "mark its likely value, at the height of what was measured.",
        date=day(known.measured_on),
    )


def _plot(known: Accuracy) -> Html:
    ticks = [(each, svg_chart.round_bytes(each)) for each in TICKS]
    across = svg_chart.logarithmic(
        [(each, words if at % 2 == 0 else "") for at, (each, words) in enumerate(ticks)],
        LEAST,
        MOST,
    )
    upward = svg_chart.logarithmic(ticks, LEAST, MOST)
    held = sum(each.inside for each in known.judged)
    found = _(
        "Measured peaks from {least} to {most} lie close to the predicted ones: {held} of the "
        "{judged} unseen ones are inside the interval.",
        least=bytes_(min(each.measured for each in known.peaks)),
        most=bytes_(max(each.measured for each in known.peaks)),
        held=held,
        judged=len(known.judged),
    )
    return tag(
        "figure",
        svg_chart.plot(
            found,
            across,
            upward,
            svg_chart.line(across, upward, [(LEAST, LEAST), (MOST, MOST)], "dashed"),
            [_drawn(across, upward, each) for each in known.peaks],
            class_="peaks",
        ),
        tag("figcaption", _("across: predicted; upwards: measured"), class_="lead"),
    )


def _drawn(x: svg_chart.Axis, y: svg_chart.Axis, peak: MeasuredPeak) -> Html:
    kind = "judged" if peak.judged else "fitted"
    ends = (peak.predicted.low, peak.predicted.high)
    return joined(
        svg_chart.span(x, y, ends, peak.measured, f"thin {kind}"),
        svg_chart.dot(x, y, (peak.predicted.likely, peak.measured), kind),
    )


def _peaks(shown: tuple[MeasuredPeak, ...] | list[MeasuredPeak], caption: str) -> Html:
    head = (_("case"), _("measured"), _("predicted"), _("low"), _("high"), _("off by"), _("inside"))
    rows = [
        (
            each.id,
            bytes_(each.measured),
            bytes_(each.predicted.likely),
            bytes_(each.predicted.low),
            bytes_(each.predicted.high),
            _signed(each.error),
            _("yes") if each.inside else _("no"),
        )
        for each in shown
    ]
    return svg_chart.table(caption, head, rows)


# Verdicts

_WORDS: Final = (
    Outcome.LIKELY,
    Outcome.MAY,
    Outcome.UNLIKELY,
    Outcome.NO,
    Outcome.UNKNOWN,
)


def verdicts(known: Accuracy) -> Html:
    """Return what was said beside what people report."""
    return section(
        _("Verdicts"),
        _(
            "People tell of models that ran in a browser on their device, or took the tab "
            "down. Each report is asked here as a question, and judged by chances learnt from "
            "the reports of all other sources; where it does not say how much memory there "
            "was, we do not know either."
        ),
        tag(
            "div",
            _confusion(known.judgement),
            tag("p", _brier(known.judgement)),
            _bands(known.judgement.bands),
            svg_chart.behind(_("Reports on the wrong side"), _wrong(known.judgement.wrong)),
            svg_chart.behind(
                _("Reports left out"),
                svg_chart.table(
                    _("Reports left out"),
                    (_("because"), _("reports")),
                    [(_(why), number(count)) for why, count in known.left_out],
                ),
            ),
            class_="card",
        ),
        id="verdicts",
    )


def _confusion(known: Judgement) -> Html:
    head = (_("really"), *(SHORT[each] for each in _WORDS))
    rows: list[tuple[Child, ...]] = [
        (
            _("ran") if ran else _("died"),
            *(_cell(known.count(each, ran=ran), each) for each in _WORDS),
        )
        for ran in (True, False)
    ]
    return tag(
        "div", svg_chart.table(_("What was said of reports"), head, rows), class_="confusion"
    )


def _cell(count: int, outcome: Outcome) -> Child:
    return joined(mark(outcome), " ", number(count)) if count else "–"


def _brier(known: Judgement) -> Html:
    score = _(
        "The Brier score, the mean square of chance less outcome, is {score:.3f}: 0 would be "
        "perfect, and always saying the share that ran gives {base:.3f}.",
        score=known.brier,
        base=known.base_rate,
    )
    died = known.count(Outcome.LIKELY, ran=False)
    worst = plural(
        "{count} model that died was called likely.",
        "{count} models that died were called likely.",
        died,
    )
    return joined(score, " ", worst if died else _("No model that died was called likely."))


def _bands(bands: tuple[Band, ...]) -> Html:
    """Return what came true of each band of chances."""
    head = (_("chance"), _("reports"), _("ran"), _("share that ran"))
    rows = [
        (
            _(
                "{low}–{high} in 100",
                low=number(100 * each.low, "g"),
                high=number(100 * each.high, "g"),
            ),
            number(each.reports),
            number(each.ran),
            percent(each.ran / each.reports) if each.reports else "–",
        )
        for each in bands
    ]
    return svg_chart.table(_("What came true of each chance"), head, rows)


def _wrong(reports: tuple[FieldReport, ...]) -> Html:
    head = (_("report"), _("really"), _("said"), _("chance"), _("source"))
    rows = [
        (
            each.name,
            _("ran") if each.ran else _("died"),
            SHORT[each.said],
            number(each.chance, ".2f"),
            each.source,
        )
        for each in reports
    ]
    return svg_chart.table(_("Reports on the wrong side"), head, rows)


# What is not known


def unknown(known: Accuracy) -> Html:
    """Return what these figures do not show."""
    return tag(
        "section",
        tag("h2", _("What is not known")),
        tag(
            "ul",
            [tag("li", each) for each in _gaps(known)],
            class_="plain",
        ),
        id="unknown",
        class_="prose",
    )


def _gaps(known: Accuracy) -> tuple[str, ...]:
    chromium = known.versions["chromium"].partition(".")[0]
    return (
        _(
            "Peaks were measured in Chromium {version} on one Linux machine, with graphics in "
            "software. Safari, Firefox, phones and real graphics cards were not.",
            version=chromium,
        ),
        _(
            "How much memory a tab may take is an assumption for every device, set by reasons and "
            "by the very reports above: they cannot judge it without favour."
        ),
        _("Speeds rest on one laptop and one phone, and are told as wide intervals."),
        _(
            "MediaPipe, LiteRT-LM and WebLLM need a graphics card that the bench does not have: "
            "what they take of the tab itself is assumed."
        ),
        _(
            "Sizes are compared with files that somebody listed. A maker may publish a new file "
            "under the same name tomorrow."
        ),
    )
