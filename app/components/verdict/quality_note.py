"""What a way costs in quality: a published figure, the model it was measured on, its source."""

from __future__ import annotations

from typing import Final

from app.components.html import Html, joined, sentence, tag
from tabfit.catalog.published_quality import Quality, Source
from tabfit.i18n.language import Words, _, later, number

#: What each measure is called.
METRICS: Final = Words(
    {
        "perplexity-wikitext2": later("perplexity on WikiText-2"),
        "perplexity-wikitext103": later("perplexity on WikiText-103"),
        "perplexity-wikitext2-c4": later("perplexity, WikiText-2 and C4 together"),
        "accuracy-sst2": later("accuracy on SST-2"),
        "accuracy-mnli": later("accuracy on MNLI"),
        "accuracy-xnli-english": later("accuracy on XNLI, English"),
        "accuracy-math500": later("accuracy on MATH-500"),
        "accuracy-mmlu": later("accuracy on MMLU"),
        "accuracy-wikisql": later("accuracy on WikiSQL"),
        "average-five": later("average of five tasks"),
        "glue": later("score on GLUE"),
        "glue-without-wnli": later("score on GLUE without WNLI"),
        "f1-squad1": later("F1 on SQuAD 1.1"),
        "rouge2-cnn": later("ROUGE-2 on CNN/DailyMail"),
        "word-errors": later("words wrong in a hundred"),
    }
)

#: How a measurement is not quite the way it stands beside.
DIFFERS: Final = Words(
    {
        "imatrix": later("made with an importance matrix"),
        "from-bfloat16": later("compared with bfloat16"),
        "groups-of-128": later("rounded in groups of 128 weights"),
        "static": later("inputs of layers at 8 bits too"),
        "other-teacher": later("compared with BERT base, taught by another model"),
        "against-large-v3": later("compared with Whisper large v3"),
        "trained-longer": later("trained longer and on more text"),
        "trained-so": later("trained so from the beginning"),
        "trained-on": later("trained on after the weights were reduced"),
    }
)


def cost(quality: Quality, *, on: str | None = None) -> Html:
    """Return a published cost in one line; `on` names the model unless it stands there already."""
    how = [quality.by, _differs(quality)]
    aside = ", ".join(each for each in (on, *how) if each)
    return joined(
        change(quality),
        " ",
        tag("small", joined(aside, " · ") if aside else None, source(quality)),
    )


def change(quality: Quality) -> Html:
    """Return the measure before and after."""
    return sentence(
        _("{measure} {before} → {after}"),
        measure=METRICS[quality.metric],
        before=figure(quality.baseline, quality.metric),
        after=tag("b", figure(quality.value, quality.metric)),
    )


def source(quality: Quality) -> Html:
    """Return the way to where a figure stands."""
    return way_to(quality.source)


def way_to(place: Source) -> Html:
    """Return a link to a source, what it says in its title."""
    return tag("a", _("source"), href=place.url, title=place.says, rel="noopener")


def figure(value: float, metric: str = "") -> str:
    """Return a score as papers print it: perplexities with two places, others as they stand."""
    if value >= 1000:
        return number(value, ",.0f")
    short = not metric.startswith("perplexity") and round(value, 1) == value
    return number(value, ".1f" if short else ".2f")


def _differs(quality: Quality) -> str | None:
    return None if quality.differs is None else DIFFERS[quality.differs]
