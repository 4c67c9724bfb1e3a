"""Every config in the test data against what transformers builds of it.

`tools/oracle/build_configs.py` wrote the counts and digests; nothing here needs torch.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tabfit.architectures import FAMILIES, read
from tabfit.architectures.registry import OTHER_NAMES
from tabfit.model.architecture import Architecture
from tools.model_types import ITS_OWN_KEYS

DATA = Path(__file__).parents[2] / "data"
ORACLE = json.loads((DATA / "oracle.json").read_text(encoding="utf-8"))
VARIANTS = json.loads((DATA / "oracle_variants.json").read_text(encoding="utf-8"))
CASES = [
    (name, number) for name, rows in VARIANTS["variants"].items() for number in range(len(rows))
]


def digest(architecture: Architecture) -> str:
    """Return the digest of all names and shapes, as tools/oracle/build_configs.py takes it."""
    pairs = sorted(f"{t.name} {'x'.join(map(str, t.shape))}" for t in architecture.inventory)
    return hashlib.sha256("\n".join(pairs).encode()).hexdigest()


def compare(config: dict[str, Any], expected: dict[str, Any]) -> None:
    """Compare total, untied and the digest of one config."""
    architecture = read(config)
    counts = {
        "total": architecture.inventory.total,
        "untied": architecture.inventory.untied,
        "digest": digest(architecture),
    }
    assert counts == {key: expected[key] for key in counts}


@pytest.mark.parametrize("name", ORACLE["configs"])
def test_a_real_config_has_exactly_the_tensors_of_transformers(name: str) -> None:
    """A published model's config gives every name and shape of its state dict."""
    config = json.loads((DATA / "configs" / f"{name}.json").read_text(encoding="utf-8"))

    compare(config, ORACLE["configs"][name])


@pytest.mark.parametrize(("name", "number"), CASES)
def test_a_random_variant_has_exactly_the_tensors_of_transformers(name: str, number: int) -> None:
    """A small random config of a family gives every name and shape: the rule, not the row."""
    row = VARIANTS["variants"][name][number]

    compare(row["config"], row)


def test_every_config_in_the_test_data_is_compared() -> None:
    """No config lies in the folder without a count from transformers beside it."""
    lying = {path.stem for path in (DATA / "configs").glob("*.json")}

    assert set(ORACLE["configs"]) == lying


def test_every_family_has_variants() -> None:
    """Each model_type that is read has random variants in the oracle's table."""
    nested_only = set(FAMILIES) - set(VARIANTS["variants"]) - set(OTHER_NAMES)
    nested_only -= set(ITS_OWN_KEYS)

    assert nested_only == set()
