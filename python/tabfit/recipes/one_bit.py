"""One-bit methods for any decoder: what they call themselves, and what they store.

In: an architecture and a method's name. Out: a `Stored`. All of them shrink the
matrices inside the layers and leave the token table, the head and the norms at
sixteen bits, which decides the size of small models.
"""

from __future__ import annotations

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message, _, later, number
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import is_layer_matrix
from tabfit.recipes.stored_model import File, Stored, keep
from tabfit.storage.storage_type import F16, StorageType
from tabfit.storage.type_table import (
    BILLM_NOMINAL,
    BILLM_STORED,
    BINARY,
    GGUF_TYPES,
    I2_S,
    ONEBIT,
    PBLLM_NOMINAL,
    PBLLM_STORED,
    TERNARY,
    TL1,
    TL2,
)
from tabfit.units import Basis, exactly


@dataclass(frozen=True, slots=True)
class Method:
    """What the matrices inside the layers become, a phrase for the reader, and the bits it names.

    `named` is what its authors call it: the information in a weight, without what must lie
    beside it.
    """

    packed: StorageType
    says: str
    named: float

    @property
    def words(self) -> str:
        """Return the phrase in the language in use."""
        return _(self.says)


# Sources: BitNet b1.58 arXiv:2402.17764 and microsoft/BitNet; OneBit arXiv:2402.11295; BiLLM
# arXiv:2402.04291, its stored form as recounted by arXiv:2410.03129; PB-LLM arXiv:2310.00034.
METHODS: dict[str, Method] = {
    "ternary": Method(
        TERNARY, later("Ternary weights, five to a byte: 1.6 bits; log2(3) is 1.58"), 1.58
    ),
    "binary": Method(
        BINARY, later("One sign a weight and nothing beside it: no method stores so little"), 1
    ),
    "i2_s": Method(
        I2_S, later("BitNet's I2_S: ternary weights in two bits, one scale a tensor"), 1.58
    ),
    "tl1": Method(TL1, later("BitNet's TL1: ternary weights in two bits, for Arm"), 1.58),
    "tl2": Method(TL2, later("BitNet's TL2: three ternary weights in five bits, for x86"), 1.58),
    "tq1_0": Method(
        GGUF_TYPES["TQ1_0"], later("llama.cpp's TQ1_0: 1.6875 bits with a scale per block"), 1.58
    ),
    "tq2_0": Method(
        GGUF_TYPES["TQ2_0"], later("llama.cpp's TQ2_0: 2.0625 bits with a scale per block"), 1.58
    ),
    "onebit": Method(ONEBIT, later("OneBit: signs, and two float16 vectors a matrix"), 1),
    "billm": Method(
        BILLM_STORED, later("BiLLM as stored: signs, bitmaps and scales; it is named 1.08"), 1.08
    ),
    "billm_nominal": Method(
        BILLM_NOMINAL, later("BiLLM as named: 1.08 bits, bitmaps and scales left out"), 1.08
    ),
    "pbllm": Method(
        PBLLM_STORED, later("PB-LLM as stored: a tenth at eight bits, and the mask"), 1.7
    ),
    "pbllm_nominal": Method(
        PBLLM_NOMINAL, later("PB-LLM as named: 1.7 bits, the mask left out"), 1.7
    ),
}
PRECISIONS: tuple[str, ...] = tuple(METHODS)
_ALIASES = {"b1.58": "ternary", "bitnet": "i2_s", "pb-llm": "pbllm"}


def store(architecture: Architecture, precision: str) -> Stored:
    """Return every tensor as a one-bit method keeps it, in one file of weights."""
    name = _ALIASES.get(precision.lower(), precision.lower())
    if name not in METHODS:
        raise UnsupportedCombination(
            Message("no one-bit method is called {precision}", precision=repr(precision)),
            PRECISIONS,
        )
    method = METHODS[name]
    tensors = tuple(
        keep(tensor, method.packed if is_layer_matrix(tensor) else F16)
        for tensor in architecture.inventory.stored
    )
    size = sum(tensor.size for tensor in tensors)
    wide = sum(tensor.size for tensor in tensors if tensor.type is F16)
    file = File(
        name="weights",
        size=exactly(size),
        basis=Basis.COMPUTED,
        why=_(
            "{method}; {share} of it is what stays at sixteen bits",
            method=method.words,
            share=number(wide / size, ".0%"),
        ),
        tensors=tensors,
    )
    return Stored("onebit", name, tensors, (file,))
