"""Reports as the fits see them: needs against budgets, groups of failures, and a weight.

A tracker is where people go with what failed, a benchmark's result file has what ran on one good
machine. Both are kept; what keeps either from ruling is that the reports of one project together
weigh as much as the root of their number. Within a project the reports of one thread or file share
what it weighs: the next thread is of other people and devices. A report loses a fifth of its weight
with every year, as browsers and runtimes change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tabfit.devices import budgets
from tabfit.devices import device as devices
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer
from tabfit.units import Interval
from tabfit.verdict import decide, failure_rates
from tabfit.verdict.requirements import Requirements, Setup
from tests.accuracy import field_reports
from tests.accuracy.field_reports import Report, asked
from tools.budgets.usual_memory import with_usual_memory

#: What the number of reports of one thread, and of threads of one project, does to a weight.
OF_THREAD: Final = -0.5
OF_PROJECT: Final = -0.5
#: The year in which a report weighs full.
NOW: Final = 2026
#: A report of a year before has this share of the weight.
YEARLY: Final = 0.8
#: The year of a report that names none.
USUAL_YEAR: Final = 2025
#: What a report's kind is to the fits. A feature that is missing is no driver's fault.
KINDS: Final = {
    "driver": failure_rates.DRIVER,
    "wrong output": failure_rates.WRONG,
    "reserve": failure_rates.RESERVE,
    "release": failure_rates.FAULT,
    "compiler": failure_rates.FAULT,
    "hang": failure_rates.FAULT,
    "leak": failure_rates.FAULT,
    "other": failure_rates.FAULT,
}
#: The kind that a need against a budget tells of. A limit that was met says nothing of memory.
OF_MEMORY: Final = "memory"


@dataclass(frozen=True, slots=True)
class Case:
    """A report, what it weighs, and the groups it belongs to for each kind of failure.

    `memory` has each pool's rule, its need and its budget before any fit, `made_so` the ways in
    which its model is made that may fail more often, `required` what the load asks of any device,
    and `usual` the device with the memory that such devices mostly have, where none is told.
    """

    report: Report
    weight: float
    memory: tuple[tuple[str, Interval, Interval], ...]
    groups: dict[str, tuple[str, ...]]
    made_so: tuple[str, ...]
    required: Requirements
    usual: Device

    @property
    def ran(self) -> bool:
        """Return whether the model ran."""
        return self.report.ran

    @property
    def of_thread(self) -> bool:
        """Return whether people wrote it into a thread, and no file of results."""
        return "#" in self.report.row["source"]

    @property
    def failure(self) -> str | None:
        """Return of which kind of failure it died, `None` for another reason or none."""
        return KINDS.get(self.report.kind)


def cases() -> tuple[Case, ...]:
    """Return every report as a case, read with the budgets as they are before any fit."""
    with budgets.FITTED.replaced_by({}):
        every = tuple(asked())
    reports = Counter(each.row["source"] for each in every)
    threads = Counter(field_reports.source_of({"source": thread}) for thread in reports)
    return tuple(
        _case(
            each,
            reports[each.row["source"]] ** OF_THREAD * threads[each.source] ** OF_PROJECT,
        )
        for each in every
    )


def _case(report: Report, of_source: float) -> Case:
    said = report.said
    memory = (
        (budgets.rule_name(check.pool, said.device), check.need, check.have)
        for check in said.checks
        if check.pool is not None and check.need is not None and check.have is not None
    )
    kinds = {
        kind: failure_rates.groups(kind, said.runtime, said.facts.needs, said.device)
        for kind in failure_rates.KINDS
    }
    return Case(
        report=report,
        weight=of_source * YEARLY ** max(NOW - _year(report), 0),
        memory=tuple((rule, need, have) for rule, need, have in memory if rule is not None),
        groups={kind: found for kind, found in kinds.items() if found},
        made_so=tuple(each.name for each in said.checks if each.name in failure_rates.MADE_SO),
        required=_required(said),
        usual=devices.read(with_usual_memory(report.row.get("device", {}))),
    )


def _required(said: Answer) -> Requirements:
    """Return what a report's load asks for: no fit has a bearing on it."""
    setup = Setup(
        runtime=said.runtime, facts=said.facts, load=said.load, unsupported=said.unsupported
    )
    return decide.requirements(setup, said.footprint)


def _year(report: Report) -> int:
    return int(str(report.row.get("date", USUAL_YEAR))[:4])


def without(source: str, every: Iterable[Case]) -> list[Case]:
    """Return the cases of all other sources."""
    return [each for each in every if each.report.source != source]


def of(source: str, every: Iterable[Case]) -> list[Case]:
    """Return the cases of one source."""
    return [each for each in every if each.report.source == source]
