"""`tabfit completion`: a script that has a shell finish commands, options and names.

In: the shell. Out: the script's text, written by shtab, which the extra
`tabfit[completion]` brings. The names in it are those of the catalogue that wrote it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tabfit import catalog
from tabfit.catalog import Catalog
from tabfit.cli import command_line
from tabfit.errors import LibraryNotInstalled

SHELLS: Final = ("bash", "zsh", "tcsh")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the shell."""
    command.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh, tcsh")


def run(asked: argparse.Namespace) -> int:
    """Print the script."""
    print(script(command_line.parser(), asked.shell, catalog.read()))
    return 0


def script(parser: argparse.ArgumentParser, shell: str, catalog: Catalog) -> str:
    """Return the script for a shell. Raises `LibraryNotInstalled`."""
    try:
        import shtab  # noqa: PLC0415 - an extra, which few install
    except ModuleNotFoundError as fault:
        raise LibraryNotInstalled("completion", "shtab", "completion") from fault
    names = {
        "model": catalog.models.ids,
        "device": [each.id for each in catalog.devices],
        "runtime": catalog.runtimes.ids,
    }
    for action in _actions(parser):
        if action.dest in names:
            setattr(action, "complete", _completer(action.dest, names[action.dest]))  # noqa: B010
    functions = "\n".join(_bash_function(kind, known) for kind, known in names.items())
    preamble: Any = {"bash": functions}  # by shell; its annotation says text alone
    found: str = shtab.complete(parser, shell, preamble=preamble)
    return found


def _actions(parser: argparse.ArgumentParser) -> Iterable[Any]:
    """Yield every argument of a parser and of its commands."""
    for action in parser._actions:  # noqa: SLF001 - argparse offers no other way; shtab's own too
        yield action
        if isinstance(action.choices, Mapping):
            for each in action.choices.values():
                yield from _actions(each)


def _completer(kind: str, names: Iterable[str]) -> dict[str, str]:
    listed = " ".join(names)
    return {"bash": f"_tabfit_{kind}s", "zsh": f"({listed})", "tcsh": f"({listed})"}


def _bash_function(kind: str, names: Iterable[str]) -> str:
    return f'_tabfit_{kind}s() {{ compgen -W "{" ".join(names)}" -- "$1"; }}'
