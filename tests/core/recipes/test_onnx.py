"""ONNX files against published sizes and against files made with the real tools."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from tabfit.architectures import FAMILIES, read
from tabfit.errors import UnreadableConfig, UnsupportedCombination
from tabfit.model.architecture import Architecture, Kind, Tower
from tabfit.model.tensors import Part, Role, Tensor, gather
from tabfit.recipes.onnx import files, sessions
from tabfit.recipes.onnx.export_families import FACTS, Export, ExportFamily, exports_of
from tabfit.recipes.onnx.exports import DTYPES
from tests.accuracy.onnx_sizes import (
    DATA,
    KNOWN,
    UNKNOWN,
    UNSEEN,
    Row,
    Withheld,
    architecture_of,
    predicted,
    rows,
    session_of,
)
from tests.accuracy.onnx_unloaded_sessions import sessions_apart

MADE: dict[str, Any] = json.loads((DATA / "onnx" / "made.json").read_text())["models"]
DISTILBERT = "distilbert__distilbert-base-uncased-finetuned-sst-2-english"


SLIMMED = "-slimmed"
CONVOLVED = (
    "whisper",
    "vit",
    "dinov2",
    "segformer",
    "squeezebert",
    "swin",
    "resnet",
    "wav2vec2",
    "mobilevit",
)


def _is_as_published(name: str, file: str, dtype: str) -> bool:
    """Return whether a made file is traced like the published ones, whose rules the recipe has.

    A newer transformers draws no mask for GPT-2, looks Whisper's positions up, and hides BART's
    shared head from the exporter; convolutions at eight bits bring a few shapes along.
    """
    decoder = file.startswith("decoder")
    if name.startswith("gpt2") or (name.startswith("bart-6") and decoder):
        return False
    convolves = name.startswith(CONVOLVED)
    return not (convolves and dtype == "q8")


MADE_AS_PUBLISHED = [
    (name, file, dtype)
    for name, model in MADE.items()
    for file, dtypes in model["files"].items()
    for dtype in dtypes
    if model["config"]["model_type"] in FAMILIES and _is_as_published(name, file, dtype)
    if not name.endswith(SLIMMED)
]


@cache
def _rows(withheld: Withheld) -> tuple[Row, ...]:
    return tuple(rows(withheld))


def test_the_interval_contains_published_sizes() -> None:
    """Without knowing how a file was exported, at least 95 of 100 sizes lie in the interval."""
    found = _rows(UNKNOWN)
    assert len(found) >= 300
    assert sum(row.inside for row in found) >= 0.95 * len(found)


def test_the_point_is_near_where_the_export_is_known() -> None:
    """Knowing the kind of export, at least 93 of 100 sizes are within 2 %."""
    found = _rows(KNOWN)
    assert sum(abs(row.error) <= 0.02 for row in found) >= 0.93 * len(found)
    assert sum(row.inside for row in found) >= 0.95 * len(found)


def test_an_interval_holds_sizes_of_types_nobody_has_seen() -> None:
    """With every rule withheld that names the model's type, 9 of 10 intervals still hold."""
    found = _rows(UNSEEN)
    assert sum(row.inside for row in found) >= 0.9 * len(found)


@pytest.mark.parametrize(("name", "file", "dtype"), MADE_AS_PUBLISHED)
def test_weights_of_made_files_match_to_the_byte(name: str, file: str, dtype: str) -> None:
    """Weights, scales and zero points are what onnxruntime's own quantisers write."""
    made = MADE[name]
    architecture = read(made["config"])
    session = session_of(architecture, file.removesuffix(".onnx"))
    assert session is not None
    (candidate,) = files.candidates_of(session, architecture, DTYPES[dtype], [Export()])
    assert candidate.data == made["files"][file][dtype]["weights"]


def _made_and_said(name: str, file: str, dtype: str, family: ExportFamily) -> tuple[int, int]:
    architecture = read(MADE[name]["config"])
    session = session_of(architecture, file)
    assert session is not None
    (candidate,) = files.candidates_of(session, architecture, DTYPES[dtype], [Export(family)])
    return MADE[name]["files"][f"{file}.onnx"][dtype]["weights"], candidate.data


