"""A file of limits: tabfit.toml.

In: TOML. Out: `ModelLimits`, or `UnreadableLimits` naming the key. `[limits]` holds for every
model that does not say its own; each `[[models]]` is a model and its limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from tabfit.errors import Quoted, UnreadableLimits
from tabfit.i18n.language import Message, english
from tabfit.light_dataclass import dataclass
from tabfit.verdict.probability import Outcome

#: The outcomes that may be asked for.
OUTCOMES: Final = (Outcome.LIKELY, Outcome.MAY, Outcome.UNLIKELY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLimits:
    """A model, how it is run, and what it may come to; `None` limits nothing.

    `download` and `peak` are bytes at most. On each of `devices` the verdict is at least `outcome`;
    of the `visits` that can be judged, at least a `share` comes to it.
    """

    model: str
    runtime: str | None = None
    precision: str | None = None
    context: int | None = None
    download: int | None = None
    peak: int | None = None
    outcome: Outcome = Outcome.LIKELY
    devices: tuple[str, ...] = ()
    visits: str | None = None
    share: float | None = None


def read(path: Path) -> tuple[ModelLimits, ...]:
    """Return the limits in a file. Raises `UnreadableLimits`, or `OSError`."""
    import tomllib  # noqa: PLC0415 - `size` is read without it

    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        problem = english("is not TOML: {fault}", fault=str(fault))
        raise UnreadableLimits(path.name, "the file", problem) from None
    return _LimitsReader(path.name).whole(given)


def size(text: object) -> int | None:
    """Return the bytes of a size as pages tell them, `None` where it is none.

    >>> size("2.4GB"), size("700 MB"), size("much")
    (2400000000, 700000000, None)
    """
    written = text.strip().lower() if isinstance(text, str) else ""
    match = re.fullmatch(r"([0-9]{1,5}(?:\.[0-9]{1,3})?) ?(gb|g|mb|m)?", written)
    unit = 10**6 if match and (match[2] or "gb").startswith("m") else 10**9
    found = round(float(match[1]) * unit) if match else 0
    return found if 0 < found <= 2**50 else None


class _LimitsReader:
    """The reading of one file, which names the file in what it refuses."""

    def __init__(self, file: str) -> None:
        self.file = file

    def whole(self, given: Mapping[str, Any]) -> tuple[ModelLimits, ...]:
        for key in given:
            if key not in ("limits", "models"):
                self.refuse(key, english("is not known; limits and models are"))
        common = self.table("limits", given.get("limits", {}), {*_READ} - {"model"})
        models = given.get("models")
        if not isinstance(models, list) or not models:
            self.refuse("models", english("is missing; at least one [[models]] is accepted"))
        return tuple(self.model(f"models[{at}]", each, common) for at, each in enumerate(models, 1))

    def model(self, place: str, given: object, common: Mapping[str, Any]) -> ModelLimits:
        said = {**common, **self.table(place, given, {*_READ})}
        if "model" not in said:
            problem = english("is missing; a model as estimate takes it is accepted")
            self.refuse(f"{place}.model", problem)
        made = ModelLimits(**said)
        if (made.share is None) != (made.visits is None):
            missing = "share" if made.share is None else "visits"
            problem = english("is missing; visits and share are given together")
            self.refuse(f"{place}.{missing}", problem)
        if (made.download, made.peak, made.share) == (None,) * 3 and not made.devices:
            accepted = "download, peak, devices, or visits with share"
            self.refuse(
                place, english("limits nothing; accepted are {accepted}", accepted=accepted)
            )
        return made

    def table(self, place: str, given: object, keys: set[str]) -> dict[str, Any]:
        """Return a table's values, read."""
        if not isinstance(given, dict):
            self.refuse(place, english("is {given}; a table is accepted", given=Quoted(given)))
        for key in given:
            if key not in keys:
                known = ", ".join(sorted(keys))
                self.refuse(
                    f"{place}.{key}", english("is not known; known are {known}", known=known)
                )
        return {key: self.value(f"{place}.{key}", key, value) for key, value in given.items()}

    def value(self, place: str, key: str, given: object) -> Any:  # noqa: ANN401 - as the key has it
        read_one, accepted = _READ[key]
        found = read_one(given)
        if found is None:
            said = "is {given}; {accepted} is accepted"
            self.refuse(place, english(said, given=Quoted(given), accepted=accepted))
        return found

    def refuse(self, place: str, problem: Message) -> NoReturn:
        raise UnreadableLimits(self.file, place, problem)


def _text(given: object) -> str | None:
    return given if isinstance(given, str) and given else None


def _count(given: object) -> int | None:
    whole = isinstance(given, int) and not isinstance(given, bool)
    return given if isinstance(given, int) and whole and 0 < given < 2**31 else None


def _outcome(given: object) -> Outcome | None:
    return Outcome(given) if isinstance(given, str) and given in OUTCOMES else None


def _devices(given: object) -> tuple[str, ...] | None:
    known = isinstance(given, list) and given and all(map(_text, given))
    return tuple(given) if known and isinstance(given, list) else None


def _share(given: object) -> float | None:
    known = isinstance(given, (int, float)) and not isinstance(given, bool)
    return float(given) if known and isinstance(given, (int, float)) and 0 < given <= 1 else None


#: How a key is read, and what is accepted.
_READ: Final[Mapping[str, tuple[Callable[[object], Any], str]]] = {
    "model": (_text, "a model as estimate takes it"),
    "runtime": (_text, "an id of `tabfit runtimes`"),
    "precision": (_text, "a precision that the runtime loads"),
    "context": (_count, "a whole number of tokens"),
    "download": (size, 'a size such as "700MB"'),
    "peak": (size, 'a size such as "2.4GB"'),
    "outcome": (_outcome, "likely, may or unlikely"),
    "devices": (_devices, "a list of ids of `tabfit devices`"),
    "visits": (_text, "a file of visits, or sample,"),
    "share": (_share, "a share above 0, at most 1,"),
}
