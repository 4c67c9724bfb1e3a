"""Every error this package raises on purpose; the children say who must act.

    TabfitError
    ├── UnknownName              the asker: a model, runtime, precision or device nobody listed
    ├── NotCovered               the asker: a closed model, or one that makes pictures
    ├── UnreadableLink           whoever made the link
    ├── UnreadableChoice         the asker: how a model is loaded, or what it is fed
    ├── UnreadableConfig         the author of a config.json (a missing or wrong key)
    │   └── UnsupportedArchitecture   a model_type this project does not know
    ├── UnreadableHeader         the author of a file (safetensors, GGUF, ONNX)
    ├── NotAModel                the asker: a file that belongs to a model and is none
    ├── UnreadableDevice         whoever wrote a device as data
    ├── UnreadableVisits         whoever wrote a table of visits
    ├── UnreadableLimits         whoever wrote a tabfit.toml
    ├── LibraryNotInstalled      the asker: an extra of this package brings it
    ├── UnreachableHub           the network, or the hub's owner
    ├── UnsupportedCombination   the asker: this runtime does not run this model so
    └── CatalogFault             this project

Each has a `code` for programs and keeps its parts as `fields`. Its sentence, lower case,
what was given and then what is accepted, is a `Message`: `str` says it in the language in
use when somebody reads it, not in the one in use when it was raised. What only the command line
says (`UnreadableLimits`, `LibraryNotInstalled`), and `CatalogFault`, which is for whoever edits the
catalogue, is English in every language (`english`), as the command line is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from tabfit.i18n.language import Message, _, english, verbatim


class Quoted:
    """A value as `shown` writes it, written when the sentence around it is said.

    >>> str(Quoted({"a": [1, 2]}))
    "{'a': [1, 2]}"
    """

    __slots__ = ("most", "value")

    def __init__(self, value: object, *, most: int = 60) -> None:
        """Keep the value, and the number of characters that are shown of it at most."""
        self.value, self.most = value, most

    def __str__(self) -> str:
        """Return the value as one short printable line."""
        return shown(self.value, most=self.most)


#: As many names are read in a sentence; of more, so many are shown.
LONGEST_LIST, SHOWN = 40, 3


class _Listed:
    """Names in their order; of very many, the few most like what was asked for."""

    __slots__ = ("asked", "value")

    def __init__(self, names: Iterable[object], *, asked: str = "") -> None:
        self.value, self.asked = tuple(names), asked

    def __str__(self) -> str:
        every = sorted(map(str, self.value))
        if len(every) <= LONGEST_LIST:
            return ", ".join(every)
        from difflib import get_close_matches  # noqa: PLC0415 - only when such a sentence is read

        few = get_close_matches(self.asked, every, n=SHOWN, cutoff=0)
        return _("{names} and {count} more", names=", ".join(few), count=len(every) - len(few))


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
    """The base of the tree; never raised itself.

    `code` names the kind of error and never changes; `message` is the sentence, unsaid.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: Message) -> None:
        """Keep the sentence."""
        super().__init__(message)
        self.message = message

    @property
    def fields(self) -> dict[str, object]:
        """What was given and what is accepted, by name and as raw values.

        A problem is its English message; the values that fill it stand beside it.

        >>> UnreadableConfig("n_layer", Message("is {given}", given=Quoted(-1))).fields
        {'given': -1, 'key': 'n_layer', 'problem': 'is {given}'}
        """
        found: dict[str, object] = {}
        for name, value in vars(self).items():
            if name != "message":
                found.update(_plain(name, value))
        return dict(sorted(found.items()))


def _plain(name: str, value: object) -> dict[str, object]:
    if isinstance(value, Message):
        inner = (_plain(place, filling) for place, filling in value.values.items())
        return {place: each for part in inner for place, each in part.items()} | {name: value.text}
    return {name: value.value if isinstance(value, (Quoted, _Listed)) else value}


