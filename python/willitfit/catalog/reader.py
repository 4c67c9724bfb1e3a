"""The reader of the catalogue: the only input the core makes.

In: a name, in any spelling. Out: the row that carries it, or `UnknownName`.
Each file is read when it is first asked for, and each row becomes a value when
it is first looked up, so that opening a page costs two or three rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from typing import Final, Generic, TypeVar

from willitfit.catalog import rows
from willitfit.catalog.rows import DeviceRow, Model, Row, RuntimeFacts
from willitfit.errors import CatalogFault, UnknownName

Value = TypeVar("Value")

FILES: Final = {"model": "models.json", "device": "devices.json", "runtime": "runtimes.json"}

#: A name less alike than this is not worth suggesting (0 nothing shared, 1 the same).
ALIKE: Final = 0.55


def plain(name: str) -> str:
    """Return a name without case, spaces and punctuation: what its spellings share.

    >>> plain("Llama 3.2-1B") == plain("llama-3.2-1b")
    True
    """
    return "".join(letter for letter in name.casefold() if letter.isalnum())


class Shelf(Generic[Value]):
    """The rows of one file, found by id, name or alias in any spelling."""

    def __init__(self, kind: str, given: list[Row], make: Callable[[Row], Value]) -> None:
        """Index the rows; raise `CatalogFault` with every name that two rows claim."""
        self.kind = kind
        self._make = make
        self._made: dict[str, Value] = {}
        self._rows: dict[str, Row] = {row["id"]: row for row in given}
        self._ids, faults = _index(kind, given)
        if faults:
            raise CatalogFault(faults)

    def __iter__(self) -> Iterator[Value]:
        """Iterate over every row, in the order of the file."""
        return (self._value(each) for each in self._rows)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        """Return whether a row carries this name."""
        return isinstance(name, str) and plain(name) in self._ids

    @property
    def ids(self) -> tuple[str, ...]:
        """Return every id, in the order of the file."""
        return tuple(self._rows)

    def find(self, name: str) -> Value:
        """Return the row that carries `name`.

        Raises `UnknownName`, which names the most alike ids first.
        """
        found = self._ids.get(plain(name))
        if found is None:
            raise UnknownName(self.kind, name, self._rows, near=self.near(name))
        return self._value(found)

    def near(self, name: str, *, most: int = 5) -> tuple[str, ...]:
        """Return the ids whose names are most like `name`, the most alike first."""
        asked = plain(name)[:200]
        scores: dict[str, float] = {}
        for known, each in self._ids.items():
            scores[each] = max(scores.get(each, 0.0), _alike(asked, known))
        close = [each for each in scores if scores[each] >= ALIKE]
        return tuple(sorted(close, key=lambda each: (-scores[each], each))[:most])

    def _value(self, found: str) -> Value:
        if found not in self._made:
            self._made[found] = self._make(self._rows[found])
        return self._made[found]


def _index(kind: str, given: list[Row]) -> tuple[dict[str, str], list[str]]:
    """Return which id each plain name leads to, and the names two rows claim."""
    ids: dict[str, str] = {}
    faults: list[str] = []
    for row in given:
        for name in (row["id"], row["name"], *row.get("aliases", ())):
            owner = ids.setdefault(plain(name), row["id"])
            if owner != row["id"]:
                faults.append(f"{kind} name {name!r} is claimed by {owner} and {row['id']}")
    return ids, faults


def _alike(asked: str, known: str) -> float:
    """Return how alike two plain names are; a part of the other counts as alike."""
    if len(asked) > 2 and (asked in known or known in asked):
        return 0.9 + 0.1 * min(len(asked), len(known)) / max(len(asked), len(known))
    match = SequenceMatcher(None, known, asked, autojunk=False)
    return match.ratio() if match.quick_ratio() >= ALIKE else 0.0


def file_of(kind: str) -> Row:
    """Return one of the package's own files: its `rows` and the `sources` they name for short."""
    text = resources.files("willitfit.catalog").joinpath(FILES[kind]).read_text("utf-8")
    found: Row = json.loads(text)
    return found


def _shelf(kind: str, make: Callable[[Row, Row], Value]) -> Shelf[Value]:
    found = file_of(kind)
    return Shelf(kind, found["rows"], lambda row: make(row, found["sources"]))


@cache
def models() -> Shelf[Model]:
    """Return every model, read once."""
    return _shelf("model", rows.model)


@cache
def devices() -> Shelf[DeviceRow]:
    """Return every device, read once."""
    return _shelf("device", rows.device)


@cache
def runtimes() -> Shelf[RuntimeFacts]:
    """Return every runtime, read once."""
    return _shelf("runtime", rows.runtime)


class Catalog:
    """The three shelves under one name, each opened when first asked for.

    >>> Catalog().model("Gemma 2B").id
    'gemma-2b'
    """

    @property
    def models(self) -> Shelf[Model]:
        """Return the shelf of models."""
        return models()

    @property
    def devices(self) -> Shelf[DeviceRow]:
        """Return the shelf of devices."""
        return devices()

    @property
    def runtimes(self) -> Shelf[RuntimeFacts]:
        """Return the shelf of runtimes."""
        return runtimes()

    def model(self, name: str) -> Model:
        """Return the model of this name, or raise `UnknownName`."""
        return self.models.find(name)

    def device(self, name: str) -> DeviceRow:
        """Return the device of this name, or raise `UnknownName`."""
        return self.devices.find(name)

    def runtime(self, name: str) -> RuntimeFacts:
        """Return the runtime of this name, or raise `UnknownName`."""
        return self.runtimes.find(name)


def read() -> Catalog:
    """Return the catalogue that this package carries."""
    return Catalog()
