"""What the fuzzers share: how many inputs are made from which seed, and one tried after another.

In: what asks about one input. Out: what it returns, how often that broke, and the slowest.
"""

from __future__ import annotations

import argparse
import time
import traceback
from collections.abc import Callable
from typing import TypeVar

Returned = TypeVar("Returned")


def counting(document: str, count: int) -> argparse.ArgumentParser:
    """Return a parser that takes a count and a seed, described by a module's first line."""
    parser = argparse.ArgumentParser(description=document.split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--seed", type=int, default=0)
    return parser


class Trials:
    """Inputs tried one after another; what breaks is printed and counted."""

    def __init__(self) -> None:
        """Start without any."""
        self.faults, self.slowest = 0, (0.0, "")

    def tried(self, name: str, ask: Callable[[], Returned]) -> Returned | None:
        """Return what comes of an input, `None` where it broke; `name` finds it again."""
        began = time.process_time()
        try:
            return ask()
        except (Exception, SystemExit):  # noqa: BLE001 - this is what is looked for
            traceback.print_exc(limit=-3)
            self.broke(name)
            return None
        finally:
            self.slowest = max(self.slowest, (time.process_time() - began, name))

    def broke(self, name: str) -> None:
        """Count an input that broke something."""
        self.faults += 1
        print(name)

    def done(self, told: str, most_seconds: float) -> int:
        """Print what happened and return the exit status: 1 where something broke or took long."""
        seconds, name = self.slowest
        print(f"{told}; {self.faults} faults; slowest {seconds:.2f} s ({name[:300]})")
        return 1 if self.faults or seconds > most_seconds else 0
