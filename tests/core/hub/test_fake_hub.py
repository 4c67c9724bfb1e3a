"""The plan, the fetcher and the command against a real server: the fake hub."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gguf")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

import safetensors.numpy

from tabfit import hub
from tabfit.errors import TabfitError, UnreachableHub, UnreadableConfig, UnreadableHeader
from tabfit.sources import http_fetch, read_source
from tabfit.units import KIB, MIB
from tests.event_loops import finished
from tools import fake_hub as fake
from tools import sample_files
from tools.fake_hub_models import Repository, repositories


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


@pytest.fixture
def asked(served: tuple[str, fake.HubState]) -> list[fake.ParsedPath]:
    """Return what the hub was asked."""
    return served[1].asked


def rows(told: dict[str, Any]) -> dict[str, tuple[tuple[int, ...], int]]:
    """Return shape and bytes of each tensor by name."""
    return {t["name"]: (tuple(t["shape"]), t["bytes"]) for t in told["tensors"]}


def llama_rows() -> dict[str, tuple[tuple[int, ...], int]]:
    """Return the tiny Llama's tensors as the `safetensors` package reads them."""
    arrays = safetensors.numpy.load(sample_files.safetensors_file())
    return {name: (array.shape, array.nbytes) for name, array in arrays.items()}


@pytest.mark.parametrize("name", ["made/tiny-llama", "made/tiny-llama-sharded"])
def test_an_id_gives_the_tensors_that_the_package_reads(name: str, address: str) -> None:
    """One file or shards: the tensors are those of the files, in few bytes."""
    told = read_source.inspect(name, address)
    assert rows(told) == llama_rows()
    assert told["family"] == "llama"
    assert told["parameters"]["total"] == 1_436_928
    assert told["parameters"]["untied"] == 1_436_928 + 256_000
    files = repositories()[name].files
    headers = sum(
        8 + int.from_bytes(data[:8], "little")
        for path, data in files.items()
        if path.endswith(".safetensors")
    )
    assert told["bytes_read"] <= headers + 64 * KIB


def test_a_gguf_repository_gives_variants_and_an_exact_architecture(address: str) -> None:
    """Without a config the smallest file's header tells the architecture."""
    told = read_source.inspect("made/tiny-llama-GGUF", address)
    assert told["kind"] == "gguf"
    assert told["family"] == "llama"
    sizes = {variant["precision"]: variant["bytes"] for variant in told["variants"]}
    files = repositories()["made/tiny-llama-GGUF"].files
    assert sizes == {
        "Q4_K_M": len(files["tiny-llama-Q4_K_M.gguf"]),
        "Q8_0": len(files["tiny-llama-Q8_0.gguf"]),
        "F16": sum(len(data) for path, data in files.items() if "-of-" in path),
    }
    assert told["parameters"]["total"] == 1_436_928


def test_parts_of_a_gguf_file_are_read_together(address: str) -> None:
    """The address of one part gives the whole model."""
    whole = sample_files.gguf_file(kind="F16")
    name = "tiny-llama-F16-00002-of-00003.gguf"
    told = read_source.inspect(f"{address}/made/tiny-llama-GGUF/blob/main/{name}", address)
    assert told["parameters"]["total"] == 1_436_928
    assert told["bytes_read"] <= len(whole) + MIB


def test_an_onnx_repository_is_read_by_its_variants(address: str) -> None:
    """Every precision is listed with its data files; the smallest one's tensors are read."""
    told = read_source.inspect("made/tiny-llama-ONNX", address)
    assert [variant["precision"] for variant in told["variants"]] == ["q8", "fp16", "fp32"]
    assert [len(variant["files"]) for variant in told["variants"]] == [1, 1, 2]
    assert {name: shape for name, (shape, _) in rows(told).items()} == sample_files.LLAMA_SHAPES
    assert told["bytes_read"] < 64 * KIB


