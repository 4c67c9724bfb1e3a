"""Speech written down by Cohere's transcriber: Parakeet's encoder, and a small decoder.

In: keys of such a config. Out: body and head.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import read_heads
from tabfit.architectures.family import Asked, Body, Ending, Family, Head, tied_to_table
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import across, attention, biases
from tabfit.model.blocks.block import joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, linear, norm
from tabfit.model.tensors import Part, Role


def cohere_asr(asked: Asked) -> Body:
    """Return the encoder, and a decoder that looks at what it heard."""
    keys, at = asked.keys, asked.at
    whole = replace(asked, keys=keys.filled("encoder_config"))
    hears = part_body(whole, "encoder_config", "encoder.", "parakeet_encoder")
    hidden, positions = keys.whole("hidden_size"), keys.rows("max_position_embeddings")
    heads, bias = read_heads(keys), biases(inputs=keys.flag("attention_bias"))
    normed = norm(hidden, bias=True)
    seen = (across(heads, positions),)
    layer = joined(
        {
            "self_attn": attention(hidden, heads, bias=bias),
            "encoder_attn": attention(hidden, heads, bias=bias, keeps=seen),
            "mlp": plain(hidden, keys.whole("intermediate_size"), names=("fc1", "fc2")),
            "input_layernorm": normed,
            "post_attention_layernorm": normed,
            "final_layernorm": normed,
        }
    )
    name = f"{at}decoder"
    stack = stacked(f"{name}.layers", (layer,) * keys.layers("num_hidden_layers"))
    parts = {
        "embed_tokens": embedding(keys.rows("vocab_size"), hidden),
        "norm": normed,
        "pos_emb": embedding(positions, hidden, Role.POSITION),
        "embedding_layernorm": normed,
        "proj": linear(hears.hidden, hidden, Role.PROJECTION, bias=True),
    }
    tower = Tower(part=Part.DECODER, hidden=hidden, layers=stack.layers, positions=positions)
    return Body(
        kind=Kind.ENCODER_DECODER,
        tensors=tensors_of(hears.tensors, placed(name, joined(parts)), stack.tensors),
        towers=(*hears.towers, tower),
        hidden=hidden,
        vocabulary=keys.rows("vocab_size"),
        table=f"{name}.embed_tokens.weight",
        tied=keys.flag("tie_word_embeddings"),
    )


def _words(keys: Keys, body: Body) -> Ending:
    del keys
    layer = linear(body.hidden, body.vocabulary, Role.HEAD, bias=True)
    return Ending(tied_to_table(layer, "proj_out", body), body.vocabulary)


FAMILIES = {
    "cohere_asr": Family(
        cohere_asr,
        {"ForConditionalGeneration": Head("model", _words), "Model": Head("", nothing)},
    )
}
