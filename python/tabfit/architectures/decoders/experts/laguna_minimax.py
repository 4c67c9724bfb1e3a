"""Mixtures of experts of 2026 whose layers differ: Laguna, Step 3.7, MiniMax-M3.

In: keys of such a config. Out: bodies. Laguna's and Step's heads each have a gate, and
layers with a window have a number of heads of their own; an indexer narrows what some
layers of MiniMax-M3 look at.
"""

from __future__ import annotations

from collections.abc import Sequence

from tabfit.architectures.config_keys import MOST_EXPERTS, MOST_HEADS, MOST_LAYERS, Keys
from tabfit.architectures.decoders.decoder_layer import (
    FULL,
    SLIDING,
    decoder,
    head_width,
    layer_kinds,
    paired,
    pre_norm,
    read_heads,
    rope_width,
    said_window,
)
from tabfit.architectures.decoders.experts.expert_layers import mixture, read_experts, shared
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.heads import DECODER_HEADS
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import Heads, attention, biases
from tabfit.model.blocks.block import Block, beside, joined, vector
from tabfit.model.blocks.feed_forward import fused_gated, gated
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.layers import KeyValue
from tabfit.model.tensors import Role

SPARSE = "minimax_m3_sparse"


def gated_heads(keys: Keys, queries: int, kind: str) -> Block:
    """Return attention whose outputs a gate scales, one number per head or per width."""
    hidden, width = keys.whole("hidden_size"), head_width(keys)
    heads = Heads(queries=queries, key_values=keys.heads("num_key_value_heads"), width=width)
    each = keys.get("gating") in (None, True, "per-head")
    attends = attention(
        hidden,
        heads,
        bias=biases(inputs=keys.flag("attention_bias")),
        norms=(norm(width), norm(width)),
        window=said_window(keys) if kind == SLIDING else None,
    )
    gate = linear(hidden, queries if each else queries * width, Role.ATTENTION_OTHER)
    return beside(attends, joined({"g_proj": gate}))


def _layers(asked: Asked, attends: Sequence[Block], feeds: Sequence[Block]) -> Body:
    keys = asked.keys
    normed = norm(keys.whole("hidden_size"))
    blocks = paired(attends, feeds, lambda attend, feed: pre_norm(attend, feed, normed))
    rope = rope_width(keys, head_width(keys))
    return decoder(asked, blocks, rope_widths=(rope, rope))


def laguna(asked: Asked) -> Body:
    """Return Laguna: a number of heads for each layer, a shared expert beside the others."""
    keys = asked.keys
    count = keys.layers("num_hidden_layers")
    kinds = layer_kinds(keys, (FULL, SLIDING), lambda _: FULL)
    listed = keys.wholes("num_attention_heads_per_layer", count=count, least=1, most=MOST_HEADS)
    heads = listed or (keys.heads("num_attention_heads"),) * count
    made = {pair: gated_heads(keys, *pair) for pair in set(zip(heads, kinds, strict=True))}
    feeds = layer_kinds(
        keys, ("dense", "sparse"), lambda n: "sparse" if n else "dense", key="mlp_layer_types"
    )
    hidden = keys.whole("hidden_size")
    halves = {
        kind: _laguna_sparse(keys)
        if kind == "sparse"
        else gated(hidden, keys.whole("intermediate_size"))
        for kind in set(feeds)
    }
    attends = [made[pair] for pair in zip(heads, kinds, strict=True)]
    return _layers(asked, attends, [halves[kind] for kind in feeds])


def _laguna_sparse(keys: Keys) -> Block:
    """Return Laguna's experts; what corrects its router counts as a weight."""
    experts = read_experts(keys, "num_experts")
    parts = mixture(keys, experts)
    corrected = vector("e_score_correction_bias", experts.count, Role.ROUTER)
    parts["gate"] = beside(parts["gate"], corrected)
    width = keys.whole("shared_expert_intermediate_size")
    return joined({**parts, "shared_experts": shared(keys, width)})


