"""A decoder of one's own: its parts add up, and it starts from other models' shapes."""

from __future__ import annotations

from typing import Any

import pytest

from tabfit import architectures, catalog
from tabfit.architectures.custom_decoder import alike
from tabfit.errors import UnsupportedCombination
from tabfit.estimate.subjects import subject
from tabfit.model.textbook import Widths, textbook
from tabfit.workbench.decoder_design import Design, design_of, grown, parameter_shares, shape_of


def test_textbook() -> None:
    """The sliders begin at the textbook's 123,417,600 parameters, with norms beside them."""
    norms = next(part.count for part in parameter_shares(Design()) if part.id == "norms")
    assert shape_of(Design()).inventory.total - norms == textbook(Widths()).inventory.total


def text_models() -> list[str]:
    """Return every text model of the catalogue with a config."""
    rows = catalog.read().models
    return [row.id for row in rows if row.task == "text-generation" and row.config is not None]


@pytest.mark.parametrize("name", text_models())
def test_starts(name: str) -> None:
    """A catalogue decoder starts the sliders within a hundredth of its size, or is not offered."""
    about = subject(name, catalog.read())
    found = design_of(about.shape)
    assert about.config is not None
    assert (found is not None) == alike(about.config)
    if found is not None:
        total = shape_of(found).inventory.total
        assert total == pytest.approx(about.shape.inventory.total, rel=0.01)


@pytest.mark.parametrize(
    ("widths", "says"),
    [
        ({"heads": 7}, "7 heads do not divide a width of 768; accepted are: 4, 6, 8, 12"),
        ({"key_value_heads": 5}, "5 key-value heads do not divide 12 heads"),
        ({"experts": 8}, "experts have gates here"),
        ({"experts": 2, "chosen": 4, "gated": True}, "cannot go to 4 of 2 experts"),
        ({"layers": 0}, "layers is 0; accepted are: whole numbers from 1 to 256"),
    ],
)
def test_refused(widths: dict[str, Any], says: str) -> None:
    """Widths that do not go together are told in one sentence, with what does."""
    with pytest.raises(UnsupportedCombination, match=says):
        Design(**widths)


def test_growing_is_near() -> None:
    """The textbook's model made 3.9 times larger has about so many parameters in its layers."""
    inside = [
        sum(part.count for part in parameter_shares(each) if part.id not in ("table", "head"))
        for each in (Design(), grown(Design(), 3.9))
    ]
    assert inside[1] / inside[0] == pytest.approx(3.9, rel=0.05)


def test_widths_out_of_reach_start_nothing() -> None:
    """A model smaller than what sliders take is no start."""
    tiny = {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "vocab_size": 10,
        "hidden_size": 8,
        "intermediate_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
    }
    assert design_of(architectures.read(tiny)) is None
