"""LiteRT-LM: the engine of MediaPipe LLM Inference on its own, which holds the file it reads."""

from __future__ import annotations

from functools import partial
from typing import Final

from tabfit.runtimes.mediapipe import LiteRt

RUNTIMES: Final = {"litertlm": partial(LiteRt, "litertlm", holds=True)}
