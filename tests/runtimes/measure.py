"""Measure what real runtimes take in a real browser, and write it down.

    python -m tests.runtimes.measure [--only TEXT] [--runs 3] [--again]

Each case is made on the spot, run in a fresh browser as often as asked, and
written to measured.json at once, so that an interrupted run loses one case.
Needs: Chromium, and the npm packages named in `PACKAGES` under node_modules.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Error as BrowserError

from tests.runtimes.bench import browser, gguf_models, llama_log, onnx_models
from tests.runtimes.bench.cases import CASES, Case
from tests.runtimes.bench.server import Site

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RECORD = ROOT / "tests" / "data" / "measured.json"
PACKAGES = {
    "onnxruntime-web": "onnxruntime-web",
    "onnxruntime-web-next": "@huggingface/transformers/node_modules/onnxruntime-web",
    "transformers": "@huggingface/transformers",
    "wllama": "@wllama/wllama",
}
_AFTER, _COPYING = 500, 10_000  # milliseconds; where nothing runs, the GPU process still copies
_STEPS = (("prepare", "prepare"), ("load", "load"), ("first", "run"), ("later", "run"))
_STEP = "([name, plan]) => import('/page/bench.mjs').then((m) => m.step(name, plan))"


def make(case: Case, folder: Path) -> list[Path]:
    """Write a case's model as a hub repository would hold it; return its weight files."""
    if case.library == "wllama":
        return [gguf_models.write(case.config, case.precision.upper(), folder / "model.gguf")]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(case.config))
    (folder / "generation_config.json").write_text("{}")
    return onnx_models.write(
        case.config, case.precision, folder, external=case.external, last=case.last
    )


def _step(tab: browser.Tab, name: str, plan: dict[str, Any]) -> dict[str, Any]:
    """Do one step in the page; return what it said and the peaks it reached."""
    watched = [process for process in (tab.process, tab.gpu) if process]
    for process in watched:
        browser.forget_peak(process)
    began = time.monotonic()
    said = tab.page.evaluate(_STEP, [name, plan])
    ended = time.monotonic()
    tab.page.wait_for_timeout(_AFTER if plan["tokens"] else _COPYING)
    peaks = [browser.weigh(process)["VmHWM"] for process in watched]
    after = [browser.weigh(process) for process in watched]
    return {
        **said,
        "began": began,
        "ended": ended,
        "page": peaks[0],
        "gpu": peaks[1] if len(peaks) > 1 else 0,
        "after": after[0],
        "after_gpu": after[1]["VmRSS"] if len(after) > 1 else 0,
    }


def _phases(tab: browser.Tab, steps: dict[str, dict[str, Any]], arrived: float) -> dict[str, Any]:
    """Return the peak of each phase in bytes of the whole process.

    A step's peak includes the half second after it, or ten seconds where a model is only loaded.
    Loading is one call, so the moment the model's last byte was sent parts it in two; the
    kernel's peak goes to the half whose samples reach higher.
    """
    load = steps["load"]
    arrived = min(max(arrived, load["began"]), load["ended"])
    halves = {
        "download": tab.scale.highest(load["began"], arrived),
        "load": tab.scale.highest(arrived, load["ended"] + 0.5),
    }
    highest = max(halves, key=lambda name: halves[name][0])
    phases = {name: {"page": page, "gpu": gpu} for name, (page, gpu) in halves.items()}
    phases[highest]["page"] = max(load["page"], phases[highest]["page"])
    phases["load"]["gpu"] = max(load["gpu"], phases["load"]["gpu"])
    phases["prepare"] = {"page": steps["prepare"]["page"], "gpu": steps["prepare"]["gpu"]}
    phases["ready"] = {"page": load["after"]["VmRSS"], "gpu": load["after_gpu"]}
    runs = [name for name in ("first", "later") if name in steps]
    for name in runs:
        phases[name] = {"page": steps[name]["page"], "gpu": steps[name]["gpu"]}
    last = steps[runs[-1] if runs else "load"]
    phases["rest"] = {"page": last["after"]["VmRSS"], "gpu": last["after_gpu"]}
    return phases


def run(case: Case, files: list[Path], folders: dict[str, Path], chromium: str) -> dict[str, Any]:
    """Measure a case once, in a fresh browser; return bytes above an empty page."""
    site = Site(folders, isolated=case.threads > 1)
    plan = case.plan([file.name for file in files])
    try:
        with browser.tab(
            chromium, f"{site.origin}/page/empty.html", webgpu=case.device == "webgpu"
        ) as tab:
            empty = browser.weigh(tab.process)
            empty_gpu = browser.weigh(tab.gpu)["VmRSS"] if tab.gpu else 0
            steps: dict[str, dict[str, Any]] = {}
            for name, step in _STEPS if case.tokens else _STEPS[:2]:
                steps[name] = _step(tab, step, plan)
                last = steps[name]
            arrived = max(site.sent.get(file.name, 0.0) for file in files)
            phases = _phases(tab, steps, arrived)
    finally:
        site.close()
    above = {
        name: {"page": peak["page"] - empty["VmRSS"], "gpu": peak["gpu"] - empty_gpu}
        for name, peak in phases.items()
    }
    seconds = {name: round(step["ended"] - step["began"], 2) for name, step in steps.items()}
    kinds = {key: last["after"][key] - empty[key] for key in ("RssAnon", "RssFile", "RssShmem")}
    return {
        "empty": empty["VmRSS"],
        "phases": above,
        "heap": {name: step["heap"] for name, step in steps.items()},
        "seconds": seconds,
        "rest_kinds": kinds,
        "result": last["result"],
        "log": llama_log.read([line for step in steps.values() for line in step["lines"]]),
    }