def test_a_file_with_data_elsewhere_is_read_by_its_address(address: str) -> None:
    """External data is listed with its size; the config beside tells the architecture."""
    told = read_source.inspect(
        f"{address}/made/tiny-llama-ONNX/resolve/main/onnx/model.onnx", address
    )
    files = {file["name"]: file["bytes"] for file in told["variants"][0]["files"]}
    assert files["model.onnx_data"] == told["weights_bytes"] == 4 * 1_436_928
    assert told["family"] == "llama"


def test_an_mlc_repository_is_read_from_its_list_of_shards(address: str) -> None:
    """Tensors, precision and architecture come from MLC's own files."""
    told = read_source.inspect("made/tiny-llama-q4f16_1-MLC", address)
    assert told["kind"] == "mlc"
    assert told["family"] == "llama"
    assert told["variants"][0]["precision"] == "q4f16_1"
    assert len(told["tensors"]) == len(sample_files.LLAMA_SHAPES)


def test_single_files_are_variants_with_sizes(address: str) -> None:
    """Of .task and .litertlm only the sizes are known, and the plan says them."""
    found, _ = read_source.find("made/tiny-llama-LiteRT", address)
    told = {(v.format, v.precision): v.size for v in found.variants}
    assert told == {("task", "int4"): 5000, ("litertlm", "q8"): 9000}
    with pytest.raises(UnreachableHub, match="only its files' sizes"):
        read_source.inspect("made/tiny-llama-LiteRT", address)


@pytest.mark.parametrize("revision", ["v1", "refs/pr/1"])
def test_a_revision_is_asked_for_everywhere(
    revision: str, address: str, asked: list[fake.ParsedPath]
) -> None:
    """The list and every file come from the revision that was named."""
    quoted = revision.replace("/", "%2F")
    text = f"{address}/made/tiny-llama/tree/{quoted}"
    assert read_source.inspect(text, address)["source"] == f"hf:made/tiny-llama@{revision}"
    assert all(quoted in one.path for one in asked)


def test_variants_alone_need_two_small_requests(address: str, asked: list[fake.ParsedPath]) -> None:
    """Where a config.json tells the architecture no header is read."""
    found, received = read_source.find("made/tiny-llama", address)
    assert [one.path for one in asked] == [
        "/api/models/made/tiny-llama?blobs=true",
        "/made/tiny-llama/resolve/main/config.json",
    ]
    assert found.config == sample_files.LLAMA
    assert received < 2000


def test_no_request_carries_credentials_or_a_referrer(
    address: str, asked: list[fake.ParsedPath]
) -> None:
    """Servers learn the file asked for and nothing of who asks."""
    read_source.inspect("made/tiny-llama", address)
    sent = {name.lower() for one in asked for name in one.headers}
    assert sent <= {"accept", "accept-encoding", "connection", "host", "range", "user-agent"}


SENTENCES = {
    "faults/gated": "is gated",
    "faults/private": "does not exist on 127.0.0.1",
    "faults/none": "does not exist on 127.0.0.1",
    "made/tiny-llama@v9": "has no such revision",
    "made/tiny-llama/none.gguf": "has no such file",
    "faults/empty": "is empty",
    "faults/scripts": "has no model: 2 other files, such as 'train.py'",
    "faults/pickles": "only 'pytorch_model.bin' and its like",
    "faults/huge": "lists 13,000 files, too many to read",
    "faults/busy": "asks for fewer requests (429)",
    "faults/broken": "a fault of its own (500)",
    "faults/taken-down": "legal reasons (451)",
    "faults/garbage": "is not JSON",
    "faults/deep": "nested more than 64 deep",
    "faults/endless": "too much to read",
    "faults/elsewhere": "without a name",
    "faults/cut-off": "broke off",
    "faults/bad-config": "'config.json' is not JSON",
    "faults/bad-header": "claims 18,446,744,073,709,551,615 bytes",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_each_thing_that_goes_wrong_has_its_sentence(name: str, address: str) -> None:
    """One sentence says what happened, at last where it was asked again."""
    at_once = http_fetch.WebFetch(wait=lambda _seconds: None)
    with pytest.raises(TabfitError) as caught:
        read_source.inspect(f"hf:{name}", address, fetch=at_once)
    assert SENTENCES[name] in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["faults/busy-at-first", "faults/no-ranges", "faults/no-sizes"])
