"""Other people's config.json becomes an `Architecture`, or one typed error.

In: what a config.json holds. Out: an architecture with every tensor. Total:
any mapping is answered or refused with `UnreadableConfig`, in bounded time.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Family, build
from tabfit.architectures.prediction_layers import prediction_layers
from tabfit.architectures.registry import FAMILIES, OTHER_NAMES, TRAINED_AT
from tabfit.architectures.transformers_defaults import facts_of
from tabfit.errors import Quoted, UnreadableConfig
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture

#: Families whose layers may be said one by one.
DIFFERING = ("gemma4_text",)


def read(config: Mapping[str, Any]) -> Architecture:
    """Return the architecture that a config.json describes.

    Its `architectures` picks the class, its `model_type` the family; what is
    not written falls back to the defaults of transformers' config class.

    >>> tiny = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 10,
    ...         "hidden_size": 4, "intermediate_size": 8, "num_hidden_layers": 1,
    ...         "num_attention_heads": 2}
    >>> read(tiny).inventory.total  # 2x10x4 + 4x4x4 + 3x4x8 + 3x4
    252
    """
    if not isinstance(config, Mapping):
        raise UnreadableConfig(
            "config", Message("is {given}; an object is needed", given=Quoted(config))
        )
    model_type = config.get("model_type")
    if not isinstance(model_type, str):
        problem = (
            Message("is missing")
            if model_type is None
            else Message("is {given}", given=Quoted(model_type))
        )
        raise UnreadableConfig(
            "model_type", Message("{problem}; a name such as 'llama' is needed", problem=problem)
        )
    if config.get("per_layer_config") and model_type not in DIFFERING:
        raise UnreadableConfig(
            "per_layer_config", Message("is not read; give one shape for all layers")
        )
    if model_type not in FAMILIES:
        unknown_types = import_module("tabfit.architectures.unknown_types")
        taken: Architecture = unknown_types.read_unknown(config, model_type, FAMILIES)
        return taken
    keys = Keys(config, facts_of(model_type))
    found = build(family_of(model_type), keys, config.get("architectures"))
    beyond = prediction_layers(config, found)
    trained_at = TRAINED_AT.get(model_type)
    if not beyond and trained_at is None:
        return found
    return replace(found, beyond=beyond, trained_at=trained_at)


def family_of(model_type: str) -> Family:
    """Return the family of a known model_type, importing its module."""
    known = OTHER_NAMES.get(model_type, model_type)
    module = import_module(FAMILIES[known])
    family: Family = module.FAMILIES[known]
    return family
