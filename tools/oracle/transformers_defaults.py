"""Write python/tabfit/architectures/transformers_defaults.jsonl from the installed transformers.

Facts only: for every model_type that tabfit reads, the defaults of its
config class, the second names of keys, the parts nested in it and the names of
its model classes. Run with the interpreter of the oracle's environment.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import re
import sys
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "python/tabfit/architectures/transformers_defaults.jsonl"

# What no tensor depends on.
SKIPPED = re.compile(
    r"(_token_id|_token_index|_eps|_epsilon|_std|dropout.*|.*_dropout.*|.*_pdrop|"
    r"initializer.*|use_cache|.*loss.*|output_(attentions|hidden_states)|return_dict|dtype|"
    r"chunk_size_feed_forward|architectures|transformers_version|problem_type|label2id|"
    r"pretraining_tp|layerdrop|.*_layerdrop|.*_act|.*activation(_function)?|mask_(time|feature)_(?!prob).*|"
    r"begin_suppress_tokens|suppress_tokens|apply_spec_augment|task_specific_params)$"
)


def known_types() -> list[str]:
    """Return every model_type in tabfit's own list."""
    sys.path.insert(0, str(ROOT / "python"))
    from tabfit.architectures.registry import FAMILIES

    return sorted(FAMILIES)


def class_row(config_class: Any) -> dict[str, Any]:
    """Return the facts of one config class."""
    defaults: dict[str, Any] = {}
    aliases = dict(config_class.attribute_map)
    weak = [field.name for field in fields(config_class) if field.name in aliases]
    for field in fields(config_class):
        if SKIPPED.search(field.name) and field.default != "xielu":
            continue
        value = field.default
        if value is MISSING and field.default_factory is not MISSING:
            value = field.default_factory()
        if value is None or value is MISSING:
            continue
        if isinstance(value, (bool, int, float, str, list, tuple, dict)):
            defaults[aliases.get(field.name, field.name)] = value
    tied = getattr(config_class, "tie_word_embeddings", None)
    if isinstance(tied, bool):  # some classes write it without a type, so that it is no field
        defaults.setdefault("tie_word_embeddings", tied)
    nested = {
        key: [spec.model_type, spec.init_kwargs]
        for key, spec in config_class.sub_configs_defaults.items()
    }
    row = {"defaults": defaults, "aliases": aliases, "weak": weak, "nested": nested}
    return {key: value for key, value in row.items() if value}


def model_classes(config_class: Any) -> list[str]:
    """Return the names of the model classes written for this config class."""
    import transformers
    from transformers import PreTrainedModel

    package = config_class.__module__.rsplit(".", 1)[0]
    folder = Path(str(importlib.import_module(package).__file__)).parent
    modules = sorted(path.stem for path in folder.glob("modeling_*.py"))
    return sorted(
        name
        for module in (importlib.import_module(f"{package}.{each}") for each in modules)
        for name, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, PreTrainedModel)
        and found.__module__ == module.__name__
        and getattr(found, "config_class", None) is config_class
        and not re.search("Pre[Tt]rained[A-Za-z]*Model$", name)
        and hasattr(transformers, name)
    )


def config_classes() -> dict[str, Any]:
    """Return every registered config class, and those nested inside registered ones."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    found: dict[str, Any] = {}
    waiting = [(name, CONFIG_MAPPING[name]) for name in known_types() if name in CONFIG_MAPPING]
    while waiting:
        name, config_class = waiting.pop()
        if name in found:
            continue
        found[name] = config_class
        for spec in config_class.sub_configs_defaults.values():
            inner = spec.config_class
            if not hasattr(inner, "sub_configs_defaults"):
                if spec.model_type not in CONFIG_MAPPING:  # RF-DETR names one that is not there
                    continue
                inner = CONFIG_MAPPING[spec.model_type]
            waiting.append((spec.model_type, inner))
    return found


def main() -> int:
    """Write the facts, or with --show print one model_type's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", metavar="MODEL_TYPE")
    options = parser.parse_args()
    import transformers

    rows = {}
    for name, config_class in sorted(config_classes().items()):
        rows[name] = class_row(config_class)
        classes = model_classes(config_class)
        if classes:
            rows[name]["classes"] = classes
    if options.show:
        print(json.dumps(rows[options.show], indent=1))
        return 0
    lines = [{"transformers": transformers.__version__}]
    lines += [{"model_type": name, **row} for name, row in rows.items()]
    told = "".join(f"{json.dumps(each)}\n" for each in lines)
    TARGET.write_text(told, encoding="utf-8")
    print(f"{len(rows)} model types written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
