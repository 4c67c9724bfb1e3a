"""Addresses, listings, variants and answers: what is understood before anything is asked."""

from __future__ import annotations

import json

import pytest

from tabfit.errors import UnreachableHub, UnreadableHeader
from tabfit.hub import Address, HubResponse, Request, look_up, parse, pause_before
from tabfit.hub.bounded_json import parse as parse_json
from tabfit.hub.download_variants import gguf_precision, variants_of
from tabfit.hub.listing import ListedFile, Listing, read_listing
from tabfit.hub.mlc_shards import read_mlc_list
from tabfit.hub.request import check, sentence
from tabfit.units import Bytes

ADDRESSES = {
    "Qwen/Qwen3-0.6B": ("Qwen/Qwen3-0.6B", None, ""),
    "  Qwen/Qwen3-0.6B\n": ("Qwen/Qwen3-0.6B", None, ""),
    "hf:Qwen/Qwen3-0.6B": ("Qwen/Qwen3-0.6B", None, ""),
    "hf:gpt2": ("gpt2", None, ""),
    "a/b@v1.0": ("a/b", "v1.0", ""),
    "a/b@v1/onnx/model.onnx": ("a/b", "v1", "onnx/model.onnx"),
    "a/b/model.gguf": ("a/b", None, "model.gguf"),
    "https://huggingface.co/a/b": ("a/b", None, ""),
    "https://huggingface.co/a/b/": ("a/b", None, ""),
    "https://hf.co/a/b?library=transformers#usage": ("a/b", None, ""),
    "http://www.huggingface.co/gpt2": ("gpt2", None, ""),
    "https://huggingface.co/gpt2/tree/main": ("gpt2", None, ""),
    "https://huggingface.co/a/b/tree/main": ("a/b", None, ""),
    "https://huggingface.co/a/b/tree/v2/onnx": ("a/b", "v2", ""),
    "https://huggingface.co/a/b/tree/refs%2Fpr%2F3": ("a/b", "refs/pr/3", ""),
    "https://huggingface.co/a/b/discussions/5": ("a/b", None, ""),
    "https://huggingface.co/a/b/blob/main/x/y.gguf": ("a/b", None, "x/y.gguf"),
    "https://huggingface.co/a/b/resolve/abc/y%20z.gguf?download=true": ("a/b", "abc", "y z.gguf"),
    "https://huggingface.co/a/b/raw/refs/pr/3/config.json": ("a/b", "refs/pr/3", "config.json"),
}


@pytest.mark.parametrize("text", ADDRESSES)
def test_the_ways_people_write_a_model_mean_the_same_place(text: str) -> None:
    """Ids, revisions and every kind of web address are understood."""
    found = parse(text)
    assert (found.repository, found.revision, found.path) == ADDRESSES[text]


@pytest.mark.parametrize("text", [text for text, told in ADDRESSES.items() if not told[2]])
def test_what_an_address_is_called_leads_back_to_it(text: str) -> None:
    """The name used in links is read as the same address."""
    found = parse(text)
    assert parse(found.source) == found


