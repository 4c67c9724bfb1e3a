"""Which storage type each tensor gets in a GGUF file of a named precision.

In: the float file's tensors, a mix by name, whether an importance matrix was
used. Out: one storage type per tensor.

A mix has a base type; embeddings, heads, values and down projections get wider
ones, the more so in the first and last layers; a row that does not divide into
the type's blocks falls back to a fatter type.

Source: llama.cpp src/llama-quant.cpp as shipped in the source of
llama-cpp-python 0.3.36, described in this project's own words; checked against
that library's quantiser.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING

from tabfit.errors import UnknownName
from tabfit.i18n.language import later
from tabfit.light_dataclass import dataclass
from tabfit.storage.storage_type import F16, F32
from tabfit.storage.type_table import GGUF_TYPES, I2_S, TL1, TL2

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tabfit.recipes.gguf.tensors import Converted
    from tabfit.storage.storage_type import StorageType

# The type most tensors get. Where the name of a mix is a type's own, the two are the same.
BASE: dict[str, str] = {
    "Q2_K_S": "Q2_K",
    "Q3_K_S": "Q3_K",
    "Q3_K_M": "Q3_K",
    "Q3_K_L": "Q3_K",
    "Q4_K_S": "Q4_K",
    "Q4_K_M": "Q4_K",
    "Q5_K_S": "Q5_K",
    "Q5_K_M": "Q5_K",
    "IQ2_S": "IQ2_XS",
    "IQ2_M": "IQ2_S",
    "IQ3_XS": "IQ3_S",
    "IQ3_M": "IQ3_S",
    "MXFP4_MOE": "MXFP4",
    **{
        name: name
        for name in (
            *("F32", "F16", "BF16", "Q8_0", "Q6_K", "Q2_K", "Q4_0", "Q4_1", "Q5_0", "Q5_1"),
            *("IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ3_S", "IQ4_NL", "IQ4_XS"),
            *("TQ1_0", "TQ2_0", "Q1_0", "Q2_0", "I2_S", "TL1", "TL2"),
        )
    },
}
#: Mixes that publishers name themselves: another one's layers between tables of 8 bits.
#: Source: bartowski's cards on the hub, "uses Q8_0 for embed and output weights".
WIDE_TABLES: dict[str, str] = {
    "Q2_K_L": "Q2_K",
    "Q3_K_XL": "Q3_K_L",
    "Q4_K_L": "Q4_K_M",
    "Q5_K_L": "Q5_K_M",
    "Q6_K_L": "Q6_K",
}
BASE |= {mix: BASE[plain] for mix, plain in WIDE_TABLES.items()}
ALIASES: dict[str, str] = {
    "Q3_K": "Q3_K_M",
    "Q4_K": "Q4_K_M",
    "Q5_K": "Q5_K_M",
    "MXFP4": "MXFP4_MOE",
}

PRECISIONS: tuple[str, ...] = tuple(sorted({*BASE, *ALIASES}))

#: Mixes that an importance matrix changes (`_value_of_mix`, `_down`).
BY_IMATRIX = frozenset({"IQ3_XXS", "IQ4_NL", "IQ4_XS", "Q4_0", "Q5_0"})
FLOATS = frozenset({"F32", "F16", "BF16"})
# Mixes of models trained in one or two bits: published with every matrix at the low type.
PURE = frozenset({"Q1_0", "Q2_0"})
# Types of the fork bitnet.cpp: embeddings and heads stay float16.
BITNET: dict[str, StorageType] = {"I2_S": I2_S, "TL1": TL1, "TL2": TL2}

_LOW = frozenset({"IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M"})
_LOW_S = frozenset({"IQ2_S", "IQ2_M"})

_FALLBACK: dict[str, str] = {
    **dict.fromkeys(
        ("IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S", "IQ4_XS"), "IQ4_NL"
    ),
    **dict.fromkeys(("Q2_0", "Q2_K", "Q3_K", "TQ1_0", "TQ2_0"), "Q4_0"),
    "Q4_K": "Q5_0",
    "Q5_K": "Q5_1",
    "Q6_K": "Q8_0",
}

# Matrices that no mix touches: they are small, or what they decide is delicate.
_KEPT = (
    *("_norm.weight", "ffn_gate_inp.weight", "ffn_gate_tid2eid.weight", "altup", "laurel"),
    *("per_layer_model_proj", "ssm_conv1d", "shortconv.conv.weight", "attn_rel_b.weight"),
    *("indexer.k_proj.weight", "indexer.q_proj.weight"),
)
_KEPT_WHOLE = frozenset({"position_embd.weight", "token_types.weight"})


def mix_named(precision: str) -> str:
    """Return the mix of that name, in its own spelling.

    >>> mix_named("q4_k")
    'Q4_K_M'
    """
    name = precision.upper()
    name = ALIASES.get(name, name)
    if name not in BASE:
        raise UnknownName(later("GGUF precision"), precision, PRECISIONS)
    return name


class TensorKind(Enum):
    """What a tensor is to the mixes, by its name; the first that fits counts."""

    OUTPUT = auto()
    TOKENS = auto()
    VALUE = auto()  # also fused query, key and value, and latent attention's expansion
    KEY = auto()
    QUERY = auto()
    ATTENTION_OUTPUT = auto()
    UP = auto()
    GATE = auto()
    DOWN = auto()
    OTHER = auto()


_WHOLE_NAMES = {
    "output.weight": TensorKind.OUTPUT,
    "token_embd.weight": TensorKind.TOKENS,
    "per_layer_token_embd.weight": TensorKind.TOKENS,
}
_PARTS_OF_NAMES = (
    ("attn_qkv.weight", TensorKind.VALUE),
    ("attn_kv_b.weight", TensorKind.VALUE),
    ("attn_v.weight", TensorKind.VALUE),
    ("attn_k.weight", TensorKind.KEY),
    ("attn_q.weight", TensorKind.QUERY),
    ("attn_output.weight", TensorKind.ATTENTION_OUTPUT),
    ("ffn_up", TensorKind.UP),
    ("ffn_gate", TensorKind.GATE),
    ("ffn_down", TensorKind.DOWN),
)


@lru_cache(maxsize=4096)  # layers have the same names in every model and every mix
def tensor_kind(name: str) -> TensorKind:
    """Return what a GGUF tensor is to the mixes.

    >>> tensor_kind("blk.0.attn_qkv.weight").name
    'VALUE'
    """
    if name in _WHOLE_NAMES:
        return _WHOLE_NAMES[name]
    return next((kind for part, kind in _PARTS_OF_NAMES if part in name), TensorKind.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class MixShape:
    """What the mixes ask about a model.

    `queries_per_key` is 1 without grouped heads and 0 where the first layer has
    no attention. `large_grouped` marks 80-layer Llama and Qwen 2 models, whose
    values are eight times fewer. `fused_values` is false for files whose
    quantiser had a rule of its own for a fused query, key and value; `imatrix`
    says whether an importance matrix was used.
    """

    layers: int
    queries_per_key: int
    experts: int = 0
    tied: bool = False
    large_grouped: bool = False
    falcon: bool = False
    values: int = 0
    fused_values: bool = True
    imatrix: bool = True

    @property
    def grouped(self) -> bool:
        """Return whether four queries or more share a key."""
        return self.queries_per_key >= 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorPlace:
    """Where a tensor stands: the count of its kind before it, and its layer."""

    count: int
    layer: int


def quantised(made: Converted) -> bool:
    """Return whether a mix may change this tensor: matrices of weights, but the delicate ones."""
    rows = [size for size in made.shape[:-1] if size != 1]
    return bool(rows) and _is_plain_weight(made.name)


@lru_cache(maxsize=4096)
def _is_plain_weight(name: str) -> bool:
    delicate = name in _KEPT_WHOLE or any(part in name for part in _KEPT)
    return name.endswith("weight") and not delicate


def _many_bits(layer: int, layers: int) -> bool:
    """Return whether a layer is among those given more bits: the ends, and every third between."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


