"""Whole processes beside an empty interpreter, and Python in Pyodide beside CPython.

- a whole `tabfit inspect` process beside an empty interpreter, with its
  bytecode kept and without, and beside transformers building the same model on
  the meta device (where `make oracle` has set that up);
- reading a config, inspecting it, answering a question, and judging the whole catalogue
  at all its precisions and eight contexts inside Pyodide beside CPython, the first time
  and again; and a table of a million visits, no two alike, read, made into classes and judged.

Medians of several runs; of processes the processor's own time, since a busy machine makes
everything wait.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "tests" / "data" / "configs" / "HuggingFaceTB__SmolLM2-135M.json"
ORACLE = ROOT / ".oracle" / "bin" / "python"
PROCESSES, TIMES = 9, 7
CACHES = shutil.ignore_patterns("__pycache__")

SAMPLE = ROOT / "python" / "tabfit" / "population" / "visits" / "sample_visits.csv"
#: Besides the config, a table of a million visits of which no two rows are alike, in pieces.
SETUP = f"""
import json, random
text = {CONFIG.read_text()!r}
head, *sample = {SAMPLE.read_text().splitlines()!r}
chance = random.Random(15)
quotas = (chance.randrange(10**8, 10**12) for _ in range(10**6))
table = (f"{{sample[at % len(sample)]}},{{quota}}\\n" for at, quota in enumerate(quotas))
pieces = [f"{{head}},storage_quota_bytes\\n".encode()]
pieces += ["".join(next(table) for _ in range(50_000)).encode() for _ in range(20)]
"""
INSPECT = """
from tabfit import architectures
from tabfit.sources import inspection
given = json.loads(text)
json.dumps(inspection.of_architecture(
    architectures.read(given), inspection.stored_type(given), source="", bytes_read=0), indent=1)
"""
#: Named statements in their order: the first pays for the imports.
RUNS = {
    "inspect, first": (INSPECT, 1),
    "inspect, again": (INSPECT, TIMES),
    "answer, first": ("from app.respond import respond; respond('{}')", 1),
    "answer, again": ('respond(\'{"form": {"model": "distilbert"}}\')', TIMES),
}
#: The grid as the page has it: its table in a wheel of its own, read when it is installed.
GRID = """
from tabfit.catalog import Catalog
from tabfit.compare import verdict_grid as grid
from tabfit.estimate.answers import place
from tabfit.estimate.defaults import CONTEXTS
from tabfit.devices.device import Device
whole, catalog = grid.shipped(), Catalog()
device = place("pixel-8-pro", Device(), catalog)
judged = lambda: grid.judge_table(whole, device, catalog, CONTEXTS[2:10])
judged()
"""
RUNS |= {"the whole grid, first": (GRID, 1), "the whole grid, again": ("judged()", TIMES)}
#: A table of visits as *Ship it* has it: read, made into classes, and held against one way.
READ = """
from tabfit.population.visits.csv_lines import CountedLines
lines = CountedLines(by_column=True)
for piece in pieces:
    lines.take(piece)
cells = lines.cells()
"""
CLASSES = """
from app.pages.ship_it import session_visits
many = session_visits._gathered(cells).many
"""
JUDGED = """
from tabfit.population.coverage import model_coverage
facts = catalog.runtime("webllm")
about = model_coverage.subject("llama-3.2-1b", catalog)
model_coverage.coverage_of(about, facts, "q4f16_1", many)
"""
RUNS |= {
    "a million visits, read": (READ, 1),
    "a million visits, classes": (CLASSES, 1),
    "a million visits, judged, first": (JUDGED, 1),
    "a million visits, judged, again": (JUDGED, TIMES),
}
META = """
import sys
import torch
from transformers import AutoConfig, AutoModelForCausalLM
config = AutoConfig.for_model(**__import__("json").load(open(sys.argv[1])))
with torch.device("meta"):
    model = AutoModelForCausalLM.from_config(config)
print(sum(each.numel() for each in model.parameters()))
"""


def processes() -> dict[str, float]:
    """Return the processor's milliseconds of each, that of an empty interpreter first."""
    found = {"an empty interpreter": _taken([sys.executable, "-c", "pass"])}
    inspect = [sys.executable, "-m", "tabfit", "inspect", str(CONFIG), "--json"]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "python", folder, dirs_exist_ok=True, ignore=CACHES)
        told = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        found["tabfit inspect, nothing compiled before"] = _taken(inspect, told)
        _run([sys.executable, "-m", "compileall", "-q", folder])
        found["tabfit inspect, 30 layers"] = _taken(inspect, told)
    if ORACLE.exists():
        words = [str(ORACLE), "-c", META, str(CONFIG)]
        found["transformers on the meta device"] = _taken(words, times=3)
    return found


def _taken(
    words: list[str], environment: dict[str, str] | None = None, times: int = PROCESSES
) -> float:
    """Return the median of the processor's milliseconds of a process."""
    processors = []
    for _ in range(times):
        used = _used()
        _run(words, environment)
        processors.append(1000 * (_used() - used))
    return median(processors)


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def _run(words: Iterable[str], environment: dict[str, str] | None = None) -> None:
    subprocess.run(list(words), check=True, capture_output=True, cwd=ROOT, env=environment)


def in_both() -> dict[str, tuple[float, float]]:
    """Return the milliseconds of each run in Pyodide and in CPython."""
    here, page = _in_cpython(), _in_pyodide()
    return {name: (page[name], here[name]) for name in RUNS}


#: Reads a job and does what pyodide.mjs does.
HERE = """
import json, sys, time
job, space, found = json.load(sys.stdin), {}, {}
exec(job["setup"], space)
for name, (statement, times) in job["runs"].items():
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        exec(statement, space)
        taken.append(1000 * (time.perf_counter() - began))
    found[name] = sorted(taken)[times // 2]
print(json.dumps(found))
"""


def _in_cpython() -> dict[str, float]:
    beside = ":".join(map(str, (ROOT / "python", ROOT, *_later("tabfitgrid"))))
    return _job([sys.executable, "-c", HERE], {"PYTHONPATH": beside})


def _in_pyodide() -> dict[str, float]:
    (runtime,) = (ROOT / "dist" / "runtime").iterdir()
    (code,) = (ROOT / "dist" / "code").iterdir()
    first = sorted(code.glob("*.whl"))
    wheels = [str(path) for path in (*first, *_later("numpy"), *_later("tabfitgrid"))]
    return _job(["node", str(Path(__file__).with_name("pyodide.mjs")), str(runtime), *wheels], {})


def _later(name: str) -> Iterable[Path]:
    """Return the wheel of what the page installs when it is first used."""
    return (ROOT / "dist" / "wheels").glob(f"{name}-*.whl")


def _job(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Return the milliseconds of each run, as a process prints them on its last line."""
    job = json.dumps({"setup": SETUP, "runs": RUNS})
    environment = {**os.environ, **environment}
    done = subprocess.run(
        command, input=job, stdout=subprocess.PIPE, text=True, check=True, env=environment
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
