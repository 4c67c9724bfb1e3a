"""The command line: an answer and 0, or one line and 2."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tabfit.cli.commands import train
from tabfit.cli.start import main
from tabfit.training import plan_text

CONFIGS = Path(__file__).parents[1] / "data" / "configs"


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """Return the JSON that a command prints."""
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def whole_numbers(value: object, name: str = "") -> bool:
    """Return whether every figure of bytes below `value` is a whole number."""
    if isinstance(value, dict):
        return all(whole_numbers(each, key) for key, each in value.items())
    if isinstance(value, list):
        return all(whole_numbers(each, name) for each in value)
    return not isinstance(value, float) or "bytes" not in name


def test_gemma_2b_is_the_published_download(capsys: pytest.CaptureFixture[str]) -> None:
    """Google's own "1.35 GB" for Gemma 2B int4, and the count transformers gives."""
    found = told(capsys, "estimate", "gemma-2b", "--runtime", "mediapipe", "--precision", "int4")

    assert found["download"]["bytes"] == pytest.approx(1_350_000_000, rel=0.01)
    assert found["download"]["basis"] == "listed"
    assert found["parameters"]["total"] == 2_506_172_416
    assert found["parameters"]["untied"] == 3_030_460_416


def test_distilbert_is_the_published_download(capsys: pytest.CaptureFixture[str]) -> None:
    """The file that Transformers.js fetches for DistilBERT q8 is 67 MB; a tokenizer comes along."""
    found = told(
        capsys, "estimate", "distilbert", "--runtime", "transformersjs-wasm", "--precision", "q8"
    )
    weights = [each for each in found["download"]["files"] if each["content"] == "weights"]

    assert sum(each["bytes"] for each in weights) == pytest.approx(67_000_000, rel=0.01)
    assert found["parameters"]["total"] == 66_955_010
    assert found["cache_bytes"] == 0


def test_llama_in_webllm_is_what_mlc_compiled(capsys: pytest.CaptureFixture[str]) -> None:
    """The compiled library's metadata says 663.0 MiB of weights; its cache is 128 MiB."""
    found = told(
        capsys,
        *("estimate", "llama-3.2-1b", "--runtime", "webllm"),
        *("--precision", "q4f16_1", "--context", "4096"),
    )

    assert found["weights_bytes"] / 2**20 == pytest.approx(663.0, abs=0.1)
    assert found["cache_bytes"] == 128 * 2**20


@pytest.mark.parametrize(
    "words",
    [
        ("gemma-2b",),
        ("distilbert", "--device", "laptop-8gb-integrated"),
        ("gemini-nano", "--device", "macbook-air-m2-16gb"),
        ("whisper-base", "--runtime", "transformersjs-webgpu"),
        ("smollm2-135m", "--runtime", "wllama-cpu", "--precision", "Q8_0", "--context", "2,048"),
        ("llama-3.2-1b", "--runtime", "ideal", "--precision", "onebit"),
    ],
)
def test_an_estimate_has_the_whole_contract(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """Others rely on every key, and on whole numbers of bytes."""
    found = told(capsys, "estimate", *words)

    assert found["schema"] == 1
    assert set(found["scenario"]) == {
        *("model", "runtime", "precision", "context", "prompt", "device"),
        *("kv", "gpu_layers", "parallel", "projector", "audio", "picture"),
    }
    assert {"weights_bytes", "largest_tensor_bytes", "cache_bytes", "workspace_bytes"} <= set(found)
    assert {"bytes", "low", "high", "basis", "runtime_bytes", "files"} <= set(found["download"])
    assert {"page", "gpu", "peak", "phases"} <= set(found["memory"])
    for check in found["checks"]:
        assert {"name", "need", "have", "outcome", "basis", "message"} <= set(check)
    assert {"outcome", "probability", "because", "runner_up", "sentence", "slowly"} == set(
        found["verdict"]
    )
    assert {"tokens_per_second", "basis"} <= set(found["speed"])
    assert found["download"]["bytes"] == sum(each["bytes"] for each in found["download"]["files"])
    assert whole_numbers(found)


@pytest.mark.parametrize(
    ("words", "outcomes"),
    [
        (("distilbert", "--precision", "q8", "--device", "laptop-8gb-integrated"), {"likely"}),
        (("gemma-2b", "--device", "iphone-13"), {"unlikely", "no", "may"}),
        (("gemma-2b", "--device", "iphone-17-pro"), {"unlikely", "no", "may"}),
        (("gemma-2b",), {"unknown"}),  # nobody said how much memory there is
        (("llama-3.1-405b", "--device", "desktop-24gb-gpu"), {"unlikely", "no"}),
    ],
)
def test_verdicts_of_textbook_cases(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], outcomes: set[str]
) -> None:
    """The cases everybody asks first are on the right side."""
    assert told(capsys, "estimate", *words)["verdict"]["outcome"] in outcomes


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("estimate", "nosuch"), "unknown model 'nosuch'"),
        (("estimate", "gemma 2 b", "--runtime", "torch"), "unknown runtime 'torch'"),
        (("estimate", "distilbert", "--runtime", "webllm"), "accepted are: "),
        (("estimate", "gemma-2b", "--precision", "q9"), "'q9'"),
        (("estimate", "gemma-2b", "--context", "many"), "--context is 'many'"),
        (("estimate", "gemma-2b", "--ram", "-4GB"), "--ram is '-4GB'; a size from 1GB"),
        (("estimate", "gemma-2b", "--ran", "-.5GB"), "--ran is '-.5GB'; a size such as"),
        (("estimate", "gemma-2b", "--audio", "-3s"), "--audio is '-3s'; accepted: a time"),
        (("estimate", "gemma-2b", "--ram"), "--ram needs a value; see tabfit estimate --help"),
        (("estimate", "gemma-2b", "--json", "-3"), "--json takes no value; see tabfit estimate"),
        (("estimate", "gemma-2b", "--context", "0"), "--context is '0'"),
        (("estimate", "gemma-2b", "--device", "toaster"), "unknown device 'toaster'"),
        (("estimate", "gemma-2b", "--device-json", "nowhere.json"), "nowhere.json"),
        (("estimate", "nowhere/config.json"), "config.json"),
        (("estimate",), "MODEL"),
        (("juggle",), "juggle"),
        ((), "COMMAND"),
        (("link", "https://example.org/#v=1&model=a&model=b"), "said twice"),
        (("link", "https://example.org/"), "link"),
        (("compare",), "--device"),
    ],
)
def test_what_cannot_be_answered_is_one_line(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    """Exit 2, and one sentence on stderr that says what is accepted; never a traceback."""
    assert main(list(words)) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err


def test_a_device_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A device's signals can be handed in as a file."""
    file = tmp_path / "device.json"
    file.write_text('{"platform": "android", "browser": "chrome", "device_memory": 8}')

    found = told(capsys, "estimate", "distilbert", "--device-json", str(file))

    assert found["verdict"]["outcome"] == "likely"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"ram_bytes": "much"}', '{"colour": 1}'])
