"""Time what people wait for, each as a ratio against something run beside it: `make bench`.

- a whole `willitfit inspect` process beside an empty interpreter, and beside
  transformers building the same model on the meta device (where `make oracle`
  has set that up);
- reading a config and answering a question inside Pyodide beside CPython.

Medians of several runs. Nothing here is asserted: a busy machine is no fault.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "tests" / "data" / "configs" / "HuggingFaceTB__SmolLM2-135M.json"
ORACLE = ROOT / ".oracle" / "bin" / "python"
TIMES = 7

SETUP = f"""
import json
from willitfit import config
given = json.loads({CONFIG.read_text()!r})
"""
RUNS = {
    "read": "config.read(given).inventory.total",
    "first answer": "from app.respond import respond; respond('{}')",
    "next answer": 'respond(\'{"page": "distilbert"}\')',
}
META = """
import sys, time
began = time.perf_counter()
import torch
from transformers import AutoConfig, AutoModelForCausalLM
config = AutoConfig.for_model(**__import__("json").load(open(sys.argv[1])))
with torch.device("meta"):
    model = AutoModelForCausalLM.from_config(config)
print(sum(each.numel() for each in model.parameters()))
"""


def main() -> None:
    """Print the table."""
    empty = _timed(lambda: _run([sys.executable, "-c", "pass"]))
    _line("an empty interpreter", empty, empty)
    words = [sys.executable, "-m", "willitfit", "inspect", str(CONFIG), "--json"]
    _line("willitfit inspect, 30 layers", _timed(lambda: _run(words)), empty)
    if ORACLE.exists():
        words = [str(ORACLE), "-c", META, str(CONFIG)]
        _line("transformers on the meta device", _timed(lambda: _run(words), times=3), empty)
    else:
        print("transformers on the meta device: run `make oracle` first")
    _in_both()


def _in_both() -> None:
    here, page = _in_cpython(), _in_pyodide()
    print(f"\nPyodide's own start: {page['start']:.0f} ms")
    for name in RUNS:
        ratio = page[name] / here[name]
        print(
            f"{name:24} {page[name]:8.1f} ms in Pyodide {ratio:6.1f} x CPython's {here[name]:.1f}"
        )


def _in_cpython() -> dict[str, float]:
    space: dict[str, object] = {}
    sys.path[:0] = [str(ROOT), str(ROOT / "python")]
    exec(SETUP, space)  # noqa: S102 - the very text that Pyodide runs
    return {name: _timed(lambda text=text: exec(text, space)) for name, text in RUNS.items()}  # type: ignore[misc]  # noqa: S102


def _in_pyodide() -> dict[str, float]:
    (runtime,) = (ROOT / "dist" / "runtime").iterdir()
    (code,) = (ROOT / "dist" / "code").iterdir()
    wheels = [str(path) for path in sorted(code.glob("*.whl"))]
    job = json.dumps({"setup": SETUP, "runs": RUNS, "times": TIMES})
    command = ["node", str(ROOT / "tools" / "bench.mjs"), str(runtime), *wheels]
    done = subprocess.run(command, input=job, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _run(words: list[str]) -> None:
    subprocess.run(words, check=True, capture_output=True, cwd=ROOT)


def _timed(act: Callable[[], object], times: int = TIMES) -> float:
    """Return the median milliseconds of an act."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


def _line(name: str, taken: float, beside: float) -> None:
    print(f"{name:32} {taken:8.0f} ms {taken / beside:6.1f} x an empty interpreter")


if __name__ == "__main__":
    main()
