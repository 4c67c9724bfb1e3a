"""Finding any model on the page: by name, from a hub, from a config, from a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("gguf")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

from playwright.sync_api import Browser, Page, expect

from tests.page.opening import DESKTOP, Visit, choose_model, drop, may_ask, opened, signal
from tests.page.test_accessible import assert_accessible
from tools import fake_hub as fake
from tools import sample_files
from tools.dist.paths import DIST
from tools.fake_hub_models import repositories
from tools.serve import Site

PRELUDE = signal("deviceMemory", "8")
WAY = ("runtime", "precision", "context")  # a link has no name for a file
SENTENCES = {
    "faults/gated": "is gated",
    "faults/private": "does not exist",
    "faults/empty": "is empty",
    "faults/scripts": "has no model",
    "faults/huge": "too many to read",
    "faults/busy": "asks for fewer requests (429)",
    "faults/taken-down": "legal reasons (451)",
    "faults/garbage": "is not JSON",
    "faults/cut-off": "could not be reached",
    "faults/bad-header": "not a readable safetensors header",
    "made/no-config": "tells no shape",
}


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, fake.HubState]]:
    """Run the fake hub while this file's tests run."""
    with fake.running() as running:
        yield running


@pytest.fixture(scope="module")
def asking(
    site: str, served: tuple[str, fake.HubState], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Serve the page as one that may ask the fake hub."""
    del site  # built, which is all that is needed of it
    folder = tmp_path_factory.mktemp("site") / "dist"
    may_ask(DIST, served[0], folder)
    with Site(folder).running() as server:
        yield server.address


@pytest.fixture(scope="module")
def page(browser: Browser, asking: str, served: tuple[str, fake.HubState]) -> Iterator[Page]:
    """Yield one page, ready, set to the fake hub."""
    with opened(browser, asking, size=DESKTOP, prelude=PRELUDE, hub=served[0]) as ready:
        yield ready


def type_in(page: Page, text: str) -> None:
    """Open the box and type, and wait until what may be asked of whom stands there."""
    if not page.locator("#finder").is_visible():
        page.locator("#open-finder").click()
    page.locator("#find").fill(text)
    expect(page.locator("#asking [data-ask]")).to_have_attribute("data-ask", re.compile(text))


def found(page: Page, name: str) -> None:
    """Wait until the question is about a model, and its ways are shown."""
    expect(page.locator("#chosen-model")).to_have_text(name)
    expect(page.locator("#finder")).to_be_hidden()
    page.locator("#ways").scroll_into_view_if_needed()
    expect(page.locator("#ways table").first).to_be_visible()


def test_typing_searches_the_catalogue(page: Page) -> None:
    """Names and aliases narrow the list; arrows and Enter choose; the focus comes back."""
    page.locator("#open-finder").focus()
    page.keyboard.press("Enter")
    every = page.locator("#choose-model option").count()
    expect(page.locator("#matches").get_by_role("option")).to_have_count(every)
    page.keyboard.type("distilbert sst")
    box = page.get_by_role("combobox", name="Model")
    expect(box).to_have_attribute("aria-activedescendant", "match-distilbert")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    matches = page.locator("#matches")
    expect(matches.get_by_role("option", selected=True)).to_contain_text("DistilBERT")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen-model")).to_contain_text("DistilBERT")
    expect(page.locator("#open-finder")).to_be_focused()


def test_an_id_is_asked_for_only_after_a_tap(page: Page, served: tuple[str, fake.HubState]) -> None:
    """Typing asks nobody; a tap does, for little, without telling who asks."""
    served[1].asked.clear()
    page.get_by_role("button", name="Any other model").click()
    expect(page.locator("#finder")).to_be_visible()
    type_in(page, "made/tiny-llama-GGUF")
    expect(page.locator("#asking")).to_contain_text("list of files of made/tiny-llama-GGUF")
    assert served[1].asked == []
    page.keyboard.press("Enter")
    found(page, "made/tiny-llama-GGUF")
    rows = page.locator("#ways tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("q4_k_m")
    expect(page.locator("#ways [aria-current]")).to_have_count(1)
    assert "model=hf:made/tiny-llama-GGUF" in page.url
    names = {name.lower() for one in served[1].asked for name in one.headers}
    assert names.isdisjoint({"cookie", "authorization", "referer"})
    assert len(served[1].asked) <= 4


def test_another_way_is_one_tap_away(page: Page) -> None:
    """A way's verdict is a link that takes it."""
    page.locator("#ways tbody tr", has_text="q8_0").get_by_role("link").first.click()
    expect(page.locator("#chosen-precision")).to_have_text("q8_0")
    expect(page.locator(".figures")).to_contain_text("1.59 MB")


def test_each_problem_keeps_what_was_typed(page: Page) -> None:
    """Whatever the hub answers, its sentence is shown and the text stays to be mended."""
    for name, sentence in SENTENCES.items():
        type_in(page, name)
        page.locator("#asking [data-ask]").click()
        expect(page.locator("#found-out.wrong")).to_contain_text(sentence)
        expect(page.locator("#find")).to_have_value(name)
    page.keyboard.press("Escape")
    expect(page.locator("#finder")).to_be_hidden()


def test_a_question_can_be_cancelled(page: Page, served: tuple[str, fake.HubState]) -> None:
    """Cancel ends the question: nothing more is asked, and no fault is shown."""
    type_in(page, "faults/slow")
    served[1].asked.clear()
    page.locator("#asking [data-ask]").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#finder")).not_to_have_attribute("data-busy", "")
    expect(page.locator("#found-out")).to_be_empty()
    expect(page.locator("#find")).to_have_value("faults/slow")
    assert len(served[1].asked) <= 1
    page.get_by_role("button", name="Close").click()


def test_a_pasted_config_becomes_a_link(page: Page) -> None:
    """A config, pasted where a name is typed, is a model whose link carries it."""
    page.locator("#open-finder").click()
    page.locator("#paste summary").click()
    page.locator("#pasted").fill("{oops")
    page.get_by_role("button", name="Use this config").click()
    expect(page.locator("#found-out.wrong")).to_contain_text("is not JSON")
    expect(page.locator("#pasted")).to_have_value("{oops")
    page.locator("#pasted").fill(json.dumps(sample_files.LLAMA))
    page.get_by_role("button", name="Use this config").click()
    found(page, "llama")
    assert "model=config:" in page.url


def test_a_large_file_is_answered_from_its_header(page: Page, tmp_path: Path) -> None:
    """A file of more than 4 GB is chosen, and only its front is read."""
    front, size = sample_files.huge_gguf()
    path = tmp_path / "huge-F16.gguf"
    with path.open("wb") as file:
        file.write(front)
        file.truncate(size)
    page.locator("#open-finder").click()
    page.locator("#file").set_input_files(path)
    found(page, "huge-F16.gguf")
    expect(page.locator(".figures")).to_contain_text("4.30 GB")


def test_a_file_is_dropped_anywhere(page: Page) -> None:
    """A file dropped on the page is a model like any other."""
    data = repositories()["made/tiny-llama-GGUF"].files["tiny-llama-Q8_0.gguf"]
    drop(page, "dropped-Q8_0.gguf", data)
    found(page, "dropped-Q8_0.gguf")


def test_a_dropped_file_s_link_opens_the_same_question(
    browser: Browser, asking: str, page: Page
) -> None:
    """Whoever opens the link of a dropped file sees the same model in the same way, and no file."""
    data = repositories()["made/tiny-llama-GGUF"].files["tiny-llama-Q8_0.gguf"]
    drop(page, "dropped-Q8_0.gguf", data)
    found(page, "dropped-Q8_0.gguf")
    said = {name: page.locator(f"[data-for={name}]").inner_text() for name in WAY}
    link = page.url.partition("#")[2]
    with opened(browser, asking, f"#{link}", prelude=PRELUDE) as other:
        expect(other.locator(".verdict")).to_be_visible()
        assert {name: other.locator(f"[data-for={name}]").inner_text() for name in WAY} == said
        expect(other.locator("#notice")).to_be_hidden()


def test_a_page_s_own_list_of_models_is_searched(visit: Visit) -> None:
    """Side by side: each column's model is found by its name, and the others stay."""
    page = visit("compare/#v=1&view=sides", size=DESKTOP, prelude=PRELUDE)
    opener = page.locator("#open-finder2")
    expect(opener).to_have_text(re.compile("Model, scenario 2: DistilBERT"))
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#matches .current")).to_contain_text("DistilBERT")
    expect(page.locator("#finder").get_by_role("button", name="Open a file")).to_have_count(0)
    page.keyboard.type("wisper base")
    expect(page.locator("#matches").get_by_role("option").first).to_contain_text("Whisper base")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("s2=whisper-base"))
    expect(opener).to_have_text(re.compile("scenario 2: Whisper base"))
    expect(page.locator("#open-finder1")).to_contain_text("Gemma 2B")
    expect(opener).to_be_focused()
    assert_accessible(page)


