"""Attention: queries look up keys and take values.

In: widths, head counts and the names a model gives its projections. Out: a
block with its tensors and what the layer keeps for each token.

Full attention has as many key-value heads as heads, grouped attention fewer
(Ainslie et al. 2023, arXiv:2305.13245), multi-query attention one (Shazeer
2019, arXiv:1911.02150). Latent attention keeps one narrow vector per token and
expands it (DeepSeek-V2, arXiv:2405.04434).
"""

from __future__ import annotations

from tabfit.light_dataclass import dataclass
from tabfit.model.blocks.block import EMPTY, Block, joined, vector
from tabfit.model.blocks.linear import linear, norm, transposed
from tabfit.model.layers import Keeps, KeyValue, Latent
from tabfit.model.tensors import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """How many heads look, how many are looked up, and how wide each is."""

    queries: int
    key_values: int
    width: int
    value_width: int | None = None

    @property
    def values(self) -> int:
        """Return the width of one value head."""
        return self.width if self.value_width is None else self.value_width

    @property
    def query_outputs(self) -> int:
        """Return the width of all queries together."""
        return self.queries * self.width

    @property
    def key_outputs(self) -> int:
        """Return the width of all keys together."""
        return self.key_values * self.width

    @property
    def value_outputs(self) -> int:
        """Return the width of all values together."""
        return self.key_values * self.values

    def kept(self, *, window: int | None = None, shared: bool = False) -> KeyValue:
        """Return what attention with these heads keeps for each token."""
        return KeyValue(
            key_value_heads=self.key_values,
            key_width=self.width,
            value_width=self.values,
            window=window,
            shared=shared,
        )


def across(heads: Heads, positions: int) -> KeyValue:
    """Return what cross-attention keeps: keys and values of so many encoder positions."""
    return KeyValue(
        key_value_heads=heads.key_values,
        key_width=heads.width,
        value_width=heads.values,
        positions=positions,
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What a model calls the four projections and the norms of queries and keys."""

    query: str = "q_proj"
    key: str = "k_proj"
    value: str = "v_proj"
    output: str = "o_proj"
    query_norm: str = "q_norm"
    key_norm: str = "k_norm"


USUAL_NAMES = Names()


@dataclass(frozen=True, slots=True)
class Biases:
    """Which of the four projections has a bias."""

    query: bool = False
    key: bool = False
    value: bool = False
    output: bool = False


ALL_BIASED = Biases(query=True, key=True, value=True, output=True)
NO_BIASES = Biases()


def biases(*, inputs: bool, output: bool | None = None) -> Biases:
    """Return biases on the three inputs, and on the output too unless said otherwise."""
    return Biases(inputs, inputs, inputs, inputs if output is None else output)


def attention(
    hidden: int,
    heads: Heads,
    *,
    names: Names = USUAL_NAMES,
    bias: Biases = NO_BIASES,
    norms: tuple[Block, Block] | None = None,
    window: int | None = None,
    sinks: bool = False,
    gated: bool = False,
    source: int | None = None,
    outputs: int | None = None,
    keeps: tuple[KeyValue | Latent, ...] | None = None,
) -> Block:
    """Return attention with separate projections.

    `norms` are applied to queries and keys, `sinks` adds one learned score per
    head (gpt-oss), `gated` doubles the query projection by an output gate
    (Qwen3-Next), `source` is the width that keys and values are read from
    where it is not `hidden` (cross-attention), `outputs` the width written.
    """
    read = hidden if source is None else source
    written = hidden if outputs is None else outputs
    parts = {
        names.query: linear(
            hidden, heads.query_outputs * (2 if gated else 1), Role.QUERY, bias=bias.query
        ),
        names.key: linear(read, heads.key_outputs, Role.KEY, bias=bias.key),
        names.value: linear(read, heads.value_outputs, Role.VALUE, bias=bias.value),
        names.output: linear(
            heads.queries * heads.values, written, Role.ATTENTION_OUTPUT, bias=bias.output
        ),
    }
    if norms is not None:
        parts |= {names.query_norm: norms[0], names.key_norm: norms[1]}
    sink = vector("sinks", heads.queries, Role.ATTENTION_OTHER) if sinks else EMPTY
    kept = (heads.kept(window=window),) if keeps is None else keeps
    return attending(joined({"": sink, **parts}), heads, kept)


def fused_attention(
    hidden: int,
    heads: Heads,
    *,
    names: tuple[str, str] = ("qkv_proj", "o_proj"),
    bias: tuple[bool, bool] = (False, False),
    norms: tuple[Block, Block] | None = None,
    window: int | None = None,
    rows_are_inputs: bool = False,
) -> Block:
    """Return attention whose queries, keys and values come from one projection."""
    together = heads.query_outputs + heads.key_outputs + heads.value_outputs
    back = heads.queries * heads.values
    if rows_are_inputs:
        first = transposed(hidden, together, Role.QUERY_KEY_VALUE)
        second = transposed(back, hidden, Role.ATTENTION_OUTPUT)
    else:
        first = linear(hidden, together, Role.QUERY_KEY_VALUE, bias=bias[0])
        second = linear(back, hidden, Role.ATTENTION_OUTPUT, bias=bias[1])
    parts = {names[0]: first, names[1]: second}
    if norms is not None:
        parts |= {"q_norm": norms[0], "k_norm": norms[1]}
    return attending(joined(parts), heads, (heads.kept(window=window),))


def attending(block: Block, heads: Heads, keeps: tuple[Keeps, ...]) -> Block:
    """Return the block with the heads it attends with and what it keeps."""
    return Block(block.tensors, heads=heads.queries, head_width=heads.width, keeps=keeps)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentWidths:
    """The ranks and widths of latent attention; `query_rank` is None where queries are direct."""

    query_rank: int | None
    rank: int
    plain: int
    rope: int
    value: int


def latent_attention(hidden: int, heads: int, widths: LatentWidths, *, bias: bool = False) -> Block:
    """Return DeepSeek's latent attention: keys and values expanded from one narrow vector."""
    width = widths.plain + widths.rope
    parts: dict[str, Block] = {}
    if widths.query_rank is None:
        parts["q_proj"] = linear(hidden, heads * width, Role.QUERY)
    else:
        parts["q_a_proj"] = linear(hidden, widths.query_rank, Role.QUERY, bias=bias)
        parts["q_a_layernorm"] = norm(widths.query_rank)
        parts["q_b_proj"] = linear(widths.query_rank, heads * width, Role.QUERY)
    parts["kv_a_proj_with_mqa"] = linear(hidden, widths.rank + widths.rope, Role.KEY, bias=bias)
    parts["kv_a_layernorm"] = norm(widths.rank)
    parts["kv_b_proj"] = linear(widths.rank, heads * (widths.plain + widths.value), Role.VALUE)
    parts["o_proj"] = linear(heads * widths.value, hidden, Role.ATTENTION_OUTPUT, bias=bias)
    expanded = KeyValue(key_value_heads=heads, key_width=width, value_width=widths.value)
    kept = Latent(rank=widths.rank, rope_width=widths.rope, expanded=expanded)
    shape = Heads(queries=heads, key_values=heads, width=width, value_width=widths.value)
    return attending(joined(parts), shape, (kept,))
