"""What visitors bring: what a text means, what is asked of whom, and what becomes of files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("gguf")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

from gguf import GGUFValueType

from app.components.models import model_search
from app.model_import import importer, session_models
from app.model_import.importer import BrowserPorts
from app.respond import respond
from tabfit import architectures, hub
from tabfit.catalog import read
from tabfit.errors import NotAModel
from tabfit.estimate import imported_model
from tabfit.estimate.subjects import Subject
from tabfit.headers import Span
from tabfit.hub import HubResponse, Request
from tabfit.sources import http_fetch, read_source
from tests.event_loops import finished
from tools import fake_hub as fake
from tools import sample_files
from tools.fake_hub_models import Repository, repositories

HELD = repositories()
LAPTOP = {"platform": "windows", "browser": "chrome", "ram_bytes": 16 * 2**30}


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, fake.HubState]]:
    """Run the fake hub while this file's tests run."""
    with fake.running() as running:
        yield running


@pytest.fixture
def address(served: tuple[str, fake.HubState]) -> str:
    """Return the fake hub's address, its memory of requests emptied."""
    served[1].asked.clear()
    served[1].faults_given.clear()
    return served[0]


class Files:
    """Files as a page hands them over: by stretches, counted. Beyond their bytes lie zeros."""

    def __init__(self, given: Mapping[str, bytes], sizes: Mapping[str, int] | None = None) -> None:
        self.given = given
        self.sizes = {name: len(data) for name, data in given.items()} | dict(sizes or {})
        self.read = 0

    async def cut(self, name: str, span: Span) -> bytes:
        """Return a stretch of a file."""
        end = min(span.offset + span.length, self.sizes[name])
        data = self.given[name][span.offset : end].ljust(end - span.offset, b"\0")
        self.read += len(data)
        return data


async def once(request: Request, came: Any) -> HubResponse:
    """Answer a request as the page's own fetch does, told of bytes as they come."""
    answer = http_fetch._once(request, 5)
    came(len(answer.body))
    return answer


def put(files: Files | None = None, /, **question: Any) -> tuple[dict[str, str], list[str]]:
    """Return what a question came to, and what was told on the way."""
    told: list[str] = []
    held = files or Files({})
    ports = BrowserPorts(once=once, cut=held.cut, sizes=held.sizes, tell=told.append)
    return finished(importer.answered(question, ports)), told


def typed(text: str, endpoint: str, allowed: list[str] | None = None) -> dict[str, Any]:
    """Return what the finder's script sends for a text."""
    return {"find": {"text": text, "hub": endpoint, "allowed": allowed or []}}


def answered(**question: Any) -> dict[str, Any]:
    """Return what the page shows for a question."""
    asked = {"view": "answer", "device": LAPTOP, **question}
    reply: dict[str, Any] = json.loads(respond(json.dumps(asked)))
    return reply


def test_the_usual_hub_is_one_for_the_page_and_the_command() -> None:
    """The page's setting begins with the hub that the command line asks."""
    assert f'value="{hub.ENDPOINT}"' in str(model_search.dialog(()))


@pytest.mark.parametrize(
    "source", ["hf:../x", "hf:a/b/../c", "https://[", "https://h.example/a.zip"]
)
def test_a_link_to_no_address_is_a_notice(source: str) -> None:
    """A link that names what nobody could be asked for says why, in the answer's place too."""
    reply = answered(link=f"v=1&model={quote(source)}")
    assert reply["notice"]
    assert escape(reply["notice"], quote=False) in reply["parts"]["answer"]
    assert "verdict" not in reply["parts"]["answer"]
    assert escape(source) in reply["parts"]["chosen-model"]


# Searching


def matches(text: str, **sent: Any) -> dict[str, str]:
    """Return what the box shows for a text."""
    find = {"find": {"text": text, **sent}}
    parts: dict[str, str] = answered(part="matches", form={"model": "gemma-2b"}, **find)["parts"]
    return parts


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("gemma 2b", "gemma-2b"),
        ("GEMMA-2B", "gemma-2b"),
        ("Xenova/distilbert-base-uncased-finetuned-sst-2-english", "distilbert"),
        ("google/gemma-2b-it", "gemma-2b"),
        ("whisper bse", "whisper-base"),
        ("speech whisper tiny", "whisper-tiny"),
    ],
)
def test_names_aliases_and_misspellings_are_found(text: str, first: str) -> None:
    """The first match is what was meant."""
    shown = matches(text)["matches"]
    assert shown.index('data-model="') == shown.index(f'data-model="{first}"')


