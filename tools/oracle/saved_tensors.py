"""Count what transformers' models keep between the way forward and the way back.

Needs the oracle's own environment (`make oracle` makes it). Builds small models of two and of
three layers, runs each forward once, and writes the bytes that the third layer added per
token: every distinct storage that autograd saved and that is no parameter. Dropout is
off, because the processor keeps its masks wider than a GPU does. The ordinary tests compare
against tests/data/saved_tensors.json and need neither torch nor network.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

TARGET: Final = Path(__file__).resolve().parents[2] / "tests/data/saved_tensors.json"
BATCH, SEQUENCE = 2, 64

PLAIN: Final = {
    "hidden_size": 256,
    "num_attention_heads": 8,
    "vocab_size": 128,
    "intermediate_size": 768,
    "max_position_embeddings": 128,
    "num_key_value_heads": 2,
}
NO_DROPOUT: Final = {
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "hidden_dropout": 0.0,
    "attention_dropout": 0.0,
}
MODELS: Final[dict[str, dict[str, Any]]] = {
    "BertModel": {"model_type": "bert"},
    "LlamaModel": {"model_type": "llama"},
    "MistralModel": {"model_type": "mistral", "head_dim": 32},
    "Qwen2Model": {"model_type": "qwen2"},
    "Qwen3Model": {"model_type": "qwen3", "head_dim": 32},
    "GemmaModel": {"model_type": "gemma", "head_dim": 32, "num_key_value_heads": 1},
    "GPTNeoXModel": {"model_type": "gpt_neox"},
    "ViTModel": {"model_type": "vit", "image_size": 32, "patch_size": 4},
}
#: Attention that holds its maps is counted where it is the same in every precision.
KINDS: Final = {name: ("sdpa", "eager") if name == "BertModel" else ("sdpa",) for name in MODELS}


def main() -> None:
    """Count every model and write what came out."""
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    cases = [
        {
            "class": name,
            "config": {**PLAIN, **NO_DROPOUT, **config},
            "precision": precision,
            "attention": attention,
            "trained": trained,
            "bytes_per_layer": _added(name, config, precision, attention, trained=trained),
        }
        for name, config in MODELS.items()
        for precision in ("fp32", "bf16")
        for attention in KINDS[name]
        for trained in (True, False)
    ]
    source = f"tools/oracle/saved_tensors.py: torch {torch.__version__}, {transformers.__version__}"
    found = {"source": source, "batch": BATCH, "sequence": SEQUENCE, "cases": cases}
    TARGET.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{len(cases)} counts in {TARGET.name}")


def _added(
    name: str, config: dict[str, Any], precision: str, attention: str, *, trained: bool
) -> int:
    two, three = (
        _saved(name, {**config, "num_hidden_layers": layers}, precision, attention, trained=trained)
        for layers in (2, 3)
    )
    return three - two


def _saved(
    name: str, config: dict[str, Any], precision: str, attention: str, *, trained: bool
) -> int:
    """Return the bytes of all storages that one way forward saves."""
    import torch

    model = _built(name, config, attention)
    if precision == "bf16":
        model = model.to(torch.bfloat16)
    model.train()
    for parameter in model.parameters():
        parameter.requires_grad_(trained)
    known = {each.untyped_storage().data_ptr() for each in model.parameters()}
    kept: dict[int, Any] = {}  # the storages themselves, so that no address is used twice

    def pack(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known:
            kept[storage.data_ptr()] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = model(**_inputs(name, model))
    del output
    return sum(storage.nbytes() for storage in kept.values())


def _built(name: str, config: dict[str, Any], attention: str) -> Any:
    import transformers
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    made = CONFIG_MAPPING[config["model_type"]].from_dict({**PLAIN, **NO_DROPOUT, **config})
    made._attn_implementation = attention  # noqa: SLF001  (there is no other way to choose it)
    return getattr(transformers, name)(made)


def _inputs(name: str, model: Any) -> dict[str, Any]:
    """Return inputs that ask for gradients themselves, so that frozen layers pass them on."""
    import torch

    kind = next(model.parameters()).dtype
    if name == "ViTModel":
        return {"pixel_values": torch.rand(BATCH, 3, 32, 32, dtype=kind, requires_grad=True)}
    embedded = torch.rand(BATCH, SEQUENCE, PLAIN["hidden_size"], dtype=kind, requires_grad=True)
    return {"inputs_embeds": embedded}


if __name__ == "__main__":
    main()
