"""GPT-2 and its kin: token and position tables, layer norms, biases, one path or two.

In: keys of such a config. Out: bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tabfit.architectures.config_keys import Keys, is_whole
from tabfit.architectures.decoders.decoder_layer import per_kind
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import (
    classifier,
    nothing,
    output_layer,
    output_layer_with_bias,
    score,
    span,
)
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import Biases, Heads, Names, across, attending, attention
from tabfit.model.blocks.block import Block, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, linear, norm, transposed
from tabfit.model.tensors import Part, Role, Tensor


def equal_heads(keys: Keys, width_key: str, heads_key: str) -> Heads:
    """Return heads that share one width equally, each with its own key and value."""
    heads = keys.heads(heads_key)
    return Heads(queries=heads, key_values=heads, width=keys.divided(width_key, heads_key))


def assembled(
    asked: Asked,
    before: Sequence[tuple[Tensor, ...]],
    layers: tuple[str, Sequence[Block]],
    after: Sequence[tuple[Tensor, ...]],
    *,
    hidden: int,
    positions: int | None,
    rope_widths: tuple[int, ...] = (),
) -> Body:
    """Return a decoder's body: tables (that of tokens first), layers, and what comes after."""
    stack = stacked(asked.at + layers[0], layers[1])
    return Body(
        kind=Kind.DECODER,
        tensors=tensors_of(*before, stack.tensors, *after),
        towers=(
            Tower(
                part=Part.DECODER,
                hidden=hidden,
                layers=stack.layers,
                positions=positions,
                rope_widths=rope_widths,
            ),
        ),
        hidden=hidden,
        vocabulary=asked.keys.rows("vocab_size"),
        table=before[0][0].name,
        tied=asked.keys.flag("tie_word_embeddings"),
    )


def fused_qkv(
    hidden: int,
    heads: Heads,
    names: tuple[str, str],
    bias: tuple[bool, bool],
    *,
    rows_are_inputs: bool = False,
) -> Block:
    """Return attention whose three inputs come from one projection."""
    together = heads.query_outputs + heads.key_outputs + heads.value_outputs
    if rows_are_inputs:
        first = transposed(hidden, together, Role.QUERY_KEY_VALUE)
        second = transposed(heads.query_outputs, hidden, Role.ATTENTION_OUTPUT)
    else:
        first = linear(hidden, together, Role.QUERY_KEY_VALUE, bias=bias[0])
        second = linear(heads.query_outputs, hidden, Role.ATTENTION_OUTPUT, bias=bias[1])
    return attending(joined({names[0]: first, names[1]: second}), heads, (heads.kept(),))


def _gpt2_like(asked: Asked, layer: Block) -> Body:
    """Return GPT-2's body around a layer: tables of tokens and positions, and a last norm."""
    keys, at = asked.keys, asked.at
    hidden, positions = keys.whole("n_embd"), keys.rows("n_positions")
    return assembled(
        asked,
        (
            placed(at + "wte", embedding(keys.rows("vocab_size"), hidden)),
            placed(at + "wpe", embedding(positions, hidden, Role.POSITION)),
        ),
        ("h", (layer,) * keys.layers("n_layer")),
        (placed(at + "ln_f", norm(hidden, bias=True)),),
        hidden=hidden,
        positions=positions,
    )


def gpt2(asked: Asked) -> Body:
    """Return GPT-2: every matrix stored one row per input."""
    keys = asked.keys
    hidden, heads = keys.whole("n_embd"), equal_heads(keys, "n_embd", "n_head")
    attends = fused_qkv(hidden, heads, ("c_attn", "c_proj"), (True, True), rows_are_inputs=True)
    looks = _across(hidden, heads, keys, transposed)
    return _gpt2_like(asked, _gpt2_layer(keys, attends, looks, rows_are_inputs=True))


def gpt_bigcode(asked: Asked) -> Body:
    """Return GPT-BigCode: GPT-2 with one key head for all queries."""
    keys = asked.keys
    hidden, heads = keys.whole("n_embd"), equal_heads(keys, "n_embd", "n_head")
    if keys.flag("multi_query"):
        if keys.flag("add_cross_attention"):
            raise keys.fault("add_cross_attention", Message("is true; not with multi_query"))
        heads = Heads(queries=heads.queries, key_values=1, width=heads.width)
    attends = fused_qkv(hidden, heads, ("c_attn", "c_proj"), (True, True))
    looks = _across(hidden, heads, keys, _biased)
    return _gpt2_like(asked, _gpt2_layer(keys, attends, looks, rows_are_inputs=False))


def _biased(inputs: int, outputs: int, role: Role) -> Block:
    return linear(inputs, outputs, role, bias=True)


