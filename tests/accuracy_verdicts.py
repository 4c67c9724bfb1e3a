"""How verdicts compare with people's reports of models that ran or died in a browser.

Each row of `field_reports.csv` is a question: a device as data, a model, a
runtime, a precision and a context. What a report does not say is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from tests.published import table
from willitfit.answers import Answer, Subject, answer, described
from willitfit.catalog import Catalog
from willitfit.device import Device, read
from willitfit.scenario import Scenario
from willitfit.units import GIB, Tokens

#: WebGPU as Safari offers it on phones and Macs.
_PHONE_GPU = {"vendor": "apple", "shader_f16": True, "max_buffer_size": GIB}
_MAC_GPU = {"vendor": "apple", "shader_f16": True, "max_buffer_size": 4 * GIB - 4}
_IPHONE = {"platform": "ios", "browser": "safari", "webgpu": _PHONE_GPU}
_IPAD = {"platform": "ipados", "browser": "safari"}  # iPadOS 18 had no WebGPU yet
_MAC = {"platform": "macos", "webgpu": _MAC_GPU}

#: Ministral 3 3B's decoder (mlc-ai/mlc-llm python/mlc_llm/model/model_preset.py at 79d603f).
_MINISTRAL = {
    "model_type": "ministral3",
    "architectures": ["Ministral3ForCausalLM"],
    "hidden_size": 3072,
    "intermediate_size": 9216,
    "num_hidden_layers": 26,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 131072,
    "tie_word_embeddings": True,
}


def _encoder(layers: int) -> dict[str, Any]:
    """Return a plain encoder of so many layers, in place of one this project does not read."""
    return {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "hidden_size": 1024,
        "num_hidden_layers": layers,
        "num_attention_heads": 8,
        "intermediate_size": 4096,
        "vocab_size": 30522,
        "max_position_embeddings": 2048,
        "type_vocab_size": 2,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a report is about; `model` is a catalogue id or a config."""

    device: str | dict[str, Any]
    model: str | dict[str, Any]
    runtime: str
    precision: str
    note: str = field(default="")


#: The question behind each report, by its device, runtime and model; or why there is none.
QUESTIONS: Final[dict[tuple[str, str, str], Question | str]] = {
    ("iPhone 17 Pro Max", "wllama-webgpu", "Llama-3.2-1B"): Question(
        device="iphone-17-pro", model="llama-3.2-1b", runtime="wllama-webgpu", precision="q2_k"
    ),
    ("iPhone (iOS 26)", "webllm", "SmolLM2-135M"): Question(
        device=_IPHONE, model="smollm2-135m", runtime="webllm", precision="q0f16"
    ),
    ("iPhone (iOS 26)", "webllm", "Qwen2.5-3B"): Question(
        device=_IPHONE, model="qwen2.5-3b", runtime="webllm", precision="q4f16_1"
    ),
    ("iPhone 11 Pro Max", "webllm", "Llama-3.2-1B"): Question(
        device={**_IPHONE, "ram_bytes": 4 * GIB},
        model="llama-3.2-1b",
        runtime="webllm",
        precision="q4f16_1",
    ),
    ("iPad", "transformersjs", "whisper-base"): Question(
        device=_IPAD,
        model="whisper-base",
        runtime="transformersjs-wasm",
        precision="fp32",
        note="the report names fp32 and q4, on the processor",
    ),
    ("iPhone / Android", "tinygrad (streamed)", "Llama-3.2-1B"): (
        "another runtime, on two kinds of phone at once, and it sometimes died"
    ),
    ("iPhone 17 Pro Max", "streamed WebGPU", "gemma-3-1b"): Question(
        device="iphone-17-pro",
        model="gemma-3-1b",
        runtime="mediapipe",
        precision="int8",
        note="another runtime that streams, as MediaPipe does; the same phone died with less above",
    ),
    ("Pixel 6a", "webllm", "TinyLlama-1.1B"): Question(
        device="pixel-6a", model="tinyllama-1.1b", runtime="webllm", precision="q4f16_1"
    ),
    ("Pixel 6a", "webllm", "Phi-3-mini"): Question(
        device="pixel-6a", model="phi-3-mini-4k", runtime="webllm", precision="q4f16_1"
    ),
    ("Pixel 7", "webllm", "RedPajama-3B"): Question(
        device="pixel-7", model="redpajama-3b", runtime="webllm", precision="q4f16_1"
    ),
    ("Laptop AMD 680M", "webllm", "Llama-3.2-3B"): Question(
        device="laptop-16gb-ryzen", model="llama-3.2-3b", runtime="webllm", precision="q4f16_1"
    ),
    ("MacBook M3", "wllama-cpu", "SmolLM3-3B"): Question(
        device="macbook-air-m3-16gb", model="smollm3-3b", runtime="wllama-cpu", precision="q4_k_m"
    ),
    ("MacBook M3", "wllama-cpu", "Ministral-3-3B"): Question(
        device="macbook-air-m3-16gb", model=_MINISTRAL, runtime="wllama-cpu", precision="bf16"
    ),
    ("Mac (Apple silicon)", "transformersjs", "Parakeet encoder"): Question(
        device=_MAC,
        model=_encoder(46),
        runtime="transformersjs-webgpu",
        precision="fp16",
        note="an encoder of as many bytes in Parakeet's place; memory not said",
    ),
    ("Desktop", "onnxruntime-web wasm", "350 MB fp32 model x4"): Question(
        device={"platform": "windows", "browser": "chrome"},
        model=_encoder(26),
        runtime="transformersjs-wasm",
        precision="fp32",
        note="one encoder of as many bytes in place of four; memory not said",
    ),
    ("iPhone (several)", "transformersjs wasm", "Whisper"): Question(
        device=_IPHONE,
        model="whisper-tiny.en",
        runtime="transformersjs-wasm",
        precision="q8",
        note="JetStream 3 runs whisper-tiny.en; ended often, not always",
    ),
}