def step(asked: Asked) -> Body:
    """Return Step 3.7's text part: layers with a window may have more heads."""
    keys = asked.keys
    kinds = layer_kinds(keys, (FULL, SLIDING), lambda _: FULL)
    usual = keys.heads("num_attention_heads")
    near = keys.whole_or("num_sliding_attention_heads", usual, most=MOST_HEADS)
    queries = {FULL: usual, SLIDING: near}
    made = {kind: gated_heads(keys, queries[kind], kind) for kind in set(kinds)}
    hidden, bias = keys.whole("hidden_size"), keys.flag("mlp_bias")
    feeds = layer_kinds(
        keys,
        ("dense", "sparse"),
        lambda n: "sparse" if n >= STEP_DENSE else "dense",
        key="mlp_layer_types",
    )
    experts = read_experts(keys, "n_routed_experts")
    width = keys.whole("share_expert_dim")
    halves = {
        "dense": gated(hidden, keys.whole("intermediate_size"), bias=bias),
        "sparse": joined(
            {
                **mixture(keys, experts, correction=True),
                "shared_experts": shared(keys, width, bias=bias),
            }
        ),
    }
    return _layers(asked, [made[kind] for kind in kinds], [halves[kind] for kind in feeds])


#: Step's first layers have no experts unless its config lists them.
STEP_DENSE = 3


def minimax_m3(asked: Asked) -> Body:
    """Return MiniMax-M3's text part: an indexer chooses blocks of tokens in sparse layers."""
    keys = asked.keys
    count = keys.layers("num_hidden_layers")
    older = keys.child("sparse_attention_config", "")
    listed = older.wholes("sparse_attention_freq", most=1) or ()
    kinds = layer_kinds(
        keys, (FULL, SPARSE), lambda n: SPARSE if n < len(listed) and listed[n] else FULL
    )
    freq = keys.wholes("moe_layer_freq", most=MOST_LAYERS) or (1,) * count
    feeds = layer_kinds(
        keys,
        ("dense", "sparse"),
        lambda n: "sparse" if n >= len(freq) or freq[n] else "dense",
        key="mlp_layer_types",
    )
    hidden, heads = keys.whole("hidden_size"), read_heads(keys)
    plainly = attention(hidden, heads, norms=(norm(heads.width), norm(heads.width)))
    made = {FULL: plainly, SPARSE: _indexed(keys, older, plainly)}
    experts = read_experts(keys, "num_local_experts", inner="intermediate_size")
    halves = {
        "dense": fused_gated(hidden, keys.whole("dense_intermediate_size")),
        "sparse": joined(
            {
                **mixture(keys, experts, correction=True),
                "shared_experts": fused_gated(hidden, keys.whole("shared_intermediate_size")),
            }
        ),
    }
    return _layers(asked, [made[kind] for kind in kinds], [halves[kind] for kind in feeds])


def _indexed(keys: Keys, older: Keys, attends: Block) -> Block:
    """Return attention with its indexer, which keeps a narrow key of its own."""
    hidden = keys.whole("hidden_size")
    count = older.whole_or("sparse_num_index_heads", keys.heads("index_n_heads"), most=MOST_EXPERTS)
    width = older.whole_or("sparse_index_dim", keys.whole("index_head_dim"))
    indexer = joined(
        {
            "q_proj": linear(hidden, count * width, Role.ATTENTION_OTHER),
            "k_proj": linear(hidden, width, Role.ATTENTION_OTHER),
            "q_norm": norm(width),
            "k_norm": norm(width),
        }
    )
    kept = KeyValue(key_value_heads=1, key_width=width, value_width=0)
    both = joined({"": attends, "indexer": indexer})
    return replace(both, keeps=(*attends.keeps, kept))


FAMILIES = {
    "laguna": Family(laguna, DECODER_HEADS),
    "step3p5": Family(step, DECODER_HEADS),
    "minimax_m3_vl_text": Family(minimax_m3, DECODER_HEADS),
}
