"""The answer to one question: this model, at this precision, on this device.

A choice that cannot be answered becomes a notice, and the page stays on what can.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from app.components import formula_popover
from app.components.charts import download_steps
from app.components.device import device_summary
from app.components.forms import load_choices, question_form, scenario_link
from app.components.html import Html, joined, tag
from app.components.models import model_facts, model_search
from app.components.verdict import common_devices, verdict_card
from app.model_import import session_models
from app.pages.answer import best_way_to_run, checks, memory_chart, on_this_device, view
from app.pages.compare import side_by_side_link
from app.request_reply import PageHead, PageReply, PageRequest, current_choices
from tabfit import explain
from tabfit.catalog import Catalog
from tabfit.compare import alternatives
from tabfit.devices.device import Device
from tabfit.errors import SHOWN, TabfitError
from tabfit.estimate import answers, link
from tabfit.estimate.answers import Answer
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import _
from tabfit.light_dataclass import replace
from tabfit.runtimes import load_options
from tabfit.runtimes.load_options import LoadOptions
from tabfit.units import Tokens

KEYS: Final = link.KEYS
#: What lies below the answer, filled when it comes near: the code that loads the model, pictures,
#: every way to run it, and the verdicts on common devices.
LATER: Final = ("code", "pictures", "alternatives", view.COMMON)
NUMPY: Final[tuple[str, ...]] = ("alternatives",)
#: What the box that searches models asks for, on whichever page it is open.
FINDER_PARTS: Final = ("matches", "listed-matches", "verdicts")

#: The page opens on this: the textbook case.
DEFAULT: Final = Scenario(model="gemma-2b")
#: The other textbook case, which the first page answers below this one.
OTHER: Final = Scenario(model="distilbert")


def head(catalog: Catalog) -> PageHead:
    """Return what the first page is called."""
    del catalog
    return PageHead(
        title=_("Will it fit?"),
        description=_(
            "Will this AI model run in this browser, on this device? What it downloads, what it "
            "needs at its peak, and why: answered before the download."
        ),
    )


def main(catalog: Catalog, root: str) -> Html:
    """Return the first page: the question, and the textbook cases on common devices."""
    answer = answers.answer(DEFAULT, catalog, Device())
    return view.main(answer, _on_common_devices(answer, catalog, None), catalog, root=root)


def _on_common_devices(given: Answer, catalog: Catalog, about: str | None) -> list[list[Answer]]:
    """Return a model's verdicts on common devices, one row for each way to run it.

    The first page has a row more until another model is asked about: the same rows before and
    after scripts, so that nothing moves.
    """
    rows = view.everywhere_by_way(given, catalog)
    first = about is None and given.scenario.model == DEFAULT.model
    return [*rows, view.everywhere(OTHER, catalog)] if first else rows


def respond(asked: PageRequest) -> PageReply:
    """Return the parts of the page that follow from what was chosen."""
    if asked.part in FINDER_PARTS:
        return _found(asked)
    scenario, unread = _scenario(asked)
    try:
        scenario = best_way_to_run.chosen(scenario, asked)
        given, unanswered = _answered(scenario, asked)
    except TabfitError as fault:
        return _without_answer(scenario, fault, asked)
    if asked.part is not None:
        return _part(given, asked.part, asked)
    return _answer(given, unread or unanswered, asked)


def _found(asked: PageRequest) -> PageReply:
    """Return the models that a typed text may mean, or what those on the screen come to here."""
    finder = _finder()
    if asked.part == "listed-matches":
        listed: PageReply = finder.listed_matches(asked)
        return listed
    scenario, _unread = _scenario(asked)
    if asked.part == "verdicts":
        judged: PageReply = finder.verdicts(asked, best_way_to_run.judged_row(scenario, asked))
        return judged
    known = best_way_to_run.known_row(scenario, asked)
    found: PageReply = finder.matches(asked, scenario.model, known)
    return found


def _without_answer(scenario: Scenario, fault: TabfitError, asked: PageRequest) -> PageReply:
    """Return what stands where no answer can: a button that asks a hub, or why there is none."""
    try:
        if isinstance(fault, session_models.NotAsked):
            return _unasked(scenario, fault.source, asked)
    except TabfitError as unreadable:
        return _refused(scenario, unreadable, asked)
    return _refused(scenario, fault, asked)


def _part(given: Answer, part: str, asked: PageRequest) -> PageReply:
    """Return one part of the page that is wanted later than the answer."""
    if part == "ways":
        ways: PageReply = _finder().ways(given, asked.catalog, asked.here)
        return ways
    if part == view.COMMON:
        rows = _on_common_devices(given, asked.catalog, asked.about)
        return PageReply(parts={part: common_devices.answers(rows)}, title="")
    if part in LATER:
        return _looked_closer(given, part, asked)
    return PageReply(parts=_formula(given, part), title="")


def _finder() -> ModuleType:
    """Return what knows hubs and files, which the first answer does without."""
    from app.model_import import replies  # noqa: PLC0415

    return replies


def _looked_closer(given: Answer, part: str, asked: PageRequest) -> PageReply:
    """Return the content of what lies below the answer, which the first one does without.

    Of a model of which only files are known, nothing is drawn.
    """
    if given.subject.unread and part != "code":
        return PageReply(parts={part: Html("")}, title="")
    from app.pages.answer import lazy_parts  # noqa: PLC0415

    return lazy_parts.replied(given, part, asked.catalog, view.site_root(asked.about))


def _answer(given: Answer, notice: str | None, asked: PageRequest) -> PageReply:
    chosen = scenario_link.brief(given, asked.catalog)
    own = given.subject.id.startswith(session_models.OWN)  # its name means nothing elsewhere
    return PageReply(
        parts=_parts(given, asked, "" if own else link.write(chosen)),
        title=f"{given.subject.name}: {given.verdict.words.lower()}",
        fields={} if own else link.written(chosen),
        with_device=None if own else link.written(_with_device(chosen, given)),
        fields_here=link.written(chosen),
        folder=f"m/{given.subject.id}/" if given.subject.model else "",
        notice=notice or (_own(given) if own and "model" in asked.changed else None),
    )


def _own(given: Answer) -> str:
    """Return why no link can be made of a model that was brought."""
    if given.subject.unread:
        return _("a link cannot carry this model: it is known in this tab alone")
    return _("this model’s config is too large for a link: it is known in this tab alone")


def _unasked(scenario: Scenario, source: str, asked: PageRequest) -> PageReply:
    """Return a question whose model is named, with a button in the answer's place."""
    address = _finder().address(source, str(asked.raw.get("hub") or ""))
    return _unanswered(scenario, source.removeprefix("hf:"), model_search.prompt(address), asked)


