"""A scenario: what a visitor chose, and nothing that follows from it."""

from __future__ import annotations

from tabfit.devices.device import Device
from tabfit.light_dataclass import dataclass
from tabfit.runtimes.load_options import LoadOptions
from tabfit.units import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Choices by name; `None` is *the default for this model*.

    `context` is the longest conversation, `prompt` how many tokens are read at once. `precision`
    is one name, or one for each session ("encoder=fp32,decoder=q4"). `device` is
    a catalogue id, a device's own signals, or `None` for the device the page is open on.
    `options` are what a page tells its runtime besides, and what the model is fed.
    """

    model: str
    runtime: str | None = None
    precision: str | None = None
    context: Tokens | None = None
    prompt: Tokens | None = None
    device: str | Device | None = None
    options: LoadOptions = LoadOptions()
