"""The command line: `tabfit`, also `python -m tabfit`.

In: words. Out: an answer and exit 0 (whatever the verdict), or one line on
stderr that says what is accepted and exit 2. Never a traceback. Each command
imports what it needs when it runs, so that `inspect` starts at once.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from tabfit import __version__
from tabfit.cli import completion, examples
from tabfit.cli.printed_json import print_json
from tabfit.errors import (
    LONGEST_LIST,
    LibraryNotInstalled,
    Quoted,
    TabfitError,
    UnknownName,
    UnreadableChoice,
    UnreadableDevice,
    shown,
)
from tabfit.i18n.language import english
from tabfit.sources import config_files
from tabfit.sources.chosen_hub import chosen_hub

if TYPE_CHECKING:
    from tabfit.catalog import Catalog
    from tabfit.devices.device import Device
    from tabfit.estimate.answers import Answer
    from tabfit.estimate.subjects import Subject
    from tabfit.runtimes.load_options import LoadOptions


#: What has a command that lists it.
LISTINGS: Final = ("models", "devices", "runtimes")
#: The outcomes that a verdict may not be worse than, from the best on.
OUTCOMES: Final = ("likely", "may", "unlikely")
#: The exit code of a program that Ctrl+C ended, as shells count it.
STOPPED: Final = 130


class _Usage(TabfitError):
    """The words do not make a command."""

    code = "usage"

    def __init__(self, text: str, /, **values: object) -> None:
        """Keep the problem, in English, and the values that fill it."""
        self.problem = english(text, **values)
        super().__init__(self.problem)


class _Parser(argparse.ArgumentParser):
    """A parser that raises one sentence instead of printing the whole usage."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the words."""
        raise _Usage("{problem}; see {command} --help", problem=message, command=self.prog)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        asked = parser().parse_args(words)
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


def _sentence(fault: Exception) -> str:
    if isinstance(fault, OSError):
        return f"{shown(str(fault.filename), most=200)} cannot be read: {fault.strerror}"
    return f"{fault}{_more(fault)}"


def _more(fault: Exception) -> str:
    """Return which command lists the names, where a sentence cannot."""
    long = isinstance(fault, UnknownName) and len(fault.known) > LONGEST_LIST
    kinds = f"{fault.kind}s" if isinstance(fault, UnknownName) else ""
    return f" (tabfit {kinds} lists all)" if long and kinds in LISTINGS else ""


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    made = _Parser(prog="tabfit", description="Will this model run in this browser on this device?")
    made.add_argument("--version", action="version", version=f"tabfit {__version__}")
    commands: Any = made.add_subparsers(
        title="commands", required=True, metavar="COMMAND", prog="tabfit"
    )
    _add_estimate(commands)
    _add_inspect(commands)
    for kind in LISTINGS:
        listing = commands.add_parser(kind, help=f"list the catalogue's {kind}")
        _add_json(listing)
        listing.set_defaults(run=_list, kind=kind)
    _add_compare(commands)
    _add_need(commands)
    _add_snippet(commands)
    _add_gate(commands)
    _add_coverage(commands)
    _add_check(commands)
    _add_train(commands)
    reading = commands.add_parser("link", help="say what a shared link asks")
    reading.add_argument("url")
    _add_json(reading)
    reading.set_defaults(run=_link)
    _add_completion(commands)
    serving = commands.add_parser("mcp", help="serve estimate, compare and inspect to assistants")
    serving.set_defaults(run=_mcp)
    examples.add(made, commands)
    return made


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object")


#: How a model is loaded besides, and what it is fed.
LOADING: Final = {
    "kv": ("TYPE", "what keys and values are kept in: f16, q8_0, q4_0, …"),
    "gpu_layers": ("N", "layers on the GPU, the last ones first; the output counts as one"),
    "parallel": ("N", "conversations that share the context"),
    "projector": ("on|off", "the part that sees or hears beside a GGUF model"),
    "audio": ("TIME", "how much is heard at once: 300s"),
    "picture": ("SIZE", "the picture that is looked at: 1024x768"),
}


