"""Finding a model: the box to search in, what will be asked of whom, and the ways to run it.

In: headings, meanings and answers. Out: the dialog that scripts open, and the parts of the
page that they fill. All that was typed, named or read is text and is escaped as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from app.components.forms.question_form import flat, task_name, task_rank, tasks
from app.components.html import Html, joined, sentence, tag
from app.components.labels import SHORT, bytes_
from app.components.outcome_marks import mark
from tabfit.catalog import Model
from tabfit.compare.comparisons import ComparisonRow
from tabfit.compare.smaller_models import RowOf
from tabfit.estimate.answers import Answer
from tabfit.estimate.link import write
from tabfit.estimate.scenario import Scenario
from tabfit.hub_names import HUB
from tabfit.i18n.language import _, plural

if TYPE_CHECKING:  # what knows hubs is imported when it is first needed
    from tabfit.hub import Address

#: What a file picker offers; a visitor may choose others, which are then refused in a sentence.
ENDINGS: Final = ".safetensors,.gguf,.onnx,.tflite,.task,.litertlm,.json"


def dialog(models: Iterable[Model], *, catalog_alone: bool = False) -> Html:
    """Return the box that opens over the question, closed.

    `models` are those that it searches; where they are the `catalog_alone` no hub is asked and
    no file read.
    """
    return tag(
        "dialog",
        _line(catalog_alone=catalog_alone),
        _tasks(models),
        tag("div", id="asking"),
        tag(
            "div",
            tag("span", id="found-out", role="status"),
            tag("button", _("Cancel"), type="button", data_stop=True),
            class_="progress",
        ),
        tag("div", id="matches", role="listbox", aria_label=_("Models of the catalogue")),
        None if catalog_alone else _ways_in(),
        id="finder",
        aria_label=_("Which model?"),
        data_none=_(
            "No model of the catalogue has this name. A hub’s model is asked for by owner/name."
        ),
        data_working=_("Working out what fits"),
        data_reading=_("Reading the header"),
        data_away=_(
            "Without a network no hub can be asked. Models of the catalogue, files and pasted "
            "configs are answered as ever."
        ),
        data_catalog_alone=catalog_alone,
    )


def _tasks(models: Iterable[Model]) -> Html | None:
    """Return the choice of what a model is for, where there is more than one such thing."""
    known = tasks(models)
    if len(known) < 2:
        return None
    options = flat([("", _("any")), *known], "")
    field = tag("select", options, id="find-task")
    return tag("label", tag("span", _("Task")), " ", field, class_="finder-task")


def _line(*, catalog_alone: bool) -> Html:
    box = tag(
        "input",
        type="text",
        id="find",
        role="combobox",
        aria_label=_("Model"),
        aria_autocomplete="list",
        aria_controls="matches",
        aria_expanded="true",
        autocomplete="off",
        autocapitalize="none",
        spellcheck="false",
        enterkeyhint="go",
        placeholder=_("Search by name") if catalog_alone else _("Name, owner/name or link"),
    )
    close = tag("button", _("Close"), type="button", class_="quiet", data_close=True)
    return tag("div", box, close, class_="finder-line")


def _ways_in() -> Html:
    """Return the other ways to name a model: a file, a config, and which hub is asked."""
    picker = tag("input", type="file", id="file", multiple=True, hidden=True, accept=ENDINGS)
    pick = tag("button", _("Open a file…"), type="button", data_pick=True)
    note = _(
        "Or drop it anywhere: .safetensors, .gguf, .onnx, .litertlm or config.json, of any size. "
        "It stays on this device; only its header is read."
    )
    text = tag(
        "textarea", id="pasted", rows=6, spellcheck="false", aria_label=_("Config"), wrap="off"
    )
    paste = joined(text, tag("button", _("Use this config"), type="button", data_paste=True))
    return tag(
        "div",
        tag("p", pick, picker, tag("span", note), class_="finder-file"),
        tag("details", tag("summary", _("Paste a config.json")), paste, id="paste"),
        tag("details", tag("summary", _("Settings")), _settings(), id="hub-settings"),
        class_="finder-more",
    )


def _settings() -> Html:
    box = tag("input", type="url", id="hub", value=HUB, spellcheck="false", inputmode="url")
    note = _(
        "The hub that is asked for owner/name. Any other than {hub} must be among the hosts that "
        "this page’s own rules (Content-Security-Policy) name; whoever hosts the page sets them.",
        hub=HUB.removeprefix("https://"),
    )
    return joined(
        tag("label", tag("span", _("Hub")), box, class_="finder-hub"),
        tag("p", note, class_="aside-note"),
    )


# What was typed


def matches(
    found: Sequence[Model],
    *,
    grouped: bool,
    chosen: str,
    row_of: RowOf | None = None,
    again: Sequence[Model] = (),
) -> Html:
    """Return models as options: beside each name the task, the size, and what it comes to here.

    `again` are those that the visitor pinned or asked about before: where the list is `grouped`
    they stand first.
    """

    def option(model: Model, *beside: str, kind: str = "match") -> Html:
        return _option(model, chosen, row_of(model.id) if row_of else None, *beside, kind=kind)

    if not grouped:
        return joined(option(each, task_name(each)) for each in found)
    before = [option(each, task_name(each), kind="again") for each in again]
    every = sorted(found, key=lambda each: (task_rank(each), each.name.lower()))
    return joined(
        _group(_("Pinned or asked about before"), before) if before else None,
        [
            _group(name, [option(each) for each in group])
            for name, group in groupby(every, key=task_name)
        ],
    )


def _group(name: str, options: list[Html]) -> Html:
    heading = tag("div", name, class_="group", aria_hidden="true")
    return tag("div", heading, options, role="group", aria_label=name)


def _option(model: Model, chosen: str, row: ComparisonRow | None, *beside: str, kind: str) -> Html:
    told = " · ".join(filter(None, (*beside, _parameters(model.parameters))))
    return tag(
        "div",
        tag("b", model.name),
        " ",
        tag("small", told),
        tag("small", verdict_here(row), class_="here", data_here=model.id),
        role="option",
        id=f"{kind}-{model.id}",
        data_model=model.id,
        aria_selected="false",
        class_="current" if model.id == chosen else None,
    )


def verdict_here(row: ComparisonRow | None) -> Html | None:
    """Return what a model at its best comes to on the device: the download and the verdict."""
    if row is None:
        return None
    size = row.line.download.likely
    words = tag("span", mark(row.outcome), SHORT[row.outcome], class_=f"short {row.outcome}")
    return joined(" ", tag("span", bytes_(size) if size else ""), " ", words)


def _parameters(count: int | None) -> str | None:
    """Return a number of parameters as models are called by it.

    >>> _parameters(2_506_172_416), _parameters(66_955_010), _parameters(999_885_952)
    ('2.5B', '67M', '1B')
    """
    if count is None:
        return None
    if count >= 999_500_000:
        return f"{count / 10**9:.1f}".removesuffix(".0") + "B"
    return f"{count / 10**6:.0f}M"


def asking(address: Address) -> Html:
    """Return the button that asks, and beside it what it will ask of whom."""
    return tag(
        "div",
        tag(
            "button",
            _("Ask {host}", host=address.host),
            type="button",
            class_="main",
            data_ask=address.source,
        ),
        tag("p", will_ask(address)),
        class_="ask",
    )


def will_ask(address: Address) -> Html:
    """Return what is asked of whom, before it is."""
    host, what = tag("b", address.host), tag("b", address.name)
    if address.url or address.path:
        said = sentence(
            _("Asks {host} for the first kilobytes of {file}, and for a config.json beside it."),
            host=host,
            file=what,
        )
    else:
        said = sentence(
            _(
                "Asks {host} for the list of files of {name}, its config.json and, where that says "
                "too little, the first kilobytes of a file."
            ),
            host=host,
            name=tag("b", address.repository),
        )
    return joined(said, " ", _("No cookies, no sign-in and no referrer are sent."))


def problem(text: str) -> Html:
    """Return why nobody can be asked."""
    return tag("p", text, class_="note")


def prompt(address: Address) -> Html:
    """Return what stands for an answer while a link's model was not asked for."""
    button = tag(
        "button",
        _("Ask {host}", host=address.host),
        type="button",
        class_="main",
        data_find=address.source,
    )
    return tag(
        "section",
        tag("h2", _("Not asked yet")),
        tag(
            "p",
            sentence(
                _("This link is about {name}, which is not in the catalogue."),
                name=tag("b", address.source.removeprefix("hf:")),
            ),
            class_="deciding",
        ),
        tag("p", will_ask(address), class_="aside-note"),
        tag("p", button),
        class_="card",
        aria_label=_("Not asked yet"),
    )


