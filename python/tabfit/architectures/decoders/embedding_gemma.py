"""EmbeddingGemma 2: Gemma 4's layers read in both directions, a small table for each layer.

In: keys of such a config. Out: bodies. Read for text alone.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_LAYERS
from tabfit.architectures.decoders.decoder_layer import (
    FULL,
    SLIDING,
    decoder,
    layer_kinds,
    read_heads,
)
from tabfit.architectures.decoders.gemma import SANDWICHED
from tabfit.architectures.decoders.gemma3n_gemma4 import Place, attend, differing, per_layer_input
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind
from tabfit.model.blocks.block import Block, joined, vector
from tabfit.model.blocks.feed_forward import gated
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.tensors import Part, Role


def words(asked: Asked) -> Body:
    """Return the text part, and the layer that makes the embedding."""
    keys = asked.keys
    hidden, local = keys.whole("hidden_size"), read_heads(keys)
    every = keys.whole_or("sliding_window_pattern", 6, most=MOST_LAYERS)
    kinds = layer_kinds(keys, (FULL, SLIDING), lambda n: SLIDING if (n + 1) % every else FULL)
    kinds = (*kinds[:-1], FULL)
    wide = keys.whole_or("num_global_key_value_heads", 1)
    others = differing(keys.replaced(num_global_key_value_heads=wide), kinds, local, wide=True)
    width, feeds = keys.whole("hidden_size_per_layer_input"), keys.whole("intermediate_size")
    around = {
        "": vector("layer_scalar", 1, Role.OTHER, buffer=True),
        **dict.fromkeys(SANDWICHED, norm(hidden)),
        "mlp": gated(hidden, feeds),
        "ple_block": joined(per_layer_input(hidden, width)),
    }
    made: dict[Place, Block] = {}
    places = [Place(k == SLIDING, others.get(n, local), shared=False) for n, k in enumerate(kinds)]
    for place in dict.fromkeys(places):
        block = joined({"self_attn": attend(keys, place), **around})
        made[place] = replace(block, keeps=())  # all tokens are read at once
    extra = {
        "ple.per_layer_model_projection": linear(hidden, len(kinds) * width, Role.PROJECTION),
        "ple.per_layer_projection_norm": norm(width),
        "embedding_projection": linear(hidden, keys.whole("embedding_dim"), Role.PROJECTION),
    }
    ropes = tuple(dict.fromkeys(place.heads.width for place in places))
    return _encoding(
        decoder(asked, [made[place] for place in places], rope_widths=ropes, extra=extra)
    )


def _encoding(body: Body) -> Body:
    """Return a body that was put together as a decoder as the encoder that it is."""
    return replace(
        body,
        kind=Kind.ENCODER,
        tensors=tuple(replace(tensor, part=Part.ENCODER) for tensor in body.tensors),
        towers=tuple(replace(tower, part=Part.ENCODER) for tower in body.towers),
    )


def whole(asked: Asked) -> Body:
    """Return the model; its towers for pictures and sounds are not read."""
    for key in ("vision_config", "audio_config"):
        if asked.keys.get(key) is not None:
            raise asked.keys.fault(key, Message("is not read; only the text part is"))
    return words(asked.part("text_config", "language_model.", "embedding_gemma2_text"))


FAMILIES = {
    "embedding_gemma2": Family(whole, {"Model": Head("", nothing)}),
    "embedding_gemma2_text": Family(words, {"Model": Head("", nothing)}),
}
