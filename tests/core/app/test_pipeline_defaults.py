"""What the pipelines of Transformers.js load by default is answered, each under its own name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gguf")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

from app.respond import respond
from tabfit.cli.command_line import main
from tests.core.app.test_model_import import LAPTOP, put, typed
from tools import fake_hub, sample_files
from tools.fake_hub_models import Repository

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests/data"
PIPELINES = ROOT / "node_modules/@huggingface/transformers/src/pipelines/index.js"
ROWS = json.loads((DATA / "pipeline_defaults.json").read_text(encoding="utf-8"))["rows"]
CONFIGS = {row["repository"]: row["config"] for row in ROWS}
#: Types that transformers does not know and no family reads: what is listed is all there is.
LISTED_ONLY = ("onnx-community/Supertonic-TTS-ONNX", "Xenova/modnet")


def config_of(name: str) -> dict[str, Any]:
    """Return the config of one of them."""
    said = CONFIGS[name]
    if isinstance(said, str):
        said = json.loads((DATA / "configs" / f"{said}.json").read_text(encoding="utf-8"))
    return dict(said)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Run a hub that holds all of them: a config, and an export of which the size counts."""
    holds = {
        name: Repository(
            files={
                "config.json": sample_files.as_json(config_of(name)),
                **{f"onnx/{part}_quantized.onnx": bytes(1000) for part in parts(config_of(name))},
            }
        )
        for name in CONFIGS
    }
    with fake_hub.running(holds) as (served, _state):
        yield served


def parts(config: dict[str, Any]) -> tuple[str, ...]:
    """Return the parts that such a model is exported in."""
    pair = config["model_type"] in ("t5", "bart", "whisper", "vision-encoder-decoder")
    return ("encoder_model", "decoder_model_merged") if pair else ("model",)


def test_the_rows_are_the_packages_own_defaults() -> None:
    """Every model that the package names for a pipeline has a row, and no row is of another."""
    named = re.findall(r"model: '([^']+)'", PIPELINES.read_text(encoding="utf-8"))

    assert sorted(CONFIGS) == sorted(named)


@pytest.mark.parametrize("name", CONFIGS)
def test_the_page_answers_for_each_under_its_own_name(name: str, address: str) -> None:
    """Asked of a hub, the title has the repository's name and a runtime of Transformers.js."""
    found, _told = put(**typed(name, address))
    asked = {"view": "answer", "device": LAPTOP, "form": {"model": found["model"]}}
    reply = json.loads(respond(json.dumps({**asked, "changed": ["model"]})))

    assert reply["title"].startswith(f"{name}: ")
    assert "Transformers.js" in reply["parts"]["chosen-runtime"]
    assert reply["notice"] is None


@pytest.mark.parametrize("name", sorted(set(CONFIGS) - {*LISTED_ONLY}))
def test_the_command_line_answers_for_each_from_its_config_alone(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without any file of weights the answer is computed, for a runtime of Transformers.js."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**config_of(name), "_name_or_path": name}), encoding="utf-8")
    assert main(["estimate", str(path)]) == 0
    first = capsys.readouterr().out.splitlines()[0]

    assert first.startswith(f"{name}, ")
    assert "Transformers.js" in first