def test_what_can_be_overcome_is(name: str, address: str) -> None:
    """A busy hub is asked again; missing ranges and sizes are made up for."""
    assert rows(read_source.inspect(name, address)) == llama_rows()


def test_a_renamed_repository_is_followed_and_said(address: str) -> None:
    """The redirect is followed; the answer uses the new name and says so."""
    told = read_source.inspect("faults/renamed", address)
    assert told["source"] == "hf:made/tiny-llama"
    assert told["notes"] == ["faults/renamed is now called made/tiny-llama"]


def test_markup_in_names_stays_text(address: str) -> None:
    """Nothing that a repository calls its files or tensors is changed or dropped."""
    told = read_source.inspect("faults/markup", address)
    assert "<script>alert(2)</script>" in rows(told)
    assert any("onload=alert(3)" in variant["precision"] for variant in told["variants"])


def test_a_server_without_ranges_cannot_give_a_long_header() -> None:
    """Where only whole files are sent, what lies further in is not fetched."""
    shapes = {f"layer.{i}.a_rather_long_name_for_a_small_tensor": (1,) for i in range(1000)}
    holds = {"a/b": Repository(files={"model.safetensors": sample_files.safetensors_file(shapes)},
                               ranges=False)}  # fmt: skip
    with fake.running(holds) as (address, _), pytest.raises(UnreachableHub, match="whole files"):
        read_source.inspect("a/b", address)


def answered(*answers: hub.HubResponse) -> partial[tuple[Any, Any]]:
    """Return a look at a GGUF file on a server that gives these answers, the last one for ever."""
    waiting = list(answers)

    def fetch(batch: Sequence[hub.Request]) -> Sequence[hub.HubResponse]:
        return [waiting.pop(0) if len(waiting) > 1 else waiting[0] for _ in batch]

    return partial(read_source.find, "https://example.com/m.gguf", fetch=fetch)


def test_a_server_that_hides_a_files_size_is_named_so() -> None:
    """Without a size a header cannot be checked against its file."""
    with pytest.raises(UnreachableHub, match="does not tell a file's size"):
        answered(hub.HubResponse(status=206, body=b"GGUF"))()


def test_a_redirect_that_leaves_the_web_is_not_followed(address: str) -> None:
    """A server cannot send the command to files or to ftp."""
    holds = {"a/b": Repository(moved="x")}
    with fake.running(holds) as (elsewhere, _):
        request = hub.Request(url=f"{elsewhere}/leave", purpose="x", most=10)
        assert http_fetch.fetch([request])[0].status == 302


def test_several_parts_of_an_onnx_model_keep_their_names_apart() -> None:
    """Two files may name different tensors alike; then the file is part of the name."""
    part = sample_files.onnx_file([sample_files.initialiser("w", sample_files.zeros((4, 4)))])
    files = {f"onnx/{name}.onnx": part for name in ("encoder_model", "decoder_model_merged")}
    with fake.running({"a/b": Repository(files=files)}) as (elsewhere, _):
        told = read_source.inspect("a/b", elsewhere)
    names = {tensor["name"] for tensor in told["tensors"]}
    assert names == {"onnx/decoder_model_merged.onnx: w", "onnx/encoder_model.onnx: w"}


def test_a_file_beside_no_config_has_no_architecture() -> None:
    """A missing config beside a file is no fault; what is not known is said."""
    files = {"m.safetensors": sample_files.safetensors_file()}
    with fake.running({"a/b": Repository(files=files)}) as (elsewhere, _):
        told = read_source.inspect("hf:a/b/m.safetensors", elsewhere)
    assert told["architecture"] is None
    assert "nothing tells the architecture" in told["notes"][0]


