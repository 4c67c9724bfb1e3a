"""Decoders built like Llama, and how each family's layers differ from Llama's.

In: a `Style`: what to read for heads, biases, norms, windows and feed-forward
layers. Out: bodies. A family is then a row of a table of its module
and not a model of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Asked, Body
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import (
    NO_BIASES,
    USUAL_NAMES,
    Biases,
    Heads,
    Names,
    attention,
    biases,
    fused_attention,
)
from tabfit.model.blocks.block import EMPTY, Block, beside, joined, placed, stacked, tensors_of
from tabfit.model.blocks.feed_forward import fused_gated, gated, plain
from tabfit.model.blocks.linear import embedding, norm
from tabfit.model.tensors import Part

Made = TypeVar("Made")
Kinds = TypeVar("Kinds", bound=Hashable)

FULL, SLIDING = "full_attention", "sliding_attention"

#: Names of kinds of layers as older configs have them, and what they are called now.
OLDER_KINDS = {
    "attention": FULL,
    "mamba": "linear_attention",
    "deepseek_sparse_attention": "indexed_attention",
}

Windows = tuple[int | None, ...]
Norms = tuple[Block, Block] | None


def read_heads(keys: Keys) -> Heads:
    """Return the heads of a Llama-like config: as many key heads as heads unless said."""
    queries = keys.heads("num_attention_heads")
    key_values = keys.whole_or("num_key_value_heads", queries)
    if queries % key_values:
        raise keys.fault(
            "num_attention_heads",
            Message(
                "is {whole}, which {by_key} ({by}) does not divide",
                whole=queries,
                by=key_values,
                by_key="num_key_value_heads",
            ),
        )
    return Heads(queries=queries, key_values=key_values, width=head_width(keys))


def dividing_heads(keys: Keys) -> Heads:
    """Return the heads of a config whose class demands that they divide the hidden size."""
    keys.check_divides("hidden_size", "num_attention_heads")
    return read_heads(keys)


def shared_heads(keys: Keys) -> Heads:
    """Return heads that share the hidden size, whatever `head_dim` says."""
    queries = keys.heads("num_attention_heads")
    width = keys.divided("hidden_size", "num_attention_heads")
    return Heads(
        queries=queries, key_values=keys.whole_or("num_key_value_heads", queries), width=width
    )


def head_width(keys: Keys) -> int:
    """Return the width of a head: said, or the hidden size shared among the heads."""
    said = keys.maybe("head_dim")
    if said is not None:
        return said
    width = keys.whole("hidden_size") // keys.heads("num_attention_heads")
    if width == 0:
        raise keys.fault(
            "num_attention_heads", Message("is larger than {other}", other="hidden_size")
        )
    return width


def rope_width(keys: Keys, width: int, otherwise: float = 1.0) -> int:
    """Return how much of a head is rotated, from wherever the config says it."""
    for key in ("rope_parameters", "rope_scaling"):
        said = keys.mapping(key).get("partial_rotary_factor")
        if isinstance(said, (int, float)) and not isinstance(said, bool):
            return round(width * min(max(said, 0.0), 1.0))
    part = keys.number("partial_rotary_factor", otherwise)
    return round(width * min(max(part, 0.0), 1.0))


def rope_scaling(keys: Keys) -> str:
    """Return how positions are stretched, from wherever the config says it; empty where not.

    Phi-3 named its way "su" at first; what marks it are factors for long texts.
    """
    for key in ("rope_parameters", "rope_scaling"):
        said = keys.mapping(key)
        whole = said.get("full_attention", said)
        if isinstance(whole, Mapping) and whole:
            kind = whole.get("rope_type", whole.get("type"))
            known = kind if isinstance(kind, str) and kind != "default" else ""
            return "longrope" if whole.get("long_factor") else known
    return ""


def layer_kinds(
    keys: Keys,
    choices: Sequence[str],
    usual: Callable[[int], str],
    *,
    key: str = "layer_types",
    count: int | None = None,
) -> tuple[str, ...]:
    """Return each layer's kind: as the config lists them, or by the family's rule."""
    layers = keys.layers("num_hidden_layers") if count is None else count
    older = {old: new for old, new in OLDER_KINDS.items() if new in choices}
    listed = keys.words(key, count=layers, choices=(*choices, *older))
    if listed is None:
        return tuple(usual(number) for number in range(layers))
    return tuple(older.get(kind, kind) for kind in listed)


def unbounded(keys: Keys) -> Windows:
    """Return no window for any layer."""
    return (None,) * keys.layers("num_hidden_layers")


def said_window(keys: Keys) -> int | None:
    """Return how far a token looks back; null and zero are no bound."""
    return keys.maybe("sliding_window", least=0) or None


def one_window(keys: Keys) -> Windows:
    """Return the same window for every layer, where there is one."""
    return (said_window(keys),) * keys.layers("num_hidden_layers")


def windows_where(slides: Callable[[Keys, int], bool]) -> Callable[[Keys], Windows]:
    """Return a reader of windows: listed by layer, or where the family's rule says so."""

    def read(keys: Keys) -> Windows:
        kinds = layer_kinds(
            keys, (FULL, SLIDING), lambda number: SLIDING if slides(keys, number) else FULL
        )
        window = said_window(keys)
        return tuple(window if kind == SLIDING else None for kind in kinds)

    return read


