"""Laws of what is answered: every model that is read, by every runtime that loads it.

The families are those the reader knows; what converts one is asked of the runtime itself.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tabfit import catalog
from tabfit.architectures import FAMILIES
from tabfit.architectures.registry import OTHER_NAMES
from tabfit.compare import alternatives
from tabfit.devices.device import Device
from tabfit.estimate import answers, defaults, subjects
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.model.architecture import Kind

ROOT = Path(__file__).parent.parent.parent
CATALOG = catalog.read()
VARIANTS = json.loads((ROOT / "tests/data/oracle_variants.json").read_text(encoding="utf-8"))
REGISTRY = ROOT / "node_modules/@huggingface/transformers/src/models/registry.js"


def config_of(family: str) -> dict[str, Any]:
    """Return a small config of a family: the first of its variants, else its defaults."""
    rows = [row["config"] for rows in VARIANTS["variants"].values() for row in rows]
    return next((each for each in rows if each["model_type"] == family), {"model_type": family})


def subject(family: str) -> Subject:
    """Return a family's small model."""
    return subjects.described(config_of(family), name=f"a {family}")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_answered_by_every_runtime_that_loads_it(family: str) -> None:
    """Each runtime on offer answers about this very model; no help it thinks of takes that away."""
    about = subject(family)
    able = defaults.runtimes_of(about, CATALOG)
    for name in (None, *(facts.id for facts in able)):
        given = answers.answer(Scenario(model=about.id, runtime=name), CATALOG, Device(), about)
        assert given.subject is about
        assert given.load.architecture.family == OTHER_NAMES.get(family, family)
        assert given.download.likely > 0
    given = answers.answer(Scenario(model=about.id), CATALOG, Device(), about)
    alternatives.suggestions(given, CATALOG, Device())


@pytest.mark.parametrize("family", FAMILIES)
def test_nobody_can_load_the_ideal_so_an_encoder_is_never_offered_it_first(family: str) -> None:
    """*Ideal* is the last of the ways; the first one only where no runtime loads the model."""
    about = subject(family)
    able = [facts.id for facts in defaults.runtimes_of(about, CATALOG)]

    assert able[-1] == "ideal"
    if about.shape.kind is Kind.ENCODER:
        assert able[0].startswith("transformersjs")


def test_the_types_of_transformers_js_are_those_of_its_own_registry() -> None:
    """The package's own file, read here anew, has every type the catalogue lists, and no more."""
    text = REGISTRY.read_text(encoding="utf-8")
    maps = re.findall(
        r"const (MODEL_\w*MAPPING_NAMES\w*|CUSTOM\w*) = new Map\(\[(.*?)\]\);", text, re.DOTALL
    )
    types = {kind for _name, body in maps for kind in re.findall(r"\['([^']+)',", body)}

    for name in ("transformersjs-wasm", "transformersjs-webgpu"):
        assert set(CATALOG.runtime(name).families) == types
