"""`tabfit estimate`: answer for one model on one device.

In: a model, how it is loaded, a device. Out: the answer, and exit 1 where its verdict is
worse than `--fail-below`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Final

from tabfit import catalog
from tabfit.cli import device_arguments, model_arguments, printed_json, terminal
from tabfit.cli.terminal import MARKS, Terminal
from tabfit.compare import alternatives
from tabfit.devices.budgets import Pool
from tabfit.estimate import answer_json
from tabfit.estimate.answers import Answer, Suggestion
from tabfit.i18n.size_text import rate, rates, size
from tabfit.units import exactly
from tabfit.verdict import chance_text
from tabfit.verdict.check_text import Check
from tabfit.verdict.overall_verdict import Verdict
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
        on = terminal.here()
        on.show(_lines(given, better, on))
    return int(asked.fail_below is not None and _worse(given, asked.fail_below))


def _worse(given: Answer, accepted: str) -> bool:
    return RANK[given.verdict.outcome] > RANK[Outcome(accepted)]


def _lines(answer: Answer, suggestions: list[Suggestion], terminal: Terminal) -> Iterator[str]:
    """Yield the answer for a terminal."""
    where = answer.device.name or "this device"
    asked = answer.scenario
    yield (
        f"{answer.subject.name}, {asked.precision}, {answer.facts.name}, "
        f"{answer.context:,} tokens, on {where}"
    )
    words = terminal.coloured(answer.verdict.words, answer.verdict.outcome)
    yield from terminal.wrapped(f"{words}: {answer.verdict.sentence}")
    yield from terminal.wrapped(_what_decides(answer.verdict))
    if answer.verdict.open_chance is not None:
        yield from terminal.wrapped(chance_text.said(answer.verdict.open_chance))
    yield ""
    yield f"download  {size(answer.download):>14}  {answer.download_basis}"
    yield f"  and the runtime's own code, once per site: {size(answer.runtime_download)}"
    peak = size(answer.memory(Pool.PEAK))
    if answer.subject.unread:
        yield f"memory    {'at least ' + peak:>14}  its files alone; the rest is not known"
    else:
        yield f"memory    {peak:>14}  at its peak, {answer.footprint.fullest.name}"
    if answer.rates:
        low, likely, high = answer.rates.per_second
        speed = f"{rates(low, high)} tokens/s, likely {rate(likely)}"
        yield f"speed     {speed}  {answer.rates.basis}"
    yield ""
    said = (
        *(_check(each, terminal) for each in answer.checks),
        *(f"note: {note}" for note in answer.notes),
        *(_suggestion(each) for each in suggestions),
    )
    for each in said:
        yield from terminal.wrapped(each)


def _what_decides(verdict: Verdict) -> str:
    """Return the check that decides and the next one, or what would have to be said."""
    if verdict.outcome is Outcome.UNKNOWN:
        return "one answer would decide: --ram SIZE, or --device D"
    if not verdict.runner_up:
        return f"decided by {verdict.because}" if verdict.because else "decided by no check"
    return f"decided by {verdict.because}, then {verdict.runner_up}"


def _check(check: Check, terminal: Terminal) -> str:
    mark = terminal.coloured(MARKS[check.outcome], check.outcome)
    return f"{mark} {check.name}: {check.message} ({check.basis})"


def _suggestion(each: Suggestion) -> str:
    effect = f"needs {size(exactly(each.saves))} less" if each.saves > 0 else "asks for less"
    return f"would help: {each.change} ({each.outcome}; {effect})"
