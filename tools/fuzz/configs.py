"""Damage configs in many ways and read each: an answer or one typed error, and how long it took.

In: the configs and variants of the test data. Out: a line with how many were
answered and refused, the slowest, and the most memory one took. Exit 1 where
anything but `UnreadableConfig` came out, or one took longer than `MOST_SECONDS`.

    python -m tools.fuzz.configs --count 10000 --seed 1
"""

from __future__ import annotations

import copy
import json
import random
import sys
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

from tabfit.architectures import read  # noqa: E402 - the path is set above
from tabfit.errors import UnreadableConfig  # noqa: E402
from tools.fuzz.trials import Trials, counting  # noqa: E402

DATA = ROOT / "tests/data"
MOST_SECONDS: Final = 1.0  # of computing, for one config

#: Values that a key may be given instead of its own.
AWKWARD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 7, 2_000, 65_536, 2**31, 10**9, 10**18, 10**400, -(10**30),
    0.5, 1e308, float("inf"), float("nan"), -0.0, "", "auto", "llama", "x" * 5_000, "\x00", [], [1],
    [None], ["full_attention"], [[]], [{}], {}, {"a": 1}, {"model_type": "bert"}, [0] * 5_000,
)  # fmt: skip


def sources() -> list[dict[str, Any]]:
    """Return every config of the test data, real ones and variants."""
    real = [
        json.loads(path.read_text(encoding="utf-8")) for path in (DATA / "configs").glob("*.json")
    ]
    table = json.loads((DATA / "oracle_variants.json").read_text(encoding="utf-8"))["variants"]
    return real + [row["config"] for rows in table.values() for row in rows]


SOURCES = sources()


def mutated(seed: int, number: int) -> dict[str, Any]:
    """Return one damaged config, the same for the same numbers."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 - the same draws every time are wanted
    config = copy.deepcopy(dice.choice(SOURCES))
    for _ in range(dice.randint(1, 4)):
        damage(config, dice)
    return config


def damage(config: dict[str, Any], dice: random.Random) -> None:
    """Change one thing in a config, perhaps inside a nested part."""
    nested = [value for value in config.values() if isinstance(value, dict) and value]
    target = dice.choice(nested) if nested and dice.random() < 0.3 else config
    key = dice.choice(sorted(target)) if target else "hidden_size"
    kind = dice.randrange(8)
    if kind == 0:
        target.pop(key, None)
    elif kind == 1:
        target[key] = wrapped(target.get(key), dice)
    elif kind == 2:
        other = dice.choice(SOURCES)
        some = dict(dice.sample(sorted(other.items()), min(4, len(other))))
        target.update(copy.deepcopy(some))  # what is damaged next stays whole at its source
    elif kind == 3:
        target["model_type"] = dice.choice(SOURCES)["model_type"]
    elif kind == 4:
        target[key] = scaled(target.get(key), dice)
    else:
        target[key] = copy.deepcopy(dice.choice(AWKWARD))


def wrapped(value: object, dice: random.Random) -> object:
    """Return a value one level too deep."""
    return dice.choice(([value], {"value": value}, str(value), [value] * 50))


def scaled(value: object, dice: random.Random) -> object:
    """Return a number grown, shrunk or turned round; other values as text."""
    if isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    real = float(min(value, 2**60))
    return dice.choice((value * 1000, value + 1, value // 3, -value, real, value * 10**12))


def examined(config: dict[str, Any]) -> bool:
    """Return whether a config was answered; anything but a typed refusal is raised."""
    try:
        read(config)
    except UnreadableConfig:
        return False
    return True


def main() -> int:
    """Read so many damaged configs and say what happened."""
    parser = counting(__doc__, 10_000)
    parser.add_argument("--memory", action="store_true", help="trace memory too (slower)")
    options = parser.parse_args()
    if options.memory:
        tracemalloc.start()
    answered, trials, most = 0, Trials(), (0, 0)
    for number in range(options.count):
        config = mutated(options.seed, number)
        if options.memory:
            tracemalloc.reset_peak()
        name = f"mutant {number}: {json.dumps(config)[:2000]}"
        answered += bool(trials.tried(name, partial(examined, config)))
        if options.memory:
            most = max(most, (tracemalloc.get_traced_memory()[1], number))
    if options.memory:
        print(f"most memory {most[0] / 2**20:.0f} MiB (mutant {most[1]})")
    refused = options.count - answered - trials.faults
    told = f"{options.count} read: {answered} answered, {refused} refused"
    return trials.done(told, MOST_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
