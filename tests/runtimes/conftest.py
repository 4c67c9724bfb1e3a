"""Where the bench's own libraries are not installed, its modules are left alone."""

from __future__ import annotations

from importlib.util import find_spec

NEEDS = ("gguf", "numpy", "onnx", "playwright")

collect_ignore_glob = ["bench/*", "*.py"] if any(find_spec(name) is None for name in NEEDS) else []
