"""What a hub lists is what is on offer: listed sizes win, and only what is there can be chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gguf")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

from gguf import GGUFReader

from tabfit.catalog import Catalog
from tabfit.cli.command_line import main
from tabfit.devices.device import Device
from tabfit.errors import NotAModel, UnreadableConfig
from tabfit.estimate import answers, defaults, imported_model
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.sources import read_source
from tabfit.units import Basis
from tools import fake_hub as fake
from tools import sample_files
from tools.fake_hub_models import Repository, repositories

HELD = repositories()


def found(name: str, address: str) -> Subject:
    """Return the model that lies under a name of the fake hub."""
    return imported_model.subject(read_source.find(name, address)[0], Catalog())


@contextmanager
def holding(files: Mapping[str, bytes], name: str = "made/one") -> Iterator[str]:
    """Run a hub with one repository of these files."""
    with fake.running({name: Repository(files=files)}) as (address, _state):
        yield address


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Run the fake hub while this file's tests run."""
    with fake.running() as (served, _state):
        yield served


def offered(about: Subject) -> dict[str, tuple[str, ...]]:
    """Return the precisions on offer under every runtime that has the model."""
    catalog = Catalog()
    every = defaults.runtimes_of(about, catalog)
    real = (facts for facts in every if not facts.hypothetical)
    return {facts.id: defaults.precisions_of(about, facts) for facts in real}


def answered(about: Subject, **chosen: Any) -> answers.Answer:
    """Return the answer for a model on a device of which nothing is known."""
    return answers.answer(Scenario(model=about.id, **chosen), Catalog(), Device(), about)


@pytest.mark.parametrize(
    ("name", "runtimes", "precisions"),
    [
        ("made/tiny-llama-GGUF", {"wllama-cpu", "wllama-webgpu"}, {"q4_k_m", "q8_0", "f16"}),
        (
            "made/tiny-llama-ONNX",
            {"transformersjs-wasm", "transformersjs-webgpu"},
            {"fp32", "fp16", "q8"},
        ),
        ("made/tiny-llama-q4f16_1-MLC", {"webllm"}, {"q4f16_1"}),
    ],
)
def test_only_what_lies_there_is_on_offer(
    name: str, runtimes: set[str], precisions: set[str], address: str
) -> None:
    """A repository's runtimes are those that load its files, its precisions those of the files."""
    every = offered(found(name, address))
    assert every.keys() == runtimes
    assert all(set(each) == precisions for each in every.values())


@pytest.mark.parametrize(
    ("name", "runtime", "precision", "files"),
    [
        ("made/tiny-llama-GGUF", "wllama-cpu", "q8_0", ["tiny-llama-Q8_0.gguf"]),
        ("made/tiny-llama-ONNX", "transformersjs-wasm", "fp16", ["onnx/model_fp16.onnx"]),
        (
            "made/tiny-llama-ONNX",
            "transformersjs-wasm",
            "fp32",
            ["onnx/model.onnx", "onnx/model.onnx_data"],
        ),
        ("made/tiny-llama-q4f16_1-MLC", "webllm", "q4f16_1", ["params_shard_0.bin"]),
    ],
)
def test_listed_sizes_win(
    name: str, runtime: str, precision: str, files: list[str], address: str
) -> None:
    """The download is what the hub lists, to the byte, and says so."""
    answer = answered(found(name, address), runtime=runtime, precision=precision)
    listed = {each.name: each.size.likely for each in answer.stored.files}
    assert answer.download_basis is Basis.LISTED
    for file in files:
        assert listed[file] == len(HELD[name].files[file])


def test_a_header_that_was_read_counts_byte_by_byte(address: str, tmp_path: Path) -> None:
    """A GGUF file's own tensors replace computed ones: the sum that the gguf package reads."""
    name = "tiny-llama-Q8_0.gguf"
    path = tmp_path / name
    path.write_bytes(HELD["made/tiny-llama-GGUF"].files[name])
    answer = answered(found(f"hf:made/tiny-llama-GGUF/{name}", address), runtime="wllama-cpu")
    held = GGUFReader(path).tensors
    assert answer.stored.weights_bytes == sum(int(each.n_bytes) for each in held)
    assert answer.scenario.precision == "q8_0"


def test_safetensors_alone_are_computed_as_converted(address: str) -> None:
    """What no browser loads as it lies there is answered for its conversions, and says so."""
    about = found("made/tiny-llama", address)
    answer = answered(about)
    assert answer.facts.id != "ideal"
    assert answer.download_basis is Basis.COMPUTED
    assert any("safetensors alone" in note for note in answer.notes)
    whole = answered(about, runtime="ideal", precision="fp32")
    assert whole.download_basis is Basis.LISTED
    assert whole.download.likely == len(HELD["made/tiny-llama"].files["model.safetensors"])


