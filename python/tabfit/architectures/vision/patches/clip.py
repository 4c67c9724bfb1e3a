"""Pictures and words in one space: CLIP, SigLIP, OWL-ViT, and towers that others take from them.

In: keys of such a config, or of a vision_config inside another. Out: bodies
and heads.
Sources: Radford et al. 2021, arXiv:2103.00020; Zhai et al. 2023, arXiv:2303.15343;
Minderer et al. 2022, arXiv:2205.06230.
"""

from __future__ import annotations

from collections.abc import Mapping

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import OUT_NAMES
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import BARE
from tabfit.architectures.vision.patches.vit import (
    patch_count,
    patches,
    picture_body,
    picture_labels,
    sides,
)
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import ALL_BIASED, attention
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
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role, Tensor


def clip_layer(keys: Keys) -> Block:
    """Return CLIP's layer: a norm before each half, biases everywhere."""
    hidden = keys.whole("hidden_size")
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    return joined(
        {
            "layer_norm1": norm(hidden, bias=True),
            "self_attn": attention(hidden, heads, names=OUT_NAMES, bias=ALL_BIASED, keeps=()),
            "layer_norm2": norm(hidden, bias=True),
            "mlp": plain(hidden, keys.whole("intermediate_size"), names=("fc1", "fc2")),
        }
    )


def clip_layers(keys: Keys, at: str, part: Part) -> Stack:
    """Return all of CLIP's layers, which are alike."""
    blocks = (clip_layer(keys),) * keys.layers("num_hidden_layers")
    return stacked(at + "encoder.layers", blocks, part)


def clip_vision(asked: Asked, first_norm: str = "pre_layrnorm") -> Body:
    """Return CLIP's tower for pictures, its first norm misspelt as there."""
    keys, at = asked.keys, asked.at
    hidden, positions = keys.whole("hidden_size"), patch_count(keys) + 1
    stack = clip_layers(keys, at, Part.VISION)
    parts = {
        "embeddings": vector("class_embedding", hidden, Role.OTHER),
        "embeddings.patch_embedding": patches(keys, bias=False),
        "embeddings.position_embedding": embedding(positions, hidden, Role.POSITION),
        first_norm: norm(hidden, bias=True),
        "post_layernorm": norm(hidden, bias=True),
    }
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    return picture_body(front + stack.tensors, stack, hidden, positions)


def siglip_vision(asked: Asked) -> Body:
    """Return SigLIP's tower for pictures, with the head that sums a picture up where asked for."""
    keys = asked.keys
    hidden, positions = keys.whole("hidden_size"), patch_count(keys)
    return _siglip_tower(asked, patches(keys), embedding(positions, hidden, Role.POSITION))


def siglip2_vision(asked: Asked) -> Body:
    """Return SigLIP 2's tower for pictures of any shape: patches come as rows of numbers."""
    keys = asked.keys
    hidden, positions = keys.whole("hidden_size"), keys.rows("num_patches")
    side, _ = sides(keys, "patch_size")
    read = keys.whole("num_channels") * side**2
    cut = linear(read, hidden, Role.CONVOLUTION, bias=True)
    return _siglip_tower(asked, cut, embedding(positions, hidden, Role.POSITION))


def _siglip_tower(asked: Asked, cut: Block, places: Block) -> Body:
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    stack = clip_layers(keys, at, Part.VISION)
    parts = {
        "embeddings.patch_embedding": cut,
        "embeddings.position_embedding": places,
        "post_layernorm": norm(hidden, bias=True),
        "head": summing_head(keys) if keys.flag("vision_use_head") else EMPTY,
    }
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    return picture_body(front + stack.tensors, stack, hidden, places.tensors[0].shape[0])


