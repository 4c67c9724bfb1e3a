"""What a table of visits may hold: the columns that decide, and two besides.

In: a cell. Out: its value, or what is wrong with it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from tabfit.errors import Quoted, UnreadableVisits
from tabfit.gate.rules.device_signals import NUMBERS, SIGNALS, TRUTH, WORDS
from tabfit.i18n.language import Message

#: Where a visit came from, as two letters of ISO 3166-1, and how many visits a row stands for.
COUNTRY: Final = "country"
VISITS: Final = "visits"
COLUMNS: Final = (*SIGNALS, COUNTRY, VISITS)
#: A number as it may be written; a browser's version may have more parts, which do not count.
_NUMBER: Final = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,6})?")
_NUMERIC: Final = frozenset((*NUMBERS, "device_memory"))
_TRUTHS: Final = {"true": True, "false": False}


def value(row: int, column: str, given: Any) -> Any:  # noqa: ANN401 - as a table has it
    """Return what a cell says, `None` where it is empty; text is read as CSV has it.

    What a device's key may hold is left to `devices.device.read`. Raises `UnreadableVisits`.

    >>> value(2, "webgpu_shader_f16", "true"), value(2, "cores", "8"), value(2, "browser", "")
    (True, 8, None)
    """
    if isinstance(given, str):
        given = _read(column, given.strip())
    if column == "webgpu" and given is not None and given not in WORDS["webgpu"]:
        _refuse(row, column, given, ", ".join(WORDS["webgpu"]))
    return given


def _read(column: str, text: str) -> Any:  # noqa: ANN401 - as the column has it
    if not text:
        return None
    if WORDS.get(column) == TRUTH:
        return _TRUTHS.get(text.lower(), text)
    if column in _NUMERIC and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def country(row: int, given: str | None) -> str:
    """Return where a row's visits came from, empty where it is not told."""
    text = (given or "").strip().upper()
    if text and not re.fullmatch("[A-Z]{2}", text):
        raise UnreadableVisits(
            row,
            COUNTRY,
            Message("is {given}; two letters such as DE are accepted", given=Quoted(given)),
        )
    return text


def visits(row: int, given: Any) -> int:  # noqa: ANN401 - as a table has it
    """Return how many visits a row stands for."""
    text = str(given).strip()
    if not re.fullmatch("[0-9]{1,15}", text):
        raise UnreadableVisits(
            row, VISITS, Message("is {given}; a whole number is accepted", given=Quoted(given))
        )
    return int(text)


def _refuse(row: int, column: str, given: object, known: str) -> None:
    problem = Message("is {given}; accepted are: {known}", given=Quoted(given), known=known)
    raise UnreadableVisits(row, column, problem)
