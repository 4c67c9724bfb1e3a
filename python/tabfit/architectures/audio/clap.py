"""Sounds and words in one space: CLAP.

In: keys of such a config. Out: bodies and heads. Words are read as RoBERTa
reads them, a spectrogram as Swin reads a picture.
Source: Wu et al. 2022, arXiv:2211.06687.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.encoders.bert import bert
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, stage_list
from tabfit.architectures.vision.patches.clip import both
from tabfit.architectures.vision.patches.swin import older_layer, window_heads
from tabfit.architectures.vision.patches.vit import picture_body, sides
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Tower
from tabfit.model.blocks.block import (
    EMPTY,
    Block,
    Stack,
    array,
    beside,
    joined,
    placed,
    stacked,
    tensors_of,
)
from tabfit.model.blocks.linear import batch_norm, convolution, linear, norm
from tabfit.model.tensors import Part, Role


def clap(asked: Asked) -> Body:
    """Return CLAP: both towers; what heads read is the sounds'."""
    texts = clap_text(asked.part("text_config", "text_model.", "clap_text_model"))
    sounds = clap_audio(asked.part("audio_config", "audio_model.", "clap_audio_model"))
    return both(texts, sounds)


def clap_text(asked: Asked) -> Body:
    """Return CLAP's tower for words: RoBERTa, with two arrays that count tokens stored."""
    inner = Asked(asked.keys, asked.at, "Model")
    body, rows = bert(inner), (1, asked.keys.rows("max_position_embeddings"))
    numbers = beside(
        *(
            array(name, rows, Role.POSITION, buffer=True)
            for name in ("position_ids", "token_type_ids")
        )
    )
    stored = placed(asked.at + "embeddings", numbers, Part.ENCODER)
    return replace(body, tensors=body.tensors + stored, table=None)


def clap_audio(asked: Asked) -> Body:
    """Return CLAP's tower for sounds: stages of windowed attention over a spectrogram."""
    keys, at = asked.keys, f"{asked.at}audio_encoder."
    first = keys.whole("patch_embeds_hidden_size")
    depths = stage_list(keys, "depths", most=MOST_DEPTH)
    parts, stages = {"patch_embed": _cut(keys, first)}, []
    for number, depth in enumerate(depths):
        width, name = first * 2**number, f"layers.{number}"
        heads = window_heads(keys, "num_attention_heads", number, width)
        block = older_layer(keys, heads, width)
        stages.append(stacked(f"{at}{name}.blocks", (block,) * depth, Part.AUDIO))
        if number + 1 < len(depths):
            parts[f"{name}.downsample.reduction"] = linear(4 * width, 2 * width, Role.PROJECTION)
            parts[f"{name}.downsample.norm"] = norm(4 * width, bias=True)
    last = first * 2 ** (len(depths) - 1)
    parts["batch_norm"] = batch_norm(keys.whole("num_mel_bins"))
    parts["norm"] = norm(last, bias=True)
    layers = tuple(layer for stage in stages for layer in stage.layers)
    tensors = tensors_of(
        placed(at.removesuffix("."), joined(parts), Part.AUDIO),
        *(stage.tensors for stage in stages),
    )
    tower = Tower(part=Part.AUDIO, hidden=last, layers=layers)
    body = picture_body(tensors, Stack(tensors, layers), keys.whole("hidden_size"), None)
    return replace(body, towers=(tower,))


def _cut(keys: Keys, width: int) -> Block:
    """Return what makes vectors of patches; a fused model also reads what is longer."""
    channels, fused = keys.whole("patch_embed_input_channels"), keys.flag("enable_fusion")
    mapped = fused and keys.get("fusion_type") == "channel_map"
    down, along = sides(keys, "patch_size")
    parts = {
        "proj": convolution(channels * (4 if mapped else 1), width, down, along),
        "norm": norm(width, bias=True) if keys.flag("enable_patch_layer_norm") else EMPTY,
    }
    if fused:
        narrow = width // keys.whole("aff_block_r", most=width)
        for name, first in (("local_att", 0), ("global_att", 1)):
            parts[f"fusion_model.{name}"] = _weighed(width, narrow, first)
        parts["mel_conv2d"] = convolution(channels, width, down, 3 * along)
    return joined(parts)


def _weighed(width: int, narrow: int, first: int) -> Block:
    """Return two convolutions and their norms, numbered as they follow one another."""
    return joined(
        {
            str(first): convolution(width, narrow, 1, 1),
            str(first + 1): batch_norm(narrow),
            str(first + 3): convolution(narrow, width, 1, 1),
            str(first + 4): batch_norm(width),
        }
    )


def _mapped(at: str, read: int, written: int, part: Part) -> Ending:
    layers = {
        "linear1": linear(read, written, Role.PROJECTION, bias=True),
        "linear2": linear(written, written, Role.PROJECTION, bias=True),
    }
    return Ending(placed(at, joined(layers), part), written)


def _one_space(keys: Keys, body: Body) -> Ending:
    """Return what takes both towers into the shared space, and how sharply answers differ."""
    width = keys.whole("projection_dim")
    words = next(tower for tower in body.towers if tower.part is Part.ENCODER)
    scales = (array(f"logit_scale_{side}", (), Role.OTHER) for side in "at")
    tensors = tensors_of(
        placed("", beside(*scales), Part.PROJECTOR),
        _mapped("text_projection", words.hidden, width, Part.ENCODER).tensors,
        _mapped("audio_projection", body.hidden, width, Part.AUDIO).tensors,
    )
    return Ending(tensors, width)


def _projected(at: str, part: Part) -> Head:
    def ending(keys: Keys, body: Body) -> Ending:
        return _mapped(f"{at}_projection", body.hidden, keys.whole("projection_dim"), part)

    return Head(f"{at}_model", ending)


FAMILIES = {
    "clap": Family(clap, {"Model": Head("", _one_space)}),
    "clap_text_model": Family(
        clap_text,
        {
            "ModelWithProjection": _projected("text", Part.ENCODER),
            "Model": Head("", nothing),
        },
    ),
    "clap_audio_model": Family(
        clap_audio,
        {
            "ModelWithProjection": _projected("audio", Part.AUDIO),
            "Model": Head("", nothing),
        },
    ),
}
