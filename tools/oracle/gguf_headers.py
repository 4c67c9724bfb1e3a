"""Let llama.cpp's converter make GGUF files of small random models and write down their headers.

In: the drawn configs of tests/data/oracle_variants.json. Out: tests/data/gguf/converted.json: for
each class that the converter knows, a few configs, the keys it wrote (but for the
tokenizer's) and every tensor with its shape; and tests/data/gguf/architectures.json: every name
that llama.cpp gives an architecture.

Needs the oracle's own environment and llama.cpp's converter, which the source of
llama-cpp-python carries under vendor/llama.cpp; its `constants.py` must lie in the
gguf package that is imported. Nothing is compiled. Run it as

    python tools/oracle/gguf_headers.py VENDOR_FOLDER GGUF_FOLDER [model_type ...]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "tests/data/gguf/converted.json"
NAMES = ROOT / "tests/data/gguf/architectures.json"
VARIANTS = ROOT / "tests/data/oracle_variants.json"
EACH = 2

HELD = ("ForCausalLM", "ForConditionalGeneration", "LMHeadModel", "Model")
NEWER = (
    "add_classifier_pooling_type",
    "add_indexer_types",
    "add_hidden_act",
    "add_recurrent_layers",
)
LINEAR = {
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
    "mlp_only_layers": [],
    "decoder_sparse_step": 1,
}

FULL = "full_attention"

# What the converter demands beyond what transformers does.
DEMANDED: dict[str, dict[str, Any]] = {
    "mamba": {"expand": 2},
    "falcon_mamba": {"expand": 2},
    "gpt_neox": {"rotary_pct": 0.25},
    "qwen3_5_text": LINEAR,
    "qwen3_5_moe_text": LINEAR,
    "qwen3_next": LINEAR,
    "gemma3n_text": {"vocab_size_per_layer_input": 97, "vocab_size": 97},
    "gemma4_text": {"vocab_size_per_layer_input": 97, "vocab_size": 97},
    "gpt2": {"n_ctx": 50, "n_positions": 50},
    "qwen3_moe": {"mlp_only_layers": [], "decoder_sparse_step": 1},
    "deepseek_v4": {"num_hash_layers": 1},
    "cohere2": {"rotary_pct": 1.0},
    "minimax_m2": {"rotary_dim": 4},
    "t5": {"decoder_start_token_id": 0},
    "falcon_h1": {"head_dim": 8, "mamba_d_ssm": 96, "mamba_n_heads": 6, "mamba_d_head": 16},
    "minicpm3": {"q_lora_rank": 24},
    "bamba": {"attn_layer_indices": [1]},
    "mimo_v2_flash": {"num_hidden_layers": 3, "layer_types": [FULL, "sliding_attention", FULL]},
    "nemotron_h": {"mamba_head_dim": 64, "mamba_num_heads": 2, "head_dim": 8},
}

# Classes that the converter knows by the name in the published config.json, and a type whose
# class is Llama's here.
CALLED = {
    "exaone": "ExaoneForCausalLM",
    "MptForCausalLM": "MPTForCausalLM",
    "PhimoeForCausalLM": "PhiMoEForCausalLM",
    "Mistral4ForCausalLM": "Mistral3ForConditionalGeneration",
    "MiniMaxM3SparseForConditionalGeneration": "MiniMaxM3SparseForCausalLM",
    "Step3p7ForConditionalGeneration": "Step3p5ForCausalLM",
    "JinaEmbeddingsV3Model": "XLMRobertaModel",
}


def _kimi(saved: dict[str, Any]) -> dict[str, Any]:
    at = [number for number, kind in enumerate(saved["layer_types"], start=1) if kind == FULL]
    linear = {
        "full_attn_layers": at,
        "head_dim": saved["linear_head_dim"],
        "short_conv_kernel_size": saved["linear_conv_kernel_dim"],
    }
    return {"linear_attn_config": linear}


def _mimo(saved: dict[str, Any]) -> dict[str, Any]:
    keys = ("head_dim", "num_attention_heads", "v_head_dim")
    return {
        **{f"swa_{key}": saved[key] for key in keys},
        "swa_num_key_value_heads": 2 * saved["num_key_value_heads"],
        "topk_method": "noaux_tc",
        "hybrid_layer_pattern": [int(kind != FULL) for kind in saved["layer_types"]],
        "rope_parameters": {"partial_rotary_factor": 0.334, "rope_theta": 1e4},
    }


def _step(saved: dict[str, Any]) -> dict[str, Any]:
    near = saved.get("num_sliding_attention_heads") or saved["num_attention_heads"]
    groups = saved["num_key_value_heads"]
    return {
        "num_attention_groups": groups,
        "attention_other_setting": {"num_attention_heads": near, "num_attention_groups": groups},
        "partial_rotary_factors": [1.0 if kind != FULL else 0.5 for kind in saved["layer_types"]],
        "moe_num_experts": saved["n_routed_experts"],
        "moe_top_k": saved["num_experts_per_tok"],
        "sliding_window": saved.get("sliding_window") or 16,
    }


def _minimax(saved: dict[str, Any]) -> dict[str, Any]:
    sparse = {
        "sparse_num_index_heads": saved["index_n_heads"],
        "sparse_index_dim": saved["index_head_dim"],
        "sparse_topk_blocks": 2,
        "sparse_block_size": 16,
        "sparse_local_block": 1,
    }
    kinds = saved["mlp_layer_types"]
    return {
        "n_shared_experts": 1,
        "rotary_dim": 4,
        "sparse_attention_config": sparse,
        "moe_layer_freq": [int(kind == "sparse") for kind in kinds],
    }


def _hunyuan(saved: dict[str, Any]) -> dict[str, Any]:
    said = {"moe_intermediate_size": saved["intermediate_size"]}
    said |= {"moe_topk": saved.get("moe_topk", 1), "num_shared_expert": 1}
    return {key: [value] * saved["num_hidden_layers"] for key, value in said.items()}


def _phimoe(saved: dict[str, Any]) -> dict[str, Any]:
    places = {"original_max_position_embeddings": saved["max_position_embeddings"]}
    return {"rope_parameters": {**saved["rope_parameters"], **places}}


# What a published config.json of the type says and transformers does not write.
PUBLISHED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "hunyuan_v1_moe": _hunyuan,
    "mimo_v2_flash": _mimo,
    "kimi_linear": _kimi,
    "step3p7": _step,
    "minimax_m3_vl": _minimax,
    "jina_embeddings_v3": lambda _: {"lora_adaptations": ["search"]},
    "phimoe": _phimoe,
    "exaone": lambda _: {"activation_function": "silu"},
}


def _called(config: dict[str, Any]) -> str:
    """Return what the converter calls a config's class."""
    name = str(config["architectures"][0])
    return CALLED.get(str(config["model_type"]), CALLED.get(name, name))


