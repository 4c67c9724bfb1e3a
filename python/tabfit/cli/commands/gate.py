"""`tabfit gate`: a verdict as code, for any device.

In: a model and how it is loaded, and the form of the code. Out: a module, a query, rules as
data, or a table of classes.
"""

from __future__ import annotations

import argparse
from typing import Final

from tabfit import catalog
from tabfit.cli import model_arguments, printed_json, visits_file
from tabfit.cli.usage_error import UsageError
from tabfit.devices.device import Device
from tabfit.errors import LibraryNotInstalled, Quoted, shown
from tabfit.estimate.answers import Answer
from tabfit.gate import export_formats
from tabfit.gate.many_devices.device_classes import cuts
from tabfit.population.coverage import class_table

#: What is said of one device, which a gate for any device cannot ask.
OF_ONE_DEVICE: Final = ("device", "device_json", "ram", "ran", "died")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the model, the form of the code, and whose visits its classes are of."""
    model_arguments.add(command)
    for name in OF_ONE_DEVICE:
        command.add_argument(f"--{name.replace('_', '-')}", help=argparse.SUPPRESS)
    command.add_argument(
        "--as",
        dest="form",
        choices=("js", "json", "sql", "join", "classes", "inserts", "npm"),
        default="js",
        help="a module for a page, rules and needs as data, a query over a table of visits, "
        "one that joins it with a table of classes, which classes writes as CSV and inserts as "
        "SQL, or the lines that ask the npm package",
    )
    command.add_argument(
        "--visits", metavar="FILE", default="sample", help="whose classes are written"
    )
    command.add_argument("--dialect", default="duckdb", help="bigquery, spark, postgres, snowflake")


def run(asked: argparse.Namespace) -> int:
    """Print the verdict in the form that was asked for."""
    _refuse_one_device(asked)
    given = model_arguments.answer(asked, catalog.read(), Device())
    if given.subject.unread:
        said = "the shape of {given} is not known: there is no gate"
        raise UsageError(said, given=Quoted(asked.model))
    if asked.form == "json":
        printed_json.print_json(export_formats.as_json(given, catalog.read()))
    elif asked.form == "sql":
        print(_in_dialect(export_formats.as_sql(given), asked.dialect))
    elif asked.form == "join":
        print(_in_dialect(export_formats.as_join(given), asked.dialect))
    elif asked.form == "classes":
        print(class_table.as_csv(_classes(given, asked.visits)), end="")
    elif asked.form == "inserts":
        for each in class_table.statements(_classes(given, asked.visits)):
            print(f"{_in_dialect(each, asked.dialect)};")
    elif asked.form == "npm":
        print(export_formats.as_npm(given), end="")
    else:
        command = export_formats.command(given, asked.model)
        print(export_formats.as_javascript(given, command), end="")
    return 0


def _refuse_one_device(asked: argparse.Namespace) -> None:
    """Raise where something was said of one device alone."""
    for name in OF_ONE_DEVICE:
        if getattr(asked, name) is not None:
            flag = f"--{name.replace('_', '-')}"
            says = "it reads a visitor's signals, and what ran or died is known on one device alone"
            said = "{flag} is of one device, and a gate is for any: {because}"
            raise UsageError(said, flag=flag, because=says)


def _classes(given: Answer, visits: str) -> list[class_table.Row]:
    every, surveyed = cuts([export_formats.for_visits(given)]), export_formats.surveys(given)
    population = visits_file.one_by_one(visits)
    return class_table.rows(every, surveyed, given.facts, population)


def _in_dialect(query: str, dialect: str) -> str:
    """Return a query as another engine takes it."""
    if dialect == "duckdb":
        return query
    try:
        import sqlglot  # noqa: PLC0415 - an extra, which few install
    except ImportError:
        raise LibraryNotInstalled(f"--dialect {shown(dialect)}", "SQLGlot", "data") from None
    try:
        return sqlglot.transpile(query, read="duckdb", write=dialect)[0]
    except ValueError:
        known = "duckdb, bigquery, spark, postgres, snowflake and others that SQLGlot writes"
        said = "--dialect is {given}; accepted are {accepted}"
        raise UsageError(said, given=Quoted(dialect), accepted=known) from None
