"""Qwen's models that see: patches in space and time, merged in squares, for Qwen's decoders.

In: keys of a Qwen 2-VL to 3.5 config. Out: bodies.
Source: Wang et al. 2024, arXiv:2409.12191.
"""

from __future__ import annotations

from collections.abc import Callable

from tabfit.architectures.config_keys import MOST_LAYERS, MOST_ROWS, MOST_WIDTH, Keys
from tabfit.architectures.decoders.decoder_layer import (
    Style,
    biased_inputs,
    biases_by,
    per_head,
    qwen_windows,
    shared_heads,
    unbounded,
)
from tabfit.architectures.decoders.experts.mixture_of_experts import NORMED_QWEN
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.decoders.recurrent.hybrid import qwen3_5, qwen3_5_moe
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import score, score_with_bias
from tabfit.architectures.multimodal.vision_language import HEADS, together
from tabfit.architectures.vision.patches.vit import picture_body
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.blocks.attention import fused_attention
from tabfit.model.blocks.block import EMPTY, Block, joined, placed, stacked
from tabfit.model.blocks.feed_forward import gated, plain
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role

Seen = tuple[Body, Block]


def _frames(keys: Keys, hidden: int, *, bias: bool) -> Block:
    """Return the convolution over patches of a few frames."""
    side, channels = keys.whole("patch_size", most=4096), keys.whole("in_channels")
    span = keys.whole("temporal_patch_size", most=4096)
    return joined({"proj": convolution(channels, hidden, span, side, side, bias=bias)})


def picture_tower(
    asked: Asked, hidden: int, layer: Block, *, bias: bool, places: Block = EMPTY
) -> Body:
    """Return a tower of equal layers behind a convolution over patches of a few frames."""
    keys, at = asked.keys, asked.at
    stack = stacked(at + "blocks", (layer,) * keys.layers("depth"), Part.VISION)
    parts = {"patch_embed": _frames(keys, hidden, bias=bias), "pos_embed": places}
    front = placed(at.removesuffix("."), joined(parts), Part.VISION)
    positions = places.tensors[0].shape[0] if places.tensors else None
    body = picture_body(front + stack.tensors, stack, hidden, positions)
    (tower,) = body.towers
    side = keys.whole("patch_size", most=4096) * keys.whole("spatial_merge_size", most=64)
    merged = keys.whole("spatial_merge_size", most=64)
    return replace(body, towers=(replace(tower, square=side, places=merged**2),))


def picture_layer(
    keys: Keys,
    width_key: str,
    normed: Block,
    feeds: Block,
    *,
    bias: bool = True,
    normed_heads: bool = False,
) -> Block:
    """Return a layer with fused attention that looks at every patch, a norm before each half."""
    heads = equal_heads(keys, width_key, "num_heads")
    own = fused_attention(
        keys.whole(width_key),
        heads,
        names=("qkv", "proj"),
        bias=(bias, bias),
        norms=(norm(heads.width), norm(heads.width)) if normed_heads else None,
    )
    attends = Block(own.tensors, own.heads, own.head_width)
    return joined({"norm1": normed, "attn": attends, "norm2": normed, "mlp": feeds})


def _merged(keys: Keys, width_key: str) -> int:
    """Return the width of a square of patches laid side by side."""
    width = keys.whole(width_key) * keys.whole("spatial_merge_size", most=64) ** 2
    if width > MOST_WIDTH:
        raise keys.fault("spatial_merge_size", Message("makes squares {width} wide", width=width))
    return width


def _sequential(read: int, written: int) -> Block:
    return joined(
        {
            "mlp.0": linear(read, read, Role.PROJECTION, bias=True),
            "mlp.2": linear(read, written, Role.PROJECTION, bias=True),
        }
    )


def _see2(asked: Asked) -> Seen:
    """Return Qwen 2-VL's tower and merger."""
    keys = asked.keys
    width = keys.whole("embed_dim")
    inner = int(width * keys.number("mlp_ratio"))
    if not 1 <= inner <= MOST_WIDTH:
        raise keys.fault("mlp_ratio", Message("makes layers {width} wide", width=inner))
    feeds = plain(width, inner, names=("fc1", "fc2"))
    layer = picture_layer(keys, "embed_dim", norm(width, bias=True), feeds)
    merger = {
        "ln_q": norm(width, bias=True),
        "": _sequential(_merged(keys, "embed_dim"), keys.whole("hidden_size")),
    }
    return picture_tower(asked, width, layer, bias=False), joined({"merger": joined(merger)})