@pytest.mark.parametrize("dtype", ["fp32", "fp16", "q8", "q4", "q4f16", "bnb4"])
def test_distances_are_projected_beforehand_in_a_slimmed_graph(dtype: str) -> None:
    """What onnxslim folds of DeBERTa lies in the file, and what it folds away does not."""
    made, said = _made_and_said("deberta-v2-2-slimmed", "model", dtype, ExportFamily.SLIMMED)
    assert abs(said - made) < 500  # a few shapes


def test_a_slimmed_branch_keeps_its_table_wide() -> None:
    """At eight bits a merged decoder that was slimmed has the token table a second time."""
    file = "decoder_model_merged"
    plain, said_plain = _made_and_said("whisper-4", file, "q8", ExportFamily.TRACED)
    slim, said_slim = _made_and_said("whisper-4-slimmed", file, "q8", ExportFamily.SLIMMED)
    assert slim - plain > 4 * 500 * 64  # vocabulary, width
    assert said_slim - said_plain == pytest.approx(slim - plain, abs=500)


@pytest.mark.parametrize("family", list(ExportFamily))
def test_a_family_explains_the_repositories_it_names(family: ExportFamily) -> None:
    """Every published file of these repositories that this kind made is within 2 %."""
    found: dict[str, list[float]] = {name: [] for name in FACTS[family].repositories}
    for row in _rows(KNOWN):
        if row.model in found and row.recipe.endswith(f"({family})"):
            found[row.model].append(abs(row.error))
    assert all(found.values())
    assert max(error for errors in found.values() for error in errors) < 0.02


# One published file for each rule, and how near its size must come.
LANDMARKS = [
    ("onnx-community/Qwen2.5-0.5B-Instruct", "model q4 (traced)", 0.0005),  # whole rotary tables
    ("onnx-community/Llama-3.2-1B-Instruct", "model uint8 (traced)", 0.0005),  # none
    ("onnx-community/Qwen3-0.6B-ONNX", "model q4 (fused)", 0.0001),  # half
    ("onnx-community/granite-4.0-350m-ONNX-web", "model q4f16 (fused)", 0.0005),
    ("onnx-community/Phi-4-mini-instruct-web-q4f16", "model q4f16 (doubled)", 0.002),
    ("onnx-community/gemma-3-270m-it-ONNX", "model q4f16 (packed)", 0.001),  # table of 8 bits
    ("onnx-community/LFM2.5-350M-ONNX", "model q8 (packed)", 0.001),  # head packed apart
    ("onnx-community/Bonsai-1.7B-ONNX", "model q4 (packed)", 0.005),  # table of 4 bits
    ("onnx-community/Qwen3.5-2B-ONNX", "decoder_model_merged q4 (packed)", 0.0005),  # chunks
    ("onnx-community/gemma-4-E2B-it-ONNX", "decoder_model_merged q4 (packed)", 0.0005),
    (
        "onnx-community/whisper-large-v3-turbo",
        "decoder_model_merged+encoder_model uint8 (slimmed)",
        0.0005,  # the token table twice
    ),
    (
        "onnx-community/piiranha-v1-detect-personal-information-ONNX",
        "model fp32 (slimmed)",
        0.001,  # distances projected beforehand
    ),
    (
        "onnx-community/moonshine-tiny-ONNX",
        "decoder_model_merged+encoder_model fp16 (traced)",
        0.002,
    ),
    (
        "onnx-community/moonshine-base-ONNX",
        "decoder_model_merged+encoder_model q4f16 (traced)",
        0.002,
    ),
    ("Xenova/m2m100_418M", "decoder_model_merged q8 (traced)", 0.003),  # sines of each branch
    (
        "onnx-community/sam2.1-hiera-tiny-ONNX",
        "prompt_encoder_mask_decoder+vision_encoder fp32 (traced)",
        0.002,
    ),  # stretched positions
    ("onnx-community/depth-anything-v2-small", "model fp32 (traced)", 0.001),
    ("onnx-community/depth-anything-v2-base", "model q8 (traced)", 0.003),  # unread, not packed
    (
        "onnx-community/Florence-2-base-ft",
        "decoder_model_merged+embed_tokens+encoder_model+vision_encoder fp32 (traced)",
        0.0005,  # DaViT's graph
    ),
    (
        "onnx-community/opus-mt-en-zh",
        "decoder_model_merged q4f16 (slimmed)",
        0.005,  # each branch has weights of its own
    ),
    (
        "onnx-community/Qwen2-VL-2B-Instruct",
        "vision_encoder q4f16 (traced)",
        0.01,  # products with a bias over patches in one row
    ),
    ("alibaba-nlp/gte-base-en-v1.5", "model q8 (traced)", 0.003),  # waves of all it stretches to
    ("jinaai/jina-embeddings-v2-base-code", "model fp16 (traced)", 0.005),  # no places, gates
    ("Xenova/speecht5_tts", "decoder_model_merged q8 (traced)", 0.01),  # waves of each branch
    ("Xenova/speecht5_hifigan", "model fp32 (traced)", 0.002),  # SpeechT5's last convolutions
    ("Xenova/sam-vit-base", "prompt_encoder_mask_decoder q8 (traced)", 0.02),  # widening steps
    ("onnx-community/cohere-transcribe-03-2026-ONNX", "encoder_model q4f16 (traced)", 0.002),
    ("HuggingFaceTB/SmolVLM-500M-Instruct", "vision_encoder q8 (traced)", 0.01),  # places read
    ("onnx-community/granite-speech-4.1-2b-ONNX", "audio_encoder q4 (packed)", 0.01),
    ("Xenova/larger_clap_music_and_speech", "audio_model q8 (traced)", 0.02),  # windows cut
    ("onnx-community/GLM-OCR-ONNX", "vision_encoder q4f16 (packed)", 0.01),
    ("Xenova/clipseg-rd64-refined", "model fp16 (traced)", 0.002),  # layers that nothing reads
    ("onnx-community/DepthPro-ONNX", "model q4 (traced)", 0.001),  # its first step, too
]


