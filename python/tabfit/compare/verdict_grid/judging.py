"""The grid's judgement: a table's answers on a device, all at once.

In: a `RequirementsTable` and a device. Out: `VerdictGrid`, whose rows are ways to run a model and
whose columns are contexts. Each runtime's rows go through `verdict.decide` as arrays, so that a
grid says what as many single answers would say (`tests/laws/test_grid_laws.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from tabfit import runtimes
from tabfit.catalog import Catalog
from tabfit.compare.run_requirements import POOLS
from tabfit.compare.verdict_grid.table import (
    ANY,
    EMULATED,
    HARD,
    NOT_ASKED,
    REAL,
    RequirementsTable,
    Whole,
)
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.light_dataclass import dataclass
from tabfit.units import Interval, Tokens
from tabfit.verdict import check_kinds
from tabfit.verdict.constants import LEAST_BINDING
from tabfit.verdict.decide import WITHOUT_CHANCE, Decided, Settled, decide, settle
from tabfit.verdict.probability import OUTCOMES
from tabfit.verdict.requirements import Demand, Offered, Requirements

Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class IntervalEnds:
    """An `Interval` of arrays; the last axis of the array it is made of is low, likely, high."""

    low: Whole
    likely: Whole
    high: Whole

    @classmethod
    def of(cls, array: Whole) -> IntervalEnds:
        """Return the ends that lie along an array's last axis."""
        return cls(array[..., 0], array[..., 1], array[..., 2])

    @property
    def interval(self) -> Interval:
        """Return itself, as the rules know it: they only add, multiply and compare."""
        return cast("Interval", self)


@dataclass(frozen=True, slots=True)
class Column:
    """One check of every row: where it applies, where there is a chance, and the chance there."""

    name: str
    applies: Truths
    known: Truths
    chance: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one runtime, with what was decided of them."""

    rows: Whole
    decided: tuple[Decided, ...]
    settled: Settled


@dataclass(frozen=True, kw_only=True, eq=False)
class VerdictGrid:
    """Answers: `rows` are the table's rows that hold on the device, columns are `contexts`.

    `outcomes` are places in `OUTCOMES`, `chances` are not a number where nothing is known.
    """

    table: RequirementsTable
    rows: Whole
    contexts: tuple[Tokens | None, ...]
    outcomes: NDArray[np.int64]
    chances: NDArray[np.float64]
    peaks: IntervalEnds
    parts: tuple[_Part, ...]

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return every kind of check, in the order in which a single answer makes them."""
        return tuple(self._column(kind.name) for kind in check_kinds.KINDS)

    def _column(self, name: str) -> Column:
        shape = self.outcomes.shape
        applies, known = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        chance = np.ones(shape)
        for part in self.parts:
            for each in part.decided:
                if each.kind.name == name:
                    applies[part.rows] = each.demand.applies
                    known[part.rows] = each.decision.known
                    chance[part.rows] = each.decision.chance
        known &= applies
        return Column(name, applies, known, np.where(known, chance, 1.0))

    @cached_property
    def because(self) -> Whole:
        """Return which of `columns` decides each answer: what `decide.settle` names."""
        places = {kind.name: at for at, kind in enumerate(check_kinds.KINDS)}
        found = np.zeros(self.outcomes.shape, dtype=np.int64)
        for part in self.parts:
            columns = np.array([places[each.kind.name] for each in part.decided])
            found[part.rows] = columns[np.asarray(part.settled.because, dtype=np.int64)]
        return found


def judge_table(
    whole: RequirementsTable,
    device: Device,
    catalog: Catalog,
    contexts: Sequence[Tokens | None] | None = None,
) -> VerdictGrid:
    """Return the answers of a table on a device.

    `contexts` are some of the table's, `None` among them each row's usual one; all of them
    unless given. Raises `ValueError` for a context that was not surveyed.
    """
    wanted = tuple(whole.contexts if contexts is None else contexts)
    last = len(whole.contexts)
    places = np.array([last if each is None else whole.contexts.index(each) for each in wanted])
    rows = np.flatnonzero(_holds(whole, device))
    parts = tuple(_parts(_Rows(whole, rows, places), Offered(device), catalog))
    words = np.zeros((len(rows), len(places)), dtype=np.int64)
    chances = np.zeros(words.shape)
    for part in parts:
        words[part.rows], chances[part.rows] = part.settled.place, part.settled.chance
    return VerdictGrid(
        table=whole,
        rows=rows,
        contexts=wanted,
        outcomes=words,
        chances=np.where(
            np.isin(words, [OUTCOMES.index(each) for each in WITHOUT_CHANCE]), np.nan, chances
        ),
        peaks=_Rows(whole, rows, places).peak(Pool.PEAK),
        parts=parts,
    )


def _holds(whole: RequirementsTable, device: Device) -> Truths:
    """Return which rows hold for the device's adapter; every adapter binds the least there is."""
    adapter = device.adapter
    limit = adapter.max_storage_buffer_binding_size if adapter else None
    binding = np.iinfo(np.int64).max // 4 if limit is None else max(limit, LEAST_BINDING.exact)
    kind = EMULATED if device.emulated else REAL
    floor, below, kinds = whole.adapters.T
    holds: Truths = (floor <= binding) & (binding < below) & ((kinds == ANY) | (kinds == kind))
    return holds


def _parts(every: _Rows, offered: Offered, catalog: Catalog) -> Iterator[_Part]:
    """Yield each runtime's rows, decided together."""
    names, numbers = every.whole.by_runtime
    for number, name in enumerate(names):
        mine = np.flatnonzero(numbers[every.rows] == number)
        if len(mine):
            some = _Rows(every.whole, every.rows[mine], every.places)
            decided = decide(some.requirements(name, catalog), offered)
            yield _Part(mine, decided, settle(decided))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a table at some of its contexts."""

    whole: RequirementsTable
    rows: Whole
    places: Whole

    def peak(self, pool: Pool) -> IntervalEnds:
        """Return the peak of a pool for every row and context."""
        at = np.ix_(self.rows, self.places)
        return IntervalEnds.of(self.whole.peaks[:, :, POOLS.index(pool)][at])

    def requirements(self, runtime: str, catalog: Catalog) -> Requirements:
        """Return what the rows need, all of them of one runtime."""
        return Requirements(
            runtime=runtimes.named(runtime),
            needs=catalog.runtime(runtime).needs,
            demands={each.name: each for each in self._demands()},
            peak=lambda pool: self.peak(pool).interval,
            download=IntervalEnds.of(self.whole.download[self.rows][:, None, :]).interval,
        )

    def _demands(self) -> Iterator[Demand]:
        fixed, grown = self.whole.kinds
        asked = self.whole.asked[self.rows][:, None]
        growing = self.whole.growing[np.ix_(self.rows, self.places)]
        for names, array in ((fixed, asked), (grown, growing)):
            for number, name in enumerate(names):
                state = array[..., number, 3]
                if (state > NOT_ASKED).any():
                    yield _demand(name, array[..., number, :3], state)


def _demand(name: str, ends: Whole, state: Whole) -> Demand:
    hard, applies = state == HARD, state > NOT_ASKED
    return Demand(
        name=name,
        why="",
        need=IntervalEnds.of(ends).interval,
        hard=cast("bool", hard),
        applies=cast("bool", applies),
    )
