"""The deciding sentence for somebody who knows nothing of memory limits.

In: an answer. Out: one sentence with what is needed and what such a device gives. The exact
check, with its limits and their names, stands below among the others.
"""

from __future__ import annotations

from typing import Final

from app.components.labels import between
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import Words, _, later, whole_sentence
from tabfit.i18n.size_text import size
from tabfit.units import exactly
from tabfit.verdict.check_text import Check
from tabfit.verdict.probability import Outcome

#: Ends further apart than so many times say little as an interval.
WIDE: Final = 10
#: Who decides, where the system ends a tab that takes too much.
_SYSTEMS: Final = Words(
    {
        "android": later(
            "Android decides how much one tab may use: this model needs {need}, "
            "and phones like this usually give {have}."
        ),
        "ios": later(
            "iOS decides how much one tab may use: this model needs {need}, "
            "and iPhones like this usually give {have}."
        ),
        "ipados": later(
            "iPadOS decides how much one tab may use: this model needs {need}, "
            "and iPads like this usually give {have}."
        ),
    }
)

#: What a failure means, by the check that finds it.
_REFUSED: Final = Words(
    {
        "webgpu": later(
            "This model runs on the graphics processor, and this browser lets no page use one here."
        ),
        "shader-f16": later(
            "This precision needs a graphics feature (16-bit shaders) that is missing here."
        ),
        "largest-tensor": later(
            "One piece of this model, {need}, is larger than what the graphics take at once: "
            "{have}."
        ),
        "largest-buffer": later(
            "One piece of this model, {need}, is larger than what the graphics take at once: "
            "{have}."
        ),
        "file-size": later(
            "One file of this model, {need}, is larger than a browser takes at once: {have}."
        ),
        "advised-buffer": later(
            "This way to run it warns or slows down here: one piece of {need} is more than "
            "the graphics take at once, {have}."
        ),
    }
)


def plain_sentence(answer: Answer) -> str:
    """Return the sentence; the check's own where there is no plainer one."""
    check = _deciding(answer)
    if check is None:
        return whole_sentence(answer.verdict.sentence)
    memory = _heap(check) or _memory(check, answer.device)
    if memory and check.past:
        return f"{memory} {whole_sentence(check.past)}"
    refused = _insecure(check, answer.device) or _refusal(check)
    return memory or refused or whole_sentence(answer.verdict.sentence)


def _deciding(answer: Answer) -> Check | None:
    named = (each for each in answer.checks if each.name == answer.verdict.because)
    return next(named, None)


def _memory(check: Check, device: Device) -> str | None:
    if check.pool is None or check.need is None or check.have is None:
        return None
    ends = {"need": between(check.need), "have": between(check.have)}
    if check.pool is Pool.GPU:
        return _(
            "This model needs {need} of the graphics card’s memory, "
            "and cards like this usually have {have} to give.",
            **ends,
        )
    if device.platform and device.platform in _SYSTEMS:
        return _SYSTEMS[device.platform].format(**ends)
    return _(
        "This model needs {need} of memory, and a computer like this usually gives one tab {have}.",
        **ends,
    )


def _heap(check: Check) -> str | None:
    if check.name != "wasm-memory" or check.need is None or check.have is None:
        return None
    if check.have.high > WIDE * check.have.low:
        return _(
            "This way to run it needs {need} in one block of memory; browsers like this allow "
            "some pages a block of up to {most}, and others far less.",
            need=between(check.need),
            most=size(exactly(check.have.high)),
        )
    return _(
        "This way to run it needs {need} in one block of memory, and a browser like this "
        "usually allows a page a block of {have}.",
        need=between(check.need),
        have=between(check.have),
    )


def _insecure(check: Check, device: Device) -> str | None:
    """Return that the address is why, which whoever opened it can change."""
    if device.secure_context is not False or check.outcome is not Outcome.NO:
        return None
    if check.name not in ("webgpu", "shader-f16"):
        return None
    return _(
        "This address is not secure, and browsers let only secure ones (https) use the graphics "
        "processor, which this model runs on."
    )


def _refusal(check: Check) -> str | None:
    if check.name not in _REFUSED:
        return None
    slowed = check.name == "advised-buffer" and check.outcome is Outcome.MAY and check.have
    if check.outcome is not Outcome.NO and not slowed:
        return _(
            "Whether the browser and graphics of such a device take this model is not known "
            "here; most current ones do."
        )
    need, have = (between(each) if each else "" for each in (check.need, check.have))
    return _REFUSED[check.name].format(need=need, have=have)
