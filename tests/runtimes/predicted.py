"""What the estimator says of a measured case.

The bench also runs ONNX Runtime's own builds, to tell the runtime's part from Transformers.js's;
the estimator offers Transformers.js alone, whose build is another.

In: an entry of measured.json. Out: an interval of bytes above an empty page,
or `None` where the estimator has no such question: batches, threads,
caches of another type than its runtimes keep, and graphs of another export than their family's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tabfit import architectures, runtimes
from tabfit.devices.budgets import Pool
from tabfit.recipes.stored_model import Content, Stored
from tabfit.runtimes import Load, Runtime
from tabfit.runtimes.memory.footprint import Footprint
from tabfit.units import Tokens

_POOLS = {"page": Pool.PAGE, "gpu": Pool.GPU}


def asked(entry: dict[str, Any]) -> bool:
    """Return whether an entry is a question the estimator takes."""
    return (
        entry["runtime"] in runtimes.names()
        and entry["batch"] == entry["threads"] == 1
        and not entry["session"]
        and not entry["last"]
    )


def question(entry: dict[str, Any]) -> tuple[Runtime, Load]:
    """Return the runtime and the load that an entry is about."""
    runtime = runtimes.named(entry["runtime"])
    architecture = architectures.read(entry["config"])
    stored = runtime.store(architecture, entry["precision"], None)
    return runtime, Load(
        architecture=architecture,
        stored=_outside(stored, entry["external"]) if entry.get("external") else stored,
        context=Tokens(entry["context"] or entry["tokens"] + entry["generate"]),
        prompt=Tokens(entry["tokens"]),
        emulated="webgpu" in entry["runtime"],
    )


def _outside(stored: Stored, parts: int) -> Stored:
    """Return the same files with their weights in external data, as the case was made."""
    whole = (each for each in stored.files if each.content is Content.WEIGHTS)
    cut = (
        replace(each, name=f"{each.name}_data_{part}", size=each.size.scaled(*(1 / parts,) * 3))
        for each in whole
        for part in range(parts)
    )
    rest = (each for each in stored.files if each.content is not Content.WEIGHTS)
    return replace(stored, files=(*cut, *rest))


def cache_size(entry: dict[str, Any]) -> int | None:
    """Return the predicted cache of an entry."""
    if not asked(entry):
        return None
    runtime, load = question(entry)
    return load.cache(runtime.kept(load)).interval.likely


def predict(entry: dict[str, Any], pool: str) -> tuple[int, int, int] | None:
    """Return the predicted peak of a pool: low, likely, high."""
    if not asked(entry):
        return None
    runtime, load = question(entry)
    peak = Footprint(runtime.phases(load)).peak_in(_POOLS[pool])
    return peak.low, peak.likely, peak.high
