"""A header: what a file says of its tensors before any of them is read.

In: what the readers of each format found. Out: one value with true stored
bytes, and the rules on names and shapes that all formats share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

from tabfit.errors import Quoted, UnreadableHeader
from tabfit.headers.packed_weights import true_count
from tabfit.i18n.language import Message
from tabfit.model.tensors import Inventory, Role, Tensor
from tabfit.recipes.stored_model import StoredTensor
from tabfit.storage.storage_type import StorageType
from tabfit.units import Bytes, Parameters

MOST_TENSORS = 2**15  # in one file; Qwen3-30B-A3B unsplit, one of the longest, has 18,867
MOST_TENSORS_TOGETHER = 2**18  # in all shards of a model; Kimi K2 has about 140,000
LONGEST_NAME = 1024  # bytes; GGUF itself allows 64
MOST_DIMENSIONS = 32
MOST_ELEMENTS = 2**63 - 1  # what the formats' own readers count in

Value = bool | int | float | str | tuple[bool | int | float, ...]
Config = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Header:
    """Every tensor a file keeps, and the little else its header says.

    `kind` is the format. `metadata` holds short values only. `lengths` says
    how many entries each list had that was passed over (vocabulary, merges).
    `config` is what the header tells of the architecture, in the words of a
    config.json, `None` where it tells nothing. `outside` are the files, by
    name, that hold tensors' bytes instead of this one, with their bytes.
    """

    kind: str
    tensors: tuple[StoredTensor, ...]
    bytes_read: Bytes
    metadata: Mapping[str, Value] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)
    config: Config | None = None
    outside: Mapping[str, Bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @cached_property
    def parameters(self) -> Parameters:
        """Return how many weights all tensors hold: tied ones are stored and counted once.

        Packed words of a quantised checkpoint are counted unpacked, and their scales not.
        """
        if self.kind == "safetensors":
            return Parameters(true_count(self.tensors))
        return Parameters(sum(prod(tensor.shape) for tensor in self.tensors))

    @cached_property
    def weights_bytes(self) -> Bytes:
        """Return the bytes of all tensors, without header and padding."""
        return Bytes(sum(tensor.size for tensor in self.tensors))

    @cached_property
    def largest_tensor_bytes(self) -> Bytes:
        """Return the bytes of the largest tensor, 0 where there is none."""
        return Bytes(max((tensor.size for tensor in self.tensors), default=0))

    @cached_property
    def inventory(self) -> Inventory:
        """Return the tensors as an inventory; a file does not say what each one does."""
        return Inventory(
            tuple(Tensor(name=t.name, shape=t.shape, role=t.role) for t in self.tensors)
        )


def stored(name: str, shape: tuple[int, ...], kind: StorageType, size: int) -> StoredTensor:
    """Return a tensor as its file names it."""
    return StoredTensor(
        name=name, shape=shape, type=kind, size=Bytes(size), origin=(name,), role=Role.OTHER
    )


def read_name(form: str, raw: bytes) -> str:
    """Return a tensor's name; refuse one that is too long or not UTF-8."""
    if len(raw) > LONGEST_NAME:
        raise UnreadableHeader(
            form, Message("a name is longer than {most:,} bytes", most=LONGEST_NAME)
        )
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise UnreadableHeader(form, Message("a name is not UTF-8")) from None


def count_elements(form: str, name: str, shape: Sequence[int]) -> int:
    """Return the elements of a shape; refuse one that no reader could hold.

    The bound is checked dimension by dimension, so that no number ever grows
    much beyond it; an empty dimension does not excuse the others.
    """
    if len(shape) > MOST_DIMENSIONS:
        raise UnreadableHeader(
            form,
            Message(
                "{name} has {count:,} dimensions; at most {most} are read",
                name=Quoted(name),
                count=len(shape),
                most=MOST_DIMENSIONS,
            ),
        )
    elements = 1
    for length in shape:
        if not 0 <= length <= MOST_ELEMENTS:
            raise UnreadableHeader(
                form,
                Message(
                    "{name} has a dimension of {length}", name=Quoted(name), length=Quoted(length)
                ),
            )
        elements *= length or 1
        if elements > MOST_ELEMENTS:
            raise UnreadableHeader(
                form, Message("{name} has more than 2^63 elements", name=Quoted(name))
            )
    return 0 if 0 in shape else elements


def check_count(form: str, count: int, most: int = MOST_TENSORS) -> None:
    """Refuse more tensors than are read from one file."""
    if count > most:
        raise UnreadableHeader(
            form,
            Message(
                "it lists {count:,} tensors; at most {most:,} are read", count=count, most=most
            ),
        )


def check_ranges(form: str, ranges: Iterable[tuple[int, int, str]], end: int | None) -> None:
    """Refuse tensors (begin, end, name) whose bytes overlap or lie beyond `end`."""
    reached = 0
    for begin, stop, name in sorted(ranges):
        if end is not None and stop > end:
            raise UnreadableHeader(
                form,
                Message(
                    "{name} ends {count:,} bytes beyond the end of the file",
                    name=Quoted(name),
                    count=stop - end,
                ),
            )
        if begin < stop and begin < reached:
            raise UnreadableHeader(
                form, Message("{name} lies over another tensor's bytes", name=Quoted(name))
            )
        reached = max(reached, stop)
