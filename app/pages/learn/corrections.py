"""Lessons for whoever checks: sizes in the browser's own panel, and figures often told wrong."""

from __future__ import annotations

from typing import Final

from app.components.html import Html, joined, tag
from app.pages.learn.lesson import bold, lesson, said
from tabfit.catalog import Catalog
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import _, day, number
from tabfit.learn import lessons, textbook_counts
from tabfit.learn.textbook_counts import FEED_FORWARD
from tabfit.model.tensors import ATTENTION

#: What one meets for a feed-forward layer 768 wide: its biases are taken for 1,024.
SLIP: Final = 4_719_616
WIDE: Final = "fp16"


def network(title: str) -> Html:
    """Return the lesson on the browser's Network panel."""
    steps = (
        _("Open the developer tools (F12; ⌥⌘I on a Mac) and choose Network."),
        _("Tick “Disable cache”, load the page anew, and sort by size."),
        _(
            "Two sizes stand there: what travelled, compressed, and what it became. Of code the "
            "first is much the smaller; of weights both are the same."
        ),
        _("What a cache or a service worker gave says so, and has not travelled."),
        _("Files of a hub come from another host: filter by .onnx, .gguf, .task or .bin."),
    )
    told = said(
        _(
            "What a page really downloads can be seen without any tool of ours, in every browser "
            "on a computer. Compare the sum with the download that is told here."
        )
    )
    return lesson("network", title, told, tag("ol", [tag("li", each) for each in steps]))


def corrections(title: str, answer: Answer, catalog: Catalog) -> Html:
    """Return figures that write-ups tell wrong, with what is right and why."""
    told = joined(
        said(
            _(
                "Some figures are copied from one write-up to the next. Here they are as they are "
                "told, and as they come out when they are counted."
            ),
            bold(_("The field moves:")),
            _(
                "a figure without a date is soon wrong. What the catalogue says of runtimes was "
                "read on {date}.",
                date=day(catalog.runtime("mediapipe").read_on),
            ),
        ),
    )
    every = (_inner(), _attention(), _quarter(answer, catalog), _processor(catalog))
    shown = tag("ul", [tag("li", _corrected(*each)) for each in every], class_="corrected")
    return lesson("corrections", title, told, shown)


def _corrected(wrong: str, right: str, why: str) -> Html:
    """Return what is told, struck out, what is right, and why."""
    return joined(tag("s", wrong), " ", bold(right), " ", tag("small", why))


def _inner() -> tuple[str, str, str]:
    right = textbook_counts.one_layer(FEED_FORWARD)
    return (
        _("{count} parameters in a feed-forward layer 768 wide", count=number(SLIP, ",")),
        number(right.total, ","),
        _(
            "beside its weights it has {right} biases, and not {wrong}",
            right=number(right.biases, ","),
            wrong=number(SLIP - right.weights, ","),
        ),
    )


def _attention() -> tuple[str, str, str]:
    right = textbook_counts.one_layer(ATTENTION)
    return (
        _("4·d² parameters in attention: {count}", count=number(right.weights, ",")),
        number(right.total, ","),
        _("GPT-2 and BERT have biases there too, 4·d of them; Llama has none"),
    )


def _quarter(answer: Answer, catalog: Catalog) -> tuple[str, str, str]:
    (wide,) = lessons.nominal_widths(answer.subject.id, catalog, (WIDE,))
    ratio = wide.size / answer.download.likely
    return (
        _("int4 is a quarter of fp16"),
        _("{ratio}×", ratio=number(ratio, ".2g")),
        _(
            "{model} as published: scales beside the codes, and tensors that stay wider",
            model=answer.subject.name,
        ),
    )


def _processor(catalog: Catalog) -> tuple[str, str, str]:
    facts = catalog.runtime("mediapipe")
    return (
        _("MediaPipe runs language models on the processor alone"),
        _("on the graphics card alone"),
        _(
            "{package} {version} asks for WebGPU in a browser; files for the processor are those "
            "of its apps for phones",
            package=facts.package,
            version=facts.version,
        ),
    )
