"""Compare, without a browser: which rows a choice leaves, their order, links and files."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from html import unescape
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pages.answer import control as answer_page
from app.pages.compare import control, models_on_device, side_by_side_link, typical_devices
from app.pages.compare.export import as_csv
from app.pages.compare.filter_and_sort import SORTS, Comparison, fields, read_filter
from app.pages.compare.models_on_device import speed
from app.request_reply import PageReply, PageRequest
from tabfit import catalog
from tabfit.compare.best_of_tasks import in_order
from tabfit.compare.catalog_requirements import CatalogRequirements, requirements_of_model, written
from tabfit.compare.comparisons import Judge, best, reported
from tabfit.devices.device import read
from tabfit.errors import UnreadableLink
from tabfit.estimate import answers, link
from tabfit.estimate.scenario import Scenario
from tabfit.light_dataclass import replace
from tabfit.verdict.probability import Outcome
from tests.core.app.test_respond import HOSTILE, elements, plain

CATALOG = catalog.read()
MODELS = ("distilbert", "gemma-2b", "whisper-base", "all-minilm-l6-v2", "deberta-v3-small")
LAPTOP = read({"platform": "windows", "browser": "chrome", "ram_bytes": 8 * 2**30})


@cache
def requirements() -> CatalogRequirements:
    """Return the requirements of a few models, one of which no browser runtime has."""
    return CatalogRequirements(
        CATALOG, written({model: requirements_of_model(model, CATALOG) for model in MODELS})
    )


def reply(linked: str | None = None, **asked: Any) -> PageReply:
    """Return the reply to a link, or to the fields of the forms."""
    if linked is not None:
        asked |= {"linked": True, "fields": link.fields(linked, control.KEYS)}
    return control.replied(PageRequest(catalog=CATALOG, here=LAPTOP, **asked), requirements())


def names(html: str) -> list[str]:
    """Return the models of a table, in their order."""
    return [
        model for _at, model in sorted((html.find(f'value="{m}"'), m) for m in MODELS) if _at > 0
    ]


def test_what_is_shown_is_copied_as_text() -> None:
    """The finding and the rows as they stand; after a choice anew; side by side each answer."""
    html = reply("v=1&device=pixel-8-pro&sort=-name").parts["compared"]
    title, finding, *rows = copied(html).splitlines()
    assert title == "Which models fit Google Pixel 8 Pro?"
    assert f"<h2>{finding}</h2>" in plain(html)
    named = [CATALOG.model(model).name for model in names(html)]
    assert [row.split(" · ")[0] for row in rows] == named
    changed = reply(fields={"device": "pixel-8-pro", "q": "gemma"}, changed={"q"})
    assert "Gemma" in copied(changed.parts["copying"])
    assert "DistilBERT" not in copied(changed.parts["copying"])
    sides = copied(reply("v=1&view=sides").parts["compared"])
    assert len(sides.strip().split("\n\n")) == 2


def copied(html: str) -> str:
    """Return the text that a page copies."""
    (text,) = re.findall(r"<pre hidden><code>(.*?)</code></pre>", html, re.DOTALL)
    return unescape(text)


def test_every_model_a_runtime_has_is_compared() -> None:
    """All are there at first, the one without a runtime counted apart."""
    found = reply()
    html = found.parts["compared"]

    assert set(names(html)) == set(MODELS) - {"deberta-v3-small"}
    assert "of 4 models likely fit here" in html
    assert "1 more model has no browser runtime yet" in html
    assert elements(html).count("tr") == 1 + 4
    assert found.fields["device"] is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("q=BERT", {"distilbert"}),
        ("q=mini%20v2", {"all-minilm-l6-v2"}),
        ("task=automatic-speech-recognition", {"whisper-base"}),
        ("task=sentence-similarity", {"all-minilm-l6-v2"}),
        ("runtime=mediapipe", {"gemma-2b"}),
        ("runtime=ideal", {"deberta-v3-small"}),
        ("licence=gemma", {"gemma-2b"}),
        ("size=1B-3B", {"gemma-2b"}),
        ("most=70000000", {"distilbert", "all-minilm-l6-v2"}),
        ("most=70000000&q=bert", {"distilbert"}),
        ("q=nothing-like-it", set()),
        ("verdict=no", set()),
    ],
)
def test_choices_leave_the_rows_they_name(text: str, left: set[str]) -> None:
    """Each choice alone, and two together, leave exactly the models they say."""
    html = reply(f"v=1&{text}").parts["compared"]

    assert set(names(html)) == left
    assert ("No model passes" in html) is not bool(left)


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("name", "all-minilm-l6-v2", "whisper-base"),
        ("-name", "whisper-base", "all-minilm-l6-v2"),
        ("download", "all-minilm-l6-v2", "gemma-2b"),
        ("-download", "gemma-2b", "all-minilm-l6-v2"),
        ("parameters", "all-minilm-l6-v2", "gemma-2b"),
        ("-year", "distilbert", "gemma-2b"),
    ],
)
def test_rows_come_in_the_order_of_a_column(sort: str, first: str, last: str) -> None:
    """A column sorts upwards or downwards, and its head says which to a screen reader."""
    html = reply(f"v=1&sort={sort}").parts["compared"]

    assert (names(html)[0], names(html)[-1]) == (first, last)
    assert html.count("aria-sort=") == 1
    assert f'aria-sort="{"descending" if sort in ("-name", "-download") else "ascending"}"' in html


def test_the_command_line_and_python_give_the_page_s_order() -> None:
    """One device, one order: verdict, pace, size class, release, and of equals the name."""
    shown = Comparison(requirements(), CATALOG, LAPTOP).passing(read_filter({}, CATALOG))
    found = [best(requirements().each(name), Judge(CATALOG, LAPTOP)) for name in MODELS]
    told = [row.line.model for row in in_order(found, CATALOG.model)]

    assert [row.line.model for row in shown] == told[:-1]
    assert told[-1] == "deberta-v3-small"  # which no browser loads


def test_rows_without_a_value_come_last_either_way() -> None:
    """A model that makes no tokens has no speed, and never leads the column."""
    for sort in ("speed", "-speed"):
        html = reply(f"v=1&sort={sort}").parts["compared"]
        assert set(names(html)[-2:]) == {"distilbert", "all-minilm-l6-v2"}


def test_typing_leaves_the_search_box_alone() -> None:
    """A change in the forms renews rows, heads and numbers, never the form that is typed in."""
    parts = reply(fields={"q": "gem", "sort": "verdict"}, changed=frozenset({"q"})).parts

    assert names(parts["rows"]) == ["gemma-2b"]
    assert "compared" not in parts
    assert re.sub("<[^>]+>", "", parts["count-likely"]) in ("0", "1")


def test_a_long_list_begins_until_all_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many rows the first are made, and what was picked; a button asks for the others."""
    monkeypatch.setattr(models_on_device, "BEGINNING", 2)
    every = ["all-minilm-l6-v2", "distilbert", "gemma-2b", "whisper-base"]  # by name
    asked = {"sort": "name"}
    parts = reply("v=1&sort=name").parts
    assert names(parts["compared"]) == every[:2]
    assert "data-whole" in parts["compared"]
    assert "of 4 models" in parts["compared"]

    picked = reply(fields=asked | {"pick": every[-1]}, changed=frozenset({"sort"})).parts
    assert names(picked["rows"]) == [*every[:2], every[-1]]

    whole = reply(fields=asked | {"whole": "1"}, changed=frozenset({"whole"})).parts
    assert names(whole["rows"]) == every
    assert 'name="whole"' in whole["more"]