@dataclass(frozen=True, slots=True)
class Report:
    """A report and what this project says of it."""

    row: dict[str, str]
    question: Question
    said: Answer

    @property
    def ran(self) -> bool:
        """Return whether the model ran."""
        return self.row["outcome"] == "runs"

    @property
    def probability(self) -> float | None:
        """Return the chance that was given, `None` where nothing could be told."""
        return self.said.verdict.probability

    @property
    def right(self) -> bool | None:
        """Return whether the chance lies on the report's side of a half."""
        return None if self.probability is None else (self.probability >= 0.5) is self.ran

    @property
    def name(self) -> str:
        """Return the report in a few words."""
        return f"{self.row['device']}, {self.row['model']} {self.row['precision']}"


def _device(question: Question, row: dict[str, str], catalog: Catalog) -> Device:
    if isinstance(question.device, str):
        return read(catalog.device(question.device).device)
    return read({"browser": row["browser"].split()[0].lower(), **question.device})


def _about(model: str | dict[str, Any], row: dict[str, str]) -> Subject | None:
    return None if isinstance(model, str) else described(model, name=row["model"])


@cache
def reports() -> tuple[Report, ...]:
    """Return every report that is a question, with its answer."""
    return tuple(_asked())


def _asked() -> Iterator[Report]:
    catalog = Catalog()
    for row in table("field_reports.csv"):
        question = QUESTIONS[row["device"], row["runtime"], row["model"]]
        if isinstance(question, str):
            continue
        scenario = Scenario(
            model=row["model"] if isinstance(question.model, dict) else question.model,
            runtime=question.runtime,
            precision=question.precision,
            context=Tokens(int(row["context"])) if row["context"] else None,
        )
        here = _device(question, row, catalog)
        yield Report(row, question, answer(scenario, catalog, here, _about(question.model, row)))


def left_out() -> tuple[tuple[str, str], ...]:
    """Return the reports that are no question, with the reason."""
    rows = table("field_reports.csv")
    asked = ((row, QUESTIONS[row["device"], row["runtime"], row["model"]]) for row in rows)
    return tuple((f"{r['device']}, {r['model']}", why) for r, why in asked if isinstance(why, str))


def told() -> list[Report]:
    """Return the reports whose chance could be told."""
    return [report for report in reports() if report.probability is not None]


def right_share() -> float:
    """Return the share of told reports on the right side of a half."""
    return sum(report.right is True for report in told()) / len(told())


def brier_score() -> float:
    """Return the mean square of chance less outcome: 0 is perfect, 0.25 says nothing."""
    squares = ((report.probability or 0.0) - report.ran for report in told())
    return sum(square**2 for square in squares) / len(told())
