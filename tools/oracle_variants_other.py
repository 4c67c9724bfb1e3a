"""Keys to draw small variants of encoders, encoder–decoders, speech and vision models from.

In: nothing. Out: a table per model_type, as oracle_variants.py describes them.
"""

from __future__ import annotations

from typing import Any

TABLES: dict[str, dict[str, tuple[Any, ...]]] = {}