def test_a_task_and_what_was_asked_before_shorten_the_list(visit: Visit) -> None:
    """On a phone: what was asked about stands first, and one tap leaves a single task."""
    page = visit("m/whisper-base/", prelude=PRELUDE)
    choose_model(page, "distilbert")
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")
    page.locator("#open-finder").click()
    first = page.locator("#matches [role=group]").first
    expect(first.get_by_role("option")).to_contain_text(["DistilBERT"])
    page.locator("#find-task").select_option(label="Translation")
    options = page.locator("#matches").get_by_role("option")
    expect(options.filter(has_text="Opus").first).to_be_visible()
    expect(options.filter(has_text="Gemma")).to_have_count(0)


def test_markup_in_a_repository_stays_text(page: Page) -> None:
    """Names of files, tensors and heads that are markup are shown, and run nothing."""
    type_in(page, "faults/markup")
    page.locator("#asking [data-ask]").click()
    found(page, "faults/markup")
    expect(page.locator("#ways")).to_contain_text("q4_k_m")
    assert page.locator("img, main script, main svg[onload]").count() == 0


def test_the_box_is_accessible(page: Page) -> None:
    """The open box, with matches, with what may be asked and with a problem, breaks no rule."""
    type_in(page, "made/tiny-llama")
    assert_accessible(page)
    page.locator("#find").fill("")
    page.locator("#paste summary").click()
    page.locator("#hub-settings summary").click()
    expect(page.get_by_role("group").first).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")


