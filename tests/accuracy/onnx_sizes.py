"""How near predicted ONNX files come to published ones: rows for the accuracy table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tabfit.architectures import read
from tabfit.errors import UnsupportedArchitecture
from tabfit.model.architecture import Architecture
from tabfit.recipes.onnx import sessions
from tabfit.recipes.onnx.exports import exports_of
from tabfit.units import Interval

DATA = Path(__file__).parents[1] / "data"


class Row(NamedTuple):
    """One published file against its prediction; `error` is the likely value's, as a share."""

    model: str
    recipe: str
    low: int
    likely: int
    high: int
    truth: int
    error: float
    inside: bool


def architecture_of(config: str | dict[str, Any]) -> Architecture:
    """Return the architecture of a config given by name or in full."""
    if isinstance(config, str):
        return _read((DATA / "configs" / f"{config}.json").read_text())
    return _read(json.dumps(config))


@cache
def _read(text: str) -> Architecture:
    return read(json.loads(text))


def is_guessed(architecture: Architecture) -> bool:
    """Return whether the model's type is not read, only taken for a Llama."""
    return any("assumed Llama-like" in note for note in architecture.notes)


def usable() -> list[dict[str, Any]]:
    """Return the published rows that say something about a file."""
    every = json.loads((DATA / "onnx" / "published.json").read_text())["rows"]
    return [row for row in every if "unusable" not in row]


def session_of(architecture: Architecture, name: str) -> sessions.Session | None:
    """Return a session by name, those of older exports included."""
    every = {session.name: session for session in sessions.sessions_of(architecture)}
    older = {session.name: session for session in sessions.older_sessions(architecture)}
    return every.get(name) or older.get(name)


def predicted(row: dict[str, Any], family: str | None) -> Interval | None:
    """Return the predicted bytes of a row's session, `None` for models not read yet."""
    try:
        architecture = architecture_of(row["config"])
    except (UnsupportedArchitecture, FileNotFoundError):
        return None
    session = session_of(architecture, row["session"])
    if session is None or is_guessed(architecture):
        return None
    exports = exports_of(architecture, family)
    _, dtype = sessions.dtype_of(row["dtype"])
    candidates = sessions.candidates_of(session, architecture, dtype, exports)
    size = sessions.session_size(candidates)
    return _without_graph(size, candidates) if _external_alone(row) else size


def _external_alone(row: dict[str, Any]) -> bool:
    """Return whether a row lists external data only, without the graph beside it."""
    return bool(row["files"]) and all(".onnx_data" in name for name in row["files"])


def _without_graph(size: Interval, candidates: Sequence[sessions.Candidate]) -> Interval:
    """Return the bytes of weights alone; a small tensor may lie in the graph's file instead."""
    data = [candidate.data for candidate in candidates]
    graph = size.likely - data[0]
    return Interval(min(data) - max(graph, 0), data[0], max(data))


def rows(*, family_known: bool) -> Iterator[Row]:
    """Yield a row for each usable published file, with or without its kind of export."""
    for row in usable():
        size = predicted(row, row["family"] if family_known else None)
        if size is None:
            continue
        truth, slack = row["bytes"], row["tolerance"]
        recipe = f"{row['session']} {row['dtype']}" + (
            f" ({row['family']})" if family_known else ""
        )
        inside = size.low - slack <= truth <= size.high + slack
        error = size.likely / truth - 1
        yield Row(row["model"], recipe, size.low, size.likely, size.high, truth, error, inside)
