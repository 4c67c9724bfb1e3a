"""Series of numbers cut into patches: PatchTST attends to them, PatchTSMixer mixes them.

In: keys of such a config. Out: bodies and heads. A head that forecasts a distribution has a
layer for each of the numbers that describe one.
Sources: Nie et al. 2022, arXiv:2211.14730; Ekambaram et al. 2023, arXiv:2306.09364.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import OUT_NAMES
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import ALL_BIASED, attention
from tabfit.model.blocks.block import (
    EMPTY,
    Block,
    array,
    beside,
    joined,
    placed,
    stacked,
    tensors_of,
)
from tabfit.model.blocks.feed_forward import plain, widened
from tabfit.model.blocks.linear import batch_norm, linear, norm
from tabfit.model.tensors import Part, Role

#: Far more channels than any published series has: each may have layers of its own.
MOST_CHANNELS = 4_096
#: How many numbers describe a distribution.
DISTRIBUTIONS = {"student_t": 3, "normal": 2, "negative_binomial": 2}


def patch_count(keys: Keys) -> int:
    """Return how many patches the series is cut into."""
    whole, long = keys.rows("context_length"), keys.whole("patch_length")
    if whole <= long:
        raise keys.fault("context_length", Message("is {given}, not above a patch", given=whole))
    return (whole - long) // keys.whole("patch_stride") + 1


def _dense(inputs: int, outputs: int, role: Role = Role.PROJECTION) -> Block:
    return linear(inputs, outputs, role, bias=True)


def _body(asked: Asked, front: Block, layers: str, blocks: Sequence[Block]) -> Body:
    """Return what lies around equal layers, and the layers."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("d_model")
    stack = stacked(f"{at}encoder.{layers}", blocks, Part.ENCODER)
    around = placed(f"{at}encoder", front, Part.ENCODER)
    tower = Tower(
        part=Part.ENCODER, hidden=hidden, layers=stack.layers, positions=patch_count(keys)
    )
    tensors = tensors_of(around, stack.tensors)
    return Body(kind=Kind.ENCODER, tensors=tensors, towers=(tower,), hidden=hidden)


# PatchTST


def patchtst(asked: Asked) -> Body:
    """Return PatchTST: every channel goes through the same layers by itself."""
    keys = asked.keys
    hidden, long = keys.whole("d_model"), keys.whole("patch_length")
    channels = keys.whole("num_input_channels", most=MOST_CHANNELS)
    summary = keys.flag("use_cls_token")
    places = array("position_enc", (patch_count(keys) + summary, hidden), Role.POSITION)
    token = array("cls_token", (1, 1, 1, hidden), Role.OTHER) if summary else EMPTY
    parts = {"positional_encoder": beside(token, places)}
    if keys.flag("share_embedding"):
        parts["embedder.input_embedding"] = _dense(long, hidden)
    else:
        parts |= {f"embedder.input_embedding.{n}": _dense(long, hidden) for n in range(channels)}
    blocks = (_patchtst_layer(keys),) * keys.layers("num_hidden_layers")
    return _body(asked, joined(parts), "layers", blocks)


def _patchtst_layer(keys: Keys) -> Block:
    """Return a layer with two norms, three where channels attend to each other as well."""
    hidden, heads = keys.whole("d_model"), equal_heads(keys, "d_model", "num_attention_heads")
    kind = keys.word("norm_type", ("batchnorm", "layernorm"))
    normed = _batch_normed(hidden) if kind == "batchnorm" else norm(hidden, bias=True)
    attends = attention(hidden, heads, names=OUT_NAMES, bias=ALL_BIASED, keeps=())
    bias = keys.flag("bias")
    return joined(
        {
            "self_attn": attends,
            "norm_sublayer1": normed,
            "norm_sublayer2": normed if keys.flag("channel_attention") else EMPTY,
            "ff": plain(hidden, keys.whole("ffn_dim"), names=("0", "3"), bias=bias),
            "norm_sublayer3": normed,
        }
    )


def _batch_normed(width: int) -> Block:
    return joined({"batchnorm": batch_norm(width)})


def _written(keys: Keys, read: int, outputs: int) -> tuple[Block, int]:
    """Return what writes so many numbers, or a distribution of each, and how many in all."""
    if not keys.has("loss") or keys.get("loss") == "mse":
        return _dense(read, outputs, Role.HEAD), outputs
    count = DISTRIBUTIONS[keys.word("distribution_output", tuple(DISTRIBUTIONS))]
    parts = {f"proj.{number}": _dense(read, outputs, Role.HEAD) for number in range(count)}
    return joined(parts), count * outputs


def _ending(block: Block, outputs: int) -> Ending:
    return Ending(placed("head", block, Part.ENCODER), outputs)


def _patchtst_forecast(keys: Keys, body: Body) -> Ending:
    pooled = keys.get("pooling_type") or keys.flag("use_cls_token")
    read = body.hidden if pooled else body.hidden * patch_count(keys)
    written, outputs = _written(keys, read, keys.whole("prediction_length"))
    if keys.flag("share_projection"):
        return _ending(joined({"projection": written}), outputs)
    channels = range(keys.whole("num_input_channels", most=MOST_CHANNELS))
    return _ending(joined({f"projections.{number}": written for number in channels}), outputs)