def _refused(scenario: Scenario, fault: TabfitError, asked: PageRequest) -> PageReply:
    """Return why a model has no answer, in the answer's place: no other model's stands there."""
    near = [each for each in getattr(fault, "near", ()) if each in asked.catalog.models]
    instead = [asked.catalog.model(each) for each in near[:SHOWN]]
    card = model_search.refused(str(fault), instead, scenario)
    reply = _unanswered(scenario, scenario.model, card, asked)
    return replace(reply, notice=str(fault))


def _runtime_name(runtime: str | None, catalog: Catalog) -> str:
    known = runtime is not None and runtime in catalog.runtimes
    return catalog.runtime(runtime or "").short if known else _("any runtime")


def _unanswered(scenario: Scenario, title: str, card: Html, asked: PageRequest) -> PageReply:
    """Return a question about a model that is named, with a card in the answer's place."""
    if asked.part is not None:
        return PageReply(parts={asked.part: Html("")}, title="")
    stand_in = replace(DEFAULT, context=scenario.context, device=scenario.device)
    given, _notice = _answered(stand_in, asked)
    named = {
        "model": title,
        "precision": scenario.precision or _("any precision"),
        "runtime": _runtime_name(scenario.runtime, asked.catalog),
    }
    values = {
        "model": scenario.model,
        "precision": scenario.precision or "",
        "runtime": scenario.runtime or "",
    }
    parts = _parts(given, asked)
    for name, words in named.items():
        others = parts["choose-model"] if name == "model" else ""
        own = question_form.flat([(values[name], words)], values[name])
        parts |= question_form.renewed([(name, words, joined(own, others))])
    return PageReply(
        parts={**parts, "answer": card, "why": Html(""), "about": Html("")},
        title=title,
        fields=link.written(scenario),
    )