def test_a_file_of_another_kind_is_refused_unasked(
    address: str, asked: list[fake.ParsedPath]
) -> None:
    """What could not be read is not asked for."""
    with pytest.raises(UnreadableHeader, match=r"'train.py' is not .safetensors"):
        read_source.inspect("hf:made/tiny-llama/train.py", address)
    assert not asked


def test_an_adapter_alone_is_no_model() -> None:
    """Weights that only change another model are not taken for one."""
    holds = {"a/c": Repository(files={"adapter_model.safetensors": b""})}
    with (
        fake.running(holds) as (elsewhere, _),
        pytest.raises(UnreachableHub, match="no weights in a format read here"),
    ):
        read_source.inspect("a/c", elsewhere)


def test_keys_that_describe_another_model_are_warned_of(tmp_path: Path) -> None:
    """Where a GGUF's keys and tensors disagree, the answer says so."""
    shapes = dict(list(sample_files.LLAMA_GGUF_SHAPES.items())[:5])
    (tmp_path / "m.gguf").write_bytes(sample_files.gguf_file(shapes))
    told = read_source.inspect(str(tmp_path / "m.gguf"))
    assert "its keys describe 1,436,928 parameters" in told["notes"][0]


def test_an_architecture_that_is_not_known_leaves_the_tensors(tmp_path: Path) -> None:
    """Tensors are listed even where the config beside them cannot be understood."""
    (tmp_path / "model.safetensors").write_bytes(sample_files.safetensors_file())
    (tmp_path / "config.json").write_bytes(b'{"model_type": "no-such-model"}')
    told = read_source.inspect(str(tmp_path))
    assert told["architecture"] is None
    assert "'no-such-model' is not known" in told["notes"][0]


def test_a_hub_that_trickles_holds_nobody(address: str) -> None:
    """One deadline ends a whole question, however steadily bytes arrive."""
    began = time.monotonic()
    with pytest.raises(UnreachableHub, match="no whole answer within 1 seconds"):
        read_source.inspect("faults/trickle", address, fetch=http_fetch.WebFetch(1))
    assert time.monotonic() - began < 3


def test_retries_end_with_the_question(address: str) -> None:
    """A pause that would outlast the question is not waited for."""
    paused: list[float] = []
    fetch = http_fetch.WebFetch(0.4, wait=paused.append)
    with pytest.raises(UnreachableHub):
        read_source.inspect("faults/busy", address, fetch=fetch)
    assert all(each <= 0.4 for each in paused)


def test_a_question_can_be_stopped(address: str) -> None:
    """Whoever waits at the command line presses Ctrl+C: it ends at once, without a traceback."""
    command = [sys.executable, "-m", "tabfit", "inspect", "faults/trickle"]
    told_where = {**os.environ, "HF_ENDPOINT": address}
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=told_where,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - as a shell has it
    ) as running:
        time.sleep(2.5)
        began = time.monotonic()
        assert running.poll() is None
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert running.returncode == 130
    assert not said


def test_nobody_there_is_said_so() -> None:
    """A hub that cannot be reached is named, with the reason."""
    request = hub.Request(url="http://127.0.0.1:9/x", purpose="x", most=10)
    answer = http_fetch._once(request, 5)
    assert answer.status == 0
    assert "refused" in answer.problem.lower()


def test_the_page_can_carry_out_the_same_plan(address: str) -> None:
    """An awaited fetch gives what a plain one gives."""

    async def fetch(batch: Sequence[hub.Request]) -> Sequence[hub.HubResponse]:
        await asyncio.sleep(0)
        return http_fetch.fetch(batch)

    plan = hub.look_up(hub.parse("made/tiny-llama-sharded", address), tensors=True)
    found = finished(hub.carry_out_async(plan, fetch))
    assert found.header is not None
    assert found.header.parameters == 1_436_928


