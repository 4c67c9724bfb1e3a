"""Keys to draw small variants of encoders, encoder–decoders, speech and vision models from.

In: nothing. Out: a table per model_type, as oracle_variants.py describes them.
"""

from __future__ import annotations

from typing import Any

Table = dict[str, tuple[Any, ...]]

TIED: Table = {"tie_word_embeddings": (True, False)}
LABELS: Table = {"num_labels": (1, 2, 5), "id2label": ({"0": "a", "1": "b", "2": "c"},)}

ENCODER: Table = {
    **TIED,
    **LABELS,
    "vocab_size": (97, 128),
    "hidden_size": (48, 60),
    "num_hidden_layers": (1, 3),
    "num_attention_heads": (3, 4),
    "intermediate_size": (50, 77),
    "max_position_embeddings": (32, 50),
}
TYPES: Table = {"type_vocab_size": (1, 2)}
LOOKS_ACROSS: Table = {"is_decoder": (True, True, False), "add_cross_attention": (True, False)}
NARROW: Table = {"embedding_size": (16, 48)}
EVEN_HEAD: Table = {"head_dim": (8, 10)}
DEBERTA: Table = {
    **ENCODER,
    **NARROW,
    "type_vocab_size": (0, 2),
    "relative_attention": (True, False),
    "pos_att_type": (["c2p"], ["p2c", "c2p"], "c2p|p2c", None),
    "position_biased_input": (True, False),
    "max_relative_positions": (-1, 12),
    "legacy": (True, False),
    "pooler_hidden_size": (48, 20),
}
HEAD_DIM: Table = {"head_dim": (8, 10, None)}

TABLES: dict[str, Table] = {
    "bert": {**ENCODER, **TYPES, **LOOKS_ACROSS},
    "roberta": {**ENCODER, **TYPES, **LOOKS_ACROSS},
    "xlm-roberta": {**ENCODER, **TYPES, **LOOKS_ACROSS},
    "camembert": {**ENCODER, **TYPES, **LOOKS_ACROSS},
    "electra": {
        **ENCODER,
        **TYPES,
        **LOOKS_ACROSS,
        **NARROW,
        "summary_use_proj": (True, False),
        "summary_proj_to_labels": (True, False),
    },
    "mpnet": {**ENCODER, "relative_attention_num_buckets": (8, 32)},
    "deberta": {**DEBERTA, "talking_head": (True, False)},
    "deberta-v2": {
        **DEBERTA,
        "share_att_key": (True, False),
        "position_buckets": (-1, 16),
        "norm_rel_ebd": ("layer_norm", "none", "LAYER_NORM|x"),
        "conv_kernel_size": (0, 3),
        "conv_groups": (1, 3),
        "attention_head_size": (8, 16),
    },
    "albert": {
        **ENCODER,
        **TYPES,
        **NARROW,
        "num_hidden_layers": (1, 3, 5),
        "num_hidden_groups": (1, 2),
        "inner_group_num": (1, 2),
    },
    "mobilebert": {
        **ENCODER,
        **TYPES,
        **NARROW,
        "intra_bottleneck_size": (24, 36),
        "true_hidden_size": (24, 36),
        "use_bottleneck": (True, False),
        "num_attention_heads": (4,),
        "trigram_input": (True, False),
        "use_bottleneck_attention": (True, False),
        "key_query_shared_bottleneck": (True, False),
        "num_feedforward_networks": (1, 4),
        "normalization_type": ("no_norm", "layer_norm"),
        "classifier_activation": (True, False),
    },
    "modernbert": {
        **ENCODER,
        "norm_bias": (True, False),
        "attention_bias": (True, False),
        "mlp_bias": (True, False),
        "decoder_bias": (True, False),
        "classifier_bias": (True, False),
        "global_attn_every_n_layers": (1, 2),
        "local_attention": (8, 16),
    },
    "nomic_bert": {**ENCODER, **TYPES, **HEAD_DIM},
    "gte": {**ENCODER, **EVEN_HEAD, "type_vocab_size": (0, 1, 2)},
    "jina_embeddings_v3": {**ENCODER, **TYPES, **EVEN_HEAD},
    "eurobert": {
        **ENCODER,
        **HEAD_DIM,
        "hidden_size": (48, 96),
        "num_attention_heads": (6, 12),
        "num_key_value_heads": (1, 2, 3),
        "attention_bias": (True, False),
        "mlp_bias": (True, False),
    },
}
