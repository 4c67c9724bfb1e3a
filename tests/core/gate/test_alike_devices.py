"""Rows whose numbers all differ are a few classes, and come out as each would by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tabfit.catalog import Catalog
from tabfit.devices.device import read
from tabfit.gate.many_devices.alike_devices import FEW, AlikeDevices
from tabfit.gate.many_devices.device_classes import cuts_of
from tabfit.gate.many_devices.vectorized_verdicts import Columns, ManyDevices
from tabfit.gate.rules.decision_tree import Tree
from tabfit.gate.rules.device_signals import flat
from tabfit.gate.scenario.scenario_rules import hardness, rules_of
from tests.core.gate.generated_devices import devices
from tests.core.gate.test_many_devices import WAYS, columns_of, surveys

CATALOG = Catalog()
#: How many devices there are, and how many rows each has, whose bytes are all others.
KINDS, EACH = 300, 20
DRAWN = (
    *("browser_version", "platform_version", "cores"),
    *("webgpu_max_buffer_size", "webgpu_max_storage_buffer_binding_size"),
    *("webgpu_max_compute_workgroup_storage_size", "storage_quota_bytes", "storage_usage_bytes"),
)
#: Between which powers of two numbers are drawn.
_RANGES = {
    **dict.fromkeys(("browser_version", "platform_version", "cores"), (1, 8)),
    "webgpu_max_compute_workgroup_storage_size": (14, 17),
}


def rows(kinds: int, each: int, drawn: tuple[str, ...] = DRAWN) -> Columns:
    """Return rows of generated devices; numbers that are told are drawn anew for each row."""
    told, chance = (
        columns_of([flat(read(e)) for e in devices(kinds, 4)]),
        np.random.default_rng(4),
    )
    at = np.repeat(np.arange(kinds), each)
    numbers: dict[str, Any] = {name: column[at] for name, column in told.numbers.items()}
    for name in drawn:
        low, high = _RANGES.get(name, (24, 37))
        anew = np.floor(2 ** chance.uniform(low, high, len(at)))
        numbers[name] = np.where(np.isnan(numbers[name]), np.nan, anew)
    words = {name: column._replace(codes=column.codes[at]) for name, column in told.words.items()}
    return Columns(len(at), words, numbers)


def trees(way: tuple[str, str, str]) -> tuple[Tree, ...]:
    """Return every tree of a way's rules."""
    rules = rules_of(CATALOG.runtime(way[1]), hardness(surveys(*way), 0))
    return (*(each.tree for each in rules.checks), *rules.budgets.values())


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[1])
def test_classes_come_out_as_their_rows(way: tuple[str, str, str], cut: bool) -> None:
    """Of 6,000 rows no word and no chance differs from what the row itself comes to."""
    told, facts, surveyed = rows(KINDS, EACH), CATALOG.runtime(way[1]), surveys(*way)
    alike = AlikeDevices(told, cuts_of(trees(way)) if cut else None)
    found, of = alike.judged(surveyed, 0, facts)[::2]
    one_by_one = ManyDevices(told).judged(surveyed, 0, facts)
    assert np.array_equal(found.places[of], one_by_one.places)
    assert np.array_equal(found.chances[of], one_by_one.chances)
    assert not cut or {*alike.beside} or not {"storage_quota_bytes"} & {*cuts_of(trees(way))}


def test_a_column_of_few_numbers_is_part_of_the_classes() -> None:
    """Room that few rows differ in is no column of its own; more than `FEW` numbers are."""
    told = rows(FEW // 2, 1)
    assert not AlikeDevices(told, None).beside
    assert {*AlikeDevices(rows(KINDS, EACH), None).beside} >= {"free", DRAWN[3]}


def test_rows_that_differ_are_not_classes_that_differ() -> None:
    """Ten times as many rows of the same devices, all others in their bytes, are not more kinds."""
    sizes = [
        AlikeDevices(rows(KINDS, each, DRAWN[3:]), cuts_of(trees(WAYS[2]))).columns.size
        for each in (20, 200)
    ]
    assert sizes[0] == sizes[1] <= KINDS
