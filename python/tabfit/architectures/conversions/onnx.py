"""ONNX exports for Transformers.js, by what sizes depend on: tools, their dates, what they keep."""

from __future__ import annotations

from typing import Final

from tabfit.architectures.conversions.by_family import among, told
from tabfit.model.tensors import Part

# Who exported it, and how (`recipes.onnx.export_families`)

# How wide the packed table of a type is in builds for the web (read off published repositories,
# 2025-26), and the types that are published so before any other way. Those that always see or hear
# need no row: see `was_multimodal_before`.
_OF_EIGHT_BITS: Final = ("gemma3_text", "lfm2", "hunyuan_v1_dense")
_OF_FOUR_BITS: Final = (
    *("embedding_gemma2", "openai_privacy_filter", "gemma3n_text"),
    *("gemma4", "gemma4_text", "qwen3_5_text"),
)
packs_table_in_four_bits = among("qwen3", *_OF_FOUR_BITS)
is_usually_packed = among(*_OF_EIGHT_BITS, *_OF_FOUR_BITS)

#: Decoders that see or hear and were exported before there were packed tables (August 2025). Those
#: that came later keep theirs at four bits, whatever their type (Granite Speech, LightOnOCR,
#: Qwen3.5, Gemma 4, GLM-OCR, Voxtral Realtime).
was_multimodal_before = among(
    *("florence2", "idefics3", "janus", "llava", "llava_onevision", "multi_modality", "paligemma"),
    *("qwen2_vl", "qwen2_5_vl", "smolvlm", "vision-encoder-decoder"),
)
#: Loaded mostly as exported after June 2024, when the script began to simplify graphs.
is_usually_slimmed = among("siglip")
#: What only reads, yet was built around GroupQueryAttention, with its tables of cosines and sines.
is_built_reader = among("openai_privacy_filter")
#: Their packed blocks have no zero points in what is published.
has_bare_blocks = among("voxtral")

# transformers kept cosines and sines of every position as buffers, which tracing turns into
# constants: Llama until 4.38 (February 2024, before any model of more than 4,096 positions was
# exported), Qwen2 and the others until 4.45 (September 2024). Later ones work them out.
kept_turning_tables = among(
    *("qwen2", "qwen2_moe", "mistral", "phi", "gpt_neox", "stablelm", "falcon", "codegen", "gptj")
)
kept_turning_tables_up_to = told({"llama": 4096})  # positions

#: Positions in three directions (time, height, width) cannot be read from one table.
turns_three_ways = among(
    *("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "glm_ocr"),
    *("qwen3_5", "qwen3_5_text", "qwen3_5_moe", "qwen3_5_moe_text"),
)
#: Exported with optimum before there were builds around GroupQueryAttention.
is_traced_generator = among("qwen2")

# From December 2024 to March 2025 the cast of Transformers.js's script gave each branch of a merged
# decoder 16-bit weights of its own (transformers.js 11db949c to c1e0ed35, pull request 1218; made
# here with both). Moonshine's files are of that time, and so are the OPUS-MT of onnx-community.
has_branches_apart_as_traced = among("moonshine")
has_branches_apart_as_slimmed = among("moonshine", "marian")

# Which operator reads a weight (`recipes.onnx.exports`)

# Vision encoders as builds with packed tables keep them, read off gemma-4-E2B and Qwen3.5-2B:
# places are looked up in a packed table (Qwen's at four corners, each with a packed copy of its
# own); Qwen's patches are a matrix product, and its norms and places stay 32-bit floats beside
# 16-bit weights; Gemma's projector is not packed.
_AT_FOUR_CORNERS: Final = ("qwen3_vl", "qwen3_vl_moe", "qwen3_5", "qwen3_5_moe")
looks_places_up = among("gemma4", *_AT_FOUR_CORNERS)
looks_at_four_corners = among(*_AT_FOUR_CORNERS)
has_wide_projector = among("gemma4")
#: Positions are cut from a table and added.
slices_positions = among("whisper")
#: Their vision encoders look each patch's place up, as pictures differ in shape (SmolVLM's uint8
#: and q8 files).
looks_patches_up = among("idefics3", "smolvlm")
#: transformers' Conv1D becomes Gemm.
has_conv1d = among("gpt2")
#: Eyes that lay the patches of all pictures in one row: products of two dimensions with a bias,
#: which tracing makes Gemm. A q4f16 file of Qwen2-VL 2B's is 1.33 GB, two bytes a weight.
has_flat_vision = among("qwen2_vl", "qwen2_5_vl")

# What an export adds to a file (`recipes.onnx.arrays`)

#: Families whose places an export stretches over the picture.
stretches_places = among("sam2")
#: A square mask for all layers, as transformers wrote them until 2024.
has_causal_mask = among("gpt2", "gpt_neo", "codegen")
#: Sines of places that checkpoints leave out, by the parts that add them: how many rows for each
#: place, and how many more. Cohere's hears distances both ways; SpeechT5's are those of its files
#: (speecht5_tts, both sessions).
sinusoids = told(
    {
        "m2m_100": (frozenset({Part.ENCODER, Part.DECODER}), 1, 2),
        "speecht5": (frozenset({Part.ENCODER, Part.DECODER}), 1, 0),
        "cohere_asr": (frozenset({Part.AUDIO}), 2, -1),
    }
)

# Which sessions there are (`recipes.onnx.sessions`)

#: Looked at once, then asked again and again.
is_pointed_at = among("sam", "sam2")
#: Those of them that look through windows.
looks_through_windows = among("sam")
#: DaViT looks through windows, then across channels.
looks_across_channels = among("florence2")
is_vocoder = among("speecht5_hifigan")
