"""Files beside a model, or of a kind not read: each is named, and the way to an answer with it."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import gguf
import pytest

from tabfit.catalog import read as read_catalog
from tabfit.cli import model_arguments
from tabfit.cli.start import main
from tabfit.devices.device import Device
from tabfit.errors import NotAModel, TabfitError
from tabfit.estimate.answers import answer
from tabfit.estimate.defaults import runtimes_of
from tabfit.estimate.scenario import Scenario
from tabfit.headers.gguf.gguf_config import _TYPES
from tabfit.sources import read_source
from tests.core.headers.test_litert import ROWS
from tools import sample_files

ARCHITECTURES = json.loads(
    (Path(__file__).parents[2] / "data" / "gguf" / "architectures.json").read_text("utf-8")
)["names"]
BERT = {
    "model_type": "bert",
    "architectures": ["BertModel"],
    "hidden_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 96,
    "vocab_size": 100,
}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pytorch_model.bin", "is a pickle of PyTorch’s, which only running it would read; give"),
        ("model.pt", "is a pickle"),
        ("model.pte", "is made for a runtime that no browser has; give the model’s config.json"),
        ("model.h5", "a library whose files are not read here; give the model’s config.json"),
        ("model.zip", "is an archive; unpack it and give the folder"),
        ("notes.md", "is not .safetensors, .gguf, .onnx, .tflite, .task, .litertlm or a config"),
        ("tokenizer.json", "is a tokenizer, not a model; give the model it belongs to"),
        ("generation_config.json", "is the settings of a model’s text generation, not a model"),
        ("ndarray-cache.json", "is an index of shards, not a model; give the model it belongs to"),
        ("modules.json", "is a file of sentence-transformers that lies beside a model"),
        ("adapter_config.json", "is the config of an adapter, not a model"),
    ],
)
@pytest.mark.parametrize("command", ["inspect", "estimate"])
def test_what_is_no_model_is_named_with_the_way(
    command: str, name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, exit 2, and nothing of the file is read."""
    path = tmp_path / name
    path.write_bytes(b"[]" if name.endswith(".json") else b"\x80\x02}q\x00.")

    assert main([command, str(path)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("command", ["inspect", "estimate"])
def test_a_config_is_read_as_editors_and_shells_write_it(
    command: str,
    encoding: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With a mark before it, or in 16 bits: every command reads the same."""
    monkeypatch.chdir(tmp_path)  # a long path would break the first line
    Path("config.json").write_text(json.dumps(BERT), encoding=encoding)

    assert main([command, "config.json"]) == 0
    assert "ert" in capsys.readouterr().out.splitlines()[0]


def test_a_model_is_called_by_the_type_that_its_config_says(tmp_path: Path) -> None:
    """Though it is read as another's: an answer is about *that* model, and says so in its title."""
    path = tmp_path / "config.json"
    told = {"model_type": "kimi_k2", "num_hidden_layers": 2, "n_routed_experts": 8, "n_group": 1}
    path.write_text(json.dumps({**told, "topk_group": 1}), encoding="utf-8")

    assert model_arguments.subject(str(path), read_catalog()).name == "kimi_k2"


def test_an_adapter_is_named_and_its_architecture_is_not_said_to_be_unread(tmp_path: Path) -> None:
    """The note on what it is stands alone."""
    path = tmp_path / "lora.gguf"
    kind = gguf.GGUFValueType.STRING
    shapes = {"blk.0.attn_q.weight.lora_a": (8, 256)}
    path.write_bytes(
        sample_files.gguf_file(shapes, "F16", extra=[("general.type", "adapter", kind, None)])
    )

    assert read_source.inspect(str(path))["notes"] == ["it is an adapter (LoRA), not a model"]


def test_a_package_of_core_ml_is_named_though_it_is_a_folder(tmp_path: Path) -> None:
    """Its manifest is no config.json."""
    folder = tmp_path / "model.mlpackage"
    folder.mkdir()
    (folder / "Manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(TabfitError, match="is made for a runtime that no browser has"):
        read_source.inspect(str(folder))


def test_an_older_folder_of_sentence_transformers_is_read_as_its_encoder(tmp_path: Path) -> None:
    """The config lies one folder down, beside a list of modules."""
    (tmp_path / "0_Transformer").mkdir()
    (tmp_path / "modules.json").write_text("[]", encoding="utf-8")
    inner = tmp_path / "0_Transformer" / "config.json"
    inner.write_text(json.dumps(BERT), encoding="utf-8")

    assert read_source.inspect(str(tmp_path))["architecture"] == "BertModel"


def test_a_gguf_whose_architecture_is_not_read_says_so_by_name(tmp_path: Path) -> None:
    """Its tensors are listed all the same."""
    path = tmp_path / "some.gguf"
    path.write_bytes(sample_files.gguf_file().replace(b"llama", b"grokk"))
    found = read_source.inspect(str(path))

    assert found["parameters"]["total"] > 0
    assert (
        "its architecture, 'grokk', is not read here: its tensors are as listed" in found["notes"]
    )


def test_every_architecture_of_llama_cpp_is_read_or_named(tmp_path: Path) -> None:
    """Of the names llama.cpp knows, those with a type of ours are read; the others are named."""
    assert set(_TYPES) <= set(ARCHITECTURES)
    for name in ARCHITECTURES:
        path = tmp_path / f"{name}.gguf"
        path.write_bytes(sample_files.gguf_file(architecture=name))
        found = read_source.inspect(str(path))
        named = f"its architecture, '{name}', is not read here: its tensors are as listed"

        assert found["parameters"]["total"] > 0
        unread = named in found["notes"] or any("not a model" in note for note in found["notes"])
        assert unread == (name not in _TYPES), name
        told = found.get("architecture") or any(
            "the config cannot be read: " in note for note in found["notes"]
        )
        assert bool(told) == (name in _TYPES), name


def test_a_lone_graph_is_inspected_and_a_bundle_is_answered(tmp_path: Path) -> None:
    """No runtime here loads a .tflite; what holds several is as large as its file."""
    for row in ROWS:
        (tmp_path / row["name"]).write_bytes(base64.b64decode(row["data"]))
    graph, bundle = tmp_path / "made-0.tflite", tmp_path / "one.litertlm"

    assert read_source.inspect(str(graph))["kind"] == "tflite"
    with pytest.raises(NotAModel, match="a graph of LiteRT that no runtime here loads by itself"):
        model_arguments.subject(str(graph), read_catalog())
    about = model_arguments.subject(str(bundle), read_catalog())
    offers = about.published[0].offers
    assert [sum(file.bytes for file in each.files) for each in offers.values()] == [
        bundle.stat().st_size
    ]


def test_a_config_of_mlcs_own_is_answered_by_the_runtime_it_is_made_for(tmp_path: Path) -> None:
    """WebLLM loads it at the precision it names; no other runtime loads MLC's files."""
    inner = {
        key: value for key, value in BERT.items() if key not in ("model_type", "architectures")
    }
    chat = {"model_type": "llama", "quantization": "q4f16_1", "model_config": inner}
    path = tmp_path / "mlc-chat-config.json"
    path.write_text(json.dumps(chat), encoding="utf-8")
    catalog = read_catalog()
    about = model_arguments.subject(str(path), catalog)
    given = answer(Scenario(model=about.id), catalog, Device(), about)

    assert [facts.id for facts in runtimes_of(about, catalog)] == ["webllm", "ideal"]
    assert (given.facts.id, given.scenario.precision) == ("webllm", "q4f16_1")
