"""Which formulas belong to which runtime."""

from __future__ import annotations

from willitfit.explain.held import Phases
from willitfit.explain.llama import wllama_phases
from willitfit.explain.onnx import onnx_phases
from willitfit.explain.streamed import (
    ideal_phases,
    litert_phases,
    prompt_api_phases,
    webllm_phases,
)
from willitfit.runtimes import Load, Runtime
from willitfit.runtimes.ideal import Ideal
from willitfit.runtimes.mediapipe import LiteRt
from willitfit.runtimes.onnx_web import TransformersJs
from willitfit.runtimes.webllm import WebLLM
from willitfit.runtimes.wllama import Wllama


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
