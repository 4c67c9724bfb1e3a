"""Choices are kept: those made while Python loads, and each as a step of Back and Forward."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.page.opening import DESKTOP, Held, Visit, changed, choose_model, reached, signal

MEMORY = signal("deviceMemory", "8")
PRECISION = "[data-for=precision]"
CONTEXT = "[data-for=context]"


def choose(page: Page, label: str, value: str) -> None:
    """Choose a value of one of the question's lists and wait for its answer."""
    page.get_by_label(label, exact=True).select_option(value)
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")


def in_link(page: Page, text: str) -> None:
    """Wait until the page's address says so."""
    expect(page).to_have_url(re.compile(re.escape(text)))


def test_a_choice_made_while_python_loads_is_shown_and_answered(visit: Visit) -> None:
    """The sentence says it at once; at ready it is answered, and Back leads before it."""
    held = Held("**/memory.wasm")
    page = visit("m/distilbert/", prelude=MEMORY, until=None, setup=held)
    page.locator("html[data-state=loading]").wait_for(state="attached")
    page.get_by_label("Precision", exact=True).select_option("fp32")
    expect(page.locator(PRECISION)).to_have_text("fp32")
    page.get_by_label("Context length").or_(page.get_by_label("Input length")).select_option("128")
    held.let_go()
    reached(page, "ready")

    expect(page.locator(PRECISION)).to_have_text("fp32")
    expect(page.locator(CONTEXT)).to_contain_text("128")
    in_link(page, "precision=fp32&context=128")
    page.go_back()
    expect(page.locator(PRECISION)).to_have_text("q8")


def test_a_link_is_shown_while_python_loads_and_a_choice_goes_before_it(visit: Visit) -> None:
    """What a link says stays, but for what was chosen since."""
    link = "m/distilbert/#v=1&model=distilbert&precision=fp32&context=256"
    held = Held("**/memory.wasm")
    page = visit(link, prelude=MEMORY, until=None, setup=held)
    expect(page.locator(PRECISION)).to_have_text("fp32")
    page.get_by_label("Device", exact=True).select_option("iphone-13")
    assert page.locator("html").get_attribute("data-state") == "loading"
    held.let_go()
    reached(page, "ready")

    expect(page.locator("[data-for=device]")).to_have_text("iPhone 13")
    expect(page.locator(PRECISION)).to_have_text("fp32")
    expect(page.locator("#said")).to_contain_text("iPhone 13")
    in_link(page, "precision=fp32&context=256&device=iphone-13")


def test_back_and_forward_lead_from_choice_to_choice(visit: Visit) -> None:
    """Each choice is a step with its link, its answer, the scroll and the focus."""
    page = visit("m/distilbert/", prelude=MEMORY, size=DESKTOP)
    steps = page.evaluate("history.length")
    choose(page, "Precision", "fp32")
    in_link(page, "precision=fp32")
    page.get_by_label("Precision", exact=True).focus()
    page.evaluate("scrollTo(0, 300)")
    choose(page, "Input length", "128")
    in_link(page, "context=128")
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate("history.length") == steps + 2

    page.go_back()
    expect(page.locator(CONTEXT)).to_contain_text("512")
    expect(page.locator(PRECISION)).to_have_text("fp32")
    page.wait_for_function("scrollY === 300")
    expect(page.get_by_label("Precision", exact=True)).to_be_focused()
    page.go_back()
    expect(page.locator(PRECISION)).to_have_text("q8")
    page.go_forward()
    expect(page.locator(PRECISION)).to_have_text("fp32")
    page.go_forward()
    expect(page.locator(CONTEXT)).to_contain_text("128")
    assert page.locator("html").get_attribute("data-state") == "ready"


def test_a_tapped_change_is_a_step(visit: Visit) -> None:
    """A verdict of the common devices leads to a whole answer, and Back from it."""
    page = visit("m/distilbert/", prelude=MEMORY)
    tapped = page.locator("#common").get_by_role("link", name=re.compile("Pixel 8 Pro")).first
    tapped.scroll_into_view_if_needed()
    tapped.click()
    expect(page.locator("[data-for=device]")).to_have_text("Google Pixel 8 Pro")
    page.go_back()
    expect(page.locator("[data-for=device]")).to_have_text("this device")
    page.wait_for_function("scrollY > 200")


