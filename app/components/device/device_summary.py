"""What the device said, in one plain sentence, and one tap to correct it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.components.html import Child, Html, joined, listed, tag
from app.components.html import sentence as filled
from app.components.labels import BROWSERS, PLATFORMS, bytes_, gibibytes, gigabytes
from tabfit.catalog import Catalog
from tabfit.devices import budgets
from tabfit.devices.device import Adapter, Device
from tabfit.i18n.language import _
from tabfit.units import GIB

#: Memory sizes offered for a tap, in GiB, by where the page is open.
PHONES: Final = (3, 4, 6, 8, 12, 16)
DESKTOPS: Final = (4, 8, 16, 24, 32, 64)


def summary(device: Device, *, stated: bool, elsewhere: bool = False, asked: bool = False) -> Html:
    """Return one line that says which device is meant, and opens to all that is known of it.

    `stated` tells that the visitor said some of it, `elsewhere` that it is not the device at
    hand, `asked` that `question` stands in another place.
    """
    told = filled(
        _("{who}: {known}. {nobody}"),
        who=_who(device, elsewhere=elsewhere),
        known=listed(_known(device, stated=stated)),
        nobody=_nobody(device),
    )
    own = not elsewhere and not asked
    return tag(
        "details",
        tag("summary", _line(device, stated=stated, elsewhere=elsewhere, asked=asked)),
        tag("p", told),
        question(device, stated=stated) if own else None,
        id="correct",
        open=own and asks(device),
    )


def waiting(text: str) -> Html:
    """Return one line in the summary's place until the device was asked; it opens to all of it."""
    return tag("details", tag("summary", tag("span", text, class_="device-line")), tag("p", text))


def asks(device: Device) -> bool:
    """Return whether the device's memory is known to nobody but its owner."""
    return budgets.installed(device).have is None


def _line(device: Device, *, stated: bool, elsewhere: bool, asked: bool) -> Html:
    line = filled(
        _("{who}: {known}"),
        who=_name(device, elsewhere=elsewhere),
        known=_memory(device, stated=stated, briefly=True),
    )
    if elsewhere or asked:
        mend = _("Details")
    elif asks(device):
        mend = _("Choose")
    else:
        mend = _("Change") if stated else _("Not right?")
    return joined(tag("span", line, class_="device-line"), " ", tag("u", mend))


def _name(device: Device, *, elsewhere: bool) -> str:
    if elsewhere:
        return device.name or _("The sender’s device")
    browser = BROWSERS[device.browser or "other"]
    if device.platform is None:
        return browser
    return _("{browser} on {platform}", browser=browser, platform=PLATFORMS[device.platform])


def _browser(device: Device) -> str:
    version = str(device.browser_version or "")
    return " ".join(filter(None, (BROWSERS[device.browser or "other"], version)))


def _who(device: Device, *, elsewhere: bool) -> str:
    if elsewhere:
        return device.name or _("The sender’s device")
    if device.platform is None:
        return _("{browser} says", browser=_browser(device))
    platform = PLATFORMS[device.platform]
    return _("{browser} on {platform} says", browser=_browser(device), platform=platform)


def _known(device: Device, *, stated: bool) -> Iterator[Child]:
    yield _memory(device, stated=stated)
    if device.webgpu is None:
        yield _strong(_("{bold} for web pages"), _("no graphics"))
    elif device.adapter is not None:
        yield from _adapter(device.adapter)
    elif device.vram_bytes:
        yield _strong(_("a graphics card with {bold}"), gigabytes(device.vram_bytes))


def _strong(text: str, bold: str, **values: Child) -> Html:
    return filled(text, bold=tag("b", bold), **values)


def _memory(device: Device, *, stated: bool, briefly: bool = False) -> Child:
    have = budgets.installed(device).have
    if have is None:
        return _("memory unknown") if briefly else _strong(_("nothing about {bold}"), _("memory"))
    likely = gigabytes(have.likely)
    if have.low == have.high and briefly:
        return tag("b", likely)
    if have.low == have.high:
        bold = _("{size} of memory", size=likely)
        return _strong(_("{bold}, as you said"), bold) if stated else tag("b", bold)
    if briefly:
        return tag("b", _("about {size}", size=likely))
    bold = _("{size} class memory", size=likely)
    return _strong(
        _("{bold} (between {low} and {high})"),
        bold,
        low=gibibytes(have.low),
        high=gibibytes(have.high),
    )


