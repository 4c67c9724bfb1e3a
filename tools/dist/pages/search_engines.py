"""What search engines read before the pages: robots.txt and sitemap.xml.

In: the site's address, "" where nobody said it, and the paths of its documents and of the data
that others read. Out: two texts.
A sitemap names whole addresses, so without the site's own there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"  # sitemaps.org, protocol 0.9


def robots(site: str) -> str:
    r"""Return robots.txt: everything may be read, and where the sitemap is.

    >>> robots("https://fit.example/")
    'User-agent: *\nAllow: /\nSitemap: https://fit.example/sitemap.xml\n'
    """
    everything = "User-agent: *\nAllow: /\n"
    return f"{everything}Sitemap: {home(site)}sitemap.xml\n" if site else everything


def sitemap(site: str, documents: Iterable[str]) -> str:
    """Return sitemap.xml: the canonical address of each document or file.

    >>> print(sitemap("https://fit.example", ["m/gpt2/index.html"]).splitlines()[2])
    <url><loc>https://fit.example/m/gpt2/</loc></url>
    """
    places = [escape(home(site) + path.removesuffix("index.html")) for path in sorted(documents)]
    rows = [f"<url><loc>{place}</loc></url>" for place in places]
    head = '<?xml version="1.0" encoding="UTF-8"?>', f'<urlset xmlns="{NAMESPACE}">'
    return "\n".join([*head, *rows, "</urlset>", ""])


def home(site: str) -> str:
    """Return the site's address with the slash it may lack.

    >>> home("https://fit.example/a")
    'https://fit.example/a/'
    """
    return site.rstrip("/") + "/"