def test_memory_that_was_stated_is_a_step(visit: Visit) -> None:
    """What a visitor says of the device is taken back by Back."""
    page = visit("m/distilbert/", prelude=MEMORY)
    page.locator("#correct summary").click()
    page.locator("#stated").get_by_role("radio", name="32 GB", exact=True).click(force=True)
    expect(page.locator("#said")).to_contain_text("32 GB of memory, as you said")
    page.go_back()
    expect(page.locator("#said")).not_to_contain_text("as you said")


def test_typing_makes_one_step(visit: Visit) -> None:
    """A name typed letter by letter is one step, and Back leads before the first of them."""
    page = visit("compare/", prelude=MEMORY, size=DESKTOP)
    steps = page.evaluate("history.length")
    box = page.locator("input[name=q]")
    box.click()
    for letters in ("ll", "llam", "llama"):
        box.fill(letters)
        in_link(page, f"q={letters}")
    page.keyboard.press("Tab")
    assert page.evaluate("history.length") == steps + 1

    page.go_back()
    expect(page).not_to_have_url(re.compile("q="))
    expect(page.locator("input[name=q]")).to_have_value("")


def test_dragging_makes_one_step(visit: Visit) -> None:
    """A slider that is dragged is one step, and another drag is another."""
    page = visit("workbench/", prelude=MEMORY, size=DESKTOP)
    steps = page.evaluate("history.length")
    slider = page.locator("input[type=range]").first
    number = page.locator(f"#{slider.get_attribute('data-twin')}")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    reached_values = [number.input_value()]
    for begins, ends in ((0.1, 0.4), (0.6, 0.8)):
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + begins * box["width"], y)
        page.mouse.down()
        for share in (begins, (begins + ends) / 2, ends):
            page.mouse.move(box["x"] + share * box["width"], y)
            in_link(page, f"layers={number.input_value()}")  # it is answered while it is dragged
        page.mouse.up()
        reached_values.append(number.input_value())
        in_link(page, f"layers={reached_values[-1]}")
    assert page.evaluate("history.length") == steps + 2

    page.go_back()
    expect(number).to_have_value(reached_values[1])
    page.go_back()
    expect(number).to_have_value(reached_values[0])


def test_the_common_devices_follow_the_model(visit: Visit) -> None:
    """Another model is asked about: its verdicts stand there, and no other's."""
    page = visit(prelude=MEMORY)
    choose_model(page, "whisper-base")
    expect(page).to_have_title(re.compile("Whisper"))  # what stands above the list is laid out
    page.locator("#common").scroll_into_view_if_needed()

    names = page.locator("#common h3")
    expect(names.first).to_have_text(re.compile("Whisper"))
    assert all("Whisper" in each for each in names.all_inner_texts())
    assert not re.search("Gemma|DistilBERT", page.locator("#common").inner_text())


def test_the_finder_s_rows_say_what_a_model_comes_to_on_the_device_asked(visit: Visit) -> None:
    """The size and the verdict stand beside the name, on the device that the question is about."""
    page = visit("m/distilbert/#v=1&model=distilbert&device=pixel-8-pro", prelude=MEMORY)
    page.locator("#open-finder").click()
    page.locator("#find").fill("distilbert")

    row = page.locator('[id="match-distilbert"]')
    expect(row.locator(".here")).to_have_text(re.compile(r"67.8 MB\s+likely"))
    expect(row).to_contain_text("67M")
    page.locator("#find").fill("whisper large")
    expect(page.locator("#matches .here").last).to_have_text(re.compile(r"(MB|GB)\s+\w"))


def test_a_model_opens_on_what_suits_the_device_and_the_others_are_offered(visit: Visit) -> None:
    """Llama 3.2 1B without an adapter: a runtime on the processor, said in a sentence."""
    page = visit("m/llama-3.2-1b/", prelude=signal("deviceMemory", "8"), size=DESKTOP)

    expect(page.locator("[data-for=runtime]")).to_have_text(re.compile("CPU"))
    expect(page.locator("#answer")).to_contain_text("that Compare chooses for this device")
    in_menu = page.locator("#choose-runtime option").filter(has_text="WebLLM")
    expect(in_menu).to_have_text(re.compile(r"WebLLM · q4f16_1 · .* (GB|MB) · no"))
    there = page.url
    page.goto(there + "#v=1&model=llama-3.2-1b")
    expect(page.locator("[data-for=runtime]")).not_to_have_text(re.compile("CPU"))
    page.locator("#answer .lead a").first.click()
    expect(page.locator("[data-for=runtime]")).to_have_text(re.compile("CPU"))


