"""Laws of the config reader: any config is answered or refused, and answers are lawful.

`tools/fuzz/configs.py` tries many more of the same, and times each.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from tabfit.architectures import read
from tabfit.architectures.weight_types import weight_types
from tabfit.errors import UnreadableConfig
from tabfit.model.blocks.block import MOST_TENSORS
from tabfit.model.tensors import Inventory
from tabfit.sources.inspection import of_architecture
from tools.fuzz.configs import SOURCES, mutated

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


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**40) | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
WORDS = st.sampled_from(
    ["gptq", "awq", "fp8", "bitsandbytes", "compressed-tensors", "modelopt", "mxfp4", "NVFP4",
     "group", "channel", "tensor", "float", "int", 4, 8, 16, 128, True, [128, 128], "re:.*q$"]
)  # fmt: skip
SETTINGS = st.sampled_from(
    ["quant_method", "bits", "group_size", "load_in_4bit", "load_in_8bit", "weight_block_size",
     "quant_algo", "ignore", "modules_to_not_convert", "format", "zero_point"]
)  # fmt: skip
WEIGHTS = st.dictionaries(
    st.sampled_from(["num_bits", "type", "strategy", "group_size", "symmetric", "block_structure"]),
    WORDS | VALUES,
)
GROUPS = st.builds(lambda weights: {"config_groups": {"0": {"weights": weights}}}, WEIGHTS)
QUANTISED = st.builds(
    lambda said, groups: said | groups,
    st.dictionaries(SETTINGS, WORDS | VALUES),
    st.just({}) | GROUPS,
)


@settings(max_examples=400, deadline=None)
@given(made=VALUES | QUANTISED, dtype=VALUES | st.sampled_from(["bfloat16", "torch.float16"]))
def test_any_quantisation_gives_bytes_or_says_that_none_are_known(made: Any, dtype: Any) -> None:
    """Whatever a config says of its types, its tensors have bytes, or nothing has."""
    config = {
        "model_type": "llama", "vocab_size": 8, "hidden_size": 8, "intermediate_size": 8,
        "num_hidden_layers": 1, "num_attention_heads": 2, "dtype": dtype,
        "quantization_config": made,
    }  # fmt: skip
    found = of_architecture(read(config), weight_types(config), source="", bytes_read=0)

    told = [tensor["bytes"] for tensor in found["tensors"]]
    if found["weights_bytes"] is None:
        assert told == [None] * len(told)
    else:
        assert found["weights_bytes"] == sum(told) > 0
