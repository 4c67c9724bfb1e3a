"""How sure anybody can be: the ends between which the chance of a verdict lies.

In: what rates that never saw a report say of it before anything is drawn in, and whether it ran.
Out: the share that ran where every check spoke against it, and the share that ran where none did,
by least squares of the outcome on the chance. Only threads are counted, in which people tell of
many devices with either outcome: result files say what ran on the few good machines of those who
wrote them. Where no memory is told, such devices' usual one is assumed (`usual_memory`): threads
that tell it are the fewer, and of other failures. What a limit rules out says nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tabfit.verdict.sureness import FARTHEST
from tools.budgets.cases import Case

#: So many reports tell no more places of a share.
PLACES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A case and the chance that all checks hold, by rates that never saw it.

    `None` where a limit rules it out, or where no chance is given whatever the memory.
    """

    case: Case
    chance: float | None


def fit(unseen: Sequence[Unseen]) -> dict[str, Any]:
    """Return the ends, as `failure_rates.json` keeps them."""
    rows = [each for each in unseen if each.case.of_thread and each.chance is not None]
    chance = np.array([each.chance for each in rows])
    ran = np.array([float(each.case.ran) for each in rows])
    weights = np.sqrt([each.case.weight for each in rows])
    design = np.stack([1 - chance, chance], axis=1) * weights[:, None]
    ends, *_rest = np.linalg.lstsq(design, ran * weights, rcond=None)
    least, surest = np.clip(ends, *FARTHEST)
    return {
        "least": round(float(least), PLACES),
        "surest": round(float(surest), PLACES),
        "reports": len(rows),
    }
