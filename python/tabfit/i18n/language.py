"""The language that sentences are said in: English, unless `use` chose another.

In: English sentences with named places, as `gettext` has them, and numbers. Out: the
sentence in the language in use, its places filled, numbers in that language's signs.
Sentences are said when they are made, `Message` aside, so whoever wants another language
calls `use` first and asks again; what is kept between calls is forgotten then
(`cleared_with_language`).

Catalogues lie in `locale/<code>/LC_MESSAGES/`, the signs of numbers in `locale/cldr.json`.
English needs neither, and is what is said where a catalogue is missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from tabfit.light_dataclass import dataclass

if TYPE_CHECKING:
    from gettext import GNUTranslations

#: Every language there is a catalogue for, in its own name.
LANGUAGES: Final = {
    "en": "English",
    "de": "Deutsch",
    "ru": "Русский",
    "th": "ไทย",
    "bg": "Български",
}
ENGLISH: Final = "en"
FOLDER: Final = __file__.rpartition("language.py")[0] + "locale"
DOMAIN: Final = "tabfit"
SIGNS: Final = "cldr.json"  # what `make messages` takes from CLDR, with its version

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSigns:
    """How a language writes numbers, sizes and dates, as CLDR has it."""

    decimal: str = "."
    group: str = ","
    percent: str = "{0}%"
    units: Mapping[str, str]
    date: str
    months: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveLanguage:
    """A language ready to be said: its sentences unless they are English, its signs likewise."""

    code: str
    sentences: GNUTranslations | None
    signs: NumberSigns | None


class ClearableCache(Protocol):
    """A function that keeps what it returned, as `functools.lru_cache` makes it."""

    def cache_clear(self) -> None:
        """Forget everything kept."""


Kept = TypeVar("Kept", bound=ClearableCache)

_PLAIN: Final = ActiveLanguage(code=ENGLISH, sentences=None, signs=None)
_ready: Final[dict[str, ActiveLanguage]] = {ENGLISH: _PLAIN}
_forget: Final[list[Callable[[], None]]] = []
_speech = _PLAIN


def use(code: str, catalogue: bytes | None = None) -> str:
    """Say everything in a language from now on; return the code of the one in use.

    `catalogue` is the content of a compiled catalogue; without it the one beside this
    module is read. Where there is none, English stays in use. Raises `ValueError` for
    a code that `LANGUAGES` does not have.
    """
    global _speech  # noqa: PLW0603  (sentences are made everywhere; gettext has one language too)
    if code not in LANGUAGES:
        raise ValueError(f"{code!r} is not a language here; known are: {', '.join(LANGUAGES)}")
    if code not in _ready:
        content = catalogue or _compiled(code)
        if content is not None:
            _ready[code] = ActiveLanguage(code=code, sentences=_read(content), signs=_signs(code))
    chosen = _ready.get(code, _PLAIN)
    if chosen is not _speech:
        _speech = chosen
        for forget in _forget:
            forget()
    return chosen.code


def current() -> str:
    """Return the code of the language in use."""
    return _speech.code


def folder(code: str | None = None) -> str:
    """Return where the pages in a language, else the one in use, lie from the site's root.

    >>> folder("de"), folder("en")
    ('de/', '')
    """
    code = code or _speech.code
    return "" if code == ENGLISH else f"{code}/"


def ready(code: str) -> bool:
    """Return whether `use` could say a language without a catalogue given to it."""
    return code in _ready or (code in LANGUAGES and _compiled(code) is not None)


def cleared_with_language(function: Kept) -> Kept:
    """Have a function that keeps sentences forget them whenever the language changes."""
    _forget.append(function.cache_clear)
    return function


# Sentences


def _(message: str, /, **values: object) -> str:
    """Return a sentence in the language in use, its places filled.

    >>> _("{need} of {have}", need="3 GB", have="8 GB")
    '3 GB of 8 GB'
    """
    sentences = _speech.sentences
    said = message if sentences is None or not message else sentences.gettext(message)
    return _filled(said, values) if values else said


def plural(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the form that a count takes; `{count}` is the count as people write it.

    >>> plural("{count} token", "{count} tokens", 1)
    '1 token'
    """
    sentences = _speech.sentences
    english = one if count == 1 else many
    said = english if sentences is None else sentences.ngettext(one, many, count)
    return _filled(said, {"count": number(count, ","), **values})


def capitalised(text: str) -> str:
    """Return text as a sentence begins: names with digits in them stay as their makers write them.

    >>> capitalised("needs 2 GB"), capitalised("q4f16 computes in 16-bit floats")
    ('Needs 2 GB', 'q4f16 computes in 16-bit floats')
    """
    first = text.partition(" ")[0]
    return text if any(map(str.isdigit, first)) else text[:1].upper() + text[1:]


