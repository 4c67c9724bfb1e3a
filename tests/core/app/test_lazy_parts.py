"""What lies below an answer, without a browser: asked for later, in well-formed HTML."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app.respond import packages, respond
from tabfit.estimate.link import packed
from tests.core.app.test_respond import elements, plain

ANDROID = {
    "platform": "android",
    "browser": "chrome",
    "browser_version": 147,
    "device_memory": 8,
    "connection": {"downlink_mbps": 10},
    "webgpu": {
        "vendor": "qualcomm",
        "shader_f16": True,
        "max_buffer_size": 2**31,
        "max_storage_buffer_binding_size": 2**31 - 4,
    },
}


def part(name: str, link: str, device: dict[str, Any] | None = None) -> str:
    """Return the content of an element that is filled later."""
    asked = {"device": ANDROID if device is None else device, "link": link, "part": name}
    found: str = json.loads(respond(json.dumps(asked)))["parts"][name]
    elements(found)
    return found


def test_only_the_ways_need_numpy() -> None:
    """Pictures come at once; what judges many answers brings numpy and its table first."""
    assert packages('{"part": "alternatives"}') == ("numpy", "tabfitgrid")
    assert packages('{"part": "pictures"}') == packages("{}") == ()


def test_memory_against_context() -> None:
    """The chart says what grows and what there is, marks the choice, and has its table behind."""
    html = part("pictures", "v=1&model=llama-3.2-1b&runtime=webllm&context=4096")

    (label,) = re.findall(r'role="img" aria-label="([^"]+)"', html)
    assert label.startswith("Memory at its peak:")
    assert "131,072 tokens" in label
    assert "A tab here can probably use" in label
    assert re.findall(r'aria-label="([^"]+)" aria-current="true"', html) == ["4k: 4,096 tokens"]
    assert html.count("context=8192") == 1
    assert "Memory at its peak, above an empty page" in html


def test_a_context_of_ones_own_stands_among_the_others() -> None:
    """A context that no page offers is marked where it lies."""
    html = part("pictures", "v=1&model=llama-3.2-1b&runtime=webllm&context=3000")

    assert 'aria-label="2.9k: 3,000 tokens" aria-current="true">2.9k<' in html


def test_where_the_bytes_go_and_how_long_they_take() -> None:
    """Parts by size with their share, and the time on lines that people have."""
    html = part("pictures", "v=1&model=gemma-2b&runtime=mediapipe&precision=int4")

    assert html.index("feed-forward") < html.index("embedding tables") < html.index("attention")
    assert ">68%<" in html
    assert [each in html for each in ("18 min", "10 Mbit/s", "500 Mbit/s")] == [True] * 3
    assert "the most it ever tells" in html
    assert "First token, after 512 tokens of prompt" in html


def test_a_slow_line_is_one_of_the_bars() -> None:
    """Where the browser tells of a slower line, it stands among the others, marked."""
    slow = {**ANDROID, "connection": {"downlink_mbps": 1.5}}
    html = part("pictures", "v=1&model=distilbert", slow)

    assert re.search(r'aria-current="true"><th scope="row">1.5 Mbit/s', plain(html))
    assert "First token" not in html


def test_every_way_at_a_glance() -> None:
    """Each cell says its precision, context and word, and is a tap that chooses it."""
    link = "v=1&model=qwen2.5-0.5b&runtime=transformersjs-webgpu&precision=q4&context=4096"
    html = part("alternatives", link)
    title = json.loads(respond(json.dumps({"device": ANDROID, "link": link})))["title"]

    cells = re.findall(r'aria-label="(\S+) with ([\d,]+) tokens: (\w+)"', html)
    (word,) = [word for *at, word in cells if at == ["q4", "4,096"]]
    assert f": {word} " in title
    assert ("fp32", "128", "no") in cells
    assert "precision=fp32" in html
    assert "What fits here" in html
    assert "Least memory that likely fits" in html


@pytest.mark.parametrize("model", ["gemini-nano", "whisper-base", "mamba-130m"])
def test_any_model_can_be_looked_at(model: str) -> None:
    """A model without files, one that hears, one without positions: pictures and ways for each."""
    assert "</h2>" in part("pictures", f"v=1&model={model}")
    assert "What fits here" in part("alternatives", f"v=1&model={model}", {})


def test_what_was_brought_is_looked_at_too() -> None:
    """An architecture in the link is surveyed for the runtime that was chosen."""
    shape = {
        "model_type": "llama",
        "hidden_size": 256,
        "intermediate_size": 512,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "vocab_size": 1000,
        "max_position_embeddings": 2048,
    }
    html = part("alternatives", f"v=1&model={packed(shape)}&runtime=wllama-cpu&precision=q8_0")

    assert ("q8_0", "2,048", "likely") in re.findall(r'"(\S+) with ([\d,]+) tokens: (\w+)"', html)
    assert "4,096 tokens" not in html
