"""What is known of a model besides its size: maker, licence, release, task, context, sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.components.html import Child, Html, joined, sentence, tag
from app.components.labels import tokens
from app.components.model_search import HUB
from app.components.question_form import task_name
from tabfit.catalog import Catalog, Model, Publication
from tabfit.estimate.subjects import Subject
from tabfit.i18n.language import _, day, number

_HUB_ID: Final = re.compile(r"[\w.-]+/[\w.-]+")


def inside(about: Subject, catalog: Catalog, root: str) -> Html:
    """Return the heading and the facts; nothing of a model that the catalogue does not have.

    What nobody told has no line. `root` leads to the site's first page.
    """
    model = about.model
    if model is None:
        return Html("")
    return joined(
        tag("h2", _("About {model}", model=model.name)),
        tag("p", _(model.notes), class_="aside-note") if model.notes else None,
        tag("dl", list(_rows(model, about, catalog, root)), class_="facts"),
        tag("p", _checked(model), class_="aside-note"),
    )


def _rows(model: Model, about: Subject, catalog: Catalog, root: str) -> Iterator[Html]:
    if model.hub:
        owner, _slash, _name = model.hub.partition("/")
        yield _row(_("Maker"), tag("a", owner, href=f"{HUB}/{owner}"))
        yield _row(_("On the hub"), _hub_link(model.hub))
    if model.licence != "unknown":
        yield _row(_("Licence"), model.licence)
    yield _row(_("Released"), tag("time", model.released, datetime=model.released))
    yield _row(_("Task"), task_name(model))
    if model.parameters:
        yield _row(_("Parameters"), number(model.parameters, ","))
    reach = about.architecture.main.positions if about.architecture else None
    if reach:
        yield _row(_("Longest context"), tokens(reach))
    if model.distilled_from and model.distilled_from in catalog.models:
        teacher = catalog.model(model.distilled_from)
        yield _row(_("Distilled from"), tag("a", teacher.name, href=f"{root}m/{teacher.id}/"))
    if model.published:
        places = [tag("li", _place(each)) for each in model.published]
        yield _row(_("Files for browsers"), tag("ul", places))


def _row(name: str, *inside: Child) -> Html:
    return tag("div", tag("dt", name), tag("dd", inside))


def _hub_link(repository: str) -> Html:
    return tag("a", repository, href=f"{HUB}/{repository}")


def _place(each: Publication) -> Html:
    """Return a repository with its format, and who listed its files.

    Outside the hub, or where a runtime's own list names each precision apart, it has no link.
    """
    apart = any(offer.model_id for offer in each.offers.values())
    hub = _HUB_ID.fullmatch(each.repository) and not apart
    where = _hub_link(each.repository) if hub else joined(each.repository)
    return joined(tag("b", each.format), " ", where, " ", tag("small", each.source, lang="en"))


def _checked(model: Model) -> Html:
    """Return where the shapes are from, who counted the parameters, and when it was read."""
    said = _("Shapes: {source}. Read on {date}.")
    if model.counted_by:
        said = _("Shapes: {source}. Parameters counted by: {counted}. Read on {date}.")
    return sentence(
        said,
        source=tag("cite", model.source, lang="en"),
        counted=tag("cite", model.counted_by or "", lang="en"),
        date=tag("time", day(model.read_on), datetime=model.read_on),
    )
