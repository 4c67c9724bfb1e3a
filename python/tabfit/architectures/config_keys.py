"""A config's keys as its own type understands them: aliases, defaults, bounds.

In: a mapping somebody wrote, and what transformers' class of that model_type
falls back to. Out: numbers, flags, words and lists that have been checked, or
`UnreadableConfig` naming the key and the rule it breaks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeGuard

from tabfit.architectures.transformers_defaults import Facts, facts_of
from tabfit.errors import Quoted, UnreadableConfig
from tabfit.i18n.language import Message

#: Far above any model ever published, and far below what would fill memory here.
MOST_LAYERS = 1_000
MOST_HEADS = 8_192
MOST_EXPERTS = 65_536
MOST_WIDTH = 2**24
MOST_ROWS = 2**30
MOST_LABELS = 2**24


class Keys:
    """The keys of one config, or of one part of it; `path` says where it lies."""

    __slots__ = ("_facts", "_given", "_path")

    def __init__(self, given: Mapping[str, Any], facts: Facts, path: str = "") -> None:
        """Keep what was given, and resolve the other names its type accepts."""
        self._facts = facts
        self._path = path
        self._given = dict(given)
        for alias in given:
            name = facts.aliases.get(alias)
            if name is not None and not (alias in facts.weak and name in given):
                self._given[name] = given[alias]

    @property
    def type(self) -> str:
        """Return the model_type whose rules these keys follow."""
        return self._facts.model_type

    def replaced(self, **values: Any) -> Keys:  # noqa: ANN401 - what JSON holds is anything
        """Return the same keys with some of them written anew."""
        return Keys({**self._given, **values}, self._facts, self._path)

    def has(self, key: str) -> bool:
        """Return whether the key was written down (even as null)."""
        return self._facts.aliases.get(key, key) in self._given

    def get(self, key: str) -> Any:  # noqa: ANN401 - what JSON holds is anything
        """Return the raw value: as given, else its type's default, else None."""
        name = self._facts.aliases.get(key, key)
        if name in self._given:
            return self._given[name]
        return self._facts.defaults.get(name)

    def fault(self, key: str, problem: Message) -> UnreadableConfig:
        """Return the error that names a key and the rule it breaks."""
        return UnreadableConfig(self._path + key, problem)

    def whole(self, key: str, *, least: int = 1, most: int = MOST_WIDTH) -> int:
        """Return a whole number within bounds."""
        value = self.get(key)
        if value is None:
            raise self.fault(
                key,
                Message("is null")
                if self.has(key)
                else Message("is missing; {type} configs need it", type=self.type),
            )
        return self._bounded(key, value, least, most)

    def whole_or(self, key: str, otherwise: int, *, least: int = 1, most: int = MOST_WIDTH) -> int:
        """Return a whole number within bounds, or another where it is null or missing."""
        value = self.get(key)
        return otherwise if value is None else self._bounded(key, value, least, most)

    def maybe(self, key: str, *, least: int = 1, most: int = MOST_WIDTH) -> int | None:
        """Return a whole number within bounds, or None where it is null or missing."""
        value = self.get(key)
        return None if value is None else self._bounded(key, value, least, most)

    def _bounded(self, key: str, value: object, least: int, most: int) -> int:
        if not is_whole(value):
            raise self.fault(
                key, Message("is {given}; a whole number is needed", given=Quoted(value))
            )
        if not least <= value <= most:
            raise self.fault(
                key,
                Message(
                    "is {given}; from {least} to {most} is accepted",
                    given=Quoted(value),
                    least=least,
                    most=most,
                ),
            )
        return value

    def number(self, key: str, otherwise: float | None = None) -> float:
        """Return a number that may have a fraction."""
        value = self.get(key)
        value = otherwise if value is None else value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.fault(key, Message("is {given}; a number is needed", given=Quoted(value)))
        if not abs(value) <= 2**60:
            raise self.fault(
                key, Message("is {given}; a number below 2^60 is needed", given=Quoted(value))
            )
        return float(value)

    def flag(self, key: str) -> bool:
        """Return true or false; null and missing are false."""
        value = self.get(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise self.fault(
                key, Message("is {given}; true or false is needed", given=Quoted(value))
            )
        return value

    def word(self, key: str, choices: Collection[str] = ()) -> str:
        """Return a word, out of `choices` where some are said."""
        value = self.get(key)
        if not isinstance(value, str):
            raise self.fault(key, Message("is {given}; a word is needed", given=Quoted(value)))
        if choices and value not in choices:
            raise self.fault(
                key,
                Message(
                    "is {given}; accepted are: {known}",
                    given=Quoted(value),
                    known=", ".join(sorted(choices)),
                ),
            )
        return value

    def words(
        self, key: str, *, count: int | None = None, choices: Collection[str]
    ) -> tuple[str, ...] | None:
        """Return a list of words out of `choices`, so many where said, or None where null."""
        values = self.sequence(key, count=count)
        if values is None:
            return None
        strange = next((v for v in values if not isinstance(v, str) or v not in choices), None)
        if strange is not None:
            accepted = ", ".join(sorted(choices))
            raise self.fault(
                key,
                Message(
                    "holds {given}; accepted are: {accepted}",
                    given=Quoted(strange),
                    accepted=accepted,
                ),
            )
        return tuple(values)

    def wholes(
        self, key: str, *, count: int | None = None, least: int = 0, most: int = MOST_WIDTH
    ) -> tuple[int, ...] | None:
        """Return a list of whole numbers, or None where it is null."""
        values = self.sequence(key, count=count)
        if values is None:
            return None
        return tuple(self._bounded(f"{key}[{i}]", v, least, most) for i, v in enumerate(values))

    def sequence(self, key: str, *, count: int | None = None) -> Sequence[Any] | None:
        """Return a list of the right length, or None where it is null."""
        values = self.get(key)
        if values is None:
            return None
        if not isinstance(values, (list, tuple)):
            raise self.fault(key, Message("is {given}; a list is needed", given=Quoted(values)))
        if count is not None and len(values) != count:
            raise self.fault(
                key,
                Message(
                    "has {count} entries; {count2} are needed", count=len(values), count2=count
                ),
            )
        if len(values) > MOST_ROWS:
            raise self.fault(key, Message("has too many entries"))
        return values

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Return an object's entries; null and missing are empty."""
        value = self.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.fault(key, Message("is {given}; an object is needed", given=Quoted(value)))
        return value

    def child(self, key: str, model_type: str | None = None) -> Keys:
        """Return a nested config's keys, with the defaults of the type it has or is given.

        Null and missing read as what its type starts from, as transformers does.
        """
        given = self.mapping(key)
        usual, initial = self._facts.nested.get(key, ("", {}))
        written = given.get("model_type")
        chosen = model_type or (written if isinstance(written, str) else "") or usual
        first = initial if self.get(key) is None else given
        return Keys(first, facts_of(chosen), f"{self._path}{key}.")

    def filled(self, key: str) -> Keys:
        """Return the same keys with what a nested config lacks taken from what it starts from."""
        _, initial = self._facts.nested.get(key, ("", {}))
        return self.replaced(**{key: {**initial, **self.mapping(key)}})

    def read_as(self, model_type: str) -> Keys:
        """Return the same keys read as another type: older configs write a part's keys flat."""
        return Keys(self._given, facts_of(model_type), self._path)

    def heads(self, key: str) -> int:
        """Return a number of heads."""
        return self.whole(key, most=MOST_HEADS)

    def layers(self, key: str, *, least: int = 1) -> int:
        """Return a number of layers."""
        return self.whole(key, least=least, most=MOST_LAYERS)

    def rows(self, key: str, *, least: int = 1) -> int:
        """Return a number of rows of a table: tokens, positions."""
        return self.whole(key, least=least, most=MOST_ROWS)

    def divided(self, whole_key: str, by_key: str) -> int:
        """Return one key's number divided by another's, refused where it does not divide."""
        whole, by = self.whole(whole_key), self.whole(by_key)
        self.check_divides(whole_key, by_key)
        return whole // by

    def check_divides(self, whole_key: str, by_key: str) -> None:
        """Refuse two keys whose numbers do not divide."""
        whole, by = self.whole(whole_key), self.whole(by_key)
        if whole % by:
            raise self.fault(
                whole_key,
                Message(
                    "is {whole}, which {by_key} ({by}) does not divide",
                    whole=whole,
                    by_key=by_key,
                    by=by,
                ),
            )

    def labels(self, *, otherwise: int = 2) -> int:
        """Return how many labels a classifier answers with: two unless said otherwise.

        A number counts for more than a list of names, as in transformers.
        """
        number = self.maybe("num_labels", least=0, most=MOST_LABELS)
        if number is not None:
            return number
        names = self.get("id2label")
        if names is None:
            return otherwise
        if not isinstance(names, Mapping):
            raise self.fault(
                "id2label", Message("is {given}; an object is needed", given=Quoted(names))
            )
        return len(names)


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object of JSON, empty where it is none."""
    return value if isinstance(value, Mapping) else {}


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value is a whole number (true and false are not)."""
    return isinstance(value, int) and not isinstance(value, bool)
