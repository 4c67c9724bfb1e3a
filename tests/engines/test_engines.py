"""The page in Chromium, Firefox ESR and WebKitGTK: `make test-engines`.

In each the same visitor: the page starts, answers, is changed, shared and read in another
language, compares, looks closer, asks a hub, loses the network, and meets files that do not come.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("gguf")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

from tabfit.i18n.language import LANGUAGES
from tests.engines.engine import Engine, until
from tests.page.opening import may_ask
from tools import fake_hub as fake
from tools.dist.paths import DIST, ROOT
from tools.serve import Site, SiteHandler

READY = "document.documentElement.dataset.state === 'ready'"
KEPT = "navigator.serviceWorker.controller?.state === 'activated'"
PLACES = (
    "",
    "compare/",
    "shrink/",
    "1-bit/",
    "training/",
    "workbench/",
    "ship-it/",
    "learn/",
    "accuracy/",
)
MODELS = ("m/gemma-2b/", "m/distilbert/", "m/whisper-tiny/")


class Breaking(Site):
    """The site, from which files can be taken, and all of it at once."""

    def __init__(self, folder: Path) -> None:
        """Serve everything."""
        self.missing: tuple[str, ...] = ()
        super().__init__(folder)
        self.RequestHandlerClass = _BreakingHandler


class _BreakingHandler(SiteHandler):
    server: Breaking
    protocol_version = "HTTP/1.0"  # a connection a file: none outlives the network

    def _answer(self, *, with_content: bool) -> None:
        if "everything" in self.server.missing:
            self.close_connection = True
        elif any(part in self.path for part in self.server.missing):
            self._say_missing(with_content=with_content)
        else:
            super()._answer(with_content=with_content)


@pytest.fixture(scope="module")
def hub() -> Iterator[str]:
    """Run the fake hub."""
    with fake.running() as (address, _):
        yield address


@pytest.fixture(scope="module")
def folder(hub: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built page as one that may ask the fake hub."""
    subprocess.run([sys.executable, "-m", "tools.dist"], cwd=ROOT, check=True)
    made = tmp_path_factory.mktemp("site") / "dist"
    may_ask(DIST, hub, made)
    shutil.copytree(DIST / "m" / "distilbert", made / "m" / "distilbert")  # where its links lead
    return made


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Breaking]:
    """Serve the page to tests that share what browsers keep of it."""
    with Breaking(folder).running() as running:
        yield running


@pytest.fixture
def fresh(folder: Path) -> Iterator[Breaking]:
    """Serve the page to one test, on a port of its own: nothing is kept of it yet."""
    with Breaking(folder).running() as running:
        yield running


def ready(engine: Engine, address: str) -> None:
    """Open an address and wait for its answer."""
    engine.open("about:blank")  # a link to the page that is open would only change its fragment
    engine.open(address)
    until(engine, READY)


def text(engine: Engine, selector: str) -> str:
    """Return what an element says, once it says anything."""
    found: str = until(engine, f"document.querySelector({selector!r})?.innerText")
    return found


def press(engine: Engine, selector: str) -> None:
    """Press what a selector names, once it is there."""
    until(engine, f"Boolean(document.querySelector({selector!r}))")
    engine.run(f"document.querySelector({selector!r}).click()")


def choose(engine: Engine, selector: str, value: str) -> None:
    """Choose an option, as a hand does."""
    engine.run(
        f"const list = document.querySelector({selector!r}); list.value = {value!r};"
        "list.dispatchEvent(new Event('change', { bubbles: true }))"
    )


def test_the_first_answer(engine: Engine, server: Breaking) -> None:
    """A link opens: the verdict is there, the device is described, nothing failed."""
    ready(engine, f"{server.address}#v=1&model=smollm2-135m&runtime=webllm")
    assert text(engine, ".verdict")
    assert engine.run("return document.querySelector('#failure').hidden")
    device = until(
        engine, "document.querySelector('#device')?.innerText ?? document.body.innerText"
    )
    assert "Safari" not in device


def test_no_graphics_is_an_answer_with_its_reason(engine: Engine, server: Breaking) -> None:
    """Where a browser has no `navigator.gpu`, WebLLM will not run, and what helps is said."""
    ready(engine, f"{server.address}#v=1&model=smollm2-135m&runtime=webllm")
    if engine.run("return Boolean(navigator.gpu)"):
        pytest.skip("this build has WebGPU")
    assert text(engine, ".verdict") == "Will not fit"
    assert "WebGPU" in text(engine, "#answer")


