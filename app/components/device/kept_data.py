"""What this device keeps: listed, each part with a button that forgets it.

In: what the browser keeps, which may be anything, and the device it is about. Out: a list, or
nothing where nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.components.device import memory_test
from app.components.device.trial_report import button
from app.components.html import Html, joined, tag
from app.components.labels import bytes_, gigabytes
from tabfit.catalog import Catalog
from tabfit.devices import history
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.devices.history import TEST, Trial
from tabfit.errors import TabfitError
from tabfit.estimate import link
from tabfit.i18n.language import _, day


def inside(kept: Mapping[str, Any], here: Device, catalog: Catalog, *, stated: bool) -> Html:
    """Return the inside of the section that lists what is kept."""
    rows = [
        *_of_device(kept, here, stated=stated),
        *_measured(here),
        *(_tried(each) for each in here.history),
        *_links(kept.get("pinned"), "pinned", _("Pinned"), catalog),
        *_links(kept.get("recent"), "recent", _("Asked before"), catalog),
    ]
    if not rows:
        return Html("")
    return joined(
        tag("h2", _("Kept on this device")),
        tag("p", _("In this browser alone; no link carries it."), class_="lead"),
        tag("ul", rows, class_="kept"),
        tag("p", button(_("Forget all of it"), "forget", "", "all"), class_="taps-here"),
    )


def _row(words: Html | str, name: str, value: object) -> Html:
    return tag("li", tag("span", words), button(_("Forget"), "forget", value, name))


def _of_device(kept: Mapping[str, Any], here: Device, *, stated: bool) -> Iterator[Html]:
    if not stated and not kept.get("phone"):
        return
    known = (
        here.name,
        gigabytes(here.ram_bytes) if here.ram_bytes else None,
        _("a graphics card with {bold}", bold=gigabytes(here.vram_bytes))
        if here.vram_bytes
        else None,
    )
    yield _row(_("My device: {known}", known=", ".join(filter(None, known))), "stated", "")


def _measured(here: Device) -> Iterator[Html]:
    said = memory_test.summary(here)
    if said:
        yield _row(_("Measured here: {what}.", what=said), "measured", "")


def _tried(trial: Trial) -> Html:
    need = trial.needs.get(Pool.PEAK)
    model = _("Test of memory") if trial.runtime == TEST else trial.model
    size = None if need is None else bytes_(need.likely)
    about = ", ".join(filter(None, (model, trial.precision, size)))
    when = day(trial.day) if trial.day else ""
    words = (
        _("{about}: ran, {day}", about=about, day=when)
        if trial.ran
        else _("{about}: crashed, {day}", about=about, day=when)
    )
    (value,) = history.written((trial,))
    return _row(words, "history", value)


def _links(kept: object, name: str, title: str, catalog: Catalog) -> Iterator[Html]:
    for text in kept if isinstance(kept, list) else ():
        words = _named(text, catalog) if isinstance(text, str) else None
        if words is not None:
            opens = tag("a", words, href=f"#{text}", data_change=True)
            yield _row(joined(title, ": ", opens), name, text)


def _named(text: str, catalog: Catalog) -> str | None:
    """Return what a link asks about, `None` where it cannot be read."""
    try:
        asked = link.read(text)
    except TabfitError:
        return None
    known = asked.model in catalog.models
    model = catalog.model(asked.model).name if known else asked.model.removeprefix("hf:")
    device = asked.device if isinstance(asked.device, str) else None
    return ", ".join(filter(None, (model[:60], asked.precision, asked.runtime, device)))
