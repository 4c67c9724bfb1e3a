"""What the device said, in one plain sentence, and one tap to correct it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.views.html import Child, Html, joined, tag
from app.views.words import BROWSERS, PLATFORMS, bytes_, gibibytes
from willitfit import budgets
from willitfit.device import Adapter, Device
from willitfit.units import GIB

#: Memory sizes offered for a tap, in GiB, by where the page is open.
PHONES: Final = (3, 4, 6, 8, 12, 16)
DESKTOPS: Final = (4, 8, 16, 24, 32, 64)


def sentence(device: Device, *, stated: bool, elsewhere: bool = False) -> Html:
    """Return what is known of a device and what nobody tells, with the way to correct it.

    `stated` tells that the visitor said some of it, `elsewhere` that it is not the device at hand.
    """
    parts: list[Child] = [*_known(device, stated=stated)]
    said = joined(_who(device, elsewhere=elsewhere), _listed(parts), ". ", _nobody(device))
    return joined(tag("p", said), None if elsewhere else _ask(device, stated=stated))


def _who(device: Device, *, elsewhere: bool) -> str:
    if elsewhere:
        return f"{device.name or 'The sender’s device'}: "
    browser = BROWSERS.get(device.browser or "other", "This browser")
    version = f" {device.browser_version}" if device.browser_version else ""
    where = f" on {PLATFORMS[device.platform]}" if device.platform else ""
    return f"{browser}{version}{where} says: "


def _listed(parts: list[Child]) -> list[Child]:
    return [piece for at, part in enumerate(parts) for piece in ((", " if at else ""), part)]


def _known(device: Device, *, stated: bool) -> Iterator[Child]:
    yield _memory(device, stated=stated)
    if device.webgpu is None:
        yield joined(tag("b", "no graphics"), " for web pages")
    elif device.adapter is not None:
        yield from _adapter(device.adapter)
    elif device.vram_bytes:
        yield joined("a graphics card with ", tag("b", f"{gibibytes(device.vram_bytes)} GB"))


def _memory(device: Device, *, stated: bool) -> Child:
    have = budgets.installed(device).have
    if have is None:
        return joined("nothing about ", tag("b", "memory"))
    if have.low == have.high:
        return joined(
            tag("b", f"{gibibytes(have.likely)} GB of memory"), ", as you said" if stated else ""
        )
    low, high = gibibytes(have.low), gibibytes(have.high)
    return joined(
        tag("b", f"{gibibytes(have.likely)} GB class memory"), f" (between {low} and {high})"
    )


def _adapter(adapter: Adapter) -> Iterator[Child]:
    name = " ".join(filter(None, (adapter.vendor, adapter.architecture)))
    if name:
        yield joined("graphics ", tag("b", name), " in software" if adapter.fallback else "")
    if adapter.max_storage_buffer_binding_size:
        yield joined("largest tensor ", tag("b", bytes_(adapter.max_storage_buffer_binding_size)))
    if adapter.shader_f16 is not None:
        yield f"16-bit shaders {'yes' if adapter.shader_f16 else 'no'}"


def _nobody(device: Device) -> str:
    if budgets.shares_memory(device) or device.on_phone:
        return "No browser says how much of it a tab may use."
    return "No browser says how much memory a graphics card has, or how much a tab may use."


def _ask(device: Device, *, stated: bool) -> Html:
    unknown = budgets.installed(device).have is None
    why = (
        "This browser does not tell a page how much memory the device has. It has:"
        if unknown
        else "Not right? This device has:"
    )
    sizes = PHONES if device.on_phone else DESKTOPS
    chips = [_chip(size, device if stated else None) for size in sizes]
    body = joined(
        tag("legend", why, class_="" if unknown else "aside"),
        tag("div", chips, class_="chips"),
        _card(device),
        _identify(device),
    )
    asked = tag("fieldset", body, id="stated")
    if unknown:
        return asked
    title = "Change what you said" if stated else "Not right? Say what it has"
    return tag("details", tag("summary", title), asked, id="correct")


def _chip(size: int, stated: Device | None) -> Html:
    value = size * GIB
    checked = stated is not None and stated.ram_bytes == value
    box = tag("input", type="radio", name="ram_bytes", value=value, checked=checked)
    return tag("label", box, tag("span", f"{size} GB"), class_="chip")


def _identify(device: Device) -> Html | None:
    """Return a button that asks the browser for the phone's model, which only a tap may do."""
    if device.platform != "android" or device.browser not in ("chrome", "edge"):
        return None
    return tag("p", tag("button", "Ask the browser which phone this is", type="button", id="which"))


def _card(device: Device) -> Html | None:
    if device.on_phone:
        return None
    kinds = (
        ("", "graphics not known"),
        ("integrated", "shared graphics"),
        ("discrete", "own card"),
    )
    picked = device.graphics if device.graphics in ("integrated", "discrete") else ""
    choices = [tag("option", text, value=value, selected=value == picked) for value, text in kinds]
    sizes = [
        ("", "memory not known"),
        *((str(n * GIB), f"{n} GB") for n in (2, 4, 6, 8, 12, 16, 24, 32)),
    ]
    cards = [
        tag("option", text, value=value, selected=value == str(device.vram_bytes or ""))
        for value, text in sizes
    ]
    return tag(
        "p",
        tag("label", "Graphics ", tag("select", choices, name="graphics")),
        tag("label", " Card’s memory ", tag("select", cards, name="vram_bytes")),
        class_="card-memory",
    )
