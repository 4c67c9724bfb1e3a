"""One whole HTML document out of the template, at build time.

In: a page's head and body. Out: a document in which only the places the build
knows are still open: where the code, the runtime and the root lie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

from app.components.html import Html
from app.request_reply import PageHead
from tabfit.i18n import language

TEMPLATE = Path(__file__).with_name("index.html")
NOTHING: Final = Html("")
_PLACE = re.compile(r"\{\{(\w+)\}\}")


def document(
    head: PageHead, body: Html, *, view: str, about: str = "", beside: Html = NOTHING
) -> str:
    """Return the document of one page.

    `head` is shown by search engines and in the preview of a shared link, whose
    picture is drawn from it; the language is the one in use. `view` is the page's
    module and `about` the model whose own page it is; `beside` are data that its scripts
    read. The places that depend on where the page lies stay open for the build.
    """
    said = {
        "title": escape(head.title),
        "description": escape(head.description),
        "language": language.current(),
        "languages": "" if about else " ".join(language.LANGUAGES),
        "view": escape(view),
        "about": escape(about),
        "body": body,
        "beside": beside,
    }
    closed = {name: text.replace("{{", "&#123;&#123;") for name, text in said.items()}
    return filled(TEMPLATE.read_text(encoding="utf-8"), closed)


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return `template` with every `{{name}}` of `values` put in; others stay.

    >>> filled("{{a}} and {{b}}", {"a": "1"})
    '1 and {{b}}'
    """
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)
