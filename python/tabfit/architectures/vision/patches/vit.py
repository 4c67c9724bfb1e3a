"""Pictures cut into patches: ViT, DeiT, DINOv2 and DINOv3.

In: keys of such a config. Out: bodies and heads.
Sources: Dosovitskiy et al. 2020, arXiv:2010.11929; Touvron et al. 2020,
arXiv:2012.12877; Oquab et al. 2023, arXiv:2304.07193.
"""

from __future__ import annotations

from math import prod

from tabfit.architectures.config_keys import MOST_WIDTH, Keys, is_whole
from tabfit.architectures.decoders.decoder_layer import head_width
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.errors import Quoted
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import Biases, Heads, Names, attending, attention, biases
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
    vector,
)
from tabfit.model.blocks.feed_forward import gated, plain
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.tensors import Part, Role, Tensor

#: The longest side of a picture, in pixels, that is believed.
MOST_PIXELS = 2**16


def sides(keys: Keys, key: str) -> tuple[int, int]:
    """Return height and width: one number for a square, or two."""
    given = keys.get(key)
    pair = (given, given) if is_whole(given) else given
    if (
        not isinstance(pair, (list, tuple))
        or len(pair) != 2
        or not all(is_whole(side) and 1 <= side <= MOST_PIXELS for side in pair)
    ):
        raise keys.fault(
            key,
            Message(
                "is {given}; one or two whole numbers from 1 to {most} are needed",
                given=Quoted(given),
                most=MOST_PIXELS,
            ),
        )
    return pair[0], pair[1]