def windows(keys: Keys) -> Windows:
    """Return the windows that a config lists, and none where it lists nothing."""
    return windows_where(lambda _, __: False)(keys)


def all_but_every(count: int) -> Callable[[Keys], Windows]:
    """Return a reader of windows for all layers but every n-th."""
    return windows_where(lambda _, number: bool((number + 1) % count))


def qwen_windows(keys: Keys) -> Windows:
    """Return Qwen's windows: none unless asked for, and then only past the first layers."""
    if not keys.flag("use_sliding_window"):
        return unbounded(keys)
    first = keys.whole("max_window_layers", least=0)
    return windows_where(lambda _, number: number >= first)(keys)


def no_biases(keys: Keys) -> Biases:
    """Return no biases at all."""
    del keys
    return NO_BIASES


def biases_by(key: str, *, output: bool | None = None) -> Callable[[Keys], Biases]:
    """Return a reader of biases that all depend on one key, but for the output's if said."""
    return lambda keys: biases(inputs=keys.flag(key), output=output)


def biased_inputs(keys: Keys) -> Biases:
    """Return biases on queries, keys and values, and none on the output."""
    del keys
    return biases(inputs=True, output=False)


def same_for_all(make: Callable[[Keys], Made]) -> Callable[[Keys], tuple[Made, ...]]:
    """Return a reader that gives every layer the same block."""
    return lambda keys: (make(keys),) * keys.layers("num_hidden_layers")


def gated_by(bias_key: str | None = None) -> Callable[[Keys], Block]:
    """Return a reader of a gated feed-forward layer, its biases by a key."""

    def read(keys: Keys) -> Block:
        bias = bias_key is not None and keys.flag(bias_key)
        return gated(keys.whole("hidden_size"), keys.whole("intermediate_size"), bias=bias)

    return read


def gated_layers(keys: Keys) -> tuple[Block, ...]:
    """Return Llama's feed-forward layer, without biases, for every layer."""
    return same_for_all(gated_by())(keys)


def plain_by(up: str, down: str, bias_key: str | None = None) -> Callable[[Keys], Block]:
    """Return a reader of a feed-forward layer without a gate, its biases by a key."""

    def read(keys: Keys) -> Block:
        bias = bias_key is not None and keys.flag(bias_key)
        hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
        return plain(hidden, inner, names=(up, down), bias=bias)

    return read


def fused(keys: Keys) -> Block:
    """Return a gated feed-forward layer whose gate and up projection are one array."""
    return fused_gated(keys.whole("hidden_size"), keys.whole("intermediate_size"))


def no_norms(keys: Keys, heads: Heads) -> Norms:
    """Return no norms of queries and keys."""
    del keys, heads
    return None


def per_head(keys: Keys, heads: Heads) -> Norms:
    """Return norms that every head's query and key share."""
    del keys
    return norm(heads.width), norm(heads.width)


def over_heads(keys: Keys, heads: Heads) -> Norms:
    """Return norms over all queries together, and all keys together."""
    del keys
    return norm(heads.query_outputs), norm(heads.key_outputs)


def plain_norm(width: int) -> Block:
    """Return a norm with a weight and no bias."""
    return norm(width)


def layer_norm(width: int) -> Block:
    """Return a norm with a weight and a bias."""
    return norm(width, bias=True)


def weightless(width: int) -> Block:
    """Return a norm without weights: nothing is stored."""
    del width
    return EMPTY