def test_files_on_another_host_are_read_with_what_lies_beside_them(address: str) -> None:
    """A plain web server is enough: ranges, parts and a config in the same folder."""
    elsewhere = f"{address}/made/tiny-llama-sharded/resolve/main"
    told = read_source.inspect(f"{elsewhere}/model-00002-of-00003.safetensors")
    assert told["source"].startswith(address)
    assert rows(told) == llama_rows()
    assert told["family"] == "llama"
    index = read_source.inspect(f"{elsewhere}/model.safetensors.index.json")
    assert rows(index) == llama_rows()
    assert read_source.inspect(f"{elsewhere}/config.json")["kind"] == "config"


# Files on this machine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a sharded model."""
    for name, data in repositories()["made/tiny-llama-sharded"].files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_a_folder_is_read_like_a_repository(folder: Path) -> None:
    """The index, any shard and the folder give the same tensors."""
    for source in ("", "model.safetensors.index.json", "model-00001-of-00003.safetensors"):
        told = read_source.inspect(str(folder / source))
        assert rows(told) == llama_rows()
        assert told["family"] == "llama"


@pytest.mark.parametrize("name", ["made/tiny-llama-GGUF", "made/tiny-llama-ONNX"])
def test_a_folder_of_one_format_gives_its_smallest_model(name: str, tmp_path: Path) -> None:
    """GGUF and ONNX folders are read by their variants."""
    for path, data in repositories()[name].files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    told = read_source.inspect(str(tmp_path))
    assert told["family"] == "llama"
    assert told["parameters"]["total"] == 1_436_928


def test_a_config_names_tensors_as_the_state_dict_does(tmp_path: Path) -> None:
    """Tied names are there and take no bytes of their own."""
    (tmp_path / "config.json").write_bytes(
        sample_files.as_json(sample_files.LLAMA | {"dtype": "bfloat16"})
    )
    told = read_source.inspect(str(tmp_path))
    names = {row["name"]: row for row in told["tensors"]}
    assert names.keys() == {*sample_files.LLAMA_SHAPES, "lm_head.weight"}
    assert names["lm_head.weight"]["tied_to"] == "model.embed_tokens.weight"
    assert told["weights_bytes"] == 2 * 1_436_928
    assert told["architecture"] == "LlamaForCausalLM"
    assert told["largest_tensor_bytes"] == 2 * 256_000
    assert told["bytes_read"] == (tmp_path / "config.json").stat().st_size


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("model.bin", b"", UnreadableHeader),
        ("config.json", b"[]", UnreadableConfig),
        ("config.json", b"{}", UnreadableConfig),
        ("m.gguf", b"GGUF", UnreadableHeader),
    ],
)
def test_a_bad_file_is_refused(
    name: str, data: bytes, fault: type[TabfitError], tmp_path: Path
) -> None:
    """Each kind of bad file is one typed error."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(fault):
        read_source.inspect(str(tmp_path / name))


def test_an_empty_folder_says_what_it_should_hold(tmp_path: Path) -> None:
    """A folder without a model is refused with the endings that are read."""
    with pytest.raises(UnreadableHeader, match=r"holds no \.safetensors"):
        read_source.inspect(str(tmp_path))


@pytest.mark.parametrize("source", ["models/none.gguf", "./none", "/none", "~/none.json"])
def test_a_missing_file_is_no_question_to_a_hub(source: str) -> None:
    """What looks like a path and is not there is a missing file."""
    with pytest.raises(OSError, match="No such file"):
        read_source.inspect(source, "http://127.0.0.1:9")


def test_the_command_asks_the_hub_that_the_environment_names(address: str) -> None:
    """`HF_ENDPOINT` is honoured and the object is the one that is documented."""
    command = [sys.executable, "-m", "tabfit", "inspect", "made/tiny-llama", "--json"]
    environment = os.environ | {"HF_ENDPOINT": address, "PYTHONPATH": "python"}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    told = json.loads(done.stdout)
    assert told.keys() >= {
        "schema", "source", "kind", "architecture", "parameters", "tensors", "weights_bytes",
        "largest_tensor_bytes", "bytes_read",
    }  # fmt: skip
    assert rows(told) == llama_rows()
