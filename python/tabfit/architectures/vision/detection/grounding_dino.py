"""Things found in a picture by what words say: Grounding DINO.

In: keys of such a config. Out: bodies and heads. BERT and Swin read words and picture,
layers mix both, and questions look at the words and at a few points of the picture.
Source: Liu et al. 2023, arXiv:2303.05499.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.encoders.bert import bert
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.backbones import backbone_body
from tabfit.architectures.vision.convolutions.stages import channels
from tabfit.architectures.vision.detection.detr import frozen
from tabfit.architectures.vision.detection.rt_detr import (
    MOST_POINTS,
    deformable_attention,
    dividing_heads,
)
from tabfit.architectures.vision.patches.clip import both
from tabfit.architectures.vision.patches.vit_variants import perceptron
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Tower
from tabfit.model.blocks.attention import ALL_BIASED, Names, attention
from tabfit.model.blocks.block import (
    Block,
    array,
    beside,
    joined,
    placed,
    stacked,
    tensors_of,
    vector,
)
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role, Tensor

LOOKS = Names("query", "key", "value", "out_proj")
FEEDS = ("fc1", "fc2")

#: How many rows and columns learned positions tell apart.
PLACES = 50


def grounding_dino(asked: Asked) -> Body:
    """Return both towers, the layers that mix them, and the layers of questions."""
    keys, at = asked.keys, asked.at
    sees = frozen(backbone_body(asked, "backbone_config", "backbone.conv_encoder.model."))
    reads = bert(asked.part("text_config", "text_backbone.", "bert"), pooled=())
    hidden = keys.whole("d_model")
    mixes = stacked(
        f"{at}encoder.layers", (_mixing(keys, hidden),) * keys.layers("encoder_layers"), Part.VISION
    )
    asks = stacked(
        f"{at}decoder.layers", (_asking(keys, hidden),) * keys.layers("decoder_layers"), Part.VISION
    )
    parts = {
        "input_proj_vision": _levels(keys, hidden),
        "text_projection": linear(reads.hidden, hidden, Role.PROJECTION, bias=True),
        "decoder.layer_norm": norm(hidden, bias=True),
        "decoder.reference_points_head": _references(keys, hidden),
        "": _chosen(keys, hidden),
    }
    if keys.get("position_embedding_type") == "learned":
        half = embedding(PLACES, hidden // 2, Role.POSITION)
        parts["backbone.position_embedding.row_embeddings"] = half
        parts["backbone.position_embedding.column_embeddings"] = half
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    layers = sees.towers[0].layers + mixes.layers + asks.layers
    tower = Tower(part=Part.VISION, hidden=hidden, layers=layers)
    body = both(reads, replace(sees, towers=(tower,), hidden=hidden))
    return replace(body, tensors=tensors_of(body.tensors, front, mixes.tensors, asks.tensors))


def _levels(keys: Keys, hidden: int) -> Block:
    """Return what brings every stage to one width; further levels are cut from the last."""
    widths = channels(keys.child("backbone_config"))
    count = keys.whole("num_feature_levels", most=64)
    reads = widths if count > 1 else widths[-1:]
    parts: dict[str, Block] = {}
    for number in range(max(count, len(reads))):
        known = number < len(reads)
        read = reads[number] if known else widths[-1] if number == len(reads) else hidden
        kernel = 1 if known else 3
        parts[f"{number}.0"] = convolution(read, hidden, kernel, kernel)
        parts[f"{number}.1"] = norm(hidden, bias=True)
    return joined(parts)


def _references(keys: Keys, hidden: int) -> Block:
    read = keys.whole("query_dim", most=64) // 2 * hidden
    return perceptron((read, hidden, hidden), Role.POSITION)


def _chosen(keys: Keys, hidden: int) -> Block:
    """Return the questions, and where they start from: learned, or chosen in a first round."""
    rows, twice = keys.rows("num_queries"), keys.flag("two_stage")
    levels = keys.whole("num_feature_levels", most=64)
    parts = {"": array("level_embed", (levels, hidden), Role.POSITION)}
    if keys.flag("embedding_init_target") or not twice:
        parts["query_position_embeddings"] = embedding(rows, hidden, Role.POSITION)
    if not twice:
        parts["reference_points"] = embedding(rows, 4, Role.POSITION)
        return joined(parts)
    return joined(
        {
            **parts,
            "enc_output": linear(hidden, hidden, Role.PROJECTION, bias=True),
            "enc_output_norm": norm(hidden, bias=True),
            "encoder_output_bbox_embed": perceptron((hidden, hidden, hidden, 4)),
        }
    )


def _looks(keys: Keys, hidden: int, key: str, share: int = 1) -> Block:
    heads = dividing_heads(keys, key, hidden, share)
    return attention(hidden, heads, names=LOOKS, bias=ALL_BIASED, keeps=())


def _pointed(keys: Keys, hidden: int, half: str) -> Block:
    """Return attention to a few points of each level."""
    heads = dividing_heads(keys, f"{half}_attention_heads", hidden)
    count = keys.whole(f"{half}_n_points", most=MOST_POINTS)
    return deformable_attention(heads, count * keys.whole("num_feature_levels", most=64), hidden)


def _mixing(keys: Keys, hidden: int) -> Block:
    """Return a layer in which words look at words, both at one another, the picture at itself."""
    normed, inner = norm(hidden, bias=True), keys.whole("encoder_ffn_dim", least=2)
    words = {
        "self_attn": _looks(keys, hidden, "encoder_attention_heads", 2),
        "": plain(hidden, inner // 2, names=FEEDS),
        "layer_norm_before": normed,
        "layer_norm_after": normed,
    }
    both_ways = {
        "": beside(*(vector(f"{name}_param", hidden, Role.OTHER) for name in ("vision", "text"))),
        "layer_norm_vision": normed,
        "layer_norm_text": normed,
        "attn": _both_ways(hidden, inner // 2),
    }
    picture = {
        "self_attn": _pointed(keys, hidden, "encoder"),
        "self_attn_layer_norm": normed,
        "": plain(hidden, inner, names=FEEDS),
        "final_layer_norm": normed,
    }
    return joined(
        {
            "text_enhancer_layer": joined(words),
            "fusion_layer": joined(both_ways),
            "deformable_layer": joined(picture),
        }
    )


def _both_ways(hidden: int, width: int) -> Block:
    into, out = (
        linear(hidden, width, Role.QUERY, bias=True),
        linear(width, hidden, Role.ATTENTION_OUTPUT, bias=True),
    )
    names = ("vision_proj", "text_proj", "values_vision_proj", "values_text_proj")
    return joined({**dict.fromkeys(names, into), "out_vision_proj": out, "out_text_proj": out})


def _asking(keys: Keys, hidden: int) -> Block:
    normed = norm(hidden, bias=True)
    looks = _looks(keys, hidden, "decoder_attention_heads")
    return joined(
        {
            "self_attn": looks,
            "self_attn_layer_norm": normed,
            "encoder_attn_text": looks,
            "encoder_attn_text_layer_norm": normed,
            "encoder_attn": _pointed(keys, hidden, "decoder"),
            "encoder_attn_layer_norm": normed,
            "": plain(hidden, keys.whole("decoder_ffn_dim"), names=FEEDS),
            "final_layer_norm": normed,
        }
    )


def _found(keys: Keys, body: Body) -> Ending:
    """Return where each thing lies, layer by layer, stored under two names and mostly shared."""
    hidden = body.hidden
    box = placed("", perceptron((hidden, hidden, hidden, 4)), Part.VISION)
    tied, shared = keys.flag("tie_word_embeddings"), keys.flag("decoder_bbox_embed_share")
    tensors: list[Tensor] = []
    for number in range(keys.layers("decoder_layers")):
        for tensor in box:
            root = f"bbox_embed.{0 if shared and tied else number}.{tensor.name}"
            name = f"bbox_embed.{number}.{tensor.name}"
            own = replace(tensor, name=name, tied_to=None if root == name else root)
            again = replace(tensor, name=f"model.decoder.{name}", tied_to=root if tied else None)
            tensors += (own, again)
    return Ending(tuple(tensors), keys.whole_or("max_text_len", 256))


FAMILIES = {
    "grounding-dino": Family(
        grounding_dino,
        {"ForObjectDetection": Head("model", _found), "Model": Head("", nothing)},
    )
}