@pytest.mark.parametrize(("repository", "what", "near"), LANDMARKS)
def test_a_rule_is_seen_in_a_published_file(repository: str, what: str, near: float) -> None:
    """Each rule of an exporter decides the size of a published file, and its size comes out."""
    found = [row for row in _rows(KNOWN) if (row.model, row.recipe) == (repository, what)]
    assert found
    assert max(abs(row.error) for row in found) < near


def test_families_are_dated() -> None:
    """Each kind of export has the month it began, in order, and its tools."""
    since = [FACTS[family].since for family in ExportFamily]
    assert since == sorted(since)
    assert all(FACTS[family].made_with for family in ExportFamily)


def test_published_rows_name_repository_and_revision() -> None:
    """Every row says whose file it is, at which revision, and where the size was read."""
    every = json.loads((DATA / "onnx" / "published.json").read_text())["rows"]
    nameless = [
        row for row in every if not (row["repository"] and row["revision"] and row["source"])
    ]
    assert nameless == []
    keys = [(row["repository"].lower(), row["revision"], *sorted(row["sessions"]), row["dtype"],
             row["bytes"]) for row in every]  # fmt: skip
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("dtype", ["fp32", "fp16", "q8", "q4", "q4f16", "bnb4"])
def test_distilbert_made_here_is_within_one_percent(dtype: str) -> None:
    """DistilBERT exported and quantised with the real tools has the predicted size."""
    made = MADE["distilbert-sst2"]["files"]["model.onnx"][dtype]["bytes"]
    size = files.weights_size(architecture_of(DISTILBERT), dtype)
    assert abs(size.likely / made - 1) < 0.01
    assert size.low <= made <= size.high


@pytest.mark.parametrize("name", ["whisper-4", "whisper-6"])
def test_a_speech_encoder_is_made_as_predicted(name: str) -> None:
    """Convolutions are quantised, positions that are added are not."""
    architecture = read(MADE[name]["config"])
    session = session_of(architecture, "encoder_model")
    assert session is not None
    (candidate,) = files.candidates_of(session, architecture, DTYPES["q8"], [Export()])
    made = MADE[name]["files"]["encoder_model.onnx"]["q8"]["weights"]
    assert abs(candidate.data - made) < 100  # int64 shapes of the convolutions' outputs


def test_files_are_named_as_they_are_fetched() -> None:
    """Sessions, suffixes and the q8 suffix follow Transformers.js."""
    names = [f.name for f in files.store(architecture_of("openai__whisper-base"), "Q8").files]
    assert names[:2] == [
        "onnx/encoder_model_quantized.onnx",
        "onnx/decoder_model_merged_quantized.onnx",
    ]
    assert files.store(architecture_of(DISTILBERT), "fp32").files[0].name == "onnx/model.onnx"


