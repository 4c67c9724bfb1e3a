"""What the estimator says of a measured case.

The bench also runs ONNX Runtime's own builds, to tell the runtime's part from Transformers.js's;
the estimator offers Transformers.js alone, whose build is another.

In: an entry of measured.json. Out: an interval of bytes above an empty page,
or `None` where the estimator has no such question: batches, threads, and
caches of another type than its runtimes keep.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tabfit import architectures, runtimes
from tabfit.devices.budgets import Pool
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes import Load, Runtime
from tabfit.runtimes.footprint import Footprint
from tabfit.units import Tokens

_POOLS = {"page": Pool.PAGE, "gpu": Pool.GPU}


def asked(entry: dict[str, Any]) -> bool:
    """Return whether an entry is a question the estimator takes."""
    return (
        entry["runtime"] in runtimes.NAMES
        and entry["batch"] == entry["threads"] == 1
        and not entry["session"]
    )


def _load(entry: dict[str, Any]) -> tuple[Runtime, Load]:
    runtime = runtimes.named(entry["runtime"])
    architecture = architectures.read(entry["config"])
    stored = runtime.store(architecture, entry["precision"], None)
    return runtime, Load(
        architecture=architecture,
        stored=_outside(stored) if entry.get("external") else stored,
        context=Tokens(entry["context"] or entry["tokens"] + entry["generate"]),
        prompt=Tokens(entry["tokens"]),
        emulated="webgpu" in entry["runtime"],
    )


def _outside(stored: Stored) -> Stored:
    """Return the same files with their weights in external data, as the case was made."""
    files = (replace(each, name=f"{each.name}_data") for each in stored.files)
    return replace(stored, files=tuple(files))


def cache_size(entry: dict[str, Any]) -> int | None:
    """Return the predicted cache of an entry."""
    if not asked(entry):
        return None
    runtime, load = _load(entry)
    return load.cache(runtime.kept(load)).interval.likely


def predict(entry: dict[str, Any], pool: str) -> tuple[int, int, int] | None:
    """Return the predicted peak of a pool: low, likely, high."""
    if not asked(entry):
        return None
    runtime, load = _load(entry)
    peak = Footprint(runtime.phases(load)).peak_in(_POOLS[pool])
    return peak.low, peak.likely, peak.high
