"""Shapes of models people run in browsers, as their own config.json says them.

In: nothing. Out: `SHAPES`, from a short name to the keys of a transformers
config.json. The estimator reads the same dictionaries, so that predicted and
measured speak of one model. Only shapes are taken over; weights are random.
"""

from __future__ import annotations

from typing import Any

Config = dict[str, Any]


def _bert(hidden: int, layers: int, heads: int) -> Config:
    return {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": 4 * hidden,
        "vocab_size": 30522,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
    }


def _llama(
    *,
    family: str = "llama",
    hidden: int,
    layers: int,
    heads: int,
    key_value_heads: int,
    feed_forward: int,
    vocabulary: int,
    tied: bool,
    positions: int = 4096,
) -> Config:
    return {
        "model_type": family,
        "architectures": ["Qwen2ForCausalLM" if family == "qwen2" else "LlamaForCausalLM"],
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": key_value_heads,
        "head_dim": hidden // heads,
        "intermediate_size": feed_forward,
        "vocab_size": vocabulary,
        "max_position_embeddings": positions,
        "tie_word_embeddings": tied,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "bos_token_id": 1,
        "eos_token_id": 2,
    }


SHAPES: dict[str, Config] = {
    # distilbert-base-uncased-finetuned-sst-2-english
    "distilbert": {
        "model_type": "distilbert",
        "architectures": ["DistilBertForSequenceClassification"],
        "dim": 768,
        "n_layers": 6,
        "n_heads": 12,
        "hidden_dim": 3072,
        "vocab_size": 30522,
        "max_position_embeddings": 512,
        "activation": "gelu",
        "num_labels": 2,
        "id2label": {"0": "NEGATIVE", "1": "POSITIVE"},
        "label2id": {"NEGATIVE": 0, "POSITIVE": 1},
    },
    "minilm-l6": _bert(384, 6, 12),  # all-MiniLM-L6-v2
    "bge-small": _bert(384, 12, 12),  # bge-small-en-v1.5
    "bert-base": _bert(768, 12, 12),  # bert-base-uncased, bge-base
    "bert-large": _bert(1024, 24, 16),  # bge-large-en-v1.5
    "llama-30m": _llama(
        hidden=384,
        layers=8,
        heads=6,
        key_value_heads=6,
        feed_forward=1024,
        vocabulary=32000,
        tied=False,
        positions=2048,
    ),
    "llama-80m": _llama(
        hidden=512,
        layers=12,
        heads=8,
        key_value_heads=8,
        feed_forward=1536,
        vocabulary=32000,
        tied=False,
        positions=2048,
    ),
    "llama-220m": _llama(
        hidden=1024,
        layers=12,
        heads=16,
        key_value_heads=4,
        feed_forward=2816,
        vocabulary=32000,
        tied=False,
        positions=4096,
    ),
    "smollm2-135m": _llama(
        hidden=576,
        layers=30,
        heads=9,
        key_value_heads=3,
        feed_forward=1536,
        vocabulary=49152,
        tied=True,
        positions=8192,
    ),
    "smollm2-360m": _llama(
        hidden=960,
        layers=32,
        heads=15,
        key_value_heads=5,
        feed_forward=2560,
        vocabulary=49152,
        tied=True,
        positions=8192,
    ),
    "qwen2.5-0.5b": _llama(
        family="qwen2",
        hidden=896,
        layers=24,
        heads=14,
        key_value_heads=2,
        feed_forward=4864,
        vocabulary=151936,
        tied=True,
        positions=32768,
    ),
    "llama-3.2-1b": _llama(
        hidden=2048,
        layers=16,
        heads=32,
        key_value_heads=8,
        feed_forward=8192,
        vocabulary=128256,
        tied=True,
        positions=131072,
    ),
}