def test_every_model_is_there_before_a_letter_is_typed() -> None:
    """No text shows the whole catalogue, grouped, the question's own model marked."""
    shown = matches("")["matches"]
    assert shown.count('role="option"') > 150
    assert shown.count('role="group"') > 5
    assert shown.count('class="current"') == 1


def test_task_and_size_stand_beside_a_name() -> None:
    """A match says what the model is for and how many parameters it has."""
    assert "<small>Chat and text · 2.5B</small>" in matches("gemma 2b")["matches"]


def test_what_was_pinned_or_asked_about_before_stands_first() -> None:
    """Favourites come before the groups, each once, and only where nothing is typed."""
    kept = {
        "pinned": ["v=1&model=whisper-base", "v=1&model=hf:some/body", "no link"],
        "recent": ["v=1&model=distilbert&precision=q8", "v=1&model=whisper-base", 7],
    }
    asked = {"part": "matches", "form": {"model": "gemma-2b"}, "kept": kept}
    shown = answered(**asked, find={"text": ""})["parts"]["matches"]
    assert re.findall(r'id="again-([^"]+)"', shown) == ["whisper-base", "distilbert"]
    assert shown.index("again-distilbert") < shown.index("match-")
    assert "again-" not in answered(**asked, find={"text": "distil"})["parts"]["matches"]


def test_the_box_keeps_to_a_task() -> None:
    """A task leaves its models, and those whose task has the same words."""
    shown = matches("", task="translation")["matches"]
    tasks = {read().model(each).task for each in re.findall(r'data-model="([^"]+)"', shown)}
    assert tasks == {"translation"}


def test_a_page_s_own_list_is_all_that_its_box_searches() -> None:
    """Where a page has models of its own, only those are found, its chosen one marked."""
    models = ["gemma-2b", "gemma-3-1b"]
    find = {"text": "gemma", "models": models, "chosen": "gemma-3-1b"}
    shown = answered(part="listed-matches", form={"start": "x"}, find=find)["parts"]["matches"]
    assert set(re.findall(r'data-model="([^"]+)"', shown)) == set(models)
    assert shown.count('class="current"') == 1


def test_what_the_rows_on_the_screen_come_to_is_told_for_a_few_at_once() -> None:
    """Each model that is asked for has its verdict here, and strangers' names have none."""
    models = ["distilbert", "gemma-2b", "<b>"]
    told = answered(part="verdicts", form={"model": "gemma-2b"}, find={"models": models})["parts"]
    assert set(told) <= {"distilbert", "gemma-2b"}


def test_what_will_be_asked_of_whom_stands_beside_the_button() -> None:
    """An address shows the button, the host's name and what is asked; a name does not."""
    asking = matches("owner/name")["asking"]
    assert "Ask huggingface.co</button>" in asking
    assert "list of files of <b>owner/name</b>" in asking
    assert "no referrer" in asking
    assert matches("gemma")["asking"] == ""
    assert (
        "first kilobytes of <b>m.gguf</b>"
        in matches("https://hf.co/a/b/blob/main/m.gguf")["asking"]
    )


def test_hosts_that_the_page_may_not_ask_are_named() -> None:
    """Another host than those of the page's rules is refused before any request."""
    rules = ["'self'", "https://huggingface.co", "https://*.hf.co"]
    refused = matches("https://example.com/m.gguf", allowed=rules)["asking"]
    assert "may not ask" in refused
    assert "data-ask" not in refused
    assert "data-ask" in matches("owner/name", allowed=rules)["asking"]
    assert (
        "data-ask"
        not in matches("owner/name", allowed=rules, hub="https://mirror.example")["asking"]
    )
    wide = [*rules, "http://127.0.0.1:*"]
    assert "data-ask" in matches("owner/name", allowed=wide, hub="http://127.0.0.1:8181")["asking"]


# A hub


