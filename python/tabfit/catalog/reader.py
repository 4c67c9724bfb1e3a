"""The reader of the catalogue: the only input the core makes.

In: a name, in any spelling. Out: the row that carries it, or `UnknownName`.
Each file is read when it is first asked for, and a row becomes a value when somebody asks
for it: an answer takes three rows.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Generic, TypeVar

from tabfit.catalog import rows
from tabfit.catalog.rows import DeviceRow, Model, Row, RuntimeFacts
from tabfit.errors import SHOWN, CatalogFault, UnknownName, UnsupportedCombination
from tabfit.i18n.language import Message, later
from tabfit.light_dataclass import dataclass

Value = TypeVar("Value")

FILES: Final = {"model": "models.json", "device": "devices.json", "runtime": "runtimes.json"}

#: A name less alike than this is not worth suggesting (0 nothing shared, 1 the same).
ALIKE: Final = 0.4

_NOT_COMPARED: Final = str.maketrans("", "", string.punctuation + string.whitespace)


def plain_name(name: str) -> str:
    """Return a name without case, spaces and punctuation: what its spellings share.

    >>> plain_name("Llama 3.2-1B") == plain_name("llama-3.2-1b")
    True
    """
    return name.casefold().translate(_NOT_COMPARED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowHeading:
    """What a list shows of a row; `group` is a task, a device's group, a runtime's formats."""

    id: str
    name: str
    aliases: tuple[str, ...]
    group: str


class CatalogTable(Generic[Value]):
    """The rows of one file, found by id, name or alias in any spelling."""

    def __init__(
        self, kind: str, headings: Sequence[RowHeading], make: Callable[[str], Value]
    ) -> None:
        """Index the names; raise `CatalogFault` with every name that two rows claim."""
        self.kind = kind
        self.headings = tuple(headings)
        self._make = make
        self._made: dict[str, Value] = {}
        self._names, faults = _index(kind, self.headings)
        if faults:
            raise CatalogFault(faults)

    def __iter__(self) -> Iterator[Value]:
        """Iterate over every row, in the order of the file."""
        return (self._value(each) for each in self.ids)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.headings)

    def __contains__(self, name: object) -> bool:
        """Return whether a row carries this name."""
        return isinstance(name, str) and plain_name(name) in self._names

    def extended(
        self, more: Sequence[Row], make: Callable[[Row, Row], Value]
    ) -> CatalogTable[Value]:
        """Return a table with more rows behind these; raise `CatalogFault` for a name taken."""
        added = {row["id"]: row for row in more}
        return CatalogTable(
            self.kind,
            (*self.headings, *(_shown(row) for row in more)),
            lambda found: make(added[found], {}) if found in added else self._value(found),
        )

    @property
    def ids(self) -> tuple[str, ...]:
        """Return every id, in the order of the file."""
        return tuple(each.id for each in self.headings)

    def find(self, name: str) -> Value:
        """Return the row that carries `name`.

        Raises `UnknownName`, which names the most alike ids first.
        """
        found = self._names.get(plain_name(name))
        if found is None:
            raise UnknownName(self.kind, name, self.ids, near=self.near(name))
        return self._value(found)

    def near(self, name: str, *, most: int = SHOWN) -> tuple[str, ...]:
        """Return the ids whose names are most like `name`, the most alike first."""
        asked = plain_name(name)[:200]
        scores: dict[str, float] = {}
        for known, each in self._names.items():
            scores[each] = max(scores.get(each, 0.0), _alike(asked, known))
        close = [each for each in scores if scores[each] >= ALIKE]
        return tuple(sorted(close, key=lambda each: (-scores[each], each))[:most])

    def _value(self, found: str) -> Value:
        if found not in self._made:
            self._made[found] = self._make(found)
        return self._made[found]


def _index(kind: str, headings: Sequence[RowHeading]) -> tuple[dict[str, str], list[str]]:
    """Return which id each plain name leads to, and the names two rows claim."""
    ids: dict[str, str] = {}
    faults: list[str] = []
    for each in headings:
        for name in (each.id, each.name, *each.aliases):
            owner = ids.setdefault(plain_name(name), each.id)
            if owner != each.id:
                faults.append(f"{kind} name {name!r} is claimed by {owner} and {each.id}")
    return ids, faults


def _alike(asked: str, known: str) -> float:
    """Return how alike two plain names are: the share of letter pairs they have in common.

    A name that holds all that was asked counts as more alike than any that does not.
    """
    if len(asked) > 2 and asked in known:
        return 1 + len(asked) / len(known)
    pairs, others = _pairs(asked), _pairs(known)
    return 2 * len(pairs & others) / max(len(pairs) + len(others), 1)


def _pairs(name: str) -> set[str]:
    return {name[place : place + 2] for place in range(len(name) - 1)}


def text_of(kind: str) -> str:
    """Return one of the package's own files as it stands."""
    return Path(__file__).with_name(FILES[kind]).read_text("utf-8")