AROUND = ("input_layernorm", "post_attention_layernorm")
BEHIND = ("post_attention_layernorm", "post_feedforward_layernorm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a family's decoder differs from Llama's; each reader takes what it needs from the keys.

    `feeds` gives one feed-forward block per layer. `extend` may add parts to
    the attention of a layer. `around` names the layer's norms, `lone` gives what
    lies in a layer by itself.
    """

    heads: Callable[[Keys], Heads] = read_heads
    bias: Callable[[Keys], Biases] = no_biases
    feeds: Callable[[Keys], tuple[Block, ...]] = gated_layers
    norms: Callable[[Keys, Heads], Norms] = no_norms
    windows: Callable[[Keys], Windows] = unbounded
    extend: Callable[[Keys, Heads], Mapping[str, Block]] | None = None
    names: Names = USUAL_NAMES
    sinks: bool = False
    fused: bool = False
    around: Callable[[Keys], tuple[str, ...]] | tuple[str, ...] = AROUND
    normed: Callable[[int], Block] = plain_norm
    feeding: str = "mlp"
    last: str = "norm"
    lone: Callable[[Keys], Block] | None = None
    rope: float = 1.0
    bases: int = 1  # rotary bases: windowed layers may have their own

    def body(self, asked: Asked) -> Body:
        """Return the body of a model in this style."""
        keys = asked.keys
        hidden, heads = keys.whole("hidden_size"), self.heads(keys)
        each = self.windows(keys)
        made = {window: self._attends(keys, heads, window) for window in set(each)}
        around = self.around(keys) if callable(self.around) else self.around
        normed = dict.fromkeys(around, self.normed(hidden))
        if self.lone is not None:
            normed[""] = self.lone(keys)
        blocks = paired(
            [made[window] for window in each],
            self.feeds(keys),
            lambda attend, feed: joined({"self_attn": attend, self.feeding: feed, **normed}),
        )
        rope = rope_width(keys, heads.width, self.rope)
        return decoder(
            asked,
            blocks,
            last=self.last,
            final=self.normed(hidden),
            rope_widths=(rope,) * self.bases,
        )

    def _attends(self, keys: Keys, heads: Heads, window: int | None) -> Block:
        hidden, bias, norms = keys.whole("hidden_size"), self.bias(keys), self.norms(keys, heads)
        if self.fused:
            both = (bias.query, bias.output)
            block = fused_attention(hidden, heads, bias=both, norms=norms, window=window)
        else:
            block = attention(
                hidden,
                heads,
                names=self.names,
                bias=bias,
                norms=norms,
                window=window,
                sinks=self.sinks,
            )
        return block if self.extend is None else extended(block, self.extend(keys, heads))


def extended(block: Block, parts: Mapping[str, Block]) -> Block:
    """Return a block with further parts, each in place of one that has its name."""
    instead = tuple(f"{name}." for name in parts if name)
    left = tuple(tensor for tensor in block.tensors if not tensor.name.startswith(instead))
    return joined({**parts, "": beside(replace(block, tensors=left), parts.get("", EMPTY))})


def pre_norm(attends: Block, feeds: Block, normed: Block) -> Block:
    """Return Llama's layer: a norm before attention and one before the feed-forward layer."""
    return joined({"self_attn": attends, "mlp": feeds, **dict.fromkeys(AROUND, normed)})


def paired(
    firsts: Sequence[Block], seconds: Sequence[Block], make: Callable[[Block, Block], Block]
) -> list[Block]:
    """Return a layer for each pair of halves in order, each distinct pair made once."""
    made: dict[tuple[int, int], Block] = {}
    for first, second in zip(firsts, seconds, strict=True):
        if (id(first), id(second)) not in made:
            made[id(first), id(second)] = make(first, second)
    return [made[id(first), id(second)] for first, second in zip(firsts, seconds, strict=True)]


def per_kind(kinds: Sequence[Kinds], make: Callable[[Kinds], Block]) -> tuple[Block, ...]:
    """Return a layer for each kind in order, each distinct kind made once."""
    made = {kind: make(kind) for kind in dict.fromkeys(kinds)}
    return tuple(made[kind] for kind in kinds)


def decoder(
    asked: Asked,
    blocks: Sequence[Block],
    *,
    table: str = "embed_tokens",
    layers: str = "layers",
    last: str = "norm",
    final: Block | None = None,
    rope_widths: tuple[int, ...] = (),
    extra: Mapping[str, Block] | None = None,
) -> Body:
    """Return a token table, the layers and a last norm as one body."""
    keys, at = asked.keys, asked.at
    hidden, vocabulary = keys.whole("hidden_size"), keys.rows("vocab_size")
    tokens = placed(at + table, embedding(vocabulary, hidden))
    stack = stacked(at + layers, blocks)
    ending = placed(at + last, norm(hidden) if final is None else final)
    others = placed(at.removesuffix("."), joined(extra or {}))
    tower = Tower(
        part=Part.DECODER,
        hidden=hidden,
        layers=stack.layers,
        positions=keys.maybe("max_position_embeddings", most=2**40),
        rope_widths=rope_widths,
        rope_scaling=rope_scaling(keys),
    )
    return Body(
        kind=Kind.DECODER,
        tensors=tensors_of(tokens, others, stack.tensors, ending),
        towers=(tower,),
        hidden=hidden,
        vocabulary=vocabulary,
        table=tokens[0].name,
        tied=keys.flag("tie_word_embeddings"),
    )
