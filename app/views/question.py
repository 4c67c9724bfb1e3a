"""The form is the question: one sentence whose coloured words are the choices.

In: what was chosen and what there is to choose. Out: the form, and the options
of each choice apart, so that the page can renew them and keep the focus.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from app.views.html import Html, joined, tag
from app.views.words import RUNTIMES, tokens
from willitfit.answers import CONTEXTS, Answer, Subject, precisions_of, runtimes_of
from willitfit.architecture import Kind
from willitfit.catalog import Catalog, DeviceRow, Model

THIS_DEVICE = "this device"
SENDERS_DEVICE = "shared"

_TASKS = {
    "text-generation": "Chat and text",
    "image-text-to-text": "Images and text",
    "automatic-speech-recognition": "Speech to text",
    "text-to-speech": "Text to speech",
    "feature-extraction": "Embeddings",
    "sentence-similarity": "Embeddings",
    "text-ranking": "Search ranking",
    "text-classification": "Classification",
    "zero-shot-classification": "Classification",
    "token-classification": "Names in text",
    "question-answering": "Questions about a text",
    "fill-mask": "Missing words",
    "translation": "Translation",
    "summarization": "Summaries",
    "text2text-generation": "Text to text",
    "image-classification": "Images",
    "zero-shot-image-classification": "Images",
    "image-feature-extraction": "Images",
    "object-detection": "Images",
}

_GROUPS = {
    "iphone": "iPhone",
    "ipad": "iPad",
    "android": "Android phones and tablets",
    "mac": "Mac",
    "generic": "Typical devices",
}


def form(answer: Answer, catalog: Catalog) -> Html:
    """Return the question as a form that reads as a sentence."""
    every = options(answer, catalog)
    names = shown(answer)
    encoder = answer.load.architecture.kind is Kind.ENCODER
    asked = joined(
        "Will ",
        _choice("model", "Model", names, every),
        " at ",
        _choice("precision", "Precision", names, every),
        " run with ",
        _choice("runtime", "Runtime", names, every),
        " and ",
        _choice("context", "Input length" if encoder else "Context length", names, every),
        " on ",
        _choice("device", "Device", names, every),
        "?",
    )
    return tag(
        "form", tag("h1", asked), id="question", data_asks=True, action="./", autocomplete="off"
    )


def _choice(name: str, label: str, names: dict[str, str], every: dict[str, Html]) -> Html:
    return tag(
        "label",
        tag(
            "span",
            names[name],
            id=f"chosen-{name}",
            class_="chosen",
            aria_hidden="true",
            data_for=name,
        ),
        tag("select", every[name], name=name, id=f"choose-{name}", aria_label=label),
        class_="choice",
    )


def shown(answer: Answer) -> dict[str, str]:
    """Return the words that stand for each choice in the sentence."""
    asked = answer.scenario
    return {
        "model": answer.subject.name,
        "precision": asked.precision or "",
        "runtime": RUNTIMES[answer.facts.id],
        "context": tokens(answer.context),
        "device": _device_name(answer),
    }


def _device_name(answer: Answer) -> str:
    if answer.scenario.device is None:
        return THIS_DEVICE
    return answer.device.name or "the sender’s device"


def options(answer: Answer, catalog: Catalog) -> dict[str, Html]:
    """Return the options of each choice, the chosen one marked."""
    asked, about = answer.scenario, answer.subject
    runtimes = [(each.id, RUNTIMES[each.id]) for each in runtimes_of(about, catalog)]
    precisions = [(each, each) for each in precisions_of(about, answer.facts)]
    if asked.precision not in dict(precisions):
        precisions.append((asked.precision or "", asked.precision or ""))
    return {
        "model": _models(about, catalog),
        "precision": _flat(precisions, asked.precision),
        "runtime": _flat(runtimes, asked.runtime),
        "context": _flat(_contexts(answer), str(answer.context)),
        "device": _devices(answer, catalog),
    }


def _option(value: str, text: str, chosen: str | None) -> Html:
    return tag("option", text, value=value, selected=value == chosen)


def _flat(pairs: Iterable[tuple[str, str]], chosen: str | None) -> Html:
    return joined(_option(value, text, chosen) for value, text in pairs)


def _contexts(answer: Answer) -> list[tuple[str, str]]:
    reach = answer.load.architecture.main.positions
    lengths: set[int] = {each for each in CONTEXTS if reach is None or each <= reach}
    lengths |= {answer.context} | ({reach} if reach and reach <= CONTEXTS[-1] else set())
    return [(str(each), tokens(each)) for each in sorted(lengths)]


def _models(about: Subject, catalog: Catalog) -> Html:
    def task(model: Model) -> str:
        return _TASKS.get(model.task, model.task.replace("-", " ").capitalize())

    every = sorted(catalog.models, key=lambda model: (_rank(task(model)), model.name.lower()))
    grouped = [
        tag(
            "optgroup",
            [_option(model.id, model.name, about.id) for model in models],
            label=name,
        )
        for name, models in groupby(every, key=task)
    ]
    own = None if about.model else _option(about.id, about.name, about.id)
    return joined(own, grouped)


def _rank(task: str) -> tuple[int, str]:
    order = list(dict.fromkeys(_TASKS.values()))
    return (order.index(task) if task in order else len(order), task)


def _devices(answer: Answer, catalog: Catalog) -> Html:
    chosen = answer.scenario.device
    key = chosen if isinstance(chosen, str) else "" if chosen is None else SENDERS_DEVICE
    if isinstance(chosen, str):
        key = catalog.device(chosen).id
    own = [_option("", THIS_DEVICE, key)]
    if key == SENDERS_DEVICE:
        own.append(_option(SENDERS_DEVICE, _device_name(answer), key))

    def group(row: DeviceRow) -> str:
        return _GROUPS.get(row.group, row.group)

    every = sorted(catalog.devices, key=lambda row: (not row.generic, group(row)))
    grouped = [
        tag("optgroup", [_option(row.id, row.name, key) for row in rows], label=name)
        for name, rows in groupby(every, key=group)
    ]
    return joined(own, grouped)
