"""Texts: reports as lines for a terminal. Numbers are formatted here, never computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tabfit.catalog import Catalog
from tabfit.cli.terminal import Terminal
from tabfit.compare.comparisons import ComparisonRow
from tabfit.devices.budgets import Pool
from tabfit.estimate.answers import Answer, Suggestion
from tabfit.i18n.size_text import rate, rates, size
from tabfit.snippets import Snippet
from tabfit.training import LABELS, TrainingPartKind
from tabfit.units import GIB, exactly
from tabfit.verdict.check_text import Check
from tabfit.verdict.overall_verdict import Verdict
from tabfit.verdict.probability import Outcome

#: A mark for each outcome, so that none is told by colour.
MARKS = {
    Outcome.LIKELY: "+",
    Outcome.MAY: "~",
    Outcome.UNLIKELY: "-",
    Outcome.NO: "x",
    Outcome.UNKNOWN: "?",
    Outcome.UNSUPPORTED: "0",
}


def estimate(answer: Answer, suggestions: list[Suggestion], terminal: Terminal) -> Iterator[str]:
    """Yield the lines of `tabfit estimate`."""
    where = answer.device.name or "this device"
    asked = answer.scenario
    yield (
        f"{answer.subject.name}, {asked.precision}, {answer.facts.name}, "
        f"{answer.context:,} tokens, on {where}"
    )
    words = terminal.coloured(answer.verdict.words, answer.verdict.outcome)
    yield from terminal.wrapped(f"{words}: {answer.verdict.sentence}")
    yield from terminal.wrapped(_what_decides(answer.verdict))
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


def listing(kind: str, found: dict[str, Any], terminal: Terminal) -> Iterator[str]:
    """Yield a line for each row of a listing."""
    more: dict[str, Callable[[dict[str, Any]], str]] = {
        "models": lambda row: ", ".join(row["runtimes"]),
        "devices": lambda row: f"{row['form']}, {row['year']}",
        "runtimes": lambda row: ", ".join(row["precisions"]),
    }
    return terminal.table([(row["id"], row["name"], more[kind](row)) for row in found[kind]])


def compared(rows: list[ComparisonRow], catalog: Catalog, terminal: Terminal) -> Iterator[str]:
    """Yield a line for each model, and how many fit."""
    yield from terminal.table(
        [_compared(each, catalog) for each in rows], [row.outcome for row in rows]
    )
    loaded = [each for each in rows if not each.facts.hypothetical]
    likely = sum(each.outcome is Outcome.LIKELY for each in loaded)
    yield f"{likely} of {len(loaded)} that a browser can load likely fit"


def _compared(row: ComparisonRow, catalog: Catalog) -> tuple[str, ...]:
    line = row.line
    outcome = f"{MARKS[row.outcome]} {row.outcome}"
    name, how = catalog.model(line.model).name, f"{line.runtime} {line.precision}"
    return outcome, name, size(line.download), how


def needed(found: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of `tabfit need`."""
    for kind, ram in found["ram_bytes"].items():
        yield f"{kind:10} {'more than any sold' if ram is None else f'{ram // GIB} GB of memory'}"
    yield f"storage    {size(exactly(found['storage_bytes']))}"
    for demand in found["demands"]:
        much = "" if demand["bytes"] is None else f" {size(exactly(demand['bytes']))}:"
        yield f"{demand['name']}:{much} {demand['why']}"
    yield "devices    " + (", ".join(found["devices"]) or "none in the catalogue")


def snippet(found: Snippet) -> Iterator[str]:
    """Yield the lines of `tabfit snippet`: a module of JavaScript, what is to be known on top."""
    said = [found.installed] if found.installed else []
    yield from (f"// {each}" for each in (*said, *found.notes))
    yield found.code.rstrip("\n")


def trained(found: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of `tabfit train`."""
    counts, plan = found["parameters"], found["plan"]
    yield f"{found['model']}: {counts['trained']:,} of {counts['total']:,} parameters trained"
    run = f"{plan['optimizer']}, {plan['precision']}, {plan['batch']} x {plan['sequence']:,} tokens"
    yield run if plan["gpus"] == 1 else f"{run}, on each of {plan['gpus']:,} devices"
    yield ""
    for part in found["components"]:
        label, filled = LABELS[TrainingPartKind(part["name"])], part["filled"]
        yield f"{label:28} {size(exactly(part['bytes'])):>10}  {part['formula']} = {filled}"
    yield f"{'steady state':28} {size(exactly(found['steady_bytes'])):>10}"
    peak = found["peak_bytes"]
    yield f"{'peak':28} {'not known' if peak is None else size(exactly(peak)):>10}"
    yield ""
    for rule in found["rules"]:
        much = size(exactly(rule["bytes"]))
        yield f"rule: {rule['formula']} = {much}, {rule['off']:+.0%} of {rule['estimates']}"
    yield from (f"note: {note}" for note in found["notes"])


def inspected(found: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of `tabfit inspect`."""
    counts = found["parameters"]
    yield f"{found['source']}: {found['kind']}, {found['architecture']}"
    total, untied, active = (counts[each] for each in ("total", "untied", "active"))
    yield f"parameters {total:,} (every use {untied:,}, one token {active:,})"
    if counts["published"] != total:
        yield f"published  {counts['published']:,}, which is more than transformers builds"
    weights, largest = (found[each] for each in ("weights_bytes", "largest_tensor_bytes"))
    yield f"weights    {_bytes(weights)}, largest tensor {_bytes(largest)}"
    for tensor in found["tensors"]:
        filled = "" if tensor["bytes"] is None else f"  {tensor['bytes']:,}"
        yield f"  {tensor['name']}  {tensor['shape']}  {tensor['type']}{filled}"
    yield from (f"note: {note}" for note in found["notes"])


def _bytes(count: int | None) -> str:
    return "not known" if count is None else size(exactly(count))
