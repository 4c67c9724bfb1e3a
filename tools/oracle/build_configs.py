"""Build every test config with transformers on torch's meta device and write what came out.

Needs the oracle's own environment (`make oracle` makes it): the CPU build of
torch and the pinned transformers. Writes tests/data/oracle.json: per config the
parameters with tied weights counted once and at every use, and a digest of all
(name, shape) pairs of the state dict. The ordinary tests compare against that
file and need neither torch nor network.

    build_configs.py                    every config and every variant
    build_configs.py --only qwen3       those whose name or model_type starts so
    build_configs.py --new              those that have no counts yet
    build_configs.py --names FILE       show where tabfit and transformers differ
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "tests/data/configs"
TARGET = ROOT / "tests/data/oracle.json"
VARIANTS = ROOT / "tests/data/oracle_variants.json"

#: What the test data says about a config's origin.
REMARKS = ("_model_id", "_source", "_note", "_also", "_expected_published")

sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tools")]


def without_remarks(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config without the keys that only say where it came from."""
    return {key: value for key, value in config.items() if key not in REMARKS}


def built(config: Mapping[str, Any]) -> Any:
    """Return the model that transformers makes of a config, without weights."""
    from timm_stand_in import stand_in

    stand_in()
    import torch
    import transformers
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    transformers.logging.set_verbosity_error()

    made = CONFIG_MAPPING[config["model_type"]].from_dict(without_remarks(config))
    model_class = getattr(transformers, config["architectures"][0])
    with torch.device("meta"):
        return model_class(made)


def lines_of(pairs: Iterable[tuple[str, tuple[int, ...]]]) -> list[str]:
    """Return the sorted lines that the digest is taken of: a name, a space, the shape."""
    return sorted(f"{name} {'x'.join(map(str, shape))}" for name, shape in pairs)


def digest(lines: Iterable[str]) -> str:
    """Return the digest of the lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def state_of(model: Any) -> list[str]:
    """Return the digest's lines for a model, tied names and stored buffers included."""
    return lines_of((name, tuple(value.shape)) for name, value in model.state_dict().items())


def measured(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the counts and the digest of one config as transformers builds it."""
    model = built(config)
    names = dict(model.named_parameters(remove_duplicate=False))
    return {
        "total": sum(value.numel() for value in model.parameters()),
        "untied": sum(value.numel() for value in names.values()),
        "digest": digest(state_of(model)),
    }


def versions() -> dict[str, str]:
    """Return the versions that the counts come from."""
    from timm_stand_in import stand_in

    stand_in()  # before transformers looks for timm, and remembers
    import torch
    import transformers

    return {"transformers": transformers.__version__, "torch": torch.__version__}


def real_configs(only: str) -> dict[str, dict[str, Any]]:
    """Return the configs in the test data by file name."""
    found = {}
    for path in sorted(CONFIGS.glob("*.json")):
        config = json.loads(path.read_text(encoding="utf-8"))
        if path.stem.startswith(only) or config["model_type"].startswith(only):
            found[path.stem] = config
    return found


def update_configs(only: str, *, new: bool) -> None:
    """Measure the real configs and write them beside those not asked for."""
    table = _read(TARGET)
    rows = table.get("configs", {}) if only or new else {}
    for name, config in real_configs(only).items():
        if new and name in rows:
            continue
        rows[name] = measured(config)
        print(name, rows[name]["total"], flush=True)
    _write(TARGET, {**versions(), "configs": dict(sorted(rows.items()))}, "configs")


def update_variants(only: str, count: int, *, new: bool) -> None:
    """Measure random small variants of every family and write them with their keys."""
    from variants import all_tables, drawn

    table = _read(VARIANTS)
    rows = table.get("variants", {}) if only or new else {}
    for name in all_tables():
        if name.startswith(only) and not (new and name in rows):
            rows[name] = _variants(name, drawn(name, 3 * count), count)
            print(name, len(rows[name]), "variants", flush=True)
    _write(VARIANTS, {**versions(), "variants": dict(sorted(rows.items()))}, "variants")


def _variants(name: str, configs: Iterable[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Return measured variants; those that transformers itself refuses are left out."""
    rows: list[dict[str, Any]] = []
    refused = ""
    for config in configs:
        if len(rows) == count:
            break
        try:
            row = measured(config)
        except Exception as error:  # noqa: BLE001 - whatever its own checks or torch raise
            refused = f"{type(error).__name__}: {str(error)[:300]}"
            continue
        rows.append({"config": config, **row})
    if len(rows) < count:
        print(f"{name}: only {len(rows)} of {count}; the last refusal was {refused}")
    return rows


def _read(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return table


def _write(path: Path, table: dict[str, Any], key: str) -> None:
    """Write a table with one row per line, so that a change shows as one line."""
    rows = table.pop(key)
    head = json.dumps(table)[:-1]
    lines = [f"{json.dumps(name)}: {_row(row)}" for name, row in rows.items()]
    path.write_text(f'{head}, "{key}": {{\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")


def _row(row: Any) -> str:
    if isinstance(row, list):
        return "[\n" + ",\n".join(json.dumps(entry) for entry in row) + "]"
    return json.dumps(row)


def show_differences(config: Mapping[str, Any], most: int = 20) -> int:
    """Print the first names or shapes in which tabfit and transformers differ."""
    from tabfit.architectures import read

    theirs = state_of(built(config))
    architecture = read(config)
    ours = lines_of((tensor.name, tensor.shape) for tensor in architecture.inventory)
    counts = measured(config)
    print("transformers", counts["total"], counts["untied"])
    print("tabfit   ", architecture.inventory.total, architecture.inventory.untied)
    missing, extra = sorted(set(theirs) - set(ours)), sorted(set(ours) - set(theirs))
    for sign, lines in (("only transformers:", missing), ("only tabfit:   ", extra)):
        for line in lines[:most]:
            print(sign, line)
    return len(missing) + len(extra)


def main() -> int:
    """Run one of the three uses in the module's first lines."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="start of a config's name or model_type")
    parser.add_argument("--names", type=Path, help="a config.json to compare name by name")
    parser.add_argument("--variant", help="MODEL_TYPE:NUMBER, a stored variant to compare")
    parser.add_argument("--count", type=int, default=8, help="variants per model_type")
    parser.add_argument("--new", action="store_true", help="only what has no counts yet")
    parser.add_argument("--part", choices=("configs", "variants"), help="only one of the two")
    options = parser.parse_args()
    if options.variant:
        name, number = options.variant.split(":")
        stored = _read(VARIANTS)["variants"][name][int(number)]["config"]
        print(json.dumps(stored))
        return min(show_differences(stored), 1)
    if options.names:
        return min(show_differences(json.loads(options.names.read_text(encoding="utf-8"))), 1)
    if options.part != "variants":
        update_configs(options.only, new=options.new)
    if options.part != "configs":
        update_variants(options.only, options.count, new=options.new)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
