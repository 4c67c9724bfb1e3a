"""Exploring an answer: the pictures below it, and the question turned round.

In: an answer and what the page asked. Out: the parts of the page that are wanted later.
Every way to run a model is judged at once, from the table that the build laid beside
numpy; a model that was brought is surveyed here, for the runtime that was chosen.
"""

from __future__ import annotations

from app.asking import Reply
from app.views import explore
from app.views import turned as views
from app.views.html import Html
from willitfit import survey, turned
from willitfit.answers import CONTEXTS, Answer
from willitfit.budgets import Pool
from willitfit.catalog import Catalog


def replied(given: Answer, part: str, catalog: Catalog) -> Reply:
    """Return the content of `pictures`, or of `turned`, which needs numpy."""
    html = _pictures(given) if part == "pictures" else _ways(given, catalog)
    return Reply(parts={part: html}, title="")


def _pictures(given: Answer) -> Html:
    check = next((each for each in given.checks if each.pool is not None), None)
    pool = check.pool if check and check.pool else Pool.PEAK
    return explore.pictures(given, check, turned.over_contexts(given, pool))


def _ways(given: Answer, catalog: Catalog) -> Html:
    from willitfit import grid  # noqa: PLC0415 - numpy is there from now on

    whole = grid.shipped() if given.subject.model else None
    rows = grid.only(whole, given.subject.id) if whole else None
    if rows is None:
        surveyed = survey.of_runtime(given.subject, given.facts, CONTEXTS)
        rows = grid.table(surveyed, CONTEXTS)
    made = grid.judged(rows, given.device, catalog, (*rows.contexts, None))
    architecture = given.subject.architecture
    every = turned.ways(made, architecture.main.positions if architecture else None)
    return views.inside(given, every, turned.turned(given, every, catalog))
