"""What all tests share: laws try the same examples every run, however slow the machine is."""

from __future__ import annotations

from hypothesis import settings

# `make fuzz` and tools/fuzz_configs.py look for new ones.
settings.register_profile("kept", derandomize=True, deadline=None)
settings.load_profile("kept")
