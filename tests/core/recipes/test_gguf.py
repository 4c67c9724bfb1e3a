"""GGUF files against what llama.cpp makes and what is published."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from tabfit.errors import UnknownName, UnsupportedCombination
from tabfit.recipes.gguf import files, stored_tensors
from tabfit.recipes.gguf.metadata import (
    directory_size,
    padded,
    vocabulary_of,
)
from tabfit.recipes.stored_model import Stored, StoredTensor
from tabfit.units import Bytes
from tests.accuracy import gguf_sizes
from tests.accuracy.onnx_sizes import Row, architecture_of

MADE = gguf_sizes.data("made")
TYPE_NAMES = list(MADE["types"])
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
TODAY = "2026-11"  # as the quantiser that made the data: habits of older files left out


def made_files() -> list[tuple[str, str]]:
    """Return every shape and mix that llama.cpp made a file of."""
    return [(name, mix) for name, shape in MADE["shapes"].items() for mix in shape["mixes"]]


def stored_in(file: tuple[str, str]) -> dict[str, tuple[str, int]]:
    """Return each tensor's type and bytes in a file that llama.cpp made."""
    shape = MADE["shapes"][file[0]]
    letters, _ = shape["mixes"][file[1]]
    kinds = (TYPE_NAMES[LETTERS.index(letter)] for letter in letters)
    pairs = zip(shape["tensors"], kinds, strict=True)
    return {name: (kind, sizes[kind]) for (name, _, _, sizes), kind in pairs}


def predicted(name: str, mix: str) -> tuple[StoredTensor, ...]:
    """Return the tensors predicted for a made file."""
    precision, _, without = mix.partition(" ")
    architecture = architecture_of(MADE["shapes"][name]["config"])
    return stored_tensors.tensors_of(
        architecture, precision, imatrix=not without, made=TODAY, pure=False, head_apart=False
    )


@pytest.mark.parametrize("file", list(made_files()), ids=" ".join)
def test_every_tensor_is_what_llama_cpp_made(file: tuple[str, str]) -> None:
    """In each file made on random weights every tensor has the predicted type, bytes and place."""
    tensors = {one.name: (one.type.name, one.size) for one in predicted(*file)}
    assert list(tensors.items()) == list(stored_in(file).items())


@pytest.mark.parametrize("name", MADE["shapes"])
def test_shapes_and_float_types_are_the_converter_s(name: str) -> None:
    """The float file has the converter's tensors, in shape and in what stays float32."""
    expected = {
        tensor: (tuple(shape), kind) for tensor, shape, kind, _ in MADE["shapes"][name]["tensors"]
    }
    architecture = architecture_of(MADE["shapes"][name]["config"])
    tensors = stored_tensors.tensors_of(architecture, "F16", made=TODAY, head_apart=False)
    assert {one.name: (one.shape, one.type.name) for one in tensors} == expected


@pytest.mark.parametrize("name", MADE["shapes"])
def test_what_is_no_tensor_is_the_same_in_every_file_of_a_shape(name: str) -> None:
    """Files less their padded tensors leave the same front, which the directory fits into."""
    fronts = set()
    for mix, (_, size) in MADE["shapes"][name]["mixes"].items():
        tensors = predicted(name, mix)
        fronts.add(size - files.tensor_data_size(tensors))
        directory = sum(directory_size(one.name, one.shape) for one in tensors)
    assert len(fronts) == 1
    assert directory < fronts.pop() < directory + 2_000  # a file without a tokenizer


def test_the_shapes_are_of_the_kinds_that_break_rules_of_thumb() -> None:
    """There is a narrow, a tied, an encoder's and a fused shape, and one with eight experts."""
    shapes = MADE["shapes"]
    assert len(shapes) >= 8
    assert shapes["tied-narrow"]["config"]["hidden_size"] % 256
    assert {"encoder", "fused"} < set(shapes)
    assert 8 in [shape["config"].get("num_local_experts") for shape in shapes.values()]


