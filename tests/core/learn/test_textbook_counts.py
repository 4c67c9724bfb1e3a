"""What write-ups count by hand comes out as published counts say, and each figure has a date."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.pages.learn import control, view
from tabfit.catalog import Catalog
from tabfit.estimate.subjects import subject
from tabfit.learn import textbook_counts
from tabfit.learn.published_figures import published_figures
from tabfit.learn.textbook_counts import FEED_FORWARD
from tabfit.model.tensors import ATTENTION
from tabfit.training import TrainingPartKind

CATALOG = Catalog()


def text(html: str) -> str:
    """Return what a reader sees."""
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))


def test_gpt3_has_what_its_paper_says() -> None:
    """Table D.1 of Brown et al. 2020 prints 174,600 million parameters for the largest model."""
    assert round(textbook_counts.gpt3().total / 10**6, -2) == 174_600


def test_the_published_formula_misses_the_last_norm() -> None:
    """Narayanan et al. 2021 count 13 d in each layer; GPT-2's code has a norm behind them too."""
    found = textbook_counts.gpt3()
    assert found.total - found.narayanan == textbook_counts.last_norm() == 2 * 12_288
    assert found.kaplan < found.narayanan < found.total


def test_one_layer() -> None:
    """BERT base, which has these widths: 2,362,368 in attention, 4,722,432 in feed-forward.

    transformers' BertModel prints them for `attention.self`, `attention.output.dense` and the two
    dense layers behind, whose sum is 7,084,800 without norms.
    """
    attention, inner = (textbook_counts.one_layer(each) for each in (ATTENTION, FEED_FORWARD))
    assert (attention.weights, attention.biases) == (2_359_296, 4 * 768)
    assert (inner.weights, inner.biases) == (4_718_592, 3072 + 768)
    assert attention.total + inner.total == 7_084_800


def test_the_last_term_is_the_output() -> None:
    """Scores over 50,257 tokens in float32 for 1,024 positions: 206 MB, and what leads to them."""
    held = textbook_counts.training_peak(subject("gpt2", CATALOG).shape, 1024)
    scores = 1024 * 50_257 * 4
    assert scores <= held.of(TrainingPartKind.OUTPUT) < 1.1 * scores
    assert held.peak == held.steady + held.activations + held.of(TrainingPartKind.LOSS)


def test_every_figure_has_a_source_and_a_day() -> None:
    """A figure that others published says where and when, and nothing from the future."""
    for figure in published_figures().values():
        assert date.fromisoformat(figure.dated) < date(2026, 11, 30), figure.id
        assert re.search(r"(19|20)\d\d|arXiv|blog", figure.source), figure.id
        assert figure.url.startswith("https://"), figure.id


#: What each lesson must tell, by its anchor: the topics, and figures that are known from outside.
TOLD = {
    "quantising": ("PTQ", "QAT", "54%", "2025-04-18", "Perplexity", "9.18", "15.14"),
    "energy": ("0.03 pJ", "3.7 pJ", "640 pJ", "71.4", "unpacked", "2014"),
    "parameter": ("weights", "biases", "590,592", "123,417,600"),
    "gpt-3": ("174,604,259,328", "174,604,234,752", "24,576", "5,140"),
    "kinds": ("encoder", "decoder", "Is DistilBERT an LLM?", "67 million"),
    "quality": ("boxing", "85.7 against 84.5", "Fine-tuning", "Longer prompts", "Gemini 1.5"),
    "peak": ("M_peak", "output", "GPT-2"),
    "network": ("Network", "Disable cache", ".gguf"),
    "corrections": ("4,719,616", "4,722,432", "2,362,368", "3.7×", "MediaPipe", "WebGPU", "2026"),
}


@pytest.mark.parametrize("name", TOLD)
def test_each_lesson_tells_its_topic(name: str) -> None:
    """Behind each anchor stands what the lesson is about."""
    sections = "".join(control.background(CATALOG, "../")).split("<section")
    told = next(text(each) for each in sections if f'id="{name}"' in each)
    for word in TOLD[name]:
        assert word in told, word
    assert name in view.TITLES
