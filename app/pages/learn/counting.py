"""Lessons that count: one layer, GPT-3, and what a training step holds at its peak."""

from __future__ import annotations

from typing import Final

from app.components.charts import svg_chart
from app.components.html import Html, joined, sentence, tag
from app.components.labels import bytes_
from app.pages.learn.lesson import bold, lesson, said
from tabfit.catalog import Catalog
from tabfit.estimate.subjects import subject
from tabfit.i18n.language import Words, _, later, number
from tabfit.learn import textbook_counts
from tabfit.learn.textbook_counts import FEED_FORWARD
from tabfit.model.tensors import ATTENTION
from tabfit.model.textbook import Widths, textbook
from tabfit.training import LABELS, TrainingPartKind

#: What the lesson on training's peak is told on, and the tokens of its sequence.
TRAINED: Final = "gpt2"
SEQUENCE: Final = 1024
#: What the formulas for a training step often leave out.
LAST_TERM: Final = (TrainingPartKind.OUTPUT, TrainingPartKind.LOSS)

_PARTS: Final = Words(
    {
        "tokens": later("token table"),
        "positions": later("positions"),
        "attention": later("attention, 96 layers"),
        "feed-forward": later("feed-forward, 96 layers"),
        "norms": later("norms"),
    }
)


def _count(value: int) -> str:
    return number(value, ",")


def parameter(title: str) -> Html:
    """Return the lesson on what a parameter is."""
    widths = Widths()
    attention, inner = (textbook_counts.one_layer(each) for each in (ATTENTION, FEED_FORWARD))
    told = joined(
        said(
            _(
                "A parameter is one number that training sets. Most are weights: each says how "
                "much one number of a layer’s input counts for one of its output. The others are "
                "biases, added to an output whatever the input is."
            )
        ),
        said(
            _(
                "A layer from {width} numbers to as many has {width} × {width} weights and {width} "
                "biases, {count} parameters. Attention has four of them; the feed-forward part "
                "goes to four times the width and back.",
                width=widths.hidden,
                count=_count(widths.hidden**2 + widths.hidden),
            )
        ),
    )
    rows = [
        (name, _count(each.weights), _count(each.biases), _count(each.total))
        for name, each in ((_("attention"), attention), (_("feed-forward"), inner))
    ]
    whole = textbook(widths).inventory.total
    shown = joined(
        svg_chart.table(
            _("One layer of a decoder {width} wide", width=widths.hidden),
            (_("part"), _("weights"), _("biases"), _("together")),
            rows,
        ),
        said(
            sentence(
                _("Twelve such layers and a table of {words} tokens: {whole} parameters."),
                words=_count(widths.vocabulary),
                whole=bold(_count(whole)),
            )
        ),
    )
    return lesson("parameter", title, told, shown)


def gpt3(title: str) -> Html:
    """Return the lesson on GPT-3's parameters, with what two published formulas leave out."""
    found = textbook_counts.gpt3()
    told = joined(
        said(
            sentence(
                _(
                    "GPT-3’s weights are closed, its shape is not: 96 layers, 12,288 wide, 50,257 "
                    "tokens and 2,048 positions (Brown et al. 2020, table 2.1). Built here from "
                    "that shape it has {count} parameters."
                ),
                count=bold(_count(found.total)),
            )
        ),
        said(
            _(
                "12·L·d² (Kaplan et al. 2020) gives {kaplan}: it means to leave the tables out. "
                "12·L·d²·(1 + 13 ÷ (12·d) + (V + s) ÷ (12·L·d)) (Narayanan et al. 2021) gives "
                "{narayanan}: it misses {gap}, the norm behind the last layer.",
                kaplan=_count(found.kaplan),
                narayanan=_count(found.narayanan),
                gap=_count(found.total - found.narayanan),
            ),
            _(
                "The table has a slip too: GPT-3 13B is printed 5,140 wide, with 40 heads of 128, "
                "which are 5,120."
            ),
        ),
    )
    rows = [
        (_PARTS[name], _count(count), number(count / found.total, ".2%"))
        for name, count in found.parts
    ]
    shown = svg_chart.table(
        _("GPT-3 175B, part by part"), (_("part"), _("parameters"), _("share")), rows
    )
    return lesson("gpt-3", title, told, shown)


def peak(title: str, catalog: Catalog, root: str) -> Html:
    """Return the lesson on the peak of a training step, its last term included."""
    about = subject(TRAINED, catalog)
    held = textbook_counts.training_peak(about.shape, SEQUENCE)
    whole = held.peak or 0
    last = sum(held.of(each) for each in LAST_TERM)
    told = joined(
        said(
            _(
                "M_peak = weights + gradients + optimiser states + activations + output. Many "
                "write-ups stop before the last term: the scores of every token over the whole "
                "vocabulary, which live only while one step turns from forward to back."
            )
        ),
        said(
            sentence(
                _(
                    "For {model}, one sequence of {tokens} tokens and AdamW in mixed precision, "
                    "the last term is {last}, {share} of {peak}."
                ),
                model=about.name,
                tokens=_count(SEQUENCE),
                last=bold(bytes_(last)),
                share=number(last / whole, ".0%"),
                peak=bold(bytes_(whole)),
            ),
            tag("a", _("Every part, for any model"), href=f"{root}training/"),
        ),
    )
    bars = [
        svg_chart.Bar(
            name=LABELS[each.kind],
            size=each.size,
            words=bytes_(each.size),
            class_="work" if each.kind in LAST_TERM else "weights",
        )
        for each in held.components
    ]
    return lesson("peak", title, told, svg_chart.bars(_("What one step holds at its peak"), bars))