def _gpt2_layer(keys: Keys, attends: Block, looks: Block | None, *, rows_are_inputs: bool) -> Block:
    hidden = keys.whole("n_embd")
    inner = keys.whole_or("n_inner", 4 * hidden)
    parts = {"ln_1": norm(hidden, bias=True), "attn": attends, "ln_2": norm(hidden, bias=True)}
    if looks is not None:
        parts |= {"crossattention": looks, "ln_cross_attn": norm(hidden, bias=True)}
    names = ("c_fc", "c_proj")
    parts["mlp"] = plain(hidden, inner, names=names, rows_are_inputs=rows_are_inputs)
    return joined(parts)


def _across(
    hidden: int, heads: Heads, keys: Keys, layer: Callable[[int, int, Role], Block]
) -> Block | None:
    """Return attention over another model's output, where the config asks for it."""
    if not keys.flag("add_cross_attention"):
        return None
    block = joined(
        {
            "c_attn": layer(hidden, 2 * hidden, Role.QUERY_KEY_VALUE),
            "q_attn": layer(hidden, hidden, Role.QUERY),
            "c_proj": layer(hidden, hidden, Role.ATTENTION_OUTPUT),
        }
    )
    return attending(block, heads, (across(heads, keys.rows("n_positions")),))


def openai_gpt(asked: Asked) -> Body:
    """Return GPT 1: norms come after, and there is none at the end."""
    keys, at = asked.keys, asked.at
    hidden, heads = keys.whole("n_embd"), equal_heads(keys, "n_embd", "n_head")
    positions = keys.rows("n_positions")
    layer = joined(
        {
            "attn": fused_qkv(
                hidden, heads, ("c_attn", "c_proj"), (True, True), rows_are_inputs=True
            ),
            "ln_1": norm(hidden, bias=True),
            "mlp": plain(hidden, 4 * hidden, names=("c_fc", "c_proj"), rows_are_inputs=True),
            "ln_2": norm(hidden, bias=True),
        }
    )
    return assembled(
        asked,
        (
            placed(at + "tokens_embed", embedding(keys.rows("vocab_size"), hidden)),
            placed(at + "positions_embed", embedding(positions, hidden, Role.POSITION)),
        ),
        ("h", (layer,) * keys.layers("n_layer")),
        (),
        hidden=hidden,
        positions=positions,
    )


def gpt_neo(asked: Asked) -> Body:
    """Return GPT-Neo: every second layer looks back a window, or as the config lists them."""
    keys, at = asked.keys, asked.at
    hidden, heads = keys.whole("hidden_size"), equal_heads(keys, "hidden_size", "num_heads")
    inner = keys.whole_or("intermediate_size", 4 * hidden)
    positions, window = keys.rows("max_position_embeddings"), keys.whole("window_size")

    def layer(kind: str) -> Block:
        looks = attention(
            hidden,
            heads,
            names=Names(output="out_proj"),
            bias=Biases(output=True),
            window=window if kind == "local" else None,
        )
        return joined(
            {
                "ln_1": norm(hidden, bias=True),
                "attn.attention": looks,
                "ln_2": norm(hidden, bias=True),
                "mlp": plain(hidden, inner, names=("c_fc", "c_proj")),
            }
        )

    return assembled(
        asked,
        (
            placed(at + "wte", embedding(keys.rows("vocab_size"), hidden)),
            placed(at + "wpe", embedding(positions, hidden, Role.POSITION)),
        ),
        ("h", per_kind(_neo_kinds(keys), layer)),
        (placed(at + "ln_f", norm(hidden, bias=True)),),
        hidden=hidden,
        positions=positions,
    )


def _neo_kinds(keys: Keys) -> tuple[str, ...]:
    """Return each layer's kind, spelt out from pairs of (kinds, how often) or one by one."""
    count = keys.layers("num_layers")
    spelt = keys.words("attention_layers", count=count, choices=("global", "local"))
    if spelt is not None:
        return spelt
    kinds: list[str] = []
    for pair in keys.sequence("attention_types") or [[["global", "local"], 12]]:
        names, times = pair if isinstance(pair, (list, tuple)) and len(pair) == 2 else ((), 0)
        known = isinstance(names, (list, tuple)) and set(map(str, names)) <= {"global", "local"}
        if not known or not is_whole(times) or not 1 <= times <= count:
            raise keys.fault(
                "attention_types",
                Message("needs pairs such as {example}", example="[['global', 'local'], 12]"),
            )
        if len(kinds) + len(names) * times > count:
            raise keys.fault(
                "attention_types", Message("spells more than {count} layers", count=count)
            )
        kinds.extend(list(map(str, names)) * times)
    if len(kinds) != count:
        raise keys.fault(
            "attention_types",
            Message(
                "spells {count} layers; num_layers is {count2}", count=len(kinds), count2=count
            ),
        )
    return tuple(kinds)


