"""What is shown as plain text, for an issue, a chat or a commit message.

In: lines. Out: a button that copies them; the page's script adds the page's link.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.components.html import Html, joined, tag
from tabfit.i18n.language import _


def copied(lines: Iterable[str]) -> Html:
    """Return the button, where it says that it did, and the text itself, which is not shown."""
    return joined(
        tag(
            "button",
            _("Copy as text"),
            type="button",
            class_="quiet",
            data_copy=_("Copied."),
            data_with_link=True,
        ),
        tag("span", role="status", class_="copied"),
        tag("pre", tag("code", "\n".join(lines)), hidden=True),
    )
