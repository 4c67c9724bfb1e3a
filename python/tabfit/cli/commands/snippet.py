"""`tabfit snippet`: the code that loads a model in a page.

In: a model and how it is loaded. Out: a module of JavaScript.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from tabfit import catalog, snippets
from tabfit.cli import model_arguments, printed_json
from tabfit.cli.usage_error import UsageError
from tabfit.devices.device import Device
from tabfit.snippets import Snippet


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
        print("\n".join(_lines(found)))
    return 0


def _lines(found: Snippet) -> Iterator[str]:
    """Yield a module of JavaScript, what is to be known on top."""
    said = [found.installed] if found.installed else []
    yield from (f"// {each}" for each in (*said, *found.notes))
    yield found.code.rstrip("\n")
