"""A page's elements have ids of their own: what scripts fill by an id is filled in one place."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from app import pages, render_page
from tabfit.catalog import Catalog


@pytest.mark.parametrize("name", pages.NAMES)
def test_no_id_stands_twice(name: str) -> None:
    """Neither the page's parts nor the box that searches models take an id of the other."""
    _head, body = render_page.fixed_page(name, Catalog(), "../")
    counts = Counter(re.findall(r'\sid="([^"]+)"', body))
    assert [each for each, count in counts.items() if count > 1] == []
