"""The file beside a GGUF model with the part that sees or hears (mmproj).

In: an architecture. Out: the model's `Stored` with that file. What the converter makes at F16:
matrices in 16-bit floats, vectors, tables of positions and the convolution over patches in
32-bit ones; a head that pools what was seen is left out.
Source: llama.cpp conversion/base.py (MmprojModel); the file of Gemma 3 4B is 851,251,104 bytes.
"""

from __future__ import annotations

from typing import Final

from tabfit.i18n.language import _, later
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Part, Role, Tensor
from tabfit.recipes.gguf import metadata
from tabfit.recipes.stored_model import File, Stored, StoredTensor, keep
from tabfit.storage.storage_type import F16, F32
from tabfit.units import Basis, Interval

PARTS: Final = frozenset({Part.VISION, Part.AUDIO, Part.PROJECTOR})
#: What is said of a model's own file alone, until this one is beside it.
LEFT_OUT: Final = later("pictures and sound need a second file (mmproj), which is not counted")
#: Keys of a model that sees: about a kilobyte, and statistics of pictures.
_KEYS: Final = Interval(500, 1_500, 8_000)
#: How far other converters and other families lie from the rule.
_ERROR: Final = (0.97, 1.0, 1.03)
_WIDE: Final = frozenset({Role.POSITION, Role.CONVOLUTION})


def tensors_of(architecture: Architecture) -> tuple[StoredTensor, ...]:
    """Return the tensors of the file beside the model."""
    every = (tensor for tensor in architecture.inventory if tensor.part in PARTS)
    return tuple(
        keep(tensor, F32 if _is_wide(tensor) else F16)
        for tensor in every
        if ".head." not in tensor.name
    )


def _is_wide(tensor: Tensor) -> bool:
    return len(tensor.shape) < 2 or tensor.role in _WIDE


def with_projector(stored: Stored, architecture: Architecture) -> Stored:
    """Return the files of a model that sees or hears, with the one beside them."""
    tensors = tensors_of(architecture)
    front = metadata.FIXED_HEADER + sum(
        metadata.directory_size(one.name, one.shape) for one in tensors
    )
    data = sum(metadata.padded(tensor.size) for tensor in tensors)
    ends = zip((_KEYS.low, _KEYS.likely, _KEYS.high), _ERROR, strict=True)
    low, likely, high = (round((front + keys + data) * error) for keys, error in ends)
    file = File(
        name="mmproj-F16.gguf",
        size=Interval(low, likely, high),
        basis=Basis.COMPUTED,
        why=_("the part that sees or hears, as llama.cpp’s converter writes it at F16"),
        tensors=tensors,
    )
    notes = tuple(note for note in stored.notes if note != _(LEFT_OUT))
    return replace(
        stored,
        tensors=(*stored.tensors, *tensors),
        files=(*stored.files, file),
        notes=notes,
    )
