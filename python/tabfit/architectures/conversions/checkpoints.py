"""Families whose checkpoints hold what transformers builds otherwise."""

from __future__ import annotations

from tabfit.architectures.conversions.by_family import among

#: T5's, whose later checkpoints hold a head apart from the table (`recipes.shared_weights`).
is_t5 = among("t5", "mt5", "umt5")
