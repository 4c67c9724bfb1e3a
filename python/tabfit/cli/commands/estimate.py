"""`tabfit estimate`: answer for one model on one device.

In: a model, how it is loaded, a device. Out: the answer, and exit 1 where its verdict is
worse than `--fail-below`.
"""

from __future__ import annotations

import argparse
from typing import Final

from tabfit import catalog
from tabfit.cli import device_arguments, model_arguments, printed_json, terminal, text_output
from tabfit.compare import alternatives
from tabfit.estimate import answer_json
from tabfit.estimate.answers import Answer
from tabfit.verdict.probability import RANK, Outcome

#: The outcomes that a verdict may not be worse than, from the best on.
OUTCOMES: Final = ("likely", "may", "unlikely")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what is asked: a model, a device, and what the exit code tells."""
    model_arguments.add(command)
    device_arguments.add(command)
    command.add_argument(
        "--fail-below",
        metavar="OUTCOME",
        choices=OUTCOMES,
        help="exit 1 if the verdict is worse: " + ", ".join(OUTCOMES),
    )
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print the answer, and return 1 where its verdict is worse than accepted."""
    known = catalog.read()
    here = device_arguments.here(asked, known)
    kept = asked.device if here.history == () else None  # a preset has no past
    given = model_arguments.answer(asked, known, here, kept)
    better = alternatives.suggestions(given, known, here)
    if asked.json:
        printed_json.print_json(answer_json.estimate(given, better))
    else:
        print("\n".join(text_output.estimate(given, better, terminal.here())))
    return int(asked.fail_below is not None and _worse(given, asked.fail_below))


def _worse(given: Answer, accepted: str) -> bool:
    return RANK[given.verdict.outcome] > RANK[Outcome(accepted)]