class UnknownName(TabfitError):
    """A name that nothing in the catalogue carries.

    `near` are the known names most like it: three of them are suggested. The others are listed
    where they are few.
    """

    code = "unknown-name"

    def __init__(
        self, kind: str | Message, name: str, known: Iterable[str], *, near: Iterable[str] = ()
    ) -> None:
        """Keep what was asked for and what would have been accepted; a `kind` is a message."""
        self.kind = kind if isinstance(kind, Message) else Message(kind)
        self.name, self.known = name, tuple(sorted(known))
        self.near = tuple(near)
        super().__init__(_unknown(self))


def _unknown(fault: UnknownName) -> Message:
    kind, name = fault.kind, Quoted(fault.name)
    known = _Listed(fault.known, asked=fault.name)
    if fault.near and len(fault.known) > LONGEST_LIST:
        near = _Either(fault.near[:SHOWN])
        return Message(
            "unknown {kind} {name}; did you mean {near}?", kind=kind, name=name, near=near
        )
    if not fault.near:
        return Message(
            "unknown {kind} {name}; known are: {known}", kind=kind, name=name, known=known
        )
    return Message(
        "unknown {kind} {name}; did you mean {near}? known are: {known}",
        kind=kind,
        name=name,
        near=_Either(fault.near[:SHOWN]),
        known=known,
    )


class _Either:
    """Names, any of which may be meant."""

    __slots__ = ("value",)

    def __init__(self, names: tuple[str, ...]) -> None:
        self.value = names

    def __str__(self) -> str:
        return _(" or ").join(self.value)


class NotCovered(TabfitError):
    """A model that everybody knows and no browser can load, or that does what is not covered.

    `near` are models of the catalogue that do the same kind of thing.
    """

    code = "not-covered"

    def __init__(self, name: str, problem: Message, near: Iterable[str] = ()) -> None:
        """Keep the name, why there is no answer, and what to ask instead."""
        self.name, self.problem, self.near = name, problem, tuple(near)
        instead = Message("{problem}; try {near}", problem=problem, near=_Either(self.near))
        super().__init__(instead if self.near else problem)


class UnreadableLink(TabfitError):
    """The text after '#' does not say a scenario."""

    code = "unreadable-link"

    def __init__(self, key: str, problem: Message) -> None:
        """Keep the key at fault and the problem with it."""
        self.key, self.problem = key, problem
        super().__init__(
            Message("the link cannot be read: {key} {problem}", key=Quoted(key), problem=problem)
        )


_ASKED: str = "{asked} {problem}"  # the same in every language


class UnreadableChoice(TabfitError):
    """A choice of how a model is loaded, or of what it is fed, says nothing known."""

    code = "unreadable-choice"

    def __init__(self, key: str, problem: Message) -> None:
        """Keep the choice and the problem with it."""
        self.key, self.problem = key, problem
        super().__init__(Message(_ASKED, asked=key, problem=problem))


class UnreadableConfig(TabfitError):
    """A config.json lacks a key or holds a value that no such model can have."""

    code = "unreadable-config"

    def __init__(self, key: str, problem: Message) -> None:
        """Keep the key at fault and the rule it breaks."""
        self.key, self.problem = key, problem
        super().__init__(
            Message("the config cannot be read: {key} {problem}", key=Quoted(key), problem=problem)
        )


class UnsupportedArchitecture(UnreadableConfig):
    """A model_type that this project does not know, and what keeps it from being a Llama."""

    code = "unsupported-architecture"

    def __init__(
        self,
        model_type: str,
        known: Iterable[str],
        *,
        strange: Iterable[str] = (),
        why: Message | None = None,
    ) -> None:
        """Keep the type asked for, the types known and the keys that are not understood.

        `why` is said in their place where it is known.
        """
        self.model_type, self.known = model_type, tuple(sorted(known))
        self.strange = tuple(strange)
        given, listed = Quoted(model_type), _Listed(self.known, asked=model_type)
        if why is not None:
            problem = Message("{given} is not read: {why}", given=given, why=why)
        elif self.strange:
            problem = Message(
                "{given} is not known, and no Llama has {keys}; known are: {known}",
                keys=", ".join(map(shown, self.strange[:6])),
                given=given,
                known=listed,
            )
        else:
            problem = Message("{given} is not known; known are: {known}", given=given, known=listed)
        super().__init__("model_type", problem)


