"""What `inspect` says of a config: every tensor, with the bytes it fills as the config stores it.

In: a config and the architecture read from it. Out: the plain object of the
design's contract. A file's header is inspected elsewhere; both give the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Tensor
from tabfit.recipes.shared_weights import as_published
from tabfit.storage.storage_type import BF16, F16, F32, StorageType

SCHEMA: Final = 1

#: What a config calls the type of its weights; other names are read as 32-bit floats.
STORED_AS: Final[Mapping[str, StorageType]] = {
    "float32": F32,
    "float16": F16,
    "bfloat16": BF16,
    "half": F16,
}


def stored_type(config: Mapping[str, Any]) -> StorageType:
    """Return the type that a config says its weights are stored in: F32 where it says nothing.

    >>> stored_type({"torch_dtype": "bfloat16"}).name
    'BF16'
    """
    said = config.get("dtype") or config.get("torch_dtype")
    return STORED_AS.get(said.removeprefix("torch."), F32) if isinstance(said, str) else F32


def of_architecture(
    architecture: Architecture, stored_as: StorageType, *, source: str, bytes_read: int
) -> dict[str, Any]:
    """Return the object of `inspect --json` for a config.

    `published` counts the parameters that checkpoints hold, which is more than `total`
    where transformers shares what they store apart. `weights_bytes` counts every array
    of theirs once, what is no parameter (buffers) included, as a file would hold them.
    """
    inventory, published = architecture.inventory, as_published(architecture)
    sizes = [stored_as.size_of(tensor.shape) for tensor in published.stored]
    return {
        "schema": SCHEMA,
        "source": source,
        "kind": "config",
        "architecture": architecture.head,
        "family": architecture.family,
        "notes": list(architecture.notes),
        "parameters": {
            "total": inventory.total,
            "untied": inventory.untied,
            "active": inventory.active,
            "published": published.total,
        },
        "tensors": [_row(tensor, stored_as) for tensor in inventory],
        "weights_bytes": sum(sizes),
        "largest_tensor_bytes": max(sizes, default=0),
        "bytes_read": bytes_read,
    }


def _row(tensor: Tensor, stored_as: StorageType) -> dict[str, Any]:
    row = {
        "name": tensor.name,
        "shape": list(tensor.shape),
        "type": stored_as.name,
        "bytes": stored_as.size_of(tensor.shape),
    }
    return row if tensor.tied_to is None else {**row, "tied_to": tensor.tied_to}
