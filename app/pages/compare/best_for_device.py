"""The best model of each kind of task on a device, and by what it was chosen.

In: judged rows. Out: HTML: a short list of links, each with what speaks for it, and the sources of
the figures that chose among what fits alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.components.forms.question_form import task_name
from app.components.html import Html, joined, sentence, tag
from app.components.labels import SHORT
from app.components.outcome_marks import mark
from tabfit.catalog import Catalog, Model
from tabfit.catalog.published_scores import ScoreTable, scores_of
from tabfit.compare.best_of_tasks import best_of_tasks
from tabfit.compare.comparisons import ComparisonRow
from tabfit.estimate import link
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import Words, _, later, number

#: So many kinds of task have their best model named.
MOST_TASKS: Final = 6
#: The way from this page to the site's first one.
ROOT: Final = "../"

#: What others measured, by the names of the tables.
MEASURES: Final = Words(
    {
        "arena": later("blind comparisons at LMArena"),
        "mteb": later("embeddings on English sets of MTEB"),
        "word-errors": later("words wrong in speech"),
    }
)
#: A figure of each.
SCORES: Final = Words(
    {
        "arena": later("LMArena {score}"),
        "mteb": later("MTEB {score}"),
        "word-errors": later("{score} of 100 words wrong"),
    }
)


def best(rows: Sequence[ComparisonRow], catalog: Catalog, place: str | None) -> Html | None:
    """Return the best model of each kind of task, and what it was judged by."""
    found = best_of_tasks(rows, catalog.model, task_name, MOST_TASKS)
    if not found:
        return None
    models = [catalog.model(row.line.model) for _task, row in found]
    listed = (
        tag("li", _link(task, row, model, place))
        for (task, row), model in zip(found, models, strict=True)
    )
    return tag(
        "div",
        tag("h3", _("Best for this device")),
        tag("ul", listed, class_="better best-list"),
        tag("p", _how(models), class_="aside-note"),
        id="best-of-tasks",
    )


def _link(task: str, row: ComparisonRow, model: Model, place: str | None) -> Html:
    """Return a task with its model, what speaks for its quality, and the verdict."""
    line = row.line
    asked = Scenario(model=model.id, runtime=line.runtime, precision=line.precision, device=place)
    words = tag("span", mark(row.outcome), SHORT[row.outcome], class_=f"short {row.outcome}")
    told = " · ".join(filter(None, (_figure(model), size_class(model), model.released[:4])))
    named = tag("span", tag("small", task), tag("b", model.name), " ", tag("small", told))
    return tag("a", named, words, href=f"{ROOT}#{link.write(asked)}")


def _figure(model: Model) -> str | None:
    """Return what others measured of a model, `None` where they did not."""
    table = scores_of(model.task)
    score = table.scores.get(model.id) if table else None
    if table is None or score is None:
        return None
    places = ",.0f" if score >= 1000 else ".1f"
    return SCORES[table.measure].format(score=number(score, places))


def size_class(model: Model) -> str | None:
    """Return a model's size class as it is written, `None` where its size is not known."""
    return model.size_class.replace("-", "–") if model.size_class else None


def _how(models: Sequence[Model]) -> Html:
    """Return by what models were chosen, with the sources of the figures that were asked."""
    tables = {table.measure: table for each in models if (table := scores_of(each.task))}
    sources = [_source(each) for each in tables.values()]
    if not sources:
        return joined(
            _(
                "Chosen by verdict, then by whether it writes as fast as people read. Nobody "
                "measured these in one place, so the size class stands in for quality, the larger "
                "first; of equals the newest is taken."
            )
        )
    return sentence(
        _(
            "Chosen by verdict, then by whether it writes as fast as people read, then by what "
            "others measured: {measures}. A model without a figure stands in the middle of its "
            "size class; for other tasks the larger class comes first, and of equals the newest."
        ),
        measures=joined(*[part for each in sources for part in (", ", each)][1:]),
    )


def _source(table: ScoreTable) -> Html:
    """Return a measure with its date, a link to where it stands."""
    said = _("{measure} ({date})", measure=MEASURES[table.measure], date=table.published)
    return tag("a", said, href=table.source.url, title=table.source.says, rel="noopener")
