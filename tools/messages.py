"""The page's sentences in every language: `python -m tools.messages`.

Extracts the English sentences from the sources, updates every catalogue with them and
takes the signs of numbers, sizes and dates from CLDR. `compile` alone makes of each
catalogue the file that `gettext` reads; `missing` says what is not translated yet.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.units import format_unit

from tabfit.i18n.language import DOMAIN, ENGLISH, FOLDER, LANGUAGES, SIGNS

ROOT = Path(__file__).resolve().parent.parent
LOCALE = Path(FOLDER)
SOURCES = ("python/tabfit", "app")
MODELS = ROOT / "python" / "tabfit" / "catalog" / "models.json"
KEYWORDS = {"_": None, "later": None, "Message": None, "plural": (1, 2)}
UNSAID = (  # of a catalogue's head: what no reader needs, or what changes by itself
    *("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Report-Msgid-Bugs-To"),
    *("Last-Translator", "Language-Team", "Project-Id-Version"),
)
CLDR = "47"  # the version that Babel 2.18 carries (its changelog says so)
WIDTH = 96
UNITS = {"kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte"}
OTHERS = tuple(code for code in LANGUAGES if code != ENGLISH)

_FIELDS = {"dd": "{day:02}", "d": "{day}", "MM": "{month:02}", "MMM": "{name}", "y": "{year}"}


def extracted() -> Catalog:
    """Return every message of the sources, with where each stands."""
    found = Catalog(domain=DOMAIN, project="tabfit", charset="utf-8")
    for source in SOURCES:
        for path, line, message, comments, _context in extract_from_dir(
            str(ROOT / source),
            [("**.py", "python")],
            keywords=KEYWORDS,
            comment_tags=("For translators:",),
        ):
            found.add(message, locations=[(f"{source}/{path}", line)], auto_comments=comments)
    for note in notes_of_models():
        found.add(note, locations=[(MODELS.relative_to(ROOT).as_posix(), 1)])
    return found


def notes_of_models() -> list[str]:
    """Return what rows of models.json say to readers, each sentence once."""
    rows = json.loads(MODELS.read_text(encoding="utf-8"))["rows"]
    return sorted({row["notes"] for row in rows if row.get("notes")})


def place(code: str) -> Path:
    """Return where a language's catalogue lies."""
    return LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(code: str) -> Catalog:
    """Return a language's catalogue."""
    with place(code).open("rb") as file:
        return read_po(file, locale=code, domain=DOMAIN)


def update(code: str) -> Catalog:
    """Return a language's catalogue with every message of the sources, and no other."""
    found = read(code) if place(code).exists() else _begun(code)
    found.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    found.obsolete.clear()
    return found


def _begun(code: str) -> Catalog:
    about = f"# {Locale.parse(code).english_name} sentences of Will it fit?"
    return Catalog(locale=code, domain=DOMAIN, project="tabfit", header_comment=about)


def write(code: str, catalogue: Catalog) -> None:
    """Write a language's catalogue: sorted, without dates or lines, so that changes show."""
    path = place(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.fuzzy = False
    for message in catalogue:
        message.locations = [(name, 1) for name in sorted({name for name, _ in message.locations})]
    with path.open("wb") as file:
        write_po(
            file, catalogue, width=WIDTH, sort_by_file=True, omit_header=False, include_lineno=False
        )
    text = path.read_text(encoding="utf-8")
    dated = rf'^"(?:{"|".join(UNSAID)}):.*\n'
    path.write_text(re.sub(dated, "", text, flags=re.MULTILINE), encoding="utf-8")


def compile_all() -> None:
    """Write what `gettext` reads beside each catalogue, unless it is newer."""
    for code in OTHERS:
        source, target = place(code), place(code).with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        fresh = target.with_suffix(".part")
        with fresh.open("wb") as file:
            write_mo(file, read(code))
        fresh.replace(target)


def missing(code: str) -> Iterator[Message]:
    """Yield a language's messages that nobody translated yet."""
    for message in read(code):
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(said)):
            yield message


def signs() -> dict[str, Any]:
    """Return how each language writes numbers, sizes and dates."""
    return {"cldr": CLDR, "languages": {code: _signs(Locale.parse(code)) for code in OTHERS}}


def _signs(locale: Locale) -> dict[str, Any]:
    symbols = locale.number_symbols["latn"]
    return {
        "decimal": symbols["decimal"],
        "group": symbols["group"],
        "percent": locale.percent_formats[None].pattern.replace("#,##0", "{0}"),
        "units": {unit: _unit(locale, name) for unit, name in UNITS.items()},
        "date": _date(locale.date_formats["medium"].pattern),
        "months": list(locale.months["format"]["abbreviated"].values()),
    }


def _unit(locale: Locale, name: str) -> str:
    """Return a unit's short form; it never begins a line of its own."""
    pattern = format_unit(0, f"digital-{name}", length="short", locale=locale)
    return pattern.replace("0", "{0}").replace(" ", "\N{NO-BREAK SPACE}")


def _date(pattern: str) -> str:
    """Return a date's pattern as a Python format."""
    pieces = re.findall(r"'[^']*'|[A-Za-z]+|[^A-Za-z']+", pattern)
    return "".join(_FIELDS.get(piece, piece.strip("'")) for piece in pieces)


def main(words: list[str]) -> None:
    """Run what the first word asks for."""
    if words == ["compile"]:
        compile_all()
    elif words == ["missing"]:
        for code in OTHERS:
            print(f"{code}: {len(list(missing(code)))} of {len(read(code))} not translated")
    else:
        for code in OTHERS:
            write(code, update(code))
        text = json.dumps(signs(), ensure_ascii=False, indent=1)
        (LOCALE / SIGNS).write_text(text + "\n", encoding="utf-8")
        compile_all()


if __name__ == "__main__":
    main(sys.argv[1:])
