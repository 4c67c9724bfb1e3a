"""Checks: need of have, worst first, each with its reason and how it is known."""

from __future__ import annotations

from app.components import formula_popover
from app.components.html import Html, sentence, tag
from app.components.labels import SHORT, between
from app.components.outcome_marks import chip, mark
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import _, whole_sentence
from tabfit.verdict import chance_text
from tabfit.verdict.check_text import Check
from tabfit.verdict.labels import CHECKS
from tabfit.verdict.probability import RANK, Outcome


def card(answer: Answer) -> Html:
    """Return every check."""
    return tag(
        "section",
        tag("h3", _("Checks")),
        tag("p", together, class_="aside-note") if (together := _together(answer)) else None,
        tag("ul", [_item(check) for check in answer.checks], class_="checks"),
        [formula_popover.place(name) for check in answer.checks for name in _formulas(check)],
        class_="card checked",
        aria_label=_("Checks"),
    )


def _together(answer: Answer) -> str | None:
    """Return why the verdict is worse than every check: each may fail by itself."""
    outcome = answer.verdict.outcome
    if outcome not in (Outcome.MAY, Outcome.UNLIKELY):
        return None
    told = [each.outcome for each in answer.checks if each.outcome is not Outcome.UNKNOWN]
    if any(RANK[each] >= RANK[outcome] for each in told):
        return None
    return _("Each may fail by itself, so all of them together hold less often than any one.")


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
        tag("p", whole_sentence(check.message), " ", chip(check.basis), class_="reason"),
    )


def _formulas(check: Check) -> list[str]:
    """Return the names of the formulas that a check's figures open."""
    sides = {"need": check.need, "have": check.have}
    return [f"{check.name}-{side}" for side, interval in sides.items() if interval is not None]


def _amount(check: Check) -> str:
    if check.need is None:
        if check.probability is not None and 0 < check.probability < 1:
            return chance_text.phrase(check.probability)
        return {Outcome.LIKELY: _("yes"), Outcome.NO: _("no")}.get(check.outcome, _("not known"))
    need = formula_popover.opener(between(check.need), f"{check.name}-need")
    if check.have is None:
        return need
    have = formula_popover.opener(between(check.have), f"{check.name}-have")
    return sentence(_("{need} of {have}"), need=need, have=have)
