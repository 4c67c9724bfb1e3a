"""Which formulas belong to which runtime."""

from __future__ import annotations

from tabfit.explain.runtime_phases import Phases
from tabfit.explain.streaming_runtimes import (
    ideal_phases,
    litert_phases,
    prompt_api_phases,
    webllm_phases,
)
from tabfit.explain.transformersjs import onnx_phases
from tabfit.explain.wllama import wllama_phases
from tabfit.runtimes import Load, Runtime
from tabfit.runtimes.ideal import Ideal
from tabfit.runtimes.mediapipe import LiteRt
from tabfit.runtimes.transformersjs import TransformersJs
from tabfit.runtimes.webllm import WebLLM
from tabfit.runtimes.wllama import Wllama


def phases(runtime: Runtime, load: Load) -> Phases:
    """Return what a runtime holds, phase by phase, as formulas."""
    match runtime:
        case TransformersJs():
            return onnx_phases(runtime, load)
        case Wllama():
            return wllama_phases(runtime, load)
        case WebLLM():
            return webllm_phases(runtime, load)
        case LiteRt():
            return litert_phases(runtime, load)
        case Ideal():
            return ideal_phases(runtime, load)
    return prompt_api_phases()
