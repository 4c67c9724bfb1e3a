"""Which hub is asked: the one that the environment names, as huggingface_hub reads it."""

from __future__ import annotations

import os


def chosen_hub() -> str | None:
    """Return the address that `HF_ENDPOINT` holds, `None` for the usual hub."""
    return os.environ.get("HF_ENDPOINT") or None