def _head(mix: str, base: str, model: MixShape, columns: int) -> str:
    """Return the type of the output head, and of a token table that serves as one."""
    if mix == "MXFP4_MOE" or model.falcon or columns % GGUF_TYPES[base].elements:
        return "Q8_0"
    if mix in _LOW or mix == "IQ3_XXS":
        return "Q5_K"
    return base if base == "Q8_0" else "Q6_K"


def _tokens(mix: str, base: str) -> str:
    """Return the type of a token table that is not the head."""
    if mix in _LOW_S or mix == "IQ3_XXS":
        return "IQ3_S"
    if mix in _LOW:
        return "Q2_K"
    return "Q4_K" if mix in ("TQ1_0", "TQ2_0", "Q2_0") else base


def _low_output(mix: str, base: str, model: MixShape) -> str:
    """Return the type of attention outputs in the one- and two-bit mixes."""
    if model.experts == 8:
        return "Q5_K"
    return {**dict.fromkeys(_LOW_S, "IQ3_S"), "IQ1_S": "IQ2_XXS", "IQ1_M": "IQ2_XXS"}.get(mix, base)


def _low(kind: TensorKind, mix: str, base: str, model: MixShape, place: TensorPlace) -> str:
    """Return the type inside the layers of the one- and two-bit mixes."""
    wider = "IQ3_S" if mix in _LOW_S else "Q2_K"
    rules = {
        TensorKind.VALUE: "Q4_K" if model.grouped or model.experts >= 4 else wider,
        TensorKind.KEY: "Q4_K" if model.experts == 8 else base,
        TensorKind.DOWN: wider if place.count < model.layers // 8 else base,
        TensorKind.ATTENTION_OUTPUT: _low_output(mix, base, model),
    }
    return rules.get(kind, base)


