"""The finder's replies: what a typed text may mean, and every way to run what was found."""

from __future__ import annotations

from typing import Final

from app import device_here
from app.components.forms import question_form
from app.components.html import Html
from app.components.models import model_search
from app.model_import import importer
from app.request_reply import PageReply, PageRequest
from tabfit import hub
from tabfit.catalog import Catalog, Model, search
from tabfit.catalog.not_covered import refusal
from tabfit.compare import ranking
from tabfit.compare.smaller_models import RowOf
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate import link
from tabfit.estimate.answers import Answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.hub import Address
from tabfit.light_dataclass import replace

#: So many models that were pinned or asked about before stand first.
AGAIN: Final = 8


def matches(asked: PageRequest, chosen: str, row_of: RowOf | None) -> PageReply:
    """Return the models that a typed text may mean, and whom it would ask for what.

    `chosen` is the model that is asked about; `row_of` judges one on the device that is asked
    about, where that is known at once.
    """
    typed = importer.search_input(asked.raw)
    meant = importer.parse_input(typed.text, typed.hub, typed.allowed)
    closed = None if typed.text in asked.catalog.models else refusal(typed.text, asked.catalog)
    found = _of_task(_named(typed.text, asked.catalog), typed.task, asked.catalog)
    if closed is not None:
        found = [asked.catalog.model(each) for each in closed.near]
        meant = importer.ParsedInput(problem=str(closed))
    parts = {"matches": _listed(found, typed, asked, chosen, row_of), "asking": _asking(meant)}
    return PageReply(parts=parts, title="")


def listed_matches(asked: PageRequest) -> PageReply:
    """Return those models of a page's own list that a typed text may mean."""
    typed = importer.search_input(asked.raw)
    own = set(typed.models or ())
    every = _of_task(_named(typed.text, asked.catalog), typed.task, asked.catalog)
    found = [each for each in every if each.id in own]
    parts = {"matches": _listed(found, typed, asked, typed.chosen, None), "asking": Html("")}
    return PageReply(parts=parts, title="")


def verdicts(asked: PageRequest, row_of: RowOf | None) -> PageReply:
    """Return what models come to on the device that is asked about, by their ids."""
    wanted = importer.search_input(asked.raw).models or ()
    rows = {each: row_of(each) for each in wanted if row_of and each in asked.catalog.models.ids}
    parts = {each: model_search.verdict_here(row) or Html("") for each, row in rows.items()}
    return PageReply(parts=parts, title="")


def _listed(
    found: list[Model],
    typed: importer.SearchInput,
    asked: PageRequest,
    chosen: str,
    row_of: RowOf | None,
) -> Html:
    grouped = not typed.text.strip()
    offered = {each.id for each in found}
    before = [each for each in _before(asked) if each.id in offered] if grouped else []
    return model_search.matches(
        found, grouped=grouped, chosen=chosen, row_of=row_of, again=before[:AGAIN]
    )


def _before(asked: PageRequest) -> list[Model]:
    """Return the catalogue's models that the visitor pinned, then those asked about before."""
    kept = device_here.kept(asked.raw)
    links = [each for name in ("pinned", "recent") for each in _texts(kept.get(name))]
    models = dict.fromkeys(filter(None, map(_model_of, links)))
    return [asked.catalog.model(each) for each in models if each in asked.catalog.models.ids]


def _texts(given: object) -> list[str]:
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else []


def _model_of(text: str) -> str | None:
    try:
        return link.read(text).model
    except TabfitError:
        return None


def address(source: str, endpoint: str) -> Address:
    """Return where a link's model lies; raise `UnreachableHub` for what is no address."""
    return hub.parse(source, importer.checked_endpoint(endpoint))


def _named(text: str, catalog: Catalog) -> list[Model]:
    return [catalog.model(each.id) for each in search(text, catalog.models)]


def _of_task(models: list[Model], task: str, catalog: Catalog) -> list[Model]:
    """Return the models for a task, or for another that has the same words; all for none."""
    words = dict(question_form.tasks(catalog.models)).get(task)
    return [each for each in models if words is None or question_form.task_name(each) == words]


def _asking(meant: importer.ParsedInput | None) -> Html:
    if meant is None:
        return Html("")
    if meant.address is not None:
        return model_search.asking(meant.address)
    return model_search.problem(meant.problem or "")


def ways(given: Answer, catalog: Catalog, here: Device) -> PageReply:
    """Return every way to run a model that was brought."""
    bare = replace(given.scenario, runtime=None, precision=None)
    every = ranking.answered(bare, catalog, here, given.subject)
    return PageReply(parts={"ways": model_search.ways(every, given)}, title="")


def best(asked: Scenario, catalog: Catalog, here: Device, about: Subject) -> Scenario:
    """Return the best way for a device to run a model that was brought."""
    every = ranking.answered(asked, catalog, here, about)
    if not every:
        return asked
    first = every[0].scenario
    return replace(asked, runtime=first.runtime, precision=first.precision)