def _seeing() -> Architecture:
    """Return a model of four tensors that sees: table, one layer, tied head, a vision layer."""
    table = "model.embed_tokens.weight"
    tensors = (
        Tensor(name=table, shape=(100, 64), role=Role.EMBEDDING),
        Tensor(name="model.up.weight", shape=(128, 64), role=Role.UP, layer=0),
        Tensor(name="lm_head.weight", shape=(100, 64), role=Role.HEAD, tied_to=table),
        Tensor(name="v.weight", shape=(64, 64), role=Role.QUERY, part=Part.VISION, layer=0),
    )
    return Architecture(
        family="seeing",
        head="SeeingForConditionalGeneration",
        kind=Kind.DECODER,
        inventory=gather(tensors),
        towers=(Tower(part=Part.DECODER, hidden=64, layers=(), rope_widths=(32,), positions=9),),
        vocabulary=100,
        outputs=100,
    )


def test_a_model_that_sees_has_a_session_for_each_part() -> None:
    """The token table is a session of its own, and the decoder keeps its own copy as head."""
    found = {s.name: [t.name for t in s.tensors] for s in sessions.sessions_of(_seeing())}
    assert found == {
        "embed_tokens": ["model.embed_tokens.weight"],
        "decoder_model_merged": ["model.up.weight", "lm_head.weight"],
        "vision_encoder": ["v.weight"],
    }


def test_packed_builds_pack_the_table_too() -> None:
    """At q4 a packed export stores table and head in blocks of four bits with zero points."""
    stored = files.store(_seeing(), "q4", family="packed")
    bits = {t.name: 8 * t.size / (t.shape[0] * t.shape[1]) for t in stored.tensors if t.origin}
    assert bits["model.up.weight"] == bits["lm_head.weight"] == 5.125
    assert bits["model.embed_tokens.weight"] == 5.125  # as later decoders that see keep it


def test_weights_beyond_two_gigabytes_lie_beside_the_graph() -> None:
    """A file that protobuf cannot hold becomes a graph and parts of at most 2000 MiB."""
    stored = files.store(architecture_of("meta-llama__Llama-3.2-1B"), "fp32")
    names = [file.name for file in stored.files if file.name.startswith("onnx/")]
    assert names[0] == "onnx/model.onnx"
    assert names[1:] == ["onnx/model.onnx_data"] + [
        f"onnx/model.onnx_data_{number}" for number in range(1, len(names) - 1)
    ]
    for file in stored.files[1 : len(names)]:
        assert file.size.likely <= files.CHUNK or len(file.tensors) == 1


def test_parts_add_up_to_the_session() -> None:
    """Splitting a session over files loses no byte at either end of the interval."""
    architecture = architecture_of("meta-llama__Llama-3.2-1B")
    size = files.weights_size(architecture, "fp32")
    parts = [f for f in files.store(architecture, "fp32").files if f.name.startswith("onnx/")]
    assert sum(part.size.likely for part in parts) == size.likely
    assert sum(part.size.low for part in parts) == pytest.approx(size.low, abs=len(parts))


def test_every_end_of_an_interval_is_explained() -> None:
    """Where the size depends on the exporter, the file says what makes it least and most."""
    (file, *_) = files.store(architecture_of("HuggingFaceTB__SmolLM2-135M"), "q4").files
    assert "least: built for the web" in file.why
    assert "most: built by onnxruntime-genai" in file.why
    assert file.size.low < file.size.likely < file.size.high


def test_knowing_the_export_narrows_the_interval() -> None:
    """A named family never widens what was said without it."""
    architecture = architecture_of("Qwen__Qwen2.5-0.5B")
    known, unknown = (files.weights_size(architecture, "q4", family=f) for f in ("traced", None))
    assert unknown.low <= known.low <= known.high <= unknown.high
    assert known.high - known.low < 0.15 * (unknown.high - unknown.low)


def test_unknown_names_are_refused_with_those_accepted() -> None:
    """A dtype or a family that does not exist is refused in one sentence."""
    architecture = architecture_of(DISTILBERT)
    with pytest.raises(UnsupportedCombination, match="no ONNX dtype is called 'q5'"):
        files.store(architecture, "q5")
    with pytest.raises(UnsupportedCombination, match="accepted are: doubled, fused, packed"):
        files.store(architecture, "q4", family="mine")