def refused(why: str, instead: Sequence[Model], asked: Scenario) -> Html:
    """Return what stands for an answer where there is none about the model asked for.

    `instead` are models that can be asked about on the same device, one tap away.
    """
    taps = [tag("li", _instead(each, asked)) for each in instead]
    return tag(
        "section",
        tag("h2", _("No answer")),
        tag("p", why, class_="deciding"),
        tag("ul", taps, class_="better") if taps else None,
        class_="card",
        aria_label=_("No answer"),
    )


def _instead(model: Model, asked: Scenario) -> Html:
    """Return a tap that asks about another model on the same device."""
    told = " · ".join(filter(None, (task_name(model), _parameters(model.parameters))))
    return tag(
        "a",
        tag("b", model.name),
        " ",
        tag("small", told),
        href=f"#{write(Scenario(model=model.id, device=asked.device))}",
        data_change=True,
    )


# What was found


def ways(every: Sequence[Answer], chosen: Answer) -> Html:
    """Return each precision with its verdict under each runtime, the best for the device first."""
    formats = list(dict.fromkeys(each.facts.formats for each in every))
    return joined(
        _table([each for each in every if each.facts.formats == form], chosen) for form in formats
    )


def _table(every: Sequence[Answer], chosen: Answer) -> Html:
    runtimes = {each.facts.id: each.facts.short for each in every}
    ordered = sorted(runtimes, key=runtimes.__getitem__)
    rows: dict[str, dict[str, Answer]] = {}
    for each in every:
        rows.setdefault(each.scenario.precision or "", {})[each.facts.id] = each
    heads = [tag("th", runtimes[each], scope="col") for each in ordered]
    return tag(
        "table",
        tag("thead", tag("tr", tag("th", _("Precision"), scope="col"), heads)),
        tag("tbody", [_row(name, row, ordered, chosen) for name, row in rows.items()]),
        class_="ways",
    )


