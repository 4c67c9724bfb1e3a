"""The documents of the page, rendered before any script by the views themselves.

In: `app.prerender.documents()`, which yields (path, document); a document is what
`app.document.document` returns, with the build's places open. Out: files in
dist/, and a picture for each, drawn from its title and description.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from app import first_verdict
from app.components import loading_status
from app.document import filled
from tabfit.i18n import language
from tabfit.i18n.language import ENGLISH, LANGUAGES
from tools.dist.build_cache import cached_step, digest, files_under
from tools.dist.catalog_requirements import requirements_file
from tools.dist.data import public_data
from tools.dist.pages import search_engines, structured_data
from tools.dist.pages.share_image import colours, draw
from tools.dist.paths import CACHE, ROOT
from tools.messages import OTHERS

HERE = Path(__file__).parent
PICTURES = CACHE / "pictures"

# All of PyScript's plugins are for editors, games, terminals or old pages, or show
# what boot_status.js shows; "!" switches one off.
PLUGINS = json.dumps(
    {
        "plugins": [
            "!codemirror",
            "!deprecations-manager",
            "!donkey",
            "!error",
            "!py-editor",
            "!py-game",
            "!py-terminal",
        ]
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLayout:
    """Where the parts of the page lie, from the root of dist/."""

    code: str
    runtime: str
    snapshot: str
    memory: Mapping[str, int]  # what `memory_snapshot.told` says of the snapshot
    hashes: Mapping[str, str]  # of what no lock file names, by path, as a browser checks them
    build: str
    guard: str
    policy: str
    site: str  # the address it will have, "" where nobody said
    data: Path  # what `public_data` wrote
    reports: str = ""  # the repository that takes reports as issues, owner/name
    preloads: tuple[str, ...] = field(default=())

    def files(self) -> dict[str, str]:
        """Return what the interpreter starts from."""
        files = {"code": self.code, "runtime": self.runtime, "snapshot": self.snapshot}
        told = {**self.memory, "hashes": dict(self.hashes)}
        return {**files, **{name: json.dumps(value) for name, value in told.items()}}


def written(laid: SiteLayout, folder: Path) -> None:
    """Write every document and its picture into `folder`."""
    rendered = _rendered()
    (folder / "og").mkdir(exist_ok=True)
    for source in files_under(rendered):
        path, text = str(source.relative_to(rendered)), source.read_text(encoding="utf-8")
        picture = f"og/{_name(_english(path))}.png"
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(filled(text, _places(laid, path, picture, text)), encoding="utf-8")
        # Pictures are drawn in a font of Latin letters.
        if _is_page(path) and path == _english(path):
            (folder / picture).write_bytes(_picture(text))
    (folder / "robots.txt").write_text(search_engines.robots(laid.site))
    if laid.site:
        every = [str(path.relative_to(rendered)) for path in files_under(rendered)]
        addresses = [*filter(_is_page, every), *public_data.files()]
        (folder / "sitemap.xml").write_text(search_engines.sitemap(laid.site, addresses))


def repository(text: str) -> str:
    """Return the GitHub repository that `SITE_REPORTS` names, "" for none.

    >>> repository("owner/name")
    'owner/name'
    """
    if text and not re.fullmatch(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}", text):
        raise SystemExit(f"SITE_REPORTS names {text!r}; a repository such as owner/name is taken")
    return text


def _rendered() -> Path:
    """Return a folder of every document, rendered anew when the Python behind them changed."""

    def render(folder: Path) -> None:
        from app import prerender  # a second's work, of no use when nothing changed

        os.environ["SITE_REQUIREMENTS"] = str(requirements_file())
        beside = (("404.html", prerender.missing()), *prerender.shells())
        for path, text in (*prerender.documents(), *beside):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")

    key = digest(ROOT / "python", ROOT / "app", os.environ.get("SITE_MODELS", ""))
    return cached_step("documents", key, render)


def _is_page(path: str) -> bool:
    """Return whether a document has an address of its own; the others stand in for one."""
    return path.endswith("index.html")


def _name(path: str) -> str:
    """Return the name of a page: `gemma-2b` for `m/gemma-2b/index.html`."""
    return path.removesuffix("index.html").strip("/").rpartition("/")[2] or "index"


def _english(path: str) -> str:
    """Return the path of the same page in English."""
    code, _, rest = path.partition("/")
    return rest if code in OTHERS else path


def _alternates(home: str, path: str) -> str:
    """Return links to the same page in every language, where it is rendered in each."""
    page = _english(path).removesuffix("index.html")
    if page.startswith("m/") or not _is_page(path):
        return ""
    ways = {ENGLISH: "", **{code: f"{code}/" for code in OTHERS}, "x-default": ""}
    return "\n".join(
        f'<link rel="alternate" hreflang="{code}" href="{escape(home + way + page)}">'
        for code, way in ways.items()
    )


def guard(script: str) -> str:
    """Return the first script with its words in every language."""
    words = {}
    for code in LANGUAGES:
        language.use(code)
        words[code] = loading_status.words()
    language.use(ENGLISH)
    text = json.dumps(words, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return filled(script, {"words": text})


def _places(laid: SiteLayout, path: str, picture: str, text: str) -> dict[str, str]:
    root = _root(laid, path)
    home = search_engines.home(laid.site) if laid.site else root
    return {
        "root": root,
        "code": root + laid.code,
        "runtime": root + laid.runtime,
        "canonical": escape(home + path.removesuffix("index.html")),
        "alternates": _alternates(home, path),
        "structured": structured_data.script(path, home, laid.data),
        "picture": escape(home + picture),
        "config": escape(_config(root, laid.build)),
        "interpreter": root + interpreter(laid.build),
        "early": f"{root}{laid.runtime}pyodide/pyodide.asm.wasm {root}{laid.snapshot}",
        "plugins": PLUGINS,
        "guard": laid.guard,
        "policy": escape(laid.policy),
        "reports": escape(laid.reports),
        "preloads": "\n".join(_preload(root + each) for each in laid.preloads),
        "first": _first(root + laid.code) if f'id="{first_verdict.NAME}"' in text else "",
    }


def _root(laid: SiteLayout, path: str) -> str:
    """Return what leads from a document to the site's root."""
    if path == "404.html":  # shown at any depth; "/" where nobody said where the site lies
        return urlsplit(search_engines.home(laid.site)).path
    if not _is_page(path):
        return "__root__"  # static/service_worker.js knows which page it stands in for
    return "../" * path.count("/") or "./"


