"""Files that are no model of a kind read here: what each is, and the way to an answer.

In: a file's name. Out: a sentence. Nothing of the file is read: a pickle would have to be run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tabfit.errors import Quoted
from tabfit.i18n.language import Message, later

_PICKLE: Final = later(
    "{name} is a pickle of PyTorch’s, which only running it would read; give its config.json, or "
    "the model as .safetensors"
)
_ELSEWHERE: Final = later(
    "{name} is made for a runtime that no browser has; give the model’s config.json, or the model "
    "as .safetensors, .gguf or .onnx"
)
_LIBRARY: Final = later(
    "{name} holds weights of a library whose files are not read here; give the model’s "
    "config.json, or the model as .safetensors"
)
_ARCHIVE: Final = later("{name} is an archive; unpack it and give the folder")
_OTHER: Final = later(
    "{name} is not .safetensors, .gguf, .onnx, .tflite, .task, .litertlm or a config.json"
)
#: What a file's ending says of it.
_ENDINGS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("bin", "pt", "pth", "ckpt", "pkl", "th"), _PICKLE),
    **dict.fromkeys(("mlpackage", "mlmodel", "mlmodelc", "pte", "engine", "plan"), _ELSEWHERE),
    **dict.fromkeys(("h5", "keras", "msgpack", "npz", "pb", "pdparams"), _LIBRARY),
    **dict.fromkeys(("zip", "tar", "gz", "tgz", "7z"), _ARCHIVE),
}


def other_file(name: str) -> Message:
    """Return what a file is that is not read, and what to give instead.

    >>> str(other_file("pytorch_model.bin"))[:46]
    "'pytorch_model.bin' is a pickle of PyTorch’s, "
    """
    return Message(_ENDINGS.get(ending(name), _OTHER), name=Quoted(name.rpartition("/")[2]))


def made_elsewhere(name: str) -> bool:
    """Return whether a folder's name says that it is one model for a runtime outside browsers."""
    return _ENDINGS.get(ending(name)) == _ELSEWHERE


def ending(name: str) -> str:
    """Return what follows the last dot, in small letters."""
    return name.rpartition(".")[2].lower()
