"""Layers that predict further tokens (MTP), which checkpoints hold and transformers leaves out.

In: a config and the architecture read from it. Out: their tensors, named as checkpoints do. Each
layer is one more of the decoder's last kind, with what joins a token to the state before it.

Sources: DeepSeek-V3's README_WEIGHTS.md, which GLM follows; Qwen3-Next's `mtp.*` in the index of
its shards. A test compares the counts with those of the published files' headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from tabfit.architectures.config_keys import mapping
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Part, Role, Tensor

#: The keys that say how many such layers there are.
KEYS: Final = ("num_nextn_predict_layers", "mtp_num_hidden_layers")
#: More than this nobody published, and no config may ask for.
MOST: Final = 8
#: Families whose checkpoints hold them, and whether each layer has a head and a table of its own.
#: Left out: GLM-4.5 and 4.6, of which one has them and the other not, under the same keys.
FAMILIES: Final[Mapping[str, bool]] = {
    "deepseek_v3": True,
    "deepseek_v32": True,
    "glm_moe_dsa": False,
    "qwen3_5": False,
    "qwen3_5_text": False,
    "qwen3_5_moe": False,
    "qwen3_5_moe_text": False,
}


def prediction_layers(config: Mapping[str, Any], architecture: Architecture) -> tuple[Tensor, ...]:
    """Return the tensors of the layers that predict further tokens, none where there are none."""
    if architecture.family not in FAMILIES:
        return ()
    said = {**config, **mapping(config.get("text_config"))}
    return tuple(
        tensor
        for key in KEYS
        for number in range(_count(said.get(key)))
        for tensor in _layer(architecture, number, own_head=FAMILIES[architecture.family])
    )


def _count(said: object) -> int:
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 < said <= MOST else 0


def _layer(architecture: Architecture, number: int, *, own_head: bool) -> Iterator[Tensor]:
    """Yield one layer: the last one again, and what goes before and behind it."""
    tower = architecture.main
    layer, hidden = len(tower.layers) + number, tower.hidden
    yield from _again(architecture.inventory, layer)
    norms = ("enorm", "hnorm", "norm")
    for name in norms:
        yield _beside(f"{name}.weight", (hidden,), Role.NORM, layer)
    yield _beside("eh_proj.weight", (hidden, 2 * hidden), Role.PROJECTION, layer)
    if own_head:
        rows = architecture.vocabulary
        yield _beside("embed_tokens.weight", (rows, hidden), Role.EMBEDDING, layer)
        yield _beside("shared_head.head.weight", (rows, hidden), Role.HEAD, layer)


def _again(tensors: Iterable[Tensor], layer: int) -> Iterator[Tensor]:
    decoders = [t for t in tensors if t.part is Part.DECODER and t.layer is not None]
    last = max((t.layer or 0 for t in decoders), default=0)
    for tensor in decoders:
        if tensor.layer == last:
            name = f"mtp.{layer}.{tensor.name.rpartition(f'.{last}.')[2]}"
            yield replace(tensor, name=name, layer=layer)


def _beside(name: str, shape: tuple[int, ...], role: Role, layer: int) -> Tensor:
    """Return what lies outside the layer proper: DeepSeek-V3 keeps it wide among packed ones."""
    return Tensor(name=f"mtp.{layer}.{name}", shape=shape, role=role)