def _adapter(adapter: Adapter) -> Iterator[Child]:
    name = " ".join(filter(None, (adapter.vendor, adapter.architecture)))
    if name:
        emulated = _("graphics {bold} in software")
        yield _strong(emulated if adapter.emulated else _("graphics {bold}"), name)
    if adapter.max_storage_buffer_binding_size:
        yield _strong(_("largest tensor {bold}"), bytes_(adapter.max_storage_buffer_binding_size))
    if adapter.shader_f16 is not None:
        yield _("16-bit shaders yes") if adapter.shader_f16 else _("16-bit shaders no")


def _nobody(device: Device) -> str:
    if budgets.shares_memory(device) or device.on_phone:
        return _("No browser says how much of it a tab may use.")
    return _("No browser says how much memory a graphics card has, or how much a tab may use.")


def question(device: Device, *, stated: bool) -> Html:
    """Return what the visitor is asked of the device at hand, to be answered by a tap."""
    if device.on_apple_mobile:
        return _which(device)
    unknown = asks(device)
    why = (
        _("This browser does not tell a page how much memory the device has. It has:")
        if unknown
        else _("Not right? This device has:")
    )
    sizes = PHONES if device.on_phone else DESKTOPS
    told = device.ram_bytes if stated else None
    known = [(size * GIB, gigabytes(size * GIB)) for size in sizes]
    chips = [_chip("ram_bytes", value, words, checked=value == told) for value, words in known]
    return tag(
        "fieldset",
        tag("legend", why, class_="" if unknown else "aside"),
        tag("div", chips, class_="chips"),
        _card(device),
        _identify(device),
        id="stated",
    )


def _which(device: Device) -> Html:
    """Return the iPhones or iPads of the catalogue to choose from: their owners know the name."""
    ipad = device.platform == "ipados"
    alike = [row for row in Catalog().devices if row.device.get("platform") == device.platform]
    known = [("", _("I don’t know")), *((row.id, row.name) for row in alike)]
    picked = next((row.id for row in alike if row.name == device.name), "")
    chips = [_chip("name", value, words, checked=value == picked) for value, words in known]
    return tag(
        "fieldset",
        tag(
            "legend",
            _("Which iPad is this? Its memory follows.")
            if ipad
            else _("Which iPhone is this? Its memory follows."),
            class_="" if asks(device) else "aside",
        ),
        tag("div", chips, class_="chips"),
        id="stated",
    )


def _chip(name: str, value: str | int, words: str, *, checked: bool) -> Html:
    box = tag("input", type="radio", name=name, value=value, checked=checked)
    return tag("label", box, tag("span", words), class_="chip")


def _identify(device: Device) -> Html | None:
    """Return a button that asks the browser for the phone's model, which only a tap may do."""
    if device.platform != "android" or device.browser not in ("chrome", "edge"):
        return None
    return tag(
        "p", tag("button", _("Ask the browser which phone this is"), type="button", id="which")
    )


def _card(device: Device) -> Html | None:
    if device.on_phone:
        return None
    kinds = (
        ("", _("graphics not known")),
        ("integrated", _("shared graphics")),
        ("discrete", _("own card")),
    )
    picked = device.graphics if device.graphics in ("integrated", "discrete") else ""
    choices = [tag("option", text, value=value, selected=value == picked) for value, text in kinds]
    sizes = [
        ("", _("memory not known")),
        *((str(n * GIB), gigabytes(n * GIB)) for n in (2, 4, 6, 8, 12, 16, 24, 32)),
    ]
    cards = [
        tag("option", text, value=value, selected=value == str(device.vram_bytes or ""))
        for value, text in sizes
    ]
    return tag(
        "p",
        tag("label", _("Graphics"), " ", tag("select", choices, name="graphics")),
        " ",
        tag("label", _("Card’s memory"), " ", tag("select", cards, name="vram_bytes")),
        class_="card-memory",
    )
