"""Files in a model's format that hold something beside a model: adapters, projectors and the like.

In: a header. Out: what the file is, `None` for a model.
"""

from __future__ import annotations

import re
from typing import Final

from tabfit.headers.header import Header
from tabfit.i18n.language import Message, later

ADAPTER: Final = later("an adapter (LoRA)")
PROJECTOR: Final = later("a projector (mmproj), the part that sees or hears")
#: What llama.cpp's writers put under `general.type`, where it is no model.
TYPES: Final = {
    "adapter": ADAPTER,
    "imatrix": later("an importance matrix"),
    "mmproj": PROJECTOR,
    "clip-vision": PROJECTOR,
}
_ADAPTED: Final = re.compile(
    r"\.(?:lora_(?:A|B|embedding_A|embedding_B|magnitude_vector)|lora_[ab])\b"
)

#: What llama.cpp calls the architecture of every projector, whatever model it belongs to.
_OLDER_PROJECTOR = "clip"


def other_kind(header: Header) -> Message | None:
    """Return what a file is that is no model by itself.

    GGUF says so in its metadata, older projectors by their architecture alone; an adapter's
    tensors are called for the two matrices that make it up, whatever else is saved with them.
    """
    said = header.metadata.get("general.type")
    if isinstance(said, str) and said in TYPES:
        return Message(TYPES[said])
    if header.metadata.get("general.architecture") == _OLDER_PROJECTOR:
        return Message(PROJECTOR)
    if header.kind == "gguf" and not header.tensors:
        return Message("a vocabulary without weights")
    adapted = sum(_ADAPTED.search(tensor.name) is not None for tensor in header.tensors)
    return Message(ADAPTER) if adapted * 2 > len(header.tensors) else None
