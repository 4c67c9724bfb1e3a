"""What `inspect` says of a config: every tensor, with the bytes it fills as the config stores it.

In: a config and the architecture read from it. Out: the plain object of the
contract in docs/contracts.md. A file's header is inspected elsewhere; both give the same keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tabfit.architectures.weight_types import WeightTypes, weight_types
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Tensor
from tabfit.recipes.checkpoint import stored_types, type_of
from tabfit.recipes.shared_weights import as_stored
from tabfit.storage.storage_type import StorageType

SCHEMA: Final = 1


def stored_type(config: Mapping[str, Any]) -> StorageType:
    """Return the type of all that a config does not quantise: F32 where it says nothing.

    >>> stored_type({"text_config": {"dtype": "bfloat16"}}).name
    'BF16'
    """
    return weight_types(config).wide


def of_architecture(
    architecture: Architecture,
    stored_as: WeightTypes | StorageType,
    *,
    source: str,
    bytes_read: int,
) -> dict[str, Any]:
    """Return the object of `inspect --json` for a config.

    `published` counts the parameters that checkpoints hold, which is more than `total`
    where transformers shares what they store apart, or leaves layers out. `weights_bytes`
    counts every array of theirs once, scales and what is no parameter (buffers) included, as
    a file would hold them: `None` where its quantisation is not understood.
    """
    types = WeightTypes(wide=stored_as) if isinstance(stored_as, StorageType) else stored_as
    inventory = architecture.inventory
    kept = stored_types(architecture, types)
    sizes = [kind.size_of(tensor.shape) for tensor, kind in kept]
    return {
        "schema": SCHEMA,
        "source": source,
        "kind": "config",
        "architecture": architecture.head,
        "family": architecture.family,
        "notes": [*architecture.notes, *_told(architecture, types)],
        "parameters": {
            "total": inventory.total,
            "untied": inventory.untied,
            "active": inventory.active,
            "published": as_stored(architecture).total,
        },
        "tensors": [_row(tensor, types) for tensor in (*inventory, *architecture.beyond)],
        "weights_bytes": None if types.unread else sum(sizes),
        "largest_tensor_bytes": None if types.unread else max(sizes, default=0),
        "bytes_read": bytes_read,
    }


def _told(architecture: Architecture, types: WeightTypes) -> Iterator[str]:
    """Yield how the weights are stored, where that is not one type for all of them."""
    if types.unread:
        yield (
            f"its weights are quantised in a way that is not read here ({types.unread}): "
            "how many bytes they fill is not known"
        )
    elif types.packed is not None:
        yield f"its config quantises: {types.packed.name}, and {types.wide.name} for the rest"
    if architecture.beyond:
        count = sum(tensor.elements for tensor in architecture.beyond)
        yield (
            f"layers that predict further tokens, {count:,} parameters, are stored and counted "
            "as published; runtimes leave them out"
        )


def _row(tensor: Tensor, types: WeightTypes) -> dict[str, Any]:
    kind = type_of(tensor, types)
    row = {
        "name": tensor.name,
        "shape": list(tensor.shape),
        "type": "not known" if types.unread else kind.name,
        "bytes": None if types.unread else kind.size_of(tensor.shape),
    }
    return row if tensor.tied_to is None else {**row, "tied_to": tensor.tied_to}
