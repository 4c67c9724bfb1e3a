"""A language is added by its code and name in `LANGUAGES`, a catalogue, and its signs of numbers.

The language is Esperanto, with four sentences (`recipes.py`): pages are rendered in it, link to
it and offer it, and nothing else is told of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app import render_page
from tabfit.catalog import Catalog
from tabfit.i18n import language


@pytest.fixture
def english_afterwards() -> Iterator[None]:
    """Have everything be English again."""
    yield
    language.use("en")


@pytest.mark.usefixtures("english_afterwards")
def test_a_page_speaks_an_added_language() -> None:
    """A model's page has its sentences and signs, and English where nothing is translated yet."""
    assert language.use("eo") == "eo"
    head, body = render_page.model_page("distilbert", Catalog(), "../../")

    assert head.title.startswith("Ĉu ")
    assert head.title.endswith(" konvenos?")
    assert "verŝajne" in str(body)
    assert "Python" in str(body)
    assert language.amount(language.number(1.5), "GB") == "1,5 GB"


@pytest.mark.usefixtures("english_afterwards")
def test_every_page_offers_it() -> None:
    """Its own name stands among the languages, with the way to its pages."""
    _head, body = render_page.model_page("distilbert", Catalog(), "../../")

    assert '<option value="eo" lang="eo">Esperanto</option>' in str(body)
    assert 'href="../../eo/"' in str(body)
