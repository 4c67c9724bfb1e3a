"""Sentences and numbers in other languages; English as it always was."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from tabfit.i18n import language
from tabfit.i18n.language import Words, _, amount, day, later, number, plural
from tabfit.i18n.size_text import size
from tabfit.units import Interval, exactly


def compiled(code: str, *messages: tuple[str | tuple[str, str], str | tuple[str, ...]]) -> bytes:
    """Return a compiled catalogue of some messages."""
    catalogue = Catalog(locale=code)
    for english, said in messages:
        catalogue.add(english, said)
    content = BytesIO()
    write_mo(content, catalogue)
    return content.getvalue()


RUSSIAN = compiled(
    "ru",
    ("likely", "вероятно"),
    ("{need} of {have}", "{need} из {have}"),
    (("{count} token", "{count} tokens"), ("{count} токен", "{count} токена", "{count} токенов")),
)


@pytest.fixture(autouse=True)
def english_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin and end each test in English, and forget the catalogues that it brought."""
    monkeypatch.setattr(language, "_ready", {"en": language._ready["en"]})
    yield
    language.use("en")


def test_said_in_the_language_in_use() -> None:
    """A sentence is said in the language in use, one without a translation in English."""
    assert language.use("ru", RUSSIAN) == "ru"
    assert _("{need} of {have}", need="3", have="8") == "3 из 8"
    assert _("nobody translated this") == "nobody translated this"
    language.use("en")
    assert _("{need} of {have}", need="3", have="8") == "3 of 8"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 токен"),
        (3, "3 токена"),
        (5, "5 токенов"),
        (21, "21 токен"),
        (4096, "4\xa0096 токенов"),
    ],
)
def test_plural(count: int, said: str) -> None:
    """A count takes the form that the language's own rule gives it."""
    language.use("ru", RUSSIAN)
    assert plural("{count} token", "{count} tokens", count) == said


def test_numbers() -> None:
    """Numbers, percentages, sizes and dates are written as CLDR has them for a language."""
    language.use("de", compiled("de"))
    assert number(1234567.891, ",.2f") == "1.234.567,89"
    assert number(0.25, ".0%") == "25\xa0%"
    assert _("{share:.1%} of {count:,}", share=0.5, count=1500) == "50,0\xa0% of 1.500"
    assert size(exactly(1_346_502_656)) == "1,35\xa0GB"
    assert size(Interval(1_700_000_000, 2_100_000_000, 2_300_000_000)) == "1,7–2,3\xa0GB"
    assert day("2026-11-02") == "02.11.2026"
    language.use("ru", RUSSIAN)
    assert amount("1,5", "MB") == "1,5\xa0МБ"
    assert day("2026-11-02") == "2 нояб. 2026\u202fг."


def test_english_is_python() -> None:
    """In English numbers and sizes are what Python writes, with a plain space."""
    assert (number(1234.5, ",.1f"), size(exactly(67_400_000))) == ("1,234.5", "67.4 MB")


def test_words_follow() -> None:
    """Words that a module keeps follow the language; what kept sentences forgets them."""

    @language.cleared_with_language
    @lru_cache
    def kept() -> str:
        return _("likely")

    words = Words({"a": later("likely")})
    assert (words["a"], kept()) == ("likely", "likely")
    language.use("ru", RUSSIAN)
    assert (words["a"], kept(), dict(words)) == ("вероятно", "вероятно", {"a": "вероятно"})


def test_unknown_language() -> None:
    """A language that nobody has is refused by its name."""
    with pytest.raises(ValueError, match="'tlh' is not a language here"):
        language.use("tlh")
