"""More choices beneath the question: how a model is loaded, and what it is fed.

In: an answer. Out: fields for the choices that its runtime and model have, and back: what a form
says of them. Each is a list, so that no half-typed value is ever asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from app.components.forms import form_fields
from app.components.forms.question_form import flat
from app.components.html import Html, joined, tag
from app.components.labels import duration, tokens
from tabfit.estimate import load_choices
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import precisions_of
from tabfit.i18n.language import Words, _, later
from tabfit.recipes.onnx import session_precisions
from tabfit.recipes.onnx.sessions import sessions_of
from tabfit.runtimes import load_options

#: What the names of fields for one session begin with.
SESSION: Final = "session-"
#: The fields that stand for a choice each; those of sessions are found by their beginning.
NAMES: Final = ("prompt", *load_options.NAMES)

_LABELS: Final = Words(
    {
        "prompt": later("Prompt"),
        "kv": later("Cache kept in"),
        "gpu_layers": later("Layers on the GPU"),
        "parallel": later("Conversations at once"),
        "projector": later("Part that sees or hears"),
        "audio": later("Heard at once"),
        "picture": later("Picture"),
    }
)
_OFFERED: Final[Mapping[str, tuple[str, ...]]] = {
    "kv": load_options.CACHE_TYPES,
    "parallel": ("1", "2", "4", "8", "16"),
    "projector": ("on",),
    "audio": ("5s", "30s", "60s", "300s", "1800s", "3600s"),
    "picture": ("224x224", "512x512", "1024x768", "1920x1080", "4032x3024"),
}
_PROMPTS: Final = (128, 512, 2048, 8192, 32768, 131072)


def section(answer: Answer) -> Html:
    """Return the fields behind a line that opens them."""
    return tag(
        "details",
        tag("summary", _("More choices")),
        tag("div", fields(answer), id="more"),
        id="more-choices",
        open=bool(answer.scenario.options),
    )


def fields(answer: Answer) -> Html:
    """Return the fields that the answer's runtime and model have, `Html("")` for none."""
    every = [*_prompt(answer), *_sessions(answer), *_options(answer)]
    if not every:
        return tag("p", _("{runtime} leaves nothing more to choose", runtime=answer.facts.title))
    return form_fields.group(*every)


def _prompt(answer: Answer) -> Iterator[Html]:
    if not answer.load.generates or answer.subject.unread:
        return
    told = answer.scenario.prompt
    lengths = sorted({each for each in (*_PROMPTS, told or 0) if 0 < each <= answer.context})
    usual = answer.load.usual_prompt
    words = [("", tokens(usual)), *((str(each), tokens(each)) for each in lengths if each != usual)]
    yield _pick("prompt", words, None if told is None else str(told))


def _sessions(answer: Answer) -> Iterator[Html]:
    """Yield a list of precisions for each session, where a runtime loads several."""
    about, chosen = answer.subject, answer.scenario.precision or ""
    if load_choices.SESSIONS not in answer.facts.options or about.architecture is None:
        return
    sessions = sessions_of(about.architecture)
    if len(sessions) < 2:
        return
    told = session_precisions.read(chosen) if session_precisions.is_map(chosen) else {}
    offered = [(each, each) for each in precisions_of(about, answer.facts)]
    for session in sessions:
        name = session_precisions.short_name(session.name)
        options = flat(offered, told.get(session.name, chosen))
        yield form_fields.pick(SESSION + name, name, options)


def _options(answer: Answer) -> Iterator[Html]:
    told = load_options.written(answer.scenario.options)
    for name in load_choices.offered(answer.subject, answer.facts):
        values = dict.fromkeys((*_values(name, answer), *filter(None, [told[name]])))
        words = [("", _usual(name)), *((value, _worded(name, value)) for value in values)]
        yield _pick(name, words, told[name])


def _values(name: str, answer: Answer) -> tuple[str, ...]:
    if name == "gpu_layers":
        return tuple(str(at + 1) for at in range(len(answer.load.architecture.main.layers) + 1))
    return _OFFERED[name]


def _usual(name: str) -> str:
    return _("no") if name == "projector" else _("as usual")


def _worded(name: str, value: str) -> str:
    if name == "audio":
        return duration(int(value.removesuffix("s")))
    if name == "projector":
        return _("yes") if value == "on" else _("no")
    return value.replace("x", " × ")


def _pick(name: str, words: list[tuple[str, str]], chosen: str | None) -> Html:
    return form_fields.pick(name, _LABELS[name], joined(flat(words, chosen or "")))


def precision(form: Mapping[str, str], changed: Collection[str]) -> str | None:
    """Return the precision that a form's sessions say, `None` where none of them was changed."""
    if not any(name.startswith(SESSION) for name in changed):
        return None
    told = {
        name.removeprefix(SESSION): value
        for name, value in form.items()
        if name.startswith(SESSION) and value
    }
    if len({*told.values()}) == 1:
        return next(iter(told.values()))
    return ",".join(f"{name}={value}" for name, value in told.items())
