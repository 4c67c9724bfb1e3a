"""The grid's table: surveys as arrays, made of values or of bytes.

In: surveys (what each way to run a model needs at each context). Out: a `RequirementsTable`, whole
numbers whose rows are the surveys, and the bytes that carry it to a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabfit.compare.run_requirements import Adapters, RunRequirements
from tabfit.compare.shipped_package import TABLE, shipped_bytes
from tabfit.light_dataclass import dataclass, replace
from tabfit.units import Interval, Tokens
from tabfit.verdict import check_kinds
from tabfit.verdict.requirements import Demand

Whole = NDArray[np.int64]

#: Whether a row holds for any adapter, for real ones, or for those emulated in software.
ANY, REAL, EMULATED = range(3)
#: Whether a row asks for something, and whether nothing runs without it.
NOT_ASKED, SOFT, HARD = range(3)


@dataclass(frozen=True, kw_only=True, eq=False)
class RequirementsTable:
    """Surveys as arrays, one row each; their last context is the one the page opens with.

    `kinds` are the checks that a row may ask for, those on which the context has no bearing
    and those on which it has. `adapters` has floor, ceiling and kind of the adapters a row
    holds for; `peaks` the ends of each pool at each context; `asked` the ends and the state
    of every demand of the first kinds, `growing` at each context of the second.
    """

    models: tuple[str, ...]
    runtimes: tuple[str, ...]
    precisions: tuple[str, ...]
    contexts: tuple[Tokens, ...]
    kinds: tuple[tuple[str, ...], tuple[str, ...]]
    usual: Whole
    adapters: Whole
    download: Whole
    peaks: Whole
    asked: Whole
    growing: Whole

    @cached_property
    def by_runtime(self) -> tuple[tuple[str, ...], Whole]:
        """Return the runtimes there are, and which of them each row is for."""
        names = tuple(dict.fromkeys(self.runtimes))
        return names, _whole([names.index(each) for each in self.runtimes])


def requirements_table(
    surveys: Iterable[RunRequirements], contexts: Sequence[Tokens]
) -> RequirementsTable:
    """Return surveys, made at these contexts, as arrays."""
    rows = list(surveys)
    fixed, grown = (_kinds(grows=grows) for grows in (False, True))
    return RequirementsTable(
        models=tuple(each.model for each in rows),
        runtimes=tuple(each.runtime for each in rows),
        precisions=tuple(each.precision for each in rows),
        contexts=tuple(contexts),
        kinds=(fixed, grown),
        usual=_whole([each.usual for each in rows]),
        adapters=_whole([_adapters(each) for each in rows]),
        download=_whole([_three(each.download) for each in rows]),
        peaks=_whole([[[_three(pool) for pool in at] for at in each.peaks] for each in rows]),
        asked=_whole([_asked(each.demands, fixed) for each in rows]),
        growing=_whole([[_asked(at, grown) for at in each.growing] for each in rows]),
    )


def _kinds(*, grows: bool) -> tuple[str, ...]:
    return tuple(kind.name for kind in check_kinds.KINDS if kind.grows is grows)


def surveys(whole: RequirementsTable) -> Iterator[RunRequirements]:
    """Yield what a table was made of, its demands without a word."""
    fixed, grown = whole.kinds
    for row, model in enumerate(whole.models):
        floor, below, kind = map(int, whole.adapters[row])
        yield RunRequirements(
            model=model,
            runtime=whole.runtimes[row],
            precision=whole.precisions[row],
            usual=Tokens(int(whole.usual[row])),
            adapters=Adapters(
                floor=floor, below=below, emulated=None if kind == ANY else kind == EMULATED
            ),
            download=_interval(whole.download[row]),
            demands=_demands(whole.asked[row], fixed),
            peaks=tuple(tuple(map(_interval, at)) for at in whole.peaks[row]),
            growing=tuple(_demands(at, grown) for at in whole.growing[row]),
        )


def _interval(ends: Whole) -> Interval:
    low, likely, high = map(int, ends)
    return Interval(low, likely, high)


def _demands(asked: Whole, names: Sequence[str]) -> tuple[Demand, ...]:
    """Return the demands of one row; one that counts no bytes asks for none."""
    return tuple(
        Demand(name=name, why="", need=_interval(each[:3]), hard=bool(each[3] == HARD))
        for name, each in zip(names, asked, strict=True)
        if each[3] != NOT_ASKED
    )


def joined(tables: Sequence[RequirementsTable]) -> RequirementsTable:
    """Return the rows of several tables, made at the same contexts, as one table."""

    def together(name: str) -> tuple[str, ...]:
        return tuple(each for one in tables for each in getattr(one, name))

    return RequirementsTable(
        models=together("models"),
        runtimes=together("runtimes"),
        precisions=together("precisions"),
        contexts=tables[0].contexts,
        kinds=tables[0].kinds,
        usual=np.concatenate([each.usual for each in tables]),
        adapters=np.concatenate([each.adapters for each in tables]),
        download=np.concatenate([each.download for each in tables]),
        peaks=np.concatenate([each.peaks for each in tables]),
        asked=np.concatenate([each.asked for each in tables]),
        growing=np.concatenate([each.growing for each in tables]),
    )


def only(whole: RequirementsTable, model: str) -> RequirementsTable | None:
    """Return a model's own rows, or `None` where the table has none."""
    rows = [number for number, each in enumerate(whole.models) if each == model]
    return _some(whole, rows) if rows else None


