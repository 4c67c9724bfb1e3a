"""What would make it fit: changes one tap away, with their effect."""

from __future__ import annotations

from app.components.html import Html, tag
from app.components.labels import SHORT, bytes_
from app.components.outcome_marks import mark
from tabfit.estimate.answers import Answer, Suggestion
from tabfit.estimate.link import write
from tabfit.i18n.language import _
from tabfit.verdict.probability import Outcome


def card(answer: Answer, suggestions: list[Suggestion]) -> Html | None:
    """Return the changes as links, or nothing when there is nothing to mend."""
    if not suggestions or answer.verdict.outcome is Outcome.LIKELY:
        return None
    return tag(
        "section",
        tag("h3", _("What would help")),
        tag("ul", [_item(each) for each in suggestions], class_="better"),
        class_="card",
        aria_label=_("What would help"),
    )


def _item(each: Suggestion) -> Html:
    less = _("needs {size} less", size=bytes_(each.saves)) if each.saves > 0 else _("asks for less")
    return tag(
        "li",
        tag(
            "a",
            tag("span", tag("b", each.change), " ", tag("small", less)),
            tag("span", mark(each.outcome), SHORT[each.outcome], class_=f"short {each.outcome}"),
            href=f"#{write(each.scenario)}",
            data_change=True,
        ),
    )