def test_an_id_becomes_a_model_with_its_best_way_chosen(address: str) -> None:
    """A repository is found, its best way for the device is chosen, and all ways are shown."""
    found, told = put(**typed("made/tiny-llama-GGUF", address))
    assert found == {"model": "hf:made/tiny-llama-GGUF"}
    assert told[-1].endswith(address.removeprefix("http://"))
    assert re.match(r"\d+ kB from ", told[-1])
    reply = answered(form={"model": found["model"]}, changed=["model"])
    assert "made/tiny-llama-GGUF" in reply["parts"]["chosen-model"]
    assert reply["link"].startswith("v=1&model=hf:made/tiny-llama-GGUF")
    ways = answered(form={"model": found["model"]}, part="ways")["parts"]["ways"]
    assert [ways.count(f"<b>{each}</b>") for each in ("q4_k_m", "q8_0", "f16")] == [1, 1, 1]
    assert "0.87 MB, listed" in re.sub("<[^>]+>", "", ways)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("faults/gated", "is gated"),
        ("faults/none", "does not exist"),
        ("faults/empty", "is empty"),
        ("faults/scripts", "has no model"),
        ("faults/huge", "too many to read"),
        ("faults/bad-config", "is not JSON"),
        ("made/no-config", "tells no shape"),
        (
            "https://example.com/model.bin",
            "only .safetensors, .gguf, .onnx, .task, .litertlm and .json",
        ),
    ],
)
def test_each_problem_is_one_sentence(name: str, sentence: str, address: str) -> None:
    """What a hub refuses or lacks comes back as a sentence, never as a fault."""
    found, _told = put(**typed(name, address))
    assert sentence in found["problem"]
    assert "\n" not in found["problem"]


def test_a_renamed_model_is_found_under_its_new_name(address: str) -> None:
    """The link then names the model as it is called now, and the answer says so."""
    found, _told = put(**typed("faults/renamed", address))
    assert found == {"model": "hf:made/tiny-llama"}
    reply = answered(form={"model": found["model"]}, changed=["model"])
    assert "is now called made/tiny-llama" in reply["parts"]["answer"]


def test_what_passes_is_asked_for_again_and_said(address: str) -> None:
    """429 and 503 are waited out, as long as the hub asks for."""
    found, told = put(**typed("faults/busy-at-first", address))
    assert found == {"model": "hf:faults/busy-at-first"}
    assert any("answered 429; asking again in 0 s" in each for each in told)


@pytest.mark.parametrize(
    "hub", ["ftp://x", "nonsense", "http://user:word@x", "https://[", "x" * 300]
)
def test_a_hub_that_is_none_is_refused(hub: str) -> None:
    """A setting that is no web address is named."""
    found, _told = put(**typed("owner/name", hub))
    assert "is not a hub's address" in found["problem"]


def test_a_link_to_a_hub_asks_nobody(served: tuple[str, fake.HubState]) -> None:
    """Opening such a link shows whom a tap would ask; the link itself stays as it is."""
    served[1].asked.clear()
    link = "v=1&model=hf:never/asked&precision=q8_0"
    reply = answered(link=link, hub=served[0])
    assert 'data-find="hf:never/asked"' in reply["parts"]["answer"]
    assert served[0].removeprefix("http://") in reply["parts"]["answer"]
    assert reply["link"] == link
    assert reply["parts"]["chosen-model"] == "never/asked"
    assert served[1].asked == []


# Files and configs


def test_a_config_becomes_a_link(address: str) -> None:
    """A pasted config is a model whose link carries it."""
    found, _told = put(config=json.dumps(sample_files.LLAMA))
    assert found["model"].startswith("config:")
    reply = answered(form={"model": found["model"]}, changed=["model"])
    assert answered(link=reply["link"])["parts"]["chosen-model"] == "llama"


def test_a_config_too_large_for_a_link_is_known_in_the_tab() -> None:
    """It is answered, and the page says that no link can carry it."""
    labels = {str(at): f"{at * 7919 % 104729:x}" for at in range(3000)}
    found, _told = put(config=json.dumps(sample_files.LLAMA | {"id2label": labels}))
    assert found["model"] == "own:config.json"
    reply = answered(form={"model": found["model"]}, changed=["model"])
    assert "too large for a link" in reply["notice"]
    assert reply["link"] == "v=1"


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", "null", '{"model_type": 7}', "[" * 10_000, "\ud800"]
)
def test_a_config_that_is_none_is_one_sentence(text: str) -> None:
    """Whatever is pasted is read or refused."""
    found, _told = put(config=text)
    assert found["problem"].startswith("the config cannot be read")


