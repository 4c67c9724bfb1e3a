"""Who exported an ONNX file: the kinds of export, their dates, and which a model's file may be.

In: an architecture, and the family's name where it is known. Out: every `Export` that the
file may be, the likeliest first. What each kind does to a weight is said in `exports`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from tabfit.architectures.conversions import onnx as conversions
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture, Kind
from tabfit.model.tensors import Part, Role


class ExportFamily(StrEnum):
    """The kinds of export that decide sizes, in the order they appeared."""

    TRACED = "traced"
    SLIMMED = "slimmed"
    FUSED = "fused"
    DOUBLED = "doubled"
    PACKED = "packed"


class EmbeddingTable(StrEnum):
    """How the token table is kept where matrix products are packed in blocks."""

    WIDE = "wide"  # float32 or float16, as the exporter leaves it
    FOUR_BITS = "4-bit"  # GatherBlockQuantized
    EIGHT_BITS = "8-bit"


#: Weights that share a scale where they are packed, and in the coarsest published builds: Olmo 3
#: 7B's q4f16 (onnx-community, 64cf5a8) agrees with blocks of 128 within 0.02 %.
USUAL_BLOCK = 32
COARSE_BLOCK = 128


class Rotary(StrEnum):
    """Whether the file holds cosines and sines for every position."""

    COMPUTED = "computed"
    HALF = "half"  # for GroupQueryAttention: half the head's width each
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Export:
    """What a publisher chose.

    `separate_head` says that a tied head is stored a second time, `zero_points` that
    packed blocks have them, `branches_apart` that at 16 bits each branch of a merged
    decoder holds weights of its own, `block` how many weights share a scale.
    """

    family: ExportFamily = ExportFamily.TRACED
    table: EmbeddingTable = EmbeddingTable.WIDE
    rotary: Rotary = Rotary.COMPUTED
    separate_head: bool = False
    zero_points: bool = True
    branches_apart: bool = False
    block: int = USUAL_BLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFacts:
    """What a kind of export is: the tools, the month it is first seen in, and where."""

    made_with: str
    since: str
    repositories: tuple[str, ...]


# Months are those of the tools' own histories (huggingface/transformers.js scripts/convert.py and
# requirements.txt, microsoft/onnxruntime-genai's builder) and of the repositories named; each
# repository has rows in tests/data/onnx/published.json that this kind of export explains.
FACTS: dict[ExportFamily, FamilyFacts] = {
    ExportFamily.TRACED: FamilyFacts(
        made_with="optimum's exporter and the quantising script of Transformers.js",
        since="2023-03",
        repositories=(
            "Xenova/all-MiniLM-L6-v2",
            "Xenova/bge-small-en-v1.5",
            "onnx-community/whisper-base",
            "onnx-community/Qwen2.5-0.5B-Instruct",
        ),
    ),
    ExportFamily.SLIMMED: FamilyFacts(
        made_with="the same, the graph simplified by onnxslim before it is quantised",
        since="2024-06",
        repositories=(
            "onnx-community/whisper-large-v3-turbo",
            "onnx-community/whisper-medium_timestamped",
            "onnx-community/piiranha-v1-detect-personal-information-ONNX",
        ),
    ),
    ExportFamily.FUSED: FamilyFacts(
        made_with="onnxruntime-genai's builder, then the quantising script of Transformers.js",
        since="2024-11",
        repositories=(
            "HuggingFaceTB/SmolLM2-360M-Instruct",
            "onnx-community/Qwen3-0.6B-ONNX",
            "onnx-community/granite-4.0-350m-ONNX-web",
            "onnx-community/DeepSeek-R1-Distill-Qwen-1.5B-ONNX",
        ),
    ),
    ExportFamily.DOUBLED: FamilyFacts(
        made_with="onnxruntime-genai's builder, which stores a tied head apart from its table",
        since="2024-11",
        repositories=(
            "onnx-community/Qwen2.5-Coder-0.5B-Instruct",
            "onnx-community/Phi-4-mini-instruct-web-q4f16",
        ),
    ),
    ExportFamily.PACKED: FamilyFacts(
        made_with="builds for the web whose token table is packed too (GatherBlockQuantized)",
        since="2025-08",
        repositories=(
            "onnx-community/gemma-3-270m-it-ONNX",
            "onnx-community/embeddinggemma-300m-ONNX",
            "onnx-community/LFM2.5-350M-ONNX",
            "onnx-community/Qwen3.5-2B-ONNX",
        ),
    ),
}

FAMILIES: tuple[str, ...] = tuple(ExportFamily)

# Headless Gemmas give embeddings; their builds look tokens up in a table of four bits.
EMBEDDERS = ("Gemma3TextModel",)


def likely_export(architecture: Architecture) -> Export:
    """Return the export that a publisher of this kind of model most often makes."""
    return next(_every(architecture))


def exports_of(architecture: Architecture, family: str | None = None) -> tuple[Export, ...]:
    """Return every export that the file may be, the likeliest first.

    `family` narrows them to one kind; a kind that this model cannot have been made by
    leaves them as they are.
    """
    every = tuple(dict.fromkeys(_every(architecture)))
    named = tuple(export for export in every if export.family == family)
    return named or every


def _every(architecture: Architecture) -> Iterator[Export]:
    if architecture.kind is Kind.ENCODER_DECODER:
        yield from _of_a_reading_writer(architecture)
    elif architecture.kind is Kind.DECODER and architecture.main.rope_widths:
        yield from _of_a_generator(architecture)
    else:
        yield from _of_an_encoder(architecture)


def _of_a_reading_writer(architecture: Architecture) -> Iterator[Export]:
    """Yield the exports of an encoder with a merged decoder: traced, simplified or not."""
    apart = {
        ExportFamily.TRACED: conversions.has_branches_apart_as_traced(architecture.family),
        ExportFamily.SLIMMED: conversions.has_branches_apart_as_slimmed(architecture.family),
    }
    for usual in (True, False):
        for family, likely in apart.items():
            yield Export(family, branches_apart=likely is usual)


def _of_an_encoder(architecture: Architecture) -> Iterator[Export]:
    """Yield the exports of a model that writes nothing: graphs traced, simplified or not."""
    if conversions.is_usually_packed(architecture.family):
        turned = (
            Rotary.HALF if conversions.is_built_reader(architecture.family) else Rotary.COMPUTED
        )
        yield Export(ExportFamily.PACKED, _tables(architecture)[0], turned)
    plain = (Export(), Export(ExportFamily.SLIMMED))
    yield from reversed(plain) if conversions.is_usually_slimmed(architecture.family) else plain
    if architecture.main.rope_widths:  # jina-embeddings-v5-text-nano, on EuroBERT
        yield from (Export(ExportFamily.PACKED, table) for table in _tables(architecture))


def _of_a_generator(architecture: Architecture) -> Iterator[Export]:
    """Yield the exports of a decoder with rotary positions: each kind, the usual one first."""
    kinds = {
        ExportFamily.PACKED: tuple(_packed(architecture)),
        ExportFamily.FUSED: tuple(_fused(architecture)),
        ExportFamily.TRACED: tuple(_traced(architecture)),
        ExportFamily.DOUBLED: tuple(
            replace(export, family=ExportFamily.DOUBLED, separate_head=True)
            for export in _fused(architecture)
            if _is_tied(architecture)
        ),
    }
    usual = kinds.pop(_usual_family(architecture))
    yield from usual
    for exports in kinds.values():
        yield from exports


def _usual_family(architecture: Architecture) -> ExportFamily:
    if conversions.is_usually_packed(architecture.family) or _is_later_multimodal(architecture):
        return ExportFamily.PACKED
    return (
        ExportFamily.TRACED
        if conversions.is_traced_generator(architecture.family)
        else ExportFamily.FUSED
    )


def _is_later_multimodal(architecture: Architecture) -> bool:
    parts = {tensor.part for tensor in architecture.inventory}
    late = not conversions.was_multimodal_before(architecture.family)
    return late and bool(parts & {Part.VISION, Part.AUDIO})


def _is_tied(architecture: Architecture) -> bool:
    return any(t.role is Role.HEAD and t.tied_to is not None for t in architecture.inventory)


def _fused(architecture: Architecture) -> Iterator[Export]:
    """Yield the builds around GroupQueryAttention, which reads tables of half the width."""
    if not conversions.turns_three_ways(architecture.family):
        yield Export(ExportFamily.FUSED, rotary=Rotary.HALF)
    yield Export(ExportFamily.FUSED)


def _traced(architecture: Architecture) -> Iterator[Export]:
    if _kept_tables(architecture):
        yield Export(ExportFamily.TRACED, rotary=Rotary.FULL)
    yield Export(ExportFamily.TRACED)


def _kept_tables(architecture: Architecture) -> bool:
    most = conversions.kept_turning_tables_up_to(architecture.family)
    if most is not None:
        return (architecture.main.positions or 0) <= most
    return conversions.kept_turning_tables(architecture.family)


def _packed(architecture: Architecture) -> Iterator[Export]:
    """Yield the builds with a packed table: its width, zero points and rotary tables are open."""
    every = [
        Export(ExportFamily.PACKED, table, fused.rotary)
        for fused in _fused(architecture)
        for table in _tables(architecture)
    ]
    bare = replace(every[0], zero_points=False)  # EmbeddingGemma, LFM2.5 230M
    yield from (bare, *every) if _has_bare_blocks(architecture) else (*every, bare)
    yield replace(every[0], table=EmbeddingTable.FOUR_BITS, block=COARSE_BLOCK)


def _has_bare_blocks(architecture: Architecture) -> bool:
    return architecture.head in EMBEDDERS or conversions.has_bare_blocks(architecture.family)


def _tables(architecture: Architecture) -> tuple[EmbeddingTable, EmbeddingTable]:
    narrow, wide = EmbeddingTable.FOUR_BITS, EmbeddingTable.EIGHT_BITS
    told = conversions.packs_table_in_four_bits(architecture.family)
    if told or architecture.head in EMBEDDERS or _is_later_multimodal(architecture):
        return narrow, wide
    return wide, narrow