@pytest.mark.parametrize(
    ("precision", "bits", "printed"),
    list(gguf_sizes.bits_per_weight()),
    ids=lambda value: str(value),
)
def test_the_quantiser_s_own_table(precision: str, bits: float, printed: float) -> None:
    """All 23 sizes in llama.cpp's own README come out within a hundredth of a percent."""
    assert bits == pytest.approx(printed, rel=1e-4), precision


@pytest.mark.parametrize("row", list(gguf_sizes.rows()), ids=lambda row: row.model)
def test_published_files(row: Row) -> None:
    """A published file is within 0.4 % of what is predicted, its tokenizer only modelled."""
    assert abs(row.error) < 0.004


@pytest.mark.parametrize("row", list(gguf_sizes.listed_rows()), ids=lambda row: row.model)
def test_whole_repositories(row: Row) -> None:
    """Every precision of a repository is within the interval, and near its middle."""
    assert row.inside
    assert abs(row.error) < 0.001


def test_tensors_are_exact_because_fronts_agree() -> None:
    """Less the predicted tensors, all precisions of a repository leave the same few bytes.

    The list is rounded to a hundredth of a mebibyte, so fronts may differ by one.
    """
    for each in gguf_sizes.data("listed")["repositories"]:
        fronts = []
        for precision, size in each["mib"].items():
            architecture = architecture_of(each["config"])
            tensors = stored_tensors.tensors_of(architecture, precision, **each.get("choices", {}))
            fronts.append(size - files.tensor_data_size(tensors) / 2**20)
        assert max(fronts) - min(fronts) < 0.011, each["model"]


def test_exact_files_of_one_maker_leave_the_same_front() -> None:
    """Files of known bytes leave the same front for a model, give or take keys and a template."""
    fronts = defaultdict(list)
    for row in gguf_sizes.data("published")["rows"]:
        architecture = architecture_of(row["config"])
        tensors = stored_tensors.tensors_of(
            architecture, row["precision"], **row.get("choices", {})
        )
        model = str(row["config"]) + str(row.get("choices"))
        fronts[model].append(row["bytes"] - files.tensor_data_size(tensors))
    apart = [max(many) - min(many) for many in fronts.values() if len(many) > 1]
    assert len(apart) >= 10
    assert sum(difference < 10_000 for difference in apart) >= len(apart) - 1  # one kept scores


LLAMA = "meta-llama__Llama-3.2-1B"


def stored(precision: str, config: Any = LLAMA, **choices: Any) -> Stored:
    """Return a model stored as GGUF."""
    return files.store(architecture_of(config), precision, **choices)


def test_parts_hold_every_tensor_once_and_stay_below_the_limit() -> None:
    """A split file is as many parts as needed, named as llama.cpp numbers them."""
    limit = Bytes(512 * 10**6)
    whole = stored("Q4_K_M", name="llama")
    split = stored("Q4_K_M", name="llama", split=limit)
    names = [file.name for file in split.files]
    assert names == ["llama-Q4_K_M-00001-of-00002.gguf", "llama-Q4_K_M-00002-of-00002.gguf"]
    assert sum((file.tensors for file in split.files), ()) == whole.tensors
    assert all(files.tensor_data_size(file.tensors) <= limit for file in split.files)
    extra = split.download.likely - whole.download.likely
    assert 0 < extra < 1_000


def test_a_tensor_larger_than_a_part_gets_a_part_of_its_own() -> None:
    """The token table of 215 MB lies alone where parts hold 100 MB."""
    split = stored("Q4_K_M", split=Bytes(100 * 10**6))
    alone = [file for file in split.files if len(file.tensors) == 1]
    assert [file.tensors[0].name for file in alone] == ["token_embd.weight"]


def test_names_are_read_without_regard_to_case() -> None:
    """A short name means the middle mix."""
    assert stored("q4_k") == stored("Q4_K_M")


def test_an_unknown_precision_is_refused_with_those_known() -> None:
    """The sentence names what was asked and what is accepted."""
    with pytest.raises(UnknownName, match="'q9_z'; known are: ") as told:
        stored("q9_z")
    assert {"Q4_K_M", "Q4_K_L"} <= {*told.value.known}


