"""What the loading of language models was seen to hold, held against the estimator's phases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tabfit.devices.budgets import Pool
from tabfit.runtimes import Load, Runtime, constants
from tabfit.runtimes.memory.phases import DOWNLOAD, LOAD, Label, Phase
from tabfit.units import GIB, MIB
from tests.runtimes.bench.shapes import SHAPES
from tests.runtimes.load_path import RECORD
from tests.runtimes.predicted import question

ROWS: list[dict[str, Any]] = json.loads(RECORD.read_text())
LOADED = [row for row in ROWS if "died" not in row]
STOPPED = [row for row in ROWS if "died" in row and row["limit"]]
#: Private memory that a tab sets aside while it loads and never touches: what `load.private` has
#: beyond `load.own` is 300 to 900 MiB, the larger part of it heap grown ahead.
ASIDE = 300 * MIB


def _question(row: dict[str, Any]) -> tuple[Runtime, Load]:
    entry = {**row, "config": SHAPES[row["shape"]], "tokens": 0, "generate": 1, "context": 0}
    return question(entry)


def _phase(row: dict[str, Any], name: str) -> Phase:
    runtime, load = _question(row)
    return next(phase for phase in runtime.phases(load) if phase.name == name)


def _name(row: dict[str, Any]) -> str:
    files = f"{row['external']} beside" if row["external"] else "one file"
    return f"{row['runtime']} {row['shape']} {row['precision']} {files} {row['visit']}"


@pytest.mark.parametrize("row", LOADED, ids=_name)
def test_the_tab_while_it_loads(row: dict[str, Any]) -> None:
    """What is the tab's own and what it shares with the GPU process are the likely need."""
    need = _phase(row, LOAD).in_pool(Pool.PAGE)
    held = row["load"]["own"] + row["load"]["shared"]

    assert need.low <= held <= need.high
    assert need.likely == pytest.approx(held, rel=0.1)


@pytest.mark.parametrize("row", LOADED, ids=_name)
def test_the_tab_while_files_arrive(row: dict[str, Any]) -> None:
    """A first visit copies a file twice on its way to the cache, a later one has one copy."""
    need = _phase(row, DOWNLOAD).in_pool(Pool.PAGE).likely
    if row["visit"] == "cached":
        fewer = constants.ORT_TO_CACHE.likely - constants.ORT_TO_CACHE.low
        need -= round(fewer * max(row["files"].values()))

    assert need == pytest.approx(row["download"]["own"], rel=0.03)


@pytest.mark.parametrize("row", LOADED, ids=_name)
def test_the_heap_once_loaded(row: dict[str, Any]) -> None:
    """The heap holds what was worked out, grown ahead by a step at most; or nothing to speak of."""
    runtime, load = _question(row)
    need = runtime.heap(load)
    if need is None:
        assert row["heap"] < 32 * MIB
    else:
        assert need.likely * 0.98 <= row["heap"] <= need.high * 1.02


@pytest.mark.parametrize("row", [row for row in LOADED if "buffers" in row], ids=_name)
def test_the_buffers_on_the_gpu(row: dict[str, Any]) -> None:
    """Buffers are the weights and a turned table; the largest is there twice at most."""
    phase = _phase(row, LOAD)
    weights = _labelled(phase, Label.WEIGHTS)

    assert weights == pytest.approx(row["buffers"]["rest"], rel=0.02)
    assert weights < row["buffers"]["most"] <= weights + 1.02 * _labelled(phase, Label.COPIES)


def _labelled(phase: Phase, label: Label) -> int:
    of_gpu = (c for c in phase.components if c.pool is Pool.GPU and c.label is label)
    return sum(component.size.likely for component in of_gpu)


@pytest.mark.parametrize("row", [r for r in LOADED if "graphics" in r["load"]], ids=_name)
def test_the_gpu_process_while_it_loads(row: dict[str, Any]) -> None:
    """Its own memory is the buffers with the array that is being copied, and little more."""
    need = _phase(row, LOAD).in_pool(Pool.GPU)

    assert need.low <= row["load"]["graphics"] <= need.high
    assert need.likely == pytest.approx(row["load"]["graphics"], rel=0.1)


@pytest.mark.parametrize("row", STOPPED, ids=lambda row: f"{row['limit'] // MIB} {_name(row)}")
def test_what_died_under_a_limit_needs_more(row: dict[str, Any]) -> None:
    """A tab that was let have so much private memory and died is said to need more."""
    phases = _phase(row, DOWNLOAD), _phase(row, LOAD)
    need = max(phase.in_pool(Pool.PAGE).likely for phase in phases)

    assert need > row["limit"] - ASIDE


def test_a_heap_beyond_four_gib_dies() -> None:
    """Llama 3.2 1B in one file cannot be loaded on the processor, and is said to need too much."""
    row = next(row for row in ROWS if "died" in row and not row["limit"])
    runtime, load = _question(row)
    need = runtime.heap(load)

    assert "bad_alloc" in row["died"]
    assert need is not None
    assert need.likely > 4 * GIB


def test_what_is_ready_lies_idle() -> None:
    """Once a model is ready, the tab touches next to nothing of the copies that it still holds."""
    touched = [row["touched"] for row in ROWS if "ready" in row.get("touched", {})]

    assert len(touched) >= 3
    assert all(each["ready"] < 0.1 * each["of"] for each in touched)
    assert all(each["most"] < 0.5 * each["of"] for each in touched)
