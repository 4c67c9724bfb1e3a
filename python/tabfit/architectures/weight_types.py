"""In which types a checkpoint keeps its weights, as its config says.

In: a config, of which `dtype`, `torch_dtype` and `quantization_config` count, its own or that of
its text. Out: `WeightTypes`: what matrices inside the layers are packed into, what all else is
kept as, and which modules are left alone. What is not understood is named and given no bytes.

Sources: the quantisers of transformers 5 (`quantizers/`), compressed-tensors' README, and the
headers of published files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from tabfit.light_dataclass import dataclass
from tabfit.storage.storage_type import BF16, F16, F32, I8, StorageType
from tabfit.storage.type_table import (
    FP8,
    FP8_BLOCK,
    LLM_INT8,
    MXFP4,
    NF4,
    NF4_DOUBLE,
    NVFP4,
    gptq,
    scaled,
)

#: What a config calls the type of its weights; other names are read as 32-bit floats.
STORED_AS: Final[Mapping[str, StorageType]] = {
    "float32": F32,
    "float16": F16,
    "bfloat16": BF16,
    "half": F16,
}
_GROUPS: Final = range(8, 4097)
_BITS: Final = (2, 3, 4, 8)
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
    text = _mapping(config.get("text_config"))
    said = next((each for each in (_dtype(config), _dtype(text)) if each is not None), None)
    quantised = _mapping(config.get("quantization_config") or text.get("quantization_config"))
    if not quantised:
        return WeightTypes(wide=said or F32)
    if config.get("expert_dtype"):
        return WeightTypes(wide=said or BF16, unread=f"expert_dtype {config['expert_dtype']!s:.20}")
    method = str(quantised.get("quant_method") or _nameless(quantised)).lower()
    read = _METHODS.get(method)
    packed = read(quantised) if read else None
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


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _dtype(config: Mapping[str, Any]) -> StorageType | None:
    said = config.get("dtype") or config.get("torch_dtype")
    return STORED_AS.get(said.removeprefix("torch."), F32) if isinstance(said, str) else None


def _nameless(given: Mapping[str, Any]) -> str:
    """Return the method of configs that name none: bitsandbytes' first ones."""
    return "bitsandbytes" if "load_in_4bit" in given or "load_in_8bit" in given else ""


# Each method: what its matrices become, `None` for settings that are not understood.


def _of_gptq(given: Mapping[str, Any], *, order: bool = True) -> StorageType | None:
    bits, group = given.get("bits"), given.get("group_size", 128)
    if bits not in _BITS or not isinstance(group, int):
        return None
    if group == -1:  # one group for a whole column
        return gptq(bits, group=2**20, order=order)
    return gptq(bits, group=group, order=order) if group in _GROUPS else None


def _of_awq(given: Mapping[str, Any]) -> StorageType | None:
    named = {"bits": given.get("bits", given.get("w_bit")), **given}
    named["group_size"] = given.get("group_size", given.get("q_group_size", 128))
    return _of_gptq(named, order=False) if given.get("zero_point", True) else None


def _of_bitsandbytes(given: Mapping[str, Any]) -> StorageType | None:
    if given.get("load_in_8bit") or given.get("_load_in_8bit"):
        return LLM_INT8
    if not (given.get("load_in_4bit") or given.get("_load_in_4bit")):
        return None
    return NF4_DOUBLE if given.get("bnb_4bit_use_double_quant") else NF4


def _of_fp8(given: Mapping[str, Any]) -> StorageType | None:
    block = given.get("weight_block_size")
    if block is None:
        return FP8
    return FP8_BLOCK if block in ([128, 128], (128, 128)) else None


def _of_compressed(given: Mapping[str, Any]) -> StorageType | None:
    groups = [_mapping(_mapping(each).get("weights")) for each in _groups(given)]
    kinds = {_of_group(each, str(given.get("format") or "")) for each in groups}
    return kinds.pop() if len(kinds) == 1 else None


def _groups(given: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(_mapping(given.get("config_groups")).values())[:16]


def _of_group(weights: Mapping[str, Any], form: str) -> StorageType | None:
    """Return what one group of compressed-tensors makes of a matrix."""
    bits, kind, strategy = (weights.get(key) for key in ("num_bits", "type", "strategy"))
    group = weights.get("group_size")
    if bits == 4 and kind == "float":
        return {16: NVFP4, 32: MXFP4}.get(group) if isinstance(group, int) else None
    if bits == 8 and kind == "float":
        tiled = strategy == "block" and weights.get("block_structure") == [128, 128]
        return FP8_BLOCK if tiled else _eight(strategy)
    if bits == 8 and kind == "int" and "pack" not in form:
        return _eight(strategy)
    known = kind == "int" and weights.get("symmetric", True)
    if not known or bits not in (4, 8) or strategy not in ("group", "channel"):
        return None
    return scaled(bits, group=group if strategy == "group" and group in _GROUPS else None)


def _eight(strategy: object) -> StorageType | None:
    """Return eight-bit weights with a scale of two bytes for a tensor or a channel."""
    return {"tensor": scaled(8, tensor=True), "channel": scaled(8)}.get(str(strategy))


def _of_modelopt(given: Mapping[str, Any]) -> StorageType | None:
    return {"NVFP4": NVFP4, "FP8": FP8}.get(str(given.get("quant_algo")).upper())


_METHODS: Final[Mapping[str, Callable[[Mapping[str, Any]], StorageType | None]]] = {
    "gptq": _of_gptq,
    "awq": _of_awq,
    "bitsandbytes": _of_bitsandbytes,
    "fp8": _of_fp8,
    "mxfp4": lambda _given: MXFP4,
    "compressed-tensors": _of_compressed,
    "modelopt": _of_modelopt,
    "int8": lambda _given: I8,
}

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