def _spread(values: list[int]) -> dict[str, int]:
    return {"median": int(median(values)), "low": min(values), "high": max(values)}


def summarise(case: Case, files: list[Path], runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a case's entry: what it was, and the median and spread of its runs."""
    names = list(runs[0]["phases"])
    phases = {
        name: {
            pool: _spread([one["phases"][name][pool] for one in runs]) for pool in ("page", "gpu")
        }
        for name in names
    }
    peaks = {
        pool: _spread([max(p[pool] for p in one["phases"].values()) for one in runs])
        for pool in ("page", "gpu")
    }
    entry = {
        "id": case.id,
        "split": case.split,
        "runtime": case.runtime,
        "shape": case.shape,
        "precision": case.precision,
        "tokens": case.tokens,
        "batch": case.batch,
        "generate": case.generate,
        "context": case.context,
        "threads": case.threads,
        "external": case.external,
        "last": case.last,
        "whole": case.whole,
        "session": dict(case.session),
        "config": case.config,
        "files": {file.name: file.stat().st_size for file in files},
        "peak": peaks,
        "phases": phases,
        "heap": {name: max(one["heap"][name] for one in runs) for name in runs[0]["heap"]},
        "runs": runs,
    }
    return entry | ({"log": runs[0]["log"]} if runs[0]["log"] else {})


def measure(
    case: Case, known: list[dict[str, Any]], *, runs: int, chromium: str, modules: Path
) -> dict[str, Any]:
    """Make a case's model, measure it until there are enough runs; return the entry."""
    with tempfile.TemporaryDirectory(prefix="bench-model-") as folder:
        files = make(case, Path(folder) / "case")
        served = {name: modules / path for name, path in PACKAGES.items()}
        if not served["onnxruntime-web-next"].exists():
            served["onnxruntime-web-next"] = modules / "onnxruntime-web"
        folders = {**served, "page": HERE / "page", "model": Path(folder)}
        fresh = [run(case, files, folders, chromium) for _ in range(runs - len(known))]
        return summarise(case, files, [*known, *fresh])


def versions(chromium: str, modules: Path) -> dict[str, str]:
    """Return the versions of everything under test."""
    said = subprocess.run([chromium, "--version"], capture_output=True, text=True, check=True)
    found = {"chromium": said.stdout.strip().split()[1]}
    for name, path in PACKAGES.items():
        package = modules / path / "package.json"
        if package.exists():
            found[name] = json.loads(package.read_text())["version"]
    return found


def _machine() -> str:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, {os.cpu_count()} cores, {round(pages / 2**30)} GiB"


def save(record: dict[str, Any]) -> None:
    """Write the record, whole or not at all."""
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    draft = RECORD.with_suffix(".tmp")
    draft.write_text(json.dumps(record, indent=1) + "\n")
    draft.replace(RECORD)


def _read() -> dict[str, Any]:
    if RECORD.exists():
        return dict(json.loads(RECORD.read_text()))
    return {"schema": 1, "cases": []}


def _told(entry: dict[str, Any]) -> str:
    """Return a case's outcome in a few words."""
    if "error" in entry:
        return f"failed: {entry['error']}"
    page, gpu = (entry["peak"][pool]["median"] / 2**20 for pool in ("page", "gpu"))
    return f"{page:8.1f} MiB page {gpu:8.1f} MiB GPU"


def _extend(record: dict[str, Any], case: Case, asked: argparse.Namespace) -> str:
    """Measure a case as often as is still missing, and keep it; return what came out.

    A failure is kept as such, unless the case went well before.
    """
    others = [entry for entry in record["cases"] if entry["id"] != case.id]
    known = [] if asked.again else _known(record, case)
    try:
        entry = measure(
            case, known, runs=asked.runs, chromium=asked.chromium, modules=asked.modules
        )
    except BrowserError as error:
        entry = {"id": case.id, "split": case.split, "error": str(error).splitlines()[0][:300]}
    entry |= {key: record[key] for key in ("measured_on", "versions")}
    if "error" not in entry or not known:
        record["cases"] = [*others, entry]
    save(record)
    return _told(entry)


def _known(record: dict[str, Any], case: Case) -> list[dict[str, Any]]:
    """Return the runs of a case that are written down."""
    return [run for e in record["cases"] if e["id"] == case.id for run in e.get("runs", ())]


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the memory of runtimes in a browser.")
    parser.add_argument("--only", default="", help="part of the ids to measure")
    parser.add_argument("--runs", type=int, default=3, help="fresh browsers for each case")
    parser.add_argument("--again", action="store_true", help="start over with what is known")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    parser.add_argument("--modules", type=Path, default=ROOT / "node_modules")
    return parser.parse_args()


def main() -> int:
    """Measure every case that is asked for and lacks runs."""
    asked = _asked()
    record = _read() | {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "machine": _machine(),
        "versions": versions(asked.chromium, asked.modules),
    }
    for case in CASES:
        enough = not asked.again and len(_known(record, case)) >= asked.runs
        if asked.only not in case.id or enough:
            continue
        began = time.monotonic()
        told = _extend(record, case, asked)
        sys.stdout.write(f"{time.monotonic() - began:6.1f} s {case.split:5} {case.id:60} {told}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
