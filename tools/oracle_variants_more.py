"""Keys to draw small variants of the models read last from: kin of BERT, pictures, speech.

In: nothing. Out: a table per model_type, as oracle_variants.py describes them.
"""

from __future__ import annotations

from oracle_variants_other import ENCODER, LOOKS_ACROSS, NARROW, TYPES, Table

#: Keys drawn every time, beside those of the other tables.
SIZES = ("input_embedding_size", "output_embedding_size")

BERT: Table = {**ENCODER, **TYPES, **LOOKS_ACROSS}
PLAIN: Table = {**ENCODER, **TYPES}
SWITCH = (True, False)

TABLES: dict[str, Table] = {
    "ernie": {**BERT, "use_task_id": SWITCH, "task_type_vocab_size": (3, 5)},
    "megatron-bert": BERT,
    "roberta-prelayernorm": BERT,
    "xlm-roberta-xl": BERT,
    "layoutlm": {**PLAIN, "max_2d_position_embeddings": (20, 30)},
    "longformer": {**PLAIN, "attention_window": (8, 16)},
    "nystromformer": {**PLAIN, "conv_kernel_size": (None, 5, 9)},
    "big_bird": {**BERT, "use_bias": SWITCH, "attention_type": ("original_full", "block_sparse")},
    "roformer": {**BERT, "embedding_size": (None, 48, 16), "rotary_value": SWITCH},
    "convbert": {
        **PLAIN,
        **NARROW,
        "num_attention_heads": (3, 4, 6),
        "intermediate_size": (60, 72),
        "head_ratio": (2, 4),
        "conv_kernel_size": (3, 9),
        "num_groups": (1, 2, 4),
    },
    "squeezebert": {
        **PLAIN,
        "hidden_size": (48,),
        "num_attention_heads": (3, 4),
        "intermediate_size": (64, 80),
        "embedding_size": (48,),
        "q_groups": (1, 4),
        "k_groups": (2, 4),
        "v_groups": (1, 4),
        "post_attention_groups": (1, 2),
        "intermediate_groups": (1, 4),
        "output_groups": (2, 4),
    },
    "rembert": {**BERT, "input_embedding_size": (16, 48), "output_embedding_size": (20, 60)},
    "esm": {
        **BERT,
        "position_embedding_type": ("absolute", "rotary"),
        "emb_layer_norm_before": (None, True, False),
        "token_dropout": SWITCH,
        "mask_token_id": (5,),
    },
}
