"""Draw configs that nobody has seen, build each with transformers, and name where tabfit differs.

In: a seed and how many of each model_type. Out: a line for each difference, and how many were
built, refused by transformers, and refused by tabfit. Nothing is written down: what differs
becomes a choice in the tables of variants, and `make oracle` keeps its counts.

    fresh_draws.py --seed 7 --count 40            every type
    fresh_draws.py --seed 7 --count 40 --only qwen3_5

A draw is a config of the tables (variants*.py) with other dice; every second one has up to
three further keys of its class turned: switches over, numbers up or down, lists shortened.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tools")]

from build_configs import digest as digest_of  # noqa: E402
from build_configs import lines_of, measured  # noqa: E402
from variants import all_tables, drawn  # noqa: E402

from tabfit.architectures import read  # noqa: E402
from tabfit.architectures.transformers_defaults import facts_of  # noqa: E402
from tabfit.errors import TabfitError  # noqa: E402

#: A number is never turned into one that makes a model too large to build in a moment.
LARGEST = 512


def turned(value: object, dice: random.Random) -> object:
    """Return another value of the same kind, the same one where there is none to think of."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int) and 0 < value <= LARGEST:
        return max(1, dice.choice((value - 1, value + 1, value * 2, value // 2)))
    if isinstance(value, list) and len(value) > 1 and dice.random() < 0.5:
        return value[:-1]
    return value


def perturbed(config: dict[str, Any], dice: random.Random, model_type: str) -> dict[str, Any]:
    """Return a config with up to three keys of its class turned, drawn ones among them.

    One time in two it is the keys of a config inside it, where there is one.
    """
    facts = facts_of(model_type)
    parts = [key for key, value in config.items() if key in facts.nested and value]
    if parts and dice.random() < 0.5:
        part = dice.choice(parts)
        inner = config[part]
        kind = inner.get("model_type", facts.nested[part][0])
        return {**config, part: perturbed(inner, dice, kind)}
    keys = {**facts.defaults, **config}
    free = [key for key, value in keys.items() if turned(value, dice) != value]
    chosen = dice.sample(free, min(len(free), dice.randint(1, 3)))
    return {**config, **{key: turned(keys[key], dice) for key in chosen}}


def draws(model_type: str, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield so many configs of a type that the seed alone determines."""
    dice = random.Random(f"{model_type} {seed}")  # noqa: S311
    for number, config in enumerate(drawn(model_type, count, seed)):
        yield perturbed(config, dice, model_type) if number % 2 else config


def outcome(config: dict[str, Any]) -> tuple[str, str]:
    """Return how one draw came out, and what there is to say of it."""
    try:
        theirs = measured(config)
    except Exception as error:  # noqa: BLE001 - whatever its own checks or torch raise
        return "refused by transformers", f"{type(error).__name__}: {str(error)[:120]}"
    try:
        ours = read(config)
    except TabfitError as fault:
        return "refused by tabfit", str(fault)
    counts = {
        "total": ours.inventory.total,
        "untied": ours.inventory.untied,
        "digest": digest_of(lines_of((each.name, each.shape) for each in ours.inventory)),
    }
    if counts == theirs:
        return "same", ""
    return "different", " ".join(
        f"{key} {counts[key]} for {theirs[key]}" for key in ("total", "untied")
    )


def main() -> int:
    """Draw, build, compare, and tell what differs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=40, help="draws of each model_type")
    parser.add_argument("--only", default="", help="start of a model_type")
    options = parser.parse_args()
    outcomes: Counter[str] = Counter()
    for model_type in all_tables():
        if not model_type.startswith(options.only):
            continue
        for config in draws(model_type, options.count, options.seed):
            how, said = outcome(config)
            outcomes[how] += 1
            if how in ("different", "refused by tabfit"):
                print(f"{model_type}: {how}: {said}\n    {json.dumps(config)}", flush=True)
    print(", ".join(f"{count} {how}" for how, count in outcomes.most_common()))
    return min(outcomes["different"], 1)


if __name__ == "__main__":
    raise SystemExit(main())