def test_picking_renews_no_rows() -> None:
    """A tick adds to what is chosen; heads keep it in their links, rows stay as they are."""
    found = reply(fields={"pick": "distilbert,gemma-2b"}, changed=frozenset({"pick"}))

    assert "rows" not in found.parts
    assert "2 models chosen" in found.parts["tray"]
    assert "pick=distilbert,gemma-2b" in found.parts["heads"]
    assert "s1=distilbert~transformersjs-wasm~q8" in found.parts["tray"]
    assert found.fields["pick"] == "distilbert,gemma-2b"


def test_a_device_of_the_catalogue_stands_in_for_this_one() -> None:
    """The question names it, the rows' links carry it, and nobody is asked about memory."""
    found = reply("v=1&device=iPhone 13")

    assert found.fields["device"] == "iphone-13"
    assert "device=iphone-13" in found.parts["compared"]
    assert "iPhone 13" in found.parts["compare-question"]
    assert 'name="ram_bytes"' not in found.parts["said"]


def test_a_senders_device_is_compared_on() -> None:
    """A link may carry the signals of a device instead of a name."""
    found = reply('v=1&device={"platform":"ios","ram_bytes":4294967296}')

    assert "ios" in str(found.fields["device"])
    assert "platform" in found.parts["compared"]
    shared = {"shared": 'v=1&device={"platform":"ios","ram_bytes":4294967296}'}
    again = reply(fields={"device": "shared"}, raw=shared, changed=frozenset({"q"}))
    assert again.fields == {**found.fields}


