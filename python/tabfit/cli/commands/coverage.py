"""`tabfit coverage`: how many visitors could run a model, or the largest model that many could.

In: models, or none, and a table of visits. Out: shares, as text or JSON.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from tabfit import catalog
from tabfit.catalog import Catalog
from tabfit.cli import model_arguments, printed_json, terminal, visits_file
from tabfit.cli.terminal import Terminal
from tabfit.devices.device import Device
from tabfit.estimate.answers import answer
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.size_text import size
from tabfit.population.coverage import model_coverage, report
from tabfit.population.coverage.class_coverage import JUDGED, Coverage, Covering, Tally
from tabfit.population.coverage.confidence_intervals import Share
from tabfit.population.coverage.model_coverage import Reach
from tabfit.units import Tokens

#: So many other ways are shown of a model, and so many words of a grouping.
SHOWN: Final = 6
#: What the models do that the curve is of, unless it is said.
TASK: Final = "text-generation"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the models, the visits and how the models are loaded."""
    command.add_argument(
        "model", metavar="MODEL", nargs="*", help="as for estimate; without any, the largest ones"
    )
    command.add_argument(
        "visits", metavar="VISITS", help="visits.csv or visits.parquet, or the word sample"
    )
    command.add_argument("--runtime")
    command.add_argument("--precision")
    command.add_argument("--context", metavar="N", help="tokens of the longest conversation")
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print the coverage that was asked for."""
    context = model_arguments.tokens("context", asked.context)
    known = catalog.read()
    population = visits_file.read(asked.visits)
    if asked.model:
        covered = [_covered(name, asked, context, population, known) for name in asked.model]
        if asked.json:
            found = [report.covered(*each) for each in covered]
            printed_json.print_json(report.whole(population, {"models": found}))
            return 0
        lines = [line for each in covered for line in ("", *_model_lines(*each, terminal.here()))]
    else:
        every = list(model_coverage.reaches(known, population, TASK))
        if asked.json:
            printed_json.print_json(
                report.whole(population, report.reached(model_coverage.largest(every), every))
            )
            return 0
        lines = ["", *_curve_lines(every, terminal.here())]
    terminal.here().show((_population_line(population), *lines))
    return 0


def _covered(
    name: str,
    asked: argparse.Namespace,
    context: Tokens | None,
    population: Covering,
    known: Catalog,
) -> tuple[Coverage, list[Coverage]]:
    about = model_arguments.subject(name, known)
    scenario = Scenario(
        model=about.id, runtime=asked.runtime, precision=asked.precision, context=context
    )
    given = answer(scenario, known, Device(), about)
    every = model_coverage.every_way(about, known, population, context)
    names = given.facts.id, given.scenario.precision
    chosen = next((each for each in every if _names(each) == names), None)
    if chosen is None:  # a precision or a runtime that is not among those worth offering
        chosen = model_coverage.coverage_of_answer(given, population)
    return chosen, [each for each in every if each is not chosen]


def _names(each: Coverage) -> tuple[str, str]:
    return each.runtime, each.precision


# Text


def _population_line(population: Covering) -> str:
    return f"{population.total:,} visits, {population.differ:,} that differ"


def _model_lines(given: Coverage, others: Sequence[Coverage], on: Terminal) -> Iterator[str]:
    download = size(given.download)
    yield f"{given.model}, {given.runtime} {given.precision}, {download}"
    outcomes = [each for each in JUDGED if given.all.counts.get(each)]
    rows = [(str(each), _with_interval(given.all.share(each))) for each in outcomes]
    yield from on.table(rows, outcomes) if rows else ()
    yield f"not known: {_percent(given.all.unknown.share)} of all, which the others leave out"
    if given.all.chance is not None:
        yield f"about {_percent(given.all.chance)} will run it, by the mean of their chances"
    for name, parts in given.by.items():
        if len(parts) > 1:
            yield from _grouping(name, parts, on)
    if others:
        yield "other ways"
        yield from on.table([_way(each, given) for each in model_coverage.best_ways(others, SHOWN)])


def _grouping(name: str, parts: Mapping[str, Tally], on: Terminal) -> Iterator[str]:
    yield f"by {name}"
    yield from on.table([_part(*each) for each in islice(parts.items(), SHOWN)])


def _part(word: str, tally: Tally) -> tuple[str, ...]:
    likely = f"likely {_with_interval(tally.likely)}" if tally.judged else "not known"
    unknown = f"{_percent(tally.unknown.share)} not known" if tally.judged else ""
    return f"  {word or '(not told)'}", f"{tally.total:,} visits", likely, unknown


def _way(each: Coverage, given: Coverage) -> tuple[str, ...]:
    gain = each.all.likely.share - given.all.likely.share
    likely = f"likely {_percent(each.all.likely.share)} ({100 * gain:+.1f} points)"
    return f"  {each.runtime} {each.precision}", size(each.download), likely


def _curve_lines(every: Sequence[Reach], on: Terminal) -> Iterator[str]:
    yield f"the largest model ({TASK}) that likely runs for so many of those that can be judged"
    yield from on.table([_reach(*each) for each in model_coverage.largest(every).items()])


def _reach(share: float, found: Reach | None) -> tuple[str, ...]:
    if found is None:
        return f"{share:.0%}", "none", "", "", ""
    way = found.way
    likely = _with_interval(way.all.likely)
    unknown = f"{_percent(way.all.unknown.share)} not known"
    return f"{share:.0%}", found.model.name, f"{way.runtime} {way.precision}", likely, unknown


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _with_interval(given: Share) -> str:
    return f"{_percent(given.share)} ({100 * given.low:.1f} to {100 * given.high:.1f})"
