"""The grid's table: surveys as arrays, made of values or of bytes.

In: surveys (what each way to run a model needs at each context). Out: a `Table`, whole
numbers whose rows are the surveys, and the bytes that carry it to a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tabfit.compare.requirements import Surveyed
from tabfit.runtimes import needs
from tabfit.units import Interval, Tokens

Whole = NDArray[np.int64]

#: The package that brings the catalogue's table to a page, installed when first used.
SHIPPED: Final = "tabfitgrid"
FILE: Final = "table.npz"

#: What is asked of a device, but for WebAssembly's memory, on which the context has a bearing.
DEMANDS: Final = tuple(name for name in needs.ORDER if name != needs.WASM)
#: Whether a row holds for any adapter, for real ones, or for those emulated in software.
ANY, REAL, EMULATED = range(3)
#: Whether a row asks for something, and whether nothing runs without it.
NOT_ASKED, SOFT, HARD = range(3)


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """Surveys as arrays, one row each; their last context is the one the page opens with.

    `adapters` has floor, ceiling and kind of the adapters a row holds for; `peaks` the ends
    of each pool at each context; `heaps` the ends of WebAssembly's memory, below nothing
    where there is none; `asked` the ends and the state of every one of `DEMANDS`.
    """

    models: tuple[str, ...]
    runtimes: tuple[str, ...]
    precisions: tuple[str, ...]
    contexts: tuple[Tokens, ...]
    usual: Whole
    adapters: Whole
    download: Whole
    peaks: Whole
    heaps: Whole
    asked: Whole

    @cached_property
    def by_runtime(self) -> tuple[tuple[str, ...], Whole]:
        """Return the runtimes there are, and which of them each row is for."""
        names = tuple(dict.fromkeys(self.runtimes))
        return names, _whole([names.index(each) for each in self.runtimes])


def table(surveys: Iterable[Surveyed], contexts: Sequence[Tokens]) -> Table:
    """Return surveys, made at these contexts, as arrays."""
    rows = list(surveys)
    return Table(
        models=tuple(each.model for each in rows),
        runtimes=tuple(each.runtime for each in rows),
        precisions=tuple(each.precision for each in rows),
        contexts=tuple(contexts),
        usual=_whole([each.usual for each in rows]),
        adapters=_whole([_adapters(each) for each in rows]),
        download=_whole([_three(each.download) for each in rows]),
        peaks=_whole([[[_three(pool) for pool in at] for at in each.peaks] for each in rows]),
        heaps=_whole([[_three(heap) for heap in each.heaps] for each in rows]),
        asked=_whole([[_asked(each, name) for name in DEMANDS] for each in rows]),
    )


def joined(tables: Sequence[Table]) -> Table:
    """Return the rows of several tables, made at the same contexts, as one table."""

    def together(name: str) -> tuple[str, ...]:
        return tuple(each for one in tables for each in getattr(one, name))

    return Table(
        models=together("models"),
        runtimes=together("runtimes"),
        precisions=together("precisions"),
        contexts=tables[0].contexts,
        usual=np.concatenate([each.usual for each in tables]),
        adapters=np.concatenate([each.adapters for each in tables]),
        download=np.concatenate([each.download for each in tables]),
        peaks=np.concatenate([each.peaks for each in tables]),
        heaps=np.concatenate([each.heaps for each in tables]),
        asked=np.concatenate([each.asked for each in tables]),
    )


def only(whole: Table, model: str) -> Table | None:
    """Return a model's own rows, or `None` where the table has none."""
    rows = [number for number, each in enumerate(whole.models) if each == model]
    if not rows:
        return None
    return Table(
        models=tuple(whole.models[row] for row in rows),
        runtimes=tuple(whole.runtimes[row] for row in rows),
        precisions=tuple(whole.precisions[row] for row in rows),
        contexts=whole.contexts,
        usual=whole.usual[rows],
        adapters=whole.adapters[rows],
        download=whole.download[rows],
        peaks=whole.peaks[rows],
        heaps=whole.heaps[rows],
        asked=whole.asked[rows],
    )


def _whole(values: Sequence[Any]) -> Whole:
    return np.array(values, dtype=np.int64)


def _three(interval: Interval | None) -> tuple[int, int, int]:
    return (-1, -1, -1) if interval is None else (interval.low, interval.likely, interval.high)


def _adapters(row: Surveyed) -> tuple[int, int, int]:
    kind = ANY if row.adapters.emulated is None else REAL + row.adapters.emulated
    return row.adapters.floor, row.adapters.below, kind


def _asked(row: Surveyed, name: str) -> tuple[int, int, int, int]:
    found = next((each for each in row.demands if each.name == name), None)
    if found is None:
        return (0, 0, 0, NOT_ASKED)
    low, likely, high = _three(found.need)
    return low, likely, high, HARD if found.hard else SOFT


# As bytes


@cache
def shipped() -> Table | None:
    """Return the catalogue's table, if the package that brings it is installed."""
    try:
        return read((resources.files(SHIPPED) / FILE).read_bytes())
    except ModuleNotFoundError:
        return None


def written(whole: Table) -> bytes:
    """Return a table as the bytes that `read` takes: differences, which compress far better."""
    names = [whole.models, whole.runtimes, whole.precisions, whole.contexts]
    into = BytesIO()
    np.savez_compressed(
        into,
        names=np.frombuffer(json.dumps(names).encode(), dtype=np.uint8),
        usual=whole.usual,
        adapters=whole.adapters,
        download=_apart(whole.download),
        peaks=_differences(whole.peaks),
        heaps=_differences(whole.heaps),
        asked=np.concatenate([_apart(whole.asked[..., :3]), whole.asked[..., 3:]], axis=-1),
    )
    return into.getvalue()


def read(content: bytes) -> Table:
    """Return the table that `written` made bytes of."""
    with np.load(BytesIO(content)) as kept:
        models, able, precisions, contexts = json.loads(kept["names"].tobytes())
        asked = kept["asked"]
        return Table(
            models=tuple(models),
            runtimes=tuple(able),
            precisions=tuple(precisions),
            contexts=tuple(contexts),
            usual=kept["usual"],
            adapters=kept["adapters"],
            download=np.cumsum(kept["download"], axis=-1),
            peaks=np.cumsum(np.cumsum(kept["peaks"], axis=1), axis=-1),
            heaps=np.cumsum(np.cumsum(kept["heaps"], axis=1), axis=-1),
            asked=np.concatenate([np.cumsum(asked[..., :3], axis=-1), asked[..., 3:]], axis=-1),
        )


def _apart(ends: Whole) -> Whole:
    """Return an interval's low end and how much each further end adds to it."""
    return np.diff(ends, axis=-1, prepend=0)


def _differences(ends: Whole) -> Whole:
    """Return what each context adds to the one before."""
    return np.diff(_apart(ends), axis=1, prepend=0)
