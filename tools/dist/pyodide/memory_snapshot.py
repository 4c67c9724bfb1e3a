"""Python's memory after its first answer, from which the page starts in a fraction of the time.

In: the page's Pyodide and its own wheels. Out: a folder with the file that
`memory_snapshot.mjs` describes, made anew when any of them changed, and its twins.

The options of Pyodide's that this rests on are private: `package.json` pins the version, and
`tests/page/test_boot.py` fails when another one no longer has them.
"""

from __future__ import annotations

import ast
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.dist.build_cache import cached_step, digest
from tools.dist.compressed_twins import lay_twins, quality
from tools.dist.paths import PYSCRIPT, ROOT, official_lock

HERE = Path(__file__).parent
MAKER, PREPARE = HERE / "memory_snapshot.mjs", HERE / "memory_snapshot_prepare.py"
NAME = "memory.wasm"
START = 24  # of the content in it, as its maker says
WORKER = ROOT / "app" / "worker.py"
OWN = {"app", "tabfit", "js", "pyodide_js", "polyscript", "pyscript", "_pyscript"}


def snapshot(pyodide: Path, wheels: Iterable[Path]) -> Path:
    """Return the folder of the snapshot and its twins."""
    first = sorted(wheels)
    makers = (MAKER, PREPARE, Path(__file__), WORKER)
    key = digest(pyodide, first, makers, " ".join(modules()), str(quality()))
    return cached_step("snapshot", key, lambda folder: _make(folder, pyodide, first))


def _make(folder: Path, pyodide: Path, wheels: list[Path]) -> None:
    target = folder / NAME
    told = {"LOCK_INFO": json.dumps(official_lock()["info"]), "MODULES": " ".join(modules())}
    command = ["node", *map(str, (MAKER, pyodide, PREPARE, target, *wheels))]
    subprocess.run(command, check=True, env={**os.environ, **told, "TZ": "UTC"})
    lay_twins(target)


def told(snapshot: Path) -> dict[str, int]:
    """Return the bytes of the file, of the memory, and of that memory's initial part."""
    content = snapshot.read_bytes()
    _count, memory, ends = struct.unpack_from("<3I", content, START)
    return {"snapshot_bytes": len(content), "snapshot_memory": memory, "snapshot_ends": ends}


def modules() -> list[str]:
    """Return the standard library's modules that PyScript and the worker's script import.

    The library itself arrives after the first answer.
    """
    scripts = [*sorted((PYSCRIPT / "src" / "stdlib" / "pyscript").glob("*.py")), WORKER]
    found = {name for path in scripts for name in _imported(path.read_text(encoding="utf-8"))}
    standard = {name for name in found if name.partition(".")[0] in sys.stdlib_module_names}
    return sorted(standard - {"__future__"} | {"gettext", "os", "pathlib", "traceback"})


def _imported(script: str) -> Iterable[str]:
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