def _as_published(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return what the converter is to read as the config, `{}` for what was saved."""
    added = PUBLISHED.get(config["model_type"])
    if added is None:
        return {}
    saved = json.loads((folder / "config.json").read_text())
    saved |= saved.get("text_config", {})
    return {"hparams": {**saved, **added(saved)}}


def header_of(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the header of the file that the converter makes of a config's random model."""
    import conversion
    import gguf
    import torch
    import transformers
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    made = CONFIG_MAPPING[config["model_type"]].from_dict(dict(config))
    name = config["architectures"][0]
    # The converter may be newer than the package; neither is needed for a header.
    vars(gguf).setdefault("LazyChunkedTensor", ())
    for newer in NEWER:
        if not hasattr(gguf.GGUFWriter, newer):
            setattr(gguf.GGUFWriter, newer, lambda *_: None)
    converter = conversion.get_model_class(_called(config))
    getattr(transformers, name)(made).to(torch.float16).save_pretrained(folder)
    words = {f"word{number}": number for number in range(_rows(config))}
    tokenizer = {"model": {"vocab": words, "merges": []}, "added_tokens": []}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    for each in (converter, getattr(converter, "Mistral4Model", converter)):
        each.set_vocab = lambda _: None
    converter.no_mtp = True
    layers = "_original_block_count"  # noted when the converter is started by its own script
    if hasattr(converter, layers):
        setattr(converter, layers, made.get_text_config().num_hidden_layers)
    path = folder / "float.gguf"
    said = _as_published(config, folder)
    converter(folder, gguf.LlamaFileType.MOSTLY_F16, path, eager=True, **said).write()
    reader = gguf.GGUFReader(path)
    return {
        "metadata": dict(_keys(reader)),
        "tensors": {
            tensor.name: [int(size) for size in reversed(tensor.shape)] for tensor in reader.tensors
        },
    }


def _rows(config: dict[str, Any]) -> int:
    """Return how many tokens a config knows, wherever it says so."""
    return int((config.get("text_config") or config).get("vocab_size", 0))


def _keys(reader: Any) -> Iterator[tuple[str, Any]]:
    """Yield the architecture's own keys."""
    architecture = reader.get_field("general.architecture").contents()
    yield "general.architecture", architecture
    for key, field in reader.fields.items():
        if key.startswith((f"{architecture}.", "xielu.")):
            yield key, field.contents()


def holds(config: dict[str, Any]) -> bool:
    """Return whether a file keeps all of such a model as transformers counts it.

    Heads of encoders fall away, some biases, and positions that RoBERTa never uses;
    Gemma 3n's second table is made as long as the first.
    """
    inner = config.get("text_config") or config
    second = inner.get("vocab_size_per_layer_input", inner.get("vocab_size"))
    return (
        config["architectures"][0].endswith(HELD)
        and config["model_type"] not in ("roberta", "xlm-roberta", "camembert")
        and not config.get("is_decoder")
        and not config.get("norm_bias")
        and second == inner.get("vocab_size")
    )


def rows_of(model_type: str, variants: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a few converted configs for each class that the converter knows."""
    import conversion

    done: dict[str, int] = {}
    for variant in variants:
        config = {**variant["config"], **DEMANDED.get(model_type, {})}
        name = config["architectures"][0]
        if done.get(name, 0) == EACH or not holds(config):
            continue
        try:
            conversion.get_model_class(_called(config))
        except NotImplementedError:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                header = header_of(config, Path(folder))
            except Exception as error:  # noqa: BLE001 - whatever the converter's checks raise
                print(model_type, name, type(error).__name__, str(error)[:200], flush=True)
                continue
        done[name] = done.get(name, 0) + 1
        yield {"config": config, **header}


def write_names() -> None:
    """Write every name that llama.cpp gives an architecture."""
    from gguf.constants import MODEL_ARCH_NAMES

    names = json.dumps(sorted(MODEL_ARCH_NAMES.values()), indent=1)
    NAMES.write_text(f'{{"llama-cpp-python": "0.3.36", "names": {names}}}\n', encoding="utf-8")


def main() -> int:
    """Convert what is asked for and write it beside the rest."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("vendor", type=Path)
    parser.add_argument("gguf", type=Path)
    parser.add_argument("types", nargs="*")
    options = parser.parse_args()
    sys.path[:0] = [str(options.gguf), str(options.vendor)]
    write_names()
    from timm_stand_in import stand_in

    stand_in()
    import transformers

    transformers.logging.set_verbosity_error()
    table = json.loads(VARIANTS.read_text(encoding="utf-8"))["variants"]
    kept = json.loads(TARGET.read_text(encoding="utf-8"))["rows"] if TARGET.exists() else []
    wanted = set(options.types or table)
    rows = [row for row in kept if row["config"]["model_type"] not in wanted]
    for name in sorted(wanted):
        found = list(rows_of(name, table[name]))
        rows += found
        if found:
            print(name, len(found), flush=True)
    rows.sort(key=lambda row: (row["config"]["model_type"], json.dumps(row["config"])))
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    head = json.dumps({"transformers": transformers.__version__, "llama-cpp-python": "0.3.36"})
    TARGET.write_text(f'{head[:-1]}, "rows": [\n{lines}\n]}}\n', encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
