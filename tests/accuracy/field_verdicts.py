"""How verdicts compare with people's reports of models that ran or died in a browser.

Each row of `field_reports.csv` is a question: a device as data, a model, a
runtime, a precision and a context. What a report does not say is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tabfit.catalog import Catalog
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject, described
from tabfit.units import Tokens
from tests.accuracy.field_questions import QUESTIONS, Question, key
from tests.accuracy.published import table


@dataclass(frozen=True, slots=True)
class Report:
    """A report and what this project says of it."""

    row: dict[str, str]
    question: Question
    said: Answer

    @property
    def ran(self) -> bool:
        """Return whether the model ran."""
        return self.row["outcome"] == "runs"

    @property
    def probability(self) -> float | None:
        """Return the chance that was given, `None` where nothing could be told."""
        return self.said.verdict.probability

    @property
    def right(self) -> bool | None:
        """Return whether the chance lies on the report's side of a half."""
        return None if self.probability is None else (self.probability >= 0.5) is self.ran

    @property
    def name(self) -> str:
        """Return the report in a few words."""
        return f"{self.row['device']}, {self.row['model']} {self.row['precision']}"


def _device(question: Question, row: dict[str, str], catalog: Catalog) -> Device:
    if isinstance(question.device, str):
        return read(catalog.device(question.device).device)
    return read({"browser": row["browser"].split()[0].lower(), **question.device})


def _about(model: str | dict[str, Any], row: dict[str, str]) -> Subject | None:
    return None if isinstance(model, str) else described(model, name=row["model"])


@cache
def reports() -> tuple[Report, ...]:
    """Return every report that is a question, with its answer."""
    return tuple(_asked())


def _asked() -> Iterator[Report]:
    catalog = Catalog()
    for row in table("field_reports.csv"):
        question = QUESTIONS[key(row)]
        if isinstance(question, str):
            continue
        scenario = Scenario(
            model=row["model"] if isinstance(question.model, dict) else question.model,
            runtime=question.runtime,
            precision=question.precision,
            context=Tokens(int(row["context"])) if row["context"] else None,
        )
        here = _device(question, row, catalog)
        yield Report(row, question, answer(scenario, catalog, here, _about(question.model, row)))


def left_out() -> tuple[tuple[str, str], ...]:
    """Return the reports that are no question, with the reason."""
    rows = table("field_reports.csv")
    asked = ((row, QUESTIONS[key(row)]) for row in rows)
    return tuple((f"{r['device']}, {r['model']}", why) for r, why in asked if isinstance(why, str))


def told() -> list[Report]:
    """Return the reports whose chance could be told."""
    return [report for report in reports() if report.probability is not None]


def right_share() -> float:
    """Return the share of told reports on the right side of a half."""
    return sum(report.right is True for report in told()) / len(told())


def brier_score() -> float:
    """Return the mean square of chance less outcome: 0 is perfect, 0.25 says nothing."""
    squares = ((report.probability or 0.0) - report.ran for report in told())
    return sum(square**2 for square in squares) / len(told())
