"""Whether a runtime lets a page make the choices that a scenario holds, of a model that has them.

In: a model, a runtime's row, a scenario's choices. Out: the precision in full, or one sentence
that says what is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.errors import UnknownName, UnsupportedCombination
from tabfit.estimate.subjects import Subject
from tabfit.i18n.language import Message, _, later
from tabfit.model.architecture import Architecture, KeyValue
from tabfit.model.tensors import Part
from tabfit.recipes.onnx import session_precisions
from tabfit.recipes.onnx.sessions import sessions_of
from tabfit.runtimes import load_options
from tabfit.runtimes.load_options import LoadOptions
from tabfit.runtimes.memory.cache import TYPES

#: The option of a runtime that loads each session at a precision of its own.
SESSIONS: Final = "sessions"

_CHOICES: Final = {
    SESSIONS: later("a precision for each session"),
    "kv": later("a type for its cache"),
    "gpu_layers": later("a number of layers on the GPU"),
    "parallel": later("a number of conversations at once"),
    "projector": later("a projector beside the model"),
    "audio": later("a length of what it hears"),
    "picture": later("a size of what it sees"),
}
_PARTS: Final = {
    "audio": (Part.AUDIO,),
    "picture": (Part.VISION,),
    "projector": (Part.AUDIO, Part.VISION),
}
_LACKS: Final = {
    "audio": later("{model} does not hear"),
    "picture": later("{model} does not see"),
    "projector": later("{model} neither sees nor hears"),
}


def check(options: LoadOptions, about: Subject, facts: RuntimeFacts, catalog: Catalog) -> None:
    """Raise `UnsupportedCombination` for a choice that runtime or model have not."""
    for name in told(options):
        _lets(name, facts, catalog)
    if about.architecture is None:
        return
    for name in told(options):
        if not _has_part(name, about.architecture):
            raise UnsupportedCombination(Message(_LACKS[name], model=about.name))
    if options.kv is not None:
        _whole_blocks(options.kv, about.architecture)


def offered(about: Subject, facts: RuntimeFacts) -> Iterator[str]:
    """Yield the choices of `load_options` that a runtime lets a page make of this model."""
    if about.architecture is None:
        return
    for name in load_options.NAMES:
        if name in facts.options and _has_part(name, about.architecture):
            yield name


def _has_part(name: str, architecture: Architecture) -> bool:
    """Return whether a model has what a choice is about: most are about no part of it."""
    parts = _PARTS.get(name)
    return parts is None or any(tensor.part in parts for tensor in architecture.inventory)


def notes(options: LoadOptions, about: Subject) -> Iterator[str]:
    """Yield what a choice does not change, and why."""
    if about.architecture is None:
        return
    towers = about.architecture.towers
    if options.picture and not any(tower.square for tower in towers):
        yield _("pictures are scaled to one size before they are looked at: theirs changes nothing")
    if options.audio and not any(tower.per_second for tower in towers):
        yield _("how many places this model’s sounds take is not known here: one piece is counted")


def told(options: LoadOptions) -> Iterator[str]:
    """Yield the names of the choices that are made."""
    return (name for name, text in load_options.written(options).items() if text is not None)


def _lets(name: str, facts: RuntimeFacts, catalog: Catalog) -> None:
    if name not in facts.options:
        raise UnsupportedCombination(
            Message(
                "{runtime} does not take {choice}",
                runtime=facts.title,
                choice=Message(_CHOICES[name]),
            ),
            [each.id for each in catalog.runtimes if name in each.options],
        )


def _whole_blocks(kind: str, architecture: Architecture) -> None:
    """Refuse a type whose blocks do not divide a head: llama.cpp makes no such cache.

    Source: llama.cpp src/llama-context.cpp, "K cache type … does not divide n_embd_head_k".
    """
    width = next((each for each in _head_widths(architecture) if not divides(kind, each)), None)
    if width is None:
        return
    raise UnsupportedCombination(
        Message(
            "{type} keeps {block} numbers together, and this model’s heads are {width} wide",
            type=kind,
            block=TYPES[kind].elements,
            width=width,
        ),
        [name for name in load_options.CACHE_TYPES if divides(name, width)],
    )


def _head_widths(architecture: Architecture) -> Iterator[int]:
    """Yield how wide each layer's keys and values are, a head's."""
    for layer in architecture.main.layers:
        for keeps in layer.keeps:
            if isinstance(keeps, KeyValue):
                yield from (keeps.key_width, keeps.value_width)


def divides(kind: str, width: int) -> bool:
    """Return whether whole blocks of a type make a head of that width."""
    return width % TYPES[kind].elements == 0


def precision_of_sessions(
    name: str, about: Subject, facts: RuntimeFacts, offered: tuple[str, ...], catalog: Catalog
) -> str:
    """Return a map of precisions with every session in it, in the order they are loaded."""
    _lets(SESSIONS, facts, catalog)
    if about.architecture is None:
        raise UnknownName(Message("precision for {runtime}", runtime=facts.title), name, offered)
    usual = facts.default_precision or offered[0]
    sessions = [each.name for each in sessions_of(about.architecture)]
    return session_precisions.written(
        session_precisions.complete(name, sessions, (*offered, *facts.precisions), usual)
    )
