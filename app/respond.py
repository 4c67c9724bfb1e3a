"""Answer the pages' questions: JSON in, JSON out, whatever the visitor typed.

In: which page asks, the device as the browser told it, what the visitor stated of
it, and either a form's fields or a link. Out: the parts of the page that follow.
A link that cannot be read becomes a notice, and the page stays on its defaults.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from app import device_here, pages
from app.pages import Page
from app.request_reply import PageReply, PageRequest, current_choices
from tabfit.catalog import Catalog
from tabfit.compare.shipped_package import SHIPPED
from tabfit.errors import TabfitError
from tabfit.estimate import link

#: One for all questions, so that answers kept for it are found again.
CATALOG: Final = Catalog()


def packages(text: str) -> tuple[str, ...]:
    """Return the packages that a question needs installed before it is answered."""
    question = json.loads(text)
    page = pages.named(question.get("view") or "")
    part = question.get("part")
    if part in page.NUMPY:
        return ("numpy", SHIPPED)
    return (SHIPPED,) if part in getattr(page, "RULES", ()) else ()


def respond(text: str) -> str:
    """Return the page's parts for a question, as JSON."""
    question = json.loads(text)
    page = pages.named(question.get("view") or "")
    asked, notice = _asked(question, page)
    return json.dumps(_said(page.respond(asked), notice, page.KEYS))


def _asked(question: Mapping[str, Any], page: Page) -> tuple[PageRequest, str | None]:
    catalog = CATALOG
    here, problem = device_here.here(question, catalog)
    fields, unread = _fields(question, page.KEYS)
    asked = PageRequest(
        catalog=catalog,
        here=here,
        stated=device_here.said(question),
        fields=fields,
        linked=bool(question.get("link")),
        changed=frozenset(question.get("changed") or ()),
        part=question.get("part"),
        about=question.get("about"),
        raw=question,
    )
    return asked, unread or problem


def _said(reply: PageReply, notice: str | None, keys: tuple[str, ...]) -> dict[str, Any]:
    away = reply.with_device
    return {
        "parts": dict(reply.parts),
        "title": reply.title,
        "notice": notice or reply.notice,
        "folder": reply.folder,
        "link": link.composed(reply.fields, keys),
        "link_here": link.composed(reply.fields_here or reply.fields, keys),
        "link_with_device": None if away is None else link.composed(away, keys),
    }


def _fields(
    question: Mapping[str, Any], keys: tuple[str, ...]
) -> tuple[dict[str, str], str | None]:
    """Return what a link or the page's forms say; a link that is unreadable says nothing.

    What was chosen since the link was opened goes before what it says.
    """
    form = dict(question.get("form") or {})
    if not question.get("link"):
        return form, None
    try:
        said = link.fields(question["link"], keys)
    except TabfitError as fault:
        return form, str(fault)
    since = current_choices(said, frozenset(question.get("changed") or ())) | form
    return {name: text for name, text in since.items() if text}, None
