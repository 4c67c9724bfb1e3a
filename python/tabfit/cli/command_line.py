"""The command line: which commands there are, how words become one, and how a failure is said.

In: words. Out: an answer and exit 0 (whatever the verdict), or one line on
stderr that says what is accepted and exit 2. Never a traceback. Each command is a module
of `commands`, imported when one of the words names it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Container, Sequence
from importlib import import_module
from typing import Final, NoReturn

from tabfit import __version__
from tabfit.cli import examples
from tabfit.cli.usage_error import UsageError
from tabfit.errors import LONGEST_LIST, TabfitError, UnknownName, shown

#: What has a command that lists it.
LISTINGS: Final = ("models", "devices", "runtimes")
#: Every command in the order in which `--help` shows them, and what it says of each.
COMMANDS: Final = {
    "estimate": "answer for one model on one device",
    "inspect": "list every tensor of a model",
    **{kind: f"list the catalogue's {kind}" for kind in LISTINGS},
    "compare": "every catalogue model on one device",
    "need": "the smallest device that a model needs",
    "snippet": "the code that loads a model in a page",
    "gate": "a verdict as code, for any device",
    "coverage": "how many of your visitors could run a model",
    "check": "exit 1 if a model breaks a limit of tabfit.toml",
    "train": "the memory that training a model needs",
    "link": "say what a shared link asks",
    "completion": "a script that has a shell finish words",
    "mcp": "serve estimate, compare and inspect to assistants",
}
#: The exit code of a program that Ctrl+C ended, as shells count it.
STOPPED: Final = 130


#: What argparse says of an option's value, and what is said instead.
_OF_OPTIONS: Final = (
    (r"argument (\S+): expected one argument", "{name} needs a value; see {command} --help"),
    (r"argument (\S+): ignored explicit.*", "{name} takes no value; see {command} --help"),
)


class _Parser(argparse.ArgumentParser):
    """A parser that raises one sentence instead of printing the whole usage."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the words."""
        for argparse_says, said in _OF_OPTIONS:
            if match := re.fullmatch(argparse_says, message):
                raise UsageError(said, name=match[1], command=self.prog)
        raise UsageError("{problem}; see {command} --help", problem=message, command=self.prog)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if words is None else words
    try:
        asked = parser(words).parse_args(_with_values(words))
        run: Callable[[argparse.Namespace], int] = asked.run
        return run(asked)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return STOPPED
    except (TabfitError, OSError) as fault:
        print(f"tabfit: {_sentence(fault)}", file=sys.stderr)
        return 2


def _with_values(words: Sequence[str]) -> list[str]:
    """Return the words with numbers below nought fastened to their options.

    By itself argparse takes `-4GB` for an option, and says that there is no value before it.

    >>> _with_values(["estimate", "gemma-2b", "--ram", "-4GB"])
    ['estimate', 'gemma-2b', '--ram=-4GB']
    """
    found: list[str] = []
    for word in words:
        option = found[-1] if found else ""
        if re.match(r"-[0-9.]", word) and re.fullmatch(r"--[a-z][a-z-]*", option):
            found[-1] = f"{option}={word}"
        else:
            found.append(word)
    return found


def _sentence(fault: Exception) -> str:
    if isinstance(fault, OSError):
        return f"{shown(str(fault.filename), most=200)} cannot be read: {fault.strerror}"
    return f"{fault}{_more(fault)}"


def _more(fault: Exception) -> str:
    """Return which command lists the names, where a sentence cannot."""
    long = isinstance(fault, UnknownName) and len(fault.known) > LONGEST_LIST
    kinds = f"{fault.kind}s" if isinstance(fault, UnknownName) else ""
    return f" (tabfit {kinds} lists all)" if long and kinds in LISTINGS else ""


def parser(named: Container[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser of every command, with the arguments of those that are named."""
    made = _Parser(prog="tabfit", description="Will this model run in this browser on this device?")
    made.add_argument("--version", action="version", version=f"tabfit {__version__}")
    commands = made.add_subparsers(
        title="commands", required=True, metavar="COMMAND", dest="command", prog="tabfit"
    )
    for name, says in COMMANDS.items():
        command = commands.add_parser(name, help=says)
        examples.add(command, examples.OF[name])
        if name in named:
            _fill(command, name)
    examples.add(made, examples.WHOLE)
    return made


def _fill(command: argparse.ArgumentParser, name: str) -> None:
    """Give a command its arguments and what it runs, from its module."""
    module = "listings" if name in LISTINGS else name
    found = import_module(f"tabfit.cli.commands.{module}")
    found.add_arguments(command)
    command.set_defaults(run=found.run)
