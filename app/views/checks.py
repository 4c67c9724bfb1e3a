"""Checks: need of have, worst first, each with its reason and how it is known."""

from __future__ import annotations

from app.views.html import Html, tag
from app.views.marks import mark
from app.views.verdict import chip
from app.views.words import CHECKS, SHORT, between, bytes_
from willitfit.answers import Answer
from willitfit.checks import Check
from willitfit.language import _
from willitfit.outcome import Outcome


def card(answer: Answer) -> Html:
    """Return every check."""
    return tag(
        "section",
        tag("h3", _("Checks")),
        tag("ul", [_item(check) for check in answer.checks], class_="checks"),
        class_="card",
        aria_label=_("Checks"),
    )


def _item(check: Check) -> Html:
    return tag(
        "li",
        mark(check.outcome),
        tag(
            "p",
            tag("b", CHECKS[check.name]),
            tag("span", f" ({SHORT[check.outcome]})", class_="aside"),
            " ",
            tag("span", _amount(check), class_="amount"),
            class_="check-name",
        ),
        tag("p", _reason(check), " ", chip(check.basis), class_="reason"),
    )


def _amount(check: Check) -> str:
    if check.need is None:
        return {Outcome.LIKELY: _("yes"), Outcome.NO: _("no")}.get(check.outcome, _("not known"))
    if check.have is None:
        return between(check.need)
    if check.name == "storage":
        return _("{need} of {have}", need=between(check.need), have=bytes_(check.have.likely))
    return _("{need} of {have}", need=between(check.need), have=between(check.have))


def _reason(check: Check) -> str:
    return _("{sentence}.", sentence=check.message[:1].upper() + check.message[1:])
