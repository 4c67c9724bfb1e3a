"""Give damaged configs to every command: an answer or one sentence, never a traceback.

In: the configs of the test data, damaged by `configs`. Out: a line with how often each
command answered and refused, and the slowest. Exit 1 where a command raised, ended with
another code than 0 or 2, or took longer than `MOST_SECONDS`.

    python -m tools.fuzz.commands --count 200 --seed 1
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Final

from tabfit.cli import command_line
from tools.fuzz.configs import mutated

#: Seconds of processor that one command may take.
MOST_SECONDS: Final = 1.0
COMMANDS: Final = (
    ("inspect",),
    ("estimate",),
    ("estimate", "--json"),
    ("need",),
    ("train",),
    ("snippet",),
)


def ran(words: list[str]) -> int:
    """Return a command's exit code; what it prints is dropped."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return command_line.main(words)


def main() -> int:
    """Give so many damaged configs to each command and say what happened."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    codes: Counter[tuple[str, int]] = Counter()
    faults, slowest = 0, (0.0, "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        ran(["estimate", "distilbert"])  # what is read once is read
        for number in range(options.count):
            path.write_text(json.dumps(mutated(options.seed, number)), encoding="utf-8")
            for command in COMMANDS:
                name = f"{' '.join(command)}, mutant {number}"
                began = time.process_time()
                try:
                    code = ran([command[0], str(path), *command[1:]])
                except BaseException:  # noqa: BLE001 - this is what is looked for
                    traceback.print_exc(limit=-2)
                    code = 1
                if code not in {0, 2}:
                    faults += 1
                    print(name)
                codes[command[0], code] += 1
                slowest = max(slowest, (time.process_time() - began, name))
    told = ", ".join(f"{name} {code}: {count}" for (name, code), count in sorted(codes.items()))
    print(f"{faults} faults; {told}; slowest {slowest[0]:.2f} s ({slowest[1]})")
    return 1 if faults or slowest[0] > MOST_SECONDS else 0


if __name__ == "__main__":
    raise SystemExit(main())