def summing_head(keys: Keys) -> Block:
    """Return SigLIP's head: one learned question to all patches, and a feed-forward layer."""
    hidden = keys.whole("hidden_size")
    fused = beside(
        array("in_proj_weight", (3 * hidden, hidden), Role.QUERY_KEY_VALUE),
        vector("in_proj_bias", 3 * hidden, Role.QUERY_KEY_VALUE),
    )
    return joined(
        {
            "": array("probe", (1, 1, hidden), Role.OTHER),
            "attention": fused,
            "attention.out_proj": linear(hidden, hidden, Role.ATTENTION_OUTPUT, bias=True),
            "layernorm": norm(hidden, bias=True),
            "mlp": plain(hidden, keys.whole("intermediate_size"), names=("fc1", "fc2")),
        }
    )


def clip_text(asked: Asked) -> Body:
    """Return CLIP's tower for words."""
    return _text_tower(asked, EMPTY)


def siglip_text(asked: Asked) -> Body:
    """Return SigLIP's tower for words, with a last layer into the space shared with pictures."""
    keys = asked.keys
    hidden = keys.whole("hidden_size")
    width = keys.whole_or("projection_size", hidden)
    return _text_tower(asked, linear(hidden, width, Role.PROJECTION, bias=True))


def _text_tower(asked: Asked, head: Block) -> Body:
    keys, at = asked.keys, asked.at
    hidden, vocabulary = keys.whole("hidden_size"), keys.rows("vocab_size")
    positions = keys.rows("max_position_embeddings")
    stack = clip_layers(keys, at, Part.ENCODER)
    parts = {
        "embeddings.token_embedding": embedding(vocabulary, hidden),
        "embeddings.position_embedding": embedding(positions, hidden, Role.POSITION),
        "final_layer_norm": norm(hidden, bias=True),
        "head": head,
    }
    front = placed(at.removesuffix("."), joined(parts), Part.ENCODER)
    return Body(
        kind=Kind.ENCODER,
        tensors=front + stack.tensors,
        towers=(Tower(part=Part.ENCODER, hidden=hidden, layers=stack.layers, positions=positions),),
        hidden=hidden,
        vocabulary=vocabulary,
        table=at + "embeddings.token_embedding.weight",
    )


def both(texts: Body, pictures: Body) -> Body:
    """Return two towers as one body; what heads read is the pictures'."""
    return Body(
        kind=Kind.ENCODER,
        tensors=tensors_of(texts.tensors, pictures.tensors),
        towers=texts.towers + pictures.towers,
        hidden=pictures.hidden,
        vocabulary=texts.vocabulary,
        table=texts.table,
    )


def clip(asked: Asked) -> Body:
    """Return CLIP whole, or its tower for pictures alone where only they are labelled."""
    pictures = clip_vision(older_part(asked, "vision_config", "vision_model.", "clip_vision_model"))
    if asked.head == "ForImageClassification":
        return pictures
    return both(
        clip_text(older_part(asked, "text_config", "text_model.", "clip_text_model")), pictures
    )


def owl(asked: Asked) -> Body:
    """Return OWL-ViT: CLIP with its shared space as part of the body."""
    kind = asked.keys.type
    pictures = asked.part("vision_config", "vision_model.", f"{kind}_vision_model")
    words = asked.part("text_config", "text_model.", f"{kind}_text_model")
    body = both(clip_text(words), clip_vision(pictures, "pre_layernorm"))
    space = clip_space(asked.keys, body).tensors
    return replace(body, tensors=body.tensors + renamed(asked.at, space))