def test_a_link_to_a_hub_asks_nobody(
    browser: Browser, asking: str, served: tuple[str, fake.HubState]
) -> None:
    """Whoever opens such a link sees whom a tap would ask; a tap asks."""
    served[1].asked.clear()
    link = "#v=1&model=hf:made/tiny-llama-ONNX&precision=fp16"
    with opened(browser, asking, link, prelude=PRELUDE, hub=served[0]) as page:
        expect(page.locator("#chosen-model")).to_have_text("made/tiny-llama-ONNX")
        assert served[1].asked == []
        assert_accessible(page)
        page.get_by_role("button", name=re.compile("^Ask 127.0.0.1")).click()
        expect(page.locator(".verdict")).to_be_visible()
        expect(page.locator("#finder")).to_be_hidden()


def test_the_pages_own_rules_hold(visit: Visit) -> None:
    """Unless its build names another hub the page asks none, and says so before any request."""
    page = visit(prelude=PRELUDE)
    page.evaluate("localStorage.setItem('hub', 'http://127.0.0.1:9')")
    page.locator("#open-finder").click()
    page.locator("#find").fill("owner/name")
    expect(page.locator("#asking")).to_contain_text("may not ask")
    expect(page.locator("[data-ask]")).to_have_count(0)


INJECTED = """() => {
  const script = document.createElement("script");
  script.textContent = "window.injected = true";
  document.body.append(script);
  const image = document.createElement("img");
  image.setAttribute("onerror", "window.injected = true");
  image.src = "data:,";
  document.body.append(image);
  return fetch("https://example.com/").then(() => "asked", () => window.injected ?? "refused");
}"""


@pytest.mark.console_errors
def test_injected_code_does_not_run(visit: Visit) -> None:
    """Even if markup got in, no script of it would run and no other host would be asked."""
    page = visit(prelude=PRELUDE)
    assert page.evaluate(INJECTED) == "refused"
