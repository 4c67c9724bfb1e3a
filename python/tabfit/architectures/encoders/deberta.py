"""DeBERTa 1 to 3: attention that looks at contents and relative positions apart.

In: keys of such a config. Out: bodies and heads.
Source: He et al. 2021, arXiv:2006.03654; version 3 is version 2's code with
other keys.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.decoder_layer import extended
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoders.bert import (
    bert_feed_forward,
    encoder_body,
    normed_after,
    pooler,
    tables,
)
from tabfit.architectures.encoders.text_heads import (
    common_heads,
    labels_of,
    one_score,
    transform,
    words_again,
)
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.errors import Quoted
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Tower
from tabfit.model.blocks.attention import ALL_BIASED, Heads, Names, attending, attention
from tabfit.model.blocks.block import EMPTY, Block, beside, joined, placed, stacked, vector
from tabfit.model.blocks.linear import convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role, Tensor

V2_NAMES = Names("self.query_proj", "self.key_proj", "self.value_proj", "output.dense")


def deberta(asked: Asked) -> Body:
    """Return DeBERTa 1: queries, keys and values from one projection."""
    keys = asked.keys
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    rows = 2 * _reach(keys)
    return _body(asked, _fused(keys, heads), {"rel_embeddings": _positions(keys, rows)})


def deberta_v2(asked: Asked) -> Body:
    """Return DeBERTa 2 and 3: distances in buckets, perhaps a convolution beside layer one."""
    keys = asked.keys
    heads = _heads(keys)
    buckets = keys.whole_or("position_buckets", -1, least=-(2**24))
    rows = 2 * (buckets if buckets > 0 else _reach(keys))
    return _body(
        asked,
        _separate(keys, heads),
        {"rel_embeddings": _positions(keys, rows), "": _around_layers(keys)},
    )


def _body(asked: Asked, attends: Block, around: dict[str, Block]) -> Body:
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    layer = joined(
        {
            "attention": normed_after(attends, hidden),
            "": bert_feed_forward(hidden, keys.whole("intermediate_size")),
        }
    )
    blocks = (layer,) * keys.layers("num_hidden_layers")
    stack = stacked(at + "encoder.layer", blocks, Part.ENCODER)
    front = placed(at + "embeddings", _tables(keys, hidden), Part.ENCODER)
    beside_layers = placed(at + "encoder", joined(around), Part.ENCODER)
    positions = keys.rows("max_position_embeddings")
    return encoder_body(
        asked,
        front + stack.tensors + beside_layers,
        Tower(part=Part.ENCODER, hidden=hidden, layers=stack.layers, positions=positions),
    )


def _tables(keys: Keys, hidden: int) -> Block:
    """Return the tables, as wide as the config says and then widened to the layers."""
    width = keys.whole_or("embedding_size", hidden)
    absolute = keys.flag("position_biased_input")
    kinds = keys.rows("type_vocab_size", least=0) > 0
    held = tables(keys, width, positions=absolute, kinds=kinds)
    if width == hidden:
        return held
    rows = tuple(t for t in held.tensors if not t.name.startswith("LayerNorm"))
    widens = linear(width, hidden, Role.PROJECTION)
    return joined({"": Block(rows), "embed_proj": widens, "LayerNorm": norm(hidden, bias=True)})


def _reach(keys: Keys) -> int:
    """Return how far apart two tokens may be to be told apart."""
    reach = keys.whole_or("max_relative_positions", -1, least=-(2**24), most=2**30)
    return reach if reach >= 1 else keys.rows("max_position_embeddings")


def _positions(keys: Keys, rows: int) -> Block:
    if not keys.flag("relative_attention"):
        return EMPTY
    return embedding(rows, keys.whole("hidden_size"), Role.POSITION)


def _looks_at(keys: Keys) -> tuple[str, ...]:
    """Return which pairs of content and position are compared: c2p, p2c or both."""
    kinds = keys.get("pos_att_type") if keys.flag("relative_attention") else None
    if kinds is None:
        return ()
    if isinstance(kinds, str):
        return tuple(kind.strip() for kind in kinds.lower().split("|"))
    if isinstance(kinds, (list, tuple)):
        return tuple(kind for kind in kinds if isinstance(kind, str))
    raise keys.fault(
        "pos_att_type",
        Message(
            "is {given}; a list such as {example} is needed",
            given=Quoted(kinds),
            example="['c2p', 'p2c']",
        ),
    )


def _fused(keys: Keys, heads: Heads) -> Block:
    """Return version 1's attention: queries and values have biases, keys have none."""
    hidden, looks = keys.whole("hidden_size"), _looks_at(keys)
    width = heads.query_outputs
    parts = {
        "self.in_proj": linear(hidden, 3 * width, Role.QUERY_KEY_VALUE),
        "self": beside(
            vector("q_bias", width, Role.QUERY_KEY_VALUE),
            vector("v_bias", width, Role.QUERY_KEY_VALUE),
        ),
        "output.dense": linear(hidden, hidden, Role.ATTENTION_OUTPUT, bias=True),
    }
    if keys.flag("talking_head"):
        mixes = linear(heads.queries, heads.queries, Role.ATTENTION_OTHER)
        parts |= {"self.head_logits_proj": mixes, "self.head_weights_proj": mixes}
    if "c2p" in looks:
        parts["self.pos_proj"] = linear(hidden, width, Role.ATTENTION_OTHER)
    if "p2c" in looks:
        parts["self.pos_q_proj"] = linear(hidden, width, Role.ATTENTION_OTHER, bias=True)
    return attending(joined(parts), heads, ())