def renamed(at: str, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return tensors under a further name."""
    return tuple(replace(tensor, name=at + tensor.name) for tensor in tensors)


def _found(keys: Keys, body: Body) -> Ending:
    """Return what each patch shows, told by words, where its box lies, and whether it shows."""
    hidden = body.hidden
    words = next(tower for tower in body.towers if tower.part is Part.ENCODER)
    parts = {
        "class_head.dense0": linear(hidden, words.hidden, Role.HEAD, bias=True),
        "class_head.logit_shift": linear(hidden, 1, Role.HEAD, bias=True),
        "class_head.logit_scale": linear(hidden, 1, Role.HEAD, bias=True),
        "box_head": _three_layers(hidden, 4),
        "objectness_head": _three_layers(hidden, 1) if keys.type == "owlv2" else EMPTY,
        "layer_norm": norm(hidden, bias=True),
    }
    return Ending(placed("", joined(parts), Part.VISION), words.hidden)


def _three_layers(hidden: int, outputs: int) -> Block:
    again = linear(hidden, hidden, Role.HEAD, bias=True)
    last = linear(hidden, outputs, Role.HEAD, bias=True)
    return joined({"dense0": again, "dense1": again, "dense2": last})


def older_part(asked: Asked, key: str, at: str, kind: str) -> Asked:
    """Return the question for a tower; an older key, where written, counts for more."""
    older = f"{key}_dict"
    return asked.part(key if asked.keys.get(older) is None else older, at, kind)


SEEN = "vision_model."


def siglip(asked: Asked) -> Body:
    """Return SigLIP whole, or its tower for pictures alone."""
    return _siglip(asked, siglip_vision(asked.part("vision_config", SEEN, "siglip_vision_model")))


def siglip2(asked: Asked) -> Body:
    """Return SigLIP 2 whole, or its tower for pictures alone."""
    return _siglip(asked, siglip2_vision(asked.part("vision_config", SEEN, "siglip2_vision_model")))


def _siglip(asked: Asked, pictures: Body) -> Body:
    if asked.head == "ForImageClassification":
        return pictures
    return both(
        siglip_text(asked.part("text_config", "text_model.", f"{asked.keys.type}_text_model")),
        pictures,
    )


def _scalar(name: str, *shape: int) -> tuple[Tensor, ...]:
    return placed("", array(name, shape, Role.OTHER), Part.PROJECTOR)


def clip_space(keys: Keys, body: Body) -> Ending:
    """Return the two layers into CLIP's shared space, and how sharply answers are told apart."""
    width = keys.whole("projection_dim")
    words = next(tower for tower in body.towers if tower.part is Part.ENCODER)
    layers: Mapping[str, Block] = {
        "visual_projection": linear(body.hidden, width, Role.PROJECTION),
        "text_projection": linear(words.hidden, width, Role.PROJECTION),
    }
    return Ending(placed("", joined(layers), Part.PROJECTOR) + _scalar("logit_scale"), width)


def _siglip_space(keys: Keys, body: Body) -> Ending:
    del keys
    return Ending(_scalar("logit_scale", 1) + _scalar("logit_bias", 1), body.hidden)


def _projected(name: str) -> Head:
    def ending(keys: Keys, body: Body) -> Ending:
        width = keys.whole("projection_dim")
        layer = linear(body.hidden, width, Role.PROJECTION)
        return Ending(placed(name, layer, Part.PROJECTOR), width)

    return Head(
        {"visual_projection": "vision_model", "text_projection": "text_model"}[name], ending
    )


OWL = Family(owl, {"ForObjectDetection": Head("owlvit", _found), **BARE})
OWL_2 = Family(owl, {"ForObjectDetection": Head("owlv2", _found), **BARE})

FAMILIES = {
    "owlvit": OWL,
    "owlv2": OWL_2,
    "clip": Family(
        clip,
        {"Model": Head("", clip_space), "ForImageClassification": Head("", picture_labels)},
    ),
    "clip_text_model": Family(
        clip_text, {**BARE, "ModelWithProjection": _projected("text_projection")}
    ),
    "clip_vision_model": Family(
        clip_vision, {**BARE, "ModelWithProjection": _projected("visual_projection")}
    ),
    "siglip": Family(
        siglip,
        {"Model": Head("", _siglip_space), "ForImageClassification": Head("", picture_labels)},
    ),
    "siglip_text_model": Family(siglip_text, BARE),
    "siglip_vision_model": Family(siglip_vision, BARE),
    "siglip2": Family(
        siglip2,
        {"Model": Head("", _siglip_space), "ForImageClassification": Head("", picture_labels)},
    ),
    "siglip2_text_model": Family(siglip_text, BARE),
    "siglip2_vision_model": Family(siglip2_vision, BARE),
}
