"""Which kind of graphics adapter a device has, asked only where that makes a difference.

In: the kinds that a survey tells apart (`compare.run_requirements.Adapters`), and what a check
makes of each. Out: fewer kinds, those that a check treats alike taken together, and the one that a
device on a path has.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from tabfit.compare.run_requirements import Adapters
from tabfit.gate.rules.decision_tree import Path
from tabfit.gate.rules.device_signals import device_on
from tabfit.gate.rules.runtime_rules import EMULATED
from tabfit.light_dataclass import replace


class AdapterKind(NamedTuple):
    """Adapters, and the place of the survey that holds for them."""

    adapters: Adapters
    at: int


def told_apart(kinds: Sequence[Adapters], alike: Sequence[Hashable]) -> list[AdapterKind]:
    """Return the kinds without those that a check need not tell from another.

    `alike` is equal for those that come to the same. Ranges of bindings are in falling order.

    >>> first, second = Adapters(floor=9), Adapters(below=9)
    >>> len(told_apart([first, second], "ab")), len(told_apart([first, second], "aa"))
    (2, 1)
    """
    kept: list[list[AdapterKind]] = []
    for range_ in dict.fromkeys((each.floor, each.below) for each in kinds):
        here = [
            AdapterKind(each, at)
            for at, each in enumerate(kinds)
            if (each.floor, each.below) == range_
        ]
        if len({alike[each.at] for each in here}) == 1:
            here = [AdapterKind(replace(here[0].adapters, emulated=None), here[0].at)]
        if kept and _said(kept[-1], alike) == _said(here, alike):
            kept[-1] = [_reaching(each, range_[0]) for each in kept[-1]]
        else:
            kept.append(here)
    return [each for here in kept for each in here]


def _said(kinds: Sequence[AdapterKind], alike: Sequence[Hashable]) -> list[tuple[object, Hashable]]:
    return [(each.adapters.emulated, alike[each.at]) for each in kinds]


def _reaching(kind: AdapterKind, floor: int) -> AdapterKind:
    return AdapterKind(replace(kind.adapters, floor=floor), kind.at)


def kind_on(path: Path, kinds: Sequence[AdapterKind]) -> int:
    """Return the place of the survey that holds for a device, as `survey_on` finds it.

    Whether graphics is emulated is asked by that name (`runtime_rules.EMULATED`).
    """
    adapter = device_on(path).adapter if any(each.adapters.floor for each in kinds) else None
    known = adapter.max_storage_buffer_binding_size if adapter else None
    here = next(each for each in kinds if known is None or each.adapters.floor <= known)
    if here.adapters.emulated is None:
        return here.at
    emulated = path.choose(("is", EMULATED), (True, False))
    same = [each for each in kinds if each.adapters.floor == here.adapters.floor]
    return next(each.at for each in same if each.adapters.emulated == emulated)