def _heads(keys: Keys) -> Heads:
    equal = equal_heads(keys, "hidden_size", "num_attention_heads")
    width = keys.whole_or("attention_head_size", equal.width)
    return Heads(queries=equal.queries, key_values=equal.key_values, width=width)


def _separate(keys: Keys, heads: Heads) -> Block:
    """Return version 2's attention; positions may share the projections of contents."""
    hidden, looks = keys.whole("hidden_size"), _looks_at(keys)
    attends = attention(hidden, heads, names=V2_NAMES, bias=ALL_BIASED, keeps=())
    parts = {"output.dense": linear(hidden, hidden, Role.ATTENTION_OUTPUT, bias=True)}
    if keys.flag("share_att_key"):
        twice = {"self.key_proj.weight": "c2p" in looks, "self.query_proj.weight": "p2c" in looks}
        used = tuple(replace(t, uses=2) if twice.get(t.name) else t for t in attends.tensors)
        return extended(replace(attends, tensors=used), parts)
    places = linear(hidden, heads.query_outputs, Role.ATTENTION_OTHER, bias=True)
    if "c2p" in looks:
        parts["self.pos_key_proj"] = places
    if "p2c" in looks:
        parts["self.pos_query_proj"] = places
    return extended(attends, parts)


def _around_layers(keys: Keys) -> Block:
    """Return the norm of relative positions and the convolution, where the config has them."""
    hidden, parts = keys.whole("hidden_size"), {}
    normed = keys.get("norm_rel_ebd")
    if isinstance(normed, str) and "layer_norm" in [w.strip() for w in normed.lower().split("|")]:
        parts["LayerNorm"] = norm(hidden, bias=True)
    kernel = keys.whole_or("conv_kernel_size", 0, least=-(2**24))
    if kernel > 0:
        groups = keys.whole_or("conv_groups", 1)
        if hidden % groups:
            raise keys.fault(
                "conv_groups",
                Message(
                    "is {given}, which does not divide {width}", given=groups, width="hidden_size"
                ),
            )
        parts["conv.conv"] = convolution(hidden, hidden, kernel, groups=groups)
        parts["conv.LayerNorm"] = norm(hidden, bias=True)
    return joined(parts)


def _words(keys: Keys, body: Body) -> Ending:
    """Return the masked-word head, the older one unless the config says otherwise."""
    if not keys.flag("legacy"):
        before = transform(body.hidden, body.hidden)
        bias = vector("bias", body.vocabulary, Role.HEAD)
        newer = placed("lm_predictions.lm_head", beside(before, bias), Part.ENCODER)
        return Ending(newer, body.vocabulary)
    width = keys.whole_or("embedding_size", body.hidden)
    before = transform(body.hidden, width)
    return words_again("cls.predictions", before, body, width=width, between="transform")


def _pooled(keys: Keys, body: Body) -> Ending:
    """Return the labels behind a pooler."""
    last = labels_of(keys, body)
    return Ending(_pooler(keys, body) + last.tensors, last.outputs)


def _pooled_choice(keys: Keys, body: Body) -> Ending:
    return Ending(_pooler(keys, body) + one_score(keys, body).tensors, 1)


def _pooler(keys: Keys, body: Body) -> tuple[Tensor, ...]:
    return pooler("pooler.dense", keys.whole_or("pooler_hidden_size", body.hidden))


HEADS = {"ForMaskedLM": Head("deberta", _words), **common_heads("deberta", _pooled)}

FAMILIES = {
    "deberta": Family(deberta, {k: h for k, h in HEADS.items() if k != "ForMultipleChoice"}),
    "deberta-v2": Family(
        deberta_v2, {**HEADS, "ForMultipleChoice": Head("deberta", _pooled_choice)}
    ),
}
