"""What is measured: runtime, model, precision and load, one line each.

The split was fixed before anything was measured: a case belongs to the fit or
to the judgement by the hash of its id. Constants may be fitted on the first
kind only.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from tests.runtimes.bench.shapes import SHAPES, Config

ENCODERS = ("bert", "distilbert")
_LIBRARIES = {"onnxruntime": "onnxruntime", "transformersjs": "transformers", "wllama": "wllama"}
_ENTRIES = {"wasm": "ort.wasm.min.mjs", "webgpu": "ort.webgpu.min.mjs"}
_WHOLE = "ort.min.mjs"  # what `import "onnxruntime-web"` gives: one build for processor and GPU


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing to measure.

    `tokens` go in at once, `generate` come out one by one, `context` is what a
    runtime with a fixed cache is told. Without tokens a model is only loaded: 16-bit
    graphs load on an adapter without `shader-f16` but do not run. `external` keeps weights
    in so many files beside the graph. `last` gives the graph the input that keeps the last
    tokens' logits alone. `threads` above 1 isolates the page, as threads need.
    `whole` takes the package's default build instead of the one for the
    processor alone. `session` is passed to the runtime as it is.
    """

    runtime: str
    shape: str
    precision: str
    tokens: int = 128
    batch: int = 1
    generate: int = 0
    context: int = 0
    external: int = 0
    last: bool = False
    threads: int = 1
    whole: bool = False
    session: tuple[tuple[str, Any], ...] = ()

    @property
    def id(self) -> str:
        """Return a name that says everything the case depends on."""
        parts = [self.runtime, self.shape, self.precision, f"t{self.tokens}"]
        parts += [f"b{self.batch}"] if self.batch > 1 else []
        parts += [f"g{self.generate}"] if self.generate else []
        parts += [f"c{self.context}"] if self.context else []
        parts += [f"external{self.external if self.external > 1 else ''}"] if self.external else []
        parts += ["last"] if self.last else []
        parts += [f"threads{self.threads}"] if self.threads > 1 else []
        parts += ["whole"] if self.whole else []
        parts += [f"{key}={value}" for key, value in self.session]
        return "/".join(parts).lower()

    @property
    def split(self) -> str:
        """Return whether constants may be fitted on the case, or are judged on it."""
        return "judge" if sha256(self.id.encode()).digest()[0] % 2 else "fit"

    @property
    def device(self) -> str:
        """Return what computes: wasm, webgpu or cpu."""
        return self.runtime.partition("-")[2]

    @property
    def library(self) -> str:
        """Return the package under test."""
        return _LIBRARIES[self.runtime.partition("-")[0]]

    @property
    def config(self) -> Config:
        """Return the model's config.json."""
        return SHAPES[self.shape]

    def plan(self, files: list[str]) -> dict[str, Any]:
        """Return what the page is told to do."""
        encodes = self.config["model_type"] in ENCODERS
        auto = (
            "AutoModel"
            if self.config["model_type"] == "bert"
            else "AutoModelForSequenceClassification"
        )
        return {
            **{k: v for k, v in asdict(self).items() if k != "session"},
            "session": dict(self.session),
            "library": self.library,
            "device": self.device,
            "entry": _WHOLE if self.whole else _ENTRIES.get(self.device),
            "auto": auto if encodes else None,
            "vocabulary": self.config["vocab_size"],
            "folder": "/model/case/onnx/" if self.library != "wllama" else "/model/case/",
            "file": files[0],
            "beside": files[1:],
        }


def _onnx(shape: str, precision: str, tokens: int, batch: int = 1, **more: Any) -> Case:
    return Case(
        runtime="onnxruntime-wasm",
        shape=shape,
        precision=precision,
        tokens=tokens,
        batch=batch,
        **more,
    )


def _tjs(shape: str, precision: str, tokens: int, generate: int = 0, **more: Any) -> Case:
    return Case(
        runtime="transformersjs-wasm",
        shape=shape,
        precision=precision,
        tokens=tokens,
        generate=generate,
        **more,
    )


def _gguf(
    shape: str, precision: str, context: int, tokens: int = 64, generate: int = 8, **more: Any
) -> Case:
    return Case(
        runtime="wllama-cpu",
        shape=shape,
        precision=precision,
        context=context,
        tokens=tokens,
        generate=generate,
        **more,
    )


def _gpu(
    runtime: str, shape: str, precision: str, tokens: int, generate: int = 0, **more: Any
) -> Case:
    return Case(
        runtime=f"{runtime}-webgpu",
        shape=shape,
        precision=precision,
        tokens=tokens,
        generate=generate,
        **more,
    )


