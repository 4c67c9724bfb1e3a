"""After one visit the whole site answers without a network; a new build is taken whole."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app import site_pages
from tabfit.i18n.language import LANGUAGES
from tests.page.opening import DESKTOP, Visit, described, opened, reached
from tools.dist.paths import DIST
from tools.serve import Site

MODELS = ("gemma-2b", "distilbert", "whisper-tiny")
FOLDERS = [*site_pages.FOLDERS.values()]
PLACES = [*FOLDERS, *(f"m/{name}/" for name in MODELS)]

pytestmark = pytest.mark.console_errors  # the browser itself logs what does not load


def kept(page: Page) -> None:
    """Wait until the site is kept, and this tab answers from what is kept."""
    page.wait_for_function("navigator.serviceWorker.controller?.state === 'activated'")


def chosen(code: str) -> Callable[[BrowserContext], object]:
    """Return a setup by which a visitor chose a language before."""
    told = f"localStorage.setItem('language', {code!r})"
    return lambda context: context.add_init_script(f"if (location.host) {told}")


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(code, marks=() if code == "de" else pytest.mark.slow, id=code)
        for code in LANGUAGES
    ],
)
def test_every_page_answers(browser: Browser, site: str, code: str) -> None:
    """Without a network every page and three models' pages are written in the language chosen."""
    with opened(browser, site, offline_copy=True, setup=chosen(code)) as page:
        kept(page)
        page.context.set_offline(True)
        for place in PLACES:
            page.goto(site + place, wait_until="commit")
            reached(page, "ready")
            expect(page.locator("html")).to_have_attribute("lang", code)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.locator("#unrendered")).to_have_count(0)
            expect(page.locator("#failure")).to_be_hidden()
            expect(page.locator("#away")).to_be_visible()


def test_a_page_is_the_same_without_a_network(browser: Browser, site: str) -> None:
    """What Python writes in place of a document that did not arrive is that document's content."""
    with opened(browser, site, "compare/", offline_copy=True) as page:
        kept(page)
        here = page.locator("#main").inner_text(), page.title()
        page.context.set_offline(True)
        page.reload(wait_until="commit")
        reached(page, "ready")
        assert (page.locator("#main").inner_text(), page.title()) == here
        assert described(page)["browser"] == "chrome"


def test_links_and_changes(browser: Browser, site: str) -> None:
    """A link opens, a change is answered and leads on to another page, all without a network."""
    with opened(browser, site, size=DESKTOP, offline_copy=True) as page:
        kept(page)
        page.context.set_offline(True)
        page.goto(f"{site}m/distilbert/#v=1&model=distilbert&context=128", wait_until="commit")
        reached(page, "ready")
        page.locator("[name=context]").select_option("256")
        expect(page).to_have_url(re.compile("context=256"))
        page.get_by_role("navigation").get_by_role("link", name="Shrink").click()
        page.wait_for_url("**/shrink/*")
        reached(page, "ready")


def test_no_such_page(browser: Browser, site: str) -> None:
    """An address that the site does not have says so, with a network and without."""
    with opened(browser, site, offline_copy=True) as page:
        kept(page)
        for offline in (False, True):
            page.context.set_offline(offline)
            answer = page.goto(f"{site}m/no-such-model/x")
            assert answer is not None
            assert answer.status == 404
            expect(page.get_by_role("heading", name="404")).to_be_visible()
            expect(page.locator("section[lang=de]")).to_contain_text("Passt es?")


def test_the_grid_once_used(browser: Browser, site: str) -> None:
    """The grid is kept once it was used, numpy with it."""
    with opened(browser, site, offline_copy=True) as page:
        kept(page)
        shown(page)
        page.wait_for_function(
            "async () => (await Promise.all((await caches.keys()).map(async (name) =>"
            " (await (await caches.open(name)).keys()).map((each) => each.url)))).flat()"
            ".filter((url) => /tabfitgrid|numpy/.test(url)).length === 2"
        )
        page.context.set_offline(True)
        page.reload(wait_until="commit")
        reached(page, "ready")
        shown(page)


def shown(page: Page) -> None:
    """Scroll to the ways to run the model, and wait until they are there."""
    page.locator("#alternatives").scroll_into_view_if_needed()
    expect(page.locator("#alternatives table").first).to_be_visible()


def test_the_grid_never_used(browser: Browser, site: str) -> None:
    """Where it was not used it cannot be had: its part says so, and the answer stays usable."""
    with opened(browser, site, offline_copy=True) as page:
        kept(page)
        page.context.set_offline(True)
        page.reload(wait_until="commit")
        reached(page, "ready")
        page.locator("#alternatives").scroll_into_view_if_needed()
        problem = page.locator("#alternatives .late-problem")
        expect(problem).to_be_visible()
        page.context.set_offline(False)
        problem.get_by_role("button", name="Try again").click()
        expect(page.locator("#alternatives table").first).to_be_visible()


