"""Write docs/accuracy.md: how near this project's figures come to ones it did not make.

    python -m tools.accuracy [--check]

In: the rows of `tests/accuracy_*.py`, the cases of `tests/data/measured.json`.
Out: one section each: what is claimed, what holds, and the rows furthest off.
The same rows always give the same text; `--check` only compares.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests import (
    accuracy_cache,
    accuracy_gguf,
    accuracy_litert,
    accuracy_mlc,
    accuracy_onebit,
    accuracy_onnx,
    accuracy_torch,
    accuracy_verdicts,
    accuracy_webllm,
)
from tests.accuracy_onnx import Row
from tests.runtimes.chart import Pair, pairs
from tests.runtimes.predicted import cache_size
from willitfit.answers import answer
from willitfit.budgets import Pool
from willitfit.catalog import Catalog
from willitfit.device import Device
from willitfit.outcome import Outcome
from willitfit.scenario import Scenario
from willitfit.units import MIB, Tokens

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "accuracy.md"
RECORD = ROOT / "tests" / "data" / "measured.json"
SHOWN = 8  # rows furthest off

INTRODUCTION = """# How accurate it is

`make accuracy` writes this page from figures that others published and from what the bench
measured. Errors are of the likeliest value; *inside* says whether the interval holds what was
published.
The rows themselves, each with its source, are in `tests/data`.
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is asked of some rows, what they give, and whether that is enough."""

    asked: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the page; a table's first line is its heading."""

    title: str
    about: str
    claims: tuple[Claim, ...] = ()
    tables: tuple[tuple[tuple[str, ...], ...], ...] = field(default=())

    @property
    def text(self) -> str:
        """Return the section in Markdown."""
        parts = [f"## {self.title}", self.about]
        if self.claims:
            heading = ("asked", "found", "holds")
            lines = ((c.asked, c.found, "yes" if c.holds else "**no**") for c in self.claims)
            parts.append(_table((heading, *lines)))
        parts += [_table(table) for table in self.tables]
        return "\n\n".join(part for part in parts if part) + "\n"


def _table(lines: Iterable[Sequence[str]]) -> str:
    heading, *rest = lines
    rule = ["---"] * len(heading)
    return "\n".join("| " + " | ".join(line) + " |" for line in (heading, rule, *rest))


# Claims


def _percent(share: float) -> str:
    """Return a share with the figures that matter: 0.0012 % and 12 % alike."""
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.1f} %"


def _all_within(rows: Sequence[Row], most: float) -> Claim:
    worst = max((abs(row.error) for row in rows), default=1.0)
    asked = f"every one within {_percent(most)}"
    return Claim(asked, f"{len(rows)} rows, worst {_percent(worst)}", worst <= most)


def _share_within(rows: Sequence[Row], most: float, least: float) -> Claim:
    share = sum(abs(row.error) <= most for row in rows) / len(rows)
    asked = f"at least {least:.0%} within {_percent(most)}"
    return Claim(asked, f"{_percent(share)} of {len(rows)} rows", share >= least)


def _median_within(rows: Sequence[Row], most: float) -> Claim:
    found = median(abs(row.error) for row in rows)
    return Claim(f"median error at most {_percent(most)}", _percent(found), found <= most)


def _inside(rows: Sequence[Row], least: float, words: str) -> Claim:
    share = sum(row.inside for row in rows) / len(rows)
    asked = f"{words}: at least {least:.0%}" if least < 1 else f"{words}: every one"
    return Claim(asked, f"{_percent(share)} of {len(rows)} rows", share >= least)