def interpreter(build: str) -> str:
    """Return the interpreter's address from the root: a build's own.

    PyScript takes a path relative to the page only if it ends like a script's,
    so what tells one build's interpreter from another's ends so too.
    """
    return f"interpreter.mjs?v={build}.mjs"


def _config(root: str, build: str) -> str:
    """Return the worker's configuration: JSON, since TOML would cost a parser."""
    return json.dumps({"interpreter": root + interpreter(build), "sync_main_only": True})


def _first(code: str) -> str:
    """Return what says a first verdict before Python is there, on a page that has its data."""
    every = [_preload(f"{code}{name}") for name in ("best_way.js", "device.js", "engine.js")]
    rules = f'<link rel="preload" as="fetch" href="{code}rules.json" crossorigin>'
    script = f'<script type="module" src="{code}first_verdict.js"></script>'
    return "\n".join((*every, rules, script))


def _preload(path: str) -> str:
    return f'<link rel="modulepreload" href="{path}">'


class _TitleReader(HTMLParser):
    """Collects a document's title and description."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.description = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note that the title begins, or read the description."""
        said = dict(attrs)
        self._inside = tag == "title"
        if tag == "meta" and said.get("name") == "description":
            self.description = said.get("content") or ""

    def handle_data(self, data: str) -> None:
        """Take the title's text."""
        if self._inside:
            self.title += data
            self._inside = False


def _picture(text: str) -> bytes:
    said = _TitleReader()
    said.feed(text)
    drawn = PICTURES / f"{digest(said.title, said.description, HERE / 'share_image.py')}.png"
    if not drawn.exists():
        PICTURES.mkdir(parents=True, exist_ok=True)
        drawn.write_bytes(draw(said.title, [said.description], colours(said.description)))
    return drawn.read_bytes()
