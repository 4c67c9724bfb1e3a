"""The verdict: a word, a shape and a colour, the deciding sentence, three figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.components import formula_popover
from app.components.html import Html, joined, sentence, tag
from app.components.labels import between, bytes_, duration
from app.components.outcome_marks import chip, mark
from app.components.verdict import answer_text
from app.components.verdict.plain_sentence import plain_sentence
from tabfit.devices.budgets import Pool
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import _, whole_sentence
from tabfit.i18n.size_text import rates
from tabfit.runtimes.speed import LINES, seconds
from tabfit.units import Basis
from tabfit.verdict import chance_text
from tabfit.verdict.labels import CHECKS
from tabfit.verdict.probability import Outcome

__all__ = ["card", "chip"]


#: The formulas that the figures of this card open.
_FORMULAS: Final = ("download", "runtime-download", "memory-peak", "speed", "chance")


def card(answer: Answer, compare: str | None = None, question: Html | None = None) -> Html:
    """Return the verdict as the largest thing after the question.

    `compare` leads to where the scenario stands beside others; `question` is what the
    visitor is asked where the device cannot be known without an answer.
    """
    verdict, decides = answer.verdict, _what_decides(answer)
    return tag(
        "section",
        heading(verdict.outcome, verdict.words),
        tag("p", _sentence(answer), class_="deciding"),
        tag("p", decides, class_="aside-note", id="what-decides") if decides else None,
        question,
        tag("dl", _figures(answer), class_="figures"),
        tag("p", _download(answer), class_="aside-note"),
        [tag("p", whole_sentence(note), class_="note") for note in answer.notes],
        tag(
            "div",
            tag("button", _("Share this answer"), type="button", data_share=True, class_="main"),
            answer_text.copied(answer, decides),
            tag("a", _("Compare side by side"), href=compare) if compare else None,
            class_="buttons",
        ),
        [formula_popover.place(name) for name in _FORMULAS],
        class_="card",
        aria_label=_("Verdict"),
    )


def heading(outcome: Outcome, words: str) -> Html:
    """Return an outcome's shape and the words that say it."""
    return tag("h2", mark(outcome), words, class_=f"verdict {outcome}")


def decided_by(check: str) -> str:
    """Return that one check decides, by its title."""
    return _("What decides: {check}.", check=check)


def _what_decides(answer: Answer) -> str | None:
    """Return which check decides, and which would after it; or the one answer that would decide."""
    verdict = answer.verdict
    if verdict.outcome is Outcome.UNKNOWN:
        return _("One answer would decide: how much memory the device has.")
    if verdict.because not in CHECKS or verdict.outcome is Outcome.UNSUPPORTED:
        return None
    first = CHECKS[verdict.because]
    if verdict.runner_up:
        second = CHECKS[verdict.runner_up]
        return _("What decides: {check}. Next: {other}.", check=first, other=second)
    return decided_by(first)


def announcement(answer: Answer) -> str:
    """Return what is said aloud when an answer has come: the verdict and its sentence."""
    return f"{answer.verdict.words}. {plain_sentence(answer)}"


def _sentence(answer: Answer) -> Html:
    said, chance = plain_sentence(answer), answer.verdict.open_chance
    if chance is None:
        return joined(said)
    whole, hundred = chance_text.sentence_of(chance)
    opener = formula_popover.opener(hundred, "chance")
    return joined(said, " ", sentence(whole, hundred=opener))


def _figures(answer: Answer) -> Iterator[Html]:
    if answer.download.likely:
        size = formula_popover.opener(bytes_(answer.download.likely), "download")
        yield download(size, answer.download_basis)
    peak = formula_popover.opener(between(answer.memory(Pool.PEAK)), "memory-peak")
    what = _("memory at least") if answer.subject.unread else _("memory at peak")
    yield _figure(what, peak, Basis.COMPUTED)
    if answer.rates is not None:
        low, _likely, high = answer.rates.per_second
        speed = formula_popover.opener(_rate(low, high), "speed")
        yield _figure(_("tokens a second"), speed, answer.rates.basis)


def _rate(low: float, high: float) -> str:
    return _("{rates} /s", rates=rates(low, high))


def download(size: Html, basis: Basis) -> Html:
    """Return what is downloaded as one of a card's figures."""
    return _figure(_("download"), size, basis)


def _figure(name: str, value: Html, basis: Basis) -> Html:
    return tag("div", tag("dd", value), tag("dt", name, " ", chip(basis)))


def _download(answer: Answer) -> Html:
    if not answer.download.likely:
        return joined(_("The browser keeps this model for all sites; a page downloads nothing."))
    whole = answer.download.likely + answer.runtime_download.likely
    times = " · ".join(
        _("{time} at {speed:,}", time=duration(seconds(whole, each)), speed=each)
        for each in LINES[:3]
    )
    code = answer.runtime_download.likely
    if not code:
        return joined(_("Takes {times} Mbit/s, with nothing for a runtime.", times=times))
    return sentence(
        _("Takes {times} Mbit/s, with {code} for the runtime itself, fetched once per site."),
        times=times,
        code=formula_popover.opener(bytes_(code), "runtime-download"),
    )
