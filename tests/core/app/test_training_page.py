"""The training page: what it replies to its form and its link."""

from __future__ import annotations

import re

import pytest

from app.pages.training import control as page
from app.request_reply import PageReply, PageRequest
from tabfit import catalog
from tabfit.devices.device import Device
from tabfit.training import plan_text


def asked(fields: dict[str, str], *, changed: str | None = None) -> PageReply:
    """Return the reply to the form's fields, or to a link if nothing changed."""
    question = PageRequest(
        catalog=catalog.read(),
        here=Device(),
        fields=fields,
        linked=changed is None,
        changed=frozenset({changed} if changed else ()),
    )
    return page.respond(question)


def test_default_is_the_textbook_case() -> None:
    """Without a choice Gemma 2B is trained: 40.1 GB from step to step, and nothing in the link."""
    reply = asked({})
    assert "40.1 GB" in reply.parts["finding"]
    assert not any(reply.fields.values())


def test_every_part_has_its_formula() -> None:
    """Each part opens to its formula, filled in, and where it comes from."""
    parts = asked({}).parts["parts"]
    assert "8 × N" in parts
    assert "= 8 × 2,506,172,416" in parts
    assert "arXiv:1711.05101" in parts
    assert parts.count("<details") == parts.count('class="source"')


def test_link_says_what_differs() -> None:
    """The link carries the method and the batch, and neither what is usual nor any result."""
    reply = asked({"model": "llama-3.2-1b", "method": "qlora", "batch": "4"}, changed="batch")
    said = {key: value for key, value in reply.fields.items() if value}
    assert said == {"model": "llama-3.2-1b", "method": "qlora", "batch": "4"}


def test_link_opens_what_it_said() -> None:
    """Fields that a reply gives are read as the same plan."""
    said = {
        "model": "llama-3.2-1b",
        "method": "lora",
        "lora_rank": "64",
        "gpus": "8",
        "zero": "2",
        "tensor_parallel": "2",
        "no_dropout": "on",
        "recompute": "full",
    }
    again = {key: value for key, value in asked(said).fields.items() if value}
    assert again == said


def test_a_new_model_has_its_own_length() -> None:
    """Choosing another model gives up the length that was right for the one before."""
    reply = asked({"model": "distilgpt2", "sequence": "8192"}, changed="model")
    assert reply.fields.get("sequence") is None
    assert "1,024 tokens" in reply.parts["chosen-sequence"]


def test_what_cannot_be_changes_nothing() -> None:
    """A choice that cannot be is told in a sentence, and the page stays as it is."""
    reply = asked({"model": "gemma-2b", "gpus": "8", "tensor_parallel": "3"}, changed="zero")
    assert reply.notice == "8 devices do not divide into groups of 3; accepted are: 1, 2, 4, 8"
    assert not reply.parts
    assert reply.fields["tensor_parallel"] == "3"


def test_fewer_devices_give_up_their_groups() -> None:
    """Devices that no longer divide into groups are taken one by one."""
    reply = asked({"model": "gemma-2b", "gpus": "2", "tensor_parallel": "8"}, changed="gpus")
    assert reply.notice is None
    assert reply.fields.get("tensor_parallel") is None


def test_bad_link_opens_the_default() -> None:
    """A link that cannot be answered says why and opens the page on its default."""
    reply = asked({"model": "gemini-nano"})
    assert "is not disclosed" in (reply.notice or "")
    assert "Gemma 2B" in reply.title


def test_changes_are_one_tap_away() -> None:
    """Each change that needs less is a link that asks for just that."""
    links = re.findall(r'href="#v=1&amp;([^"]*)" data-change', asked({}).parts["smaller"])
    assert "method=qlora" in links
    assert not [each for each in links if "eager" in each]


def test_flash_attention_is_usual() -> None:
    """Attention holds its maps only where that is asked for, and leaving them is one tap away."""
    usual, eager = asked({}).parts, asked({"eager": "on"}).parts
    assert "FlashAttention" not in usual["smaller"]
    assert "FlashAttention" in eager["smaller"]
    assert asked({"flash": "on"}).parts["parts"] == usual["parts"], "links made before say it"
    assert asked({"eager": "on"}).fields["eager"] == "on"


def test_devices_bring_their_choices() -> None:
    """What devices share is asked only where there are several."""
    assert "ZeRO" not in asked({}).parts["controls"]
    assert "ZeRO" in asked({"gpus": "8"}).parts["controls"]


def test_a_layer_without_a_formula_is_said() -> None:
    """A recurrent model shows its steady state and says why there is no peak."""
    reply = asked({"model": "mamba-130m"})
    assert "no formula is published" in reply.parts["finding"].lower()
    assert "at its peak" not in reply.parts["picture"]


@pytest.mark.parametrize("key", plan_text.KEYS)
def test_every_choice_is_a_key(key: str) -> None:
    """Everything that a plan can say may stand in the page's link."""
    assert key in page.KEYS
