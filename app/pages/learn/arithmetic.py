"""Lessons on few bits: rounded afterwards or trained so, and what the arithmetic would save."""

from __future__ import annotations

from typing import Final

from app.components.charts import svg_chart
from app.components.html import Html, joined, sentence
from app.components.verdict.quality_note import METRICS
from app.pages.learn.lesson import bold, lesson, said, sources
from tabfit.catalog.published_quality import one_bit_paper_rows
from tabfit.i18n.language import Words, _, later, number
from tabfit.learn.published_figures import published_figures

#: The model whose perplexity is told, and the measure of it.
MEASURED: Final = "LLaMA-13B"
METRIC: Final = "perplexity-wikitext2"
#: So many equally likely tokens make a perplexity easy to imagine.
CHOICES: Final = 10

#: Operations from the cheapest, by the ids of published figures.
OPERATIONS: Final = ("int8-add", "int8-multiply", "fp16-multiply", "fp32-multiply", "dram-read")
_OPERATIONS: Final = Words(
    {
        "int8-add": later("add two 8-bit integers"),
        "int8-multiply": later("multiply two 8-bit integers"),
        "fp16-multiply": later("multiply two 16-bit floats"),
        "fp32-multiply": later("multiply two 32-bit floats"),
        "dram-read": later("read 32 bits from memory"),
    }
)
_METHODS: Final = {"onebit": "OneBit", "billm": "BiLLM", "pbllm": "PB-LLM"}


def quantising(title: str) -> Html:
    """Return the lesson on rounding afterwards, training so, and perplexity."""
    figure = published_figures()["gemma-3-qat"]
    told = joined(
        said(
            _(
                "Post-training quantisation (PTQ) rounds the weights of a finished model: it takes "
                "minutes, and most files on hubs are made so. Quantisation-aware training (QAT) "
                "rounds while it trains, so that the weights learn to live with it."
            ),
            _(
                "Of Gemma 3 at four bits its maker says that QAT makes the loss in perplexity "
                "{share} smaller.",
                share=number(figure.value, ".0%"),
            ),
        ),
        said(
            bold(_("Perplexity")),
            _(
                "is between how many tokens a model wavers: e to the power of its mean surprise at "
                "each token of a text. One that finds {count} tokens equally likely each time has "
                "a perplexity of {count}. Lower is better, and only figures for one text and one "
                "tokenizer can be compared.",
                count=CHOICES,
            ),
        ),
        sources(figure),
    )
    rows = [
        (
            _METHODS[each.method],
            number(each.baseline or 0, "g"),
            number(each.value or 0, "g"),
            each.source.partition(" ")[0],
        )
        for each in one_bit_paper_rows()
        if each.model == MEASURED and each.metric == METRIC and each.method in _METHODS
    ]
    caption = _("{model} at about one bit: {metric}", model=MEASURED, metric=METRICS[METRIC])
    head = (_("method"), _("at 16 bits"), _("at one bit"), _("source"))
    return lesson("quantising", title, told, svg_chart.table(caption, head, rows))


def energy(title: str) -> Html:
    """Return the lesson on the energy of one-bit arithmetic and on what is left of it today."""
    figures = published_figures()
    cheap = figures[OPERATIONS[0]].value
    told = joined(
        said(
            sentence(
                _(
                    "A weight of −1, 0 or 1 needs no multiplication: what comes in is added, taken "
                    "away or passed over. BitNet’s authors reckon that its matrices take {times} "
                    "times less energy in arithmetic."
                ),
                times=bold(number(figures["bitnet-arithmetic"].value, "g")),
            )
        ),
        said(
            _(
                "Today’s hardware gains little of that. No processor or graphics card that a "
                "browser reaches calculates with one-bit weights: they are unpacked to 8 or 16 "
                "bits and multiplied as ever. What is saved is reading them, which costs most: "
                "fetching 32 bits takes as much as {count} additions.",
                count=number(figures["dram-read"].value / cheap, ",.0f"),
            )
        ),
        sources(*(figures[each] for each in (*OPERATIONS, "bitnet-arithmetic"))),
    )
    rows = [
        (
            _OPERATIONS[each],
            _("{energy} pJ", energy=number(figures[each].value, "g")),
            _("{ratio} times", ratio=number(figures[each].value / cheap, ",.0f")),
        )
        for each in OPERATIONS
    ]
    head = (_("operation"), _("energy"), _("of an 8-bit addition"))
    return lesson("energy", title, told, svg_chart.table(_("Energy at 45 nm"), head, rows))