def _add_choices(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "model", metavar="MODEL", help="a catalogue name, a file, a folder, a hub id or an address"
    )
    command.add_argument("--runtime")
    command.add_argument("--precision", help="q4, or one for each session: encoder=fp32,decoder=q4")
    command.add_argument("--context", metavar="N", help="tokens of the longest conversation")
    command.add_argument("--prompt", metavar="N", help="tokens read at once (512 unless said)")
    for name, (value, says) in LOADING.items():
        command.add_argument(f"--{name.replace('_', '-')}", metavar=value, help=says)


def _add_device(command: argparse.ArgumentParser, *, required: bool = False) -> None:
    which = command.add_mutually_exclusive_group(required=required)
    which.add_argument("--device", metavar="D", help="a catalogue device")
    which.add_argument("--device-json", metavar="FILE", help="a device's signals as JSON")
    which.add_argument("--ram", metavar="SIZE", help="a computer with so much memory: 8GB")
    past = "(its peak; on a graphics card, the card's)"
    command.add_argument("--ran", metavar="SIZE", help=f"a model of 2.4GB ran here before {past}")
    command.add_argument("--died", metavar="SIZE", help=f"one of 3GB crashed here before {past}")


def _add_estimate(commands: Any) -> None:
    command = commands.add_parser("estimate", help="answer for one model on one device")
    _add_choices(command)
    _add_device(command)
    command.add_argument(
        "--fail-below",
        metavar="OUTCOME",
        choices=OUTCOMES,
        help="exit 1 if the verdict is worse: " + ", ".join(OUTCOMES),
    )
    _add_json(command)
    command.set_defaults(run=_estimate)


def _add_inspect(commands: Any) -> None:
    command = commands.add_parser("inspect", help="list every tensor of a model")
    command.add_argument("source", metavar="SOURCE", help="a config.json, a model file or a hub id")
    _add_json(command)
    command.set_defaults(run=_inspect)


def _add_compare(commands: Any) -> None:
    command = commands.add_parser("compare", help="every catalogue model on one device")
    _add_device(command, required=True)
    _add_json(command)
    command.set_defaults(run=_compare)


def _add_need(commands: Any) -> None:
    command = commands.add_parser("need", help="the smallest device that a model needs")
    _add_choices(command)
    _add_json(command)
    command.set_defaults(run=_need)


def _add_snippet(commands: Any) -> None:
    command = commands.add_parser("snippet", help="the code that loads a model in a page")
    _add_choices(command)
    _add_json(command)
    command.set_defaults(run=_snippet)


#: What is said of one device, which a gate for any device cannot ask.
OF_ONE_DEVICE: Final = ("device", "device_json", "ram", "ran", "died")


def _add_gate(commands: Any) -> None:
    command = commands.add_parser("gate", help="a verdict as code, for any device")
    _add_choices(command)
    for name in OF_ONE_DEVICE:
        command.add_argument(f"--{name.replace('_', '-')}", help=argparse.SUPPRESS)
    command.add_argument(
        "--as",
        dest="form",
        choices=("js", "json", "sql", "join", "classes", "npm"),
        default="js",
        help="a module for a page, rules and needs as data, a query over a table of visits, "
        "one that joins it with a table of classes, which classes writes as CSV, or the lines "
        "that ask the npm package",
    )
    command.add_argument(
        "--visits", metavar="FILE", default="sample", help="whose classes are written"
    )
    command.add_argument("--dialect", default="duckdb", help="bigquery, spark, postgres, snowflake")
    command.set_defaults(run=_gate)


def _add_coverage(commands: Any) -> None:
    command = commands.add_parser("coverage", help="how many of your visitors could run a model")
    command.add_argument(
        "model", metavar="MODEL", nargs="*", help="as for estimate; without any, the largest ones"
    )
    command.add_argument(
        "visits", metavar="VISITS", help="visits.csv or visits.parquet, or the word sample"
    )
    command.add_argument("--runtime")
    command.add_argument("--precision")
    command.add_argument("--context", metavar="N", help="tokens of the longest conversation")
    _add_json(command)
    command.set_defaults(run=_coverage)