def _value_of_mix(mix: str, base: str, model: MixShape, place: TensorPlace) -> str:
    """Return the type of values, before what holds for every mix."""
    if mix in ("Q4_K_M", "Q5_K_M"):
        return "Q6_K" if _many_bits(place.count, model.values) else base
    if mix in ("Q3_K_M", "Q4_K_S"):
        first, then = (2, "Q4_K") if mix == "Q3_K_M" else (4, base)
        return "Q5_K" if place.count < first else then
    always = {"IQ3_M": "Q4_K", "Q3_K_L": "Q5_K"}
    if mix in always:
        return always[mix]
    if model.grouped:
        grouped = dict.fromkeys(("Q2_K", "Q2_K_S", "IQ3_XXS", "IQ3_XS", "IQ3_S"), "Q4_K")
        return {**grouped, "IQ4_NL": "Q5_K", "IQ4_XS": "Q5_K"}.get(mix, base)
    return {"Q2_K": "Q3_K", "IQ3_XXS": base if model.imatrix else "IQ3_S"}.get(mix, base)


def _value(mix: str, base: str, model: MixShape, place: TensorPlace) -> str:
    chosen = _value_of_mix(mix, base, model, place)
    if model.experts == 8:
        return "Q8_0"
    return "Q5_K" if model.large_grouped and chosen in ("Q3_K", "Q4_K") else chosen


def _down_of_falcon(mix: str, base: str, model: MixShape, place: TensorPlace) -> str:
    """Return the type of Falcon's down projections in the mixes that treat it apart."""
    first = place.layer < model.layers // 16
    many = _many_bits(place.layer, model.layers)
    if mix == "Q3_K_M":
        return "Q5_K" if first else "Q4_K" if many else "Q3_K"
    if mix == "Q4_K_M":
        return "Q6_K" if first else "Q5_K" if many else "Q4_K"
    return {"Q3_K_L": "Q4_K"}.get(mix, base)


def _down(mix: str, base: str, model: MixShape, place: TensorPlace) -> str:
    """Return the type of down projections: wider where errors add up most."""
    first_eighth = place.layer < model.layers // 8
    if model.falcon and mix in ("Q3_K_M", "Q4_K_M", "Q3_K_L", "Q4_K_S"):
        return _down_of_falcon(mix, base, model, place)
    if mix in ("Q4_K_M", "Q5_K_M"):
        return "Q6_K" if _many_bits(place.layer, model.layers) else base
    if mix == "Q3_K_M":
        return "Q5_K" if place.layer < model.layers // 16 else "Q4_K"
    if mix == "IQ3_M" and model.experts == 8 and _many_bits(place.layer, model.layers):
        return "Q4_K"
    if mix == "IQ3_XXS" and not model.imatrix:
        return "Q4_K" if first_eighth else "Q3_K"
    always = {"Q2_K": "Q3_K", "Q3_K_L": "Q5_K"}
    first = {"Q2_K_S": "Q4_K", "IQ3_M": "Q4_K", "Q4_K_S": "Q5_K"}
    only_with = {"Q4_0": "Q4_1", "Q5_0": "Q5_1"}
    only_without = {"IQ4_NL": "Q5_K", "IQ4_XS": "Q5_K"}
    chosen = {**first, **(only_with if model.imatrix else only_without)} if first_eighth else {}
    return {**chosen, **always}.get(mix, base)


_OUTPUT_OF_EIGHT = frozenset(
    (
        *("Q2_K", "IQ3_XS", "IQ3_XXS", "Q3_K_S", "Q3_K_M", "IQ4_NL", "Q4_K_S", "Q4_K_M"),
        *("IQ3_S", "IQ3_M", "IQ4_XS"),
    )
)
_OUTPUT = {"Q2_K": "Q3_K", "IQ3_XXS": "IQ3_S", "Q3_K_M": "Q4_K", "Q3_K_L": "Q5_K", "IQ3_M": "Q4_K"}


def _attention_output(mix: str, base: str, model: MixShape) -> str:
    if model.falcon:
        return "Q4_K" if mix == "Q3_K_L" else base
    if model.experts == 8:
        return "Q5_K" if mix in _OUTPUT_OF_EIGHT else base
    return _OUTPUT.get(mix, base)


