"""How near predicted ONNX files come to published ones: rows for the accuracy table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tabfit.architectures import read
from tabfit.catalog import Catalog
from tabfit.errors import UnsupportedArchitecture
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture
from tabfit.recipes.onnx import files, sessions
from tabfit.recipes.onnx.export_families import ExportFamily, exports_of
from tabfit.units import Interval, exactly
from tests.accuracy.onnx_unloaded_sessions import older_sessions, sessions_apart

DATA = Path(__file__).parents[1] / "data"
OF_CATALOG = "catalog:"


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
    """Return the architecture of a config given by name or in full.

    `catalog:ID` is the config of that row of the catalogue; `catalog` among a config's keys
    names the row that the other keys change.
    """
    if isinstance(config, str) and not config.startswith(OF_CATALOG):
        return _read((DATA / "configs" / f"{config}.json").read_text())
    return _read(json.dumps(_of_catalog(config)))


def _of_catalog(config: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(config, str):
        config = {"catalog": config.removeprefix(OF_CATALOG)}
    if "catalog" not in config:
        return config
    row = Catalog().model(config["catalog"])
    changes = {key: value for key, value in config.items() if key != "catalog"}
    return {**dict(row.config or {}), **changes}


@cache
def _read(text: str) -> Architecture:
    return read(json.loads(text))


def is_guessed(architecture: Architecture) -> bool:
    """Return whether the model's type is not read, only taken for a Llama."""
    return any("assumed Llama-like" in note for note in architecture.notes)


def usable() -> list[dict[str, Any]]:
    """Return the published rows that say something about a file.

    Those of `collected.json` that have no family are of models that the recipe does not lay out.
    """
    published, collected = (
        json.loads((DATA / "onnx" / f"{name}.json").read_text())
        for name in ("published", "collected")
    )
    every = [*published["rows"], *(row for batch in collected["batches"] for row in batch["rows"])]
    return [row for row in every if "unusable" not in row and "family" in row]


def session_of(architecture: Architecture, name: str) -> sessions.Session | None:
    """Return a session by name, those of older exports and of one side of two included."""
    kinds = (sessions.sessions_of, older_sessions, sessions_apart)
    every = (session for kind in kinds for session in kind(architecture))
    return next((session for session in every if session.name == name), None)


class Withheld(NamedTuple):
    """What a prediction is not told: the kind of export, the model's type, or one kind of all.

    Without the type every rule that names it is withheld, as for a type that nobody has
    seen exported; without a kind, as if no tool of that kind were known.
    """

    kind: bool = True
    type: bool = False
    family: ExportFamily | None = None


def predicted(row: dict[str, Any], withheld: Withheld) -> Interval | None:
    """Return the predicted bytes of a row's sessions, `None` for models not read yet."""
    try:
        architecture = architecture_of(row["config"])
    except (UnsupportedArchitecture, FileNotFoundError):
        return None
    found = [session_of(architecture, name) for name in row["sessions"]]
    if is_guessed(architecture) or None in found:
        return None
    if withheld.type:
        architecture = replace(architecture, family=f"unseen {architecture.kind}")
    every = exports_of(architecture, None if withheld.kind else row["family"])
    exports = tuple(each for each in every if each.family is not withheld.family) or every
    _, dtype = files.dtype_of(row["dtype"])
    size = exactly(0)
    for session in filter(None, found):
        candidates = files.candidates_of(session, architecture, dtype, exports)
        one = files.session_size(candidates)
        size += _without_graph(one, candidates) if _external_alone(row) else one
    return size


def _external_alone(row: dict[str, Any]) -> bool:
    """Return whether a row lists external data only, without the graph beside it."""
    return bool(row["files"]) and all(".onnx_data" in name for name in row["files"])


def _without_graph(size: Interval, candidates: Sequence[files.Candidate]) -> Interval:
    """Return the bytes of weights alone; a small tensor may lie in the graph's file instead."""
    data = [candidate.data for candidate in candidates]
    graph = size.likely - data[0]
    padded = max(candidate.data + candidate.padding for candidate in candidates)
    return Interval(min(data) - max(graph, 0), data[0], padded)


def rows(withheld: Withheld) -> Iterator[Row]:
    """Yield a row for each usable published file.

    Where one kind of export is withheld, the rows are those of files of that kind.
    """
    for row in usable():
        if withheld.family not in (None, row["family"]):
            continue
        size = predicted(row, withheld)
        if size is not None:
            yield _compared(row, size, with_family=not withheld.kind)


def _compared(row: dict[str, Any], size: Interval, *, with_family: bool) -> Row:
    truth, slack = row["bytes"], row["tolerance"]
    recipe = f"{'+'.join(row['sessions'])} {row['dtype']}"
    recipe += f" ({row['family']})" if with_family else ""
    inside = size.low - slack <= truth <= size.high + slack
    error = size.likely / truth - 1
    return Row(row["repository"], recipe, size.low, size.likely, size.high, truth, error, inside)


KNOWN = Withheld(kind=False)
UNKNOWN = Withheld()
UNSEEN = Withheld(type=True)