CASES = (
    _onnx("distilbert", "fp32", 128),
    _gguf("smollm2-135m", "q8_0", 2048, 256, 16),
    _tjs("distilbert", "q8", 128),
    _tjs("llama-30m", "fp32", 128, 32),
    _onnx("distilbert", "fp32", 512),
    _onnx("distilbert", "q8", 512),
    _onnx("distilbert", "fp16", 128),
    _onnx("distilbert", "q4", 128),
    _onnx("distilbert", "q4f16", 128),
    _onnx("minilm-l6", "fp32", 128),
    _onnx("minilm-l6", "fp32", 256, 16),
    _onnx("minilm-l6", "q8", 256),
    _onnx("bge-small", "fp32", 512),
    _onnx("bge-small", "q8", 512, 4),
    _onnx("bert-base", "fp32", 128),
    _onnx("bert-base", "fp32", 256, 8),
    _onnx("bert-base", "q8", 512),
    _onnx("bert-base", "fp16", 128),
    _onnx("bert-base", "q4", 128),
    _onnx("bert-large", "q8", 128),
    _onnx("bert-large", "q4", 128),
    _onnx("distilbert", "fp32", 128, threads=4),
    _onnx("minilm-l6", "q8", 64, whole=True),
    _tjs("minilm-l6", "q8", 64),
    _gguf("llama-30m", "q8_0", 512, 32, 4),
    _onnx("distilbert", "fp32", 512, whole=True),
    _onnx("distilbert", "q8", 512, whole=True),
    _tjs("distilbert", "fp32", 128),
    _tjs("minilm-l6", "fp32", 128),
    _tjs("bert-base", "q8", 512),
    _tjs("bert-base", "fp16", 128),
    _tjs("llama-30m", "q8", 512, 32),
    _tjs("llama-80m", "fp32", 256, 32),
    _gguf("smollm2-135m", "f16", 2048),
    _gguf("llama-30m", "f16", 1024),
    _gguf("llama-220m", "q4_k_m", 4096),
    _gguf("smollm2-360m", "q8_0", 4096),
    _tjs("smollm2-135m", "q8", 64, 16),
    _tjs("llama-80m", "q4", 256, 16),
    _gguf("smollm2-135m", "q4_0", 8192),
    _gguf("llama-80m", "q8_0", 2048),
    _tjs("llama-220m", "q4f16", 32, 8),
    _tjs("llama-220m", "q8", 32, 8),
    _gpu("onnxruntime", "minilm-l6", "fp32", 32),
    _gpu("transformersjs", "llama-30m", "fp32", 16, 4),
    _gguf("llama-220m", "f16", 2048, 32, 4),
    _gguf("smollm2-360m", "f16", 1024, 16, 4),
    _gguf("qwen2.5-0.5b", "f16", 1024, 16, 4),
    _tjs("smollm2-135m", "fp32", 32, 8),
    _gpu("onnxruntime", "distilbert", "fp32", 16),
    _gguf("qwen2.5-0.5b", "q4_0", 2048, 16, 4),
    _tjs("smollm2-360m", "q4", 16, 4, external=1),
    _tjs("smollm2-135m", "q4f16", 32, 4),
    _gpu("onnxruntime", "distilbert", "q8", 16),
    _gguf("llama-220m", "q8_0", 1024),
    _gpu("transformersjs", "llama-80m", "q4", 16, 4),
    _tjs("qwen2.5-0.5b", "q8", 16, 4),
    _gguf("qwen2.5-0.5b", "q8_0", 1024, 16, 4),
    _tjs("smollm2-135m", "q4", 32, 8),
    _tjs("llama-220m", "fp32", 16, 4),
    _gpu("onnxruntime", "bge-small", "fp32", 64),
    _tjs("smollm2-135m", "fp16", 16, 4),
    _gguf(
        "smollm2-135m", "q8_0", 8192, session=(("cache_type_k", "q8_0"), ("cache_type_v", "q8_0"))
    ),
    _gpu("transformersjs", "smollm2-135m", "q4", 16, 4),
    _tjs("smollm2-360m", "q8", 16, 4),
    _gpu("onnxruntime", "distilbert", "q4", 16),
    _gguf("llama-220m", "q4_0", 4096, session=(("n_ubatch", 128),)),
    _tjs("llama-220m", "q4", 32, 8),
    _tjs("qwen2.5-0.5b", "q4f16", 16, 4, external=1),
    _gguf("smollm2-135m", "q8_0", 2048, threads=2),
    _gpu("transformersjs", "smollm2-135m", "fp32", 16, 4),
    _gpu("onnxruntime", "bert-base", "fp32", 16),
    _gpu("transformersjs", "distilbert", "fp32", 16),
    _tjs("llama-80m", "q4", 1024, 16),
    _gpu("transformersjs", "qwen2.5-0.5b", "q4f16", 0),
    _gpu("transformersjs", "qwen2.5-0.5b", "q4f16", 0, external=1),
    _gpu("transformersjs", "llama-3.2-1b", "q4f16", 0),
    _gpu("transformersjs", "llama-3.2-1b", "q4f16", 0, external=2),
    _gpu("transformersjs", "llama-220m", "q4", 16, 4, external=1),
    _tjs("llama-30m", "q4", 1024, 4),
    _tjs("llama-30m", "q4", 1024, 4, last=True),
    _gpu("transformersjs", "llama-30m", "q4", 512, 4),
    _gpu("transformersjs", "llama-30m", "q4", 512, 4, last=True),
)