def _see2_5(asked: Asked) -> Seen:
    """Return Qwen 2.5-VL's tower, gated and without offsets in its norms, and merger."""
    keys = asked.keys
    width = keys.whole("hidden_size")
    feeds = gated(width, keys.whole("intermediate_size"), bias=True)
    layer = picture_layer(keys, "hidden_size", norm(width), feeds)
    merger = {
        "ln_q": norm(width),
        "": _sequential(_merged(keys, "hidden_size"), keys.whole("out_hidden_size")),
    }
    return picture_tower(asked, width, layer, bias=False), joined({"merger": joined(merger)})


def _see3_deep(asked: Asked) -> Seen:
    """Return Qwen 3-VL's tower and mergers: one at the end and one behind each layer listed."""
    keys = asked.keys
    deep = keys.wholes("deepstack_visual_indexes", most=MOST_LAYERS) or ()
    if len(deep) > MOST_LAYERS:
        raise keys.fault(
            "deepstack_visual_indexes", Message("has {count} entries", count=len(deep))
        )
    tower, mergers = _see3(asked)
    wide = _merger(keys, _merged(keys, "hidden_size"))
    more = {f"deepstack_merger_list.{number}": wide for number in range(len(deep))}
    return tower, joined({"": mergers, **more})


def _see3(asked: Asked) -> Seen:
    """Return Qwen 3.5's tower and merger."""
    keys = asked.keys
    width, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    feeds = plain(width, inner, names=("linear_fc1", "linear_fc2"))
    layer = picture_layer(keys, "hidden_size", norm(width, bias=True), feeds)
    places = embedding(keys.whole("num_position_embeddings", most=MOST_ROWS), width, Role.POSITION)
    tower = picture_tower(asked, width, layer, bias=True, places=places)
    return tower, joined({"merger": _merger(keys, width)})


def _merger(keys: Keys, normed: int) -> Block:
    read = _merged(keys, "hidden_size")
    return joined(
        {
            "norm": norm(normed, bias=True),
            "linear_fc1": linear(read, read, Role.PROJECTION, bias=True),
            "linear_fc2": linear(read, keys.whole("out_hidden_size"), Role.PROJECTION, bias=True),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QwenSees:
    """A generation: its decoder and its tower.

    `flat` marks those whose older configs write the decoder's keys beside
    `vision_config`, and which tie where the text part says so.
    """

    texts: Callable[[Asked], Body]
    sees: Callable[[Asked], Seen]
    flat: bool = False

    def body(self, asked: Asked) -> Body:
        """Return the whole model but its output layer."""
        keys = asked.keys
        kind = keys.type
        if self.flat and keys.get("text_config") is None:
            inner = Asked(keys.read_as(f"{kind}_text"), asked.at + "language_model.", "Model")
        else:
            inner = asked.part("text_config", "language_model.", f"{kind}_text")
        texts = self.texts(inner)
        pictures, mergers = self.sees(asked.part("vision_config", "visual.", f"{kind}_vision"))
        whole = together(keys, texts, pictures, bridge=(f"{asked.at}visual", mergers))
        return replace(whole, tied=whole.tied or (self.flat and texts.tied))


QWEN2 = Style(heads=shared_heads, bias=biased_inputs, windows=qwen_windows).body
QWEN3 = Style(bias=biases_by("attention_bias"), norms=per_head)
QWEN3_MOE = replace(NORMED_QWEN, windows=unbounded)
LABELLED = {
    **HEADS,
    "ForSequenceClassification": Head("model", score),
    "ForTokenClassification": Head("model", score_with_bias),
}

FAMILIES = {
    "qwen2_vl": Family(QwenSees(texts=QWEN2, sees=_see2, flat=True).body, HEADS),
    "qwen2_5_vl": Family(QwenSees(texts=QWEN2, sees=_see2_5, flat=True).body, HEADS),
    "qwen3_vl": Family(QwenSees(texts=QWEN3.body, sees=_see3_deep).body, HEADS),
    "qwen3_vl_moe": Family(QwenSees(texts=QWEN3_MOE.body, sees=_see3_deep).body, HEADS),
    "qwen3_5": Family(QwenSees(texts=qwen3_5, sees=_see3).body, LABELLED),
    "qwen3_5_moe": Family(QwenSees(texts=qwen3_5_moe, sees=_see3).body, HEADS),
}