def test_exports_begin_with_the_likeliest() -> None:
    """Of a decoder's exports, all different, that of its own time comes first."""
    assert exports_of(architecture_of(DISTILBERT))[0].family is ExportFamily.TRACED
    several = exports_of(architecture_of("meta-llama__Llama-3.2-1B"))
    assert several[0].family is ExportFamily.FUSED
    assert len(several) == len(set(several))


def test_a_side_of_a_comparison_is_a_session_of_its_own() -> None:
    """CLIP's and SigLIP's files of one side hold its weights alone; together they are the model."""
    architecture = architecture_of("openai__clip-vit-base-patch32")
    sides = sessions_apart(architecture)
    (whole,) = sessions.sessions_of(architecture)
    names = [tensor.name for side in sides for tensor in side.tensors]
    assert [side.name for side in sides] == ["text_model", "vision_model"]
    assert {t.name for t in whole.tensors} - set(names) == {"logit_scale"}
    assert sessions_apart(architecture_of(DISTILBERT)) == ()


def _params(**said: object) -> dict[str, object]:
    return {"params": said}


JANUS = {
    "model_type": "multi_modality",
    "architectures": ["MultiModalityCausalLM"],
    "language_config": {
        "vocab_size": 102400,
        "hidden_size": 2048,
        "intermediate_size": 5632,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "num_key_value_heads": 16,
        "max_position_embeddings": 16384,
    },
    "vision_config": _params(model_name="siglip_large_patch16_384", image_size=384),
    "aligner_config": _params(depth=2, input_dim=1024, n_embed=2048),
    "gen_vision_config": _params(image_token_size=16384, n_embed=8),
    "gen_aligner_config": _params(depth=2, input_dim=8, n_embed=2048),
    "gen_head_config": _params(image_token_embed=2048, image_token_size=16384, n_embed=2048),
}


@pytest.mark.parametrize(
    ("session", "dtype", "published"),
    [
        ("prepare_inputs_embeds", "q4", 1_038_802_881),
        ("language_model", "q4", 779_633_963),
        ("lm_head", "fp32", 838_861_112),
        ("gen_head", "fp32", 151_070_926),
        ("gen_img_embeds", "fp32", 17_385_630),
        ("image_decode", "fp32", 170_460_651),
    ],
)
def test_janus_sees_and_draws_in_six_sessions(session: str, dtype: str, published: int) -> None:
    """onnx-community/Janus-Pro-1B-ONNX, by an app that checks each file's bytes and SHA-256."""
    row = {"sessions": [session], "dtype": dtype, "config": JANUS, "files": []}
    size = predicted({"repository": "", "bytes": published, "tolerance": 0, **row}, UNKNOWN)
    assert size is not None
    assert size.low <= published <= size.high
    assert size.likely == pytest.approx(published, rel=0.001)


def test_a_tower_that_janus_does_not_have_is_refused() -> None:
    """Nothing is guessed from a tower's name alone."""
    other = {**JANUS, "vision_config": _params(model_name="siglip_so400m_patch14_384")}
    with pytest.raises(UnreadableConfig, match="known are: siglip_large_patch16_384"):
        read(other)
    with pytest.raises(UnreadableConfig, match="gen_head_config' is missing"):
        read({**JANUS, "gen_head_config": {}})


def test_experts_are_packed_without_zero_points() -> None:
    """A block of experts' weights has a scale and no zero point, its other products have both."""
    read_twice = architecture_of(
        {"model_type": "openai_privacy_filter", "hidden_size": 64, "num_local_experts": 2}
        | {"architectures": ["OpenAIPrivacyFilterForTokenClassification"]}
    )
    stored = files.store(read_twice, "q4", family="packed")
    arrays = (tensor for tensor in stored.tensors if len(tensor.shape) > 1)
    bits = {t.role: t.type.bits_per_weight for t in arrays if not t.name.endswith("bias")}
    assert (bits[Role.EXPERT_DOWN], bits[Role.QUERY]) == (5.0, 5.125)


def test_two_bits_pack_the_table_first() -> None:
    """A model trained in two bits has no wide table, whatever its type is usually built with."""
    stored = files.store(architecture_of("Qwen__Qwen3-0.6B"), "q2f16")
    (table,) = (t for t in stored.tensors if t.role is Role.EMBEDDING)
    assert table.type.bits_per_weight < 3