def _scenario(asked: PageRequest) -> tuple[Scenario, str | None]:
    """Return what was chosen: by a link, by the form, or nothing yet."""
    usual = Scenario(model=asked.about or DEFAULT.model)
    if not asked.fields:
        return usual, None
    try:
        if asked.linked:
            opened = {"model": usual.model} if asked.changed else {}
            return link.scenario({**opened, **asked.fields}), None
        return _formed(asked), None
    except TabfitError as fault:
        return usual, str(fault)


def _formed(asked: PageRequest) -> Scenario:
    """Return the form's choices; those that a change of model or runtime outdates are dropped."""
    form, changed, shared = asked.fields, asked.changed, asked.raw.get("shared")
    device: str | Device | None = form.get("device") or None
    if device == question_form.SENDERS_DEVICE and shared:
        device = link.read(shared).device
    scenario = Scenario(model=form["model"], device=device)
    kept = current_choices(form, changed)
    return replace(
        scenario,
        runtime=kept.get("runtime"),
        precision=load_choices.precision(form, changed) or kept.get("precision"),
        context=_tokens(kept.get("context")),
        prompt=_tokens(kept.get("prompt")),
        options=load_options.read(kept),
    )


def _tokens(text: str | None) -> Tokens | None:
    return Tokens(int(text)) if text and text.isdigit() else None


def _answered(scenario: Scenario, asked: PageRequest) -> tuple[Answer, str | None]:
    """Return an answer about the scenario's model, giving up first the choices, then the device.

    Raises `NotAsked` for a hub's model that the visitor has not asked for, and what stands
    against any answer about that model.
    """
    about = session_models.subject(scenario.model, asked.catalog)
    plain = replace(scenario, runtime=None, precision=None, context=None, options=LoadOptions())
    notice = None
    for attempt in (scenario, plain):
        try:
            return answers.kept_answer(attempt, asked.catalog, asked.here, about), notice
        except TabfitError as fault:
            notice = notice or str(fault)
    bare = replace(plain, device=None)
    return answers.kept_answer(bare, asked.catalog, asked.here, about), notice


def _formula(given: Answer, part: str) -> dict[str, Html]:
    """Return the formula of the figure that was opened."""
    found = explain.explain_one(given, part.removeprefix(formula_popover.PREFIX))
    return {} if found is None else {part: formula_popover.opened(found)}


def _parts(given: Answer, asked: PageRequest, named: str = "") -> dict[str, Html]:
    """Return the parts of an answer; `named` is the link to it, where one can name it."""
    near = alternatives.neighbours(given, asked.catalog, asked.here)
    options = question_form.options(given, asked.catalog, near)
    shown = question_form.shown(given)
    away = given.scenario.device is not None
    asking = not away and device_summary.asks(given.device)
    judged = verdict_card.card(
        given,
        compare=_beside(given, asked),
        question=device_summary.question(given.device, stated=False) if asking else None,
    )
    return {
        **question_form.renewed((name, shown[name], options[name]) for name in options),
        **_rooms(given, asked.catalog),
        "more": load_choices.fields(given),
        "said": device_summary.summary(
            given.device, stated=asked.stated, elsewhere=away, asked=asking
        ),
        "announced": joined(verdict_card.announcement(given)),
        "answer": joined(
            tag("div", judged, on_this_device.tried(given, asked, named), class_="column"),
            tag(
                "div",
                best_way_to_run.others(given, near, asked),
                memory_chart.card(given),
                class_="column",
            ),
            checks.card(given),
        ),
        "why": download_steps.inside(given, opens=True),
        "about": model_facts.inside(given.subject, asked.catalog, view.site_root(asked.about)),
        "kept": on_this_device.kept(asked),
    }


def _rooms(given: Answer, catalog: Catalog) -> dict[str, Html]:
    """Return the words that keep room in the question for its other choices."""
    kept = question_form.room(given, catalog)
    return {f"room-{name}": joined(words) for name, words in kept.items()}


def _beside(given: Answer, asked: PageRequest) -> str | None:
    """Return where the answer stands beside those already there; what was brought has no name."""
    if given.subject.model is None:
        return None
    sides = side_by_side_link.added(scenario_link.settled(given), asked.raw.get("sides"))
    return f"{view.site_root(asked.about)}compare/{sides}"


def _with_device(chosen: Scenario, given: Answer) -> Scenario:
    return chosen if chosen.device is not None else replace(chosen, device=given.device)
