"""Laws of an architecture of one's own, whatever its widths."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as some

from tabfit.errors import UnsupportedCombination
from tabfit.estimate.link import packed, unpacked
from tabfit.workbench.decoder_design import (
    BOUNDS,
    Design,
    config_of,
    design_of,
    grown,
    parameter_shares,
    shape_of,
)


@some.composite
def designs(draw: some.DrawFn) -> Design:
    """Return any design whose widths go together."""
    few, times = draw(some.integers(1, 8)), draw(some.integers(1, 4))
    gated = draw(some.booleans())
    experts = draw(some.sampled_from([0, 0, 4, 16])) if gated else 0
    return Design(
        layers=draw(some.integers(1, 6)),
        width=few * times * draw(some.integers(8, 32)),
        heads=few * times,
        key_value_heads=few,
        head_width=draw(some.sampled_from([0, 16, 100])),
        feed_forward=draw(some.integers(8, 500)),
        vocabulary=draw(some.integers(16, 5000)),
        experts=experts,
        chosen=draw(some.integers(1, 4)),
        tied=draw(some.booleans()),
        gated=gated,
    )


@given(designs())
@settings(max_examples=150, deadline=None)
def test_parts_add_up(own: Design) -> None:
    """The formulas of the parts give every parameter that the model's tensors have."""
    assert sum(part.count for part in parameter_shares(own)) == shape_of(own).inventory.total


@given(designs())
@settings(max_examples=100, deadline=None)
def test_widths_come_back(own: Design) -> None:
    """A design's architecture is read back as a design with as many parameters."""
    again = design_of(shape_of(own))
    assert again is not None
    assert parameter_shares(again) == parameter_shares(own)


@given(designs())
@settings(max_examples=50, deadline=None)
def test_a_design_fits_a_link(own: Design) -> None:
    """A design goes through a link and comes out as the same config."""
    assert unpacked(packed(config_of(own))) == config_of(own)


@given(designs(), some.floats(1.0, 50.0))
@settings(max_examples=100, deadline=None)
def test_growing_never_shrinks(own: Design, times: float) -> None:
    """A model made larger stays within what sliders take, or says why it does not."""
    try:
        larger = grown(own, times)
    except UnsupportedCombination:
        return
    assert larger.layers >= own.layers
    assert all(getattr(larger, name) in allowed for name, allowed in BOUNDS.items())
