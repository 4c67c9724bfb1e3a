"""What the estimator says of a measured case.

In: an entry of measured.json. Out: an interval of bytes above an empty page,
or `None` where the estimator has no such question: batches, threads, and
caches of another type than its runtimes keep.
"""

from __future__ import annotations

from typing import Any

from willitfit import config, runtimes
from willitfit.budgets import Pool
from willitfit.footprint import Footprint
from willitfit.runtimes import Load, Runtime
from willitfit.units import Tokens

_POOLS = {"page": Pool.PAGE, "gpu": Pool.GPU}
#: ONNX Runtime's default build is the one Transformers.js brings; the build for the
#: processor alone is another runtime, which the estimator does not offer.
_RUNTIMES = {
    "onnxruntime-wasm": "transformersjs-wasm",
    "onnxruntime-webgpu": "transformersjs-webgpu",
}


def asked(entry: dict[str, Any]) -> bool:
    """Return whether an entry is a question the estimator takes."""
    usual = entry["batch"] == 1 and entry["threads"] == 1 and not entry["session"]
    return usual and (entry["runtime"] != "onnxruntime-wasm" or entry.get("whole", False))


def _load(entry: dict[str, Any]) -> tuple[Runtime, Load]:
    runtime = runtimes.named(_RUNTIMES.get(entry["runtime"], entry["runtime"]))
    architecture = config.read(entry["config"])
    return runtime, Load(
        architecture=architecture,
        stored=runtime.store(architecture, entry["precision"], None),
        context=Tokens(entry["context"] or entry["tokens"] + entry["generate"]),
    )


def cache_size(entry: dict[str, Any]) -> int | None:
    """Return the predicted cache of an entry."""
    if not asked(entry):
        return None
    runtime, load = _load(entry)
    return load.cache(runtime.kept(load))


def predict(entry: dict[str, Any], pool: str) -> tuple[int, int, int] | None:
    """Return the predicted peak of a pool: low, likely, high."""
    if not asked(entry):
        return None
    runtime, load = _load(entry)
    peak = Footprint(runtime.phases(load)).peak_in(_POOLS[pool])
    return peak.low, peak.likely, peak.high
