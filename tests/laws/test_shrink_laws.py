"""Laws of shrinking: fewer layers, shared layers and thinner adapters are never more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tabfit import shrink
from tabfit.catalog import Catalog
from tabfit.estimate.subjects import subject
from tabfit.model.architecture import Architecture
from tabfit.shrink import TARGETS, SharedLayers

MODELS = ("gpt2", "llama-3.2-1b", "bert-base-uncased", "whisper-base", "lfm2-350m", "phi-2")


def _of(model: str) -> Architecture:
    found = subject(model, Catalog()).architecture
    assert found is not None
    return found


architectures = st.sampled_from(MODELS).map(_of)
targets = st.sets(st.sampled_from(list(TARGETS)), min_size=1)


@settings(max_examples=12, deadline=None)
@given(architectures, st.data())
def test_each_layer_taken_out_makes_it_smaller(whole: Architecture, data: st.DataObject) -> None:
    """Fewer layers: fewer parameters, and no tensor that was not there before."""
    depth = shrink.layers_of(whole)
    kept = data.draw(st.integers(1, depth - 1))
    less = shrink.shallower(whole, kept)

    assert less.inventory.total < whole.inventory.total
    assert {t.name for t in less.inventory} < {t.name for t in whole.inventory}
    assert shrink.layers_of(less) == kept


@settings(max_examples=10, deadline=None)
@given(architectures, st.sampled_from(SharedLayers))
def test_sharing_keeps_every_name_and_stores_less(whole: Architecture, what: SharedLayers) -> None:
    """Every use stays; what shares everything stores no more than what shares a part."""
    left = shrink.with_shared_layers(whole, what).inventory

    assert [t.name for t in left] == [t.name for t in whole.inventory]
    assert left.untied == whole.inventory.untied
    assert shrink.with_shared_layers(whole).inventory.total <= left.total <= whole.inventory.total


@settings(max_examples=20, deadline=None)
@given(architectures, targets, st.integers(1, 64), st.integers(1, 8))
def test_an_adapter_grows_with_its_rank_and_with_nothing_else(
    whole: Architecture, names: set[str], rank: int, times: int
) -> None:
    """Twice the rank is twice the adapter; targets together cost what they cost apart."""
    made = shrink.lora_adapter(whole, rank, names).parameters

    assert shrink.lora_adapter(whole, rank * times, names).parameters == made * times
    assert sum(shrink.lora_adapter(whole, rank, [name]).parameters for name in names) == made