def _row(name: str, row: dict[str, Answer], runtimes: Iterable[str], chosen: Answer) -> Html:
    first = next(iter(row.values()))
    files = plural("{count} file", "{count} files", _weights(first))
    size = f"{bytes_(first.download.likely)}, {first.download_basis}"
    head = tag("th", tag("b", name), " ", tag("small", size), title=files, scope="row")
    return tag("tr", head, [tag("td", _way(row.get(each), chosen)) for each in runtimes])


def _weights(answer: Answer) -> int:
    return sum(file.content == "weights" for file in answer.stored.files)


def _way(answer: Answer | None, chosen: Answer) -> Html:
    if answer is None:
        return tag("span", "–", class_="lead")
    outcome = answer.verdict.outcome
    asked, taken = answer.scenario, chosen.scenario
    here = (asked.runtime, asked.precision) == (taken.runtime, taken.precision)
    return tag(
        "a",
        mark(outcome),
        SHORT[outcome],
        class_=f"short {outcome}",
        href=f"#{write(asked)}",
        data_change=True,
        aria_current="true" if here else None,
    )


def ways_card(answer: Answer) -> Html:
    """Return the card that the ways are put into once they are worked out."""
    return tag(
        "section",
        tag("h3", _("Ways to run it")),
        tag("p", _("The best for this device first; tap one to take it."), class_="lead"),
        tag("div", id="ways", class_="scroll", data_later="ways"),
        class_="card",
        aria_label=_("Ways to run {name}", name=answer.subject.name),
    )
