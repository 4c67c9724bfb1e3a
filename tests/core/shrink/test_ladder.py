"""The ladder: every step an answer, what exists apart from what could be made."""

from __future__ import annotations

import pytest

from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.estimate import answers
from tabfit.estimate.scenario import Scenario
from tabfit.shrink import ladder
from tabfit.shrink.ladder import Rung, ShrinkMethod
from tabfit.verdict.probability import Outcome

CATALOG = Catalog()


def existing(model: str, device: str = "laptop-8gb-integrated") -> list[Rung]:
    """Return what exists of a model on a device."""
    return ladder.existing(Scenario(model=model, device=device), CATALOG, Device())


def imagined(model: str, device: str = "laptop-8gb-integrated") -> list[Rung]:
    """Return what could be made of a model on a device."""
    return ladder.imagined(Scenario(model=model, device=device), CATALOG, Device())


def of(rungs: list[Rung], way: ShrinkMethod) -> list[Rung]:
    """Return the rungs of one way."""
    return [rung for rung in rungs if rung.way is way]


def test_each_rung_is_the_answer_of_its_own_page() -> None:
    """What a rung says is what the page says that its tap leads to."""
    for rung in existing("llama-3.1-8b"):
        again = answers.answer(rung.answer.scenario, CATALOG, Device())
        assert again.verdict == rung.answer.verdict
        assert again.download == rung.answer.download


def test_the_ladder_goes_down() -> None:
    """The largest comes first, in what exists and in what could be made."""
    for rungs in (existing("llama-3.1-8b"), imagined("llama-3.1-8b")):
        needs = [rung.need.likely for rung in rungs]
        assert needs == sorted(needs, reverse=True)


def test_models_made_from_this_one_are_steps_of_it() -> None:
    """Llama 3.1 8B leads to 3.2 3B and 1B, with what they cost on MMLU and where that stands."""
    found = of(existing("llama-3.1-8b"), ShrinkMethod.DISTILLATION)

    assert [rung.answer.subject.id for rung in found] == ["llama-3.2-3b", "llama-3.2-1b"]
    assert [rung.qualities[0].value for rung in found] == [63.4, 49.3]
    assert all(rung.real for rung in found)


def test_a_student_knows_its_teacher() -> None:
    """DistilBERT was made from BERT; BERT was made from nothing here."""
    pair = ladder.made_of("distilbert")
    assert pair is not None
    assert pair.teacher == "bert-base-uncased"
    assert ladder.made_of("bert-base-uncased") is None


def test_a_relative_runs_in_the_same_runtime_where_it_can() -> None:
    """BERT's relatives are asked about in BERT's runtime; one without web files stands alone."""
    runtimes = {
        rung.answer.subject.id: rung.answer.facts.id
        for rung in of(existing("bert-base-uncased"), ShrinkMethod.DISTILLATION)
    }
    assert runtimes["distilbert"] == "transformersjs-wasm"
    assert runtimes["minilm-l12-h384-uncased"] == "ideal"


def test_it_begins_to_fit_where_the_first_likely_rung_stands() -> None:
    """Counted from the largest; on a phone BERT fits as it is, Llama 3.1 8B only as 3.2 1B."""
    rungs = existing("llama-3.1-8b")
    first = ladder.begins(rungs)

    assert first is not None
    assert first.answer.verdict.outcome is Outcome.LIKELY
    before = rungs[: rungs.index(first)]
    assert all(rung.answer.verdict.outcome is not Outcome.LIKELY for rung in before)


def test_where_nothing_fits_it_begins_nowhere() -> None:
    """DeepSeek R1 has no rung on a phone."""
    assert ladder.begins(existing("deepseek-v3", "iphone-13")) is None


def test_zeros_anywhere_change_nothing() -> None:
    """Half the weights gone, and the file, the memory and the verdict are as before."""
    (rung,) = of(imagined("llama-3.2-1b"), ShrinkMethod.ZEROS)
    same = answers.answer(rung.answer.scenario, CATALOG, Device())

    assert rung.answer.download == same.download
    assert rung.need == Rung(way=ShrinkMethod.ZEROS, name="", answer=same, real=False).need


def test_two_of_four_is_smaller_than_sixteen_bits_and_larger_than_half() -> None:
    """The places of the weights that stay cost an eighth of what they weigh."""
    (rung,) = of(imagined("llama-3.2-1b"), ShrinkMethod.TWO_OF_FOUR)
    dense = answers.answer(
        Scenario(model="llama-3.2-1b", runtime="ideal", precision="fp16"), CATALOG, Device()
    )
    share = rung.answer.stored.weights_bytes / dense.stored.weights_bytes
    assert 9 / 16 < share < 1


def test_fewer_layers_also_keep_a_smaller_cache() -> None:
    """Half the layers: half the cache, which quantised weights do not give."""
    rungs = of(imagined("llama-3.2-1b"), ShrinkMethod.LAYERS)
    whole = answers.answer(rungs[0].answer.scenario, CATALOG, Device())

    assert [rung.name for rung in rungs] == ["12/16", "8/16"]
    assert rungs[1].answer.cache_bytes * 2 == whole.cache_bytes


def test_shared_layers_keep_the_whole_cache() -> None:
    """One layer used sixteen times stores little and remembers as much."""
    (rung,) = of(imagined("llama-3.1-8b"), ShrinkMethod.SHARING)
    whole = answers.answer(rung.answer.scenario, CATALOG, Device())

    assert rung.answer.download.likely < whole.download.likely / 4
    assert rung.answer.cache_bytes == whole.cache_bytes


def test_one_bit_methods_are_for_decoders() -> None:
    """Nobody published them for encoders, so an encoder's ladder has none."""
    assert [rung.name for rung in of(imagined("llama-3.2-1b"), ShrinkMethod.ONE_BIT)] == [
        "billm",
        "ternary",
        "onebit",
    ]
    assert not of(imagined("bert-base-uncased"), ShrinkMethod.ONE_BIT)


def test_perplexity_is_not_held_against_an_encoder() -> None:
    """What was measured on a language model says nothing about a classifier, nor the reverse."""
    rungs = [*existing("bert-base-uncased"), *imagined("bert-base-uncased")]
    metrics = {each.metric for rung in rungs for each in rung.qualities}

    assert "accuracy-sst2" in metrics
    assert not any(metric.startswith("perplexity") for metric in metrics)
    values = [r.qualities for r in existing("llama-3.1-8b") if r.name == "q8_0"]
    assert values[0][0].metric == "perplexity-wikitext2"


def test_an_undisclosed_shape_has_nothing_to_imagine() -> None:
    """Gemini Nano is what Chrome says it is."""
    assert imagined("gemini-nano") == []
    assert len(existing("gemini-nano")) == 1


@pytest.mark.parametrize("model", ["whisper-base", "mamba-130m", "kokoro-82m", "lfm2-8b-a1b"])
def test_every_kind_of_model_has_a_ladder(model: str) -> None:
    """Speech, state spaces, experts, pictures: a ladder each, every rung weighed."""
    rungs = [*existing(model), *imagined(model)]
    assert rungs
    assert all(rung.need.likely > 0 for rung in rungs)
