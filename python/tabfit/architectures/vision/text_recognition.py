"""Words read from a picture of them at once: MGP-STR.

In: keys of such a config. Out: body and heads. One ViT; three heads that answer in
letters, in byte pairs and in word pieces.
Source: Wang et al. 2022, arXiv:2209.03592.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.patches.vit import patch_count, patches, picture_body, ratio_width
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import attending
from tabfit.model.blocks.block import Block, array, beside, joined, placed, stacked
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.tensors import Part, Role

#: How each head is called, and the key that says how many answers it knows.
ANSWERS = {"char": "character", "bpe": "bpe", "wp": "wordpiece"}
GROUPS = 8


def mgp_str(asked: Asked) -> Body:
    """Return MGP-STR's ViT: norms before each half, and none at its end."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    positions = patch_count(keys) + 1 + keys.flag("distilled")
    lone = beside(
        array("cls_token", (1, 1, hidden), Role.OTHER),
        array("pos_embed", (1, positions, hidden), Role.POSITION),
        joined({"proj": patches(keys)}),
    )
    front = placed(at + "embeddings", lone, Part.VISION)
    blocks = (_layer(keys),) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.blocks", blocks, Part.VISION)
    return picture_body(front + stack.tensors, stack, hidden, positions)


def _layer(keys: Keys) -> Block:
    hidden = keys.whole("hidden_size")
    fused = {
        "qkv": linear(hidden, 3 * hidden, Role.QUERY_KEY_VALUE, bias=keys.flag("qkv_bias")),
        "proj": linear(hidden, hidden, Role.ATTENTION_OUTPUT, bias=True),
    }
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    return joined(
        {
            "norm1": norm(hidden, bias=True),
            "attn": attending(joined(fused), heads, ()),
            "norm2": norm(hidden, bias=True),
            "mlp": plain(hidden, ratio_width(keys, hidden), names=("fc1", "fc2")),
        }
    )


def _read(keys: Keys, body: Body) -> Ending:
    """Return what picks a place for every letter, and names it, three times over."""
    hidden = body.hidden
    if hidden % GROUPS:
        raise keys.fault(
            "hidden_size",
            Message("is {given}, which {by_key} does not divide", given=hidden, by_key=GROUPS),
        )
    grouped = convolution(hidden, hidden, 1, 1, groups=GROUPS, bias=False)
    letters = keys.rows("max_token_length")
    module = joined(
        {
            "token_norm": norm(hidden, bias=True),
            "tokenLearner.0": grouped,
            "tokenLearner.1": convolution(hidden, letters, 1, 1, bias=False),
            "feat": grouped,
            "norm": norm(hidden, bias=True),
        }
    )
    counts = {name: keys.rows(f"num_{key}_labels") for name, key in ANSWERS.items()}
    parts = {f"{name}_a3_module": module for name in counts}
    parts |= {
        f"{name}_head": linear(hidden, count, Role.HEAD, bias=True)
        for name, count in counts.items()
    }
    return Ending(placed("", joined(parts), Part.VISION), sum(counts.values()))


FAMILIES = {
    "mgp-str": Family(
        mgp_str,
        {
            "ForSceneTextRecognition": Head("mgp_str", _read),
            "Model": Head("", nothing),
        },
    )
}
