"""Voxtral Realtime: speech heard while it is spoken, by layers that look back a while.

In: keys of such a config. Out: bodies. Each layer of the decoder is told how late it may be,
through two narrow layers. Source: transformers' own classes.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import Style, head_width, one_window, said_window
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.multimodal.vision_language import HEADS, Seeing, two_layers
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import Biases, Heads, attention
from tabfit.model.blocks.block import Block, joined, placed, stacked
from tabfit.model.blocks.feed_forward import gated, widened
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.tensors import Part, Role

#: The width between the two layers that tell of the delay (transformers' own class).
DELAY_WIDTH = 32


def hearing(asked: Asked) -> Body:
    """Return the tower: convolutions that see no future, layers that look back a while."""
    keys, at = asked.keys, asked.at
    hidden, mels = keys.whole("hidden_size"), keys.whole("num_mel_bins")
    front = {
        "embedder.conv1": convolution(mels, hidden, 3),
        "embedder.conv2": convolution(hidden, hidden, 3),
        "norm": norm(hidden),
    }
    blocks = (_hearing_layer(keys),) * keys.layers("num_hidden_layers")
    stack = stacked(f"{at}layers", blocks, Part.AUDIO)
    tensors = placed(at.removesuffix("."), joined(front), Part.AUDIO) + stack.tensors
    places = keys.rows("max_position_embeddings")
    tower = Tower(part=Part.AUDIO, hidden=hidden, layers=stack.layers, positions=places)
    return Body(kind=Kind.ENCODER, tensors=tensors, towers=(tower,), hidden=hidden)


def _hearing_layer(keys: Keys) -> Block:
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    count = keys.heads("num_attention_heads")
    heads = Heads(queries=count, key_values=count, width=head_width(keys))
    bias = Biases(query=True, value=True, output=True)
    kept = (heads.kept(window=said_window(keys)),)
    down = linear(inner, hidden, Role.DOWN, bias=True)
    feed = widened({"": _without(gated(hidden, inner), "down_proj."), "down_proj": down}, inner)
    return joined(
        {
            "self_attn": attention(hidden, heads, bias=bias, keeps=kept),
            "self_attn_layer_norm": norm(hidden),
            "final_layer_norm": norm(hidden),
            "mlp": feed,
        }
    )


def _without(block: Block, start: str) -> Block:
    return Block(tuple(each for each in block.tensors if not each.name.startswith(start)))


def _told_of_delay(keys: Keys) -> Block:
    hidden = keys.whole("hidden_size")
    parts = {
        "linear1": linear(hidden, DELAY_WIDTH, Role.PROJECTION),
        "linear2": linear(DELAY_WIDTH, hidden, Role.PROJECTION),
    }
    return joined({f"ada_rms_norm.{name}": block for name, block in parts.items()})


def _frames_together(keys: Keys, texts: Body, sounds: Body) -> Block:
    read = sounds.hidden * keys.whole("downsample_factor", most=1024)
    return two_layers(read, texts.hidden, texts.hidden, bias=False)


def realtime(asked: Asked) -> Body:
    """Return the whole; what its text_config lacks is what the published model has."""
    seeing = Seeing(bridge=_frames_together, key="audio_config", vision="audio_tower.")
    return seeing.body(replace(asked, keys=asked.keys.filled("text_config")))


TEXTS = Style(windows=one_window, lone=_told_of_delay)
FAMILIES = {
    "voxtral_realtime": Family(realtime, HEADS),
    "voxtral_realtime_text": Family(TEXTS.body, {"Model": Head("", nothing)}),
    "voxtral_realtime_encoder": Family(hearing, {"Encoder": Head("", nothing)}),
}
