"""What the page asks and gets, without a browser: JSON in, HTML out, whatever is typed."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from app.components.html import VOID, joined, tag
from app.respond import respond
from tabfit import catalog

LAPTOP = {"platform": "windows", "browser": "chrome", "browser_version": 150, "device_memory": 16}
PHONE = {"platform": "ios", "browser": "safari", "browser_version": 26}
HOSTILE = "<script>alert(1)</script>\"'"


class Elements(HTMLParser):
    """Collects the names of elements and checks that they close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and that it runs nothing."""
        self.seen.append(name)
        assert not any(key.startswith("on") for key, _ in attrs)
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        """Close the innermost element."""
        if name not in VOID:
            assert self.open.pop() == name


def parts(**asked: Any) -> dict[str, Any]:
    """Return the page's parts for a question."""
    found: dict[str, Any] = json.loads(respond(json.dumps({"device": LAPTOP, **asked})))
    return {**found, **found["parts"]}


def elements(html: str) -> list[str]:
    """Return the elements of well-formed HTML."""
    reader = Elements()
    reader.feed(html)
    assert reader.open == []
    return reader.seen


def plain(html: str) -> str:
    """Return HTML without what keeps a figure on one line."""
    return re.sub("</?no-break>", "", html)


def test_the_first_question_is_the_textbook_case() -> None:
    """Nothing chosen yet: Gemma 2B, on this device, by the runtime that likely fits here."""
    found = parts(device=catalog.read().device("laptop-16gb-integrated").device)

    assert found["notice"] is None
    assert found["folder"] == "m/gemma-2b/"
    assert found["link"] == "v=1&model=gemma-2b&runtime=webllm"
    assert found["chosen-device"] == "this device"


def test_a_models_own_page_opens_on_it() -> None:
    """The page of a model asks about that model."""
    assert parts(about="distilbert")["folder"] == "m/distilbert/"


def test_what_the_browser_said_is_said_back() -> None:
    """The sentence about the device has the class, its interval and what nobody tells."""
    said = re.sub("<[^>]+>", "", parts()["said"])

    assert "16 GB class memory" in said
    assert "between 12 and 24" in said
    assert "No browser says" in said


def test_without_memory_the_page_asks_for_it() -> None:
    """Safari hides memory: the page says so and offers sizes to tap."""
    found = parts(device={"platform": "macos", "browser": "safari", "browser_version": 26})

    assert "does not tell a page how much memory" in found["answer"]
    assert 'name="ram_bytes"' in found["answer"]
    assert "Cannot tell" in found["answer"]
    assert "memory unknown</span> <u>Details</u>" in found["said"]


def test_where_no_answer_asks_for_memory_the_line_of_the_device_does() -> None:
    """On Compare hundreds of verdicts wait for it: one tap opens the sizes."""
    mac = {"platform": "macos", "browser": "safari", "browser_version": 26}
    said = parts(view="compare", device=mac)["said"]

    assert "memory unknown</span> <u>Choose</u>" in said
    assert 'name="ram_bytes"' in said


def test_one_tap_answers_what_the_browser_hides() -> None:
    """Once the visitor says 16 GB, the verdict is no longer unknown."""
    mac = {"platform": "macos", "browser": "safari", "browser_version": 26}
    found = parts(device=mac, stated={"ram_bytes": str(16 * 2**30)})

    assert "Cannot tell" not in found["answer"]
    assert "as you said" in found["said"]


def test_a_phone_named_by_its_browser_brings_its_makers_memory() -> None:
    """After a tap the browser tells the model, and the catalogue knows what it has."""
    android = {"platform": "android", "browser": "chrome", "device_memory": 8}

    assert ">12 GB</no-break> of memory" in parts(device=android, phone="Pixel 8 Pro")["said"]
    assert "not listed" in parts(device=android, phone="XT-1")["notice"]
    assert "does not tell which phone" in parts(device=android, phone="")["notice"]


def test_a_change_of_model_drops_what_the_old_one_had() -> None:
    """DistilBERT has no MediaPipe, and the page does not insist."""
    found = parts(
        changed=["model"],
        form={
            "model": "distilbert",
            "runtime": "mediapipe",
            "precision": "int4",
            "context": "1024",
            "device": "",
        },
    )

    assert found["notice"] is None
    assert found["chosen-precision"] == "q8"


