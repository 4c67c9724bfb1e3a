"""DBRX: experts whose matrices lie row under row in one, attention from one projection.

In: keys of such a config, those of attention and experts in parts of it. Out: bodies.
Source, of what the parts fall back to as well: transformers, models/dbrx.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_EXPERTS, Keys
from tabfit.architectures.decoders.gpt2 import assembled, fused_qkv
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing, output_layer
from tabfit.model.blocks.attention import Heads
from tabfit.model.blocks.block import Block, joined, placed
from tabfit.model.blocks.feed_forward import Experts, router
from tabfit.model.blocks.linear import embedding, norm
from tabfit.model.tensors import Role, Tensor


def dbrx(asked: Asked) -> Body:
    """Return the body: a table, layers without biases, a last norm."""
    keys, at = asked.keys, asked.at
    hidden, heads = keys.whole("hidden_size"), _heads(keys)
    return assembled(
        asked,
        (placed(at + "wte", embedding(keys.rows("vocab_size"), hidden)),),
        ("blocks", (_layer(keys, heads),) * keys.layers("num_hidden_layers")),
        (placed(at + "norm_f", norm(hidden)),),
        hidden=hidden,
        positions=keys.maybe("max_position_embeddings"),
        rope_widths=(heads.width,),
    )


def _heads(keys: Keys) -> Heads:
    queries = keys.heads("num_attention_heads")
    width = keys.divided("hidden_size", "num_attention_heads")
    shared = keys.child("attn_config").whole_or("kv_n_heads", 1)
    return Heads(queries=queries, key_values=shared, width=width)


def _layer(keys: Keys, heads: Heads) -> Block:
    hidden = keys.whole("hidden_size")
    attends = fused_qkv(hidden, heads, ("Wqkv", "out_proj"), (False, False))
    around = joined({"norm_1": norm(hidden), "attn": attends, "norm_2": norm(hidden)})
    return joined({"norm_attn_norm": around, "ffn": _experts(keys.child("ffn_config"), hidden)})


def _experts(keys: Keys, hidden: int) -> Block:
    """Return the router and three matrices, each of all experts one under the other."""
    experts = Experts(
        count=keys.whole_or("moe_num_experts", 4, most=MOST_EXPERTS),
        chosen=keys.whole_or("moe_top_k", 1, most=MOST_EXPERTS),
        inner=keys.whole_or("ffn_hidden_size", 3584),
    )
    roles = {"w1": Role.EXPERT_GATE, "v1": Role.EXPERT_UP, "w2": Role.EXPERT_DOWN}
    shape = (experts.count * experts.inner, hidden)
    held = tuple(
        Tensor(name=name, shape=shape, role=role, active=experts.met * hidden)
        for name, role in roles.items()
    )
    mlp = Block(held, inner=experts.met)
    return joined({"router.layer": router(hidden, experts.count), "experts.mlp": mlp})


FAMILIES = {
    "dbrx": Family(
        dbrx,
        {"ForCausalLM": Head("transformer", output_layer), "Model": Head("", nothing)},
    ),
}