def _query_or_key(kind: TensorKind, mix: str, base: str, model: MixShape) -> str:
    if kind is TensorKind.KEY and model.experts == 8:
        return "Q8_0"
    return {"IQ3_XS": "IQ3_XXS", "IQ3_XXS": "IQ2_S"}.get(mix, base)


def _gate_or_up(mix: str, base: str, model: MixShape, place: TensorPlace) -> str:
    middle = model.layers // 8 <= place.layer < 7 * model.layers // 8
    return "IQ3_XXS" if mix == "IQ3_XS" and middle else base


def _inside(kind: TensorKind, mix: str, base: str, model: MixShape, place: TensorPlace) -> str:
    """Return the type of a tensor inside the layers, in mixes of three bits and more."""
    if kind in (TensorKind.KEY, TensorKind.QUERY):
        return _query_or_key(kind, mix, base, model)
    if kind in (TensorKind.GATE, TensorKind.UP):
        return _gate_or_up(mix, base, model, place)
    if kind is TensorKind.ATTENTION_OUTPUT:
        return _attention_output(mix, base, model)
    rules = {TensorKind.VALUE: _value, TensorKind.DOWN: _down}
    return rules[kind](mix, base, model, place) if kind in rules else base


def _fused_apart(made: Converted, mix: str, base: str) -> str:
    """Return the type that a fused query, key and value had before it counted as a value."""
    if "attn_qkv" not in made.name or mix in _LOW:
        return base
    older = dict.fromkeys(("Q3_K_M", "Q3_K_L", "IQ3_M"), "Q4_K")
    return {**older, "Q4_K_M": "Q5_K", "Q5_K_M": "Q6_K"}.get(mix, base)


def _chosen(made: Converted, mix: str, model: MixShape, place: TensorPlace) -> str:
    """Return the type a mix wants for a tensor, whatever its shape."""
    base, kind = BASE[mix], tensor_kind(made.name)
    if mix in WIDE_TABLES:
        tables = kind in (TensorKind.OUTPUT, TensorKind.TOKENS)
        return "Q8_0" if tables else _chosen(made, WIDE_TABLES[mix], model, place)
    if kind is TensorKind.OUTPUT or (kind is TensorKind.TOKENS and model.tied):
        return _head(mix, base, model, made.shape[-1])
    if mix == "MXFP4_MOE":
        return "MXFP4" if len(made.shape) == 3 and made.shape[0] > 1 else "Q8_0"
    if kind is TensorKind.TOKENS:
        return _tokens(mix, base)
    if kind is TensorKind.VALUE and not model.fused_values and "attn_v" not in made.name:
        return _fused_apart(made, mix, base)
    rule = _low if mix in _LOW else _inside
    return rule(kind, mix, base, model, place)


def fitting(name: str, columns: int) -> StorageType:
    """Return the type of that name, or what it falls back to when rows do not divide into blocks.

    >>> fitting("Q4_K", 2048).name, fitting("Q4_K", 896).name, fitting("Q4_K", 48).name
    ('Q4_K', 'Q5_0', 'F16')
    """
    wanted = GGUF_TYPES[name]
    if columns % wanted.elements:
        wanted = GGUF_TYPES[_FALLBACK.get(name, name)]
    return F16 if columns % wanted.elements else wanted


def _places(tensors: Sequence[Converted], model: MixShape) -> Iterator[TensorPlace]:
    """Yield where each tensor stands: with experts by its layer's number, else by counting."""
    seen: dict[TensorKind, int] = {}
    for made in tensors:
        kind = tensor_kind(made.name)
        count = seen.get(kind, 0)
        if quantised(made):
            seen[kind] = count + 1
        numbered = model.experts > 1 and made.layer is not None
        yield TensorPlace(count=count, layer=(made.layer or 0) if numbered else count)


def types(
    tensors: Sequence[Converted], mix: str, model: MixShape, *, pure: bool = False
) -> Iterator[StorageType]:
    """Yield each tensor's storage type, in the order given (the quantiser's own).

    `pure` gives every matrix the base type. Where a mix leaves a tensor alone
    it keeps the float file's type: float32 or float16.
    """
    for made, place in zip(tensors, _places(tensors, model), strict=True):
        if mix in FLOATS or not quantised(made):
            narrow = GGUF_TYPES[mix] if mix in FLOATS else F16
            yield F32 if made.wide else narrow
        elif mix in BITNET:
            yield BITNET[mix] if made.layer is not None else F16
        else:
            wanted = BASE[mix] if pure else _chosen(made, mix, model, place)
            yield fitting(wanted, made.shape[-1])
