"""A model_type that no family reads: a Llama in all that its config says, or nothing at all.

In: a config. Out: an architecture that says how sure it is, or `UnsupportedArchitecture` with
the keys that might change its size and are not understood. A key that is off (false, null,
empty), a fraction or the name of an activation changes no shape; any other must be Llama's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Family, build
from tabfit.architectures.refused_types import NOT_READ
from tabfit.architectures.transformers_defaults import facts_of
from tabfit.errors import UnsupportedArchitecture, shown
from tabfit.i18n.language import _
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture
from tabfit.model.tokenizer import Tokenizer

#: What nearly every Llama-like config says.
LLAMA_LIKE_KEYS: Final = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
)
#: The other keys that the reader of a Llama follows.
FOLLOWED: Final = frozenset(
    (
        *("num_key_value_heads", "head_dim", "max_position_embeddings", "tie_word_embeddings"),
        *("attention_bias", "mlp_bias", "rope_scaling", "rope_parameters", "partial_rotary_factor"),
        *("model_type", "architectures", "quantization_config", "torch_dtype", "dtype"),
    )
)
#: Keys that change no array: tokens, texts, how it was trained or is run.
INERT: Final = frozenset(
    (
        *("bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "sep_token_id"),
        *("mask_token_id", "decoder_start_token_id", "transformers_version", "auto_map"),
        *("use_cache", "pretraining_tp", "rope_theta", "hidden_act", "hidden_activation"),
        *("activation_function", "id2label", "label2id", "num_labels", "torchscript"),
        *("return_dict", "output_attentions", "output_hidden_states", "chunk_size_feed_forward"),
        *("original_max_position_embeddings", "max_sequence_length", "model_max_length"),
        *("is_decoder", "is_encoder_decoder", "tokenizer_class", "task_specific_params"),
        *("finetuning_task", "problem_type", "name_or_path", "attn_implementation"),
        *("use_bfloat16", "gradient_checkpointing", "rope_interleaved", "seq_length"),
    )
)


def read_unknown(
    config: Mapping[str, Any], model_type: str, known: Mapping[str, str]
) -> Architecture:
    """Return a Llama of the same widths, saying so, where nothing speaks against it.

    Raises `UnsupportedArchitecture` where a usual key is missing or another is not understood.
    """
    lacks = [key for key in LLAMA_LIKE_KEYS if config.get(key) is None]
    strange = tuple(not_understood(config))
    if lacks or strange:
        why = NOT_READ.get(model_type)
        raise UnsupportedArchitecture(model_type, known, strange=strange, why=why)
    family: Family = import_module("tabfit.architectures.decoders.llama").UNKNOWN
    read_as = build(family, Keys(config, facts_of("llama")), ["LlamaForCausalLM"])
    note = _(
        "model_type {given} is not known; assumed Llama-like from its keys, all of which a Llama "
        "has: what it may add without saying so is not counted",
        given=shown(model_type),
    )
    notes = (note, *read_as.notes)
    return replace(read_as, family=model_type, notes=notes, tokenizer=Tokenizer())


def not_understood(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys that may change a model's size and that a Llama does not have."""
    for key, value in config.items():
        ours = key in LLAMA_LIKE_KEYS or key in FOLLOWED or key in INERT
        if not ours and not key.startswith("_") and _changes(value):
            yield key
    if not _makes_text(config.get("architectures")):
        yield "architectures"


def _makes_text(named: object) -> bool:
    """Return whether no class is named, or one with an output layer over words."""
    if not isinstance(named, (list, tuple)) or not named:
        return named is None
    return str(named[0]).endswith(("ForCausalLM", "LMHeadModel"))


def _changes(value: object) -> bool:
    """Return whether a value may add or widen an array: all but what is off, or a fraction."""
    return bool(value) and not isinstance(value, float)
