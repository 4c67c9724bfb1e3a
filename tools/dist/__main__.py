"""Build dist/: `python -m tools.dist`. The steps, in order.

    index.html m/<id>/ og/     the pages and their pictures
    interpreter.mjs service_worker.js …    what must keep its name
    code/<hash>/               the project's own scripts, style and Python
    runtime/<hash>/            PyScript and Pyodide
    snapshot/<hash>/           Python's memory after its first answer
    wheels/                    what is installed when first used
    api/v1/ llms.txt           what other sites and programs read
    licences/

A folder named by a hash never changes, so a host may let it be kept for ever,
and a visitor fetches again only what a new build changed. `SITE_URL` in the
environment is the address the page will have; it is needed for nothing but the
previews of shared links, whose readers want whole addresses. `SITE_HUBS` names hosts
that the page may ask beside Hugging Face ("https://hub.example"): its
Content-Security-Policy lets it ask no others.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.document import filled
from tabfit.compare.shipped_package import SHIPPED
from tools import messages
from tools.dist import licences
from tools.dist.build_cache import BUILT, digest, files_under
from tools.dist.data import public_data
from tools.dist.data.verdict_grid import grid_wheel
from tools.dist.pages import content_security_policy, html_pages, service_worker
from tools.dist.paths import DIST, MODULES, ROOT
from tools.dist.pyodide import memory_snapshot
from tools.dist.pyodide.pyodide_lock import lock
from tools.dist.pyodide.pyodide_runtime import runtime
from tools.dist.pyodide.python_wheels import page_wheels
from tools.dist.pyodide.third_party_wheels import wheels

STATIC = ROOT / "static"
JS = ROOT / "js"
APP = ROOT / "app"
AT_ROOT = ("interpreter.mjs", "service_worker.js", "manifest.webmanifest", "_headers", "icons")
GATHERED = ("boot_status.js", "early_worker.js", "base.css")  # into each document, and into app.css
INPUTS = (
    *("python", "app", "static", "js", "docs/schema", "tools/dist", "tools/licences"),
    *("pyproject.toml", "LICENSE"),
)
LINKS = ("package-lock.json", "requirements.lock", "README.md")
SCALES = ("sizes", "fonts")  # Open Props: spaces and type
#: What judges by the rules before Python is there, of the npm package.
ENGINE = ("engine.js", "device.js")
#: What the page's own scripts import, ahead of time.
FIRST = (
    "page.js",
    "kept_data.js",
    "python_worker.js",
    "history_steps.js",
    "scroll_and_focus.js",
    "browser_storage.js",
)


def main() -> None:
    """Build dist/ unless it holds the result of the very same sources."""
    with _alone():
        messages.compile_all()
        sources = digest(
            [ROOT / name for name in (*INPUTS, *LINKS)],
            os.environ.get("SITE_URL", ""),
            os.environ.get("SITE_MODELS", ""),
            os.environ.get("SITE_HUBS", ""),
            os.environ.get("SITE_REPORTS", ""),
        )
        done = BUILT / "dist.txt"
        if DIST.is_dir() and done.is_file() and done.read_text() == sources:
            return
        began = time.monotonic()
        print("Building dist/", flush=True)
        fresh = DIST.with_name("dist.part")
        shutil.rmtree(fresh, ignore_errors=True)
        build(fresh)
        shutil.rmtree(DIST, ignore_errors=True)
        fresh.rename(DIST)
        done.write_text(sources)
        size = sum(path.stat().st_size for path in files_under(DIST))
        print(
            f"dist/ is {size / 1e6:.1f} MB, built in {time.monotonic() - began:.1f} s", flush=True
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Let no two builds run at once: tests and a server may both ask for one."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def build(folder: Path) -> None:
    """Write the whole page into `folder`."""
    engine, others = runtime(), wheels()
    later = {**others, SHIPPED: grid_wheel()}
    first = page_wheels(engine / "pyodide" / "python_stdlib.zip")
    runtime_at = _lay(engine, folder, "runtime")
    data = public_data.public_data()
    code_at = _lay_code(first, later, data / "rules.json", folder)
    kept_memory = memory_snapshot.snapshot(engine / "pyodide", first.values())
    snapshot_at = _lay(kept_memory, folder, "snapshot") + memory_snapshot.NAME
    for path in later.values():
        _copy(path, folder / "wheels" / path.name)
    licences.write(folder / "licences", others)
    inline = ((STATIC / name).read_text() for name in ("boot_status.js", "early_worker.js"))
    first_script = html_pages.guard("".join(inline))
    laid = html_pages.SiteLayout(
        code=code_at,
        runtime=runtime_at,
        snapshot=snapshot_at,
        memory=memory_snapshot.told(folder / snapshot_at),
        hashes=_hashes(folder, code_at, runtime_at),
        build=digest(folder, STATIC),
        guard=first_script,
        policy=content_security_policy.policy(
            first_script, content_security_policy.hubs(os.environ.get("SITE_HUBS", ""))
        ),
        site=os.environ.get("SITE_URL", ""),
        reports=html_pages.repository(os.environ.get("SITE_REPORTS", "")),
        preloads=_preloads(folder, code_at),
        data=data,
    )
    html_pages.written(laid, folder)
    shutil.copytree(data, folder / "api" / "v1")
    (folder / "llms.txt").write_text(public_data.llms(laid.site), encoding="utf-8")
    _lay_root(laid, folder)
    service_worker.write(folder, html_pages.interpreter(laid.build))


def _lay(source: Path, folder: Path, kind: str) -> str:
    """Copy a folder to one named by its content; return where it lies."""
    place = f"{kind}/{digest(source)}/"
    shutil.copytree(source, folder / place)
    return place


def _lay_code(first: dict[str, Path], later: dict[str, Path], rules: Path, folder: Path) -> str:
    """Lay the project's own scripts, style and Python beside the lock that names them."""
    gathered = folder / "code" / "new"
    for path in files_under(STATIC):
        name = str(path.relative_to(STATIC))
        if not name.startswith(AT_ROOT + GATHERED):
            _copy(path, gathered / name)
    engine = (JS / name for name in ENGINE)
    for path in (ROOT / "app" / "worker.py", *engine, rules, *first.values()):
        _copy(path, gathered / path.name)
    for language in messages.OTHERS:
        compiled = messages.place(language).with_suffix(".mo")
        _copy(compiled, gathered / "locale" / f"{language}.mo")
    (gathered / "app.css").write_text(_style())
    (gathered / "pyodide-lock.json").write_text(lock(first, later, "../../wheels/"))
    place = f"code/{digest(gathered)}/"
    gathered.rename(folder / place)
    return place


