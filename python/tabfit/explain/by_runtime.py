"""Which formulas belong to which runtime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tabfit.explain.runtime_phases import Phases
from tabfit.explain.streaming_runtimes import (
    files_phases,
    ideal_phases,
    litert_phases,
    prompt_api_phases,
    webllm_phases,
)
from tabfit.explain.transformersjs import onnx_phases
from tabfit.explain.wllama import wllama_phases
from tabfit.runtimes import FilesAlone, Load, Runtime
from tabfit.runtimes.ideal import Ideal
from tabfit.runtimes.mediapipe import LiteRt
from tabfit.runtimes.transformersjs import TransformersJs
from tabfit.runtimes.webllm import WebLLM
from tabfit.runtimes.wllama import Wllama

_FORMULAS: Final[Mapping[type, Callable[[Any, Load], Phases]]] = {
    TransformersJs: onnx_phases,
    Wllama: wllama_phases,
    WebLLM: webllm_phases,
    LiteRt: litert_phases,
    Ideal: ideal_phases,
    FilesAlone: files_phases,
}


def phases(runtime: Runtime, load: Load) -> Phases:
    """Return what a runtime holds, phase by phase, as formulas."""
    formulas = _FORMULAS.get(type(runtime))
    return prompt_api_phases() if formulas is None else formulas(runtime, load)
