"""What a page is asked and what it replies: the one form of every page's exchange.

In: fields, from a form or from a link, and the device at hand. Out: HTML for
elements of the page by their ids, and the fields that the page's link carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.views.html import Html
from willitfit.catalog import Catalog
from willitfit.device import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A page's title and description: plain text, for tabs, search engines and previews."""

    title: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of the page.

    `fields` come from a link if `linked`, else from the page's forms, of which
    `changed` names the one that changed. `part` names what is wanted later than the
    rest, `None` the first reply. `about` is the model whose own page is open. `raw`
    holds whatever else the page sent.
    """

    catalog: Catalog
    here: Device
    stated: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    linked: bool = False
    changed: str | None = None
    part: str | None = None
    about: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What changes on the page.

    `parts` are elements' new content by id. `fields` are those that differ from the
    page's defaults: they become its link. `with_device` are the same with the
    device at hand, where the page's link may carry one. `folder` is where the link
    leads, from the site's root.
    """

    parts: Mapping[str, Html]
    title: str
    fields: Mapping[str, str | None] = field(default_factory=dict)
    with_device: Mapping[str, str | None] | None = None
    folder: str = ""
    notice: str | None = None
