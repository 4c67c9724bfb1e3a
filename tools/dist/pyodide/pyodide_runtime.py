"""PyScript and Pyodide as the page serves them: what it needs, and no more.

Out: a folder with pyscript/ and pyodide/, the largest files with their twins. The
standard library in it is compiled by Pyodide itself, which makes a visitor's start
three times as fast as the sources that Pyodide ships (measured: 0.5 against 1.6 s warm).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tools.dist.build_cache import cached_step, digest
from tools.dist.compressed_twins import lay_twins, quality
from tools.dist.paths import PYODIDE, PYSCRIPT, version_of
from tools.dist.pyodide.unused_stdlib import LEFT_OUT

HERE = Path(__file__).parent
COMPILER = (HERE / "compile_bytecode.mjs", HERE / "compile_bytecode.py")
STANDARD_LIBRARY = "/lib/python314.zip/"
INSTALLED = "/lib/python3.14/site-packages/"

# PyScript fetches the rest of its chunks only for editors, terminals, games, TOML
# and MicroPython; app/index.html switches those plugins off. A page test fails
# when a file is asked for that is not served.
_CHUNKS = ("core", "error-", "py-", "pyodide_graph-", "storage")
_NOT = ("py-editor", "py-game", "py-terminal")
_PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")


def runtime() -> Path:
    """Return the folder of both, made anew when a version or the compiler changes."""
    tools = (*COMPILER, HERE / "unused_stdlib.py", Path(__file__))
    key = digest(version_of(PYSCRIPT), version_of(PYODIDE), tools, str(quality()))
    return cached_step("runtime", key, _make)


def _make(folder: Path) -> None:
    pyscript, pyodide = folder / "pyscript", folder / "pyodide"
    pyscript.mkdir()
    pyodide.mkdir()
    for path in sorted((PYSCRIPT / "dist").glob("*.js")):
        if path.name.startswith(_CHUNKS) and not path.name.startswith(_NOT):
            (pyscript / path.name).write_text(_without_map(path.read_text()))
    for name in _PYODIDE:
        shutil.copy(PYODIDE / name, pyodide / name)
    for name in ("pyodide.asm.mjs", "pyodide.asm.wasm"):
        lay_twins(pyodide / name)
    library = pyodide / "python_stdlib.zip"
    compiled([(PYODIDE / library.name, library, STANDARD_LIBRARY, LEFT_OUT)])


def _without_map(script: str) -> str:
    """Return a script without the comment that points at its source map, not served."""
    lines = script.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("//# sourceMappingURL="))


def compiled(
    jobs: Iterable[tuple[Path, Path, str, Iterable[str]]],
    library: Path = PYODIDE / "python_stdlib.zip",
) -> None:
    """Compile archives of Python with Pyodide, which starts with `library`.

    Each job is (from, to, the path its files will have, names to leave out).
    """
    rows = [(str(old), str(new), prefix, list(left)) for old, new, prefix, left in jobs]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as listed:
        json.dump(rows, listed)
        listed.flush()
        subprocess.run(["node", COMPILER[0], PYODIDE, library, listed.name], check=True)