def _add_check(commands: Any) -> None:
    command = commands.add_parser("check", help="exit 1 if a model breaks a limit of tabfit.toml")
    command.add_argument("limits", metavar="FILE", nargs="?", default="tabfit.toml")
    _add_json(command)
    command.set_defaults(run=_check)


def _add_completion(commands: Any) -> None:
    command = commands.add_parser("completion", help="a script that has a shell finish words")
    command.add_argument(
        "shell", metavar="SHELL", choices=completion.SHELLS, help="bash, zsh, tcsh"
    )
    command.set_defaults(run=_completion)


#: The choices of `train`; those that are made by being there have no value.
TRAINING: Final = {
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
TRAINING_FLAGS: Final = ("eager", "flash", "qlora", "sequence_parallel", "no_dropout")


def _add_train(commands: Any) -> None:
    command = commands.add_parser("train", help="the memory that training a model needs")
    command.add_argument("model", metavar="MODEL", help="as for estimate")
    for key, says in TRAINING.items():
        name = f"--{key.replace('_', '-')}"
        if key in TRAINING_FLAGS:
            command.add_argument(name, help=says, action="store_const", const="on")
        else:
            command.add_argument(name, help=says)
    _add_json(command)
    command.set_defaults(run=_train)


# Reading what was named


def _catalog() -> Catalog:
    from tabfit import catalog

    return catalog.read()


def _about(name: str, catalog: Catalog) -> Subject:
    from tabfit import api

    return api.find_model(name, catalog, chosen_hub())


def _here(asked: argparse.Namespace, catalog: Catalog) -> Device:
    """Return the device that is asked about, with what was said of its past."""
    from tabfit.devices import history
    from tabfit.estimate import answers
    from tabfit.light_dataclass import replace

    here = answers.place(asked.device, _told(asked), catalog)
    said = [(True, "ran", asked.ran), (False, "died", asked.died)]
    trials = [_trial(ran, _bytes(name, text)) for ran, name, text in said if text is not None]
    return replace(here, history=(*here.history, *history.read(trials)))


def _trial(ran: bool, need: int) -> dict[str, Any]:  # noqa: FBT001 - how it ended
    return {"ran": ran, "needs": {"peak": [need] * 3, "gpu": [need] * 3}}


def _bytes(name: str, text: str) -> int:
    """Return the bytes of a need, as a page tells them: 2.4GB is 2,400,000,000."""
    from tabfit.limits.limits_file import size

    found = size(text)
    if found is None:
        said = "--{name} is {given}; a size such as 2.4GB or 700MB is accepted"
        raise _Usage(said, name=name, given=Quoted(text))
    return found


def _told(asked: argparse.Namespace) -> Device:
    from tabfit.devices import device

    if asked.ram is not None:
        return device.read({"ram_bytes": _memory(asked.ram)})
    if asked.device_json is None:
        return device.Device()
    file = asked.device_json
    return device.read(
        config_files.read_json(file, lambda problem: UnreadableDevice(Path(file).name, problem))
    )


def _memory(text: str) -> int:
    """Return the bytes of a memory as it is sold: 8GB, 8 GiB and 8 are all 8 x 2^30."""
    match = re.fullmatch(r"([0-9]{1,4}(?:\.[0-9])?) ?(?:g|gb|gib)?", text.strip().lower())
    size = float(match[1]) if match else 0.0
    if not 0 < size <= 4096:
        said = "--ram is {given}; a size from 1GB to 4096GB, such as 8GB, is accepted"
        raise _Usage(said, given=Quoted(text))
    return round(size * 2**30)


def _tokens(name: str, text: str | None) -> Any:
    from tabfit.estimate.link import MOST_CONTEXT
    from tabfit.units import Tokens

    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,10})(k?)", text.lower().replace(",", "").replace("_", ""))
    count = int(match[1]) * (1024 if match[2] else 1) if match else 0
    if not 1 <= count <= MOST_CONTEXT:
        accepted = f"a whole number of tokens from 1 to {MOST_CONTEXT}, such as 4096 or 8k"
        said = "--{name} is {given}; {accepted} is accepted"
        raise _Usage(said, name=name, given=Quoted(text), accepted=accepted)
    return Tokens(count)


