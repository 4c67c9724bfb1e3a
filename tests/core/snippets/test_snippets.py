"""The code that loads a model keeps to the types of the package it imports, and guesses no name."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest

import tabfit
from app.components import code_tabs
from tabfit import snippets
from tabfit.api import read_catalog
from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.cli.start import main
from tabfit.estimate import defaults
from tabfit.snippets import Snippet

ROOT: Final = Path(__file__).parents[3]
PACKAGES: Final = ROOT / "node_modules"
NEEDED: Final = ("typescript", "@mlc-ai/web-llm", "@mediapipe/tasks-genai", "@litert-lm/core")

#: Strict, and what a page's module has around it.
OPTIONS: Final = {
    "allowJs": True,
    "checkJs": True,
    "noEmit": True,
    "strict": True,
    "skipLibCheck": True,
    "target": "es2023",
    "module": "esnext",
    "moduleResolution": "bundler",
    "moduleDetection": "force",
    "lib": ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
    "types": ["dom-chromium-ai"],
}

#: A model for each way a snippet is written, and a runtime: their every precision is tried.
WHOLE: Final = ("llama-3.2-1b", "whisper-base", "gemma-4-e2b", "gemma-2b", "all-minilm-l6-v2")

installed = pytest.mark.skipif(
    shutil.which("node") is None or not all((PACKAGES / each).is_dir() for each in NEEDED),
    reason="node or the packages of package-lock.json are not installed",
)


#: What a page may tell its runtime besides: each is tried with the types too.
TOLD: Final = {
    "wllama-gpu": (
        "qwen3-vl-2b --runtime wllama-webgpu --kv q8_0 --gpu-layers 12 --parallel 2 --projector on"
    ),
    "wllama-cpu": "llama-3.2-1b --runtime wllama-cpu --kv q4_0",
    "sessions": "whisper-base --runtime transformersjs-wasm --precision encoder=fp32,decoder=q8",
}


@cache
def told() -> dict[str, str]:
    """Return the code that the command line prints for each of `TOLD`."""
    found = {}
    for name, words in TOLD.items():
        out = StringIO()
        with redirect_stdout(out):
            assert main(["snippet", *words.split()]) == 0
        found[name] = out.getvalue()
    return found


@cache
def written() -> Mapping[str, tuple[str, RuntimeFacts, str, Snippet]]:
    """Return the snippets of the whole catalogue by a name each: model, runtime, precision."""
    return {
        f"{model}-{facts.id}-{precision}": (model, facts, precision, found)
        for model, facts, precision, found in _every(read_catalog())
    }


def _every(catalog: Catalog) -> Iterator[tuple[str, RuntimeFacts, str, Snippet]]:
    for model in catalog.models:
        about = tabfit.estimate(model.id).subject
        for facts in defaults.runtimes_of(about, catalog):
            offered = defaults.precisions_of(about, facts)
            usual = (defaults.usual_precision(about, facts),)
            for precision in offered if model.id in WHOLE else usual:
                given = tabfit.estimate(
                    model.id, runtime=facts.id, precision=precision, context=1000
                )
                found = tabfit.snippet(given)
                assert (found is None) == facts.hypothetical
                if found is not None:
                    yield model.id, facts, precision, found


def complaints(folder: Path, modules: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what TypeScript says of each module that it does not accept."""
    (folder / "node_modules").symlink_to(PACKAGES)
    (folder / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": OPTIONS, "include": ["*.js"]}), encoding="utf-8"
    )
    for name, code in modules.items():
        (folder / f"{name}.js").write_text(code, encoding="utf-8")
    command = ["node", str(PACKAGES / "typescript/bin/tsc"), "-p", ".", "--pretty", "false"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found: dict[str, list[str]] = {}
    for name, fault in re.findall(r"(?m)^(\S+)\.js\(\d+,\d+\): (error .*)$", done.stdout):
        found.setdefault(name, []).append(fault)
    assert bool(found) == bool(done.returncode), done.stdout[:500] + done.stderr[:500]
    return found


@installed
def test_every_snippet_keeps_to_the_types_of_its_package(tmp_path: Path) -> None:
    """TypeScript accepts the code of every model of the catalogue, on every runtime."""
    modules = {name: found.code for name, (_m, _f, _p, found) in written().items()}
    assert len(modules) > 500
    assert complaints(tmp_path, modules | told()) == {}


@installed
def test_the_versions_are_those_that_were_checked() -> None:
    """The command above a snippet installs the version whose types it keeps to."""
    for facts in read_catalog().runtimes:
        if facts.package:
            package = PACKAGES / facts.package / "package.json"
            assert json.loads(package.read_text(encoding="utf-8"))["version"] == facts.version


#: What a slip of one word in a snippet would be.
SLIPS: Final = {
    "llama-3.2-1b-transformersjs-webgpu-q4f16": ("q4f16", "q5f16"),
    "whisper-base-transformersjs-wasm-q8": ("automatic-speech-recognition", "speech-to-words"),
    "llama-3.2-1b-webllm-q4f16_1": ("context_window_size", "context"),
    "llama-3.2-1b-wllama-cpu-q4_k_m": ("n_ctx", "ctx"),
    "gemma-2b-mediapipe-int4": ("maxTokens", "max_tokens"),
    "gemma-4-e2b-litertlm-int4": ("maxNumTokens", "maxTokens"),
    "gemini-nano-prompt-api-builtin": ("monitor(", "progress("),
}


@installed
def test_a_slip_of_one_word_is_seen(tmp_path: Path) -> None:
    """The same check refuses each package's snippet with one option or name misspelt."""
    modules = {}
    for name, (right, wrong) in SLIPS.items():
        code = written()[name][3].code
        assert right in code
        modules[name] = code.replace(right, wrong)
    assert complaints(tmp_path, modules).keys() == SLIPS.keys()


KNOWN: Final = """
import * as library from "@huggingface/transformers";
import { SUPPORTED_TASKS } from "LIBRARY/src/pipelines/index.js";
import { prebuiltAppConfig } from "@mlc-ai/web-llm";
const classes = ({ task, name }) => [name ? library[name] : SUPPORTED_TASKS[task].model].flat();
const asked = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify({
  listed: prebuiltAppConfig.model_list.map((each) => each.model_id),
  known: asked.map((each) => classes(each).some((kind) => kind.supports(each.type))),
}));
"""


@installed
def test_the_packages_know_what_the_snippets_name(tmp_path: Path) -> None:
    """WebLLM lists every id; the class that Transformers.js takes knows the model's type."""
    ids, asked = [], []
    for model, facts, _precision, found in written().values():
        if facts.id == "webllm":
            ids.append(re.findall(r'Engine\(\s*"([^"]+)"', found.code)[0])
        if facts.formats == ("onnx",):
            family = tabfit.estimate(model).subject.family
            asked += [_asked(found.code, family)] if family else []  # others say what loads them
    script = KNOWN.replace("LIBRARY", str(PACKAGES / "@huggingface/transformers"))
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    (tmp_path / "known.mjs").write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["node", "known.mjs"],
        cwd=tmp_path,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert ids
    assert set(ids) <= set(told["listed"])
    assert [each for each, known in zip(asked, told["known"], strict=True) if not known] == []


def _asked(code: str, family: str) -> dict[str, str | None]:
    task = re.search(r'pipeline\("([^"]+)"', code)
    name = re.search(r"await (AutoModel\w*)\.", code)
    return {"task": task and task[1], "name": name and name[1], "type": family}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def test_no_repository_file_or_id_is_guessed() -> None:
    """Each stands in the catalogue's row of that model, or in capitals with a sentence about it."""
    rows = json.loads((ROOT / "python/tabfit/catalog/models.json").read_text(encoding="utf-8"))
    told = {row["id"]: set(_texts(row["published"])) for row in rows["rows"]}
    for name, (model, _facts, _precision, found) in written().items():
        for text in _named(found.code):
            if re.search("OWNER|YOUR|MODEL", text):
                assert found.notes, name
            else:
                assert text in told[model], (name, text)


def _named(code: str) -> Iterator[str]:
    """Yield the repositories, files and ids of a snippet."""
    own = re.sub(r"(?m)^import .*$|https://cdn\S+|https://YOUR.SITE/(speech|picture)\S+", "", code)
    for address in re.findall(r'"https://huggingface.co/([^"]+)"', own):
        repository, _, file = address.partition("/resolve/main/")
        yield from (repository, file)
    for text in re.findall(r'"([^"\s]+)"', own):
        if not text.startswith("https:") and re.search(r"/|\.gguf$|-MLC$", text):
            yield text


def test_the_context_is_the_one_that_was_asked() -> None:
    """A runtime that is told its context gets it; of the others a sentence speaks."""
    for name, (_model, facts, _precision, found) in written().items():
        if facts.needs.availability or "pipeline(" in found.code or "AutoModel" in found.code:
            continue
        assert re.search(r"(n_ctx|context_window_size|axTokens|axNumTokens): 1000\b", found.code), (
            name
        )


def test_data_files_beside_a_graph_are_counted() -> None:
    """Llama 3.2 1B in fp32 lies in a graph and one data file, which the library cannot know."""
    given = tabfit.estimate("llama-3.2-1b", runtime="transformersjs-wasm", precision="fp32")
    found = tabfit.snippet(given)
    assert found is not None
    assert 'use_external_data_format: { "model.onnx": 1 }' in found.code


def test_what_is_not_known_is_to_be_filled_in() -> None:
    """A bare architecture has no repository: capitals stand there, and a sentence says so."""
    given = tabfit.estimate(str(ROOT / "tests/data/configs/HuggingFaceTB__SmolLM2-135M.json"))
    found = tabfit.snippet(given)
    assert found is not None
    assert '"OWNER/REPOSITORY"' in found.code
    assert "yours is to be filled in" in found.notes[0]


def test_ideal_has_no_code() -> None:
    """Weights and cache alone are loaded by nothing."""
    given = tabfit.estimate("bitnet-b1.58-2b")
    assert tabfit.snippet(given) is None
    assert snippets.every(given, read_catalog()) == ()


def test_what_the_runtime_is_told_stands_in_the_code() -> None:
    """Cache types, layers, conversations, the projector, and a precision for each session."""
    gpu, cpu, sessions = (told()[name] for name in ("wllama-gpu", "wllama-cpu", "sessions"))
    for line in (
        'cache_type_k: "q8_0"',
        'cache_type_v: "q8_0"',
        "n_gpu_layers: 12",
        "n_parallel: 2",
        'mmprojQuant: ""',
    ):
        assert line in gpu
    assert "n_gpu_layers: 0" in cpu
    assert 'cache_type_k: "q4_0"' in cpu
    assert 'dtype: { encoder_model: "fp32", decoder_model_merged: "q8" }' in sessions
    assert '"onnx-community/whisper-base"' in sessions


def test_a_hubs_model_is_loaded_from_its_own_repository(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a hub lists is named: the repository, and of GGUF the file."""
    sample_files = pytest.importorskip("tools.sample_files", exc_type=ImportError)
    from tools import fake_hub  # noqa: PLC0415 - needs what the samples need
    from tools.fake_hub_models import Repository  # noqa: PLC0415

    path = ROOT / "tests/data/configs/HuggingFaceTB__SmolLM2-135M.json"
    holds = {
        "owner/one": Repository(
            files={"config.json": path.read_bytes(), "onnx/model_q4f16.onnx": bytes(1000)}
        ),
        "owner/two": Repository(files={"two-q4_k_m.gguf": sample_files.gguf_file(kind="Q4_K")}),
    }
    with fake_hub.running(holds) as (served, _state):
        monkeypatch.setenv("HF_ENDPOINT", served)
        for name in holds:
            assert main(["snippet", name]) == 0
    said = capsys.readouterr().out

    assert 'pipeline("text-generation", "owner/one"' in said
    assert '{ repo: "owner/two", file: "two-q4_k_m.gguf" }' in said


def test_a_file_is_called_as_it_is_called() -> None:
    """A sentence that begins with a file's name leaves the name as it is."""
    given = tabfit.estimate("gemma-2b", runtime="mediapipe", precision="int4")
    card = str(code_tabs.card(snippets.every(given, read_catalog()), given.facts.id))
    assert "gemma-1.1-2b-it-gpu-int4.bin comes from" in card
    assert "Gemma-1.1-2b-it" not in card


def test_a_type_without_a_class_is_loaded_as_it_is() -> None:
    """No pipeline takes a type that Transformers.js does not know; AutoModel loads its files."""
    found = tabfit.snippet(tabfit.estimate("gliner-small-v2.1", runtime="transformersjs-wasm"))
    known = tabfit.snippet(tabfit.estimate("distilbert-ner", runtime="transformersjs-wasm"))

    assert found is not None
    assert known is not None
    assert "AutoModel.from_pretrained" in found.code
    assert "pipeline(" not in found.code
    assert any("no class of its own for gliner" in note for note in found.notes)
    assert 'pipeline("token-classification"' in known.code
