"""How verdicts compare with people's reports of models that ran or died in a browser.

Each line of `tests/data/field_reports.jsonl` is a question: a device as data, a model, a
runtime, a precision and a context. What a report does not say is not known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from tabfit import catalog
from tabfit.catalog import Catalog
from tabfit.devices import device as devices
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.defaults import precisions_of
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject, described, subject
from tabfit.units import Tokens
from tests.accuracy.published import DATA

#: What a report calls a precision that the stand-in is published in under another name.
NEAREST: Final = {
    "int4": "q4f16_1",
    "q4": "q4_k_m",
    "q4f32_0": "q4f32_1",
    "q8": "q8_0",
    "fp16": "f16",
}


@dataclass(frozen=True, slots=True)
class Report:
    """A report and what this project says of it."""

    row: dict[str, Any]
    said: Answer

    @property
    def ran(self) -> bool:
        """Return whether the model ran."""
        return bool(self.row["outcome"] == "ran")

    @property
    def kind(self) -> str:
        """Return why it died, `other` where nobody knows; empty where it ran."""
        return "" if self.ran else self.row.get("kind", "other")

    @property
    def source(self) -> str:
        """Return who says so: a repository or a site, all of whose reports are left out together.

        One thread may quote another of the same project, and one person report twice in it.
        """
        return source_of(self.row)

    @property
    def probability(self) -> float | None:
        """Return the chance that was given, `None` where nothing could be told."""
        return self.said.verdict.probability

    @property
    def name(self) -> str:
        """Return the report in a few words."""
        said = self.row["said"]
        return f"{said['device']}, {said['model']} {said.get('precision') or ''}".strip()


def source_of(row: dict[str, Any]) -> str:
    """Return the repository or site behind a row.

    >>> source_of({"source": "mlc-ai/web-llm#524"}), source_of({"source": "a.org/b c"})
    ('mlc-ai/web-llm', 'a.org/b')
    """
    return str(re.split(r"[#@ ]", row["source"])[0]).lower()


@cache
def rows() -> tuple[dict[str, Any], ...]:
    """Return every report as it was read."""
    _about, *lines = (DATA / "field_reports.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


@cache
def reports() -> tuple[Report, ...]:
    """Return every report that is a question, with its answer."""
    return tuple(asked())


def asked(some: Iterable[dict[str, Any]] | None = None) -> Iterator[Report]:
    """Yield every report that is a question, with the answer as things now stand."""
    for row in rows() if some is None else some:
        said = None if "not_asked" in row else answered(row)
        if said is not None:
            yield Report(row, said)


def answered(row: dict[str, Any]) -> Answer | None:
    """Return the answer to a report, `None` where no such file is on offer."""
    shelves = catalog.read()
    about = _about(row)
    scenario = Scenario(
        model=row["model"] if about is None else about.id,
        runtime=row["runtime"],
        precision=_precision(row, about, shelves),
        context=Tokens(row["context"]) if row.get("context") else None,
    )
    try:
        return answer(scenario, shelves, device_of(row), about)
    except TabfitError:
        return None


def device_of(row: dict[str, Any]) -> Device:
    """Return the device of a report, of which no more is known than it says."""
    return devices.read(row.get("device", {}))


def _about(row: dict[str, Any]) -> Subject | None:
    return described(row["config"], name=row["said"]["model"]) if "config" in row else None


def _precision(row: dict[str, Any], about: Subject | None, shelves: Catalog) -> str | None:
    """Return the precision that was said, or the nearest that is on offer."""
    said = (row["said"].get("precision") or "").lower()
    facts = shelves.runtime(row["runtime"])
    offered = [
        each.lower() for each in precisions_of(about or subject(row["model"], shelves), facts)
    ]
    return next((each for each in (said, NEAREST.get(said)) if each in offered), None)


def left_out() -> Iterator[tuple[str, str]]:
    """Yield the reports that are no question, with the reason."""
    known = {id(report.row) for report in reports()}
    for row in rows():
        if id(row) not in known:
            why = row.get("not_asked", "the runtime is not offered this model")
            yield f"{row['said']['device']}, {row['said']['model']}", why


def told(some: Iterable[Report] | None = None) -> list[Report]:
    """Return the reports whose chance could be told."""
    every = reports() if some is None else some
    return [report for report in every if report.probability is not None]


def brier_score(pairs: Iterable[tuple[float, bool]]) -> float:
    """Return the mean square of chance less outcome: 0 is perfect, 0.25 says nothing.

    >>> brier_score([(1.0, True), (0.5, False)])
    0.125
    """
    squares = [(chance - ran) ** 2 for chance, ran in pairs]
    return sum(squares) / len(squares)


def base_rate_score(outcomes: Iterable[bool]) -> float:
    """Return the Brier score of always saying the share that ran.

    >>> base_rate_score([True, False])
    0.25
    """
    every = list(outcomes)
    share = sum(every) / len(every)
    return share * (1 - share)