def _one_norm(asked: Asked, attends: Block, names: tuple[str, str]) -> Body:
    """Return GPT-J's body around attention: both halves of a layer read one norm."""
    keys, at = asked.keys, asked.at
    hidden = keys.whole("n_embd")
    inner = keys.whole_or("n_inner", 4 * hidden)
    layer = joined(
        {
            "ln_1": norm(hidden, bias=True),
            "attn": attends,
            "mlp": plain(hidden, inner, names=names),
        }
    )
    return assembled(
        asked,
        (placed(at + "wte", embedding(keys.rows("vocab_size"), hidden)),),
        ("h", (layer,) * keys.layers("n_layer")),
        (placed(at + "ln_f", norm(hidden, bias=True)),),
        hidden=hidden,
        positions=keys.rows("n_positions"),
        rope_widths=(keys.whole_or("rotary_dim", attends.head_width),),
    )


def gptj(asked: Asked) -> Body:
    """Return GPT-J: attention without biases beside a feed-forward layer with them."""
    keys = asked.keys
    heads = equal_heads(keys, "n_embd", "n_head")
    attends = attention(keys.whole("n_embd"), heads, names=Names(output="out_proj"))
    return _one_norm(asked, attends, ("fc_in", "fc_out"))


def codegen(asked: Asked) -> Body:
    """Return CodeGen: GPT-J with its projections fused."""
    keys = asked.keys
    heads = equal_heads(keys, "n_embd", "n_head")
    attends = fused_qkv(keys.whole("n_embd"), heads, ("qkv_proj", "out_proj"), (False, False))
    return _one_norm(asked, attends, ("fc_in", "fc_out"))


def _two_heads(keys: Keys, body: Body) -> Ending:
    """Return a second head beside the output layer: one score per text."""
    first = output_layer(keys, body)
    if not keys.flag("summary_use_proj"):
        return first
    width = 1 if keys.flag("summary_proj_to_labels") else body.hidden
    summary = linear(body.hidden, width, Role.HEAD, bias=True)
    return Ending(first.tensors + placed("multiple_choice_head.summary", summary), first.outputs)


def heads_under(at: str) -> dict[str, Head]:
    """Return the heads that most of these families have, their body under this name."""
    return {
        "ForCausalLM": Head(at, output_layer),
        "Model": Head("", nothing),
        "ForSequenceClassification": Head(at, score),
        "ForTokenClassification": Head(at, classifier),
        "ForQuestionAnswering": Head(at, span),
    }


#: The ending of the class that is the Decision Transformer's GPT-2 alone.
INNER_GPT2 = "GPT2Model"


def decision_transformer(asked: Asked) -> Body:
    """Return the Decision Transformer: GPT-2 over returns, states and actions by turns.

    Source: Chen et al. 2021, arXiv:2106.01345.
    """
    hidden = asked.keys.whole("hidden_size")
    keys = asked.keys.replaced(n_embd=hidden)
    at = asked.at if asked.head == INNER_GPT2 else f"{asked.at}encoder."
    return gpt2(Asked(keys, at, asked.head))


def _decided(keys: Keys, body: Body) -> Ending:
    """Return what reads each of the three, and what predicts them."""
    hidden, moves = body.hidden, keys.whole("act_dim")
    widths = {"return": 1, "state": keys.whole("state_dim"), "action": moves}
    parts = {
        f"embed_{name}": linear(width, hidden, Role.PROJECTION, bias=True)
        for name, width in widths.items()
    }
    for name, width in widths.items():
        at = "predict_action.0" if name == "action" else f"predict_{name}"
        parts[at] = linear(hidden, width, Role.HEAD, bias=True)
    parts["embed_timestep"] = embedding(keys.rows("max_ep_len"), hidden, Role.POSITION)
    parts["embed_ln"] = norm(hidden, bias=True)
    return Ending(placed("", joined(parts)), moves)


TRANSFORMER_HEADS = heads_under("transformer")
LM_HEADS = {
    "LMHeadModel": Head("transformer", output_layer),
    **{ending: head for ending, head in TRANSFORMER_HEADS.items() if ending != "ForCausalLM"},
    "DoubleHeadsModel": Head("transformer", _two_heads),
}
BIASED_HEADS = {
    **TRANSFORMER_HEADS,
    "ForCausalLM": Head("transformer", output_layer_with_bias),
}
FAMILIES = {
    "gpt2": Family(gpt2, LM_HEADS),
    "openai-gpt": Family(openai_gpt, LM_HEADS),
    "gpt_bigcode": Family(gpt_bigcode, TRANSFORMER_HEADS),
    "gpt_neo": Family(gpt_neo, TRANSFORMER_HEADS),
    "gptj": Family(gptj, BIASED_HEADS),
    "codegen": Family(codegen, BIASED_HEADS),
    "decision_transformer": Family(
        decision_transformer,
        {"DecisionTransformerModel": Head("", _decided), INNER_GPT2: Head("", nothing)},
    ),
}
