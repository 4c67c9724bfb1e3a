"""What a page is asked and what it replies: the one form of every page's exchange.

In: fields, from a form or from a link, and the device at hand. Out: HTML for
elements of the page by their ids, and the fields that the page's link carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.components.html import Html
from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.runtimes import load_options


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHead:
    """A page's title and description: plain text, for tabs, search engines and previews."""

    title: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A question of the page.

    `fields` come from a link if `linked`, else from the page's forms; `changed` names those
    that a visitor changed since the last answer, or since the link was opened. `part` names what is
    wanted later than the rest, `None` the first reply. `about` is the model whose own
    page is open. `raw` holds whatever else the page sent.
    """

    catalog: Catalog
    here: Device
    stated: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    linked: bool = False
    changed: frozenset[str] = frozenset()
    part: str | None = None
    about: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


#: Which choices a change outdates: they were made for the model or the runtime before it.
OUTDATED: Final = {
    "model": ("runtime", "precision", "context", "prompt", *load_options.NAMES),
    "runtime": ("precision", *load_options.NAMES),
}


def current_choices(choices: Mapping[str, str], changed: frozenset[str]) -> dict[str, str]:
    """Return the choices that are made and not outdated by a change of another.

    >>> chosen = {"model": "gpt2", "runtime": "mediapipe", "context": "512"}
    >>> current_choices(chosen, frozenset({"model"}))
    {'model': 'gpt2'}
    >>> current_choices({"runtime": "webllm", "precision": "int4", "context": ""}, frozenset())
    {'runtime': 'webllm', 'precision': 'int4'}
    """
    outdated = {name for cause in changed for name in OUTDATED.get(cause, ())} - changed
    return {name: text for name, text in choices.items() if text and name not in outdated}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReply:
    """What changes on the page.

    `parts` are elements' new content by id. `fields` are those that differ from the
    page's defaults: they become its link. `with_device` are the same with the
    device at hand, where the page's link may carry one. `folder` is where the link
    leads, from the site's root. `fields_here` open this question again in this tab, where
    a link cannot carry all of it.
    """

    parts: Mapping[str, Html]
    title: str
    fields: Mapping[str, str | None] = field(default_factory=dict)
    with_device: Mapping[str, str | None] | None = None
    fields_here: Mapping[str, str | None] | None = None
    folder: str = ""
    notice: str | None = None
