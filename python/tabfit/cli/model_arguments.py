"""The words that name a model and how it is loaded: which options there are, how they are read.

In: options as text. Out: a model, a number of tokens, an answer. What cannot be read is one
`UsageError`.
"""

from __future__ import annotations

import argparse
import re
from typing import Final

from tabfit import api
from tabfit.catalog import Catalog
from tabfit.cli.usage_error import UsageError
from tabfit.devices.device import Device
from tabfit.errors import Quoted, UnreadableChoice
from tabfit.estimate import answers
from tabfit.estimate.answers import Answer
from tabfit.estimate.link import MOST_CONTEXT
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.runtimes import load_options
from tabfit.runtimes.load_options import LoadOptions
from tabfit.sources.chosen_hub import chosen_hub
from tabfit.units import Tokens

#: How a model is loaded besides, and what it is fed.
LOADING: Final = {
    "kv": ("TYPE", "what keys and values are kept in: f16, q8_0, q4_0, …"),
    "gpu_layers": ("N", "layers on the GPU, the last ones first; the output counts as one"),
    "parallel": ("N", "conversations that share the context"),
    "projector": ("on|off", "the part that sees or hears beside a GGUF model"),
    "audio": ("TIME", "how much is heard at once: 300s"),
    "picture": ("SIZE", "the picture that is looked at: 1024x768"),
}


def add(command: argparse.ArgumentParser) -> None:
    """Have a command take a model and how it is loaded."""
    command.add_argument(
        "model", metavar="MODEL", help="a catalogue name, a file, a folder, a hub id or an address"
    )
    command.add_argument("--runtime")
    command.add_argument("--precision", help="q4, or one for each session: encoder=fp32,decoder=q4")
    command.add_argument("--context", metavar="N", help="tokens of the longest conversation")
    command.add_argument("--prompt", metavar="N", help="tokens read at once (512 unless said)")
    for name, (value, says) in LOADING.items():
        command.add_argument(f"--{name.replace('_', '-')}", metavar=value, help=says)


def subject(name: str, catalog: Catalog) -> Subject:
    """Return the model of a name, a file, a folder, a hub id or an address."""
    return api.find_model(name, catalog, chosen_hub())


def tokens(name: str, text: str | None) -> Tokens | None:
    """Return the tokens that an option says, 8k being 8,192; None where it says nothing."""
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,10})(k?)", text.lower().replace(",", "").replace("_", ""))
    count = int(match[1]) * (1024 if match[2] else 1) if match else 0
    if not 1 <= count <= MOST_CONTEXT:
        accepted = f"a whole number of tokens from 1 to {MOST_CONTEXT}, such as 4096 or 8k"
        said = "--{name} is {given}; {accepted} is accepted"
        raise UsageError(said, name=name, given=Quoted(text), accepted=accepted)
    return Tokens(count)


def answer(
    asked: argparse.Namespace, catalog: Catalog, here: Device, device: str | None = None
) -> Answer:
    """Return the answer for a model as it is to be loaded, on a device or on a preset's name."""
    about = subject(asked.model, catalog)
    scenario = Scenario(
        model=about.id,
        runtime=asked.runtime,
        precision=asked.precision,
        context=tokens("context", asked.context),
        prompt=tokens("prompt", asked.prompt),
        device=device,
        options=_options(asked),
    )
    return answers.answer(scenario, catalog, here, about)


def _options(asked: argparse.Namespace) -> LoadOptions:
    try:
        return load_options.read({name: getattr(asked, name) or "" for name in LOADING})
    except UnreadableChoice as fault:
        name = fault.key.replace("_", "-")
        raise UsageError("--{name} {problem}", name=name, problem=fault.problem) from None
