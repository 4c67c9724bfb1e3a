"""The words that say which device is asked about: which options there are, how they are read.

In: options as text. Out: a device, with what was said of its past. What cannot be read is one
`UsageError`.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from tabfit.catalog import Catalog
from tabfit.cli.usage_error import UsageError
from tabfit.devices import device, history
from tabfit.devices.device import Device
from tabfit.errors import Quoted, UnreadableDevice
from tabfit.estimate import answers
from tabfit.light_dataclass import replace
from tabfit.limits.limits_file import size
from tabfit.sources import config_files


def add(command: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Have a command take a device and what was tried on it."""
    which = command.add_mutually_exclusive_group(required=required)
    which.add_argument("--device", metavar="D", help="a catalogue device")
    which.add_argument("--device-json", metavar="FILE", help="a device's signals as JSON")
    which.add_argument("--ram", metavar="SIZE", help="a computer with so much memory: 8GB")
    past = "(its peak; on a graphics card, the card's)"
    command.add_argument("--ran", metavar="SIZE", help=f"a model of 2.4GB ran here before {past}")
    command.add_argument("--died", metavar="SIZE", help=f"one of 3GB crashed here before {past}")


def here(asked: argparse.Namespace, catalog: Catalog) -> Device:
    """Return the device that is asked about, with what was said of its past."""
    found = answers.place(asked.device, _told(asked), catalog)
    said = [(True, "ran", asked.ran), (False, "died", asked.died)]
    trials = [_trial(ran, _bytes(name, text)) for ran, name, text in said if text is not None]
    return replace(found, history=(*found.history, *history.read(trials)))


def _trial(ran: bool, need: int) -> dict[str, Any]:  # noqa: FBT001 - how it ended
    return {"ran": ran, "needs": {"peak": [need] * 3, "gpu": [need] * 3}}


def _bytes(name: str, text: str) -> int:
    """Return the bytes of a need, as a page tells them: 2.4GB is 2,400,000,000."""
    found = size(text)
    if found is None:
        said = "--{name} is {given}; a size such as 2.4GB or 700MB is accepted"
        raise UsageError(said, name=name, given=Quoted(text))
    return found


def _told(asked: argparse.Namespace) -> Device:
    if asked.ram is not None:
        return device.read({"ram_bytes": _memory(asked.ram)})
    if asked.device_json is None:
        return Device()
    file = asked.device_json
    return device.read(
        config_files.read_json(file, lambda problem: UnreadableDevice(Path(file).name, problem))
    )


def _memory(text: str) -> int:
    """Return the bytes of a memory as it is sold: 8GB, 8 GiB and 8 are all 8 x 2^30."""
    match = re.fullmatch(r"([0-9]{1,4}(?:\.[0-9])?) ?(?:g|gb|gib)?", text.strip().lower())
    found = float(match[1]) if match else 0.0
    if not 0 < found <= 4096:
        said = "--ram is {given}; a size from 1GB to 4096GB, such as 8GB, is accepted"
        raise UsageError(said, given=Quoted(text))
    return round(found * 2**30)
