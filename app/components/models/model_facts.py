"""What is known of a model besides its size: maker, licence, release, task, context, sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.components.forms.question_form import task_name
from app.components.html import Child, Html, joined, sentence, tag
from app.components.labels import bytes_, tokens
from tabfit.catalog import Catalog, Model, Publication
from tabfit.catalog.model_languages import ModelLanguages, model_languages
from tabfit.estimate.subjects import Subject
from tabfit.hub_names import HUB, HUB_ID
from tabfit.i18n.language import Words, _, day, later, number

#: The languages that makers name, by their codes.
LANGUAGES: Final = Words(
    {
        "de": later("German"),
        "en": later("English"),
        "es": later("Spanish"),
        "fr": later("French"),
        "hi": later("Hindi"),
        "it": later("Italian"),
        "nl": later("Dutch"),
        "pt": later("Portuguese"),
        "ru": later("Russian"),
        "th": later("Thai"),
    }
)
#: Formats of files, as their makers write them.
FORMATS: Final = Words(
    {
        "builtin": later("part of the browser"),
        "gguf": "GGUF",
        "litertlm": "LiteRT-LM",
        "mediapipe": "MediaPipe",
        "mlc": "MLC",
        "onnx": "ONNX",
        "bitnet.cpp": "bitnet.cpp",
    }
)


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
    spoken = model_languages(model.id)
    if spoken:
        yield _row(_("Languages"), *_languages(spoken))
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
        yield _row(_("Published files"), tag("ul", places))


def _languages(spoken: ModelLanguages) -> tuple[Child, ...]:
    """Return the languages by name, or how many there are, and who says so."""
    said = (
        ", ".join(LANGUAGES[code] for code in spoken.codes)
        if spoken.codes
        else _("at least {count}", count=spoken.count)
    )
    return said, " ", tag("small", tag("a", spoken.says, href=spoken.url, lang="en"))


def _row(name: str, *inside: Child) -> Html:
    return tag("div", tag("dt", name), tag("dd", inside))


def _hub_link(repository: str) -> Html:
    return tag("a", repository, href=f"{HUB}/{repository}")


def _place(each: Publication) -> Html:
    """Return a repository with its format, and who listed its files.

    Outside the hub, or where a runtime's own list names each precision apart, it has no link.
    """
    apart = any(offer.model_id for offer in each.offers.values())
    hub = HUB_ID.fullmatch(each.repository) and not apart
    where = _hub_link(each.repository) if hub else joined(each.repository)
    sizes = list(_sizes(each))
    listed = tag("small", ", ".join(sizes)) if sizes else None
    source = tag("small", each.source, lang="en")
    return joined(tag("b", FORMATS[each.format]), " ", where, " ", listed, source)


def _sizes(each: Publication) -> Iterator[str]:
    """Yield each precision with the size of its weights' files, where a listing has it."""
    for name, offer in sorted(each.offers.items()):
        size = sum(file.bytes for file in offer.files)
        yield f"{name.lower()} {bytes_(size)}" if size else name.lower()


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
