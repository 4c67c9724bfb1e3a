"""In which types a checkpoint keeps its weights, as its config says.

In: a config, of which `dtype`, `torch_dtype` and `quantization_config` count, its own or that of
its text. Out: `WeightTypes`: what matrices inside the layers are packed into, what all else is
kept as, and which modules are left alone. What is not understood is named and given no bytes.

Sources: the quantisers of transformers 5 (`quantizers/`), compressed-tensors' README, and the
headers of published files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from tabfit.architectures.config_keys import mapping
from tabfit.light_dataclass import dataclass
from tabfit.storage.storage_type import BF16, F16, F32, StorageType

#: What a config calls the type of its weights; other names are read as 32-bit floats.
STORED_AS: Final[Mapping[str, StorageType]] = {
    "float32": F32,
    "float16": F16,
    "bfloat16": BF16,
    "half": F16,
}
_MOST_SKIPPED: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightTypes:
    """What a checkpoint's weights are kept as.

    `packed` is for the matrices inside the layers (only those of experts where
    `only_experts`), `wide` for all else and for the modules whose names match one of `skipped`.
    `unread` is what the config says of its quantisation where that is not understood.
    """

    wide: StorageType
    packed: StorageType | None = None
    only_experts: bool = False
    skipped: tuple[str, ...] = ()
    unread: str = ""

    def skips(self, name: str) -> bool:
        """Return whether the module of a tensor of that name is left as it was."""
        module = name.rpartition(".")[0] or name
        return any(_matches(pattern, module) for pattern in self.skipped)


def weight_types(config: Mapping[str, Any]) -> WeightTypes:
    """Return what a config says its weights are stored as: F32 where it says nothing.

    >>> weight_types({"torch_dtype": "bfloat16"}).wide.name
    'BF16'
    >>> made = {"quant_method": "fp8", "weight_block_size": [128, 128]}
    >>> weight_types({"quantization_config": made}).packed.name
    'FP8 block 128'
    """
    text = mapping(config.get("text_config"))
    said = next((each for each in (_dtype(config), _dtype(text)) if each is not None), None)
    quantised = mapping(config.get("quantization_config") or text.get("quantization_config"))
    if not quantised:
        return WeightTypes(wide=said or F32)
    if config.get("expert_dtype"):
        return WeightTypes(wide=said or BF16, unread=f"expert_dtype {config['expert_dtype']!s:.20}")
    # few configs quantise, and others start sooner without
    method_of = import_module("tabfit.architectures.quantisation").method_of
    method, packed = method_of(quantised)
    if packed is None:
        return WeightTypes(wide=said or BF16, unread=method[:60] or "no quant_method")
    skipped = _skipped(quantised)
    if any(_pattern(each) is None for each in skipped):
        return WeightTypes(wide=said or BF16, unread=f"{method}, with names it leaves alone")
    return WeightTypes(
        wide=said or (F16 if method in ("gptq", "awq") else BF16),
        packed=packed,
        only_experts=method == "mxfp4",
        skipped=skipped,
    )


def _dtype(config: Mapping[str, Any]) -> StorageType | None:
    said = config.get("dtype") or config.get("torch_dtype")
    return STORED_AS.get(said.removeprefix("torch."), F32) if isinstance(said, str) else None


# Names of modules that are left alone


def _skipped(given: Mapping[str, Any]) -> tuple[str, ...]:
    keys = ("modules_to_not_convert", "ignore", "ignored_layers", "exclude_modules")
    lists = (given.get(key) for key in (*keys, "llm_int8_skip_modules"))
    named = [each for one in lists if isinstance(one, (list, tuple)) for each in one]
    return tuple(str(each)[:200] for each in named[:_MOST_SKIPPED])


@lru_cache(maxsize=4096)
def _pattern(written: str) -> tuple[str, ...] | None:
    """Return a name's fixed pieces between what may be anything, `None` for one not understood.

    Names are paths of modules, with stars, or after `re:` an expression of which plain
    letters, dots and `.*` are read.

    >>> _pattern("model.layers.*.self_attn"), _pattern("re:.*mlp.gate$"), _pattern("re:(a|b)")
    (('.model.layers.', '.self_attn.'), ('', 'mlp.gate.'), None)
    """
    if written.startswith("re:"):
        plain = written[3:].replace("\\.", ".").replace(".*", "*")
        start, end = ("." if plain[:1] != "*" else ""), ("." if plain[-1:] == "$" else "")
        plain = plain.removeprefix("^").removesuffix("$")
        if re.search(r"[\\()\[\]|+?{}^$]", plain):
            return None
        return tuple(f"{start}{plain}{end}".split("*"))
    return tuple(f".{written.strip('.')}.".split("*"))


def _matches(written: str, module: str) -> bool:
    """Return whether the pieces of a pattern follow one another in a module's path."""
    place, path = 0, f".{module}."
    for piece in _pattern(written) or ():
        place = path.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return True
