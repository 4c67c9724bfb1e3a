"""Ship it, without a browser: what its link carries, what it draws of visits, and its code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest

from app.pages.ship_it import largest_model_chart, session_visits
from app.pages.ship_it.session_visits import Ports
from app.respond import packages
from tabfit.catalog import Catalog
from tabfit.cli.start import main
from tabfit.headers import Span
from tabfit.population.visits import sample
from tests.core.app.test_respond import HOSTILE, parts
from tests.event_loops import finished

#: Five visits that can be judged, and one that cannot.
ROWS = (
    b"platform,browser,device_memory,visits\nwindows,chrome,8,4\nios,safari,,1\nlinux,firefox,,1\n"
)


@pytest.fixture(autouse=True)
def no_visits() -> Iterator[None]:
    """Begin without visits, and leave none."""
    session_visits.forget()
    yield
    session_visits.forget()


def brought(content: bytes) -> dict[str, str]:
    """Return what the page says to a file."""

    async def cut(name: str, span: Span) -> bytes:
        assert name == "visits.csv"
        return content[span.offset : span.offset + span.length]

    ports = Ports(cut=cut, sizes={"visits.csv": len(content)}, tell=lambda _told: None)
    return finished(session_visits.read({}, ports))


def drawn(part: str, visits: str = "own", **form: str) -> str:
    """Return the text of a part that is drawn later."""
    found = parts(view="ship_it", form={"visits": visits, **form}, part=part)["parts"][part]
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_the_link_has_the_choices_and_never_the_file() -> None:
    """A file is known in this tab alone; the sample is named by its link."""
    assert brought(ROWS) == {}
    found = parts(view="ship_it", form={"model": "llama-3.2-1b", "visits": "own"})
    assert found["link"] == "v=1&model=llama-3.2-1b"
    assert found["link_here"] == "v=1&model=llama-3.2-1b&visits=own"
    assert "6 visits" in re.sub(r"<[^>]+>", "", found["parts"]["counted"])
    assert parts(view="ship_it", link="v=1&visits=sample")["link"] == "v=1&visits=sample"


def test_a_link_to_a_file_that_is_not_here_shows_none() -> None:
    """Who opens it elsewhere is asked for visits of their own."""
    found = parts(view="ship_it", link="v=1&visits=own")
    assert "data-later" not in found["parts"]["counted"]
    assert found["link_here"] == "v=1"


def test_shares_of_a_file() -> None:
    """Unknown stands apart: four of the five that can be judged likely run it."""
    brought(ROWS)
    said = drawn("shares")
    assert "80.0% of the visits that can be judged likely run DistilBERT" in said
    assert "5 of 6 visits can be judged; 16.7% tell too little." in said
    assert "By platform" in said
    assert "By country" not in said
    text = said.partition("Copy as text")[2]
    assert "DistilBERT (SST-2 sentiment), q8, Transformers.js" in text
    assert "80.0% of the visits that can be judged likely run DistilBERT" in text
    assert "likely: 80.0% (37.6 to 96.4%)" in text  # Wilson's interval of four of five


def test_a_malformed_file_keeps_what_was_there() -> None:
    """One sentence names row and column; the visits before it are still those that are counted."""
    brought(ROWS)
    told = brought(b"platform,cores\nios,many\n")["problem"]
    assert "row 2, column 'cores'" in told
    assert "80.0%" in drawn("shares")


def test_a_text_is_read_as_a_file_is() -> None:
    """Pasted rows are counted too."""
    ports = Ports(cut=lambda _name, _span: pytest.fail("no file"), sizes={}, tell=print)
    finished(session_visits.read({"text": ROWS.decode()}, ports))
    assert "80.0%" in drawn("shares")


def test_other_ways_say_what_they_gain(capsys: pytest.CaptureFixture[str]) -> None:
    """Each other way is a link that keeps the visits; its points are the command line's."""
    found = parts(view="ship_it", form={"visits": "sample"}, part="ways")["parts"]["ways"]
    assert 'href="#v=1&amp;model=distilbert&amp;runtime=transformersjs-webgpu' in found
    assert "visits=sample" in found
    main(["coverage", "distilbert", "sample", "--json"])
    covered = json.loads(capsys.readouterr().out)["models"][0]
    gains = [each["likely"]["share"] - covered["likely"]["share"] for each in covered["ways"]]
    assert gains
    for gain in gains:
        assert f"{100 * gain:+.1f}".replace("-", "−") in found


def test_the_curve_falls() -> None:
    """The larger a model the fewer visits it likely runs for."""
    said = drawn("curve", "sample")
    assert "BERT multilingual sentiment" in said
    assert largest_model_chart.staircase([]) == []


def test_a_sample_is_said_to_be_one() -> None:
    """With what it was made from, and when."""
    counted = parts(view="ship_it", link="v=1&visits=sample")["parts"]["counted"]
    found = unescape(re.sub("</?no-break>", "", counted))
    assert "nobody’s visitors" in found
    assert all(said in found for name, said in sample.sources().items() if name != "what")


def test_the_code_is_the_command_lines_own() -> None:
    """The module, the query, the package's lines and the collector, each with *Copy*."""
    found = parts(view="ship_it", form={}, part="last-step")["parts"]["last-step"]
    assert found.count("data-copy") == 5
    assert "tabfit gate distilbert --runtime transformersjs-wasm --precision q8" in found
    assert 'await canRun("distilbert"' in found
    assert sample.collector().splitlines()[0] in found


def test_numpy_comes_for_what_is_counted_alone() -> None:
    """The code needs the rules, and no numpy."""
    assert packages('{"view": "ship_it", "part": "shares"}') == ("numpy", "tabfitgrid")
    assert packages('{"view": "ship_it", "part": "last-step"}') == ("tabfitgrid",)
    assert packages('{"view": "ship_it"}') == ()


@pytest.mark.parametrize("form", [{"model": HOSTILE}, {"precision": HOSTILE}, {"context": "-1"}])
def test_whatever_is_typed_gets_a_page(form: dict[str, str]) -> None:
    """What names nothing becomes a notice, and the page stays on what it can answer."""
    found = parts(view="ship_it", form=form)
    assert found["notice"]
    assert "<script" not in "".join(str(value) for value in found["parts"].values())


def test_the_answers_code_leads_here() -> None:
    """With its own scenario."""
    form = {"model": "llama-3.2-1b", "runtime": "webllm", "context": "2048"}
    found = parts(view="answer", form=form, part="code")["parts"]["code"]
    assert "ship-it/#v=1&amp;model=llama-3.2-1b&amp;runtime=webllm" in found
    assert "context=2048" in found
    assert Catalog().model("llama-3.2-1b").task == "text-generation"
