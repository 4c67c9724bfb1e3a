"""One bit a weight: methods as bars, and the papers' own figures with what they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.components.charts import svg_chart
from app.components.html import Child, Html, joined, sentence, tag
from app.components.labels import SHORT, bytes_
from app.components.outcome_marks import mark
from app.components.verdict import quality_note
from tabfit.catalog import published_quality
from tabfit.catalog.published_quality import OneBitPaperRow
from tabfit.estimate import link
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import Words, _, amount, later, number
from tabfit.recipes.one_bit import METHODS
from tabfit.shrink.one_bit_comparison import BOUND, USUAL, WIDE, MethodSize, PrintedSize

#: The way from this page to the site's first one.
ROOT: Final = "../"
#: The model that the figures people quote were measured on.
QUOTED: Final = "LLaMA-13B"
PAPERS: Final = Words(
    {
        "bitnet-b1.58": later("BitNet b1.58"),
        "onebit": later("OneBit"),
        "billm": later("BiLLM"),
        "pbllm": later("PB-LLM"),
    }
)
_NAMES: Final = Words(
    {
        WIDE: later("16 bits"),
        USUAL: later("Q4_K_M, llama.cpp’s usual mix"),
        "ternary": later("Ternary, packed as tightly as it goes"),
        BOUND: later("One bit and nothing else"),
    }
)
_TITLES: Final = {
    "i2_s": "I2_S",
    "tl1": "TL1",
    "tl2": "TL2",
    "tq1_0": "TQ1_0",
    "tq2_0": "TQ2_0",
    "onebit": "OneBit",
    "billm": "BiLLM",
    "pbllm": "PB-LLM",
}


def _called(method: str) -> str:
    return _TITLES[method] if method in _TITLES else _NAMES[method]


# What would be stored


def finding(steps: Sequence[MethodSize], name: str) -> Html:
    """Return what one bit makes of this model, in two sentences."""
    by = {step.method: step for step in steps}
    one, usual = by["onebit"], by.get(USUAL)
    text = _(
        "At one bit a weight {model} would still be {size}: {share} of that is the token table "
        "and whatever else stays at 16 bits."
    )
    said = sentence(
        text,
        model=name,
        size=tag("b", bytes_(one.size)),
        share=number(one.wide_bytes / one.size, ".0%"),
    )
    if usual is None:
        return tag("p", said)
    beside = _(
        "At four bits by llama.cpp’s usual mix (Q4_K_M) its weights would be {usual}, without the "
        "tokenizer.",
        usual=bytes_(usual.size),
    )
    return tag("p", joined(said, " ", beside))


def methods(steps: Sequence[MethodSize]) -> Html:
    """Return every method as a bar of what it packs and what it leaves wide."""
    top = sorted(steps, key=lambda step: -step.size)[1].size * 1.25
    items = [_method(step, top) for step in steps]
    return joined(
        svg_chart.legend(
            ("weights", _("matrices inside the layers")),
            ("runtime", _("token table, head and norms")),
        ),
        tag("ol", items, class_="ladder", aria_label=_("Methods, the largest first")),
        _figures(steps),
    )


def _method(step: MethodSize, top: float) -> Html:
    outcome = step.answer.verdict.outcome
    bits = _(
        "bits a weight: {named} by its name, {packed} inside the layers, {whole} over all",
        named=number(step.named, "g"),
        packed=number(step.packed_bits, ".3g"),
        whole=number(step.whole_bits, ".3g"),
    )
    beside = step.method in (WIDE, USUAL)
    return tag(
        "li",
        tag("div", tag("b", _called(step.method)), class_="step-name"),
        tag("div", _bar(step, top), class_="bar"),
        tag(
            "div",
            tag("span", tag("b", bytes_(step.size))),
            tag("span", bits),
            class_="step-sizes",
        ),
        tag(
            "div",
            tag("span", mark(outcome), SHORT[outcome], class_=f"short {outcome}"),
            class_="step-verdict",
        ),
        tag(
            "div",
            None if beside else tag("p", METHODS[step.method].words, "."),
            class_="step-aside",
        ),
        class_="beside" if beside else None,
    )


def _bar(step: MethodSize, top: float) -> Html:
    wide = min(step.wide_bytes / top, 1)
    packed = min(step.packed_bytes / top, 1 - wide)
    return tag(
        "svg",
        _rect("weights", 0, packed),
        _rect("runtime", packed, wide),
        tag("line", class_="break", x1="95%", x2="96%", y1="100%", y2="0")
        if step.size > top
        else None,
        width="100%",
        height="100%",
        aria_hidden="true",
        focusable="false",
    )


def _rect(class_: str, start: float, share: float) -> Html:
    return tag(
        "rect",
        class_=f"part {class_}",
        x=f"{100 * start:.2f}%",
        width=f"{100 * share:.2f}%",
        y="22%",
        height="56%",
    )


def _figures(steps: Sequence[MethodSize]) -> Html:
    head = (
        _("method"),
        _("bits, named"),
        _("bits, stored"),
        _("inside the layers"),
        _("at 16 bits"),
        _("together"),
        _("verdict"),
    )
    rows = [
        (
            _called(step.method),
            number(step.named, "g"),
            number(step.packed_bits, ".3f"),
            bytes_(step.packed_bytes),
            bytes_(step.wide_bytes),
            bytes_(step.size),
            SHORT[step.answer.verdict.outcome],
        )
        for step in steps
    ]
    return svg_chart.behind(
        _("The figures"), svg_chart.table(_("What each method stores"), head, rows)
    )


# What the papers report


def perplexities() -> Html:
    """Return the perplexities people quote, as bars, all on one model and one text."""
    rows = [
        row for row in published_quality.one_bit_paper_rows() if row.model == QUOTED and row.value
    ]
    bars = [
        svg_chart.Bar(
            name=_("original"),
            size=rows[0].baseline or 0,
            words=number(rows[0].baseline or 0, ".2f"),
            class_="work",
        ),
        *(
            svg_chart.Bar(
                name=PAPERS[row.method], size=row.value or 0, words=number(row.value or 0, ".2f")
            )
            for row in sorted(rows, key=lambda row: row.value or 0)
        ),
    ]
    caption = _("Perplexity of LLaMA 13B on WikiText-2; less is better")
    return joined(tag("h3", caption), svg_chart.bars(caption, bars))


def told() -> Html:
    """Return the figures that people quote, each with what it leaves out."""
    rows = [
        (
            _("BiLLM: about 15 against 5, and 37 for the next best"),
            _(
                "LLaMA 13B on WikiText-2: 15.14 against 5.09; PB-LLM 36.60. On LLaMA 7B it is "
                "35.04 against 5.68, on 65B 8.49 against 3.53: the smaller the model, the more it "
                "loses. No retraining; the name’s 1.08 bits leave out bitmaps and scales."
            ),
            "arxiv.org/abs/2402.04291",
        ),
        (
            _("OneBit 13B: about 9 against 5"),
            _(
                "LLaMA 13B on WikiText-2: 9.18 against 5.09. The one-bit model is trained on "
                "afterwards, with the original as its teacher."
            ),
            "arxiv.org/abs/2402.11295",
        ),
        (
            _("BitNet b1.58 3B: as good as LLaMA, 2.71 times as fast, 72 % less memory"),
            _(
                "Trained so from the beginning, beside a LLaMA trained on the same 100 billion "
                "tokens: 9.91 against 10.04, WikiText-2 and C4 together. At 700M and 1.3B it is "
                "behind: 12.87 against 12.33, 11.29 against 11.25. Speed and memory are a run’s "
                "on a graphics card, 2.22 of 7.89 GB."
            ),
            "arxiv.org/abs/2402.17764",
        ),
        (
            _("BitNet b1.58: 94 % less energy"),
            _(
                "Told by IEEE Spectrum. The paper estimates energy from operations on a 7 nm chip "
                "and measures none; its text prints 71.4 times less for multiplying matrices."
            ),
            "spectrum.ieee.org/1-bit-llm",
        ),
    ]
    return tag("dl", [_claim(*row) for row in rows], class_="told")


def _claim(said: str, whole: str, address: str) -> Html:
    way = tag("a", _("source"), href=f"https://{address}", rel="noopener")
    return tag("div", tag("dt", said), tag("dd", whole, " ", way))


def every() -> Html:
    """Return every row of the papers with where it was read."""
    head = (
        _("method and model"),
        _("bits, named"),
        _("measure"),
        _("before"),
        _("after"),
        _("source"),
    )
    rows = [_row(row) for row in published_quality.one_bit_paper_rows() if row.value is not None]
    return svg_chart.behind(
        _("All that the papers print, and how it was read"),
        svg_chart.table(_("Quality as published"), head, rows),
    )


def _row(row: OneBitPaperRow) -> tuple[Child, ...]:
    metric = row.metric or ""
    return (
        f"{PAPERS[row.method]}, {row.model}",
        number(row.nominal_bits, "g"),
        quality_note.METRICS[metric],
        quality_note.figure(row.baseline or 0, metric),
        quality_note.figure(row.value or 0, metric),
        tag("span", row.source, title=_("read in: {place}", place=row.read)),
    )


def sizes(rows: Sequence[PrintedSize]) -> Html:
    """Return each printed size beside what the shapes give."""
    head = (
        _("paper and model"),
        _("printed"),
        _("computed"),
        _("of it weights"),
        _("of it the run’s own"),
    )
    return svg_chart.table(
        _("Sizes that the papers print"),
        head,
        [
            (
                f"{PAPERS[each.row.method]}, {each.row.model}",
                amount(number(each.row.memory_gb or 0, "g"), "GB"),
                bytes_(each.ours),
                bytes_(each.weights),
                bytes_(each.rest) if each.rest else "–",
            )
            for each in rows
        ],
    )


# The model that was trained so


def peers() -> Html:
    """Return BitNet b1.58 2B4T beside what its paper compares it with."""
    head = (
        _("model"),
        _("memory without the token table"),
        _("a token on a laptop’s processor"),
        _("energy, estimated"),
        _("average of the tasks"),
    )
    rows = [
        (
            each.model,
            amount(number(each.memory_gb, "g"), "GB"),
            _("{count} ms", count=number(each.latency_ms, "g")),
            _("{count} J", count=number(each.energy_j, "g")),
            number(each.average, ".1f"),
        )
        for each in published_quality.peers()
    ]
    return svg_chart.table(_("From BitNet b1.58 2B4T’s own paper"), head, rows)


def trained_so(models: Sequence[Answer]) -> Html:
    """Return the catalogue's models that were made at one bit, with what they download."""
    return tag("ul", [_made_so(each) for each in models], class_="better")


def _made_so(answer: Answer) -> Html:
    asked = answer.scenario
    precision = tag("small", f" {asked.precision}")
    way = tag(
        "a",
        tag("span", tag("b", answer.subject.name), precision),
        tag("span", bytes_(answer.download.likely)),
        href=f"{ROOT}#{link.write(asked)}",
    )
    return tag("li", way)
