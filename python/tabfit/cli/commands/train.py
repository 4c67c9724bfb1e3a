"""`tabfit train`: the memory that training a model takes, part by part.

In: a model and a plan. Out: what weights, gradients, optimizer and activations take.
"""

from __future__ import annotations

import argparse
from typing import Final

from tabfit import catalog
from tabfit.cli import model_arguments, printed_json, text_output
from tabfit.estimate import answer_json
from tabfit.training import Plan, plan_text, training_memory, usual_sequence

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
    found = answer_json.training(about, plan, training_memory(about.shape, plan))
    if asked.json:
        printed_json.print_json(found)
    else:
        print("\n".join(text_output.trained(found)))
    return 0
