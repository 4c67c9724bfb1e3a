"""The visitor's moment: read the verdict, change a choice, share it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tabfit import catalog
from tabfit.devices.device import read
from tabfit.estimate import answer_json, answers
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.size_text import size
from tabfit.units import exactly
from tests.page.opening import (
    DESKTOP,
    PHONE,
    Visit,
    choose_model,
    described,
    painted,
    reached,
    signal,
    without,
)

LINK = "#v=1&model=distilbert&runtime=transformersjs-wasm&precision=fp32"


def expected(page: Page, **chosen: Any) -> dict[str, Any]:
    """Return what the command line's Python says of the same question on the same device."""
    device = read(described(page))
    given = answers.answer(Scenario(**chosen), catalog.read(), device)
    return answer_json.estimate(given)


def figure(page: Page, name: str) -> str:
    """Return the figure that the verdict shows under a name."""
    figure = page.locator(".figures div").filter(has_text=name)
    return figure.locator("dd").inner_text()


def test_the_page_answers_as_the_command_line_does(ready: Page) -> None:
    """The numbers of the page, computed in WebAssembly, are those of CPython."""
    choose_model(ready, "distilbert")
    expect(ready.locator("[data-for=model]")).to_contain_text("DistilBERT")
    found = expected(ready, model="distilbert")

    expect(ready.locator(".figures")).to_contain_text(size(exactly(found["download"]["bytes"])))
    sentence = found["verdict"]["sentence"]
    expect(ready.locator(".checks")).to_contain_text(sentence[1:])
    assert ready.locator(".checks li").count() == len(found["checks"])


def test_a_choice_is_answered_at_once(ready: Page) -> None:
    """Another precision: another download, and the sentence shows what was chosen."""
    choose_model(ready, "distilbert")
    expect(ready.locator("[data-for=precision]")).to_have_text("q8")
    before = figure(ready, "download")
    ready.get_by_label("Precision", exact=True).select_option("fp32")

    expect(ready.locator("[data-for=precision]")).to_have_text("fp32")
    expect(ready.locator("#answer")).to_have_attribute("aria-busy", "false")
    assert figure(ready, "download") != before


def test_another_device_from_the_list(ready: Page) -> None:
    """The device is a choice like any other, and the sentence below says what it is."""
    choose_model(ready, "gemma-2b")
    ready.get_by_label("Device", exact=True).select_option("iphone-13")

    expect(ready.locator("[data-for=device]")).to_have_text("iPhone 13")
    expect(ready.locator("#said")).to_contain_text("iPhone 13: 4 GB of memory")
    expect(ready.locator(".verdict")).not_to_contain_text("Likely")
    ready.get_by_label("Device", exact=True).select_option("")
    expect(ready.locator("#said")).to_contain_text("Chrome")


def test_what_the_browser_says_is_corrected_in_one_tap(ready: Page) -> None:
    """A visitor who knows better says so, and the answer follows."""
    ready.locator("#correct summary").click()
    ready.locator("#stated").get_by_role("radio", name="32 GB", exact=True).click(force=True)

    expect(ready.locator("#said")).to_contain_text("32 GB of memory, as you said")


def test_the_common_devices_are_one_tap_away(ready: Page) -> None:
    """A verdict of the static list opens as a whole answer."""
    ready.locator("#common").get_by_role("link", name=re.compile("Pixel 8 Pro")).first.click()

    expect(ready.locator("[data-for=device]")).to_have_text("Google Pixel 8 Pro")


def test_sharing(ready: Page) -> None:
    """The link carries the choices, with the device when asked, and is drawn as a QR code."""
    choose_model(ready, "distilbert")
    expect(ready.locator("[data-for=model]")).to_contain_text("DistilBERT")
    ready.get_by_label("Precision", exact=True).select_option("fp16")
    expect(ready.locator("[data-for=precision]")).to_have_text("fp16")
    ready.get_by_role("button", name="Share this answer").click()

    link = ready.get_by_role("textbox", name="Link")
    expect(link).to_have_value(re.compile(r"/m/distilbert/#v=1&model=distilbert.*precision=fp16"))
    expect(ready.locator("#qr svg")).to_be_visible()
    ready.get_by_label("Include my device").check()
    expect(link).to_have_value(re.compile("device="))
    ready.get_by_role("button", name="Close").click()
    expect(ready.get_by_role("dialog")).to_be_hidden()


def test_a_link_opens_on_its_choices(visit: Visit) -> None:
    """Whoever opens a shared link sees the same choices."""
    page = visit("m/distilbert/" + LINK, prelude=signal("deviceMemory", "8"))

    expect(page.locator("[data-for=precision]")).to_have_text("fp32")
    expect(page).to_have_title(re.compile("DistilBERT"))
    expect(page.locator("#notice")).to_be_hidden()


def test_a_broken_link_is_named_and_the_page_still_opens(visit: Visit) -> None:
    """What a link gets wrong is said in one sentence, as text."""
    page = visit("#v=1&model=<img src=x onerror=alert(1)>&zoom=2")

    expect(page.locator("#notice")).to_contain_text("zoom")
    expect(page.locator(".verdict")).to_be_visible()
    assert page.locator("#notice img").count() == 0