def test_a_closed_model_leads_to_open_ones(visit: Visit) -> None:
    """Typed into the box, *claude* gets one sentence and three models that can be chosen."""
    page = visit(prelude=MEMORY)
    page.locator("#open-finder").click()
    page.locator("#find").fill("claude")

    expect(page.locator("#asking")).to_contain_text("Claude runs at Anthropic alone")
    expect(page.locator("#matches").get_by_role("option")).to_have_count(3)
    page.locator("#matches").get_by_role("option").first.click()
    expect(page.locator("#answer .verdict")).to_be_visible()


def test_a_bad_verdict_leads_on(visit: Visit) -> None:
    """Smaller models for the same task, and the list in Compare with its filter set."""
    page = visit("#v=1&model=llama-3.2-3b&runtime=webllm&device=iphone-13", prelude=MEMORY)
    page.get_by_role("link", name="Every model for this task on this device").click()

    expect(page).to_have_url(re.compile("compare/#v=1&device=iphone-13&task=text-generation"))
    reached(page, "ready")
    expect(page.locator("[data-for=device]")).to_have_text("iPhone 13")


#: Python takes as long to answer as the page's `slower` says, in milliseconds.
SLOWER = (
    'asked("answer", question)',
    'pause(window.slower ?? 0).then(() => asked("answer", question))',
)


def slow_answers(context: BrowserContext) -> None:
    """Let a test say how long an answer takes."""
    changed(
        context,
        "**/python_worker.js",
        lambda script: script.replace(*SLOWER),
    )


def test_back_before_the_answer_takes_the_choice_back(visit: Visit) -> None:
    """The page stays, says what it said, and Forward asks what was taken back."""
    page = visit("m/distilbert/", prelude=MEMORY, setup=slow_answers)
    steps = page.evaluate("history.length")
    page.evaluate("window.slower = 1500")
    page.get_by_label("Precision", exact=True).select_option("fp32")
    page.wait_for_function("(before) => history.length > before", arg=steps)
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "true")
    page.go_back()
    page.evaluate("window.slower = 0")

    expect(page.locator(PRECISION)).to_have_text("q8")
    expect(page.get_by_label("Precision", exact=True)).to_have_value("q8")
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")
    page.wait_for_timeout(2000)  # the answer to what was taken back comes, and is not shown
    expect(page.locator(PRECISION)).to_have_text("q8")
    page.go_forward()
    expect(page.locator(PRECISION)).to_have_text("fp32")
    in_link(page, "precision=fp32")


def test_a_choice_that_comes_to_nothing_is_no_step(visit: Visit) -> None:
    """What was asked already, answered late: one Back leads to the choice before it."""
    page = visit("m/distilbert/", prelude=MEMORY, setup=slow_answers)
    choose(page, "Precision", "fp32")
    in_link(page, "precision=fp32")
    page.evaluate("window.slower = 500")
    page.get_by_label("Precision", exact=True).dispatch_event("change")
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")
    page.wait_for_timeout(300)
    page.go_back()

    expect(page.locator(PRECISION)).to_have_text("q8")


def test_back_while_python_loads_takes_the_choice_back(visit: Visit) -> None:
    """The page is not left, and opens on what its address asks."""
    page = visit("m/distilbert/", prelude=MEMORY, until=None)
    page.locator("html[data-state=loading]").wait_for(state="attached")
    page.get_by_label("Precision", exact=True).select_option("fp32")
    expect(page.locator(PRECISION)).to_have_text("fp32")
    page.go_back()
    reached(page, "ready")

    expect(page.locator(PRECISION)).to_have_text("q8")
    expect(page.get_by_label("Precision", exact=True)).to_have_value("q8")


def test_a_choice_made_before_the_page_can_hear_it_is_kept(visit: Visit) -> None:
    """The lists stand there from the first; the script that hears them may come seconds later."""
    held = Held("**/page.js")
    link = "m/distilbert/#v=1&model=distilbert&precision=fp16"
    page = visit(link, prelude=MEMORY, until=None, setup=held)
    page.get_by_label("Precision", exact=True).select_option("fp32")
    expect(page.locator(PRECISION)).to_have_text("q8")
    held.let_go()

    expect(page.locator(PRECISION)).to_have_text("fp32")
    reached(page, "ready")
    expect(page.locator(PRECISION)).to_have_text("fp32")
    in_link(page, "precision=fp32")
    page.go_back()
    expect(page.locator(PRECISION)).to_have_text("fp16")