def test_a_change_and_a_link(engine: Engine, server: Breaking) -> None:
    """A choice is answered, its link opens the same, and a QR code is drawn."""
    ready(engine, f"{server.address}#v=1&model=distilbert")
    choose(engine, "[name=context]", "128")
    until(engine, "location.hash.includes('context=128')")
    press(engine, "[data-share]")
    link = until(engine, "document.querySelector('#link').value")
    until(engine, "Boolean(document.querySelector('#qr svg'))")
    ready(engine, link)
    assert engine.run("return document.querySelector('[name=context]').value") == "128"


def test_a_language(engine: Engine, server: Breaking) -> None:
    """The page is said in German, and in English again."""
    ready(engine, server.address)
    choose(engine, "#language", "de")
    until(engine, "document.documentElement.lang === 'de'")
    until(engine, "document.querySelector('.brand').innerText === 'Passt es?'")
    assert text(engine, ".verdict")
    choose(engine, "#language", "en")
    until(engine, "document.documentElement.lang === 'en'")
    engine.run("localStorage.removeItem('language')")


def test_compare(engine: Engine, server: Breaking) -> None:
    """Every model of the catalogue is judged on the device at hand, and all are listed at a tap."""
    ready(engine, f"{server.address}compare/")
    rows = "document.querySelectorAll('main table tbody tr').length"
    assert until(engine, f"{rows} >= 20")
    engine.run("document.querySelector('button[data-whole]').click()")
    assert until(engine, f"{rows} > 100")


def test_the_grid(engine: Engine, server: Breaking) -> None:
    """Numpy arrives when somebody looks closer, and the other ways are listed."""
    ready(engine, f"{server.address}#v=1&model=distilbert")
    engine.run("document.querySelector('#alternatives').scrollIntoView()")
    until(engine, "Boolean(document.querySelector('#alternatives table'))")


def test_the_finder(engine: Engine, server: Breaking, hub: str) -> None:
    """A model that nobody listed is asked of a hub and answered."""
    ready(engine, server.address)
    engine.run(f"localStorage.setItem('hub', {hub!r})")
    ready(engine, f"{server.address}#v=1&model=gemma-2b")
    press(engine, "#open-finder")
    engine.run(
        "const box = document.querySelector('#find'); box.value = 'made/tiny-llama';"
        "box.dispatchEvent(new Event('input', { bubbles: true }))"
    )
    press(engine, "#asking [data-ask]")
    until(engine, "document.querySelector('#chosen-model')?.textContent === 'made/tiny-llama'")
    engine.run("localStorage.removeItem('hub')")


@pytest.mark.parametrize("code", LANGUAGES)
def test_offline(engine: Engine, fresh: Breaking, code: str) -> None:
    """After one visit every view and three models' pages answer without a network."""
    ready(engine, fresh.address)
    until(engine, KEPT)
    engine.run(f"localStorage.setItem('language', {code!r})")
    fresh.missing = ("everything",)
    for place in (*PLACES, *MODELS):
        ready(engine, fresh.address + place)
        until(engine, f"document.documentElement.lang === {code!r}")
        assert text(engine, "h1")
        assert engine.run("return document.querySelector('#failure').hidden")
    fresh.missing = ()
    engine.run("localStorage.removeItem('language')")


@pytest.mark.parametrize(
    ("part", "said"),
    [("pyodide.mjs", "Python did not start"), ("page.js", "did not arrive")],
)
def test_a_file_that_does_not_come(engine: Engine, fresh: Breaking, part: str, said: str) -> None:
    """What failed is said in a sentence."""
    fresh.missing = (part,)
    engine.open(fresh.address)
    until(engine, "document.documentElement.dataset.state === 'failed'")
    assert said in text(engine, "#failure")


def test_a_late_part_fails_alone(engine: Engine, fresh: Breaking) -> None:
    """Without numpy its part says so, and *Try again* brings it."""
    fresh.missing = ("numpy-",)
    ready(engine, f"{fresh.address}#v=1&model=distilbert")
    engine.run("document.querySelector('#alternatives').scrollIntoView()")
    until(engine, "Boolean(document.querySelector('#alternatives .late-problem'))")
    fresh.missing = ()
    press(engine, "#alternatives .late-problem button")
    until(engine, "Boolean(document.querySelector('#alternatives table'))")
