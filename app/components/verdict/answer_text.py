"""An answer as plain text, for an issue, a chat or a commit message.

In: an answer. Out: a few lines, and the button that copies them (`copied_text`).
"""

from __future__ import annotations

from collections.abc import Iterator

from app.components import copied_text
from app.components.html import Html
from app.components.labels import between, bytes_, tokens
from app.components.verdict.plain_sentence import plain_sentence
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import _
from tabfit.verdict import chance_text


def copied(answer: Answer, decides: str | None) -> Html:
    """Return the button that copies an answer, where it says that it did, and the text itself."""
    return copied_text.copied((*lines(answer), *((decides,) if decides else ())))


def lines(answer: Answer) -> Iterator[str]:
    """Yield the question, the verdict and the figures, a line each."""
    asked = (answer.scenario.precision, answer.facts.title, tokens(answer.context))
    where = answer.device.name or _signals(answer.device)
    yield ", ".join(str(each) for each in (answer.subject.name, *asked, where) if each)
    yield f"{answer.verdict.words}: {plain_sentence(answer)}"
    if answer.verdict.open_chance is not None:
        yield chance_text.said(answer.verdict.open_chance)
    if answer.download.likely:
        yield f"{_('download')}: {bytes_(answer.download.likely)}"
    peak = _("memory at least") if answer.subject.unread else _("memory at peak")
    yield f"{peak}: {between(answer.memory(Pool.PEAK))}"


def _signals(device: Device) -> str:
    """Return what a browser told of itself, in the contract's own words."""
    version = device.browser_version
    told = (device.platform, device.browser, None if version is None else str(version))
    return " ".join(each for each in told if each)
