"""The page that shrinks a model, without a browser: what is asked and what comes back."""

from __future__ import annotations

import pytest

from tests.core.app.test_respond import HOSTILE, elements, parts, plain

WINDOWS = {"platform": "windows", "browser": "chrome", "ram_bytes": 8 * 2**30, "webgpu": None}


def shrink(**form: str) -> dict[str, str]:
    """Return the page's parts for what its forms say."""
    return parts(view="shrink", form=form, changed=list(form)[:1])


def test_the_page_opens_on_a_model_that_must_shrink() -> None:
    """Nothing chosen: Llama 3.1 8B, its precisions and the models made from it."""
    found = parts(view="shrink")

    assert found["notice"] is None
    assert found["folder"] == "shrink/"
    assert found["link"] == "v=1&model=llama-3.1-8b"
    assert "Llama 3.2 1B" in found["exists"]
    for part in ("exists", "adapter", "said", "choose-model", "choose-runtime", "choose-device"):
        assert elements(found[part])


def test_every_step_that_exists_is_one_tap_to_its_answer() -> None:
    """A step is a link to the first page with its model, runtime and precision."""
    found = shrink(model="distilbert", device="iphone-13")

    assert "../#v=1&amp;model=distilbert&amp;runtime=transformersjs-wasm" in found["exists"]
    assert "precision=q8" in found["exists"]
    assert "device=iphone-13" in found["exists"]


def test_a_student_points_to_its_teachers_ladder() -> None:
    """DistilBERT is a step of BERT's ladder, and says so."""
    assert "#v=1&amp;model=bert-base-uncased" in shrink(model="distilbert")["exists"]


def test_a_step_says_what_it_costs_and_where_that_stands() -> None:
    """MMLU falls from 69.4 to 63.4, and the model card is one tap away."""
    found = plain(shrink(model="llama-3.1-8b", device="laptop-16gb-integrated")["exists"])

    assert "accuracy on MMLU 69.4 → <b>63.4</b>" in found
    assert "perplexity on WikiText-2 6.23 → <b>6.41</b>" in found
    assert 'href="https://github.com/meta-llama' in found


def test_the_finding_says_from_where_on_it_fits() -> None:
    """One sentence: from which step downwards, and what that one needs."""
    found = shrink(model="llama-3.1-8b", device="laptop-8gb-integrated")["exists"]
    assert "From <b>Llama 3.2 1B</b> downwards Llama 3.1 8B" in found


def test_nothing_that_fits_is_said_too() -> None:
    """Where no step fits, the page says that and not silence."""
    found = shrink(model="deepseek-v3", device="iphone-13")["exists"]
    assert "No step of DeepSeek V3 that exists fits here." in found


def test_what_could_be_made_comes_later() -> None:
    """The second ladder is a part of its own: pruning, sharing, one bit, and nobody offers them."""
    found = parts(view="shrink", part="made", form={"model": "llama-3.2-1b"})["made"]

    assert elements(found)
    for words in ("Two of every four weights", "8 of 16 layers", "One layer for all", "BiLLM"):
        assert words in found


def test_the_slider_moves_the_adapter() -> None:
    """Rank 16 beside queries and values of Llama 3.2 1B: twice rank 8, and in the link."""
    eight = shrink(rank="8", model="llama-3.2-1b")
    sixteen = shrink(rank="16", model="llama-3.2-1b")

    assert "851,968" in eight["adapter"]
    assert "1,703,936" in sixteen["adapter"]
    assert "rank=" not in eight["link"]
    assert sixteen["link"].endswith("rank=16")


def test_no_target_adapts_nothing() -> None:
    """Unchecking the last box says what to do; a link without targets means the usual ones."""
    assert (
        "choose matrices"
        in parts(view="shrink", form={"model": "gpt2"}, changed=["targets"])["adapter"]
    )
    assert "choose matrices" not in parts(view="shrink", link="v=1&model=gpt2")["adapter"]


def test_without_graphics_a_runtime_on_the_processor_is_chosen() -> None:
    """A browser that refuses WebGPU gets the ladder of a runtime that does without."""
    found = parts(view="shrink", device=WINDOWS, form={"model": "llama-3.1-8b"})
    assert found["chosen-runtime"] == "wllama (CPU)"


@pytest.mark.parametrize(
    "form",
    [
        {"model": HOSTILE},
        {"model": "gpt2", "runtime": HOSTILE},
        {"model": "gpt2", "device": HOSTILE},
        {"model": "gpt2", "rank": HOSTILE},
        {"model": "gpt2", "rank": "9" * 400},
        {"model": "gpt2", "targets": HOSTILE},
    ],
)
def test_whatever_is_typed_gets_a_page(form: dict[str, str]) -> None:
    """Bad choices become a notice or a bound; nothing typed comes back as HTML."""
    found = parts(view="shrink", form=form)

    assert elements(found["exists"])
    assert "<script" not in "".join(str(value) for value in found["parts"].values())
