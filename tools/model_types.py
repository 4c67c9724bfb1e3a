"""Write docs/model-types.md: how each model type of Transformers.js is read, and how it is checked.

In: the registry of the installed Transformers.js, this project's own, and the counts that
transformers gave. Out: one row per model type.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from tabfit.architectures.refused_types import NOT_READ
from tabfit.architectures.registry import FAMILIES, OTHER_NAMES
from tabfit.architectures.transformers_defaults import transformers_version

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "node_modules/@huggingface/transformers"
TARGET = ROOT / "docs/model-types.md"
VARIANTS = ROOT / "tests/data/oracle_variants.json"
CONFIGS = ROOT / "tests/data/configs"


#: Types whose config says the same as another type's by other keys, and how that was checked.
ITS_OWN_KEYS = {
    "multi_modality": "read as janus; its six published ONNX files come out within 0.1 %",
}


def registered() -> list[str]:
    """Return every model type that the installed Transformers.js has a class for."""
    text = (PACKAGE / "src/models/registry.js").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"\['([a-z0-9_.-]+)', ?'[A-Z]", text)))


def checked(model_type: str) -> str:
    """Return how the reading of a type was checked, or why it is refused."""
    known = OTHER_NAMES.get(model_type, model_type)
    if known not in FAMILIES:
        return f"refused by name: {NOT_READ[model_type]}"
    variants = json.loads(VARIANTS.read_text(encoding="utf-8"))["variants"]
    real = sum(
        json.loads(path.read_text(encoding="utf-8")).get("model_type") == known
        for path in CONFIGS.glob("*.json")
    )
    if known in ITS_OWN_KEYS:
        return f"its makers' own keys, {ITS_OWN_KEYS[known]}"
    if not variants.get(known):
        return "every name and shape of transformers, as a part of the model it belongs to"
    drawn = f"{len(variants[known])} drawn configs"
    configs = f"{drawn} and {real} published" if real else drawn
    alias = f"read as {known}; " if known != model_type else ""
    return f"{alias}every name and shape of transformers, on {configs}"


def text() -> str:
    """Return the whole page."""
    version = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["version"]
    names = registered()
    read = [name for name in names if name in FAMILIES]
    head = f"""# Model types

Transformers.js {version} has classes for {len(names)} model types. {len(read)} of them are read
from a config.json; each was compared with what transformers {transformers_version()} builds without
weights: every tensor's name and shape, tied ones and buffers included. The others are refused
by name, unless a config has all the keys of a Llama, which is then said. With ONNX files beside
it such a model is answered all the same: its download is what its files are listed at, its
tensors are those of their headers, and how much memory it takes is left open
(`tests/laws/test_any_model_laws.py` tries each of them).

Written by `python -m tools.model_types`.

| model type | how it is read |
| --- | --- |
"""
    others = [name for name in sorted(FAMILIES) if name not in names]
    apart = [name for name in NOT_READ if name not in names]
    tail = f"""
## Read without a class in Transformers.js

{len(others)} more are read, for `llama.cpp`, WebLLM and what a browser may run next, and
checked in the same way. Of those asked about, {len(apart)} are not.

| model type | how it is read |
| --- | --- |
"""
    rows = "".join(f"| {name} | {checked(name)} |\n" for name in names)
    more = "".join(f"| {name} | {checked(name)} |\n" for name in others)
    refused = "".join(f"| {name} | {checked(name)} |\n" for name in apart)
    return head + rows + tail + more + refused


def main() -> int:
    """Write the page."""
    TARGET.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
