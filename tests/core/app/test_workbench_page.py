"""The workbench: what it replies to its sliders and its link."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.pages.workbench import control as page
from app.pages.workbench.view import SLIDERS
from app.request_reply import PageReply, PageRequest
from tabfit import catalog
from tabfit.devices import device
from tabfit.devices.device import Device
from tabfit.estimate import link, subjects
from tabfit.workbench.decoder_design import BOUNDS


def asked(
    fields: dict[str, str], *, changed: str | None = None, part: str | None = None
) -> PageReply:
    """Return the reply to the sliders, or to a link if nothing changed."""
    question = PageRequest(
        catalog=catalog.read(),
        here=Device(),
        fields=fields,
        linked=changed is None,
        changed=frozenset({changed} if changed else ()),
        part=part,
    )
    return page.respond(question)


def test_begins_with_the_textbook() -> None:
    """Without a choice it is the textbook's model, and says how it differs from the book."""
    reply = asked({})
    assert "123,456,000 parameters" in reply.parts["finding"]
    assert "38,400 parameters fewer" in reply.parts["finding"]
    assert not any(reply.fields.values())


def test_every_part_is_written_out() -> None:
    """Each part opens to its formula, filled in: the token table is 50,000 × 768."""
    counted = asked({}).parts["counted"]
    assert "V × h" in counted
    assert "= 50,000 × 768" in counted
    assert "12 L h² + V h" in counted


def test_a_slider_moves_nothing_else() -> None:
    """While a slider is moved no slider is set by the page, and the link follows."""
    reply = asked({"layers": "24"}, changed="layers")
    assert "sliders" not in reply.parts
    assert {key: value for key, value in reply.fields.items() if value} == {"layers": "24"}


@pytest.mark.parametrize("typed", ["-5", "0", "1e9", "99999999999999999999", "many"])
def test_a_number_is_named_as_its_field_is(typed: str) -> None:
    """Whatever is typed in its place, one sentence says which numbers are taken, and it stays."""
    reply = asked({"key_value_heads": typed}, changed="key_value_heads")
    said = f"key-value heads is '{typed}'; accepted are: whole numbers from 1 to 512"

    assert reply.notice == said
    assert reply.fields["key_value_heads"] == typed


def test_what_does_not_go_together_changes_nothing() -> None:
    """Heads that do not divide the width are told in a sentence, and everything stays as set."""
    reply = asked({"heads": "7", "width": "768"}, changed="heads")
    assert reply.notice == "7 heads do not divide a width of 768; accepted are: 4, 6, 8, 12"
    assert not reply.parts
    assert reply.fields["heads"] == "7"


def test_another_start_sets_every_slider() -> None:
    """Starting from Gemma 2B sets the sliders to its widths, whatever they were before."""
    reply = asked({"start": "gemma-2b", "layers": "3", "gate": "plain"}, changed="start")
    assert "2,506,172,416 parameters" in reply.parts["finding"]
    assert 'name="feed_forward" min="0" step="1" value="16384"' in reply.parts["sliders"]
    assert {key: value for key, value in reply.fields.items() if value} == {"start": "gemma-2b"}


def test_a_link_opens_what_it_said() -> None:
    """Fields that a reply gives are read as the same design."""
    said = {
        "start": "llama-3.2-1b",
        "layers": "20",
        "gate": "plain",
        "head": "own",
        "context": "8192",
        "gain": "20",
    }
    again = {key: value for key, value in asked(said).fields.items() if value}
    assert again == said


def test_it_opens_as_a_model() -> None:
    """Its verdicts and their links ask about the very model of the sliders."""
    told = asked({"gate": "gated", "layers": "4"}, part="verdicts").parts["verdicts"]
    addresses = [unescape(each) for each in re.findall(r'href="\.\./#([^"]+)"', told)]
    scenarios = [link.read(each) for each in addresses]
    counts = {
        subjects.subject(each.model, catalog.read()).shape.inventory.total for each in scenarios
    }
    assert counts == {38_400_000 + 4 * (4 * 768**2 + 3 * 768 * 3072) + 9 * 768}
    assert {each.runtime for each in scenarios} >= {"ideal", "wllama-cpu", "transformersjs-wasm"}


def test_it_is_judged_on_the_device() -> None:
    """A model far too large for a phone does not fit it, at any width."""
    phone = device.read({"platform": "ios", "browser": "safari", "ram_bytes": 4 * 2**30})
    given = PageRequest(
        catalog=catalog.read(),
        here=phone,
        fields={"start": "llama-3.1-70b"},
        linked=True,
        part="verdicts",
    )
    told = page.respond(given).parts["verdicts"]
    assert set(re.findall(r"short (\w+)", told)) <= {"no", "unlikely"}


def test_ten_per_cent() -> None:
    """A gain of ten per cent costs 3.9 times the parameters, one tap away."""
    scaling = asked({}).parts["scaling"]
    assert "<b>3.9</b>" in scaling
    assert "1.1 ^ (1 <no-break>÷ 0.070</no-break>)" in scaling
    (larger,) = re.findall(r'href="#([^"]+)" data-change', scaling)
    grown = link.fields(unescape(larger), page.KEYS)
    assert asked(grown).title == "398 M parameters"


def test_bad_link_opens_the_textbook() -> None:
    """A start without such layers is told, and the page opens on the textbook's."""
    reply = asked({"start": "mamba-130m"})
    assert "layers that the sliders do not have" in (reply.notice or "")
    assert reply.title == "123 M parameters"


def test_a_slider_for_every_width() -> None:
    """Every width that a design has can be set."""
    assert set(SLIDERS) == set(BOUNDS)
