"""Whether the page shows what the command line answers to the same question.

In: what a page shows, with its link, and the device that its browser told. Out: what differs.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tabfit.cli import command_line
from tabfit.i18n.language import whole_sentence
from tabfit.i18n.size_text import size
from tabfit.units import Interval, exactly

#: What a link says beside the question.
_OTHER = {"v", "lang", "model", "device"}


def words(link: str, device: Path) -> list[str]:
    """Return the command that asks what a link asks, on the file's device where none is named."""
    said = dict(parse_qsl(link))
    named = said.get("device")
    where = f"--device={named}" if named else f"--device-json={device}"
    more = [
        f"--{key.replace('_', '-')}={value}" for key, value in said.items() if key not in _OTHER
    ]
    return ["estimate", said.get("model", "gemma-2b"), "--json", *more, where]


def answered(command: list[str]) -> dict[str, Any]:
    """Return what the command line prints, as data."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        command_line.main(command)
    found: dict[str, Any] = json.loads(printed.getvalue())
    return found


def differences(shown: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a page shows otherwise than the command line answers."""
    if shown["outcome"] != found["verdict"]["outcome"]:
        yield f"verdict {shown['outcome']}, not {found['verdict']['outcome']}"
    peak = found["memory"]["peak"]
    figures = [size(exactly(found["download"]["bytes"]))] if found["download"]["bytes"] else []
    if peak["likely"] is not None:
        figures.append(size(Interval(peak["low"], peak["likely"], peak["high"])))
    if lacking := [each for each in figures if each not in shown["figures"]]:
        yield f"figures {shown['figures']} without {lacking}"
    reasons = [whole_sentence(each["message"]) for each in found["checks"]]
    pairs = zip(reasons, shown["checks"], strict=False)
    if len(reasons) != len(shown["checks"]) or not all(b.startswith(a) for a, b in pairs):
        yield f"checks {shown['checks']}, not {reasons}"