def _style() -> str:
    """Return the page's style: scales, the base, then what lies beside components and pages."""
    scales = [MODULES / "open-props" / f"{name}.min.css" for name in SCALES]
    components = sorted((APP / "components").rglob("*.css"), key=lambda path: path.name)
    beside = [*components, *sorted(APP.glob("pages/*/style.css"))]
    own = "".join(path.read_text() for path in (STATIC / "base.css", *beside))
    return "".join(path.read_text() for path in scales) + own


def _lay_root(laid: html_pages.SiteLayout, folder: Path) -> None:
    """Lay what must keep its name, with its places filled."""
    for name in AT_ROOT:
        if (STATIC / name).is_dir():
            shutil.copytree(STATIC / name, folder / name)
        else:
            _copy(STATIC / name, folder / name)
    whole = folder / "interpreter.mjs"
    whole.write_text(filled(whole.read_text(), laid.files()))
    headers = folder / "_headers"
    headers.write_text(filled(headers.read_text(), {"policy": laid.policy}))


def _hashes(folder: Path, code: str, runtime_at: str) -> dict[str, str]:
    """Return what `integrity` is to be of files that Python's worker fetches by no lock."""
    catalogues = [f"{code}locale/{language}.mo" for language in messages.OTHERS]
    return {
        place: content_security_policy.integrity((folder / place).read_bytes())
        for place in (*catalogues, f"{runtime_at}pyodide/python_stdlib.zip")
    }


def _preloads(folder: Path, code: str) -> tuple[str, ...]:
    return tuple(code + name for name in FIRST if (folder / code / name).exists())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    if not MODULES.is_dir():
        raise SystemExit("node_modules is missing: run `make setup`")
    main()
