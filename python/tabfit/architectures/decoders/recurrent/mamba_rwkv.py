"""Decoders without attention: Mamba 1 and 2, Falcon Mamba, RWKV 4.

In: keys of such a config. Out: bodies whose layers keep states of constant size.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_HEADS, Keys
from tabfit.architectures.decoders.decoder_layer import decoder
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import nothing, output_layer
from tabfit.i18n.language import Message
from tabfit.model.blocks.block import Block, joined
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.blocks.recurrent import Mamba, Mamba2, mamba, mamba2, rwkv_channels, rwkv_time
from tabfit.model.tensors import Role


def time_step_rank(keys: Keys, key: str) -> int:
    """Return the rank of the time step's projection: a sixteenth of the width unless said."""
    hidden = keys.whole("hidden_size")
    return -(-hidden // 16) if keys.get(key) == "auto" else keys.whole(key)


def _mamba(asked: Asked) -> Body:
    keys = asked.keys
    hidden = keys.whole("hidden_size")
    widths = Mamba(
        hidden=hidden,
        inner=keys.whole_or("intermediate_size", keys.whole("expand", most=1024) * hidden),
        state=keys.whole("state_size"),
        rank=time_step_rank(keys, "time_step_rank"),
        kernel=keys.whole("conv_kernel", most=1024),
        bias=keys.flag("use_bias"),
        convolution_bias=keys.flag("use_conv_bias"),
    )
    return _mixed(asked, mamba(widths))


def _mamba2(asked: Asked) -> Body:
    keys = asked.keys
    hidden, heads = keys.whole("hidden_size"), keys.heads("num_heads")
    inner = keys.whole("expand", most=1024) * hidden
    if heads * keys.whole("head_dim") != inner:
        raise keys.fault(
            "num_heads",
            Message("times head_dim is not expand times hidden_size, {width}", width=inner),
        )
    bias = keys.flag("use_bias")
    widths = Mamba2(
        hidden=hidden,
        inner=inner,
        heads=heads,
        groups=keys.whole("n_groups", most=MOST_HEADS),
        state=keys.whole("state_size"),
        kernel=keys.whole("conv_kernel", most=1024),
        bias=bias,
        convolution_bias=keys.flag("use_conv_bias"),
        output_bias=bias,
    )
    return _mixed(asked, mamba2(widths))


def _mixed(asked: Asked, mixer: Block) -> Body:
    """Return a body of layers that are one normed mixer each."""
    keys = asked.keys
    layer = joined({"norm": norm(keys.whole("hidden_size")), "mixer": mixer})
    blocks = (layer,) * keys.layers("num_hidden_layers")
    return decoder(asked, blocks, table="embeddings", last="norm_f")


def _rwkv(asked: Asked) -> Body:
    """Return RWKV 4: time mixing and channel mixing, with one norm more before the first."""
    keys = asked.keys
    hidden = keys.whole("hidden_size")
    normed = norm(hidden, bias=True)
    layer = joined(
        {
            "ln1": normed,
            "ln2": normed,
            "attention": rwkv_time(hidden, keys.whole_or("attention_hidden_size", hidden)),
            "feed_forward": rwkv_channels(hidden, keys.whole_or("intermediate_size", 4 * hidden)),
        }
    )
    first = joined({"pre_ln": normed, "": layer})
    blocks = (first, *(layer,) * (keys.layers("num_hidden_layers") - 1))
    return decoder(asked, blocks, table="embeddings", layers="blocks", last="ln_out", final=normed)


def _rwkv_output(keys: Keys, body: Body) -> Ending:
    del keys
    layer = linear(body.hidden, body.vocabulary, Role.HEAD)
    return Ending(tied_to_table(layer, "head", body), body.vocabulary)


MAMBA_HEADS = {"ForCausalLM": Head("backbone", output_layer), "Model": Head("", nothing)}
FAMILIES = {
    "mamba": Family(_mamba, MAMBA_HEADS),
    "falcon_mamba": Family(_mamba, MAMBA_HEADS),
    "mamba2": Family(_mamba2, MAMBA_HEADS),
    "rwkv": Family(_rwkv, {"ForCausalLM": Head("rwkv", _rwkv_output), "Model": Head("", nothing)}),
}
