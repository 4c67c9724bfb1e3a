"""Decoders that use one block of attention again and again among Mamba layers: Zamba 1 and 2.

In: keys of such a config. Out: bodies in which the second and later uses of a
block are tied to the first.
Sources: Glorioso et al. 2024, arXiv:2405.16712 and arXiv:2411.15242.
"""

from __future__ import annotations

from collections.abc import Sequence

from tabfit.architectures.config_keys import MOST_HEADS, MOST_LAYERS, Keys
from tabfit.architectures.decoders.decoder_layer import decoder, layer_kinds
from tabfit.architectures.decoders.recurrent.mamba_rwkv import time_step_rank
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.heads import DECODER_HEADS
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.attention import Heads, attention
from tabfit.model.blocks.block import Block, array, beside, joined
from tabfit.model.blocks.feed_forward import fused_gated, gated
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.blocks.recurrent import Mamba2, depthwise, mamba2, stateful
from tabfit.model.tensors import Role, Tensor

MAMBA, HYBRID = "linear_attention", "hybrid"
ENDINGS = ("ForCausalLM", "Model", "ForSequenceClassification")
ZAMBA_HEADS = {name: DECODER_HEADS[name] for name in ENDINGS}


def _shared(
    asked: Asked, blocks: Sequence[Block], kinds: Sequence[str], own: int, name: str
) -> Body:
    """Return the layers as one body; after `own` hybrid layers their shared blocks come again.

    A config that ties no tables ties no blocks either, as transformers reads it.
    """
    body = decoder(asked, blocks, last="final_layernorm")
    if not body.tied:
        return body
    hybrids = [number for number, kind in enumerate(kinds) if kind == HYBRID]
    again = {
        f"{asked.at}layers.{number}.{name}.": f"{asked.at}layers.{hybrids[use % own]}.{name}."
        for use, number in enumerate(hybrids)
        if use >= own
    }
    return replace(body, tensors=tuple(_tied(tensor, again) for tensor in body.tensors))


def _tied(tensor: Tensor, again: dict[str, str]) -> Tensor:
    at = next((start for start in again if tensor.name.startswith(start)), None)
    if at is None:
        return tensor
    return replace(tensor, tied_to=again[at] + tensor.name.removeprefix(at))


def _mixer_layer(keys: Keys, mixer: Block) -> Block:
    return joined({"mamba": mixer, "input_layernorm": norm(keys.whole("hidden_size"))})


def _hybrid(keys: Keys, name: str, block: Block, mixer: Block) -> Block:
    """Return a hybrid layer: the shared block, a projection of what it says, and Mamba."""
    hidden = keys.whole("hidden_size")
    between = linear(hidden, hidden, Role.PROJECTION)
    together = joined({name: block, "linear": between, "mamba_decoder": _mixer_layer(keys, mixer)})
    return replace(together, heads=block.heads, head_width=block.head_width)


def _kinds(keys: Keys, usual: Sequence[str]) -> tuple[str, ...]:
    listed = keys.sequence("layers_block_type")
    count = len(usual) if listed is None else len(listed)
    if not 1 <= count <= MOST_LAYERS:
        raise keys.fault(
            "layers_block_type",
            Message("needs from 1 to {most} entries", most=MOST_LAYERS),
        )
    return layer_kinds(
        keys, (MAMBA, HYBRID), lambda number: usual[number], key="layers_block_type", count=count
    )


def zamba2(asked: Asked) -> Body:
    """Return Zamba 2: Mamba 2, and a few blocks of attention used by turns with adapters."""
    keys = asked.keys
    usual = [MAMBA, *([MAMBA] * 5 + [HYBRID]) * 7, *[MAMBA] * 4, HYBRID, *[MAMBA] * 3, HYBRID]
    kinds = _kinds(keys, [*usual, MAMBA, MAMBA])
    own, uses = keys.whole("num_mem_blocks", most=MOST_LAYERS), kinds.count(HYBRID)
    mixer, name = _zamba2_mixer(keys), "shared_transformer"
    made = [_zamba2_block(keys, number, own, uses) for number in range(min(own, uses))]
    shared = [_hybrid(keys, name, block, mixer) for block in made]
    plain, blocks, use = _mixer_layer(keys, mixer), [], 0
    for kind in kinds:
        blocks.append(shared[use % own] if kind == HYBRID else plain)
        use += kind == HYBRID
    return _shared(asked, blocks, kinds, own, name)


def _zamba2_mixer(keys: Keys) -> Block:
    hidden, heads = keys.whole("hidden_size"), keys.heads("n_mamba_heads")
    bias = keys.flag("add_bias_linear")
    widths = Mamba2(
        hidden=hidden,
        inner=keys.whole("mamba_expand", most=1024) * hidden,
        heads=heads,
        groups=keys.whole("mamba_ngroups", most=MOST_HEADS),
        state=keys.whole("mamba_d_state"),
        kernel=keys.whole("mamba_d_conv", most=1024),
        bias=bias,
        convolution_bias=True,
        output_bias=bias,
    )
    return mamba2(widths)


