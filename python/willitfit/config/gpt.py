"""Decoders of GPT-2's time: learned positions, layer norms and biases.

In: keys of such a config. Out: bodies.
"""

from __future__ import annotations

from willitfit.architecture import Kind, Tower
from willitfit.blocks.attention import Heads, across, attending, fused_attention
from willitfit.blocks.block import Block, joined, placed, stacked, tensors_of
from willitfit.blocks.feed_forward import plain
from willitfit.blocks.linear import embedding, linear, norm, transposed
from willitfit.config.heads import classifier, nothing, output_layer, score, span
from willitfit.config.keys import Keys
from willitfit.config.model import Asked, Body, Ending, Family, Head
from willitfit.tensors import Part, Role


def equal_heads(keys: Keys, width_key: str, heads_key: str) -> Heads:
    """Return heads that share one width equally, each with its own key and value."""
    heads = keys.heads(heads_key)
    return Heads(queries=heads, key_values=heads, width=keys.divided(width_key, heads_key))


def gpt2(asked: Asked) -> Body:
    """Return GPT-2: fused attention, one row per input, and a table of positions."""
    keys, at = asked.keys, asked.at
    hidden, heads = keys.whole("n_embd"), equal_heads(keys, "n_embd", "n_head")
    vocabulary, positions = keys.rows("vocab_size"), keys.rows("n_positions")
    block = _gpt2_layer(keys, hidden, heads)
    stack = stacked(at + "h", (block,) * keys.layers("n_layer"))
    table = placed(at + "wte", embedding(vocabulary, hidden))
    places = placed(at + "wpe", embedding(positions, hidden, Role.POSITION))
    last = placed(at + "ln_f", norm(hidden, bias=True))
    return Body(
        kind=Kind.DECODER,
        tensors=tensors_of(table, places, stack.tensors, last),
        towers=(Tower(part=Part.DECODER, hidden=hidden, layers=stack.layers, positions=positions),),
        hidden=hidden,
        vocabulary=vocabulary,
        table=table[0].name,
        tied=keys.flag("tie_word_embeddings"),
    )


def _gpt2_layer(keys: Keys, hidden: int, heads: Heads) -> Block:
    inner = keys.whole_or("n_inner", 4 * hidden)
    parts = {
        "ln_1": norm(hidden, bias=True),
        "attn": fused_attention(hidden, heads, names=("c_attn", "c_proj"), rows_are_inputs=True),
        "ln_2": norm(hidden, bias=True),
    }
    if keys.flag("add_cross_attention"):
        parts["crossattention"] = _across(hidden, heads, keys.rows("n_positions"))
        parts["ln_cross_attn"] = norm(hidden, bias=True)
    parts["mlp"] = plain(hidden, inner, names=("c_fc", "c_proj"), rows_are_inputs=True)
    return joined(parts)


def _across(hidden: int, heads: Heads, positions: int) -> Block:
    block = joined(
        {
            "c_attn": transposed(hidden, 2 * hidden, Role.QUERY_KEY_VALUE),
            "q_attn": transposed(hidden, hidden, Role.QUERY),
            "c_proj": transposed(hidden, hidden, Role.ATTENTION_OUTPUT),
        }
    )
    return attending(block, heads, (across(heads, positions),))


def _two_heads(keys: Keys, body: Body) -> Ending:
    """Return GPT-2's second head beside the output layer: one score per text."""
    first = output_layer(keys, body)
    if keys.has("summary_use_proj") and not keys.flag("summary_use_proj"):
        return first
    width = 1 if keys.get("summary_proj_to_labels") is not False else body.hidden
    summary = linear(body.hidden, width, Role.HEAD, bias=True)
    return Ending(first.tensors + placed("multiple_choice_head.summary", summary), first.outputs)


FAMILIES = {
    "gpt2": Family(
        gpt2,
        {
            "LMHeadModel": Head("transformer", output_layer),
            "Model": Head("", nothing),
            "DoubleHeadsModel": Head("transformer", _two_heads),
            "ForSequenceClassification": Head("transformer", score),
            "ForTokenClassification": Head("transformer", classifier),
            "ForQuestionAnswering": Head("transformer", span),
        },
    ),
}
