"""What others published of ways to make a model smaller: quality, pairs, one-bit methods.

In: nothing. Out: the rows of `published_quality.json` and `one_bit_methods.json` as
values, read when first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from tabfit.light_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a figure stands: a sentence, and an address for whoever wants to read on."""

    says: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What one way cost on the model it was measured on.

    `metric` names the measure, `differs` how the measurement is not quite this way,
    `by` the method where several were measured, `only` the kind of model it holds for.
    """

    model: str
    metric: str
    baseline: float
    value: float
    source: Source
    differs: str | None = None
    by: str | None = None
    only: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistilledPair:
    """A small model of the catalogue and the larger one it was made from.

    `quality` is `None` where its makers print no figure.
    """

    student: str
    teacher: str
    how: str
    source: Source
    quality: Quality | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneBitPaperRow:
    """A row of a one-bit paper: quality, memory and speed beside the original's."""

    method: str
    model: str
    nominal_bits: float
    source: str
    read: str
    metric: str | None = None
    baseline: float | None = None
    value: float | None = None
    memory_gb: float | None = None
    baseline_memory_gb: float | None = None
    speed: float | None = None
    energy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerSize:
    """BitNet b1.58 2B4T or a model it is compared with, in its own paper."""

    model: str
    memory_gb: float
    latency_ms: float
    energy_j: float
    average: float


def _read(name: str) -> dict[str, Any]:
    text = resources.files("tabfit.catalog").joinpath(name).read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def _shrink() -> dict[str, Any]:
    return _read("published_quality.json")


@cache
def _onebit() -> dict[str, Any]:
    return _read("one_bit_methods.json")


def _source(name: str) -> Source:
    return Source(**_shrink()["sources"][name])


def _quality(row: Mapping[str, Any], model: str) -> Quality:
    return Quality(
        model=model,
        metric=row["metric"],
        baseline=row["baseline"],
        value=row["value"],
        source=_source(row["source"]),
        differs=row.get("differs"),
        by=row.get("by"),
        only=row.get("only"),
    )


def qualities(way: str, name: str) -> tuple[Quality, ...]:
    """Return what is published of one way, the name in the spelling of its runtime.

    >>> [each.value for each in qualities("quantisation", "q4_k_m")]
    [6.4071]
    """
    return tuple(
        _quality(row, row["model"])
        for row in _shrink()["qualities"]
        if row["way"] == way and name in row["names"]
    )


@cache
def pairs() -> tuple[DistilledPair, ...]:
    """Return every pair of models of the catalogue of which one was made from the other."""
    return tuple(
        DistilledPair(
            student=row["student"],
            teacher=row["teacher"],
            how=row["how"],
            source=_source(row["source"]),
            quality=_quality(row, row["student"]) if "metric" in row else None,
        )
        for row in _shrink()["pairs"]
    )


@cache
def one_bit_paper_rows() -> tuple[OneBitPaperRow, ...]:
    """Return what the one-bit papers report, paper by paper."""
    return tuple(OneBitPaperRow(**row) for row in _onebit()["rows"])


#: Which of a paper's models stands for it beside another model: the one people quote.
_QUOTED = {
    "ternary": ("bitnet-b1.58", "LLaMA architecture, 3B", "trained-so"),
    "onebit": ("onebit", "LLaMA-13B", "trained-on"),
    "billm": ("billm", "LLaMA-13B", None),
}


def one_bit_quality(method: str) -> tuple[Quality, ...]:
    """Return the figure that people quote of a one-bit method, by its name as a precision.

    >>> [each.value for each in one_bit_quality("billm")]
    [15.14]
    """
    paper, model, differs = _QUOTED.get(method, (None, None, None))
    return tuple(
        Quality(
            model=row.model,
            metric=row.metric,
            baseline=row.baseline,
            value=row.value,
            source=Source(says=row.source, url=f"https://{_address(row.source)}"),
            differs=differs,
        )
        for row in one_bit_paper_rows()
        if row.method == paper and row.model == model
        if row.metric and row.baseline and row.value
    )


def _address(source: str) -> str:
    """Return where a paper named as arXiv:number can be read."""
    return f"arxiv.org/abs/{source.removeprefix('arXiv:').split()[0]}"


def one_bit_configs() -> dict[str, dict[str, Any]]:
    """Return the shapes of the papers' models, as config.json has them, by the rows' names."""
    configs: dict[str, dict[str, Any]] = _onebit()["configs"]
    return configs


@cache
def peers() -> tuple[PeerSize, ...]:
    """Return BitNet b1.58 2B4T and what its paper compares it with."""
    return tuple(PeerSize(**row) for row in _onebit()["peers"])