def _zamba2_block(keys: Keys, number: int, own: int, uses: int) -> Block:
    """Return one shared block, with an adapter for each of the places that use it."""
    hidden, places = keys.whole("hidden_size"), range(number, uses, own)
    inner = keys.whole_or("intermediate_size", 4 * hidden)
    wide, bias = 2 * hidden, keys.flag("add_bias_linear")
    attends = {"": _wide_attention(keys)}
    if keys.flag("use_shared_attention_adapter"):
        for name in "qkv":
            attends |= _adapters(keys, f"linear_{name}_adapter_list", wide, wide, places)
    feed = {
        "": fused_gated(hidden, inner, bias=bias),
        **_adapters(keys, "gate_up_proj_adapter_list", hidden, 2 * inner, places),
    }
    return joined(
        {
            "self_attn": joined(attends),
            "feed_forward": joined(feed),
            "input_layernorm": norm(wide),
            "pre_ff_layernorm": norm(hidden),
        }
    )


def _adapters(keys: Keys, name: str, read: int, written: int, places: range) -> dict[str, Block]:
    rank = keys.whole("adapter_rank")
    pair = {"0": linear(read, rank, Role.OTHER), "1": linear(rank, written, Role.OTHER)}
    return {f"{name}.{place}": joined(pair) for place in places}


def _wide_attention(keys: Keys) -> Block:
    """Return attention over what the layer reads beside what the model read first."""
    hidden, queries = keys.whole("hidden_size"), keys.heads("num_attention_heads")
    width = keys.whole_or("attention_head_dim", 2 * hidden // queries, least=0)
    if width == 0:
        width = 2 * hidden // queries
    shared = keys.whole_or("num_key_value_heads", queries)
    heads = Heads(queries=queries, key_values=shared, width=width)
    wide = keys.whole_or("attention_hidden_size", 2 * hidden, least=0) or 2 * hidden
    return attention(wide, heads, outputs=hidden)


def zamba(asked: Asked) -> Body:
    """Return Zamba: Mamba 1 in a few heads, and one block of attention in every sixth layer."""
    keys = asked.keys
    count, hidden = keys.layers("num_hidden_layers"), keys.whole("hidden_size")
    period, offset = keys.whole("attn_layer_period"), keys.whole("attn_layer_offset", least=0)
    usual = [MAMBA, MAMBA, HYBRID]
    usual += [HYBRID if number % period == offset else MAMBA for number in range(count - 3)]
    kinds, mixer = _kinds(keys, usual), _zamba_mixer(keys)
    block = joined(
        {
            "self_attn": _wide_attention(keys),
            "feed_forward": gated(hidden, keys.whole("intermediate_size")),
            "input_layernorm": norm(2 * hidden),
            "pre_ff_layernorm": norm(hidden),
        }
    )
    made = {MAMBA: _mixer_layer(keys, mixer), HYBRID: _hybrid(keys, "shared_transf", block, mixer)}
    return _shared(asked, [made[kind] for kind in kinds], kinds, 1, "shared_transf")


def _zamba_mixer(keys: Keys) -> Block:
    """Return Mamba 1 whose time steps are made for a few heads apart."""
    hidden, heads = keys.whole("hidden_size"), keys.heads("n_mamba_heads")
    inner, state = keys.whole("mamba_expand", most=1024) * hidden, keys.whole("mamba_d_state")
    if inner % heads:
        raise keys.fault(
            "n_mamba_heads",
            Message("is {given}, which does not divide {width}", given=heads, width=inner),
        )
    rank, width = time_step_rank(keys, "mamba_dt_rank"), inner // heads
    kernel, bias = keys.whole("mamba_d_conv", most=1024), keys.flag("mamba_proj_bias")
    arrays = {
        "x_proj_weight": (heads, rank + 2 * state, width),
        "dt_proj_weight": (heads, width, rank),
        "dt_proj_bias": (heads, width),
        "A_log": (heads, width, state),
        "D": (heads, width),
    }
    parts = {
        "": beside(*(array(name, shape, Role.RECURRENT) for name, shape in arrays.items())),
        "conv1d": depthwise(inner, kernel, bias=keys.flag("mamba_conv_bias")),
        "in_proj": linear(hidden, 2 * inner, Role.RECURRENT, bias=bias),
        "out_proj": linear(inner, hidden, Role.RECURRENT, bias=bias),
    }
    return stateful(parts, inner * state, inner, kernel)


FAMILIES = {"zamba": Family(zamba, ZAMBA_HEADS), "zamba2": Family(zamba2, ZAMBA_HEADS)}
