"""Exploring an answer: the code that loads it, the pictures below, and the question turned round.

In: an answer and what the page asked. Out: the parts of the page that are wanted later.
Every way to run a model is judged at once, from the table that the build laid beside
numpy; a model that was brought is surveyed here, for the runtime that was chosen.
"""

from __future__ import annotations

from app.components import code_tabs
from app.components.html import Html, joined, tag
from app.pages.answer import alternatives as views
from app.pages.answer import charts
from app.request_reply import PageReply
from tabfit import snippets
from tabfit.catalog import Catalog
from tabfit.compare import alternatives, run_requirements
from tabfit.devices.budgets import Pool
from tabfit.estimate import link
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import CONTEXTS
from tabfit.i18n.language import _

#: What a link to *Ship it* carries of a scenario.
SHIPPED = ("model", "runtime", "precision", "context")


def replied(given: Answer, part: str, catalog: Catalog, root: str = "./") -> PageReply:
    """Return the content of `code`, of `pictures`, or of `alternatives`, which needs numpy."""
    if part == "code":
        card = code_tabs.card(snippets.every(given, catalog), given.facts.id, _onwards(given, root))
        html = joined(card)
    else:
        html = _pictures(given) if part == "pictures" else _ways(given, catalog)
    return PageReply(parts={part: html}, title="")


def _onwards(given: Answer, root: str) -> Html | None:
    """Return the way to the page that holds this scenario against a site's visitors."""
    if given.subject.unread:
        return None
    chosen = {**link.written(given.scenario), "device": None, "context": str(given.context)}
    href = f"{root}ship-it/#{link.composed(chosen, SHIPPED)}"
    words = _("How many of your visitors can run it, and a gate for them: Ship it")
    return tag("p", tag("a", words, href=href), class_="more")


def _pictures(given: Answer) -> Html:
    check = next((each for each in given.checks if each.pool is not None), None)
    pool = check.pool if check and check.pool else Pool.PEAK
    return charts.pictures(given, check, alternatives.over_contexts(given, pool))


def _ways(given: Answer, catalog: Catalog) -> Html:
    from tabfit.compare import verdict_grid  # noqa: PLC0415 - numpy is there from now on

    whole = verdict_grid.shipped() if given.subject.model else None
    rows = verdict_grid.only(whole, given.subject.id) if whole else None
    if rows is None:
        surveyed = run_requirements.requirements_of_runtime(
            given.subject, given.facts, CONTEXTS, unsupported=given.unsupported
        )
        rows = verdict_grid.requirements_table(surveyed, CONTEXTS)
    made = verdict_grid.judge_table(rows, given.device, catalog, (*rows.contexts, None))
    architecture = given.subject.architecture
    every = alternatives.possible_runs(
        made, architecture.main.positions if architecture else None, catalog
    )
    return views.inside(given, every, alternatives.find_alternatives(given, every, catalog))
