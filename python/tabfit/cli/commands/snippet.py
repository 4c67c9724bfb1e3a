"""`tabfit snippet`: the code that loads a model in a page.

In: a model and how it is loaded. Out: a module of JavaScript.
"""

from __future__ import annotations

import argparse

from tabfit import catalog, snippets
from tabfit.cli import model_arguments, printed_json, text_output
from tabfit.cli.usage_error import UsageError
from tabfit.devices.device import Device


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the model and how it is loaded."""
    model_arguments.add(command)
    printed_json.add(command)


def run(asked: argparse.Namespace) -> int:
    """Print the code."""
    given = model_arguments.answer(asked, catalog.read(), Device())
    found = snippets.snippet(given)
    if found is None:
        said = "no browser runtime loads {model}: there is no code"
        raise UsageError(said, model=given.subject.name)
    if asked.json:
        printed_json.print_json(snippets.report(given, found))
    else:
        print("\n".join(text_output.snippet(found)))
    return 0