def test_an_unknown_device_is_said_and_left_out() -> None:
    """The page stays on this device and names what it does not know."""
    found = reply("v=1&device=nokia-3310")

    assert "nokia-3310" in str(found.notice)
    assert found.fields["device"] is None


@given(values=st.dictionaries(st.sampled_from(control.KEYS), st.text(max_size=40)))
@settings(max_examples=60, deadline=None)
def test_any_fields_get_a_reply(values: dict[str, str]) -> None:
    """Whatever a form or a link says, the page answers, and nothing of it becomes an element."""
    found = reply(fields=values)

    assert link.composed(found.fields, control.KEYS).startswith("v=1")
    assert "<script" not in "".join(found.parts.values())


def test_hostile_text_stays_text() -> None:
    """What is searched for comes back escaped."""
    found = control.replied(
        PageRequest(catalog=CATALOG, here=LAPTOP, linked=True, fields={"q": HOSTILE}),
        requirements(),
    )

    assert "&lt;script" in found.parts["compared"]
    assert "<script" not in found.parts["compared"]


@given(
    query=st.text(st.characters(categories=("L", "N")), max_size=20),
    sort=st.sampled_from([*SORTS, *(f"-{each}" for each in SORTS[1:])]),
    verdicts=st.lists(st.sampled_from(Outcome), unique=True),
    picks=st.lists(st.sampled_from(MODELS), unique=True, max_size=4),
    most=st.none() | st.integers(1, 10**12),
)
@settings(max_examples=100, deadline=None)
def test_what_is_wanted_survives_its_link(
    query: str, sort: str, verdicts: list[Outcome], picks: list[str], most: int | None
) -> None:
    """Fields written from what is wanted are read back as the same."""
    given_fields = {
        "q": query,
        "sort": sort,
        "verdict": ",".join(verdicts),
        "pick": ",".join(picks),
        "most": "" if most is None else str(most),
    }
    once = read_filter(given_fields, CATALOG)
    said = link.fields(link.composed(fields(once), control.KEYS), control.KEYS)

    assert read_filter(said, CATALOG) == once


# Files


def test_a_file_holds_the_rows_that_are_shown() -> None:
    """CSV and JSON carry the same rows, numbers as numbers."""
    asked = {"sort": "download"}
    table = list(csv.DictReader(StringIO(reply(part="csv", fields=asked).parts["csv"])))
    report = json.loads(reply(part="json", fields=asked).parts["json"])

    assert [row["model"] for row in table] == [row["model"] for row in report["models"]]
    assert [int(row["download_bytes"]) for row in table] == sorted(
        row["download_bytes"] for row in report["models"]
    )
    assert report["schema"] == 1


def test_a_spreadsheet_runs_nothing_of_a_file() -> None:
    """Texts that begin as a formula does are held back by an apostrophe; numbers stay numbers."""
    text = as_csv([{"name": each, "bytes": -1} for each in ("=1+1", "+a", "-a", "@a", "\ta")])

    rows = list(csv.reader(StringIO(text)))[1:]
    assert all(name.startswith("'") and number == "-1" for name, number in rows)


# One model, and side by side


def test_one_model_is_judged_on_every_device() -> None:
    """Every device of the catalogue is listed once, with the least memory of each kind."""
    html = reply("v=1&view=places&model=distilbert").parts["compared"]

    assert all(f"device={row.id}" in html for row in CATALOG.devices)
    assert f"of {len(CATALOG.devices)} devices" in html
    assert html.count("or more") + html.count("more than any has") == 3


def test_scenarios_stand_side_by_side() -> None:
    """A column each, with its choices; what differs is told apart from what is the same."""
    found = reply("v=1&view=sides&s1=distilbert&s2=distilbert~~fp32&s3=gemma-2b~~~~iphone-13")
    html = found.parts["compared"]

    assert elements(html).count("select") == 3 * 5
    assert found.fields["s2"] == "distilbert~transformersjs-wasm~fp32"
    assert found.fields["s3"] == "gemma-2b~mediapipe~int4~~iphone-13"
    assert html.count(">best<") >= 3


