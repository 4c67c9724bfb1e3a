"""The finder's replies: what a typed text may mean, and every way to run what was found."""

from __future__ import annotations

from app.components import model_search
from app.components.html import Html
from app.model_import import importer
from app.request_reply import PageReply, PageRequest
from tabfit import hub
from tabfit.catalog import Catalog, Model, search
from tabfit.catalog.not_covered import refusal
from tabfit.compare import ranking
from tabfit.compare.smaller_models import RowOf
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.hub import Address
from tabfit.light_dataclass import replace


def matches(asked: PageRequest, chosen: str, row_of: RowOf | None) -> PageReply:
    """Return the models that a typed text may mean, and whom it would ask for what.

    `chosen` is the model that is asked about; `row_of` judges one on the device that is asked
    about, where that is known at once.
    """
    typed = importer.search_input(asked.raw)
    meant = importer.parse_input(typed.text, typed.hub, typed.allowed)
    closed = None if typed.text in asked.catalog.models else refusal(typed.text, asked.catalog)
    found = _named(typed.text, asked.catalog)
    if closed is not None:
        found = [asked.catalog.model(each) for each in closed.near]
        meant = importer.ParsedInput(problem=str(closed))
    parts = {
        "matches": model_search.matches(
            found,
            grouped=not typed.text.strip(),
            chosen=chosen,
            row_of=row_of,
        ),
        "asking": _asking(meant),
    }
    return PageReply(parts=parts, title="")


def address(source: str, endpoint: str) -> Address:
    """Return where a link's model lies; raise `UnreachableHub` for what is no address."""
    return hub.parse(source, importer.checked_endpoint(endpoint))


def _named(text: str, catalog: Catalog) -> list[Model]:
    return [catalog.model(each.id) for each in search(text, catalog.models)]


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
