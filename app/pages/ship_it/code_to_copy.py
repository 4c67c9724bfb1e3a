"""The last step as code: what asks each visitor's browser, what asks a table, what collects one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.components.html import Child, Html, joined, sentence, tag
from tabfit.estimate.answers import Answer
from tabfit.gate import export_formats
from tabfit.i18n.language import _
from tabfit.population.visits import sample


class Step(NamedTuple):
    """A piece of code: its tab's name, what it does, the code, and what is to be known of it."""

    id: str
    name: str
    lead: Child
    code: str
    note: str = ""


def inside(given: Answer, *, whole: bool = True) -> Html:
    """Return the code for a scenario, a tab for each way to ship it.

    Without the `whole` of it SQL, which takes 50 kB, is the command that writes it.
    """
    return tag(
        "div",
        [_tab(each, open_=at == 0) for at, each in enumerate(_steps(given, whole=whole))],
        class_="code-tabs",
        role="group",
        aria_label=_("Ways to ship it"),
    )


def _steps(given: Answer, *, whole: bool) -> Iterator[Step]:
    command = export_formats.command(given)
    if given.subject.model:
        yield Step(
            "npm",
            _("npm package"),
            _("Asks a visitor’s own browser, in any page; a small file for the model is fetched."),
            export_formats.as_npm(given),
        )
    if not given.subject.unread:
        yield Step(
            "gate",
            _("Module"),
            _(
                "The same rule for this one scenario, alone in a file; it needs nothing else. It "
                "takes what the npm package’s deviceSignals() gives."
            ),
            export_formats.as_javascript(given, command),
        )
        yield Step(
            "sql",
            "SQL",
            _dialects(f"{command} --as sql --dialect bigquery"),
            f"{export_formats.as_sql(given) if whole else f'{command} --as sql > fits.sql'}\n",
        )
    yield Step("collector", _("Collector"), _collecting(), sample.collector(), _privacy())
    yield Step(
        "commands",
        _("Terminal"),
        _("The same on the command line, and in a build that fails once too few can run it."),
        _commands(given, command),
    )


def _dialects(command: str) -> Html:
    text = _(
        "Adds the word and the chance to every row of a table of visits, in DuckDB; {command} "
        "writes it for others."
    )
    return sentence(text, command=tag("code", command))


def _collecting() -> str:
    return _("Makes a row of what a browser tells, and sends it to your own site after a yes.")


def _privacy() -> str:
    return _(
        "No name, no identifier, no address; but together the columns may single out a rare "
        "device. Ask first, say what it is for, keep rows no longer than the question needs, "
        "and publish shares alone."
    )


def _commands(given: Answer, command: str) -> str:
    way = " ".join(export_formats.choices(given))
    return (
        "pip install tabfit\n"
        f"tabfit coverage {given.subject.id} visits.csv {way}\n"
        f"{command} > fits.js\n"
        "tabfit check tabfit.toml\n"
    )


def _tab(step: Step, *, open_: bool) -> Html:
    radio = tag("input", type="radio", name="step", value=step.id, checked=open_)
    panel = (
        tag("p", step.lead),
        tag("pre", tag("code", step.code), tabindex=0, role="region", aria_label=step.name),
        tag("button", _("Copy"), type="button", data_copy=_("Copied.")),
        tag("span", role="status", class_="copied"),
        tag("p", step.note, class_="note") if step.note else None,
    )
    return joined(tag("label", radio, step.name), tag("div", panel, class_="panel"))