def whole_sentence(said: str) -> str:
    """Return what is said as a sentence of its own: it begins as one, and ends.

    >>> whole_sentence("needs 2 GB")
    'Needs 2 GB.'
    """
    return _("{sentence}.", sentence=capitalised(said))


def later(message: str) -> str:
    """Return a message as it is: it is translated when it is used, by `_` or in `Words`."""
    return message


class Message:
    """A sentence that is not said yet: its English message and what fills its places.

    `str` says it in the language in use at that moment, so that an error can be raised in one
    place and worded in another. A place may be filled by another message.

    >>> part = Message("has {count:,} entries", count=12_000)
    >>> str(Message("{key} {problem}", key="layers", problem=part))
    'layers has 12,000 entries'
    """

    __slots__ = ("text", "values")

    def __init__(self, text: str, /, **values: object) -> None:
        """Keep the English message and its values, by the names of its places."""
        self.text, self.values = text, values

    def __str__(self) -> str:
        """Return the sentence in the language in use."""
        return _(self.text, **self.values)

    def __repr__(self) -> str:
        """Return how the message is written."""
        return f"Message({self.text!r}, **{self.values!r})"


_AS_GIVEN: Final = "{text}"  # no catalogue holds it


def verbatim(text: str) -> Message:
    """Return words of somebody else as a message: they are the same in every language.

    >>> str(verbatim("HTTP 500 {oops}"))
    'HTTP 500 {oops}'
    """
    return Message(_AS_GIVEN, text=text)


def english(text: str, /, **values: object) -> Message:
    """Return a sentence that only English is spoken of, with its values; no catalogue holds it.

    It is for what the command line and whoever edits the catalogue read.

    >>> str(english("--{name} is {given}", name="ram", given="'much'"))
    "--ram is 'much'"
    """
    return Message(text, **values)


class Words(Mapping[Key, str]):
    """Words by key, each said in the language in use when it is looked up.

    >>> Words({"load": later("load")})["load"]
    'load'
    """

    def __init__(self, messages: Mapping[Key, str]) -> None:
        """Keep the English words."""
        self._messages = dict(messages)

    def __getitem__(self, key: Key) -> str:
        """Return the word in the language in use."""
        return _(self._messages[key])

    def __iter__(self) -> Iterator[Key]:
        """Iterate over the keys."""
        return iter(self._messages)

    def __len__(self) -> int:
        """Return how many words there are."""
        return len(self._messages)


def _filled(message: str, values: Mapping[str, object]) -> str:
    if _speech.signs is None:
        return message.format_map(values)
    filled: str = import_module("tabfit.i18n.local_places").filled(message, values)
    return filled


# Numbers


def number(value: float, form: str = "") -> str:
    """Return a number formatted as Python would, with the signs of the language in use.

    >>> number(1234.5, ",.2f"), number(0.25, ".0%")
    ('1,234.50', '25%')
    """
    text = format(value, form)
    signs = _speech.signs
    if signs is None:
        return text
    digits = text.removesuffix("%")
    local = digits.translate({ord(","): signs.group, ord("."): signs.decimal})
    return signs.percent.format(local) if digits != text else local


def amount(figures: str, unit: str) -> str:
    """Return figures with their unit (kB, MB, GB, TB), as the language in use writes them.

    >>> amount("1.7–2.3", "GB")
    '1.7–2.3 GB'
    """
    signs = _speech.signs
    return f"{figures} {unit}" if signs is None else signs.units[unit].format(figures)


def day(written: str) -> str:
    """Return a date, given as ISO 8601 writes it, as the language in use writes it.

    >>> day("2026-11-22")
    '2026-11-22'
    """
    signs = _speech.signs
    if signs is None:
        return written
    year, month, day_of_month = (int(part) for part in written.split("-"))
    name = signs.months[month - 1]
    return signs.date.format(day=day_of_month, month=month, name=name, year=year)


# What lies beside this module


# English is ready without any of it, so what reading takes is imported when something is read.


def _read(catalogue: bytes) -> GNUTranslations:
    from gettext import GNUTranslations  # noqa: PLC0415
    from io import BytesIO  # noqa: PLC0415

    return GNUTranslations(BytesIO(catalogue))


def _compiled(code: str) -> bytes | None:
    """Return a language's compiled catalogue, `None` where nobody compiled one."""
    from pathlib import Path  # noqa: PLC0415

    place = Path(FOLDER, code, "LC_MESSAGES", f"{DOMAIN}.mo")
    return place.read_bytes() if place.is_file() else None


@cache
def _table() -> dict[str, dict[str, Any]]:
    """Return how each language writes numbers and days, as CLDR says it."""
    from pathlib import Path  # noqa: PLC0415

    place = Path(FOLDER, SIGNS)
    found: dict[str, dict[str, Any]] = json.loads(place.read_text("utf-8"))["languages"]
    return found


def _signs(code: str) -> NumberSigns:
    row = _table()[code]
    return NumberSigns(**{**row, "months": tuple(row["months"])})