def test_a_family_that_llama_cpp_does_not_convert_is_refused() -> None:
    """Whisper has files of another format."""
    with pytest.raises(UnsupportedCombination, match="no converter for whisper"):
        stored("Q8_0", "openai__whisper-base")


def test_a_month_is_written_with_its_year() -> None:
    """Anything else is refused."""
    with pytest.raises(UnsupportedCombination, match="year and a month"):
        stored("Q8_0", made="spring")


def test_an_importance_matrix_widens_four_bit_files_of_the_first_layers() -> None:
    """Q4_0 with a matrix keeps the first down projections in Q4_1."""
    wide = stored("Q4_0").weights_bytes - stored("Q4_0", imatrix=False).weights_bytes
    assert wide == 2 * 8192 * 2048 // 32 * 2  # two of sixteen layers, two bytes a block


def test_where_no_matrix_is_told_the_interval_holds_a_file_without_one() -> None:
    """Qwen's own Qwen3-8B-Q5_0.gguf was made with none; told so, its size is exact."""
    published = 5_720_761_152
    asked, told = (
        stored("Q5_0", "Qwen__Qwen3-8B", imatrix=used).files[0].size for used in (None, False)
    )
    assert asked.low <= published < asked.likely
    assert told.likely == pytest.approx(published, rel=1e-4)


def test_early_files_hold_latent_attention_s_expansion_as_one_array() -> None:
    """DeepSeek V2 Lite as bartowski and mradermacher made it in 2024, and as it is made since."""
    names = [
        {one.name for one in stored("Q4_K_M", "catalog:deepseek-v2-lite", made=made).tensors}
        for made in ("2025-03", "2025-04")
    ]
    assert "blk.0.attn_kv_b.weight" in names[0] - names[1]
    assert {"blk.0.attn_k_b.weight", "blk.0.attn_v_b.weight"} <= names[1] - names[0]
    usual = stored("Q4_K_M", "catalog:deepseek-v2-lite").files[0].size
    assert usual.likely == pytest.approx(10_364_416_736, rel=1e-4)


def test_early_files_of_pieces_hold_merges_too() -> None:
    """The interval holds TheBloke's TinyLlama, whose tokenizer is twice as large."""
    size = stored("Q4_K_M", "TinyLlama__TinyLlama-1.1B-Chat-v1.0").files[0].size
    assert size.likely < 668_788_096 <= size.high < 1.005 * size.likely


def test_a_tied_head_may_be_stored_twice() -> None:
    """Apart, the table gets the mix's base type and the head the wide one."""
    apart = {one.name: one.type.name for one in stored("Q4_K_M", head_apart=True).tensors}
    assert (apart["token_embd.weight"], apart["output.weight"]) == ("Q4_K", "Q6_K")


def test_a_one_bit_file_keeps_its_table_at_one_bit() -> None:
    """Models trained in one bit are published with every matrix so, unless asked otherwise."""
    types = {one.type.name for one in stored("Q1_0").tensors}
    assert types == {"F32", "Q1_0"}
    assert "Q6_K" in {one.type.name for one in stored("Q1_0", pure=False).tensors}


def test_gpt_oss_keeps_its_experts_in_every_precision() -> None:
    """A file of any mix has the experts in MXFP4, as they were published."""
    for precision in ("F16", "Q4_K_M", "Q8_0"):
        tensors = stored(precision, "openai__gpt-oss-120b").tensors
        assert {one.type.name for one in tensors if "_exps.weight" in one.name} == {"MXFP4"}


def test_a_fused_projection_counts_as_a_value_only_today() -> None:
    """Phi-3's published files have it in one type; today's quantiser alternates two."""
    phi = "microsoft__Phi-3-mini-4k-instruct"
    fused = []
    for made in (None, TODAY):
        tensors = stored("Q4_K_M", phi, made=made).tensors
        fused.append({one.type.name for one in tensors if "attn_qkv" in one.name})
    assert fused == [{"Q5_K"}, {"Q4_K", "Q6_K"}]


