"""Draw predicted against measured peaks, from measured.json, as an SVG.

    python -m tests.runtimes.chart [--out FILE]

Both axes are logarithmic. The line is agreement, the bands are 12 % and 30 %
off. Hollow marks were open to the fit, filled ones judge it. A whisker is the
predicted interval. What is drawn is also printed, worst first: error, split, MiB
measured and predicted, the interval, the case.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from html import escape
from math import log2
from pathlib import Path
from statistics import median
from typing import Any

from tests.runtimes.predicted import predict

ROOT = Path(__file__).parent.parent.parent
RECORD = ROOT / "tests" / "data" / "measured.json"
MIB = 2**20
_SIZE, _MARGIN = 640, 64
_LOW, _HIGH = 64 * MIB, 4096 * MIB
_COLOURS = {
    "onnxruntime-wasm": "#3b6ea8",
    "onnxruntime-webgpu": "#7b4fa3",
    "transformersjs-wasm": "#c2571a",
    "transformersjs-webgpu": "#a3313f",
    "wllama-cpu": "#2f7d4f",
    "wllama-webgpu": "#6b6b16",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One case's measured peak beside what was predicted of it."""

    id: str
    runtime: str
    split: str
    measured: int
    low: int
    likely: int
    high: int

    @property
    def error(self) -> float:
        """Return how far the prediction is off, as a share of what was measured."""
        return self.likely / self.measured - 1

    @property
    def contained(self) -> bool:
        """Return whether the interval holds the truth."""
        return self.low <= self.measured <= self.high


def shared(entry: dict[str, Any], pool: str) -> int:
    """Return the memory that the GPU process shares with the tab, which counts it already.

    It stays open from loading on, so that what is there at rest was there at the peak.
    """
    if pool != "gpu":
        return 0
    return int(median(run["rest_kinds"]["RssShmem"] for run in entry["runs"]))


def pairs(record: dict[str, Any], pool: str = "page") -> list[Pair]:
    """Return the cases that were measured and can be predicted."""
    found = []
    for entry in record["cases"]:
        if "error" in entry or (pool == "gpu" and not entry["runtime"].endswith("webgpu")):
            continue
        interval = predict(entry, pool)
        if interval is None:
            continue
        low, likely, high = interval
        found.append(
            Pair(
                id=entry["id"],
                runtime=entry["runtime"],
                split=entry["split"],
                measured=entry["peak"][pool]["median"] - shared(entry, pool),
                low=low,
                likely=likely,
                high=high,
            )
        )
    return found


def _at(size: float) -> float:
    """Return where a size lies along an axis, beyond its ends too."""
    return _MARGIN + (_SIZE - 2 * _MARGIN) * log2(max(size, MIB) / _LOW) / log2(_HIGH / _LOW)


def _band(share: float, colour: str) -> str:
    corners = [
        (_LOW, _LOW * (1 - share)),
        (_HIGH, _HIGH * (1 - share)),
        (_HIGH, _HIGH * (1 + share)),
        (_LOW, _LOW * (1 + share)),
    ]
    points = " ".join(f"{_at(x):.1f},{_SIZE - _at(y):.1f}" for x, y in corners)
    return f'<polygon points="{points}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _grid() -> list[str]:
    drawn = []
    size = _LOW
    while size <= _HIGH:
        at = _at(size)
        end = _SIZE - _MARGIN
        drawn += [
            f'<path d="M{at:.1f} {_MARGIN}V{end}M{_MARGIN} {_SIZE - at:.1f}H{end}" stroke="#ddd"/>',
            _text(at, end + 18, str(size // MIB), "middle"),
            _text(_MARGIN - 8, _SIZE - at + 4, str(size // MIB), "end"),
        ]
        size *= 2
    return drawn


def _mark(pair: Pair) -> str:
    colour = _COLOURS[pair.runtime]
    x, y = _at(pair.measured), _SIZE - _at(pair.likely)
    low, high = _SIZE - _at(pair.low), _SIZE - _at(pair.high)
    fill = colour if pair.split == "judge" else "#fff"
    told = f"{pair.id}: measured {pair.measured // MIB}, predicted {pair.likely // MIB} MiB"
    return (
        f'<g stroke="{colour}"><title>{escape(told)}</title>'
        f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" opacity="0.4"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{fill}"/></g>'
    )


def _legend(shown: list[Pair]) -> list[str]:
    names = [name for name in _COLOURS if any(pair.runtime == name for pair in shown)]
    return [
        f'<circle cx="{_MARGIN + 14}" cy="{_MARGIN + 16 + 18 * i}" r="4" fill="{_COLOURS[name]}"/>'
        f'<text x="{_MARGIN + 26}" y="{_MARGIN + 20 + 18 * i}">{name}</text>'
        for i, name in enumerate(names)
    ]


def draw(shown: list[Pair], title: str) -> str:
    """Return the chart."""
    end, middle = _SIZE - _MARGIN, _SIZE / 2
    box = f'x="{_MARGIN}" y="{_MARGIN}" width="{end - _MARGIN}" height="{end - _MARGIN}"'
    look = 'role="img" font-family="system-ui, sans-serif" font-size="12" fill="#222"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" {look}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="#fff"/>',
        f'<clipPath id="inside"><rect {box}/></clipPath>',
        f'<g clip-path="url(#inside)">{_band(0.30, "#f3efe6")}{_band(0.12, "#e2ecdd")}</g>',
        *_grid(),
        f'<path d="M{_MARGIN} {end}L{end} {_MARGIN}" stroke="#555"/>',
        *(_mark(pair) for pair in shown),
        *_legend(shown),
        _text(middle, 24, title, "middle"),
        _text(middle, _SIZE - 16, "measured, MiB above an empty page", "middle"),
        f'<g transform="translate(18 {middle}) rotate(-90)">',
        _text(0, 0, "predicted, MiB", "middle"),
        "</g></svg>",
    ]
    return "\n".join(parts) + "\n"


def summary(shown: list[Pair]) -> list[str]:
    """Return what the two splits say, one line each."""
    lines = []
    for split in ("fit", "judge"):
        chosen = [pair for pair in shown if pair.split == split]
        if not chosen:
            continue
        errors = [abs(pair.error) for pair in chosen]
        held = sum(pair.contained for pair in chosen) / len(chosen)
        lines.append(
            f"{split}: {len(chosen)} cases, median error {median(errors):.1%}, "
            f"worst {max(errors):.1%}, interval holds {held:.0%}"
        )
    return lines


def _line(pair: Pair) -> str:
    likely, measured = pair.likely // MIB, pair.measured // MIB
    interval = f"{pair.low // MIB:5} .. {pair.high // MIB:5}"
    return f"{pair.error:+7.1%} {pair.split:5} {measured:5} {likely:5} ({interval}) {pair.id}"


def main() -> int:
    """Write the chart, and say how good the predictions are."""
    parser = argparse.ArgumentParser(description="Draw predicted against measured peaks.")
    parser.add_argument("--out", type=Path, default=RECORD.with_suffix(".svg"))
    parser.add_argument("--pool", choices=("page", "gpu"), default="page")
    asked = parser.parse_args()
    shown = pairs(json.loads(RECORD.read_text()), asked.pool)
    lines = [_line(pair) for pair in sorted(shown, key=lambda pair: -abs(pair.error))]
    sys.stdout.write("\n".join([*lines, *summary(shown)]) + "\n")
    asked.out.write_text(
        draw(shown, f"Peak memory of the {asked.pool} process: predicted and measured")
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
