"""Every error this package raises on purpose; the children say who must act.

    TabfitError
    ├── UnknownName              the asker: a model, runtime, precision or device nobody listed
    ├── UnreadableLink           whoever made the link
    ├── UnreadableConfig         the author of a config.json (a missing or wrong key)
    │   └── UnsupportedArchitecture   a model_type this project does not know
    ├── UnreadableHeader         the author of a file (safetensors, GGUF, ONNX)
    ├── NotAModel                the asker: a file that belongs to a model and is none
    ├── UnreadableDevice         whoever wrote a device as data
    ├── UnreachableHub           the network, or the hub's owner
    ├── UnsupportedCombination   the asker: this runtime does not run this model so
    └── CatalogFault             this project

Each keeps its parts as fields and builds one lower-case sentence from them:
what was given, then what is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable

from tabfit.i18n.language import _


def _listed(names: Iterable[str], *, most: int = 60) -> str:
    every = sorted(names)
    shown = ", ".join(every[:most])
    return (
        _("{names} and {count} more", names=shown, count=len(every) - most)
        if len(every) > most
        else shown
    )


def shown(value: object, *, most: int = 60) -> str:
    """Return `value` as one short printable line, for use in a sentence.

    >>> shown("a" * 100, most=8)
    "'aaaaaaa…"
    >>> shown({"a": [1, 2]})
    "{'a': [1, 2]}"
    """
    if isinstance(value, str):
        text = repr(value[: most + 1])
    elif isinstance(value, (dict, list, tuple)) and len(value) > 8:
        text = _("{kind} of {count} entries", kind=type(value).__name__, count=len(value))
    elif isinstance(value, int) and abs(value) > 10**30:
        text = _("a number of more than 30 digits")
    else:
        text = repr(value)
    return text if len(text) <= most else text[:most] + "…"


class TabfitError(Exception):
    """The base of the tree; never raised itself."""


class UnknownName(TabfitError):
    """A name that nothing in the catalogue carries.

    `near` are the known names most like it; they are shown before the others.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, near: Iterable[str] = ()
    ) -> None:
        """Keep what was asked for and what would have been accepted."""
        self.kind, self.name, self.known = kind, name, tuple(sorted(known))
        self.near = tuple(near)
        said = {"kind": _(kind), "name": shown(name), "known": _listed(self.known)}
        if self.near:
            near = _(" or ").join(self.near)
            super().__init__(
                _(
                    "unknown {kind} {name}; did you mean {near}? known are: {known}",
                    near=near,
                    **said,
                )
            )
        else:
            super().__init__(_("unknown {kind} {name}; known are: {known}", **said))


class UnreadableLink(TabfitError):
    """The text after '#' does not say a scenario."""

    def __init__(self, key: str, problem: str) -> None:
        """Keep the key at fault and the problem with it."""
        self.key, self.problem = key, problem
        super().__init__(
            _("the link cannot be read: {key} {problem}", key=shown(key), problem=problem)
        )


class UnreadableConfig(TabfitError):
    """A config.json lacks a key or holds a value that no such model can have."""

    def __init__(self, key: str, problem: str) -> None:
        """Keep the key at fault and the rule it breaks."""
        self.key, self.problem = key, problem
        super().__init__(
            _("the config cannot be read: {key} {problem}", key=shown(key), problem=problem)
        )


class UnsupportedArchitecture(UnreadableConfig):
    """A model_type that this project does not know, and what keeps it from being a Llama."""

    def __init__(
        self, model_type: str, known: Iterable[str], *, strange: Iterable[str] = ()
    ) -> None:
        """Keep the type asked for, the types known and the keys that are not understood."""
        self.model_type, self.known = model_type, tuple(sorted(known))
        self.strange = tuple(strange)
        said = {"given": shown(model_type), "known": _listed(self.known, most=200)}
        if self.strange:
            problem = _(
                "{given} is not known, and no Llama: {keys} are not understood; known are: {known}",
                keys=", ".join(map(shown, self.strange[:6])),
                **said,
            )
        else:
            problem = _("{given} is not known; known are: {known}", **said)
        super().__init__("model_type", problem)


class UnreadableHeader(TabfitError):
    """A file's header breaks its format's rules."""

    def __init__(self, form: str, problem: str) -> None:
        """Keep the format and the rule broken."""
        self.form, self.problem = form, problem
        super().__init__(_("not a readable {form} header: {problem}", form=form, problem=problem))


class NotAModel(TabfitError):
    """A sound file that is something beside a model: an adapter, a tokenizer, an index."""

    def __init__(self, name: str, what: str) -> None:
        """Keep the file's name and what it is."""
        self.name, self.what = name, what
        super().__init__(
            _(
                "{name} is {what}, not a model; give the model it belongs to",
                name=shown(name),
                what=what,
            )
        )


class UnreadableDevice(TabfitError):
    """A device written as data has a key or value that DESIGN's list does not allow."""

    def __init__(self, key: str, problem: str) -> None:
        """Keep the key at fault and the rule it breaks."""
        self.key, self.problem = key, problem
        super().__init__(
            _("the device cannot be read: {key} {problem}", key=shown(key), problem=problem)
        )


class UnreachableHub(TabfitError):
    """A hub did not answer, or not with what was asked for."""

    def __init__(self, asked: str, problem: str) -> None:
        """Keep what was asked and what came instead."""
        self.asked, self.problem = asked, problem
        super().__init__(f"{shown(asked, most=200)} {problem}")


class UnsupportedCombination(TabfitError):
    """A runtime does not run this model, or not at this precision."""

    def __init__(self, what: str, accepted: Iterable[str]) -> None:
        """Keep what was asked and what the runtime accepts instead."""
        self.what, self.accepted = what, tuple(accepted)
        super().__init__(
            _("{what}; accepted are: {names}", what=what, names=_listed(self.accepted))
        )


class CatalogFault(TabfitError):
    """The catalogue shipped with the package breaks its own rules."""

    def __init__(self, faults: Iterable[str]) -> None:
        """Keep every fault, so that one run reports them all."""
        self.faults = tuple(faults)
        super().__init__(_("the catalogue is at fault: {faults}", faults="; ".join(self.faults)))
