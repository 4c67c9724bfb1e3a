"""A runtime is added by a module, who writes its code, and a row; it explains itself."""

from __future__ import annotations

import re
from html import unescape
from typing import Any, Final

import pytest

from app import pages
from app.components import formula_popover
from app.pages.answer import lazy_parts, memory_chart
from app.request_reply import PageRequest
from tabfit import runtimes
from tabfit.catalog import Catalog
from tabfit.cli import start
from tabfit.compare import alternatives, run_requirements, verdict_grid
from tabfit.compare.catalog_requirements import requirements_of_model
from tabfit.compare.comparisons import Judge
from tabfit.devices.budgets import Pool
from tabfit.devices.device import read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.explain import explained
from tabfit.formula import givens
from tabfit.units import MIB, Interval

LAPTOP: Final = read(
    {
        "platform": "windows",
        "browser": "chrome",
        "ram_bytes": 16 * 2**30,
        "graphics": "discrete",
        "vram_bytes": 8 * 2**30,
        "storage": {"quota_bytes": 10**11, "usage_bytes": 0},
    }
)
PHONE: Final = read({"platform": "android", "browser": "chrome", "device_memory": 8})


CATALOG: Final = Catalog()


def asked(device: Any) -> Answer:
    """Return the answer for Llama 3.2 1B under the made-up runtime."""
    return answer(Scenario(model="llama-3.2-1b", runtime="trial"), CATALOG, device)


@pytest.mark.parametrize("device", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_an_added_runtime_explains_what_it_answers(device: Any) -> None:
    """In every phase and every pool the explanation is the answer, and no value is missing."""
    given = asked(device)
    found = explained(given)

    for phase in given.footprint.phases:
        assert found[f"phase-{phase.name}"].interval == phase.peak
        for pool in (Pool.PAGE, Pool.GPU):
            assert found[f"phase-{phase.name}-{pool}"].interval == phase.in_pool(pool)
        for part in phase.components:
            explanation = found[f"part-{part.label}-{phase.name}"]
            assert explanation.interval == phase.of_label(part.label)
    for pool in (Pool.PEAK, Pool.PAGE, Pool.GPU):
        assert found[f"memory-{pool}"].interval == given.memory(pool)
    for check in given.checks:
        if check.need is not None:
            assert found[f"{check.name}-need"].interval == check.need
        if check.have is not None:
            assert found[f"{check.name}-have"].interval == check.have


def test_its_own_constants_stand_in_the_explanation() -> None:
    """1,079 MiB of its own are in the tab while it generates, and are told as its own."""
    found = explained(asked(LAPTOP))
    page = found["phase-generate-page"]
    told = {each.words: each.likely for each in givens(page.expression)}

    assert page.interval == Interval(1000 * MIB, 1079 * MIB, 1200 * MIB)
    assert told == {"what the made-up runtime keeps in the tab": 1079 * MIB}
    assert page.sources == ("made up for this test",)


def test_every_formula_of_an_added_runtime_can_be_written() -> None:
    """Whatever opens on the page has words for every line."""
    for each in explained(asked(LAPTOP)).values():
        said = re.sub(r"<[^>]+>", " ", unescape(formula_popover.written(each)))
        assert said.count("=") >= 2, each.id


def test_the_page_answers_with_an_added_runtime() -> None:
    """The answer's page shows it under the name of its row, and opens its formulas."""
    fields = {"model": "llama-3.2-1b", "runtime": "trial"}
    page = pages.named("answer")

    def parts(part: str | None = None) -> dict[str, str]:
        asked = PageRequest(catalog=CATALOG, here=LAPTOP, fields=fields, linked=True, part=part)
        return {name: str(html) for name, html in page.respond(asked).parts.items()}

    whole = parts()
    openers = set(re.findall('popovertarget="(formula-[^"]+)"', "".join(whole.values())))

    assert whole["chosen-runtime"] == "Trial"
    assert {f"formula-phase-{phase}-page" for phase in ("download", "load", "generate")} <= openers
    assert all(opened in parts(opened) for opened in openers)
    floor = "formula-part-runtime-generate"
    assert "what the made-up runtime keeps in the tab" in parts(floor)[floor]


def test_it_is_charted() -> None:
    """Its phases have their bars, and its floor stands among them."""
    said = str(memory_chart.card(asked(LAPTOP)))

    assert "1.13 GB" in said  # 1,079 MiB


def test_it_is_compared_as_it_is_answered() -> None:
    """Comparison and grid have a line for it, with the verdict that its answer has."""
    found, about = asked(LAPTOP), subject("llama-3.2-1b", CATALOG)
    (line,) = (
        line
        for line in requirements_of_model("llama-3.2-1b", CATALOG)
        if (line.runtime, line.precision) == ("trial", "q4_k_m")
    )
    row = Judge(CATALOG, LAPTOP).row(line)
    table = verdict_grid.requirements_table(
        run_requirements.requirements_of_precision(about, found.facts, "q4_k_m", ()), ()
    )
    made = verdict_grid.judge_table(table, LAPTOP, CATALOG, (None,))
    (way,) = alternatives.possible_runs(made, None, CATALOG)

    judged = (found.verdict.outcome, found.verdict.probability)
    assert (row.outcome, row.probability) == (way.outcome, way.probability) == judged
    assert way.peak == found.memory(Pool.PEAK)


def test_the_code_that_loads_it_lies_beside_it() -> None:
    """The page has a tab for it, open, with the code that its writer makes of the question."""
    given = asked(LAPTOP)
    page = lazy_parts.replied(given, "code", CATALOG).parts["code"]

    assert "load(bartowski/Llama-3.2-1B-Instruct-GGUF, q4_k_m, 4096)" in page
    assert 'value="trial" checked' in page
    assert "npm install trial@1.0.0" in page


def test_it_is_known_by_its_name() -> None:
    """It stands among the package's own."""
    assert "trial" in runtimes.names()
    assert CATALOG.runtime("Made up").id == "trial"


def test_the_command_line_asks_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    """`tabfit estimate` and `tabfit snippet` take its name."""
    assert start.main(["estimate", "llama-3.2-1b", "--runtime", "trial"]) == 0
    assert "Trial" in capsys.readouterr().out
    assert start.main(["snippet", "llama-3.2-1b", "--runtime", "trial"]) == 0
    assert "load(bartowski" in capsys.readouterr().out
