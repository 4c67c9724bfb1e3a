"""The extra `hub`: a token goes to its own hub and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tabfit.errors import UnreachableHub
from tabfit.sources import hub_token, read_source
from tools import fake_hub as fake


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, fake.HubState]]:
    """Run the fake hub as the one that is asked, with its token in the environment."""
    with fake.running() as (address, state):
        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.setenv("HF_TOKEN", fake.TOKEN)
        monkeypatch.delenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", raising=False)
        hub_token._kept.cache_clear()
        yield address, state
        hub_token._kept.cache_clear()


@pytest.mark.parametrize("name", ["faults/gated", "faults/private"])
def test_a_token_opens_what_is_gated_or_private(name: str, hub: tuple[str, fake.HubState]) -> None:
    """The tensors are read, and the store behind the hub never sees the token."""
    address, state = hub
    told = read_source.inspect(name, address)
    assert told["parameters"]["total"] == 1_436_928
    stored = [each for each in state.asked if each.path.startswith("/stored/")]
    assert stored
    assert not [each for each in stored if "Authorization" in each.headers]
    assert all("Authorization" in each.headers for each in state.asked if each not in stored)


def test_who_asks_for_nothing_to_be_sent(
    hub: tuple[str, fake.HubState], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With huggingface_hub's own switch no token is sent, and the refusal says why."""
    monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
    with pytest.raises(UnreachableHub, match="is gated"):
        read_source.inspect("faults/gated", hub[0])
    assert not [each for each in hub[1].asked if "Authorization" in each.headers]


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co/a/b/resolve/main/config.json",  # another hub than the one asked
        "https://hf.example.org.evil.test/api/models/a/b",
        "http://hf.example.org/api/models/a/b",  # anybody on the way could read it
        "https://hf.example.org:444/api/models/a/b",
    ],
)
def test_no_other_host_gets_the_token(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the hub that is asked, over https."""
    monkeypatch.setenv("HF_ENDPOINT", "https://hf.example.org")
    monkeypatch.setenv("HF_TOKEN", fake.TOKEN)
    hub_token._kept.cache_clear()
    assert hub_token.token_for(url) is None
    assert hub_token.token_for("https://hf.example.org/api/models/a/b") == fake.TOKEN
    hub_token._kept.cache_clear()
