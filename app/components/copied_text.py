"""What is shown as plain text, for an issue, a chat or a commit message.

In: lines, or the places whose words are meant. Out: a button that copies them; the page's script
adds the page's link.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.components.html import Html, joined, tag
from tabfit.i18n.language import _


def copied(lines: Iterable[str]) -> Html:
    """Return the button, where it says that it did, and the text itself, which is not shown."""
    return joined(_button(), tag("pre", tag("code", "\n".join(lines)), hidden=True))


def copied_from(places: str) -> Html:
    """Return the button for the words that stand in some places, a selector of CSS, as they do."""
    return tag("div", _button(places), class_="buttons")


def _button(places: str | None = None) -> Html:
    button = tag(
        "button",
        _("Copy as text"),
        type="button",
        class_="quiet",
        data_copy=_("Copied."),
        data_copy_from=places,
        data_with_link=True,
    )
    return joined(button, tag("span", role="status", class_="copied"))
