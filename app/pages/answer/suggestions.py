"""What else would do here: other ways to run the model, changes that help, smaller models.

In: what was found, each a scenario with its effect. Out: a card of links, each one tap away,
so that no verdict is the end of the way.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.components.html import Html, joined, sentence, tag
from app.components.labels import SHORT, bytes_
from app.components.outcome_marks import mark
from tabfit.catalog import Catalog
from tabfit.compare.comparisons import ComparisonRow
from tabfit.estimate.answers import Answer, Suggestion
from tabfit.estimate.link import write
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import _, plural
from tabfit.light_dataclass import dataclass, replace
from tabfit.verdict.probability import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWays:
    """What is offered beside an answer.

    `best` is the way that Compare's ranking chooses on this device, of `count` ways, and
    `others` the best of each other runtime; `helps` are changes that make it likelier,
    `smaller` other models; `compare` leads to all that are for the same task.
    """

    best: ComparisonRow | None
    count: int
    others: Sequence[ComparisonRow]
    helps: Sequence[Suggestion]
    smaller: Sequence[ComparisonRow]
    compare: str


def is_best(answer: Answer, best: ComparisonRow) -> bool:
    """Return whether an answer is about the way that the ranking chooses."""
    asked, line = answer.scenario, best.line
    return (asked.runtime, asked.precision) == (line.runtime, line.precision)


def card(answer: Answer, ways: OtherWays, catalog: Catalog) -> Html | None:
    """Return what else would do as links, or nothing where there is nothing else."""
    outcome = answer.verdict.outcome
    if outcome is Outcome.LIKELY or not ways.helps:
        title, items = _("Other ways to run it"), [_way(each, answer) for each in ways.others]
    else:
        title, items = _("What would help"), [_help(each) for each in ways.helps]
    lead = _lead(answer, ways)
    ended = outcome not in (Outcome.LIKELY, Outcome.MAY)
    if not items and not lead and not ended:
        return None
    return tag(
        "section",
        tag("h3", title),
        tag("p", lead, class_="lead") if lead else None,
        tag("ul", items, class_="better") if items else None,
        _instead(answer, ways, catalog) if ended else None,
        class_="card",
        aria_label=title,
    )


def _lead(answer: Answer, ways: OtherWays) -> Html | None:
    """Return what the ranking chooses on this device, where it has a choice."""
    if ways.best is None or ways.count < 2:
        return None
    if is_best(answer, ways.best):
        said = plural(
            "Of the {count} way to run it, this is the one that Compare chooses for this device.",
            "Of the {count} ways to run it, this is the one that Compare chooses for this device.",
            ways.count,
        )
        return joined(said)
    best = ways.best
    return sentence(
        _("For this device Compare chooses {way}: {outcome}."),
        way=_tap(_scenario(best, answer), _words(best)),
        outcome=SHORT[best.outcome],
    )


def _words(row: ComparisonRow) -> str:
    return _("{precision} with {runtime}", precision=row.line.precision, runtime=row.facts.short)


def _scenario(row: ComparisonRow, answer: Answer) -> Scenario:
    """Return the scenario of a row, all else as it was asked."""
    line = row.line
    asked = answer.scenario
    return replace(asked, runtime=line.runtime, precision=line.precision, context=None)


def _tap(scenario: Scenario, *inside: Html | str) -> Html:
    return tag("a", *inside, href=f"#{write(scenario)}", data_change=True)


def _item(scenario: Scenario, words: str, effect: str, outcome: Outcome) -> Html:
    said = tag("span", tag("b", words), " ", tag("small", effect))
    judged = tag("span", mark(outcome), SHORT[outcome], class_=f"short {outcome}")
    return tag("li", _tap(scenario, said, judged))


def _help(each: Suggestion) -> Html:
    less = _("needs {size} less", size=bytes_(each.saves)) if each.saves > 0 else _("asks for less")
    return _item(each.scenario, each.change, less, each.outcome)


def _way(row: ComparisonRow, answer: Answer) -> Html:
    return _item(_scenario(row, answer), _words(row), _download(row), row.outcome)


def _download(row: ComparisonRow) -> str:
    size = row.line.download.likely
    return _("{size} to download", size=bytes_(size)) if size else ""


def instead_card(answer: Answer, ways: OtherWays, catalog: Catalog) -> Html:
    """Return the same for a model that was brought, whose ways stand elsewhere."""
    title = _("What else would do here")
    inside = _instead(answer, ways, catalog)
    return tag("section", tag("h3", title), inside, class_="card", aria_label=title)


def _instead(answer: Answer, ways: OtherWays, catalog: Catalog) -> Html:
    """Return smaller models that likely fit, and the way to all that are for the same task."""
    items = [
        _item(
            Scenario(
                model=row.line.model,
                runtime=row.line.runtime,
                precision=row.line.precision,
                device=answer.scenario.device,
            ),
            catalog.model(row.line.model).name,
            _download(row),
            row.outcome,
        )
        for row in ways.smaller
    ]
    every = tag("a", _("Every model for this task on this device"), href=ways.compare)
    return joined(
        tag("h4", _("Smaller models for the same task")) if items else None,
        tag("ul", items, class_="better") if items else None,
        tag("p", every, class_="buttons"),
    )
