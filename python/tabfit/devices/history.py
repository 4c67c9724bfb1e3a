"""A device's own past: what was tried on it before, and how it ended.

In: what a visitor or program says of earlier loads, as JSON. Out: `Trial`s, which
`verdict.device_history` weighs, and which raise `budgets`. It stays on the device it is about: a
link never carries it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tabfit.errors import Quoted, UnreadableDevice
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass, field_names
from tabfit.units import Interval

#: The pools of memory that a trial may tell of, by their names (`budgets.Pool`).
POOLS: Final = ("page", "gpu", "peak", "wasm")
#: No more trials than anybody makes on one device.
MOST_TRIALS: Final = 200
#: No machine a browser runs on has more; a larger number is a slip of the pen.
MOST_BYTES: Final = 2**50
#: What stands for the runtime where a test of memory was refused, or ended the tab.
TEST: Final = "test"
_TEXTS: Final = ("model", "runtime", "precision")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One load that was tried on a device: `ran`, or the tab died.

    `needs` is what it needed at its peak, in bytes, by pool. `day` is written 2026-11-28. `model`
    has its name, `runtime` and `precision` the names of the catalogue.
    """

    ran: bool
    needs: Mapping[str, Interval]
    model: str | None = None
    runtime: str | None = None
    precision: str | None = None
    browser_version: int | None = None
    day: str | None = None

    def __hash__(self) -> int:
        """Return a hash, as a device has one: answers are kept by it."""
        return hash((self.ran, *self.needs.items(), self.day, self.model, self.runtime))


def read(given: object) -> tuple[Trial, ...]:
    """Return the trials that a list of mappings describes; raises `UnreadableDevice`.

    >>> read([{"ran": True, "needs": {"peak": [5, 6, 7]}}])[0].needs["peak"].likely
    6
    """
    if not isinstance(given, (list, tuple)) or len(given) > MOST_TRIALS:
        raise _fault("history", given, f"a list of at most {MOST_TRIALS} trials")
    return tuple(_trial(each, f"history[{at}]") for at, each in enumerate(given))


def _trial(given: object, where: str) -> Trial:
    if not isinstance(given, Mapping) or not given.keys() <= {*field_names(Trial)}:
        raise _fault(where, given, f"an object of {', '.join(field_names(Trial))}")
    ran, day, version = (given.get(key) for key in ("ran", "day", "browser_version"))
    if not isinstance(ran, bool):
        raise _fault(f"{where}.ran", ran, "true, false")
    if day is not None and not (isinstance(day, str) and re.fullmatch(_DAY, day, re.ASCII)):
        raise _fault(f"{where}.day", day, "days such as 2026-11-28")
    if version is not None and not _whole(version, 10**6):
        raise _fault(f"{where}.browser_version", version, "versions such as 147")
    return Trial(
        ran=ran,
        needs=_needs(given.get("needs"), f"{where}.needs"),
        day=day,
        browser_version=version,
        **{key: _text(given.get(key), f"{where}.{key}") for key in _TEXTS},
    )


_DAY: Final = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"


def _needs(given: object, where: str) -> dict[str, Interval]:
    if not isinstance(given, Mapping) or not given or not given.keys() <= {*POOLS}:
        raise _fault(where, given, f"an object of {', '.join(POOLS)}")
    return {pool: _ends(ends, f"{where}.{pool}") for pool, ends in given.items()}


def _ends(given: object, where: str) -> Interval:
    ends: tuple[Any, ...] = tuple(given) if isinstance(given, (list, tuple)) else ()
    whole = len(ends) == 3 and all(_whole(each, MOST_BYTES) for each in ends)
    if not whole or tuple(sorted(ends)) != ends:
        raise _fault(where, given, "three rising whole numbers of bytes")
    return Interval(*ends)


def _whole(given: object, most: int) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= most


def _text(given: object, where: str) -> str | None:
    if given is None or (isinstance(given, str) and len(given) <= 200):
        return given
    raise _fault(where, given, "texts of at most 200 characters")


def _fault(where: str, given: object, accepted: str) -> UnreadableDevice:
    """Return what is wrong with a history; its keys are for programs and stay English."""
    said = Message("is {given}; accepted are: {known}", given=Quoted(given), known=accepted)
    return UnreadableDevice(where, said)


def written(trials: Iterable[Trial]) -> list[dict[str, Any]]:
    """Return the list that `read` turns back into the same trials."""
    return [_written(each) for each in trials]


def _written(trial: Trial) -> dict[str, Any]:
    known = ((name, getattr(trial, name)) for name in field_names(Trial))
    found = {name: value for name, value in known if value is not None}
    needs = {pool: [each.low, each.likely, each.high] for pool, each in trial.needs.items()}
    return {**found, "needs": needs}


def largest_that_ran(trials: Iterable[Trial], pool: str) -> Trial | None:
    """Return the trial that ran with the most in a pool of memory."""
    able = [each for each in trials if each.ran and pool in each.needs]
    return max(able, key=lambda each: each.needs[pool].likely, default=None)


def smallest_that_died(trials: Iterable[Trial], pool: str) -> Trial | None:
    """Return the trial that died with the least in a pool of memory.

    A death is put down once: to all memory together, or else to what held the most of it.
    """
    dead = [each for each in trials if not each.ran and _blamed(each, pool)]
    return min(dead, key=lambda each: each.needs[pool].likely, default=None)


def _blamed(trial: Trial, pool: str) -> bool:
    if pool == "peak":
        return pool in trial.needs
    apart = {name: trial.needs[name].likely for name in ("page", "gpu") if name in trial.needs}
    return pool in apart and apart[pool] == max(apart.values())
