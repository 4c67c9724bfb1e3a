"""What stays on the device: listed, counted for its answers, and harmless whatever it holds."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.respond import respond
from tabfit.devices import device
from tests.core.app.test_respond import LAPTOP, elements, plain

FORM = {"model": "gemma-2-2b", "runtime": "webllm", "precision": ""}


def answered(**asked: Any) -> dict[str, Any]:
    """Return the page's parts for a question."""
    question = {"device": LAPTOP, "form": FORM, **asked}
    found: dict[str, Any] = json.loads(respond(json.dumps(question)))
    for html in found["parts"].values():
        elements(html)
    every = "".join(html for name, html in found["parts"].items() if name != "kept")
    return {**found, **found["parts"], "every": every}


def tried(found: dict[str, Any], *, ran: bool) -> dict[str, Any]:
    """Return what a tap on *It ran* or *It crashed* keeps."""
    every = re.findall(r'data-keep="tried"[^>]*data-value="([^"]*)"', found["answer"])
    trials = [json.loads(unescape(each)) for each in every]
    return {**next(each for each in trials if each["ran"] is ran), "day": "2026-11-28"}


def test_a_trial_is_listed_and_can_be_taken_back() -> None:
    """What is kept is what the buttons name to forget it, here and in the list."""
    kept = tried(answered(), ran=False)
    found = answered(kept={"history": [kept]})
    named = re.findall(r'data-name="history" data-value="([^"]*)"', found["answer"] + found["kept"])

    assert [json.loads(unescape(each)) for each in named] == [kept, kept]
    assert "Gemma 2 2B, q4f16_1" in found["kept"]
    deciding = re.findall(r'class="deciding">(.*?)</p>', plain(found["answer"]))[0]
    assert "crashed here on 2026-11-28. By our estimate" in deciding


def test_a_trial_of_an_older_browser_can_be_taken_back() -> None:
    """The button names what is kept, whatever the browser is by now."""
    kept = {**tried(answered(), ran=False), "browser_version": 100}
    found = answered(kept={"history": [kept]})
    named = re.findall(r'data-name="history" data-value="([^"]*)"', found["answer"])
    assert [json.loads(unescape(each)) for each in named] == [kept]


def test_a_report_is_a_row_and_an_issue_where_a_repository_is_named() -> None:
    """The text is one row whose device can be read; the issue holds the same text."""
    history = {"history": [tried(answered(), ran=True)]}
    found = answered(kept=history, reports="owner/name")
    text = unescape(re.findall(r'id="own-report">(.*?)</code>', found["answer"])[0])
    row = json.loads(text)

    assert (row["outcome"], row["model"], row["runtime"]) == ("ran", "gemma-2-2b", "webllm")
    assert device.read(row["device"]).history == ()
    address = unescape(re.findall(r'href="(https://github.com/[^"]*)"', found["answer"])[0])
    assert urlsplit(address).path == "/owner/name/issues/new"
    assert text in parse_qs(urlsplit(address).query)["body"][0]
    assert "github.com" not in answered(kept=history)["answer"]


def test_no_link_carries_the_past() -> None:
    """A link with the device says what the browser told, never what was tried."""
    found = answered(kept={"history": [tried(answered(), ran=True)]})
    assert "history" not in found["link_with_device"]


def test_an_iphone_is_chosen_by_name() -> None:
    """Its owner chooses a model; gigabytes are not asked; not knowing widens."""
    phone = {"platform": "ios", "browser": "safari", "browser_version": 26}
    unknown = answered(device=phone)
    named = answered(device=phone, stated={"name": "iphone-15"})

    assert 'name="name" value="iphone-15"' in unknown["every"]
    assert 'name="ram_bytes"' not in unknown["every"]
    assert "I don’t know" in unknown["every"]
    assert ">6 GB</no-break> of memory" in named["every"]
    assert 'value="iphone-15" checked' in named["every"]
    assert 'value="ipad-pro-m4" checked' not in unknown["every"]
    tablet = answered(device={**phone, "platform": "ipados"})
    assert 'name="name" value="ipad-pro-m4"' in tablet["every"]
    assert 'name="name" value="iphone-15"' not in tablet["every"]
    assert 'name="ram_bytes"' in answered(device={**phone, "platform": "android"})["every"]


def test_pinned_and_recent_answers_are_links() -> None:
    """Each opens what it names; one that cannot be read is left out."""
    kept = {"pinned": ["v=1&model=gpt2", "nonsense"], "recent": ["v=1&model=gemma-2b", 7]}
    found = answered(kept=kept)

    assert re.findall(r'href="#([^"]*)" data-change', found["kept"]) == [
        "v=1&amp;model=gpt2",
        "v=1&amp;model=gemma-2b",
    ]
    assert "Pin this answer" in found["answer"]
    link = {"pinned": [found["link"]]}
    assert "Unpin this answer" in answered(kept=link)["answer"]


@pytest.mark.parametrize(
    "kept",
    [
        7,
        {"stated": 1, "history": "x", "pinned": {}, "recent": None},
        {"history": [{"ran": "yes"}]},
        {"stated": {"ram_bytes": "-1", "graphics": "huge", "name": ["x"]}},
        {"stated": {"name": "<script>"}, "pinned": ["v=1&model=<script>"]},
    ],
)
def test_whatever_is_kept_an_answer_comes(kept: object) -> None:
    """What was written by hand, or by another version, counts as nothing."""
    stated = kept.get("stated") if isinstance(kept, dict) else kept
    found = answered(kept=kept, stated=stated)
    assert "Will" in found["title"] or found["answer"]
    assert "<script>" not in found["kept"]


def test_what_was_measured_is_said_and_goes_into_a_link() -> None:
    """The budget and the speed are the measured ones, in the answer, the list and the link."""
    measured = {"page_bytes": 9 * 10**9, "bandwidth_bytes_per_second": 40 * 10**9}
    form = {"model": "llama-3.2-1b", "runtime": "webllm", "precision": ""}
    found = answered(form=form, kept={"measured": measured})

    assert re.search("a test here obtained 9(.00)? GB", plain(found["answer"]))
    assert "Measured here: 9.00 GB for the page, 40.0 GB moved in a second" in plain(found["kept"])
    assert "measured" in found["link_with_device"]
    before, after = (
        [float(end) for end in re.findall(r"([\d.]+)–([\d.]+) /s", plain(html))[0]]
        for html in (answered(form=form)["answer"], found["answer"])
    )
    assert after[1] / after[0] < 0.5 * before[1] / before[0]
    phone = {"platform": "android", "browser": "chrome", "browser_version": 150}
    assert "No test of memory on phones" in answered(device=phone, form=form)["answer"]
    assert 'id="measure"' in found["answer"]
