"""A runtime is added by a class, its registration and a row; it explains itself.

The runtime here is made up, and so are its constants: what is tried is that nothing else has to
be told of it.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any, Final

import pytest

from app import pages
from app.components import formula_popover
from app.pages.answer import lazy_parts
from app.request_reply import PageRequest
from tabfit import snippets
from tabfit.catalog import Catalog
from tabfit.devices.budgets import Pool
from tabfit.devices.device import read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.explain import explained
from tabfit.formula import Constant, Quantity, Unit, givens, largest, rounded
from tabfit.model.architecture import Architecture
from tabfit.recipes.gguf import files
from tabfit.recipes.stored_model import Stored
from tabfit.runtimes import Label, Load, Phase, registry
from tabfit.runtimes.memory.cache import Allocation
from tabfit.runtimes.memory.phases import DOWNLOAD, GENERATE, LOAD, PREFILL, READY, on_gpu, on_page
from tabfit.runtimes.memory.quantities import WIDE, count, vocabulary
from tabfit.units import MIB, Basis, Interval

# The first of three: the runtime itself, with its constants.

FLOOR: Final = Constant(
    "what the made-up runtime keeps in the tab",
    (1000 * MIB, 1079 * MIB, 1200 * MIB),
    basis=Basis.ASSUMED,
    source="made up for this test",
    fitted_on="nothing",
)
STAGED: Final = Constant(
    "share of the file that is staged",
    (0.1, 0.25, 0.5),
    unit=Unit.SHARE,
    basis=Basis.ASSUMED,
    source="made up for this test",
    fitted_on="nothing",
)


class Trial:
    """A runtime that nobody else has."""

    name: Final = "trial"
    uses_gpu: Final = True
    in_tab: Final = True
    splits_bindings: Final = True

    def can_store(self, architecture: Architecture) -> bool:
        """Return that it takes whatever GGUF files hold."""
        del architecture
        return True

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return a GGUF file."""
        del family
        return files.store(architecture, precision)

    def kept(self, load: Load) -> Allocation:
        """Return pages of 32 tokens."""
        del load
        return Allocation(block=32)

    def _work(self, load: Load) -> Quantity:
        tokens = count("tokens at once", 64, "made up for this test")
        return tokens * vocabulary(load.architecture) * WIDE

    def workspace(self, load: Load) -> Interval:
        """Return the logits of 64 tokens."""
        return self._work(load).interval

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return its own floor, a part of the file on its way, and the rest on the GPU."""
        floor = on_page(Label.RUNTIME, FLOOR)
        staged = on_page(Label.COPIES, rounded(load.files * STAGED))
        weights = on_gpu(Label.WEIGHTS, load.weights)
        cache = on_gpu(Label.CACHE, load.cache(self.kept(load)))
        return (
            Phase(DOWNLOAD, (floor, staged)),
            Phase(LOAD, (floor, staged, weights)),
            Phase(READY, (floor, weights, cache)),
            Phase(PREFILL, (floor, weights, cache, on_gpu(Label.WORK, self._work(load)))),
            Phase(GENERATE, (floor, weights, cache)),
        )

    def heap(self, load: Load) -> Interval | None:
        """Return its floor, or the part of the file that is staged if that is more."""
        return largest(FLOOR, load.files * STAGED).interval


# The second: its row of `runtimes.json`.

ROW: Final[dict[str, Any]] = {
    "id": "trial",
    "name": "Trial of a runtime",
    "aliases": ["made-up"],
    "formats": ["gguf"],
    "precisions": ["q4_k_m", "q8_0"],
    "default_precision": "q4_k_m",
    "fallback_precisions": ["q4_k_m", "q8_0"],
    "default_context": 4096,
    "files": [{"name": "trial.wasm", "bytes": 1_234_567}],
    "families": [],
    "label": "Trial",
    "needs": {"webgpu": True, "wasm_memory": 2**32, "buffer_bytes": 2**28},
    "notes": [],
    "sources": {"files": "made up", "needs": "made up", "needs.wasm_memory": "made up"},
    "read_on": "2026-11-29",
}
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


@pytest.fixture
def catalog() -> Catalog:
    """Return the catalogue with the row; the third thing to do is to register the class."""
    registry.register("trial", Trial)
    return Catalog().extended(runtimes=[ROW])


def asked(catalog: Catalog, device: Any) -> Answer:
    """Return the answer for Llama 3.2 1B under the made-up runtime."""
    return answer(Scenario(model="llama-3.2-1b", runtime="trial"), catalog, device)


@pytest.mark.parametrize("device", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_an_added_runtime_explains_what_it_answers(catalog: Catalog, device: Any) -> None:
    """In every phase and every pool the explanation is the answer, and no value is missing."""
    given = asked(catalog, device)
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


def test_its_own_constants_stand_in_the_explanation(catalog: Catalog) -> None:
    """1,079 MiB of its own are in the tab while it generates, and are told as its own."""
    found = explained(asked(catalog, LAPTOP))
    page = found["phase-generate-page"]
    told = {each.words: each.likely for each in givens(page.expression)}

    assert page.interval == Interval(1000 * MIB, 1079 * MIB, 1200 * MIB)
    assert told == {"what the made-up runtime keeps in the tab": 1079 * MIB}
    assert page.sources == ("made up for this test",)


def test_every_formula_of_an_added_runtime_can_be_written(catalog: Catalog) -> None:
    """Whatever opens on the page has words for every line."""
    for each in explained(asked(catalog, LAPTOP)).values():
        said = re.sub(r"<[^>]+>", " ", unescape(formula_popover.written(each)))
        assert said.count("=") >= 2, each.id


def test_the_page_answers_with_an_added_runtime(catalog: Catalog) -> None:
    """The answer's page shows it under the name of its row, and opens its formulas."""
    fields = {"model": "llama-3.2-1b", "runtime": "trial"}
    page = pages.named("answer")

    def parts(part: str | None = None) -> dict[str, str]:
        asked = PageRequest(catalog=catalog, here=LAPTOP, fields=fields, linked=True, part=part)
        return {name: str(html) for name, html in page.respond(asked).parts.items()}

    whole = parts()
    assert 'value="trial"' not in parts("code")["code"]  # nobody wrote any for it
    openers = set(re.findall('popovertarget="(formula-[^"]+)"', "".join(whole.values())))

    assert whole["chosen-runtime"] == "Trial"
    assert {f"formula-phase-{phase}-page" for phase in ("download", "load", "generate")} <= openers
    assert all(opened in parts(opened) for opened in openers)
    floor = "formula-part-runtime-generate"
    assert "what the made-up runtime keeps in the tab" in parts(floor)[floor]


def test_the_code_that_loads_it_is_registered_beside_it(catalog: Catalog) -> None:
    """The page has a tab for it, open, with the code that its writer makes of the question."""

    def write(asked: snippets.SnippetRequest) -> snippets.Snippet:
        code = f"load({asked.repository}, {asked.precision}, {asked.context})"
        return snippets.Snippet(code=code, package="trial", version="1.0.0")

    snippets.register("trial", write)
    given = asked(catalog, LAPTOP)
    page = lazy_parts.replied(given, "code", catalog).parts["code"]

    assert "load(bartowski/Llama-3.2-1B-Instruct-GGUF, q4_k_m, 4096)" in page
    assert 'value="trial" checked' in page
    assert "npm install trial@1.0.0" in page