def test_without_memory_nothing_is_made_up(visit: Visit) -> None:
    """A browser that hides memory gets *cannot tell*, the reason, and the fix in one tap."""
    page = visit(prelude=without("deviceMemory"), adapter=True)

    expect(page.locator(".verdict")).to_contain_text("Cannot tell")
    expect(page.locator("#stated")).to_contain_text("does not tell a page how much memory")
    page.locator("#stated").get_by_role("radio", name="16 GB", exact=True).click(force=True)
    expect(page.locator(".verdict")).not_to_contain_text("Cannot tell")


#: Safari 26 on an iPhone, which tells neither its memory nor which iPhone it is.
IPHONE = without("deviceMemory") + signal("userAgentData", "undefined")
IPHONE += signal(
    "userAgent",
    "'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'",
)


def room(page: Page) -> tuple[float, float]:
    """Return between what and what a tab may use, in GB, as the check of memory has it."""
    check = page.locator(".checks li").filter(has_text="Memory at its peak")
    said = check.locator(".check-name").inner_text()
    low, of_low, high, unit = re.findall(r"([\d.]+)\s*([MG]B)?–([\d.]+)\s*([MG]B)", said)[-1]
    gigabytes = {"MB": 0.001, "GB": 1.0}
    return float(low) * gigabytes[of_low or unit], float(high) * gigabytes[unit]


def test_an_iphone_is_chosen_by_its_model_and_not_knowing_it_widens(visit: Visit) -> None:
    """Chips name iPhones and no gigabytes; what was chosen is kept, and can be taken back."""
    page = visit("#v=1&model=llama-3.2-1b&runtime=wllama-cpu", prelude=IPHONE)
    asked = page.locator("#stated")
    expect(asked).to_contain_text("Which iPhone is this?")
    expect(asked.get_by_role("radio", name=re.compile("GB"))).to_have_count(0)
    expect(asked.get_by_role("radio", name="I don’t know")).to_be_checked()
    least, most = room(page)

    asked.get_by_role("radio", name="iPhone 13", exact=True).click(force=True)
    expect(page.locator("#said")).to_contain_text("4 GB of memory, as you said")
    low, high = room(page)
    assert least <= low < high < most
    page.reload()
    reached(page, "ready")
    expect(page.locator("#said")).to_contain_text("4 GB of memory, as you said")

    page.locator("#correct summary").click()
    asked.get_by_role("radio", name="I don’t know").click(force=True)
    expect(page.locator("#said")).to_contain_text("nothing about memory")
    assert room(page) == (least, most)


def test_without_an_adapter_a_gpu_runtime_will_not_do(visit: Visit) -> None:
    """A hard failure is *no*, with the check that says so first."""
    page = visit("#v=1&model=gemma-2b", prelude=signal("deviceMemory", "16"))

    expect(page.locator(".verdict")).to_have_text("Will not fit")
    expect(page.locator(".checks li").first).to_contain_text("Graphics through WebGPU")


SMALL = """() => [...document.querySelectorAll("a, button, select, summary, .chip span")]
  .filter((each) => each.checkVisibility() && !each.closest("p, dialog, .skip"))
  .filter((each) => each.getBoundingClientRect().height < 43.5)
  .map((each) => each.outerHTML.slice(0, 90))"""


def test_the_answer_stays_within_the_screen(visit: Visit) -> None:
    """Nothing of an answer lies past the edge, and what can be tapped is large enough."""
    page = visit(prelude=signal("deviceMemory", "8"), adapter=True)
    for screen in (PHONE, DESKTOP):
        page.set_viewport_size({"width": screen["width"], "height": screen["height"]})
        for dark in (False, True):
            page.emulate_media(color_scheme="dark" if dark else "light")
            painted(page)

            look = (screen["width"], dark)
            assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"], look
            assert page.evaluate(SMALL) == [], look


def test_by_keyboard(ready: Page) -> None:
    """Every choice is reached with the Tab key, in the order of the sentence."""
    ready.locator(".brand").focus()
    reached = []
    for _ in range(24):
        ready.keyboard.press("Tab")
        reached.append(ready.evaluate("document.activeElement.name || ''"))
    names = [name for name in reached if name]

    assert names[:5] == ["model", "precision", "runtime", "context", "device"]


def test_more_choices_change_memory_and_link(visit: Visit) -> None:
    """Behind *More choices* stand those of runtime and model; the link carries what is chosen."""
    page = visit("#v=1&model=whisper-small&runtime=transformersjs-webgpu&precision=q4")
    page.get_by_text("More choices").click()
    heard = page.get_by_label("Heard at once")
    expect(heard).to_be_visible()
    before = page.locator("#answer").inner_text()
    heard.select_option("300s")
    expect(page.locator("#answer")).not_to_have_text(before)
    expect(page).to_have_url(re.compile("audio=300s"))
    page.get_by_label("encoder").select_option("fp32")
    expect(page).to_have_url(re.compile("precision=encoder(=|%3D)fp32,decoder"))
    expect(heard).to_have_value("300s")
