"""Measured here: a test of how much memory this tab gets, when the visitor asks for it.

In: an answer about the device at hand. Out: a button with a bar and a way to stop
(static/memory_test.js), or why there is no test on a phone.
"""

from __future__ import annotations

from typing import Final

from app.components.html import Html, tag
from app.components.labels import bytes_
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import _

#: The test goes a fifth beyond what the scenario needs.
BEYOND: Final = 1.2


def block(answer: Answer) -> Html:
    """Return the test, or why there is none."""
    if answer.device.on_phone:
        said = _("No test of memory on phones: the system would end this tab, or other apps first.")
        return tag("p", said, class_="aside-note")
    page, gpu = (_wanted(answer, pool) for pool in (Pool.PAGE, Pool.GPU))
    return tag(
        "details",
        tag("summary", _("Measure it here")),
        tag(
            "p",
            _(
                "Takes {size} of memory in steps and lets it go. The tab may end, and the computer "
                "be slow for a while; save what is open elsewhere.",
                size=bytes_(page + gpu),
            ),
        ),
        tag("button", _("Start"), type="button", id="measure", data_page=page, data_gpu=gpu),
        _running(),
        _found(answer.device),
        class_="measured",
    )


def _wanted(answer: Answer, pool: Pool) -> int:
    return round(BEYOND * answer.memory(pool).likely)


def _running() -> Html:
    return tag(
        "div",
        tag("span"),
        tag("progress", max=1, value=0, aria_label=_("Measured so far")),
        tag("button", _("Stop"), type="button", id="stop-measuring"),
        id="measuring",
        hidden=True,
        data_words=_("{done} of {whole} GB"),
    )


def _found(device: Device) -> Html | None:
    said = summary(device)
    return tag("p", _("Measured here: {what}.", what=said), role="status") if said else None


def summary(device: Device) -> str:
    """Return what was measured, as part of a sentence; empty where nothing was."""
    found, every = device.measured, []
    if found.page_bytes:
        every.append(_("{size} for the page", size=bytes_(found.page_bytes)))
    if found.gpu_bytes:
        every.append(_("{size} of graphics", size=bytes_(found.gpu_bytes)))
    if found.bandwidth_bytes_per_second:
        size = bytes_(found.bandwidth_bytes_per_second)
        every.append(_("{size} moved in a second", size=size))
    return ", ".join(every)