def _table(kind: str, make: Callable[[Row, Row], Value]) -> CatalogTable[Value]:
    whole: Row = json.loads(text_of(kind))
    found = {row["id"]: row for row in whole["rows"]}
    headings = [_shown(row) for row in whole["rows"]]
    return CatalogTable(kind, headings, lambda asked: make(found[asked], whole["sources"]))


#: What a list shows of a row beside its names: a task, a kind of device, or what is loaded.
_GROUPS: Final = ("task", "group", "formats")


def _shown(row: Row) -> RowHeading:
    """Return what a list shows of a row."""
    group = next(row[key] for key in _GROUPS if key in row)
    shown = group if isinstance(group, str) else ", ".join(group)
    return RowHeading(id=row["id"], name=row["name"], aliases=tuple(row["aliases"]), group=shown)


@cache
def models() -> CatalogTable[Model]:
    """Return every model, read once."""
    return _table(later("model"), rows.model)


@cache
def devices() -> CatalogTable[DeviceRow]:
    """Return every device, read once."""
    return _table(later("device"), rows.device)


@cache
def runtimes() -> CatalogTable[RuntimeFacts]:
    """Return every runtime, read once."""
    return _table(later("runtime"), rows.runtime)


class Catalog:
    """The three tables under one name, each read when first asked for.

    It is a value: whoever answers is given one, and asks no other. Without tables of its own
    it is the catalogue that this package carries.

    >>> Catalog().model("Gemma 2B").id
    'gemma-2b'
    """

    def __init__(
        self,
        models: CatalogTable[Model] | None = None,
        devices: CatalogTable[DeviceRow] | None = None,
        runtimes: CatalogTable[RuntimeFacts] | None = None,
    ) -> None:
        """Take the tables that are not the package's own."""
        self._models, self._devices, self._runtimes = models, devices, runtimes

    @property
    def models(self) -> CatalogTable[Model]:
        """Return the table of models."""
        return self._models or models()

    @property
    def devices(self) -> CatalogTable[DeviceRow]:
        """Return the table of devices."""
        return self._devices or devices()

    @property
    def runtimes(self) -> CatalogTable[RuntimeFacts]:
        """Return the table of runtimes."""
        return self._runtimes or runtimes()

    @property
    def weights_alone(self) -> RuntimeFacts:
        """Return the runtime that no browser has: weights and cache and nothing else."""
        return next(each for each in self.runtimes if each.hypothetical)

    def model(self, name: str) -> Model:
        """Return the model of this name, or raise `UnknownName`."""
        return self.models.find(name)

    def device(self, name: str) -> DeviceRow:
        """Return the device of this name, or raise `UnknownName`."""
        return self.devices.find(name)

    def runtime(self, name: str) -> RuntimeFacts:
        """Return the runtime of this name, or raise `UnknownName`.

        Raises `UnsupportedCombination` for WebNN: a device of Transformers.js that no browser has.
        """
        if "webnn" in name.lower():
            raise UnsupportedCombination(
                Message("Transformers.js can compute on WebNN, which browsers have behind a flag"),
                [each.id for each in self.runtimes if "onnx" in each.formats],
            )
        return self.runtimes.find(name)

    def extended(
        self,
        models: Sequence[Row] = (),
        devices: Sequence[Row] = (),
        runtimes: Sequence[Row] = (),
    ) -> Catalog:
        """Return a catalogue with more rows, written as in the package's own files.

        Raises `CatalogFault` where a name is already taken.
        """
        return Catalog(
            self.models.extended(models, rows.model),
            self.devices.extended(devices, rows.device),
            self.runtimes.extended(runtimes, rows.runtime),
        )


@cache
def read() -> Catalog:
    """Return the catalogue that this package carries."""
    return Catalog()
