"""The form is the question: one sentence whose coloured words are the choices.

In: what was chosen and what there is to choose. Out: the form, and the options
of each choice apart, so that the page can renew them and keep the focus.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Final

from app.components.html import Html, joined, sentence, tag
from app.components.labels import SHORT, bytes_, tokens
from tabfit.catalog import Catalog, CatalogTable, DeviceRow, Model
from tabfit.compare.alternatives import Neighbour
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import CONTEXTS, precisions_of, runtimes_of
from tabfit.estimate.subjects import Subject
from tabfit.i18n.language import Words, _, cleared_with_language, later
from tabfit.model.architecture import Kind

THIS_DEVICE = later("this device")
SENDERS_DEVICE = "shared"
#: The button that opens the search box for a page's list of models.
FINDER: Final = "open-finder"
#: The choices whose lists are the catalogue's models.
LISTS_OF_MODELS: Final = ("model", "start")

#: Each stretch of text with the number after it, if any.
_NUMBERS = re.compile(r"(\D+|^)(\d*)")

_TASKS = Words(
    {
        "text-generation": later("Chat and text"),
        "image-text-to-text": later("Images and text"),
        "any-to-any": later("Images, sound and text"),
        "automatic-speech-recognition": later("Speech to text"),
        "text-to-speech": later("Text to speech"),
        "feature-extraction": later("Embeddings"),
        "sentence-similarity": later("Embeddings"),
        "text-ranking": later("Search ranking"),
        "text-classification": later("Classification"),
        "zero-shot-classification": later("Classification"),
        "token-classification": later("Names in text"),
        "question-answering": later("Questions about a text"),
        "fill-mask": later("Missing words"),
        "translation": later("Translation"),
        "summarization": later("Summaries"),
        "text2text-generation": later("Text to text"),
        "image-classification": later("Images"),
        "zero-shot-image-classification": later("Images"),
        "image-feature-extraction": later("Images"),
        "object-detection": later("Images"),
        "zero-shot-object-detection": later("Images"),
        "image-segmentation": later("Image masks"),
        "mask-generation": later("Image masks"),
        "depth-estimation": later("Depth in images"),
        "image-to-image": later("Images from images"),
        "image-to-text": later("Text from images"),
        "audio-classification": later("Sounds"),
        "zero-shot-audio-classification": later("Sounds"),
        "voice-activity-detection": later("Sounds"),
    }
)

_GROUPS = Words(
    {
        "Any phone": later("Any phone"),
        "Laptop": later("Laptop"),
        "Desktop": later("Desktop"),
    }
)


def form(answer: Answer, catalog: Catalog, *more: Html) -> Html:
    """Return the question as a form that reads as a sentence, with what else stands beneath it."""
    every = options(answer, catalog)
    names = shown(answer)
    encoder = answer.load.architecture.kind is Kind.ENCODER
    rooms = room(answer, catalog)
    roomy = (("precision", _("Precision")), ("runtime", _("Runtime")))
    asked = sentence(
        # For translators: a line ends with each of the choices that depend on the device.
        _("Will {model} at {precision}\nrun with {runtime}\nand {context} on {device}?"),
        model=_choice("model", _("Model"), names, every),
        **{name: _choice(name, words, names, every, rooms[name]) for name, words in roomy},
        context=_choice(
            "context", _("Input length") if encoder else _("Context length"), names, every
        ),
        device=_choice("device", _("Device"), names, every),
    )
    return tag(
        "form",
        tag("h1", asked),
        tag(
            "button",
            _("Any other model"),
            tag("span", ": ", _("a hub’s id or link, a config or a file"), class_="spare-words"),
            type="button",
            id="any-model",
            hidden=True,  # until the script that opens the box is there
        ),
        *more,
        id="question",
        data_asks=True,
        action="./",
        autocomplete="off",
    )


def _choice(
    name: str, label: str, names: dict[str, str], every: dict[str, Html], room: str | None = None
) -> Html:
    return choice(name, label, names[name], every[name], room)


def choice(name: str, label: str, shown: str, options: Html, room: str | None = None) -> Html:
    """Return a choice inside a sentence: the coloured words, and the list behind them.

    A list of models is searched rather than scrolled: it names the button that opens the search
    box, which static/model_search.js puts in its place. Where `room` is told, it is as wide as
    the widest of its lines, so that any of them may stand there and nothing moves.
    """
    kept = room and tag("span", room, id=f"room-{name}", class_="room", aria_hidden="true")
    words = tag(
        "span", shown, id=f"chosen-{name}", class_="chosen", aria_hidden="true", data_for=name
    )
    field = tag(
        "select",
        options,
        name=name,
        id=f"choose-{name}",
        aria_label=label,
        data_search=FINDER if name in LISTS_OF_MODELS else None,
    )
    return tag("label", words, kept, field, class_="choice")


def renewed(choices: Iterable[tuple[str, str, Html]]) -> dict[str, Html]:
    """Return the parts that renew choices, each by name: the words shown, and the list behind."""
    parts: dict[str, Html] = {}
    for name, shown, options in choices:
        parts |= {f"chosen-{name}": joined(shown), f"choose-{name}": options}
    return parts


def room(answer: Answer, catalog: Catalog) -> dict[str, str]:
    """Return all words, a line each, of the choices that are made anew for a device.

    The document is written before the device is known; its sentence keeps room for the widest.
    """
    ways = [each for each in runtimes_of(answer.subject, catalog) if not each.hypothetical]
    precisions = {each for facts in ways for each in precisions_of(answer.subject, facts)}
    now = shown(answer)
    return {
        "precision": "\n".join(sorted({*precisions, now["precision"]})),
        "runtime": "\n".join(sorted({*(each.short for each in ways), now["runtime"]})),
    }


def shown(answer: Answer) -> dict[str, str]:
    """Return the words that stand for each choice in the sentence."""
    asked = answer.scenario
    return {
        "model": answer.subject.name,
        "precision": asked.precision or "",
        "runtime": answer.facts.short,
        "context": tokens(answer.context),
        "device": _device_name(answer),
    }


def _device_name(answer: Answer) -> str:
    if answer.scenario.device is None:
        return _(THIS_DEVICE)
    return answer.device.name or _("the sender’s device")


def options(answer: Answer, catalog: Catalog, near: Iterable[Neighbour] = ()) -> dict[str, Html]:
    """Return the options of each choice, the chosen one marked.

    Precisions and runtimes say what choosing one leads to, where it is among `near`.
    """
    asked, about = answer.scenario, answer.subject
    near = list(near)
    runtimes = [(each.id, each.short) for each in runtimes_of(about, catalog)]
    precisions = [(each, each) for each in precisions_of(about, answer.facts)]
    if asked.precision not in dict(precisions):
        precisions.append((asked.precision or "", asked.precision or ""))
    of_runtime = {each.answer.facts.id: each.answer for each in near if each.choice == "runtime"}
    of_precision = {
        str(each.answer.scenario.precision): each.answer
        for each in near
        if each.choice == "precision"
    }
    if near:
        of_precision[str(asked.precision)] = answer
    if near and not answer.facts.hypothetical:
        of_runtime[answer.facts.id] = answer
    return {
        "model": _models(about, catalog),
        "precision": _with_consequences(precisions, asked.precision, of_precision),
        "runtime": _with_consequences(runtimes, asked.runtime, of_runtime, precision=True),
        "context": flat(_contexts(answer), str(answer.context)),
        "device": _devices(answer, catalog),
    }


def _option(value: str, text: str, chosen: str | None) -> Html:
    return tag("option", text, value=value, selected=value == chosen)


def _with_consequences(
    pairs: Iterable[tuple[str, str]],
    chosen: str | None,
    known: Mapping[str, Answer],
    *,
    precision: bool = False,
) -> Html:
    """Return options that say beside their words what is downloaded, and the verdict."""
    return joined(
        tag(
            "option",
            joined(" · ".join([words, *consequence(known.get(value), precision=precision)])),
            value=value,
            selected=value == chosen,
            data_name=words,
        )
        for value, words in pairs
    )


def consequence(answer: Answer | None, *, precision: bool = False) -> list[str]:
    """Return what an answer comes to, in a few words each: the download and the verdict."""
    if answer is None:
        return []
    size = answer.download.likely
    words = (
        answer.scenario.precision if precision else None,
        bytes_(size) if size else None,
        SHORT[answer.verdict.outcome],
    )
    return [each for each in words if each]


def flat(pairs: Iterable[tuple[str, str]], chosen: str | None) -> Html:
    """Return options from values and their words, the chosen one marked."""
    return joined(_option(value, text, chosen) for value, text in pairs)


def _contexts(answer: Answer) -> list[tuple[str, str]]:
    reach = answer.load.architecture.main.positions
    lengths: set[int] = {each for each in CONTEXTS if reach is None or each <= reach}
    lengths |= {answer.context} | ({reach} if reach and reach <= CONTEXTS[-1] else set())
    return [(str(each), tokens(each)) for each in sorted(lengths)]


def _models(about: Subject, catalog: Catalog) -> Html:
    own = None if about.model else _option(about.id, about.name, about.id)
    return joined(own, model_options(catalog.models, about.id))


def model_options(models: Iterable[Model], chosen: str) -> Html:
    """Return models as options, grouped by what they are for."""
    options = _catalogued(models) if isinstance(models, CatalogTable) else _by_task(models)
    return _marked(options, chosen)


@cleared_with_language
@lru_cache(maxsize=4)
def _catalogued(models: CatalogTable[Model]) -> Html:
    """Return `_by_task` of a whole table, made once for a language."""
    return _by_task(models)


def _by_task(models: Iterable[Model]) -> Html:
    every = sorted(models, key=lambda model: (task_rank(model), model.name.lower()))
    return joined(
        tag("optgroup", [_option(each.id, each.name, None) for each in group], label=name)
        for name, group in groupby(every, key=task_name)
    )


def _marked(options: Html, chosen: str) -> Html:
    """Return options with the chosen one marked, as `_option` does it."""
    own = str(_option(chosen, "", None)).partition(">")[0]
    return Html(options.replace(f"{own}>", f"{own} selected>", 1))


def task_name(model: Model) -> str:
    """Return what a model is for, in words."""
    return _TASKS.get(model.task, model.task.replace("-", " ").capitalize())


def tasks(models: Iterable[Model]) -> list[tuple[str, str]]:
    """Return one task for each of the words that several may share, with these words."""
    of_task = {model.task: model for model in models}
    named = {task_name(model): model for model in sorted(of_task.values(), key=task_rank)}
    return [(model.task, words) for words, model in named.items()]


def task_rank(model: Model) -> tuple[int, str]:
    """Return where a model's task stands in lists."""
    order, task = _task_order(), task_name(model)
    return order.get(task, len(order)), task


