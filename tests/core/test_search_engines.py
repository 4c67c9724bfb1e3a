"""Search engines are told every page by the address that the page itself calls canonical."""

from __future__ import annotations

import re

from tools.dist.pages import search_engines

PATHS = ("index.html", "de/compare/index.html", "m/gemma-2b/index.html")


def test_sitemap() -> None:
    """Every document is named once, whole, below the site's own folder."""
    text = search_engines.sitemap("https://fit.example/a", PATHS)
    assert re.findall("<loc>(.*?)</loc>", text) == [
        "https://fit.example/a/de/compare/",
        "https://fit.example/a/",
        "https://fit.example/a/m/gemma-2b/",
    ]


def test_robots() -> None:
    """Without an address there is no sitemap to point at."""
    assert "Sitemap" not in search_engines.robots("")
