"""The grid's judgement: a table's answers on a device, all at once.

In: a `Table` and a device. Out: `Grid`, whose rows are ways to run a model and whose
columns are contexts. The rules are those of `decisions`, given arrays instead of
numbers, so that a grid says what as many single answers would say
(`tests/laws/test_grid_laws.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from tabfit import runtimes
from tabfit.catalog import Catalog
from tabfit.compare.requirements import POOLS
from tabfit.compare.verdict_grid.table import (
    ANY,
    DEMANDS,
    EMULATED,
    HARD,
    NOT_ASKED,
    REAL,
    Table,
    Whole,
)
from tabfit.devices import budgets
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate import check_rules, checks, outcome
from tabfit.estimate.check_rules import LEAST, Decision
from tabfit.estimate.checks import Room
from tabfit.estimate.outcome import LIKELY_FROM, OUTCOMES, UNLIKELY_TO, Outcome
from tabfit.runtimes import Demand, needs
from tabfit.units import Interval, Tokens, exactly

Truths = NDArray[np.bool_]

#: Demands that compare bytes with a limit; any other is the same for all that a runtime runs.
OF_BYTES: Final = (needs.BUFFER, needs.BINDING, needs.ADVISED, needs.FILE)


@dataclass(frozen=True, slots=True)
class Ends:
    """An `Interval` of arrays; the last axis of the array it is made of is low, likely, high."""

    low: Whole
    likely: Whole
    high: Whole

    @classmethod
    def of(cls, array: Whole) -> Ends:
        """Return the ends that lie along an array's last axis."""
        return cls(array[..., 0], array[..., 1], array[..., 2])

    @property
    def interval(self) -> Interval:
        """Return itself, as the rules know it: they only add, multiply and compare."""
        return cast("Interval", self)


