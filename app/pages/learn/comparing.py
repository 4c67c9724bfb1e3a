"""Lessons that compare: kinds of models, and what a size class says of quality."""

from __future__ import annotations

from typing import Final

from app.components.charts import svg_chart
from app.components.html import Child, Html, joined, sentence, tag
from app.components.labels import bytes_
from app.components.verdict.quality_note import METRICS
from app.pages.learn.lesson import bold, lesson, said, sources
from tabfit.catalog import Catalog
from tabfit.catalog.published_quality import DistilledPair, Quality, pairs
from tabfit.devices.device import Device
from tabfit.estimate import answers
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import _, number
from tabfit.learn import lessons
from tabfit.learn.published_figures import published_figures
from tabfit.units import Tokens

#: One model of each kind, asked about so many tokens.
KINDS: Final = ("distilbert", "whisper-base", "gemma-2b")
ASKED: Final = Tokens(448)  # all that Whisper's decoder writes
#: A small model that did better than its larger teacher, and one that did nearly as well.
EQUAL: Final = "minilm-l12-h384-uncased"
#: Whose cache is told for a thousand tokens of examples.
PROMPTED: Final = "qwen2.5-0.5b"
#: The class whose spread is told.
CLASS: Final = "1B-3B"
#: Where it is told which models a version has, by the ids of published figures.
VERSIONS: Final = ("gemini-1.5-flash-8b", "llama-3.2-largest")
_PAIRS: Final = 6


def _millions(count: int) -> str:
    return _("{count} million", count=number(count / 10**6, ".3g"))


def kinds(title: str, catalog: Catalog, root: str) -> Html:
    """Return the lesson on encoders and decoders, and whether DistilBERT is an LLM."""
    count = catalog.model(KINDS[0]).parameters or 0
    told = joined(
        said(
            _(
                "An encoder reads a whole text at once and gives each token numbers that stand "
                "for its meaning: for sorting, searching, finding names. A decoder says which "
                "token comes next: it writes, token by token, and keeps a cache of what it read. "
                "Some models have both: one reads, the other writes."
            )
        ),
        said(
            bold(_("Is DistilBERT an LLM?")),
            _(
                "It is a language model: it learnt by filling in hidden words. It is not large as "
                "the word is used today ({count} parameters), and an encoder writes nothing. "
                "Whoever says LLM mostly means a decoder with a billion parameters or more; no "
                "definition says so.",
                count=_millions(count),
            ),
        ),
    )
    names = (_("encoder"), _("both"), _("decoder"))
    rows: list[tuple[Child, ...]] = []
    for kind, model in zip(names, KINDS, strict=True):
        given = answers.answer(Scenario(model=model, context=ASKED), catalog, Device())
        link = tag("a", given.subject.name, href=f"{root}m/{given.subject.id}/")
        rows.append((kind, link, bytes_(given.cache_bytes) if given.cache_bytes else "–"))
    caption = _("One of each kind; its cache at {count} tokens", count=number(ASKED))
    return lesson(
        "kinds", title, told, svg_chart.table(caption, (_("kind"), _("model"), _("cache")), rows)
    )


def quality(title: str, catalog: Catalog) -> Html:
    """Return the lesson on what a size class says of quality, and what it does not."""
    every = lessons.size_classes(catalog)
    spread = next(each for each in every if each.name == CLASS)
    low, high = (each.parameters or 0 for each in (spread.models[0], spread.models[-1]))
    pair, measured = next((each, found) for each, found in _measured() if each.student == EQUAL)
    figures = published_figures()
    told = joined(
        said(
            _(
                "Size classes are like the weight classes of boxing: within one, a comparison is "
                "fair, because both carry about as much. They do not say that the heavier one "
                "wins: nothing in a class tells how a model was trained, on what, and when."
            ),
            _(
                "Nor are two of one class alike: {class_} reaches from {low} to {high} million.",
                class_=CLASS.replace("-", "–"),
                low=number(low / 10**6, ",.0f"),
                high=number(high / 10**6, ",.0f"),
            ),
        ),
        said(
            sentence(
                _(
                    "On one task a smaller model can equal a larger: {student} has {share} of the "
                    "parameters of {teacher} and {value} against {baseline} ({metric})."
                ),
                student=bold(catalog.model(pair.student).name),
                teacher=catalog.model(pair.teacher).name,
                share=number(_share(pair, catalog), ".0%"),
                value=bold(number(measured.value, "g")),
                baseline=number(measured.baseline, "g"),
                metric=METRICS[measured.metric],
            ),
            _help(catalog),
        ),
        said(
            _(
                "A version is no size: Gemini 1.5 is Pro, Flash and Flash-8B, of which the last "
                "alone tells its size; Llama 3.2 has 1, 3, 11 and 90 billion parameters."
            )
        ),
        sources(*(figures[each] for each in ("pet-parameters", *VERSIONS))),
    )
    return lesson("quality", title, told, _pairs(catalog))


def _help(catalog: Catalog) -> str:
    """Return what helps a small model: fine-tuning, and examples in the prompt."""
    given = answers.answer(Scenario(model=PROMPTED, context=Tokens(1000)), catalog, Device())
    return _(
        "Two things help a small one. Fine-tuning: a model of {count}, tuned on 32 examples a "
        "task, did about as well as GPT-3. Longer prompts with examples in them: these cost "
        "memory, {size} for each thousand tokens of {model}.",
        count=_millions(round(published_figures()["pet-parameters"].value)),
        size=bytes_(given.cache_bytes),
        model=given.subject.name,
    )


def _measured() -> list[tuple[DistilledPair, Quality]]:
    return [(each, each.quality) for each in pairs() if each.quality is not None]


def _share(pair: DistilledPair, catalog: Catalog) -> float:
    counts = [catalog.model(each).parameters or 0 for each in (pair.student, pair.teacher)]
    return counts[0] / counts[1]


def _pairs(catalog: Catalog) -> Html:
    """Return pairs on one task, those that kept most first; fewer errors count as more kept."""

    def kept(found: Quality) -> float:
        lower = found.metric.startswith(("perplexity", "word-errors"))
        return found.baseline / found.value if lower else found.value / found.baseline

    first = sorted(_measured(), key=lambda each: -kept(each[1]))[:_PAIRS]
    rows = [
        (
            catalog.model(pair.student).name,
            catalog.model(pair.teacher).name,
            number(_share(pair, catalog), ".0%"),
            _("{value} of {baseline}", value=found.value, baseline=found.baseline),
            METRICS[found.metric],
        )
        for pair, found in first
    ]
    head = (_("smaller"), _("larger"), _("parameters"), _("reached"), _("measure"))
    return svg_chart.table(_("Smaller models beside the larger, on one task each"), head, rows)