def test_a_choice_that_cannot_be_answered_is_a_notice() -> None:
    """A precision nobody offers is named, and the page stays on the model."""
    found = parts(link="v=1&model=distilbert&precision=q77")

    assert "q77" in found["notice"]
    assert found["folder"] == "m/distilbert/"


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ("v=9&model=gemma-2b", "v"),
        ("v=1&model=gemma-2b&runtime=torch", "torch"),
        ("v=1&model=gemma-2b&device=toaster", "toaster"),
        ("v=1&model=gemma-2b&zoom=3", "zoom"),
        ("v=1&model=gemma-2b&device={%22ram_bytes%22:-3}", "ram_bytes"),
        (f"v=1&model=gemma-2b&{HOSTILE}=1", "script"),
    ],
)
def test_a_broken_link_is_a_notice_and_the_page_still_opens(link: str, named: str) -> None:
    """The key at fault is named, and there is an answer all the same."""
    found = parts(link=link)

    assert named in found["notice"]
    assert "verdict" in found["answer"]


@pytest.mark.parametrize(("name", "named"), [("nosuch", "nosuch"), (HOSTILE, "script")])
def test_a_model_that_nobody_knows_gets_no_other_models_verdict(name: str, named: str) -> None:
    """The sentence stands where the answer would, and no stair of another model below it."""
    found = parts(link=f"v=1&model={name}")

    assert named in found["notice"]
    assert named in found["answer"]
    assert "verdict" not in found["answer"]
    assert found["why"] == ""


@pytest.mark.parametrize(
    "device",
    [
        {"name": HOSTILE, "ram_bytes": 2**33, "platform": "windows"},
        {"webgpu": {"vendor": HOSTILE, "architecture": HOSTILE}, "device_memory": 8},
    ],
)
def test_what_others_wrote_reaches_the_page_as_text(device: dict[str, Any]) -> None:
    """A name that is HTML is shown, not run, whether a link or a browser brought it."""
    shared = "v=1&model=gemma-2b&device=" + json.dumps(device)

    for found in (parts(device=device), parts(link=shared)):
        for html in found["parts"].values():
            assert "script" not in elements(html)


def test_a_second_change_before_the_first_is_answered() -> None:
    """The model's old runtime is dropped, and what was chosen after it is kept."""
    form = {
        "model": "distilbert",
        "runtime": "mediapipe",
        "precision": "fp16",
        "device": "iphone-13",
    }
    found = parts(form=form, changed=["model", "precision", "device"])

    assert found["notice"] is None
    assert found["link"] == "v=1&model=distilbert&precision=fp16&device=iphone-13"


@pytest.mark.parametrize("device", [LAPTOP, PHONE, {}, {"webgpu": None, "device_memory": 4}])
@pytest.mark.parametrize("model", ["gemma-2b", "distilbert", "gemini-nano", "whisper-base"])
def test_every_part_is_well_formed(model: str, device: dict[str, Any]) -> None:
    """Every element closes, for every kind of model on every kind of device."""
    found = parts(about=model, device=device)

    for html in found["parts"].values():
        assert elements(html) or "<" not in html


def test_the_sender_s_device_can_be_kept_and_left() -> None:
    """A link brings its sender's device; the chooser shows it until another is taken."""
    shared = "v=1&model=gemma-2b&device=" + json.dumps({"platform": "ios", "ram_bytes": 2**33})
    opened = parts(link=shared)
    form = {"model": "gemma-2b", "device": "shared", "context": "256"}

    assert opened["chosen-device"] == "the sender’s device"
    assert parts(form=form, shared=shared)["chosen-device"] == "the sender’s device"
    assert parts(form={**form, "device": ""}, shared=shared)["chosen-device"] == "this device"


def test_text_is_escaped_and_html_is_not() -> None:
    """Only what was made by the views themselves goes in as it is."""
    inner = tag("b", "1 < 2")

    assert tag("p", inner, " & ", HOSTILE, title=HOSTILE) == (
        '<p title="&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;">'
        "<b>1 &lt; 2</b> &amp; &lt;script&gt;alert(1)&lt;/script&gt;\"'</p>"
    )
    assert joined(None, ["a", ["b"]], 3) == "ab3"


@pytest.mark.parametrize("model", ["distilbert", "llama-3.2-1b", "gemini-nano"])
def test_common_devices_follow_the_model_asked(model: str) -> None:
    """The way asked about is the first, at the choices made, and no other model is named."""
    answered = parts(form={"model": model, "context": "512"})
    later = parts(form={"model": model, "context": "512"}, part="common-devices")
    common = plain(later["common-devices"])

    assert answered["chosen-model"] in common
    assert common.count("<h3>") == common.count(f"<h3>{answered['chosen-model']}</h3>") > 0
    assert "context=512" in common
    assert elements(common)


def test_no_common_devices_where_no_answer_is() -> None:
    """A hub's model that was not asked for leaves nothing of another model behind."""
    for part in ("common-devices", "pictures", "alternatives"):
        assert parts(link="v=1&model=hf:owner/name", part=part)[part] == ""
