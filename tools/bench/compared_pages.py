"""The pages that are measured: ours, and beside it what others start Python with.

All lie in one folder, served by one server in one run, with the same caching:

    page/    the site as `make site` builds it
    bare/    a worker that loads the very same Pyodide and prints one line
    hello/   PyScript's own hello, from the same files

stlite, Streamlit in the page, would be a fourth. Its npm package has Streamlit's wheel, but not
what that imports: numpy, pandas, Pillow and fastparquet for its Pyodide are on no package index.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tools.dist.paths import DIST, PYSCRIPT, ROOT

FOLDER = ROOT / "build" / "bench"
PAGE, BARE, HELLO = "page/", "bare/", "hello/"
KEPT = "  Cache-Control: public, max-age=31536000, immutable\n"
HEADERS = f"/pyodide/*\n{KEPT}/pyscript/*\n{KEPT}"
WORKER = """
import { loadPyodide } from "../pyodide/pyodide.mjs";
const python = await loadPyodide({ stdout: (line) => postMessage(line) });
python.runPython("print('ready')");
"""
PLAIN_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title>
<link rel="icon" href="data:,"><h1>Bare Pyodide</h1><p id="said"></p><script type="module">
const worker = new Worker("./worker.mjs", { type: "module" });
worker.onmessage = ({ data }) => {
  document.getElementById("said").textContent = data;
  document.documentElement.dataset.state = data;
};
</script></html>
"""
HELLO_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Hello</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="../pyscript/core.css">
<script type="module" src="../pyscript/core.js"></script>
<py-config type="json">{"interpreter": "../pyodide/pyodide.mjs"}</py-config>
<h1>PyScript</h1><p id="said"></p><script type="py">
from pyscript import document
document.querySelector("#said").textContent = "Hello"
document.documentElement.dataset.state = "ready"
</script></html>
"""


def laid_out() -> Path:
    """Return the folder of all pages, laid out anew; files are links to those of dist/."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(DIST, FOLDER / "page", copy_function=os.link)
    (runtime,) = (DIST / "runtime").iterdir()
    shutil.copytree(runtime / "pyodide", FOLDER / "pyodide", copy_function=os.link)
    maps = shutil.ignore_patterns("*.map")
    shutil.copytree(PYSCRIPT / "dist", FOLDER / "pyscript", ignore=maps, copy_function=os.link)
    (lock,) = (DIST / "code").glob("*/pyodide-lock.json")
    shutil.copy(lock, FOLDER / "pyodide" / lock.name)
    (FOLDER / "_headers").write_text(HEADERS)
    for name, page in ((BARE, PLAIN_PAGE), (HELLO, HELLO_PAGE)):
        (FOLDER / name).mkdir()
        (FOLDER / name / "index.html").write_text(page)
    (FOLDER / BARE / "worker.mjs").write_text(WORKER)
    return FOLDER
