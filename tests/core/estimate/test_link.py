"""Links: what was shared opens for ever, and what is wrong is named."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from tabfit.devices.device import Device, written
from tabfit.errors import UnreadableLink
from tabfit.estimate import link
from tabfit.estimate.scenario import Scenario
from tabfit.units import Tokens

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "links.json").read_text())


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda each: each["link"][:60])
def test_links_already_made_open_for_ever(golden: dict[str, Any]) -> None:
    """A link that was once shared still says what it said."""
    scenario = link.read(golden["link"])

    device = scenario.device
    assert {
        "model": scenario.model,
        "runtime": scenario.runtime,
        "precision": scenario.precision,
        "context": scenario.context,
        "device": written(device) if isinstance(device, Device) else device,
    } == {
        "runtime": None,
        "precision": None,
        "context": None,
        "device": None,
        **{key: value for key, value in golden.items() if key != "link"},
    }


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda each: each["link"][:60])
def test_links_are_written_as_they_were(golden: dict[str, Any]) -> None:
    """The same choices give the same text, so that two people's links compare."""
    assert link.write(link.read(golden["link"])) == golden["link"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "model"),  # nothing chosen
        ("v=1", "model"),
        ("v=2&model=gemma-2b", "v"),  # a version from the future
        ("model=gemma-2b&colour=red", "colour"),  # unknown
        ("model=a&model=b", "model"),  # repeated
        ("model=", "model"),  # empty
        ("model=%ff", "model"),  # not UTF-8
        ("model=a%00b", "model"),  # unprintable
        ("model=" + "a" * 300, "model"),
        ("model=a&context=many", "context"),
        ("model=a&context=0", "context"),
        ("model=a&context=-5", "context"),
        ("model=a&context=1.5", "context"),
        ("model=a&context=99999999999", "context"),
        ("model=a&context=٣", "context"),  # a digit, but not an ASCII one
        ("model=a&device={", "device"),
        ("model=a&device={%22ram%22:1}", "device"),
        ("model=a&device={%22cores%22:4,%22cores%22:8}", "device"),
        ("model=a&device={%22device_memory%22:NaN}", "device"),
        ("model=a&device={%22ram_bytes%22:-1}", "device"),
        ("model=a&device=" + "{%22a%22:" * 1500, "device"),
        ("model=" + "a&" * 20_000, "v"),  # too long to be read at all
    ],
)
def test_bad_links_name_the_key(text: str, key: str) -> None:
    """What cannot be read is refused with the key at fault."""
    with pytest.raises(UnreadableLink) as caught:
        link.read(text)

    assert caught.value.key == key
    assert key in str(caught.value)


def test_a_custom_architecture_travels_in_a_link() -> None:
    """A config comes back from a link as it went in."""
    config = {"model_type": "llama", "hidden_size": 768, "num_hidden_layers": 12}

    scenario = link.read(link.write(Scenario(model=link.packed(config))))

    assert link.unpacked(scenario.model) == config


def test_a_custom_architecture_too_large_for_a_link_is_refused() -> None:
    """Four kilobytes are the most a link carries."""
    noise = {f"key{n}": n * 7919 % 104729 for n in range(3000)}

    with pytest.raises(UnreadableLink, match="4096 are accepted"):
        link.packed(noise)


@pytest.mark.parametrize("text", ["config:", "config:!!", "config:AAAA", "config:eNoDAAAAAAE"])
def test_a_broken_custom_architecture_is_refused(text: str) -> None:
    """Text that unpacks to no JSON object is named as such."""
    with pytest.raises(UnreadableLink, match="no readable architecture"):
        link.unpacked(text)


def test_a_bomb_unpacks_no_further_than_its_bound() -> None:
    """A few hundred characters that would unpack to gigabytes are refused unpacked."""
    bomb = base64.urlsafe_b64encode(zlib.compress(b'{"a": "' + b" " * 30_000_000 + b'"}', 9))

    with pytest.raises(UnreadableLink):
        link.unpacked("config:" + bomb.decode())


def test_defaults_are_left_out() -> None:
    """A link says no more than was chosen."""
    assert (
        link.write(Scenario(model="gemma-2b", context=Tokens(1))) == "v=1&model=gemma-2b&context=1"
    )