def test_only_what_differs_can_be_left() -> None:
    """The same scenario twice differs in nothing."""
    text = "v=1&view=sides&s1=distilbert&s2=distilbert"
    whole, fewer = (reply(f"{text}{more}").parts["compared"] for more in ("", "&only=differences"))

    assert elements(whole).count("tr") > elements(fewer).count("tr") == 1 + 5


def test_a_change_of_model_drops_what_it_outdates() -> None:
    """The runtime and precision of another model are not kept."""
    columns = {"view": "sides", "model1": "gemma-2b", "runtime1": "transformersjs-wasm"}
    more = {"precision1": "q8", "context1": "512", "device1": ""}
    found = reply(fields={**columns, **more}, changed=frozenset({"model1"}))

    assert found.fields["s1"] == "gemma-2b~mediapipe~int4"
    assert found.notice is None


def test_an_unreadable_scenario_is_said() -> None:
    """A scenario that names nothing gives way to one that can be answered."""
    found = reply("v=1&view=sides&s1=no-such-model&s2=distilbert~~nothing")

    assert "no-such-model" in str(found.notice)
    assert str(found.fields["s2"]).startswith("distilbert~")


# Before scripts


def test_typical_devices_stand_in_before_scripts() -> None:
    """A row for each model, a column for each device, each model's own page one tap away."""
    comparison = Comparison(requirements(), CATALOG, LAPTOP)
    rows = {model: row for model in MODELS if (row := comparison.row(model)) is not None}
    html = typical_devices.table(rows, {"iphone-13": rows}, CATALOG, "../")

    assert elements(html).count("tr") == 1 + len(rows)
    assert 'href="../m/distilbert/"' in html


def test_a_row_is_told_with_its_choices() -> None:
    """A reported row names what to load and what was counted."""
    row = Comparison(requirements(), CATALOG, LAPTOP).row("distilbert")
    assert row is not None
    found = reported(row, CATALOG, None)

    assert (found["runtime"], found["precision"]) == ("transformersjs-wasm", "q8")
    assert found["parameters"] == 66_955_010
    assert found["tokens_per_second"] is None


@given(text=st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_a_token_is_read_or_refused(text: str) -> None:
    """Any text becomes a scenario whose token reads back the same, or an error that says why."""
    try:
        scenario = side_by_side_link.scenario(text)
    except UnreadableLink:
        return
    assert side_by_side_link.scenario(side_by_side_link.token(scenario)) == scenario


def test_an_answer_is_added_to_those_that_stand_there() -> None:
    """The link beside an answer keeps the earlier scenarios, four in all and none twice."""
    before = "v=1&view=sides&s1=gemma-2b&s2=distilbert~~fp32&s3=whisper-base&s4=gpt2"
    scenario = Scenario(model="distilbert", precision="fp32")

    assert side_by_side_link.added(scenario, before).endswith(
        "&s1=gemma-2b&s2=whisper-base&s3=gpt2&s4=distilbert~~fp32"
    )
    assert side_by_side_link.added(scenario, "nonsense=1") == "#v=1&view=sides&s1=distilbert~~fp32"


def test_an_answer_leads_to_its_column() -> None:
    """The page of an answer offers its scenario beside what was compared before."""
    raw = {"sides": "v=1&view=sides&s1=gemma-2b~mediapipe~int4"}
    asked = PageRequest(catalog=CATALOG, here=LAPTOP, about="distilbert", raw=raw)
    html = answer_page.respond(asked).parts["answer"]

    own = "s2=distilbert~transformersjs-wasm~q8"
    whole = f"../../compare/#v=1&view=sides&s1=gemma-2b~mediapipe~int4&{own}"
    assert f'href="{whole.replace("&", "&amp;")}"' in html


def test_a_speed_is_written_from_low_to_high() -> None:
    """The picked model's tokens a second are a range; a model that makes none has a dash."""
    laptop = catalog.read().device("laptop-16gb-integrated")
    asked = Scenario(model="smollm2-135m", device=laptop.id)
    writes = answers.answer(asked, catalog.read(), read(laptop.device))
    sorts = answers.answer(replace(asked, model="distilbert"), catalog.read(), read(laptop.device))

    assert speed(sorts.rates) == "–"
    assert re.fullmatch(r"[\d.]+(–[\d.]+)?", speed(writes.rates))
