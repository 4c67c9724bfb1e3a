"""The lesson on messages: what people see when a model does not run, and what helps."""

from __future__ import annotations

from typing import Final

from app.components.charts import svg_chart
from app.components.html import Child, Html, listed, tag
from app.pages.learn.lesson import lesson, said
from tabfit.i18n.language import _
from tabfit.learn.troubleshooting import TROUBLES, Trouble
from tabfit.verdict.labels import CHECKS

#: So many messages stand for those that mean the same.
SHOWN: Final = 4


def messages(title: str) -> Html:
    """Return the list of messages, each with the check that foresees it and what helps."""
    told = said(
        _(
            "Search this list for what your browser or runtime printed. Each message belongs to a "
            "check of the answer’s page, which says before the download whether it is to be "
            "expected."
        )
    )
    head = (_("Message"), _("Check"), _("What helps"))
    return lesson("messages", title, told, svg_chart.table(title, head, [*map(_row, TROUBLES)]))


def _row(trouble: Trouble) -> tuple[Child, ...]:
    printed = [tag("code", each, lang="en") for each in trouble.messages[:SHOWN]]
    return tag("span", listed(printed)), CHECKS[trouble.check], trouble.remedy
