"""One whole HTML document out of the template, at build time.

In: a page's path and content. Out: a document in which only the places the build
knows are still open: where the code, the runtime and the root lie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

TEMPLATE = Path(__file__).with_name("index.html")
_PLACE = re.compile(r"\{\{(\w+)\}\}")


def document(*, title: str, description: str, main: str) -> str:
    """Return the document of one page.

    `title` and `description` are plain text, shown by a search engine and in the
    preview of a shared link, whose picture is drawn from them. `main` is HTML.
    The places that depend on where the page lies stay open for the build.
    """
    said = {"title": escape(title), "description": escape(description), "main": main}
    closed = {name: text.replace("{{", "&#123;&#123;") for name, text in said.items()}
    return filled(TEMPLATE.read_text(encoding="utf-8"), closed)


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return `template` with every `{{name}}` of `values` put in; others stay.

    >>> filled("{{a}} and {{b}}", {"a": "1"})
    '1 and {{b}}'
    """
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)
