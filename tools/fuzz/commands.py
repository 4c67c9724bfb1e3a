"""Give damaged configs to every command: an answer or one sentence, never a traceback.

In: the configs of the test data, damaged by `configs`. Out: a line with how often each
command answered and refused, and the slowest. Exit 1 where a command raised, ended with
another code than 0 or 2, or took longer than `MOST_SECONDS`.

    python -m tools.fuzz.commands --count 200 --seed 1
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Final

from tabfit.cli import command_line
from tools.fuzz.configs import mutated
from tools.fuzz.trials import Trials, counting

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
    options = counting(__doc__, 200).parse_args()
    codes: Counter[tuple[str, int]] = Counter()
    trials = Trials()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        ran(["estimate", "distilbert"])  # what is read once is read
        for number in range(options.count):
            path.write_text(json.dumps(mutated(options.seed, number)), encoding="utf-8")
            for command in COMMANDS:
                name = f"{' '.join(command)}, mutant {number}"
                words = [command[0], str(path), *command[1:]]
                code = trials.tried(name, partial(ran, words))
                if code is not None and code not in {0, 2}:
                    trials.broke(name)
                codes[command[0], 1 if code is None else code] += 1
    told = ", ".join(f"{name} {code}: {count}" for (name, code), count in sorted(codes.items()))
    return trials.done(told, MOST_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