def _answer(asked: argparse.Namespace, device: str | None, here: Device) -> Answer:
    from tabfit.estimate.answers import answer
    from tabfit.estimate.scenario import Scenario

    catalog = _catalog()
    about = _about(asked.model, catalog)
    scenario = Scenario(
        model=about.id,
        runtime=asked.runtime,
        precision=asked.precision,
        context=_tokens("context", asked.context),
        prompt=_tokens("prompt", asked.prompt),
        device=device,
        options=_options(asked),
    )
    return answer(scenario, catalog, here, about)


def _options(asked: argparse.Namespace) -> LoadOptions:
    from tabfit.runtimes import load_options

    try:
        return load_options.read({name: getattr(asked, name) or "" for name in LOADING})
    except UnreadableChoice as fault:
        name = fault.key.replace("_", "-")
        raise _Usage("--{name} {problem}", name=name, problem=fault.problem) from None


# Commands


def _estimate(asked: argparse.Namespace) -> int:
    from tabfit.cli import screen, text_output
    from tabfit.compare import alternatives
    from tabfit.estimate import answer_json

    catalog = _catalog()
    here = _here(asked, catalog)
    kept = asked.device if here.history == () else None  # a preset has no past
    given = _answer(asked, kept, here)
    better = alternatives.suggestions(given, catalog, here)
    if asked.json:
        print_json(answer_json.estimate(given, better))
    else:
        print("\n".join(text_output.estimate(given, better, screen.here())))
    return int(asked.fail_below is not None and _worse(given, asked.fail_below))


def _worse(given: Answer, accepted: str) -> bool:
    from tabfit.verdict.probability import RANK, Outcome

    return RANK[given.verdict.outcome] > RANK[Outcome(accepted)]


def _inspect(asked: argparse.Namespace) -> int:
    found = _inspected(asked.source)
    if asked.json:
        print_json(found)
        return 0
    from tabfit.cli import text_output

    print("\n".join(text_output.inspected(found)))
    return 0


def _inspected(source: str) -> dict[str, Any]:
    """Return what a source holds; a config.json alone costs no more than reading it."""
    if config_files.is_config(source):
        return config_files.inspected(source)
    from tabfit.sources import read_source

    return read_source.inspect(source, chosen_hub())


def _list(asked: argparse.Namespace) -> int:
    from tabfit.cli import screen, text_output
    from tabfit.estimate import answer_json

    found = answer_json.listing(asked.kind, _catalog())
    if asked.json:
        print_json(found)
    else:
        print("\n".join(text_output.listing(asked.kind, found, screen.here())))
    return 0


def _compare(asked: argparse.Namespace) -> int:
    from tabfit.cli import screen, text_output
    from tabfit.compare import comparisons
    from tabfit.compare.catalog_requirements import requirements_of

    catalog = _catalog()
    device = _here(asked, catalog)
    rows = comparisons.compare(catalog, device, requirements_of(catalog))
    if asked.json:
        print_json(comparisons.report(rows, catalog, asked.device))
    else:
        print("\n".join(text_output.compared(rows, catalog, screen.here())))
    return 0


def _need(asked: argparse.Namespace) -> int:
    from tabfit.cli import text_output
    from tabfit.compare import smallest_device
    from tabfit.devices.device import Device

    found = smallest_device.need(_answer(asked, None, Device()), _catalog())
    if asked.json:
        print_json(found)
    else:
        print("\n".join(text_output.needed(found)))
    return 0