REFUSED = {
    "": "owner/name",
    "gpt2": "owner/name",
    "a b/c": "owner/name",
    "../../etc/passwd": "owner/name",
    "a/b@../x": "owner/name",
    "a/b/../c": "owner/name",
    "a/b\x00c": "owner/name",
    "x" * 3000 + "/y": "owner/name",
    "ftp://huggingface.co/a/b": "owner/name",
    "file:///etc/passwd": "owner/name",
    "javascript:alert(1)": "owner/name",
    "https://": "owner/name",
    "https://huggingface.co": "owner/name",
    "https://huggingface.co/models": "owner/name",
    "https://user:secret@huggingface.co/a/b": "owner/name",
    "https://huggingface.co:99999/a/b": "owner/name",
    "https://huggingface.co/a/b/tree/..": "owner/name",
    "https://huggingface.co/datasets/a/b": "a dataset, not",
    "https://huggingface.co/spaces/a/b": "a space, not",
    "https://example.com/index.html": "on another host, where only .safetensors",
    "https://huggingface.co.evil.example/a/b": "on another host",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_model_is_refused_with_what_is_accepted(text: str) -> None:
    """A text that points to no model is answered with a sentence and no request."""
    with pytest.raises(UnreachableHub) as caught:
        parse(text)
    assert REFUSED[text] in str(caught.value)


def test_another_endpoint_is_asked_in_place_of_the_usual_one() -> None:
    """A mirror answers for ids and for its own addresses alike."""
    found = parse("a/b@v 1".replace(" ", ""), "http://127.0.0.1:9/")
    assert found.information == "http://127.0.0.1:9/api/models/a/b/revision/v1?blobs=true"
    assert parse("http://127.0.0.1:9/a/b/blob/main/m.gguf", "http://127.0.0.1:9").path == "m.gguf"
    assert found.host == "127.0.0.1:9"


def test_names_of_files_are_quoted_on_their_way() -> None:
    """A path cannot turn into a query, a fragment or another revision."""
    url = Address(repository="a/b", revision="refs/pr/1").file("x?y#z/ü.gguf")
    assert url == "https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/x%3Fy%23z/%C3%BC.gguf"


def test_a_file_elsewhere_has_its_parts_and_config_beside_it() -> None:
    """On other hosts files are looked for in the same folder."""
    address = parse("https://example.com/models/m-00001-of-00002.gguf?x=1")
    assert address.url == "https://example.com/models/m-00001-of-00002.gguf?x=1"
    assert address.file("config.json") == "https://example.com/models/config.json"


def listed(*names: str, size: int | None = 10) -> Listing:
    """Return a listing of files that are all as large."""
    told = None if size is None else Bytes(size)
    return Listing(name="a/b", commit=None, files=tuple(ListedFile(n, told) for n in names))


def found(*names: str, size: int | None = 10) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the files of each variant by format and precision."""
    variants = variants_of(listed(*names, size=size))
    return {(v.format, v.precision): tuple(f.name for f in v.files) for v in variants}


def test_onnx_files_are_grouped_as_transformers_js_loads_them() -> None:
    """Each suffix is a precision, with its data files; other folders do not count beside onnx/."""
    assert found(
        "onnx/model.onnx",
        "onnx/model.onnx_data",
        "onnx/model.onnx_data_1",
        "onnx/model_q4f16.onnx",
        "onnx/model_quantized.onnx",
        "onnx/model_O3.onnx",
        "onnx/text_model_q4f16.onnx",
        "openvino/model.onnx",
    ) == {
        ("onnx", "fp32"): ("onnx/model.onnx", "onnx/model.onnx_data", "onnx/model.onnx_data_1"),
        ("onnx", "q4f16"): ("onnx/model_q4f16.onnx",),
        ("onnx", "q8"): ("onnx/model_quantized.onnx",),
        ("onnx", "O3"): ("onnx/model_O3.onnx",),
    }


def test_an_encoder_and_a_merged_decoder_belong_together() -> None:
    """Merged decoders replace what they were made of; a precision lacking a part is left out."""
    names = ["encoder_model", "decoder_model", "decoder_with_past_model", "decoder_model_merged"]
    whole = [f"onnx/{name}{suffix}.onnx" for suffix in ("", "_q4") for name in names]
    assert found(*whole, "onnx/encoder_model_fp16.onnx") == {
        ("onnx", "fp32"): ("onnx/decoder_model_merged.onnx", "onnx/encoder_model.onnx"),
        ("onnx", "q4"): ("onnx/decoder_model_merged_q4.onnx", "onnx/encoder_model_q4.onnx"),
    }


def test_folders_count_where_there_is_no_onnx_folder() -> None:
    """Exports for other tools are told apart by their folders."""
    assert found("cpu/model.onnx", "cuda/model_fp16.onnx").keys() == {
        ("onnx", "cpu: fp32"),
        ("onnx", "cuda: fp16"),
    }


@pytest.mark.parametrize(
    ("name", "precision"),
    [
        ("Qwen3-0.6B-Q8_0.gguf", "Q8_0"),
        ("smollm2-360m-instruct-q8_0.gguf", "Q8_0"),
        ("gemma-3-1b-it.IQ4_XS.gguf", "IQ4_XS"),
        ("Llama-3.2-1B-Instruct-Q4_K_M.gguf", "Q4_K_M"),
        ("Q5_K_S/model-00001-of-00002.gguf", "Q5_K_S"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
        ("model-bf16.gguf", "BF16"),
        ("Q4_0_4_4-model.Q4_0_4_4.gguf", "Q4_0_4_4"),
        ("Bonsai-Q1_0.gguf", "Q1_0"),
        ("Q4model.gguf", "Q4model"),
        ("plain.gguf", "plain"),
    ],
)
def test_the_precision_of_a_gguf_file_is_in_its_name(name: str, precision: str) -> None:
    """Quantisers' ways of naming files are understood; without one the file's name stays."""
    assert gguf_precision(name) == precision


def test_split_gguf_files_are_one_variant_and_projectors_none() -> None:
    """Parts are added up, incomplete splits and files that are no model are left out."""
    assert found(
        "m-Q4_K_M-00001-of-00002.gguf",
        "m-Q4_K_M-00002-of-00002.gguf",
        "m-Q2_K-00001-of-00003.gguf",
        "mmproj-m-f16.gguf",
        "m.imatrix.gguf",
        "m-Q8_0.gguf",
    ) == {
        ("gguf", "Q8_0"): ("m-Q8_0.gguf",),
        ("gguf", "Q4_K_M"): ("m-Q4_K_M-00001-of-00002.gguf", "m-Q4_K_M-00002-of-00002.gguf"),
    }


def test_mlc_and_single_file_formats_are_found() -> None:
    """WebLLM's shards are one variant; each .task and .litertlm is one."""
    mlc = ("params_shard_0.bin", "params_shard_1.bin", "tensor-cache.json", "tokenizer.json")
    assert found(*mlc, "mlc-chat-config.json") == {("mlc", "mlc"): mlc}
    assert found(
        "gemma3-1b-it-int4-web.task",
        "Gemma3-1B-IT_multi-prefill-seq_q8_ekv1280.litertlm",
        "gemma-2b-it-gpu-int4.bin",
        "odd.task",
    ).keys() == {("task", "int4"), ("task", "odd.task"), ("litertlm", "q8")}


def test_only_the_safetensors_that_transformers_loads_count() -> None:
    """Copies in other formats and adapters are left out."""
    assert found("model.safetensors", "consolidated.safetensors", "fp16/model.safetensors") == {
        ("safetensors", "as stored"): ("model.safetensors",)
    }
    assert found("adapter_model.safetensors") == {}


def test_a_variant_with_a_file_of_unknown_size_has_no_size() -> None:
    """An unknown size stays unknown; it does not count as nothing."""
    assert [v.size for v in variants_of(listed("m-Q8_0.gguf", size=None))] == [None]


def information(**changed: object) -> bytes:
    """Return a model information with some keys changed."""
    told: dict[str, object] = {"id": "a/b", "siblings": [{"rfilename": "m.gguf", "size": 5}]}
    return json.dumps(told | changed).encode()


LISTINGS = {
    "not JSON": (b"<html>", "is not JSON"),
    "a list": (b"[]", "is not an object"),
    "deep": (b"[" * 1000, "nested more than 64 deep"),
    "many entries": (b"[" + b"1," * 500_000 + b"1]", "too many entries"),
    "long": (b'"' + b"x" * 2**22 + b'"', "is longer than"),
    "no name": (information(id=None), "without a name"),
    "a name that climbs": (information(id="../../x"), "without a name"),
    "a name with markup": (information(id="<b>a</b>/c"), "without a name"),
    "no files": (information(siblings=None), "without a name or a list of files"),
    "files without names": (information(siblings=[{}]), "lists a file without a name"),
    "files that climb": (information(siblings=[{"rfilename": "../x.gguf"}]), "outside of it"),
    "empty": (information(siblings=[]), "is empty"),
    "disabled": (information(disabled=True), "disabled by its hub"),
    "thousands": (information(siblings=[{"rfilename": str(i)} for i in range(12_001)]), "12,001"),
    "scripts": (information(siblings=[{"rfilename": "run.py"}]), "has no model: 1 other files"),
    "pickles": (information(siblings=[{"rfilename": "w.bin"}]), "only 'w.bin' and its like"),
}


@pytest.mark.parametrize("case", LISTINGS)
def test_a_description_that_says_nothing_useful_is_refused(case: str) -> None:
    """Every kind of bad model information gets its sentence."""
    text, said = LISTINGS[case]
    with pytest.raises(UnreachableHub) as caught:
        read_listing("a/b", "a/b", text)
    assert said in str(caught.value)


@pytest.mark.parametrize("size", [-1, 2**60, 1.5, "9", True, None])
def test_a_size_that_is_none_is_unknown(size: object) -> None:
    """A hub's nonsense for a size does not become a number."""
    listing = read_listing(
        "a/b", "a/b", information(siblings=[{"rfilename": "m.gguf", "size": size}])
    )
    assert listing.size_of("m.gguf") is None


def test_a_renamed_repository_is_noted() -> None:
    """The new name is used and told; a change of case alone is none."""
    assert "is now called a/b" in read_listing("x/y", "x/y", information()).notes[0]
    assert not read_listing("A/B", "A/B", information()).notes


RANGED = Request(url="https://host.example/f", purpose="a header", most=10, offset=0)
WHOLE = Request(url="https://host.example/f", purpose="a config", most=10)


@pytest.mark.parametrize(
    ("request_", "answer", "said"),
    [
        (WHOLE, HubResponse(status=0, problem="timed out"), "could not be reached (timed out)"),
        (WHOLE, HubResponse(status=401), "does not exist on host.example, or is private"),
        (WHOLE, HubResponse(status=401, headers={"x-error-code": "RepoNotFound"}), "or is private"),
        (WHOLE, HubResponse(status=401, headers={"x-error-code": "GatedRepo"}), "is gated"),
        (WHOLE, HubResponse(status=403), "is gated"),
        (WHOLE, HubResponse(status=404, headers={"x-error-code": "RevisionNotFound"}), "revision"),
        (WHOLE, HubResponse(status=404, headers={"x-error-code": "EntryNotFound"}), "no such file"),
        (RANGED, HubResponse(status=404), "no such file"),
        (RANGED, HubResponse(status=416), "ends before byte 0"),
        (WHOLE, HubResponse(status=429), "fewer requests"),
        (WHOLE, HubResponse(status=451), "legal reasons"),
        (WHOLE, HubResponse(status=503), "fault of its own (503)"),
        (WHOLE, HubResponse(status=302), "answered 302"),
        (WHOLE, HubResponse(status=418), "answered 418"),
        (WHOLE, HubResponse(status=200, body=bytes(11)), "more than 10 bytes"),
    ],
)
def test_every_bad_answer_has_its_sentence(
    request_: Request, answer: HubResponse, said: str
) -> None:
    """What went wrong is told apart, with the host's name."""
    with pytest.raises(UnreachableHub) as caught:
        check("a/b", request_, answer)
    assert said in str(caught.value)
    assert str(caught.value).startswith("'a/b' ")


def test_a_long_answer_to_a_range_is_cut_to_what_was_asked() -> None:
    """A server that ignores ranges sends more; the front is still good."""
    assert check("a/b", RANGED, HubResponse(status=200, body=bytes(11))) == bytes(10)


@pytest.mark.parametrize(
    ("answer", "pauses"),
    [
        (HubResponse(status=503), [0.5, 1.0, 2.0, None]),
        (HubResponse(status=0), [0.5, 1.0, 2.0, None]),
        (HubResponse(status=429, headers={"retry-after": "7"}), [7.0, 7.0, 7.0, None]),
        (HubResponse(status=429, headers={"retry-after": "3600"}), [None]),
        (HubResponse(status=429, headers={"retry-after": "Wed, 21 Oct 2026"}), [0.5]),
        (HubResponse(status=404), [None]),
        (HubResponse(status=200), [None]),
    ],
)
def test_only_what_may_pass_is_asked_again(answer: HubResponse, pauses: list[float | None]) -> None:
    """Waits grow, follow the server's own word, and end."""
    assert [pause_before(i + 1, answer) for i in range(len(pauses))] == pauses


def test_a_range_asks_for_no_credentials_and_exact_bytes() -> None:
    """A request names a range and what it takes, and nothing else."""
    assert RANGED.headers == {"Accept": "*/*", "Range": "bytes=0-9"}
    assert "cannot be read" in str(sentence(WHOLE, HubResponse(status=300)))


MLC_LISTS = {
    "not JSON": (b"?", "is not JSON"),
    "no records": (b"{}", "has no records"),
    "no list": (b'{"records": [5]}', "a shard has no records"),
    "no name": (b'{"records": [{"records": [{}]}]}', "lacks its name"),
    "the same name": (
        json.dumps(
            {
                "records": [
                    {"records": [{"name": "w", "shape": [], "dtype": "int8", "nbytes": 1}] * 2}
                ]
            }
        ).encode(),
        "there twice",
    ),
}


@pytest.mark.parametrize("case", MLC_LISTS)
def test_a_broken_list_of_shards_is_refused(case: str) -> None:
    """Each kind of damage is named."""
    text, said = MLC_LISTS[case]
    with pytest.raises(UnreadableHeader, match=said):
        read_mlc_list(text)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"dtype": "int3"}, "has the type 'int3'"),
        ({"shape": [2.5]}, "no list of numbers"),
        ({"shape": [2**40, 2**40]}, "more than 2^63"),
        ({"nbytes": 7}, "fills 7 bytes"),
        ({"nbytes": -1}, "fills -1 bytes"),
    ],
)
def test_a_tensor_that_contradicts_itself_is_refused(changed: dict[str, object], said: str) -> None:
    """Type, shape and bytes of MLC's tensors must agree."""
    row = {"name": "w", "shape": [2], "dtype": "float32", "format": "raw", "nbytes": 8} | changed
    with pytest.raises(UnreadableHeader) as caught:
        read_mlc_list(json.dumps({"records": [{"records": [row]}]}).encode())
    assert said in str(caught.value)


def test_a_packed_tensor_has_the_bytes_of_its_shard() -> None:
    """A float32 tensor kept as bfloat16 takes half."""
    row = {"name": "w", "shape": [2], "dtype": "float32", "format": "f32-to-bf16", "nbytes": 4}
    header = read_mlc_list(json.dumps({"records": [{"records": [row]}]}).encode())
    assert header.weights_bytes == 4


def test_braces_in_strings_do_not_count_as_depth() -> None:
    """Text may hold any brackets."""
    assert parse_json(json.dumps(["[" * 500, '"{']).encode()) == ["[" * 500, '"{']


def test_the_first_step_of_a_plan_asks_the_named_host_only() -> None:
    """Nothing is asked before a plan is begun, and then one small request."""
    (request,) = next(look_up(parse("a/b")))
    assert request.url == "https://huggingface.co/api/models/a/b?blobs=true"
    assert request.accept == "application/json"
