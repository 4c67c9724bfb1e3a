"""`tabfit train`: the memory that training a model takes, part by part.

In: a model and a plan. Out: what weights, gradients, optimizer and activations take.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any, Final

from tabfit import catalog
from tabfit.cli import model_arguments, printed_json, terminal
from tabfit.cli.terminal import Terminal
from tabfit.estimate import training_json
from tabfit.i18n.size_text import size
from tabfit.training import (
    LABELS,
    Plan,
    TrainingPartKind,
    plan_text,
    training_memory,
    usual_sequence,
)
from tabfit.units import exactly

#: The choices of a plan; those that are made by being there have no value.
CHOICES: Final = {
    "optimizer": "adamw, adamw-8bit, adafactor, sgd-momentum, sgd",
    "precision": "mixed, autocast, bf16, fp32",
    "batch": "sequences on a device at once",
    "sequence": "tokens of each",
    "recompute": "none, selective (attention maps), full (whole layers)",
    "eager": "attention that holds its maps, not FlashAttention",
    "flash": argparse.SUPPRESS,  # as is usual
    "lora_rank": "train adapters of this rank instead of the weights",
    "lora_targets": "query-value, attention, linear",
    "qlora": "keep the frozen weights in NF4",
    "zero": "stage of ZeRO: 0, 1 (states), 2 (and gradients), 3 (and weights)",
    "gpus": "devices altogether",
    "tensor_parallel": "devices that share each matrix",
    "sequence_parallel": "they share norms and dropouts too",
    "no_dropout": "trained without dropout, as most language models are",
}


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the model and the choices of a plan."""
    command.add_argument("model", metavar="MODEL", help="as for estimate")
    for key, says in CHOICES.items():
        name = f"--{key.replace('_', '-')}"
        if key in plan_text.FLAGS:
            command.add_argument(name, help=says, action="store_const", const="on")
        else:
            command.add_argument(name, help=says)
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print what each part of the plan takes."""
    about = model_arguments.subject(asked.model, catalog.read())
    said = {key: value for key in CHOICES if (value := getattr(asked, key)) is not None}
    plan = plan_text.read(said, Plan(sequence=usual_sequence(about.shape)))
    found = training_json.training(about, plan, training_memory(about.shape, plan))
    if asked.json:
        printed_json.print_json(found)
    else:
        on = terminal.here()
        on.show(_lines(found, on))
    return 0


def _lines(found: dict[str, Any], on: Terminal) -> Iterator[str]:
    """Yield the parts of a plan for a terminal."""
    counts, plan = found["parameters"], found["plan"]
    yield f"{found['model']}: {counts['trained']:,} of {counts['total']:,} parameters trained"
    run = f"{plan['optimizer']}, {plan['precision']}, {plan['batch']} x {plan['sequence']:,} tokens"
    yield run if plan["gpus"] == 1 else f"{run}, on each of {plan['gpus']:,} devices"
    yield ""
    peak = found["peak_bytes"]
    wholes = (
        ("steady state", size(exactly(found["steady_bytes"])), ""),
        ("peak", "not known" if peak is None else size(exactly(peak)), ""),
    )
    yield from on.table([*(_part(each) for each in found["components"]), *wholes])
    yield ""
    for rule in found["rules"]:
        much = size(exactly(rule["bytes"]))
        yield f"rule: {rule['formula']} = {much}, {rule['off']:+,.0%} of {rule['estimates']}"
    yield from (f"note: {note}" for note in found["notes"])


def _part(row: dict[str, Any]) -> tuple[str, ...]:
    label = LABELS[TrainingPartKind(row["name"])]
    return label, size(exactly(row["bytes"])), f"{row['formula']} = {row['filled']}"
