"""The way to run a model that suits the device best, and the others beside it.

In: a scenario that says no way, or an answer. Out: the scenario with the way that the ranking
of the page Compare chooses on that device, or the card of what else would do.

A link that leaves runtime and precision out was made where the usual ones were meant, and so
it is read for ever. Only a model that somebody opens, by its page or the list, gets the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app import site_data
from app.components.html import Html, joined
from app.components.models import model_search
from app.model_import import session_models
from app.pages.answer import suggestions, view
from app.pages.answer.suggestions import OtherWays
from app.pages.compare import models_on_device
from app.pages.compare.filter_and_sort import Comparison, comparison_on
from app.request_reply import PageRequest
from tabfit.catalog import Catalog
from tabfit.compare import alternatives, smaller_models
from tabfit.compare.alternatives import Neighbour
from tabfit.compare.comparisons import ComparisonRow
from tabfit.compare.smaller_models import RowOf
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate import answers, link
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import precisions_of, runtimes_of
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind
from tabfit.verdict.probability import Outcome

#: So many models of a list are judged at once.
MOST_AT_ONCE: Final = 12


def chosen(scenario: Scenario, asked: PageRequest) -> Scenario:
    """Return the scenario with the best way for its device, where it names a model alone.

    Raises what stands against the model or the device.
    """
    by_link = asked.linked and "model" in asked.fields and "model" not in asked.changed
    if by_link or scenario.runtime or scenario.precision:
        return scenario
    brought = session_models.known(scenario.model)
    if brought is not None:
        from app.model_import import replies  # noqa: PLC0415 - the first answer does without

        best: Scenario = replies.best(scenario, asked.catalog, asked.here, brought)
        return best
    if scenario.model not in asked.catalog.models:
        return scenario
    device = answers.place(scenario.device, asked.here, asked.catalog)
    row = compared(device).row(asked.catalog.model(scenario.model).id)
    return scenario if row is None else _at(scenario, row)


def _at(scenario: Scenario, row: ComparisonRow) -> Scenario:
    return replace(scenario, runtime=row.line.runtime, precision=row.line.precision)


def compared(device: Device) -> Comparison:
    """Return the catalogue judged on a device."""
    return comparison_on(site_data.catalog_requirements(), device)


def known_row(scenario: Scenario, asked: PageRequest) -> RowOf | None:
    """Return what gives a model's row on the device of a scenario, where it was judged before.

    Judging all of the catalogue would keep a slow phone waiting for its list: rows are judged
    once they are seen (`judged_row`).
    """
    here = _comparison(scenario, asked)
    return None if here is None else here.known


def judged_row(scenario: Scenario, asked: PageRequest) -> RowOf | None:
    """Return what judges a model on the device of a scenario, a few models at most."""
    here = _comparison(scenario, asked)
    if here is None:
        return None
    left = iter(range(MOST_AT_ONCE))
    return lambda model: None if next(left, None) is None else here.row(model)


def _comparison(scenario: Scenario, asked: PageRequest) -> Comparison | None:
    """Return the catalogue on the device of a scenario, where its requirements are laid out."""
    if not site_data.catalog_requirements().laid_out:
        return None
    try:
        return compared(answers.place(scenario.device, asked.here, asked.catalog))
    except TabfitError:
        return None


def others(given: Answer, near: Sequence[Neighbour], asked: PageRequest) -> Html | None:
    """Return what else would do beside an answer.

    What was brought has all its ways side by side, and below them what else would do where it
    does not fit.
    """
    brought = given.subject.model is None
    ended = given.verdict.outcome not in (Outcome.LIKELY, Outcome.MAY)
    ways = _ways(given, near, asked, looks_further=ended)
    if not brought:
        return suggestions.card(given, ways, asked.catalog)
    more = suggestions.instead_card(given, ways, asked.catalog) if ended else None
    return joined(model_search.ways_card(given), more)


def _ways(
    given: Answer, near: Sequence[Neighbour], asked: PageRequest, *, looks_further: bool
) -> OtherWays:
    catalog, model, here = asked.catalog, given.subject.model, compared(given.device)
    smaller = _smaller(given.subject, catalog, here) if looks_further else []
    listed = model is not None and model.id in here.requirements.models
    rows = here.ways(model.id) if model and listed else []
    return OtherWays(
        best=here.row(model.id) if model and listed else None,
        count=_count(given.subject, catalog),
        others=[row for row in rows if row.line.runtime != given.facts.id],
        helps=alternatives.improvements(given, near),
        smaller=smaller,
        compare=_compare(given, asked),
    )


def _count(about: Subject, catalog: Catalog) -> int:
    """Return how many ways there are to run a model in a browser."""
    able = [facts for facts in runtimes_of(about, catalog) if not facts.hypothetical]
    return sum(len(precisions_of(about, facts)) for facts in able)


def _smaller(about: Subject, catalog: Catalog, here: Comparison) -> list[ComparisonRow]:
    task, model, shape = _task(about), about.model, about.architecture
    if task is None:
        return []
    maker = model.maker if model else None
    count = model.parameters if model else shape.inventory.total if shape else None
    return smaller_models.smaller_siblings(task, count, maker, catalog, here.row)


def _task(about: Subject) -> str | None:
    """Return what a model is for; of one that was brought only that it writes text."""
    if about.model is not None:
        return about.model.task
    shape = about.architecture
    return "text-generation" if shape is not None and shape.kind is Kind.DECODER else None


def _compare(given: Answer, asked: PageRequest) -> str:
    """Return the link to every model for the same task on the same device."""
    device = link.written(given.scenario)["device"]
    fields = {"task": _task(given.subject), "device": device}
    return f"{view.site_root(asked.about)}compare/{models_on_device.address(fields)}"