def _gate(asked: argparse.Namespace) -> int:
    from tabfit.devices.device import Device
    from tabfit.gate import scenario_gate

    for name in OF_ONE_DEVICE:
        if getattr(asked, name) is not None:
            flag = f"--{name.replace('_', '-')}"
            says = "it reads a visitor's signals, and what ran or died is known on one device alone"
            said = "{flag} is of one device, and a gate is for any: {because}"
            raise _Usage(said, flag=flag, because=says)
    given = _answer(asked, None, Device())
    if given.subject.unread:
        said = "the shape of {given} is not known: there is no gate"
        raise _Usage(said, given=Quoted(asked.model))
    if asked.form == "json":
        print_json(scenario_gate.as_json(given, _catalog()))
    elif asked.form == "sql":
        print(_in_dialect(scenario_gate.as_sql(given), asked.dialect))
    elif asked.form == "join":
        print(_in_dialect(scenario_gate.as_join(given), asked.dialect))
    elif asked.form == "classes":
        print(_classes(given, asked.visits), end="")
    elif asked.form == "npm":
        print(scenario_gate.as_npm(given), end="")
    else:
        command = scenario_gate.command(given, asked.model)
        print(scenario_gate.as_javascript(given, command), end="")
    return 0


def _classes(given: Answer, visits: str) -> str:
    from tabfit.cli import visits_file
    from tabfit.gate import scenario_gate
    from tabfit.gate.classes import cuts
    from tabfit.population import class_table

    every, surveyed = cuts([scenario_gate.for_visits(given)]), scenario_gate.surveys(given)
    population = visits_file.read(visits)
    return class_table.as_csv(class_table.rows(every, surveyed, given.facts, population))


def _in_dialect(query: str, dialect: str) -> str:
    """Return a query as another engine takes it."""
    if dialect == "duckdb":
        return query
    try:
        import sqlglot
    except ImportError:
        raise LibraryNotInstalled(f"--dialect {shown(dialect)}", "SQLGlot", "data") from None
    try:
        return sqlglot.transpile(query, read="duckdb", write=dialect)[0]
    except ValueError:
        known = "duckdb, bigquery, spark, postgres, snowflake and others that SQLGlot writes"
        said = "--dialect is {given}; accepted are {accepted}"
        raise _Usage(said, given=Quoted(dialect), accepted=known) from None


def _coverage(asked: argparse.Namespace) -> int:
    from tabfit.cli import coverage_command

    return coverage_command.run(asked, _tokens("context", asked.context))


def _check(asked: argparse.Namespace) -> int:
    from tabfit.cli import check_command

    return check_command.run(asked.limits, as_json=asked.json)


def _snippet(asked: argparse.Namespace) -> int:
    from tabfit import snippets
    from tabfit.cli import text_output
    from tabfit.devices.device import Device

    given = _answer(asked, None, Device())
    found = snippets.snippet(given)
    if found is None:
        said = "no browser runtime loads {model}: there is no code"
        raise _Usage(said, model=given.subject.name)
    if asked.json:
        print_json(snippets.report(given, found))
    else:
        print("\n".join(text_output.snippet(found)))
    return 0


def _train(asked: argparse.Namespace) -> int:
    from tabfit.cli import text_output
    from tabfit.estimate import answer_json
    from tabfit.training import Plan, plan_text, training_memory, usual_sequence

    about = _about(asked.model, _catalog())
    said = {key: value for key, value in vars(asked).items() if isinstance(value, str)}
    plan = plan_text.read(said, Plan(sequence=usual_sequence(about.shape)))
    found = answer_json.training(about, plan, training_memory(about.shape, plan))
    if asked.json:
        print_json(found)
    else:
        print("\n".join(text_output.trained(found)))
    return 0


def _completion(asked: argparse.Namespace) -> int:
    print(completion.script(parser(), asked.shell, _catalog()))
    return 0


def _mcp(asked: argparse.Namespace) -> int:
    from tabfit.cli import mcp_server

    del asked
    mcp_server.server().run("stdio")
    return 0


def _link(asked: argparse.Namespace) -> int:
    from tabfit.estimate import answer_json, link

    _, mark, text = asked.url.partition("#")
    scenario = link.read(text if mark else asked.url)
    found = answer_json.scenario(scenario, scenario.model)
    if asked.json:
        print_json({"schema": answer_json.SCHEMA, "scenario": found})
    else:
        print("\n".join(f"{key:10} {value}" for key, value in found.items() if value is not None))
    return 0