def test_phi_2_was_published_with_one_projection() -> None:
    """Today its query, key and value are three tensors."""
    names = [
        {one.name for one in stored("F16", "microsoft__phi-2", made=made).tensors}
        for made in (None, TODAY)
    ]
    assert "blk.0.attn_qkv.bias" in names[0]
    assert "blk.0.attn_k.bias" in names[1]


def test_small_models_fall_back_to_fatter_types() -> None:
    """Qwen2.5-0.5B is nearly as large in Q2_K as in Q4_0: 896 does not divide into 256."""
    small = "Qwen__Qwen2.5-0.5B"
    two, four = stored("Q2_K", small).weights_bytes, stored("Q4_0", small).weights_bytes
    assert 0.95 < two / four < 1


@pytest.mark.parametrize(
    ("config", "size"),
    [  # the arrays of the vocabularies that llama.cpp ships for its tests
        (LLAMA, 7_817_282),
        ("Qwen__Qwen2.5-0.5B", 5_927_488),
        ("openai-community__gpt2", 1_766_123),
        ("microsoft__Phi-3-mini-4k-instruct", 724_627),
        ("meta-llama__Llama-2-7b-hf", 722_919),
        ("BAAI__bge-small-en-v1.5", 626_679),
        ("CohereForAI__aya-23-8B", 10_864_485),
        ("google__gemma-4-E2B", 15_762_318),
    ],
)
def test_modelled_tokenizers(config: str, size: int) -> None:
    """A vocabulary's bytes follow from its kind and size within three percent."""
    assert vocabulary_of(architecture_of(config)).size == pytest.approx(size, rel=0.03)


def test_tensors_begin_at_multiples_of_32() -> None:
    """The padding rounds up and leaves whole multiples alone."""
    assert [padded(size) for size in (0, 1, 32, 33)] == [0, 32, 32, 64]


def test_the_largest_tensor_is_the_table_of_a_small_model() -> None:
    """Llama 3.2 1B in Q4_K_M: the tied token table, in Q6_K."""
    largest = stored("Q4_K_M").largest_tensor
    assert (largest.name, largest.type.name, largest.size) == (
        "token_embd.weight",
        "Q6_K",
        128256 * 2048 // 256 * 210,
    )


def test_a_second_file_for_pictures_is_said() -> None:
    """A model that sees has its tower in another file, which the reader is told."""
    seeing = stored("Q8_0", "HuggingFaceTB__SmolVLM-256M-Instruct")
    assert any("mmproj" in note for note in seeing.notes)
    assert not any("vision" in one.name for one in seeing.tensors)


def test_what_the_float_file_keeps_wide_may_still_be_quantised() -> None:
    """DeepSeek-V3.2's indexer weighs its heads in float32, until a mix takes the matrix too."""
    name = "blk.3.indexer.proj.weight"
    types = [
        next(one.type.name for one in tensors if one.name == name)
        for tensors in (
            stored(precision, "deepseek-ai__DeepSeek-V3.2").tensors
            for precision in ("F16", "Q4_K_M")
        )
    ]
    assert types == ["F32", "Q4_K"]


@pytest.mark.parametrize("file", ["gemma-3n-E2B-it-Q4_K_M.gguf"])
def test_a_table_for_each_layer_has_the_type_that_a_publisher_chose(file: str) -> None:
    """A file of Gemma 3n lies between that table in the mix's four bits and in llama.cpp's six."""
    row = next(row for row in gguf_sizes.collected_rows() if row.model == file)
    assert row.low < row.truth < row.likely
    name = "per_layer_token_embd.weight"
    architecture = architecture_of("catalog:gemma-3n-e2b")
    whole = files.store(architecture, "Q4_K_M")
    table = next(one.size for one in whole.tensors if one.name == name)
    spared = whole.download.likely - whole.download.low
    chosen = 0.015 * sum(one.size for one in whole.tensors)  # types chosen tensor by tensor
    assert spared == pytest.approx(table * (1 - 4.5 / 6.5625) + chosen, rel=0.01)
    floats = files.store(architecture, "F16").download
    assert floats.low / floats.likely > 0.999