def test_a_device_that_cannot_be_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str
) -> None:
    """A broken device file is one sentence as well."""
    file = tmp_path / "device.json"
    file.write_text(text)

    assert main(["estimate", "gemma-2b", "--device-json", str(file)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_config_is_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    """A path to a config.json is answered like a catalogue model."""
    config = CONFIGS / "HuggingFaceTB__SmolLM2-135M.json"

    found = told(capsys, "estimate", str(config), "--runtime", "wllama-cpu", "--precision", "q8_0")

    assert found["parameters"]["total"] == 134_515_008


@pytest.mark.parametrize("kind", ["models", "devices", "runtimes"])
def test_listings(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """Each part of the catalogue is listed with its ids, as text and as JSON."""
    rows = told(capsys, kind)[kind]

    assert main([kind]) == 0
    text = capsys.readouterr().out
    assert all(row["id"] in text for row in rows)


def test_a_link_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    """A shared link says what was chosen."""
    found = told(capsys, "link", "https://example.org/m/gemma-2b/#v=1&model=gemma-2b&context=512")

    assert found["scenario"]["model"] == "gemma-2b"
    assert found["scenario"]["context"] == 512


def test_as_a_module() -> None:
    """`python -m tabfit` is the same command."""
    done = subprocess.run(
        [sys.executable, "-m", "tabfit", "estimate", "nosuch"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "nosuch" in done.stderr


def test_train_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Training's parts are named and add up to its peak; ZeRO's stage and devices are read."""
    found = told(capsys, "train", "gemma-2b", "--zero", "3", "--gpus", "8", "--batch", "2")

    assert sum(each["bytes"] for each in found["components"]) == found["peak_bytes"]
    steady = sum(each["bytes"] for each in found["components"] if each["steady"])
    assert steady == found["steady_bytes"] == 16 * 2_506_172_416 // 8
    assert whole_numbers(found)


def test_train_says_it_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json training is a table, the rules people quote beside it."""
    assert main(["train", "llama-3.2-1b", "--qlora", "--flash", "--recompute", "full"]) == 0
    said = capsys.readouterr().out
    assert "NF4 matrices" in said
    assert "rule: 16 N + 8 B D" in said


def test_train_of_layers_without_a_formula(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no formula is published the peak is null, and a note says why."""
    found = told(capsys, "train", "mamba-130m")
    assert found["peak_bytes"] is None
    assert "no formula is published" in found["notes"][0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["gemini-nano"], "is not disclosed"),
        (["gemma-2b", "--batch", "none"], "whole numbers from 1"),
        (["gemma-2b", "--zero", "4"], "whole numbers from 0 to 3"),
        (["gemma-2b", "--tensor-parallel", "3"], "8 heads do not divide over 3 devices"),
    ],
)
def test_train_refuses(capsys: pytest.CaptureFixture[str], words: list[str], says: str) -> None:
    """What cannot be trained as asked is one line on stderr."""
    assert main(["train", *words]) == 2
    assert says in capsys.readouterr().err


def test_train_offers_every_choice() -> None:
    """The command line has an option for everything a plan can say."""
    assert set(train.CHOICES) == set(plan_text.KEYS)


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints what pip installed, and exits 0."""
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    pyproject = tomllib.loads((CONFIGS.parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    source = (CONFIGS.parents[2] / pyproject["tool"]["hatch"]["version"]["path"]).read_text()

    assert left.value.code == 0
    assert f'"{capsys.readouterr().out.removeprefix("tabfit ").strip()}"' in source


def test_inspect_prints_the_notes_that_its_object_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a reader of the JSON is told, a reader of the text is told too."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"model_type": "bert", "num_hidden_layers": 1}))
    assert main(["inspect", str(path), "--json"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert main(["inspect", str(path)]) == 0

    printed = capsys.readouterr().out.splitlines()
    assert notes
    assert [line.removeprefix("note: ") for line in printed if line.startswith("note: ")] == notes


def test_inspect_names_what_is_no_config(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An adapter's config is refused as what it is, at once and through the whole command."""
    path = tmp_path / "adapter_config.json"
    path.write_text(json.dumps({"peft_type": "LORA", "r": 8}))
    for more in ([], ["--json"]):
        assert main(["inspect", str(path), *more]) == 2
        assert "the config of an adapter, not a model" in capsys.readouterr().err