class UnreadableHeader(TabfitError):
    """A file's header breaks its format's rules."""

    code = "unreadable-header"

    def __init__(self, form: str, problem: Message) -> None:
        """Keep the format and the rule broken."""
        self.form, self.problem = form, problem
        super().__init__(
            Message("not a readable {form} header: {problem}", form=form, problem=problem)
        )


class NotAModel(TabfitError):
    """A sound file that is something beside a model: an adapter, a tokenizer, an index."""

    code = "not-a-model"

    def __init__(self, name: str, what: Message) -> None:
        """Keep the file's name and what it is."""
        self.name, self.what = name, what
        super().__init__(
            Message(
                "{name} is {what}, not a model; give the model it belongs to",
                name=Quoted(name),
                what=what,
            )
        )


class UnreadableDevice(TabfitError):
    """A device written as data has a key or value that docs/contracts.md does not allow."""

    code = "unreadable-device"

    def __init__(self, key: str, problem: Message) -> None:
        """Keep the key at fault and the rule it breaks."""
        self.key, self.problem = key, problem
        super().__init__(
            Message("the device cannot be read: {key} {problem}", key=Quoted(key), problem=problem)
        )


class UnreadableVisits(TabfitError):
    """A table of visits has a column or a cell that docs/how-to/measure-your-visitors.md lacks."""

    code = "unreadable-visits"

    def __init__(self, row: int, column: str, problem: Message) -> None:
        """Keep the row, counted from the first line on, the column and the rule it breaks."""
        self.row, self.column, self.problem = row, column, problem
        super().__init__(
            Message(
                "the visits cannot be read: row {row}, column {column} {problem}",
                row=row,
                column=Quoted(column),
                problem=problem,
            )
        )


class UnreadableLimits(TabfitError):
    """A file of limits has a key or value that docs/how-to/keep-a-budget.md does not allow."""

    code = "unreadable-limits"

    def __init__(self, file: str, place: str, problem: Message) -> None:
        """Keep the file, the key at fault and the rule it breaks; only the command line says it."""
        self.file, self.place, self.problem = file, place, problem
        said = "{file} cannot be read: {place} {problem}"
        super().__init__(english(said, file=file, place=place, problem=problem))


class LibraryNotInstalled(TabfitError):
    """What was asked for rests on a library that is not there; only the command line says it."""

    code = "library-not-installed"

    def __init__(self, what: str, library: str, extra: str) -> None:
        """Keep what needs it, the library and the extra that brings it."""
        self.what, self.library, self.extra = what, library, extra
        said = "{what} needs {library}; pip install 'tabfit[{extra}]' brings it"
        super().__init__(english(said, what=what, library=library, extra=extra))


class UnreachableHub(TabfitError):
    """A hub did not answer, or not with what was asked for."""

    code = "unreachable-hub"

    def __init__(self, asked: str, problem: Message) -> None:
        """Keep what was asked and what came instead."""
        self.asked, self.problem = asked, problem
        super().__init__(Message(_ASKED, asked=Quoted(asked, most=200), problem=problem))


class UnsupportedCombination(TabfitError):
    """A runtime does not run this model, or not at this precision."""

    code = "unsupported-combination"

    def __init__(self, what: Message, accepted: Iterable[str | Message] = ()) -> None:
        """Keep what was asked and what the runtime accepts instead, where there is such."""
        self.what, self.accepted = what, tuple(accepted)
        listed = Message("{what}; accepted are: {names}", what=what, names=_Listed(self.accepted))
        super().__init__(listed if self.accepted else what)


class CatalogFault(TabfitError):
    """The catalogue shipped with the package breaks its own rules."""

    code = "catalog-fault"

    def __init__(self, faults: Iterable[str]) -> None:
        """Keep every fault, so that one run reports them all."""
        self.faults = tuple(faults)
        every = "; ".join(self.faults)
        super().__init__(english("the catalogue is at fault: {faults}", faults=every))


def from_outside(error: BaseException) -> Message:
    """Return an error as a problem: the message it carries, else what other people's code said.

    >>> str(from_outside(ValueError(Message("is not JSON"))))
    'is not JSON'
    """
    carried = error.args[0] if error.args else ""
    return carried if isinstance(carried, Message) else verbatim(str(error))