@pytest.mark.parametrize(
    ("names", "precision"),
    [
        (["tiny-llama-Q8_0.gguf"], "q8_0"),
        (["tiny-llama-F16-00001-of-00002.gguf", "tiny-llama-F16-00002-of-00002.gguf"], "f16"),
    ],
)
def test_a_dropped_file_is_a_model(names: list[str], precision: str) -> None:
    """A GGUF file, or all its parts, is answered with its own tensors and size."""
    every = HELD["made/tiny-llama-GGUF"].files
    parts = [name for name in every if "-of-" in name] if len(names) > 1 else names
    given = {name: every[name] for name in parts}
    found, told = put(Files(given), files=len(given))
    assert "model" in found, found
    assert told
    reply = answered(form={"model": found["model"]}, changed=["model"])
    assert precision in reply["parts"]["chosen-precision"]


def test_only_the_header_of_a_large_file_is_read() -> None:
    """Of a file of 4 GB no more is read than its header and a mebibyte."""
    front, size = sample_files.huge_gguf()
    files = Files({"m.gguf": front}, {"m.gguf": size})
    found, _told = put(files, files=1)
    assert "model" in found, found
    assert files.read <= len(front) + 2**20


def test_onnx_needs_its_config() -> None:
    """A file that tells no shape says what would tell it; with its config it is a whole model."""
    onnx = HELD["made/tiny-llama-ONNX"].files
    alone = {"model_fp16.onnx": onnx["onnx/model_fp16.onnx"]}
    bare = session_models.known(put(Files(alone), files=1)[0]["model"])
    assert bare is not None
    assert bare.config is None
    assert any("as a config.json would" in note for note in bare.notes)
    both = alone | {"config.json": onnx["config.json"]}
    assert "model" in put(Files(both), files=2)[0]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"photo.jpg": b"\xff\xd8"},
            "is not .safetensors, .gguf, .onnx, .tflite, .task, .litertlm or a config.json",
        ),
        ({"m.gguf": b"GGUF"}, "not a readable GGUF header"),
        (
            {"m-00001-of-00002.gguf": b""},
            "m-00002-of-00002.gguf is missing; all 2 parts are needed",
        ),
        ({}, "no file was given"),
    ],
)
def test_a_bad_file_is_one_sentence(given: dict[str, bytes], sentence: str) -> None:
    """Each kind of bad file is refused in words."""
    assert sentence in put(Files(given), files=1)[0]["problem"]


# Several files, a folder, and what is no model


def brought(files: Mapping[str, bytes]) -> Subject:
    """Return the model that dropped files come to."""
    found, _told = put(Files(files), files=len(files))
    about = session_models.known(found["model"])
    assert about is not None
    return about


def test_an_index_names_its_shards_whatever_they_are_called() -> None:
    """Shards are taken from the index, and a missing one is named."""
    half = dict(list(sample_files.LLAMA_SHAPES.items())[:3])
    rest = dict(list(sample_files.LLAMA_SHAPES.items())[3:])
    index = {
        "weight_map": dict.fromkeys(half, "a.safetensors") | dict.fromkeys(rest, "b.safetensors")
    }
    files = {
        "model.safetensors.index.json": sample_files.as_json(index),
        "a.safetensors": sample_files.safetensors_file(half),
        "b.safetensors": sample_files.safetensors_file(rest),
        "config.json": sample_files.as_json(sample_files.LLAMA),
        "tokenizer.json": b"{}",
    }
    assert brought(files).architecture == architectures.read(sample_files.LLAMA)

    del files["b.safetensors"]
    assert "b.safetensors is missing" in put(Files(files), files=4)[0]["problem"]


def test_a_dropped_folder_is_read_as_the_command_line_reads_it(tmp_path: Path) -> None:
    """Of sentence-transformers' folder the model counts, not its pooling or its last layer."""
    dense = sample_files.safetensors_file({"linear.weight": (8, 8)})
    files = {
        "1_Pooling/config.json": sample_files.as_json({"word_embedding_dimension": 384}),
        "2_Dense/model.safetensors": dense,
        "config.json": sample_files.as_json(sample_files.LLAMA),
        "config_sentence_transformers.json": sample_files.as_json({"prompts": {}}),
        "model.safetensors": sample_files.safetensors_file(),
        "modules.json": b"[]",
        "onnx/model.onnx": HELD["made/tiny-llama-ONNX"].files["onnx/model_fp16.onnx"],
        "tokenizer.json": b'{"added_tokens": []}',
    }
    dropped = brought({f"all-tiny/{name}": data for name, data in files.items()})
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    there = imported_model.subject(read_source.find(str(tmp_path))[0], read())

    assert dropped.name == "all-tiny"
    assert dropped.config == there.config == sample_files.LLAMA
    assert [each.format for each in dropped.published] == [each.format for each in there.published]
    assert dropped.published[0].offers.keys() == there.published[0].offers.keys()