def _furthest(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    ordered = sorted(rows, key=lambda row: (-abs(row.error), row.model, row.recipe))
    lines = (
        (
            row.model,
            row.recipe,
            f"{row.likely:,}",
            f"{row.truth:,}",
            f"{100 * row.error:+.3f} %",
            "yes" if row.inside else "no",
        )
        for row in ordered[:SHOWN]
    )
    heading = (f"furthest off, of {len(rows)}", "what", "predicted", "published", "error", "inside")
    return (heading, *lines)


# Files


def gguf() -> Section:
    """Return the section on GGUF files."""
    files = [*accuracy_gguf.rows(), *accuracy_gguf.listed_rows()]
    bits = [(name, ours / theirs - 1) for name, ours, theirs in accuracy_gguf.bits_per_weight()]
    worst = max(abs(error) for _, error in bits)
    printed = f"{len(bits)} rows, worst {_percent(worst)}"
    return Section(
        title="GGUF files",
        about="llama.cpp's own table of bits per weight, and whole files as published. Files made "
        "with the real quantiser match to the byte (`tests/core/test_gguf.py`).",
        claims=(
            Claim("llama.cpp's table within 0.01 %", printed, worst <= 1e-4),
            _all_within(files, 0.004),
        ),
        tables=(_furthest(files),),
    )


def onnx_unknown() -> Section:
    """Return the section on ONNX files whose exporter is not known."""
    rows = list(accuracy_onnx.rows(family_known=False))
    return Section(
        title="ONNX files, export not known",
        about="Sessions as published for Transformers.js; how a file was exported is not told, "
        "so the prediction is an interval.",
        claims=(_inside(rows, 0.95, "the interval holds the truth"),),
        tables=(_furthest([row for row in rows if not row.inside]),),
    )


def onnx_known() -> Section:
    """Return the section on ONNX files whose kind of export is known."""
    rows = list(accuracy_onnx.rows(family_known=True))
    return Section(
        title="ONNX files, export known",
        about="The same files, told whether the export is classic or newer.",
        claims=(_share_within(rows, 0.02, 0.9),),
        tables=(_furthest(rows),),
    )


def mlc() -> Section:
    """Return the section on MLC's parameters."""
    rows = list(accuracy_mlc.rows())
    return Section(
        title="MLC parameters",
        about="Bytes of parameters in the metadata of compiled libraries.",
        claims=(_all_within(rows, 0.001),),
        tables=(_furthest(rows),),
    )


def litert() -> Section:
    """Return the section on LiteRT and MediaPipe files."""
    rows = list(accuracy_litert.rows())
    return Section(
        title="LiteRT and MediaPipe files",
        about="Files as listed by their publisher.",
        claims=(_all_within(rows, 0.03),),
        tables=(_furthest(rows),),
    )


def safetensors() -> Section:
    """Return the section on safetensors checkpoints."""
    rows = list(accuracy_torch.rows())
    return Section(
        title="Safetensors checkpoints",
        about="Published checkpoints, headers included.",
        claims=(_all_within(rows, 0.0001),),
        tables=(_furthest(rows),),
    )


def onebit() -> Section:
    """Return the section on one-bit methods."""
    rows = list(accuracy_onebit.rows())
    return Section(
        title="One-bit methods",
        about="OneBit's sizes as its paper prints them, in tenths of a gigabyte. BitNet b1.58's "
        "ratios of memory are explained in `tests/core/test_onebit.py`.",
        claims=(_inside(rows, 1, "the same printed digit"),),
        tables=(_furthest(rows),),
    )


# Memory


def cache() -> Section:
    """Return the section on caches."""
    rows = list(accuracy_cache.rows())
    logged = _logged_caches()
    off = max(abs(ours - theirs) for ours, theirs in logged)
    apart = {row["model"]: accuracy_cache.left_out(row) for row in accuracy_cache.kept_rows()}
    reasons = ((model, why) for model, why in sorted(apart.items()) if why)
    return Section(
        title="Caches",
        about="llama.cpp's log lines and published figures per token, for grouped, windowed, "
        "shared and recurrent layers, in f32, f16, q8_0 and one byte; and wllama's own log.",
        claims=(
            _inside(rows, 1, "equal to what is printed"),
            Claim(
                "wllama's log, to a hundredth of a MiB",
                f"{len(logged)} cases, at most {off:,} bytes off",
                off <= 0.0051 * MIB,
            ),
        ),
        tables=(_furthest(rows), (("not compared", "because"), *reasons)),
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
    rows = list(accuracy_webllm.rows())
    far = [row for row in rows if abs(row.error) > 0.12]
    unnamed = [row.model for row in far if not accuracy_webllm.anomaly(row.model)]
    missing = sorted(n for n in accuracy_webllm.models() if accuracy_webllm.shape(n) is None)
    return Section(
        title="WebLLM: memory of the whole model",
        about="Weights, cache and temporaries against `vram_required_MB` (MiB) of WebLLM's own "
        f"list, anomalous rows included. Shapes not known here: {', '.join(missing) or 'none'}.",
        claims=(
            _median_within(rows, 0.05),
            _share_within(rows, 0.12, 0.9),
            Claim("every row further off is named", ", ".join(unnamed) or "all are", not unnamed),
        ),
        tables=(_furthest(rows), (("anomalous rows", "why"), *accuracy_webllm.ANOMALIES.items())),
    )


def measured() -> Section:
    """Return the section on peaks that the bench measured."""
    record = json.loads(RECORD.read_text())
    every = pairs(record)
    judge = [pair for pair in every if pair.split == "judge"]
    errors = [abs(pair.error) for pair in judge]
    held = sum(pair.contained for pair in judge) / len(judge)
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    return Section(
        title="Peak memory of the tab, measured",
        about=f"Real runtimes in headless Chromium, {record['measured_on']}: {versions}. Peaks "
        "above an empty page. Constants were fitted on other cases than these judge.",
        claims=(
            Claim("at least 12 cases not used in fitting", f"{len(judge)} cases", len(judge) >= 12),
            Claim("median error at most 12 %", _percent(median(errors)), median(errors) <= 0.12),
            Claim("none beyond 30 %", f"worst {_percent(max(errors))}", max(errors) <= 0.3),
            Claim("the interval holds at least 90 %", f"{held:.0%}", held >= 0.9),
            _distilbert(),
        ),
        tables=(
            _peaks("judged by", judge),
            _peaks("fitted on", [pair for pair in every if pair.split == "fit"]),
            _peaks("graphics process", pairs(record, "gpu")),
        ),
    )


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


# Verdicts


def verdicts() -> Section:
    """Return the section on people's reports."""
    reports = accuracy_verdicts.reports()
    wrong = [r.name for r in reports if not r.ran and r.said.verdict.outcome is Outcome.LIKELY]
    share = accuracy_verdicts.right_share()
    told = len(accuracy_verdicts.told())
    brier = accuracy_verdicts.brier_score()
    return Section(
        title="Verdicts against people's reports",
        about="Reports of models that ran or died in a browser on a named device "
        "(`tests/data/field_reports.csv`). What a report does not say is not known: where no "
        "memory is told, neither side is. The budgets are priors with their own reasons "
        "(`python/willitfit/budgets.py`); the reports here were seen when they were set.",
        claims=(
            Claim("no *likely* where it died", ", ".join(wrong) or "none", not wrong),
            Claim("at least 80 % on the right side", f"{share:.0%} of {told}", share >= 0.8),
            Claim("Brier score (0 perfect, 0.25 says nothing)", f"{brier:.3f}", brier < 0.25),
        ),
        tables=(_confusion(), _reports(), (("left out", "because"), *accuracy_verdicts.left_out())),
    )


def _confusion() -> tuple[tuple[str, ...], ...]:
    reports = accuracy_verdicts.reports()

    def count(outcome: Outcome, *, ran: bool) -> str:
        return str(sum(r.said.verdict.outcome is outcome and r.ran is ran for r in reports))

    lines = (
        ("ran" if ran else "died", *(count(outcome, ran=ran) for outcome in Outcome))
        for ran in (True, False)
    )
    return (("", *(str(outcome) for outcome in Outcome)), *lines)


def _reports() -> tuple[tuple[str, ...], ...]:
    lines = (
        (
            report.name,
            "ran" if report.ran else "died",
            str(report.said.verdict.outcome),
            "–" if report.probability is None else f"{report.probability:.2f}",
            {True: "yes", False: "no", None: "–"}[report.right],
            report.question.note,
            report.row["source"],
        )
        for report in accuracy_verdicts.reports()
    )
    return (("report", "really", "said", "chance", "right side", "asked as", "source"), *lines)


SECTIONS: tuple[Callable[[], Section], ...] = (
    gguf,
    onnx_known,
    onnx_unknown,
    mlc,
    litert,
    safetensors,
    onebit,
    cache,
    webllm,
    measured,
    verdicts,
)


def written(sections: Iterable[Section]) -> str:
    """Return the page."""
    return "\n".join([INTRODUCTION, *(section.text for section in sections)])


def main() -> int:
    """Write the page, or say whether it is up to date."""
    parser = argparse.ArgumentParser(description="Write docs/accuracy.md.")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    asked = parser.parse_args()
    sections = [section() for section in SECTIONS]
    text = written(sections)
    if asked.check:
        return 0 if DOCUMENT.read_text(encoding="utf-8") == text else 1
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(text, encoding="utf-8")
    for section in sections:
        for claim in section.claims:
            print(
                f"{'ok' if claim.holds else 'NO':3} {section.title}: {claim.asked}: {claim.found}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
