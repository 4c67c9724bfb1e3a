"""The verdict: a word, a shape and a colour, the deciding sentence, three figures."""

from __future__ import annotations

from collections.abc import Iterator

from app.views.html import Html, joined, tag
from app.views.marks import mark
from app.views.words import BASES, between, bytes_, duration
from willitfit.answers import Answer
from willitfit.budgets import Pool
from willitfit.outcome import Outcome
from willitfit.speed import LINES, seconds
from willitfit.units import Basis


def card(answer: Answer) -> Html:
    """Return the verdict as the largest thing after the question."""
    verdict = answer.verdict
    return tag(
        "section",
        tag("h2", mark(verdict.outcome), verdict.words, class_=f"verdict {verdict.outcome}"),
        tag("p", _sentence(answer), class_="deciding"),
        tag("dl", _figures(answer), class_="figures"),
        tag("p", _download(answer), class_="aside-note"),
        [tag("p", _said(note), class_="note") for note in answer.notes],
        tag("p", tag("button", "Share this answer", type="button", data_share=True, class_="main")),
        class_="card",
        aria_label="Verdict",
    )


def _sentence(answer: Answer) -> str:
    verdict = answer.verdict
    said = _said(verdict.sentence)
    if verdict.probability is None or verdict.outcome is Outcome.NO:
        return said
    hundred = min(max(round(verdict.probability * 20) * 5, 5), 95)
    return f"{said} By our estimate about {hundred} in 100 such devices manage."


def _said(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:] + "."


def _figures(answer: Answer) -> Iterator[Html]:
    if answer.download.likely:
        yield _figure("download", bytes_(answer.download.likely), answer.download_basis)
    yield _figure("memory at peak", between(answer.memory(Pool.PEAK)), Basis.COMPUTED)
    if answer.rates is not None:
        low, _, high = answer.rates.per_second
        yield _figure("tokens a second", _rate(low, high), answer.rates.basis)


def _rate(low: float, high: float) -> str:
    places = 0 if high >= 10 else 1
    return f"{low:.{places}f}–{high:.{places}f} /s"


def _figure(name: str, value: str, basis: Basis) -> Html:
    return tag("div", tag("dd", value), tag("dt", name, " ", chip(basis)))


def chip(basis: Basis) -> Html:
    """Return how a figure is known, small beside it."""
    return tag("span", basis, class_="basis", title=BASES[basis])


def _download(answer: Answer) -> Html:
    if not answer.download.likely:
        return joined("The browser keeps this model for all sites; a page downloads nothing.")
    whole = answer.download.likely + answer.runtime_download.likely
    times = " · ".join(f"{duration(seconds(whole, each))} at {each:,}" for each in LINES[:3])
    code = answer.runtime_download.likely
    return joined(
        f"Takes {times} Mbit/s, with ",
        f"{bytes_(code)} for the runtime itself, fetched once per site."
        if code
        else "nothing for a runtime.",
    )