class UsualSurveys:
    """A table's surveys at their usual context alone, by model, runtime and precision."""

    def __init__(self, whole: RequirementsTable) -> None:
        """Note where each way's rows are."""
        self._whole = whole
        self._rows: dict[tuple[str, str, str], list[int]] = {}
        names = zip(whole.models, whole.runtimes, whole.precisions, strict=True)
        for row, name in enumerate(names):
            self._rows.setdefault(name, []).append(row)

    def of(self, model: str, runtime: str, precision: str) -> tuple[RunRequirements, ...]:
        """Return the surveys of one way, none where the table has no such way."""
        rows = self._rows.get((model, runtime, precision))
        if rows is None:
            return ()
        some = _some(self._whole, rows)
        peaks, growing = some.peaks[:, -1:], some.growing[:, -1:]
        return tuple(surveys(replace(some, contexts=(), peaks=peaks, growing=growing)))


def _some(whole: RequirementsTable, rows: Sequence[int]) -> RequirementsTable:
    """Return some rows of a table."""
    return RequirementsTable(
        models=tuple(whole.models[row] for row in rows),
        runtimes=tuple(whole.runtimes[row] for row in rows),
        precisions=tuple(whole.precisions[row] for row in rows),
        contexts=whole.contexts,
        kinds=whole.kinds,
        usual=whole.usual[rows],
        adapters=whole.adapters[rows],
        download=whole.download[rows],
        peaks=whole.peaks[rows],
        asked=whole.asked[rows],
        growing=whole.growing[rows],
    )


def _whole(values: Sequence[Any]) -> Whole:
    return np.array(values, dtype=np.int64)


def _three(interval: Interval) -> tuple[int, int, int]:
    return interval.low, interval.likely, interval.high


def _adapters(row: RunRequirements) -> tuple[int, int, int]:
    kind = ANY if row.adapters.emulated is None else REAL + row.adapters.emulated
    return row.adapters.floor, row.adapters.below, kind


def _asked(demands: Sequence[Demand], names: Sequence[str]) -> list[tuple[int, int, int, int]]:
    found = {each.name: each for each in demands}
    return [_state(found.get(name)) for name in names]


def _state(demand: Demand | None) -> tuple[int, int, int, int]:
    if demand is None:
        return (0, 0, 0, NOT_ASKED)
    ends = (0, 0, 0) if demand.need is None else _three(demand.need)
    return (*ends, HARD if demand.hard else SOFT)


# As bytes


@cache
def shipped() -> RequirementsTable | None:
    """Return the catalogue's table, if the package that brings it is installed."""
    try:
        return read(shipped_bytes(TABLE))
    except ModuleNotFoundError:
        return None


def written(whole: RequirementsTable) -> bytes:
    """Return a table as the bytes that `read` takes: differences, which compress far better."""
    names = [whole.models, whole.runtimes, whole.precisions, whole.contexts, whole.kinds]
    into = BytesIO()
    np.savez_compressed(
        into,
        names=np.frombuffer(json.dumps(names).encode(), dtype=np.uint8),
        usual=whole.usual,
        adapters=whole.adapters,
        download=_apart(whole.download),
        peaks=_differences(whole.peaks),
        asked=np.concatenate([_apart(whole.asked[..., :3]), whole.asked[..., 3:]], axis=-1),
        growing=np.concatenate(
            [_differences(whole.growing[..., :3]), whole.growing[..., 3:]], axis=-1
        ),
    )
    return into.getvalue()


def read(content: bytes) -> RequirementsTable:
    """Return the table that `written` made bytes of."""
    with np.load(BytesIO(content)) as kept:
        models, able, precisions, contexts, kinds = json.loads(kept["names"].tobytes())
        asked, growing = kept["asked"], kept["growing"]
        grown = np.cumsum(np.cumsum(growing[..., :3], axis=1), axis=-1)
        return RequirementsTable(
            models=tuple(models),
            runtimes=tuple(able),
            precisions=tuple(precisions),
            contexts=tuple(contexts),
            kinds=(tuple(kinds[0]), tuple(kinds[1])),
            usual=kept["usual"],
            adapters=kept["adapters"],
            download=np.cumsum(kept["download"], axis=-1),
            peaks=np.cumsum(np.cumsum(kept["peaks"], axis=1), axis=-1),
            asked=np.concatenate([np.cumsum(asked[..., :3], axis=-1), asked[..., 3:]], axis=-1),
            growing=np.concatenate([grown, growing[..., 3:]], axis=-1),
        )


def _apart(ends: Whole) -> Whole:
    """Return an interval's low end and how much each further end adds to it."""
    return np.diff(ends, axis=-1, prepend=0)


def _differences(ends: Whole) -> Whole:
    """Return what each context adds to the one before."""
    return np.diff(_apart(ends), axis=1, prepend=0)
