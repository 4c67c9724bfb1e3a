"""Load options: what a page may tell its runtime beyond precision and context, and what it is fed.

In: a name and a text, as links and the command line write them. Out: `LoadOptions`, each
`None` where the runtime's own default stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from tabfit.errors import Quoted, UnreadableChoice
from tabfit.i18n.language import Message, later
from tabfit.light_dataclass import dataclass

#: The types wllama keeps a cache in: `cache_type_k` and `cache_type_v` of its
#: esm/types/types.d.ts (3.13.0), widest first.
CACHE_TYPES: Final = ("f32", "f16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0")
#: More than any model has: 999 is how people say *all of them*.
MOST_LAYERS: Final = 1000
#: What llama.cpp has room for (src/llama-cparams.h: LLAMA_MAX_SEQ).
MOST_SLOTS: Final = 256
LONGEST_AUDIO: Final = 24 * 60 * 60
LARGEST_SIDE: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture's size in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """What a page tells its runtime; `None` leaves it to the runtime.

    `kv` is the type that keys and values are kept in, `gpu_layers` how many of the last layers
    (the output counts as one) run on the GPU, `parallel` how many conversations share the
    context, `projector` whether the part that sees or hears is loaded too. `audio` is how many
    seconds are heard at once, `picture` what is looked at.
    """

    kv: str | None = None
    gpu_layers: int | None = None
    parallel: int | None = None
    projector: bool | None = None
    audio: int | None = None
    picture: Picture | None = None

    def __bool__(self) -> bool:
        """Return whether anything is told."""
        return self != LoadOptions()


class _Option(NamedTuple):
    """How a choice is read and written, and what is accepted."""

    read: Callable[[str], Any]
    written: Callable[[Any], str]
    accepted: str


def _whole(most: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        number = int(text) if re.fullmatch("[0-9]{1,7}", text) else 0
        return number if 1 <= number <= most else None

    return read


def _cache_type(text: str) -> str | None:
    return text if text in CACHE_TYPES else None


def _seconds(text: str) -> int | None:
    match = re.fullmatch(r"([0-9]{1,6})(s|m|min)?", text)
    seconds = int(match[1]) * (60 if (match[2] or "s")[0] == "m" else 1) if match else 0
    return seconds if 1 <= seconds <= LONGEST_AUDIO else None


def _picture(text: str) -> Picture | None:
    match = re.fullmatch(r"([0-9]{1,5})[x\u00d7]([0-9]{1,5})", text)
    sides = tuple(map(int, match.groups())) if match else (0, 0)
    if not all(1 <= side <= LARGEST_SIDE for side in sides):
        return None
    return Picture(width=sides[0], height=sides[1])


def _switch(text: str) -> bool | None:
    return {"on": True, "off": False}.get(text)


_OPTIONS: Final[Mapping[str, _Option]] = {
    "kv": _Option(_cache_type, str, ", ".join(CACHE_TYPES)),
    "gpu_layers": _Option(
        _whole(MOST_LAYERS), str, later("a whole number of layers from 1 to 1000")
    ),
    "parallel": _Option(_whole(MOST_SLOTS), str, later("a whole number from 1 to 256")),
    "projector": _Option(_switch, lambda on: "on" if on else "off", "on, off"),
    "audio": _Option(
        _seconds,
        lambda seconds: f"{seconds}s",
        later("a time of at most a day, such as 300s or 5m"),
    ),
    "picture": _Option(
        _picture,
        lambda size: f"{size.width}x{size.height}",
        later("a size in pixels of at most 16384 a side, such as 1024x768"),
    ),
}

#: Every choice by its name, in the order of links.
NAMES: Final = tuple(_OPTIONS)


def read(given: Mapping[str, str]) -> LoadOptions:
    """Return the choices that some texts say; other keys are passed over.

    Raises `UnreadableChoice` naming the choice and what is accepted.

    >>> read({"kv": "q8_0", "audio": "5m"}).audio
    300
    """
    told = {name: given[name] for name in NAMES if given.get(name)}
    values: dict[str, Any] = {name: _read(name, text) for name, text in told.items()}
    return LoadOptions(**values)


def _read(name: str, text: str) -> object:
    option = _OPTIONS[name]
    value = option.read(text.strip().lower())
    if value is None:
        problem = Message(
            "is {given}; accepted: {names}", given=Quoted(text), names=Message(option.accepted)
        )
        raise UnreadableChoice(name, problem)
    return value


def written(options: LoadOptions) -> dict[str, str | None]:
    """Return each choice as `read` takes it.

    >>> written(LoadOptions(projector=True))["projector"]
    'on'
    """
    values = ((name, getattr(options, name)) for name in NAMES)
    return {
        name: None if value is None else _OPTIONS[name].written(value) for name, value in values
    }