def test_mlcs_own_config_holds_the_models() -> None:
    """mlc-chat-config.json, dropped or pasted, is read for the config inside it."""
    chat = HELD["made/tiny-llama-q4f16_1-MLC"].files["mlc-chat-config.json"]
    inner = architectures.read(sample_files.LLAMA).inventory.total

    assert brought({"mlc-chat-config.json": chat}).shape.inventory.total == inner
    pasted = session_models.known(put(config=chat.decode())[0]["model"])
    assert pasted is not None
    assert pasted.shape.inventory.total == inner


LORA = {f"base_model.model.layers.0.q_proj.lora_{end}.weight": (8, 64) for end in "AB"}


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"tokenizer.json": {"version": "1.0", "added_tokens": [], "model": {}}}, "a tokenizer"),
        ({"adapter_config.json": {"peft_type": "LORA"}}, "the config of an adapter"),
        ({"generation_config.json": {"eos_token_id": 2}}, "text generation"),
        ({"model.safetensors.index.json": {"metadata": {}}}, "its weight_map names no file"),
    ],
)
def test_a_file_beside_a_model_is_named_for_what_it_is(given: dict[str, Any], what: str) -> None:
    """What only lies beside a model is refused by its own name, not read as a config."""
    files = {name: sample_files.as_json(each) for name, each in given.items()}

    assert what in put(Files(files), files=1)[0]["problem"]


@pytest.mark.parametrize("beside", [{}, {"config.json": sample_files.as_json(sample_files.LLAMA)}])
def test_an_adapter_is_not_the_model_it_adapts(beside: dict[str, bytes], tmp_path: Path) -> None:
    """Two thin matrices are no model, as safetensors or GGUF, with a config beside or not."""
    extra = [("general.type", "adapter", GGUFValueType.STRING, None)]
    for name, data in (
        ("adapter_model.safetensors", sample_files.safetensors_file(LORA)),
        ("lora-f16.gguf", sample_files.gguf_file(extra=extra)),
    ):
        files = {name: data, **beside}
        assert "an adapter (LoRA), not a model" in put(Files(files), files=2)[0]["problem"]
        (tmp_path / name).write_bytes(data)
        with pytest.raises(NotAModel):
            imported_model.subject(read_source.find(str(tmp_path / name))[0], read())


# Markup in everything that strangers name


def test_nothing_that_strangers_name_is_markup() -> None:
    """Names of repositories, files, tensors, precisions and devices reach the page as text."""
    evil = "<img src=x onerror=alert(1)>"
    config = sample_files.LLAMA | {"_name_or_path": evil, evil: evil}
    files = {
        f"{evil}.gguf": sample_files.gguf_file(
            {evil: (4000, 256), **sample_files.LLAMA_GGUF_SHAPES}, "Q8_0"
        ),
        "config.json": sample_files.as_json(config),
    }
    with fake.running({"made/evil": Repository(files=files)}) as (address, _state):
        found, _told = put(**typed("made/evil", address))
    theirs = json.dumps({"name": evil, "ram_bytes": 2**33})
    shown = [
        answered(form={"model": found["model"]}, changed=["model"]),
        answered(form={"model": found["model"]}, part="ways"),
        answered(link=f"v=1&model={quote(evil)}"),
        answered(link="v=1&model=hf:a/b/%3Cimg%20src=x%20onerror=alert(1)%3E.gguf"),
        answered(link=f"v=1&model=gemma-2b&device={quote(theirs)}"),
        answered(part="matches", form={"model": evil}, find={"text": evil}),
        answered(part="matches", form={}, find={"text": f"hf:{evil}/x", "hub": evil}),
    ]
    assert evil in json.dumps([each["notice"] for each in shown])  # shown by textContent
    assert escape(evil, quote=False) in shown[0]["parts"]["answer"]  # the largest tensor's name
    for reply in shown:
        for part in reply["parts"].values():
            assert "<img" not in part
