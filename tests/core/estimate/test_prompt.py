"""A prompt is not a context: what is read at once follows the one, what is kept the other."""

from __future__ import annotations

import pytest

from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.errors import UnreadableLink
from tabfit.estimate import answer_json, link
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.units import Tokens

CATALOG = Catalog()


def asked(context: int, prompt: int | None = None) -> Answer:
    """Return the answer for a small chat model at a context and a prompt."""
    scenario = Scenario(
        model="smollm2-135m",
        runtime="transformersjs-webgpu",
        context=Tokens(context),
        prompt=None if prompt is None else Tokens(prompt),
    )
    return answer(scenario, CATALOG, Device())


def test_a_longer_prompt_is_not_kept() -> None:
    """Reading more at once needs more working memory and the same cache."""
    short, long = asked(context=4096, prompt=64), asked(context=4096, prompt=4096)

    assert short.cache_bytes == long.cache_bytes
    assert short.workspace.likely < long.workspace.likely
    assert short.wait is not None
    assert long.wait is not None
    assert (short.wait.prompt, long.wait.prompt) == (64, 4096)


def test_a_prompt_is_a_page_unless_the_context_is_shorter() -> None:
    """Nothing said: 512 tokens, or all that the context holds."""
    assert asked(context=4096).load.read_at_once == 512
    assert asked(context=128).load.read_at_once == 128
    assert asked(context=128, prompt=2048).load.read_at_once == 128


def test_a_decoder_that_writes_down_speech_is_given_four_tokens() -> None:
    """Whisper's prompt is its start, a language, a task and no times; what is said comes first."""
    heard = answer(Scenario(model="whisper-small"), CATALOG, Device())
    told = answer(Scenario(model="whisper-small", prompt=Tokens(100)), CATALOG, Device())
    text = answer(Scenario(model="flan-t5-small"), CATALOG, Device())
    given = [each.load.read_at_once for each in (heard, told, text)]

    assert given == [4, 100, 512]
    assert heard.workspace.likely < told.workspace.likely


def test_an_encoder_reads_all_at_once() -> None:
    """What a classifier is given it reads in one pass, whatever a prompt is called."""
    scenario = Scenario(model="distilbert", context=Tokens(256), prompt=Tokens(16))
    assert answer(scenario, CATALOG, Device()).load.read_at_once == 256


def test_links_and_reports_carry_it() -> None:
    """It travels beside the context, is left out where nothing was said, and bad ones are named."""
    said = Scenario(model="smollm2-135m", context=Tokens(4096), prompt=Tokens(256))

    assert link.read(link.write(said)) == said
    assert "prompt" not in link.write(Scenario(model="smollm2-135m"))
    assert answer_json.estimate(asked(context=4096, prompt=256), [])["scenario"]["prompt"] == 256
    with pytest.raises(UnreadableLink, match="prompt"):
        link.read("#v=1&model=smollm2-135m&prompt=none")