def test_the_finder_says_what_it_cannot_do(browser: Browser, site: str) -> None:
    """Without a network no hub is asked; the catalogue is searched as ever."""
    with opened(browser, site, offline_copy=True) as page:
        kept(page)
        page.context.set_offline(True)
        expect(page.locator("#away")).to_be_visible()
        page.locator("#open-finder").click()
        page.locator("#find").fill("owner/name")
        expect(page.locator("#found-out")).to_contain_text("no hub can be asked")
        page.locator("#find").fill("distilbert")
        page.locator('[id="match-distilbert"]').click()
        expect(page.locator("#chosen-model")).to_contain_text("DistilBERT")
        page.context.set_offline(False)
        expect(page.locator("#away")).to_be_hidden()


# A browser that keeps nothing

#: Tells the page whether the service worker was taken in the end, or given up.
TOLD = """const { register } = ServiceWorkerContainer.prototype;
ServiceWorkerContainer.prototype.register = async function (...given) {
  const made = await register.apply(this, given);
  const worker = made.installing ?? made.waiting ?? made.active;
  const tell = () => /redundant|activated/.test(worker.state) && (window.ended = worker.state);
  worker.addEventListener("statechange", tell);
  tell();
  return made;
};"""


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param("caches.open = () => Promise.reject(new Error('refused'))", id="refused"),
        pytest.param(
            "Cache.prototype.put = async () => { throw Error('quota') }",
            id="full",
        ),
    ],
)
def test_nothing_can_be_kept(site: str, browser: Browser, tmp_path: Path, refusal: str) -> None:
    """Where storage is refused or full the page works, and says nothing wrong."""
    del site
    changes = {"service_worker.js": lambda text: f"{refusal};\n{text}"}

    def told(context: BrowserContext) -> None:
        context.add_init_script(TOLD)

    with (
        served(tmp_path / "dist", changes) as at,
        opened(browser, at, offline_copy=True, setup=told) as page,
    ):
        page.wait_for_function("window.ended")
        page.reload(wait_until="commit")
        reached(page, "ready")
        expect(page.locator("#failure")).to_be_hidden()
        expect(page.locator("#away")).to_be_hidden()


def test_evicted(visit: Visit) -> None:
    """What the browser has thrown away since comes from the network again."""
    page = visit(offline_copy=True)
    kept(page)
    page.evaluate(
        "async () => { for (const name of await caches.keys()) await caches.delete(name) }"
    )
    page.reload(wait_until="commit")
    reached(page, "ready")
    expect(page.locator("#failure")).to_be_hidden()


# A new build


@contextmanager
def served(folder: Path, changes: dict[str, Callable[[str], str]] | None = None) -> Iterator[str]:
    """Yield the address of a copy of the built site, some of its files changed."""
    shutil.copytree(DIST, folder, ignore=shutil.ignore_patterns("m", "og"))
    for name, change in (changes or {}).items():
        path = folder / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with Site(folder).running() as site:
        yield site.address


def next_build(folder: Path) -> None:
    """Change a served build into the next one: its style and its pages, under other names."""
    script = folder / "service_worker.js"
    (code,) = (folder / "code").iterdir()
    code.rename(code.with_name("nextbuild000"))
    for path in (*folder.rglob("*.html"), folder / "interpreter.mjs", script):
        text = path.read_text(encoding="utf-8").replace(code.name, "nextbuild000")
        text = re.sub(r"\?v=(\w+)\.mjs", "?v=next.mjs", text)
        path.write_text(text, encoding="utf-8")
    script.write_text(
        re.sub(r'BUILD = "tabfit-\w+"', 'BUILD = "tabfit-next"', script.read_text()), "utf-8"
    )


def builds(page: Page) -> set[str]:
    """Return which builds' code the files of a page come from."""
    loaded = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    return {found[1] for url in loaded if (found := re.search(r"/code/(\w+)/", url))}


def test_a_new_version(site: str, browser: Browser, tmp_path: Path) -> None:
    """Open tabs go on with their own build; a button takes the new one, whole; nothing is mixed."""
    del site
    folder = tmp_path / "dist"
    with served(folder) as at, opened(browser, at, offline_copy=True) as page:
        kept(page)
        (old,) = builds(page)
        next_build(folder)
        page.reload(wait_until="commit")
        reached(page, "ready")
        assert builds(page) == {old}
        other = page.context.new_page()
        other.goto(at, wait_until="commit")
        reached(other, "ready")
        assert builds(other) == {old}
        expect(page.locator("#newer")).to_contain_text("A new version of this page is ready.")
        page.locator("#renew").click()
        page.wait_for_function("document.querySelector('link[href*=nextbuild000]')")
        reached(page, "ready")
        assert builds(page) == {"nextbuild000"}
        expect(page.locator("#newer")).to_be_hidden()
        other.locator("#language").select_option("de")  # a file of the old build, no longer served
        expect(other.locator("html")).to_have_attribute("lang", "de")
        assert builds(other) == {old}
        other.close()
        page.reload(wait_until="commit")
        reached(page, "ready")
        page.wait_for_function("caches.keys().then((names) => names.join() === 'tabfit-next')")
