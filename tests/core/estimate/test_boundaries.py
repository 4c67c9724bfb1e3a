"""What a question is made into, at its edges: choices, builds, widths by name, the JSON's names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tabfit.catalog import Catalog, Publication, PublishedPrecision
from tabfit.catalog.rows import PublishedFile
from tabfit.devices.device import Device, read
from tabfit.errors import UnsupportedCombination
from tabfit.estimate import load_choices, published_files
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.defaults import CONTEXTS, nominal_bits
from tabfit.estimate.runtime_builds import files_on
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.estimate.training_json import training
from tabfit.runtimes import named
from tabfit.runtimes.load_options import read as options
from tabfit.training import Plan, training_memory
from tabfit.units import Bytes

CATALOG: Final = Catalog()
ROOT: Final = Path(__file__).resolve().parents[3]

#: How wide names say that weights are: transformers.js' dtypes, ggml's types, MLC's and LiteRT's.
WIDTHS: Final = (
    ("fp32", 32),
    ("fp16", 16),
    ("bf16", 16),
    ("f32", 32),
    ("f16", 16),
    ("int8", 8),
    ("int4", 4),
    ("uint8", 8),
    ("bnb4", 4),
    ("q8_0", 8),
    ("q4_k_m", 4),
    ("q4f16", 4),
    ("q1f16", 1),
    ("q0f32", 32),
    ("iq2_xxs", 2),
    ("tq1_0", 1),
)


@pytest.mark.parametrize(("name", "bits"), WIDTHS)
def test_how_wide_a_name_says_that_weights_are(name: str, bits: int) -> None:
    """A width is in the name, after what tells floats and whole numbers apart."""
    assert nominal_bits(name) == bits


def test_contexts_double() -> None:
    """From a question of 128 tokens to the 131,072 of long contexts, each twice the one before."""
    assert [int(each) for each in CONTEXTS] == [128 * 2**step for step in range(11)]


def asked(model: str, runtime: str, precision: str | None = None, **said: str) -> Answer:
    """Return the answer where a page tells its runtime something."""
    scenario = Scenario(model=model, runtime=runtime, precision=precision, options=options(said))
    return answer(scenario, CATALOG, Device())


#: A choice of a runtime or model that has it not, and what is said.
REFUSED: Final = (
    ("llama-3.2-1b", "webllm", {"kv": "q8_0"}, "a type for its cache"),
    ("llama-3.2-1b", "webllm", {"gpu_layers": "8"}, "a number of layers"),
    ("llama-3.2-1b", "webllm", {"parallel": "2"}, "a number of conversations"),
    ("llama-3.2-1b", "webllm", {"projector": "on"}, "a projector"),
    ("llama-3.2-1b", "webllm", {"audio": "30s"}, "a length of what it hears"),
    ("llama-3.2-1b", "webllm", {"picture": "640x480"}, "a size of what it sees"),
    ("llama-3.2-1b", "transformersjs-webgpu", {"audio": "30s"}, "does not hear"),
    ("whisper-base", "transformersjs-webgpu", {"picture": "640x480"}, "does not see"),
    ("llama-3.2-1b", "wllama-cpu", {"projector": "on"}, "neither sees nor hears"),
)


@pytest.mark.parametrize(("model", "runtime", "said", "words"), REFUSED)
def test_choices_that_nobody_has(
    model: str, runtime: str, said: dict[str, str], words: str
) -> None:
    """The sentence names the choice, and who has it."""
    with pytest.raises(UnsupportedCombination, match=words):
        asked(model, runtime, **said)


def test_sessions_of_a_precision_each() -> None:
    """Transformers.js loads each session at a precision of its own, WebLLM has no sessions."""
    given = asked("whisper-base", "transformersjs-webgpu", "encoder=fp32,decoder=q4")
    assert given.load.stored.precision == "encoder=fp32,decoder=q4"
    with pytest.raises(UnsupportedCombination, match="a precision for each session"):
        asked("llama-3.2-1b", "webllm", "encoder=fp32,decoder=q4")


#: Who has what a choice is about: Whisper hears, SmolVLM sees, and a projector is for either.
ALLOWED: Final = (
    ("whisper-base", "transformersjs-webgpu", {"audio": "30s"}),
    ("smolvlm-256m", "transformersjs-webgpu", {"picture": "640x480"}),
    ("smolvlm-256m", "wllama-cpu", {"projector": "on"}),
    ("whisper-base", "wllama-cpu", {"projector": "on"}),
    ("llama-3.2-1b", "wllama-webgpu", {"kv": "q8_0", "gpu_layers": "8", "parallel": "2"}),
)


@pytest.mark.parametrize(("model", "runtime", "said"), ALLOWED)
def test_choices_that_models_have(model: str, runtime: str, said: dict[str, str]) -> None:
    """They are offered, and taken without a word."""
    about, facts = subject(model, CATALOG), CATALOG.runtime(runtime)
    load_choices.check(options(said), about, facts, CATALOG)
    assert {*said} <= {*load_choices.offered(about, facts)}


#: Which build of its own code a runtime fetches: browser, what it lacks, and a file of that build
#: (Transformers.js 4.3's backends/onnx.js, wllama 3.13's README on its compat package).
BUILDS: Final[tuple[tuple[str, dict[str, Any], str], ...]] = (
    ("transformersjs-webgpu", {"browser": "safari", "browser_version": 25}, "threaded.wasm"),
    ("transformersjs-webgpu", {"browser": "safari", "browser_version": 26}, "asyncify"),
    ("transformersjs-webgpu", {"browser": "safari"}, "asyncify"),
    ("transformersjs-webgpu", {"browser": "chrome", "browser_version": 25}, "asyncify"),
    ("wllama-cpu", {"browser": "safari", "wasm": {"jspi": False}}, "compat"),
    ("wllama-cpu", {"browser": "chrome", "browser_version": 100}, "compat"),
    ("wllama-cpu", {"browser": "firefox", "wasm": {"jspi": False}}, "index.min.js"),
    ("wllama-cpu", {"browser": "chrome", "browser_version": 150}, "index.min.js"),
)


@pytest.mark.parametrize(("runtime", "signals", "part"), BUILDS)
def test_which_build_a_browser_fetches(runtime: str, signals: dict[str, Any], part: str) -> None:
    """By what it lacks and who made it; without a version nothing speaks for another build."""
    names = [
        each.name
        for each in files_on(CATALOG.runtime(runtime), read({"platform": "macos", **signals}))
    ]
    assert any(part in each for each in names)
    assert any("compat" in each for each in names) is (part == "compat")


def test_training_has_the_parts_that_programs_read() -> None:
    """Those of docs/schema/train.json, each a whole number."""
    about, plan = subject("llama-3.2-1b", CATALOG), Plan()
    found = training(about, plan, training_memory(about.shape, plan))
    parts = ("weights", "gradients", "master_weights", "optimizer_states", "activations")
    schema = json.loads((ROOT / "docs/schema/train.json").read_text(encoding="utf-8"))
    for part in parts:
        assert f"{part}_bytes" in schema["properties"]
        assert isinstance(found[f"{part}_bytes"], int)


# What is published


def published(form: str, precision: str, size: int, *beside: str) -> Publication:
    """Return a repository with one file of a precision and small files beside it."""
    file, *small = (
        PublishedFile(name=each, bytes=Bytes(size), exact=True, source="a listing")
        for each in ("weights", *beside)
    )
    offer = PublishedPrecision(precision=precision, files=(file,))
    return Publication(
        format=form,
        repository="a/b",
        family=None,
        source="a listing",
        common=tuple(small),
        offers={precision: offer},
    )


@pytest.mark.parametrize(
    ("runtime", "form", "any_mix"),
    [
        ("wllama-cpu", "gguf", True),  # llama.cpp reads the types from the file's header
        ("mediapipe", "mediapipe", True),  # a bundle says itself how it is stored
        ("litertlm", "litertlm", True),
        ("transformersjs-wasm", "onnx", False),  # a dtype is part of a file's name (dtypes.js)
        ("webllm", "mlc", False),  # a library is compiled for one quantisation
    ],
)
def test_files_of_mixes_that_nobody_named(runtime: str, form: str, *, any_mix: bool) -> None:
    """Some runtimes load a file of any mix, others the ones that they know by name."""
    found = published_files.loadable(published(form, "odd", 1), CATALOG.runtime(runtime))
    assert found == (("odd",) if any_mix else ())


#: What Transformers.js fetches beside the weights (src/configs.js, tokenizers.js, generation).
BESIDE: Final = ("config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json")


@pytest.mark.parametrize(("form", "fetched"), [("onnx", True), ("mlc", True), ("gguf", False)])
def test_small_files_beside_a_model_that_nobody_described(form: str, *, fetched: bool) -> None:
    """ONNX and MLC come with them, a GGUF holds them inside; a README is fetched by nobody."""
    listed = published(form, "q4", 1000, *BESIDE, "README.md")
    names = {each.name for each in published_files.listed_alone(listed, "q4").files}
    assert names == {"weights", *(BESIDE if fetched else ())}


#: Bits that a weight takes in files of each mix, in llama.cpp's own table (tools/quantize, 8B).
MIXES: Final = {
    "q2_k": 3.16,
    "q3_k_m": 4.0,
    "q4_k_m": 4.89,
    "q5_k_m": 5.7,
    "q6_k": 6.56,
    "q8_0": 8.5,
    "f16": 16.0,
    "f32": 32.0,
}


@pytest.mark.parametrize("mix", MIXES)
def test_a_file_of_no_known_mix_is_like_the_nearest(mix: str) -> None:
    """Llama 3.1 8B's 8,030,261,312 numbers at a width: its tensors are of that mix."""
    about, facts = subject("llama-3.1-8b", CATALOG), CATALOG.runtime("wllama-cpu")
    size = round(8_030_261_312 * MIXES[mix] / 8)
    found = published_files.stored(
        named("wllama-cpu"), facts, about.shape, "odd", published("gguf", "odd", size)
    )
    assert any(f"those of {mix}," in each for each in found.notes)
    assert sum(each.size.likely for each in found.files) == size


def test_a_file_between_two_mixes_is_like_the_commoner() -> None:
    """A file as large as Q4_K_S, 4.67 bits a weight there, is taken for the usual Q4_K_M."""
    about, facts = subject("llama-3.1-8b", CATALOG), CATALOG.runtime("wllama-cpu")
    one = published("gguf", "odd", round(8_030_261_312 * 4.67 / 8))
    found = published_files.stored(named("wllama-cpu"), facts, about.shape, "odd", one)
    assert any("those of q4_k_m," in each for each in found.notes)
