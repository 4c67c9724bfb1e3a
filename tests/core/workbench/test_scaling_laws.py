"""Scaling laws against what their papers print."""

from __future__ import annotations

import pytest

from tabfit.model.textbook import Widths, textbook
from tabfit.workbench.scaling_laws import HENIGHAN, KAPLAN, outside_embeddings


def test_ten_per_cent() -> None:
    """A loss divided by 1.1 costs 3.9 times the parameters at an exponent of 0.07."""
    assert round(HENIGHAN.growth(0.10), 1) == 3.9


def test_growth_is_what_the_law_says() -> None:
    """A model grown as told has the loss that was wanted."""
    for law in (HENIGHAN, KAPLAN):
        before, after = law.loss(10**9), law.loss(round(10**9 * law.growth(0.25)))
        assert before / after == pytest.approx(1.25)


def test_gpt_3() -> None:
    """The law fitted with GPT-3 among its models gives 175 billion parameters 1.6 nats a token."""
    assert HENIGHAN.loss(174_600_000_000) == pytest.approx(1.60, abs=0.01)


def test_textbook() -> None:
    """The textbook's 123 million parameters are 85 million outside the token table."""
    assert outside_embeddings(textbook(Widths()).inventory) == 85_017_600
