"""GGUF: a model as llama.cpp stores it, exact to the byte but for its tokenizer.

In: an `Architecture` and the name of a mix. Out: `Stored`, one file or several
parts. Tensor bytes are computed as the converter and the quantiser make them;
what lies before them is the directory, computed, and keys and tokenizer,
modelled from the kind and size of the vocabulary.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tabfit.architectures.conversions import gguf as conversions
from tabfit.i18n.language import _
from tabfit.recipes.gguf import metadata, projector
from tabfit.recipes.gguf.converted_classes import CLASSES
from tabfit.recipes.gguf.mixes import BASE, BITNET, BY_IMATRIX, FLOATS, PURE, mix_named
from tabfit.recipes.gguf.stored_tensors import tensors_of
from tabfit.recipes.stored_model import File, Stored, StoredTensor
from tabfit.storage.storage_type import F32
from tabfit.storage.type_table import GGUF_TYPES
from tabfit.units import Basis, Bytes, Interval, exactly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tabfit.model.architecture import Architecture
    from tabfit.storage.storage_type import StorageType

#: The converter spells a few classes otherwise than transformers does (MPT, PhiMoE, InternLM3).
_CONVERTED = frozenset(name.lower() for name in CLASSES)


def can_store(architecture: Architecture) -> bool:
    """Return whether llama.cpp converts a model of this family and class."""
    family, head = architecture.family, architecture.head
    seen = conversions.is_read_by_text(family) and head.endswith("ForConditionalGeneration")
    return family in conversions.GGUF_ARCHITECTURES and (seen or head.lower() in _CONVERTED)


def tensor_data_size(tensors: Sequence[StoredTensor]) -> Bytes:
    """Return the bytes of the tensors as they lie in a file, each padded to 32.

    In bytes. Source: ggml's docs/gguf.md, `general.alignment`; equal to files that llama.cpp wrote
    (tests/data/gguf).
    """
    return Bytes(sum(metadata.padded(tensor.size) for tensor in tensors))


def _parts(tensors: Sequence[StoredTensor], most: int | None) -> Iterator[list[StoredTensor]]:
    """Yield the tensors of each part: filled in order until the next would not fit."""
    part: list[StoredTensor] = []
    filled = 0
    for tensor in tensors:
        size = metadata.padded(tensor.size)
        if part and most is not None and filled + size > most:
            yield part
            part, filled = [], 0
        part.append(tensor)
        filled += size
    yield part


#: A table of Gemma 3n and 4 that holds a vector of each token for each layer.
_LAYERED_TABLE = "per_layer_token_embd.weight"
_TABLE, _HEAD = "token_embd.weight", "output.weight"


class Spread(NamedTuple):
    """How many bytes a publisher's file may be below and above the quantiser's own."""

    below: Bytes = Bytes(0)
    above: Bytes = Bytes(0)


def _spread(
    architecture: Architecture,
    tensors: Sequence[StoredTensor],
    mix: str,
    without: Mapping[str, Bytes],
) -> Spread:
    """Return what publishers' choices leave open of a quantised file.

    `without` are the tensors' bytes where no importance matrix was used.
    """
    if mix in FLOATS or mix in BITNET:
        return Spread()
    data = sum(tensor.size for tensor in tensors)
    chosen = round((conversions.chosen_by_tensor(architecture.family) or 0.0) * data)
    base = GGUF_TYPES[BASE[mix]]
    spared = data - sum(without.get(tensor.name, tensor.size) for tensor in tensors)
    held = _held_head(architecture, tensors, base) + _further(architecture, base)
    return Spread(
        Bytes(_spared(tensors, base) + chosen + max(spared, 0)),
        Bytes(held + chosen + max(-spared, 0)),
    )


def _spared(tensors: Sequence[StoredTensor], base: StorageType) -> int:
    """Return how much smaller a file is whose table for each layer has the mix's base type.

    llama.cpp stores it as it does a tied head, in 6 bits; publishers choose: Unsloth's files of
    Gemma 3n and 4 at 4 bits are smaller by about half of this.
    """
    tables = (one for one in tensors if one.name == _LAYERED_TABLE)
    return sum(max(0, one.size - base.size_of(one.shape)) for one in tables)


def _held_head(
    architecture: Architecture, tensors: Sequence[StoredTensor], base: StorageType
) -> int:
    """Return what a tied head adds where it is stored beside its table, then of the base type."""
    if not conversions.may_hold_head(architecture.family) or any(
        one.name == _HEAD for one in tensors
    ):
        return 0
    return sum(base.size_of(one.shape) for one in tensors if one.name == _TABLE)


def _further(architecture: Architecture, base: StorageType) -> int:
    """Return what layers that predict further tokens add, where a file is published with them."""
    wide = GGUF_TYPES["Q8_0"] if base.size_of((256,)) < GGUF_TYPES["Q8_0"].size_of((256,)) else base
    return sum(
        wide.size_of(tensor.shape) if len(tensor.shape) > 1 else F32.size_of(tensor.shape)
        for tensor in architecture.beyond
        if not len(tensor.shape) > 1 or not tensor.shape[-1] % wide.elements
    )


def _file(
    name: str, tensors: Sequence[StoredTensor], front: Interval, why: str, *, spread: Spread
) -> File:
    """Return one file: what comes first, padded, then the tensors."""
    directory = sum(metadata.directory_size(one.name, one.shape) for one in tensors)
    fixed = metadata.FIXED_HEADER + directory
    data = tensor_data_size(tensors)
    low, likely, high = (
        metadata.padded(fixed + end) + data for end in (front.low, front.likely, front.high)
    )
    return File(
        name=name,
        size=Interval(low - spread.below, likely, high + spread.above),
        basis=Basis.COMPUTED,
        why=why,
        tensors=tuple(tensors),
    )


# Three short keys say which part of how many a file is.
_SPLIT_KEYS = exactly(100)
# How far off a modelled tokenizer may be; the high end also covers older files, which kept scores
# for every kind of vocabulary.
_TOKENIZER_ERROR = (0.9, 1.0, 1.25)


def _front(architecture: Architecture) -> Interval:
    """Return the bytes of keys and tokenizer, both modelled."""
    vocabulary = metadata.vocabulary_of(architecture)
    size = exactly(vocabulary.size).scaled(*_TOKENIZER_ERROR)
    most = max(size.high, metadata.with_merges(vocabulary).size)
    return metadata.KEYS + Interval(size.low, size.likely, most)


def _files(
    name: str,
    architecture: Architecture,
    mix: str,
    tensors: Sequence[StoredTensor],
    front: Interval,
    most: int | None,
    without: Mapping[str, Bytes],
) -> Iterator[File]:
    parts = list(_parts(tensors, most))
    if len(parts) == 1:
        why = _("every tensor as llama.cpp stores it; keys and tokenizer modelled")
        spread = _spread(architecture, tensors, mix, without)
        yield _file(f"{name}.gguf", tensors, front, why, spread=spread)
        return
    for number, part in enumerate(parts, start=1):
        first = number == 1
        why = _("the first part, with keys and tokenizer") if first else _("tensors only")
        keys = front + _SPLIT_KEYS if first else _SPLIT_KEYS
        file = f"{name}-{number:05d}-of-{len(parts):05d}.gguf"
        yield _file(file, part, keys, why, spread=_spread(architecture, part, mix, without))


def _notes(architecture: Architecture, mix: str) -> Iterator[str]:
    """Yield what the reader must know about the file."""
    if any(tensor.part in projector.PARTS for tensor in architecture.inventory):
        yield _(projector.LEFT_OUT)
    if mix in PURE:
        yield _("{mix} is for models trained at that width; others become unusable", mix=mix)
    made = conversions.usually_made_in(architecture.family)
    if made:
        yield _("as files of this family were made in {date}", date=made)


def store(
    architecture: Architecture,
    precision: str,
    *,
    name: str = "model",
    imatrix: bool | None = None,
    pure: bool | None = None,
    head_apart: bool | None = None,
    made: str | None = None,
    split: Bytes | None = None,
) -> Stored:
    """Return a model as a GGUF file of that precision.

    `imatrix` says whether an importance matrix was used, `None` where that is not
    told: then likely, as publishers do, and the interval holds both; it changes a
    few mixes. `pure` gives every matrix the mix's base type, `None`
    where models of that precision are published so. `head_apart` stores a tied
    head a second time, as some makers' own files do. `made` is the year and
    month of a file ("2024-09"), `None` for when the family's files were made.
    `split` is the most bytes of tensors in one part.
    """
    mix = mix_named(precision)
    kept = partial(tensors_of, architecture, mix, pure=pure, head_apart=head_apart, made=made)
    tensors = kept(imatrix=imatrix is not False)
    plain = kept(imatrix=False) if imatrix is None and mix in BY_IMATRIX else ()
    front = _front(architecture)
    other = {tensor.name: tensor.size for tensor in plain}
    files = tuple(_files(f"{name}-{mix}", architecture, mix, tensors, front, split, other))
    notes = tuple(_notes(architecture, mix)) + architecture.notes
    return Stored("gguf", mix, tensors, files, notes)