@cleared_with_language
@lru_cache(maxsize=1)
def _task_order() -> Mapping[str, int]:
    """Return where tasks stand in lists, by their words, made once for a language."""
    return {words: at for at, words in enumerate(dict.fromkeys(_TASKS.values()))}


def _devices(answer: Answer, catalog: Catalog) -> Html:
    chosen = answer.scenario.device
    key = chosen if isinstance(chosen, str) else "" if chosen is None else SENDERS_DEVICE
    if isinstance(chosen, str):
        key = catalog.device(chosen).id
    theirs = (SENDERS_DEVICE, _device_name(answer))
    return device_options(catalog, key, *([theirs] if key == SENDERS_DEVICE else []))


def device_options(catalog: Catalog, chosen: str, *more: tuple[str, str]) -> Html:
    """Return this device and every one of the catalogue as options, grouped by kind."""
    return joined(flat([("", _(THIS_DEVICE)), *more], chosen), _marked(_by_kind(catalog), chosen))


@cleared_with_language
@lru_cache(maxsize=4)
def _by_kind(catalog: Catalog) -> Html:
    """Return a catalogue's devices as options, grouped by kind, made once for a language."""
    return joined(
        tag("optgroup", [_option(row.id, row.name, None) for row in rows], label=name)
        for name, rows in device_groups(catalog)
    )


def _natural(name: str) -> list[tuple[int, str]]:
    """Return what sorts names as people do: 4 GB before 12 GB."""
    return [(int(digits or 0), text) for text, digits in _NUMBERS.findall(name.lower())]


def device_groups(catalog: Catalog) -> list[tuple[str, list[DeviceRow]]]:
    """Return the catalogue's devices by kind, classes of devices before single models."""

    def group(row: DeviceRow) -> str:
        return _GROUPS.get(row.group, row.group)

    every = sorted(
        catalog.devices, key=lambda row: (not row.generic, group(row), _natural(row.name))
    )
    return [(name, list(rows)) for name, rows in groupby(every, key=group)]