def _over_channels(name: str, *, distributed: bool) -> Callable[[Keys, Body], Ending]:
    """Return a head that reads all channels side by side and writes the targets."""

    def ending(keys: Keys, body: Body) -> Ending:
        read = body.hidden * keys.whole("num_input_channels", most=MOST_CHANNELS)
        targets = keys.whole("num_targets")
        block, outputs = _dense(read, targets, Role.HEAD), targets
        if distributed:
            block, outputs = _written(keys, read, targets)
        return _ending(joined({name: block}), outputs)

    return ending


def _patch_again(name: str) -> Callable[[Keys, Body], Ending]:
    """Return a head that writes each patch anew, as in training."""

    def ending(keys: Keys, body: Body) -> Ending:
        long = keys.whole("patch_length")
        return _ending(joined({name: _dense(body.hidden, long, Role.HEAD)}), long)

    return ending


# PatchTSMixer


def patchtsmixer(asked: Asked) -> Body:
    """Return PatchTSMixer: perceptrons over patches, over features, perhaps over channels."""
    keys = asked.keys
    hidden = keys.whole("d_model")
    parts = {"patcher": _dense(keys.whole("patch_length"), hidden)}
    if keys.flag("use_positional_encoding"):
        places = array("position_enc", (patch_count(keys), hidden), Role.POSITION)
        parts["positional_encoder"] = places
    blocks = (_mixer_layer(keys),) * keys.layers("num_layers")
    return _body(asked, joined(parts), "mlp_mixer_encoder.mixers", blocks)


def _mixer_layer(keys: Keys) -> Block:
    hidden = keys.whole("d_model")
    over_patches = _mixing(keys, patch_count(keys))
    if keys.flag("self_attn"):
        heads = equal_heads(keys, "d_model", "self_attn_heads")
        own = attention(hidden, heads, names=OUT_NAMES, bias=ALL_BIASED, keeps=())
        attends = {"self_attn_layer": own, "norm_attn.norm": _mixer_norm(keys)}
        over_patches = joined({"": over_patches, **attends})
    parts = {"patch_mixer": over_patches, "feature_mixer": _mixing(keys, hidden)}
    if keys.word("mode", ("common_channel", "mix_channel")) == "mix_channel":
        channels = keys.whole("num_input_channels", most=MOST_CHANNELS)
        parts["channel_feature_mixer"] = _mixing(keys, channels)
    return joined(parts)


def _mixing(keys: Keys, width: int) -> Block:
    """Return one perceptron over one axis of the series, behind a norm over features."""
    inner = width * keys.whole("expansion_factor", most=1024)
    feed = {
        "mlp.fc1": linear(width, inner, Role.UP, bias=True),
        "mlp.fc2": linear(inner, width, Role.DOWN, bias=True),
    }
    parts = {"norm.norm": _mixer_norm(keys), "": widened(feed, inner)}
    if keys.flag("gated_attn"):
        parts["gating_block.attn_layer"] = linear(width, width, Role.GATE, bias=True)
    return joined(parts)


def _mixer_norm(keys: Keys) -> Block:
    hidden = keys.whole("d_model")
    batched = "batch" in keys.word("norm_mlp").lower()
    return _batch_normed(hidden) if batched else norm(hidden, bias=True)


def _mixer_forecast(keys: Keys, body: Body) -> Ending:
    read = body.hidden * patch_count(keys)
    written, outputs = _written(keys, read, keys.whole("prediction_length"))
    return _ending(joined({"base_forecast_block": written}), outputs)


def _mixer_targets(*, distributed: bool) -> Callable[[Keys, Body], Ending]:
    """Return a head of targets; the scale that was taken out is put in again before it."""

    def ending(keys: Keys, body: Body) -> Ending:
        read = body.hidden * keys.whole("num_input_channels", most=MOST_CHANNELS)
        read *= 1 if keys.get("head_aggregation") is not None else patch_count(keys)
        targets = keys.whole("num_targets")
        block, outputs = _dense(read, targets, Role.HEAD), targets
        if distributed:
            block, outputs = _written(keys, read, targets)
        parts = {"head.projection": block}
        if keys.get("scaling") in ("std", "mean", True):
            parts["inject_scale"] = _scales_again(body.hidden)
        return Ending(placed("", joined(parts), Part.ENCODER), outputs)

    return ending


def _scales_again(hidden: int) -> Block:
    """Return what brings a channel's mean and spread back in, twice as wide inside."""
    return joined(
        {
            "inverse_trans_expansion": _dense(hidden + 2, 2 * hidden),
            "inverse_trans_compression": _dense(2 * hidden, hidden),
            "map_scale_expansion": _dense(2, 4),
            "map_scale_compression": _dense(4, 2),
        }
    )


FAMILIES = {
    "patchtst": Family(
        patchtst,
        {
            "ForPrediction": Head("model", _patchtst_forecast),
            "Model": Head("", nothing),
            "ForPretraining": Head("model", _patch_again("linear")),
            "ForClassification": Head("model", _over_channels("linear", distributed=False)),
            "ForRegression": Head("model", _over_channels("projection", distributed=True)),
        },
    ),
    "patchtsmixer": Family(
        patchtsmixer,
        {
            "ForPrediction": Head("model", _mixer_forecast),
            "Model": Head("", nothing),
            "ForPretraining": Head("model", _patch_again("base_pt_block")),
            "ForTimeSeriesClassification": Head("model", _mixer_targets(distributed=False)),
            "ForRegression": Head("model", _mixer_targets(distributed=True)),
        },
    ),
}
