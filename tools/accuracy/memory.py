"""Memory: caches, WebLLM's list, and peaks that the bench measured."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any

from tabfit.catalog import Catalog
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.units import MIB, Tokens
from tests.accuracy import cache_sizes, webllm_memory
from tests.runtimes.chart import Pair, pairs
from tests.runtimes.predicted import cache_size
from tools.accuracy.document import (
    Claim,
    Section,
    furthest,
    inside,
    median_within,
    percent,
    share_within,
)

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "tests" / "data" / "measured.json"


def cache() -> Section:
    """Return the section on caches."""
    rows = list(cache_sizes.rows())
    logged = _logged_caches()
    off = max(abs(ours - theirs) for ours, theirs in logged)
    apart = {row["model"]: cache_sizes.left_out(row) for row in cache_sizes.kept_rows()}
    reasons = ((model, why) for model, why in sorted(apart.items()) if why)
    return Section(
        key="cache",
        title="Caches",
        about="llama.cpp's log lines and published figures per token, for grouped, windowed, "
        "shared and recurrent layers, in f32, f16, q8_0 and one byte; and wllama's own log.",
        rows=tuple(rows),
        claims=(
            inside(rows, 1, "equal to what is printed"),
            Claim(
                "wllama's log, to a hundredth of a MiB",
                f"{len(logged)} cases, at most {off:,} bytes off",
                off <= 0.0051 * MIB,
            ),
        ),
        tables=(furthest(rows), (("not compared", "because"), *reasons)),
    )


def _logged_caches() -> list[tuple[int, int]]:
    entries = json.loads(RECORD.read_text())["cases"]
    sizes = (
        (cache_size(entry), sum(entry["log"]["cache"].values()))
        for entry in entries
        if "log" in entry and "error" not in entry
    )
    return [(ours, theirs) for ours, theirs in sizes if ours is not None]


def webllm() -> Section:
    """Return the section on WebLLM's list."""
    rows = list(webllm_memory.rows())
    far = [row for row in rows if abs(row.error) > 0.12]
    unnamed = [row.model for row in far if not webllm_memory.anomaly(row.model)]
    missing = sorted(n for n in webllm_memory.models() if webllm_memory.shape(n) is None)
    return Section(
        key="webllm",
        title="WebLLM: memory of the whole model",
        about="Weights, cache and temporaries against `vram_required_MB` (MiB) of WebLLM's own "
        f"list, anomalous rows included. Shapes not known here: {', '.join(missing) or 'none'}.",
        rows=tuple(rows),
        claims=(
            median_within(rows, 0.05),
            share_within(rows, 0.12, 0.9),
            Claim("every row further off is named", ", ".join(unnamed) or "all are", not unnamed),
        ),
        tables=(furthest(rows), (("anomalous rows", "why"), *webllm_memory.ANOMALIES.items())),
    )


def measured() -> Section:
    """Return the section on peaks that the bench measured."""
    record = json.loads(RECORD.read_text())
    every = pairs(record)
    judge = [pair for pair in every if pair.split == "judge"]
    errors = [abs(pair.error) for pair in judge]
    held = sum(pair.contained for pair in judge) / len(judge)
    graphics = [abs(pair.error) for pair in pairs(record, "gpu")]
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    return Section(
        key="measured",
        title="Peak memory of the tab, measured",
        about=f"Real runtimes in headless Chromium, {_days(record)}; last {versions}. Peaks "
        "above an empty page; memory that both processes share is counted with the tab. "
        "Constants were fitted on other cases than these judge.",
        claims=(
            Claim("at least 12 cases not used in fitting", f"{len(judge)} cases", len(judge) >= 12),
            Claim("median error at most 12 %", percent(median(errors)), median(errors) <= 0.12),
            Claim("none beyond 30 %", f"worst {percent(max(errors))}", max(errors) <= 0.3),
            Claim("the interval holds at least 90 %", f"{held:.0%}", held >= 0.9),
            Claim(
                "median error of the graphics process at most 12 %",
                f"{len(graphics)} cases, {percent(median(graphics))}",
                median(graphics) <= 0.12,
            ),
            _distilbert(),
        ),
        tables=(
            _peaks("judged by", judge),
            _peaks("fitted on", [pair for pair in every if pair.split == "fit"]),
            _peaks("graphics process", pairs(record, "gpu")),
        ),
    )


def _days(record: dict[str, Any]) -> str:
    days = sorted({entry["measured_on"] for entry in record["cases"]})
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _peaks(title: str, shown: Iterable[Pair]) -> tuple[tuple[str, ...], ...]:
    ordered = sorted(shown, key=lambda pair: (-abs(pair.error), pair.id))
    lines = (
        (
            pair.id,
            f"{pair.measured / MIB:,.0f}",
            f"{pair.likely / MIB:,.0f}",
            f"{pair.low / MIB:,.0f}–{pair.high / MIB:,.0f}",
            f"{100 * pair.error:+.1f} %",
            "yes" if pair.contained else "no",
        )
        for pair in ordered
    )
    heading = (f"{title}, MiB", "measured", "predicted", "interval", "error", "inside")
    return (heading, *lines)


def _distilbert() -> Claim:
    scenario = Scenario(
        model="distilbert",
        runtime="transformersjs-wasm",
        precision="fp32",
        context=Tokens(512),
    )
    peak = answer(scenario, Catalog(), Device()).memory(Pool.PAGE).likely / MIB
    asked = "DistilBERT fp32 on the processor: 950 to 1,200 MiB"
    return Claim(asked, f"{peak:,.0f} MiB", 950 <= peak <= 1200)
