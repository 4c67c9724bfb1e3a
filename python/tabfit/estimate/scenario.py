"""A scenario: what a visitor chose, and nothing that follows from it."""

from __future__ import annotations

from tabfit.devices.device import Device
from tabfit.light_dataclass import dataclass
from tabfit.units import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Choices by name; `None` is *the default for this model*.

    `context` is the longest conversation, `prompt` how many tokens are read at once. `device` is
    a catalogue id, a device's own signals, or `None` for the device the page is open on.
    """

    model: str
    runtime: str | None = None
    precision: str | None = None
    context: Tokens | None = None
    prompt: Tokens | None = None
    device: str | Device | None = None