@dataclass(frozen=True, slots=True)
class Column:
    """One check of every row: where it applies, and its decision there."""

    name: str
    applies: Truths
    decision: Decision
    decides: bool = False

    @property
    def known(self) -> Truths:
        """Return where there is a chance to speak of."""
        return self.applies & self.decision.known

    @property
    def chance(self) -> NDArray[np.float64]:
        """Return the chance, 1 where there is none to speak of."""
        return np.where(self.known, self.decision.chance, 1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """Answers: `rows` are the table's rows that hold on the device, columns are `contexts`.

    `outcomes` are places in `OUTCOMES`, `chances` are not a number where nothing is known.
    """

    table: Table
    rows: Whole
    contexts: tuple[Tokens | None, ...]
    outcomes: NDArray[np.int64]
    chances: NDArray[np.float64]
    peaks: Ends
    columns: tuple[Column, ...]

    @cached_property
    def because(self) -> Whole:
        """Return which of `columns` decides each answer: what `verdict.judge` names."""
        failed = self._stacked(each.applies & each.decision.failed for each in self.columns)
        decides = np.array([each.decides for each in self.columns])[:, None, None]
        applies = self._stacked(each.applies for each in self.columns)
        known = self._stacked(each.known for each in self.columns)
        chances = np.where(known, self._stacked(each.chance for each in self.columns), 2.0)
        weakest = chances.argmin(axis=0)
        memory = np.where(decides, chances, 3.0).argmin(axis=0)
        certain = (chances.min(axis=0) == 1.0) & (known & decides).any(axis=0)
        untold = (applies & ~known & decides).argmax(axis=0)
        chosen = np.where(certain, memory, weakest)
        chosen = np.where(self._said(Outcome.UNKNOWN), untold, chosen)
        found: Whole = np.where(self._said(Outcome.NO), failed.argmax(axis=0), chosen)
        return found

    def _said(self, one: Outcome) -> Truths:
        said: Truths = self.outcomes == OUTCOMES.index(one)
        return said

    def _stacked(self, columns: Iterable[NDArray[Any]]) -> NDArray[Any]:
        return np.stack([np.broadcast_to(each, self.outcomes.shape) for each in columns])


def judged(
    whole: Table,
    device: Device,
    catalog: Catalog,
    contexts: Sequence[Tokens | None] | None = None,
) -> Grid:
    """Return the answers of a table on a device.

    `contexts` are some of the table's, `None` among them each row's usual one; all of them
    unless given. Raises `ValueError` for a context that was not surveyed.
    """
    wanted = tuple(whole.contexts if contexts is None else contexts)
    last = len(whole.contexts)
    places = np.array([last if each is None else whole.contexts.index(each) for each in wanted])
    rows = np.flatnonzero(_holds(whole, device))
    on = _Rows(whole, rows, places, device, catalog)
    columns = tuple(on.columns())
    codes, chances = _verdicts(columns, (len(rows), len(places)))
    return Grid(
        table=whole,
        rows=rows,
        contexts=wanted,
        outcomes=codes,
        chances=chances,
        peaks=Ends.of(on.peaks(Pool.PEAK)),
        columns=columns,
    )


def _holds(whole: Table, device: Device) -> Truths:
    """Return which rows hold for the device's adapter; every adapter binds the least there is."""
    adapter = device.adapter
    limit = adapter.max_storage_buffer_binding_size if adapter else None
    binding = np.iinfo(np.int64).max // 4 if limit is None else max(limit, LEAST[needs.BINDING])
    kind = EMULATED if adapter and adapter.fallback else REAL
    floor, below, kinds = whole.adapters.T
    holds: Truths = (floor <= binding) & (binding < below) & ((kinds == ANY) | (kinds == kind))
    return holds


def _verdicts(
    columns: Sequence[Column], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    asked: list[Any] = []
    unasked: list[Any] = []
    failed, untold = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for each in columns:
        told = each.decision.asked
        asked.append(each.chance if told is True else np.where(told, each.chance, 1.0))
        if told is not True:
            unasked.append(np.where(told, 1.0, each.chance))
        failed |= each.applies & each.decision.failed
        if each.decides:
            untold |= each.applies & ~np.asarray(each.decision.known)
    chance = np.broadcast_to(check_rules.together(asked, unasked), shape)
    chance = np.where(failed, 0.0, np.where(untold, np.nan, chance))
    words = np.where(chance >= LIKELY_FROM, 0, np.where(chance <= UNLIKELY_TO, 2, 1))
    words = np.where(untold, OUTCOMES.index(Outcome.UNKNOWN), words)
    return np.where(failed, OUTCOMES.index(Outcome.NO), words), chance


class _Rows:
    """Rows of a table at some contexts, about to be judged on a device."""

    def __init__(
        self, whole: Table, rows: Whole, places: Whole, device: Device, catalog: Catalog
    ) -> None:
        self.device = device
        self.download, self.asked = whole.download[rows], whole.asked[rows]
        self.heaps = whole.heaps[np.ix_(rows, places)]
        self._peaks = whole.peaks, np.ix_(rows, places)
        names, numbers = whole.by_runtime
        self.facts = [catalog.runtime(name) for name in names]
        self.of = numbers[rows]

    @cache  # noqa: B019 - the rows live no longer than their judgement
    def peaks(self, pool: Pool) -> Whole:
        """Return the ends of a pool's peak for every row and context."""
        whole, wanted = self._peaks
        return whole[:, :, POOLS.index(pool)][wanted]

    def columns(self) -> Iterator[Column]:
        """Yield every check, in the order in which a single answer makes them."""
        for name in needs.ORDER:
            if name == needs.WASM:
                yield self._heaps()
            elif not (self.asked[:, DEMANDS.index(name), 3] > NOT_ASKED).any():
                continue
            elif name in OF_BYTES:
                yield self._within(name, DEMANDS.index(name))
            else:
                yield self._feature(name, DEMANDS.index(name))
        yield from self._rooms()
        yield self._storage()

    def _within(self, name: str, number: int) -> Column:
        state = self.asked[:, None, number, 3]
        limit: Any = check_rules.told(name, self.device)
        if name == needs.FILE:
            limit = self._each([each.needs.largest_file or 0 for each in self.facts])
        need, hard = Ends.of(self.asked[:, None, number, :3]), cast("bool", state == HARD)
        decision = check_rules.within(need.interval, limit, hard=hard, least=LEAST.get(name, 0))
        return Column(name, state > NOT_ASKED, decision)

    def _feature(self, name: str, number: int) -> Column:
        """Return what a single answer decides for each runtime, where it is not moot."""
        state = self.asked[:, None, number, 3]
        demand = Demand(name=name, why="", hard=bool((state == HARD).any()))
        found = [checks.met(demand, self.device, each.needs) for each in self.facts]
        here = [name not in checks.moot(each.needs, self.device) for each in self.facts]
        decision = Decision(
            chance=self._each([each.probability or 0.0 for each in found]),
            failed=self._each([each.outcome is Outcome.NO for each in found]),
            asked=self._each([each.outcome is not Outcome.UNKNOWN for each in found]),
            known=self._each([each.probability is not None for each in found]),
        )
        decides = any(each.decides for each in found)
        return Column(name, (state > NOT_ASKED) & self._each(here), decision, decides)

    def _heaps(self) -> Column:
        ends = [each.needs.wasm_memory for each in self.facts]
        applies = self.heaps[..., 0] >= 0
        parts = []
        for end in sorted({end for end in ends if end is not None}):
            rows = np.array([each == end for each in ends])[self.of]
            ceiling = checks.heap_ceiling(end)
            have = budgets.wasm(self.device, ceiling).have or exactly(ceiling)
            need = Ends.of(self.heaps[rows]).interval
            parts.append((rows, check_rules.heap(need, have, ceiling, _weigh)))
        bounded = self._each([each is not None for each in ends])
        return Column(needs.WASM, applies & bounded, self._gathered(parts))

    def _rooms(self) -> Iterator[Column]:
        """Yield the memory checks; runtimes that fill the same pool are judged together."""
        groups: dict[Room, list[int]] = {}
        for number, facts in enumerate(self.facts):
            for room in checks.rooms(runtimes.named(facts.id), self.device):
                groups.setdefault(room, []).append(number)
        for room, numbers in groups.items():
            rows = np.isin(self.of, numbers)
            need = Ends.of(self.peaks(room.pool)[rows])
            decision = check_rules.room(need.interval, room.budget.have, _weigh)
            yield Column(room.name, rows[:, None], self._gathered([(rows, decision)]), True)

    def _storage(self) -> Column:
        need = Ends.of(self.download[:, None, :])
        have = budgets.storage(self.device).have
        weighed = self._each([checks.weighed(each.needs, self.device) for each in self.facts])
        decision = check_rules.storage(need.interval, have, _weigh)
        return Column("storage", (need.likely > 0) & ~weighed, decision)

    def _each(self, values: Sequence[Any]) -> Any:  # noqa: ANN401 - arrays, whatever they hold
        """Return a runtime's value for each of its rows."""
        return np.array(values)[self.of][:, None]

    def _gathered(self, parts: Iterable[tuple[Truths, Decision]]) -> Decision:
        """Return decisions on some rows each as one decision on every row."""
        shape = self.heaps.shape[:2]
        chance, failed = np.ones(shape), np.zeros(shape, dtype=bool)
        known = np.ones(shape, dtype=bool)
        for rows, decision in parts:
            chance[rows] = decision.chance
            failed[rows] = decision.failed
            known[rows] = decision.known
        return Decision(
            chance=cast("float", chance), failed=cast("bool", failed), known=cast("bool", known)
        )


def _weigh(need: Interval, have: Interval) -> float:
    """Return what `outcome.probability` does, weighing only the needs that may go either way."""
    sure, never = (np.asarray(each) for each in outcome.apart(need, have))
    chance = sure.astype(float)
    between = ~(sure | never)
    if between.any():
        ends = (np.asarray(each)[between] for each in (need.low, need.likely, need.high))
        chance[between] = outcome.weighed(Ends(*ends).interval, have)
    return cast("float", chance)
