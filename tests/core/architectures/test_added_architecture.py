"""An architecture is added by a module with its family and a line in the registry.

The architecture here is made up: what is tried is that nothing else has to be told of it. It is
read from its config.json, answered, explained, compared and shown on the page like any other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from app import pages
from app.request_reply import PageRequest
from tabfit import architectures
from tabfit.architectures import registry
from tabfit.architectures.decoders.gpt2 import assembled, equal_heads
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import output_layer
from tabfit.catalog import Catalog
from tabfit.compare.catalog_requirements import requirements_of_model
from tabfit.compare.comparisons import Judge
from tabfit.devices.budgets import Pool
from tabfit.devices.device import read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.explain import explained
from tabfit.model.blocks.attention import attention
from tabfit.model.blocks.block import joined, placed
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import embedding, norm
from tabfit.units import GIB, Tokens

# The first of two: the module of the family, which reads other people's keys.


def origami(asked: Asked) -> Body:
    """Return a decoder of folds: attention and two projections behind one norm."""
    keys = asked.keys
    hidden, heads = keys.whole("paper"), equal_heads(keys, "paper", "creases")
    fold = joined(
        {
            "norm": norm(hidden),
            "attn": attention(hidden, heads),
            "mlp": plain(hidden, keys.whole("inner"), names=("up", "down"), bias=False),
        }
    )
    return assembled(
        asked,
        (placed(asked.at + "sheet", embedding(keys.rows("vocab_size"), hidden)),),
        ("folds", (fold,) * keys.layers("folds")),
        (placed(asked.at + "last", norm(hidden)),),
        hidden=hidden,
        positions=keys.rows("longest"),
    )


FAMILIES: Final = {"origami": Family(origami, {"ForCausalLM": Head("model", output_layer)})}

CONFIG: Final[dict[str, Any]] = {
    "model_type": "origami",
    "architectures": ["OrigamiForCausalLM"],
    "vocab_size": 32_000,
    "paper": 512,
    "creases": 8,
    "inner": 2048,
    "folds": 6,
    "longest": 2048,
    "tie_word_embeddings": True,
}
ROW: Final[dict[str, Any]] = {
    "id": "crane-35m",
    "name": "Crane 35M",
    "aliases": [],
    "task": "text-generation",
    "licence": "mit",
    "released": "2026-11",
    "source": "nobody",
    "read_on": "2026-11-29",
    "config": CONFIG,
    "published": [
        {
            "format": "onnx",
            "repository": "folder/crane",
            "source": "nobody",
            "precisions": {"q4": [], "q8": []},
        }
    ],
}
LAPTOP: Final = read({"platform": "windows", "browser": "chrome", "ram_bytes": 16 * GIB})


@pytest.fixture
def catalog(monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """Return a catalogue with a model of the family; its line in the registry is the second."""
    monkeypatch.setitem(registry.FAMILIES, "origami", __name__)
    return Catalog().extended([ROW])


def asked(catalog: Catalog) -> Answer:
    """Return the answer for the made-up model at 1,000 tokens."""
    scenario = Scenario(model="crane-35m", precision="q8", context=Tokens(1000))
    return answer(scenario, catalog, LAPTOP)


@pytest.mark.usefixtures("catalog")
def test_its_config_is_read() -> None:
    """Its tensors, worked out by hand: table, six folds, last norm, and a tied output."""
    found = architectures.read(CONFIG)
    fold = 512 + 4 * 512 * 512 + 2 * 512 * 2048

    assert found.inventory.total == 32_000 * 512 + 6 * fold + 512 == 35_261_952
    assert "model.folds.5.attn.q_proj.weight" in {each.name for each in found.inventory}


def test_it_is_answered_explained_and_compared(catalog: Catalog) -> None:
    """It has a download, a cache, formulas to the byte, and the verdict that Compare has."""
    given = asked(catalog)
    cache = given.load.cache(given.runtime.kept(given.load)).interval

    assert given.load.architecture.family == "origami"
    assert cache.likely == 6 * 2 * 512 * 1000 * 4  # keys and values of six folds in 32 bits
    assert 35 * 10**6 < given.download.likely < 40 * 10**6
    assert explained(given)["memory-page"].interval == given.memory(Pool.PAGE)

    for line in requirements_of_model("crane-35m", catalog):
        row, scenario = Judge(catalog, LAPTOP).row(line), Scenario(model="crane-35m")
        whole = replace(scenario, runtime=line.runtime, precision=line.precision)
        found = answer(whole, catalog, LAPTOP).verdict
        assert (row.outcome, row.probability) == (found.outcome, found.probability)


def test_the_page_shows_it(catalog: Catalog) -> None:
    """The answer's page names it and draws its memory."""
    request = PageRequest(catalog=catalog, here=LAPTOP, fields={"model": "crane-35m"}, linked=True)
    parts = {name: str(html) for name, html in pages.named("answer").respond(request).parts.items()}

    assert "Crane 35M" in "".join(parts.values())
    assert parts["chosen-precision"]
