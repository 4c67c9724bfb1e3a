"""A language is added by its code and name in `LANGUAGES`, a catalogue, and its signs of numbers.

The language here is Esperanto, with four sentences: what is tried is that pages are rendered in
it, link to it and offer it, and that nothing else has to be told of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Catalog as Messages
from babel.messages.mofile import write_mo

from app import render_page
from tabfit.catalog import Catalog
from tabfit.i18n import language

SAID: Final = {
    "Will {model} fit?": "Ĉu {model} konvenos?",
    "Language": "Lingvo",
    "likely": "verŝajne",
    "Share": "Kunhavigi",
}
#: What `make messages` takes from CLDR (47, common/main/eo.xml).
SIGNS: Final = {
    "decimal": ",",
    "group": " ",
    "percent": "{0}%",
    "units": {each: f"{{0}} {each}" for each in ("kB", "MB", "GB", "TB")},
    "date": "{year}-{name}-{day:02}",
    "months": ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aŭg", "sep", "okt", "nov", "dec"],
}


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the language beside the others; everything is English again afterwards."""
    signs = json.loads(Path(language.FOLDER, language.SIGNS).read_text(encoding="utf-8"))
    signs["languages"]["eo"] = SIGNS
    (tmp_path / language.SIGNS).write_text(json.dumps(signs), encoding="utf-8")
    place = tmp_path / "eo" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / f"{language.DOMAIN}.mo").write_bytes(compiled())
    monkeypatch.setattr(language, "FOLDER", str(tmp_path))
    monkeypatch.setattr(language, "_ready", {"en": language._ready["en"]})
    monkeypatch.setitem(language.LANGUAGES, "eo", "Esperanto")
    language._table.cache_clear()
    yield
    language.use("en")
    language._table.cache_clear()


def compiled() -> bytes:
    """Return the catalogue as `msgfmt` writes it."""
    messages = Messages(locale="eo")
    for english, said in SAID.items():
        messages.add(english, said)
    content = BytesIO()
    write_mo(content, messages)
    return content.getvalue()


@pytest.mark.usefixtures("catalogues")
def test_a_page_speaks_an_added_language() -> None:
    """A model's page has its sentences and signs, and English where nothing is translated yet."""
    assert language.use("eo") == "eo"
    head, body = render_page.model_page("distilbert", Catalog(), "../../")

    assert head.title.startswith("Ĉu ")
    assert head.title.endswith(" konvenos?")
    assert "verŝajne" in str(body)
    assert "Python" in str(body)
    assert language.amount(language.number(1.5), "GB") == "1,5 GB"


@pytest.mark.usefixtures("catalogues")
def test_every_page_offers_it() -> None:
    """Its own name stands among the languages, with the way to its pages."""
    _head, body = render_page.model_page("distilbert", Catalog(), "../../")

    assert '<option value="eo" lang="eo">Esperanto</option>' in str(body)
    assert 'href="../../eo/"' in str(body)