def patch_count(keys: Keys) -> int:
    """Return how many patches a picture is cut into."""
    picture, patch = sides(keys, "image_size"), sides(keys, "patch_size")
    count = prod(whole // part for whole, part in zip(picture, patch, strict=True))
    if count == 0:
        raise keys.fault("patch_size", Message("is larger than {other}", other="image_size"))
    return count


def patches(keys: Keys, *, bias: bool = True) -> Block:
    """Return the convolution that makes one vector of each patch."""
    channels, hidden = keys.whole("num_channels"), keys.whole("hidden_size")
    return convolution(channels, hidden, *sides(keys, "patch_size"), bias=bias)


def picture_body(
    tensors: tuple[Tensor, ...], stack: Stack, hidden: int, positions: int | None
) -> Body:
    """Return the body of one tower that looks at pictures."""
    tower = Tower(part=Part.VISION, hidden=hidden, layers=stack.layers, positions=positions)
    return Body(kind=Kind.ENCODER, tensors=tensors, towers=(tower,), hidden=hidden)


def seeing_heads(keys: Keys) -> Heads:
    """Return the heads of a tower that looks at pictures."""
    count = keys.heads("num_attention_heads")
    return Heads(queries=count, key_values=count, width=head_width(keys))


def vit(asked: Asked, *, distilled: bool = False) -> Body:
    """Return ViT; DeiT has a second token beside the one that stands for the whole picture."""
    keys, at = asked.keys, asked.at
    hidden, positions = keys.whole("hidden_size"), patch_count(keys) + 1 + distilled
    tokens = {"cls_token": True, "distillation_token": distilled}
    tokens["mask_token"] = asked.head == "ForMaskedImageModeling"
    front = joined(
        {
            "": joined({"": _tokens(tokens, hidden)}),
            "patch_embeddings.projection": patches(keys),
        }
    )
    places = array("embeddings.position_embeddings", (1, positions, hidden), Role.POSITION)
    stack = stacked(
        at + "layers", (vit_layer(keys),) * keys.layers("num_hidden_layers"), Part.VISION
    )
    return picture_body(
        tensors_of(
            placed(at + "embeddings", front, Part.VISION),
            placed(at.removesuffix("."), places, Part.VISION),
            stack.tensors,
            placed(at + "layernorm", norm(hidden, bias=True), Part.VISION),
            placed(at + "pooler.dense", pooler(keys), Part.VISION) if asked.head == "Model" else (),
        ),
        stack,
        hidden,
        positions,
    )


def _tokens(wanted: dict[str, bool], hidden: int) -> Block:
    """Return the learned vectors that stand beside or instead of patches."""
    return Block(
        tuple(
            Tensor(name=name, shape=(1, 1, hidden), role=Role.OTHER)
            for name, there in wanted.items()
            if there
        )
    )


def pooler(keys: Keys) -> Block:
    """Return what sums a picture up: one layer over the first token."""
    hidden = keys.whole("hidden_size")
    width = keys.whole_or("pooler_output_size", hidden, least=0) or hidden
    return linear(hidden, width, Role.PROJECTION, bias=True)


def ratio_width(keys: Keys, width: int) -> int:
    """Return how wide feed-forward layers are that are so many times as wide as the model."""
    inner = int(width * keys.number("mlp_ratio"))
    if not 1 <= inner <= MOST_WIDTH:
        raise keys.fault("mlp_ratio", Message("makes layers {width} wide", width=inner))
    return inner


def relative_position_attention(keys: Keys, seen: tuple[int, int], learnt_key: str) -> Block:
    """Return attention from one matrix that learns how far rows and columns lie apart.

    `seen` is how many of both it looks at, `learnt_key` says whether it learns that.
    Source: Li et al. 2022, arXiv:2203.16527 (ViTDet).
    """
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    distances = (
        array(f"rel_pos_{axis}", (2 * side - 1, heads.width), Role.ATTENTION_OTHER)
        for axis, side in zip("hw", seen, strict=True)
        if keys.flag(learnt_key)
    )
    fused = {
        "": beside(*distances),
        "qkv": linear(hidden, 3 * hidden, Role.QUERY_KEY_VALUE, bias=keys.flag("qkv_bias")),
        "proj": linear(hidden, hidden, Role.ATTENTION_OUTPUT, bias=True),
    }
    return attending(joined(fused), heads, ())


#: What ViT's attention was called before transformers 5, and still is in its kin.
OLDER_NAMES = Names("attention.query", "attention.key", "attention.value", "output.dense")


def older_attention(keys: Keys) -> Block:
    """Return attention as ViT had it, under its older names."""
    bias = biases(inputs=keys.flag("qkv_bias"), output=True)
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    return attention(hidden, heads, names=OLDER_NAMES, bias=bias, keeps=())


def vit_layer(keys: Keys) -> Block:
    """Return ViT's layer: a norm before each half."""
    hidden, heads = keys.whole("hidden_size"), seeing_heads(keys)
    bias = biases(inputs=keys.flag("qkv_bias"), output=True)
    return joined(
        {
            "attention": attention(hidden, heads, bias=bias, keeps=()),
            "layernorm_before": norm(hidden, bias=True),
            "layernorm_after": norm(hidden, bias=True),
            "mlp": plain(hidden, keys.whole("intermediate_size"), names=("fc1", "fc2")),
        }
    )


def deit(asked: Asked) -> Body:
    """Return DeiT: ViT with a token that learns from a teacher."""
    return vit(asked, distilled=True)


def dinov2(asked: Asked) -> Body:
    """Return DINOv2, with or without tokens that serve as registers."""
    keys, at = asked.keys, asked.at
    hidden, positions = keys.whole("hidden_size"), patch_count(keys) + 1
    registers = keys.type == "dinov2_with_registers"
    parts = {
        "": _tokens({"cls_token": True}, hidden),
        "patch_embeddings.projection": patches(keys),
    }
    others = [array("position_embeddings", (1, positions, hidden), Role.POSITION)]
    if registers or keys.flag("use_mask_token"):
        others.append(array("mask_token", (1, hidden), Role.OTHER))
    if registers:
        count = keys.whole("num_register_tokens", least=0)
        others.append(array("register_tokens", (1, count, hidden), Role.OTHER))
    layer = dino_layer(keys, dino_feeds(keys), biases(inputs=keys.flag("qkv_bias"), output=True))
    stack = stacked(at + "encoder.layer", (layer,) * keys.layers("num_hidden_layers"), Part.VISION)
    return picture_body(
        tensors_of(
            placed(at + "embeddings", joined(parts), Part.VISION),
            *(placed(at + "embeddings", other, Part.VISION) for other in others),
            stack.tensors,
            placed(at + "layernorm", norm(hidden, bias=True), Part.VISION),
        ),
        stack,
        hidden,
        positions,
    )


def dino_layer(keys: Keys, feeds: Block, bias: Biases) -> Block:
    """Return a layer whose two halves are each scaled per channel."""
    hidden = keys.whole("hidden_size")
    scale = vector("lambda1", hidden, Role.OTHER)
    return joined(
        {
            "norm1": norm(hidden, bias=True),
            "attention": attention(hidden, seeing_heads(keys), bias=bias, keeps=()),
            "layer_scale1": scale,
            "norm2": norm(hidden, bias=True),
            "mlp": feeds,
            "layer_scale2": scale,
        }
    )


def dino_feeds(keys: Keys) -> Block:
    """Return DINOv2's feed-forward half; a gated one is two thirds as wide, in eights."""
    hidden = keys.whole("hidden_size")
    inner = ratio_width(keys, hidden)
    if not keys.flag("use_swiglu_ffn"):
        return plain(hidden, inner, names=("fc1", "fc2"))
    return gated(hidden, (int(inner * 2 / 3) + 7) // 8 * 8, bias=True)


def dinov3(asked: Asked) -> Body:
    """Return DINOv3's ViT: rotated positions, biases each by its own key."""
    keys, at = asked.keys, asked.at
    keys.check_divides("hidden_size", "num_attention_heads")
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    registers = array(
        "register_tokens", (1, keys.whole("num_register_tokens", least=0), hidden), Role.OTHER
    )
    bias = Biases(
        query=keys.flag("query_bias"),
        key=keys.flag("key_bias"),
        value=keys.flag("value_bias"),
        output=keys.flag("proj_bias"),
    )
    biased = keys.flag("mlp_bias")
    feeds = (
        gated(hidden, inner, bias=biased)
        if keys.flag("use_gated_mlp")
        else plain(hidden, inner, names=("up_proj", "down_proj"), bias=biased)
    )
    layer = dino_layer(keys, feeds, bias)
    stack = stacked(at + "model.layer", (layer,) * keys.layers("num_hidden_layers"), Part.VISION)
    tokens = _tokens({"cls_token": True, "mask_token": True}, hidden)
    front = joined({"": tokens, "patch_embeddings": patches(keys)})
    return picture_body(
        tensors_of(
            placed(at + "embeddings", front, Part.VISION),
            placed(at + "embeddings", registers, Part.VISION),
            stack.tensors,
            placed(at + "norm", norm(hidden, bias=True), Part.VISION),
        ),
        stack,
        hidden,
        patch_count(keys) + 1,
    )


def picture_labels(keys: Keys, body: Body) -> Ending:
    """Return a score per label of the whole picture; no labels leave the vectors as they are."""
    return labelled(keys, body.hidden, "classifier")


def labelled(keys: Keys, width: int, *names: str) -> Ending:
    """Return classifiers under these names, each a score per label."""
    labels = keys.labels()
    last = linear(width, labels, Role.HEAD, bias=True) if labels else EMPTY
    return Ending(placed("", joined(dict.fromkeys(names, last)), Part.VISION), labels or width)


def _both_labels(keys: Keys, body: Body) -> Ending:
    """Return DeiT's two classifiers, the teacher's beside the usual one."""
    return labelled(keys, body.hidden, "cls_classifier", "distillation_classifier")


def _doubled_labels(keys: Keys, body: Body) -> Ending:
    """Return DINOv2's classifier, which reads one token and the mean of all patches."""
    return labelled(keys, 2 * body.hidden, "classifier")


def pixels(keys: Keys, body: Body) -> Ending:
    """Return the convolution that paints hidden patches again."""
    stride = keys.whole("encoder_stride", most=MOST_PIXELS)
    outputs = stride**2 * keys.whole("num_channels")
    return Ending(
        placed("decoder.0", convolution(body.hidden, outputs, 1, 1), Part.VISION), outputs
    )


VIT_HEADS = {
    "ForImageClassification": Head("vit", picture_labels),
    "Model": Head("", nothing),
    "ForMaskedImageModeling": Head("vit", pixels),
}

FAMILIES = {
    "vit": Family(vit, VIT_HEADS),
    "deit": Family(
        deit,
        {
            "ForImageClassification": Head("deit", picture_labels),
            "ForImageClassificationWithTeacher": Head("deit", _both_labels),
            "Model": Head("", nothing),
            "ForMaskedImageModeling": Head("deit", pixels),
        },
    ),
    "dinov2": Family(
        dinov2,
        {
            "Model": Head("", nothing),
            "ForImageClassification": Head("dinov2", _doubled_labels),
            "Backbone": Head("", nothing),
        },
    ),
    "dinov2_with_registers": Family(
        dinov2,
        {
            "Model": Head("", nothing),
            "ForImageClassification": Head("dinov2_with_registers", _doubled_labels),
            "Backbone": Head("", nothing),
        },
    ),
    "dinov3_vit": Family(dinov3, {"Model": Head("", nothing), "Backbone": Head("", nothing)}),
}
