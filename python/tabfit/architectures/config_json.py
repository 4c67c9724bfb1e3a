"""What a JSON file that lies beside a model is: its config, MLC's own, or something else by name.

In: what such a file holds. Out: the config inside it, in the words of a config.json, or
`NotAModel`, which says what it is instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tabfit.errors import NotAModel
from tabfit.i18n.language import Message, later

_GENERATION: Final = later("the settings of a model’s text generation")
_TOKENS: Final = later("a tokenizer")
_TOKENS_CONFIG: Final = later("a tokenizer’s config")
_SENTENCES: Final = later("a file of sentence-transformers that lies beside a model")
_SHARDS: Final = later("an index of shards")
_INPUTS: Final = later("the config of what prepares inputs")
_ADAPTER: Final = later("the config of an adapter")
#: Keys that only one kind of file has, and that kind; looked at where no model type is told.
OTHERS: Final[tuple[tuple[str, str], ...]] = (
    ("peft_type", _ADAPTER),
    ("base_model_name_or_path", _ADAPTER),
    ("weight_map", _SHARDS),
    ("added_tokens", _TOKENS),
    ("tokenizer_class", _TOKENS_CONFIG),
    ("image_processor_type", later("the config of what prepares pictures")),
    ("feature_extractor_type", later("the config of what prepares sound")),
    ("processor_class", _INPUTS),
    ("word_embedding_dimension", later("the config of a pooling layer")),
    ("_class_name", later("the config of a part of an image generator")),
    ("_from_model_config", _GENERATION),
    ("eos_token_id", _GENERATION),
)
#: Names of files that are never a model's config, though JSON, and what each is.
NEVER: Final[Mapping[str, str]] = {
    **dict.fromkeys(("tokenizer.json", "vocab.json", "added_tokens.json"), _TOKENS),
    **dict.fromkeys(("tokenizer_config.json", "special_tokens_map.json"), _TOKENS_CONFIG),
    "chat_template.json": _TOKENS_CONFIG,
    **dict.fromkeys(("ndarray-cache.json", "tensor-cache.json"), _SHARDS),
    "generation_config.json": _GENERATION,
    **dict.fromkeys(("preprocessor_config.json", "processor_config.json"), _INPUTS),
    **dict.fromkeys(("modules.json", "sentence_bert_config.json"), _SENTENCES),
    "config_sentence_transformers.json": _SENTENCES,
    "adapter_config.json": _ADAPTER,
    "quantize_config.json": later("how a model was quantised"),
    "model_index.json": later("the list of an image generator’s parts"),
}
_NAMED: Final = r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}"
_TYPE: Final = r"[A-Za-z0-9][\w.-]{0,59}"
MLC: Final = "mlc-chat-config.json"
MLC_METHOD: Final = "MLC "


def model_config(given: Mapping[str, Any], name: str = "config.json") -> Mapping[str, Any]:
    """Return the config of a model that an object is or holds.

    Raises `NotAModel` for one that belongs to something beside a model.

    >>> chat = {"model_type": "llama", "model_config": {"head_dim": 64}}
    >>> model_config(chat)
    {'model_type': 'llama', 'head_dim': 64}
    """
    inner = of_mlc(given)
    if inner is not None:
        return inner
    if "model_type" not in given:
        what = next((kind for key, kind in OTHERS if key in given), None)
        if what is not None:
            raise NotAModel(name, Message(what))
    return given


def refuse_by_name(name: str) -> None:
    """Raise `NotAModel` for a file whose name alone says that it is something else."""
    last = name.rpartition("/")[2]
    if last.lower() in NEVER:
        raise NotAModel(last, Message(NEVER[last.lower()]))


def of_mlc(chat: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the config inside MLC's own, which keeps transformers' key names; `None` in others."""
    inner, kind = chat.get("model_config"), chat.get("model_type")
    if not isinstance(inner, Mapping) or not isinstance(kind, str) or not inner:
        return None
    packed = chat.get("quantization")
    how = {"quantization_config": {"quant_method": f"{MLC_METHOD}{packed}"}} if packed else {}
    return {"model_type": kind, **{k: inner[k] for k in inner if k != "model_type"}, **how}


def mlc_precision(config: Mapping[str, Any]) -> str | None:
    """Return how MLC stores a config that was its own, `None` for any other.

    >>> chat = {"model_type": "llama", "model_config": {"head_dim": 64}, "quantization": "q4f16_1"}
    >>> mlc_precision(model_config(chat))
    'q4f16_1'
    """
    given = config.get("quantization_config")
    method = given.get("quant_method") if isinstance(given, Mapping) else None
    if not isinstance(method, str) or not method.startswith(MLC_METHOD):
        return None
    return method.removeprefix(MLC_METHOD)


def own_name(config: Mapping[str, Any]) -> str | None:
    """Return what a config calls its model, `None` where it gives no owner and name.

    >>> own_name({"_name_or_path": "openai/whisper-tiny"}), own_name({"_name_or_path": "./out"})
    ('openai/whisper-tiny', None)
    """
    said = config.get("_name_or_path")
    return said if isinstance(said, str) and re.fullmatch(_NAMED, said) else None


def title(config: Mapping[str, Any], family: str) -> str:
    """Return what a model is called where its config alone is known: by name, else by its type.

    `family` is what the type is read as; it stands only where the config's own word is none.

    >>> title({"model_type": "kimi_k2"}, "deepseek_v3"), title({}, "llama")
    ('kimi_k2', 'llama')
    """
    said = config.get("model_type")
    own = said if isinstance(said, str) and re.fullmatch(_TYPE, said) else family
    return own_name(config) or own


def may_be_config(name: str) -> bool:
    """Return whether a file of this name may hold a model's config."""
    last = name.rpartition("/")[2].lower()
    return last.endswith(".json") and not last.endswith(".index.json") and last not in NEVER
