"""Laws of the config reader: any config is answered or refused, and answers are lawful.

`tools/fuzz_configs.py` tries many more of the same, and times each.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from tabfit.architectures import read
from tabfit.errors import UnreadableConfig
from tabfit.model.blocks.block import MOST_TENSORS
from tabfit.model.tensors import Inventory
from tools.fuzz_configs import SOURCES, mutated

EXAMPLES = 500
MUTANTS = 20  # 10,000 damaged configs a run


def answered(config: dict[str, Any]) -> Inventory | None:
    """Return a config's inventory, or nothing where it is refused; other errors go through."""
    with suppress(UnreadableConfig):
        return read(config).inventory
    return None


@settings(max_examples=EXAMPLES, deadline=None)
@given(chance=st.integers(0, 2**64))
def test_a_damaged_config_is_answered_or_refused(chance: int) -> None:
    """Dropped, retyped, huge, negative and misplaced keys give counts or one typed sentence."""
    for number in range(MUTANTS):
        config = mutated(chance, number)
        note(f"mutant {number}: {config}")
        inventory = answered(config)
        if inventory is not None:
            assert 0 <= inventory.active <= inventory.total <= inventory.untied
            assert len(inventory) <= 2 * MOST_TENSORS


@settings(max_examples=60, deadline=None)
@given(source=st.sampled_from(SOURCES))
def test_names_are_unique_and_ties_lead_to_a_stored_array(source: dict[str, Any]) -> None:
    """A state dict has no name twice, and what is tied has the shape of what it is tied to."""
    inventory = read(source).inventory
    stored = {tensor.name: tensor for tensor in inventory.stored}

    assert len({tensor.name for tensor in inventory}) == len(inventory)
    for tensor in inventory:
        if tensor.tied_to is not None:
            assert stored[tensor.tied_to].shape == tensor.shape


@settings(max_examples=60, deadline=None)
@given(source=st.sampled_from(SOURCES))
def test_layers_and_parts_belong_together(source: dict[str, Any]) -> None:
    """Every part with a tensor in a numbered layer has a tower with that many layers or more."""
    architecture = read(source)
    for tensor in architecture.inventory:
        if tensor.layer is not None:
            tower = architecture.tower(tensor.part)
            assert tower is not None
            assert tensor.layer < len(tower.layers)


@settings(max_examples=60, deadline=None)
@given(source=st.sampled_from(SOURCES), more=st.integers(1, 5))
def test_more_words_never_make_a_model_smaller(source: dict[str, Any], more: int) -> None:
    """A larger vocabulary adds rows and takes none away."""
    if not isinstance(source.get("vocab_size"), int):
        return
    larger = {**source, "vocab_size": source["vocab_size"] + more}

    assert read(larger).inventory.total >= read(source).inventory.total