def test_mixes_of_their_own_are_on_offer_at_their_size() -> None:
    """A mix without a known name, and a second file of one precision, are told by their names."""
    files = {
        "a-UD-Q4_K_XL.gguf": sample_files.gguf_file(kind="Q4_K"),
        "a-Q4_K_M.gguf": sample_files.gguf_file(kind="Q4_K"),
        "b-Q4_K_M.gguf": sample_files.gguf_file(kind="Q8_0"),
        "config.json": sample_files.as_json(sample_files.LLAMA),
    }
    with holding(files) as address:
        about = found("made/one", address)
    assert set(offered(about)["wllama-cpu"]) == {"ud-q4_k_xl", "q4_k_m", "b-Q4_K_M"}
    own = answered(about, runtime="wllama-cpu", precision="b-Q4_K_M")
    assert own.download.likely == len(files["b-Q4_K_M.gguf"])
    assert own.stored.weights_bytes == pytest.approx(own.download.likely, rel=0.2)
    assert any("names no mix known here" in note for note in own.notes)


def test_a_mix_that_one_runtime_lacks_is_not_offered_there() -> None:
    """TQ1_0 has no kernels on WebGPU: there it is not on offer."""
    files = {
        "a-TQ1_0.gguf": sample_files.gguf_file(kind="Q4_K"),
        "config.json": sample_files.as_json(sample_files.LLAMA),
    }
    with holding(files) as address:
        assert offered(found("made/one", address)) == {"wllama-cpu": ("tq1_0",)}


def test_a_family_without_a_recipe_is_answered_by_its_own_tensors() -> None:
    """A GGUF file is there to be loaded even where its making is not known here."""
    config = sample_files.LLAMA | {"model_type": "no_such_family"}
    files = {
        "a-Q8_0.gguf": sample_files.gguf_file(kind="Q8_0"),
        "config.json": sample_files.as_json(config),
    }
    with holding(files) as address:
        answer = answered(found("made/one", address), runtime="wllama-cpu")
    assert answer.download.likely == len(files["a-Q8_0.gguf"])


def test_a_bundle_takes_its_shape_from_the_catalogue() -> None:
    """Repositories of .task files carry no config.json; the model's name says what it is."""
    files = {"gemma3-1b-it-int4.task": bytes(9)}
    with holding(files, "made/gemma3-1b-it") as address:
        about = found("made/gemma3-1b-it", address)
    assert answered(about).facts.id == "mediapipe"
    assert answered(about).download.likely == 9
    assert any("shape is taken from Gemma 3 1B" in note for note in about.notes)


def test_nothing_that_tells_the_shape_is_said_so(address: str) -> None:
    """Without a config, and with files that name none, there is one sentence."""
    with pytest.raises(UnreadableConfig, match=r"tells no shape.*give a config\.json"):
        found("made/no-config", address)
    assert any(
        "as a config.json would" in n for n in found("made/tiny-llama-LiteRT", address).notes
    )


# The commands


def test_estimate_takes_a_hub_id(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The object names the hub's model and the listed files."""
    monkeypatch.setenv("HF_ENDPOINT", address)
    assert main(["estimate", "made/tiny-llama-GGUF", "--device", "iphone-13", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["scenario"]["model"] == "hf:made/tiny-llama-GGUF"
    assert told["download"]["basis"] == "listed"
    assert told["download"]["files"][0]["name"].endswith(".gguf")


def test_need_takes_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder on this machine is a model like any other."""
    for path, data in HELD["made/tiny-llama-ONNX"].files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    words = ["need", str(tmp_path), "--runtime", "transformersjs-wasm", "--precision", "q8"]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["scenario"]["precision"] == "q8"
    quantised = HELD["made/tiny-llama-ONNX"].files["onnx/model_quantized.onnx"]
    assert told["storage_bytes"] >= len(quantised)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("faults/gated", "is gated"),
        ("faults/none", "does not exist on 127.0.0.1"),
        ("hf:faults/empty", "is empty"),
        ("faults/huge", "too many to read"),
        ("made/no-config", "tells no shape"),
        ("./no-such.gguf", "No such file"),
        ("no-such-model", "unknown model"),
        (
            "https://example.com/model.bin",
            "only .safetensors, .gguf, .onnx, .task, .litertlm and .json are read",
        ),
        ("hf:", "accepted are owner/name"),
    ],
)
def test_what_cannot_be_estimated_is_one_line(
    name: str,
    sentence: str,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit 2 and one line that says what is wrong."""
    monkeypatch.setenv("HF_ENDPOINT", address)
    assert main(["estimate", name]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_a_repository_of_an_adapter_is_named_as_one() -> None:
    """A hub's adapter, with or without its base's config, is not the model it adapts."""
    lora = {f"m.layers.0.q_proj.lora_{end}.weight": (8, 64) for end in "AB"}
    files = {
        "adapter_config.json": sample_files.as_json({"peft_type": "LORA"}),
        "adapter_model.safetensors": sample_files.safetensors_file(lora),
    }
    for beside in ({}, {"config.json": sample_files.as_json(sample_files.LLAMA)}):
        with (
            holding({**files, **beside}) as address,
            pytest.raises(NotAModel, match=r"an adapter \(LoRA\)"),
        ):
            found("made/one", address)
