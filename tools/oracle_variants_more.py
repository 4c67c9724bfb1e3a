"""Keys to draw small variants of the models read last from: kin of BERT, pictures, speech.

In: nothing. Out: a table per model_type, as oracle_variants.py describes them.
"""

from __future__ import annotations

from oracle_variants_other import ENCODER, LOOKS_ACROSS, NARROW, PICTURES, TYPES, VIT, Table

#: Keys drawn every time, beside those of the other tables.
SIZES = (
    "input_embedding_size",
    "output_embedding_size",
    "decoder_hidden_size",
    "decoder_num_attention_heads",
    "decoder_num_hidden_layers",
    "decoder_intermediate_size",
)

BERT: Table = {**ENCODER, **TYPES, **LOOKS_ACROSS}
PLAIN: Table = {**ENCODER, **TYPES}
SWITCH = (True, False)

SWIN: Table = {
    "num_labels": (0, 1, 5),
    "image_size": (64, 96, [64, 96]),
    "patch_size": (4, 2),
    "num_channels": (1, 3),
    "embed_dim": (24, 36),
    "depths": ([1, 2], [2, 1, 1]),
    "num_heads": ([2, 4, 6], [3, 3, 6]),
    "window_size": (4, 7),
    "mlp_ratio": (2.0, 4.0),
    "qkv_bias": SWITCH,
    "use_absolute_embeddings": SWITCH,
    "encoder_stride": (8, 4),
}

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
    "swin": SWIN,
    "swinv2": SWIN,
    "beit": {
        **PICTURES,
        "image_size": (32, 40),
        "patch_size": (8, 4),
        "vocab_size": (97, 128),
        "use_mask_token": SWITCH,
        "use_absolute_position_embeddings": SWITCH,
        "use_relative_position_bias": SWITCH,
        "use_shared_relative_position_bias": SWITCH,
        "layer_scale_init_value": (0.1, 0.0),
        "use_mean_pooling": SWITCH,
    },
    "vit_mae": {
        **VIT,
        "decoder_hidden_size": (24, 36),
        "decoder_num_attention_heads": (2, 3),
        "decoder_num_hidden_layers": (1, 2),
        "decoder_intermediate_size": (30, 40),
    },
    "vit_msn": VIT,
    "ijepa": VIT,
    "yolos": {
        **PICTURES,
        "image_size": ([32, 48], [40, 32]),
        "patch_size": (8,),
        "num_detection_tokens": (5, 10),
        "use_mid_position_embeddings": SWITCH,
    },
    "audio-spectrogram-transformer": {
        **PICTURES,
        "patch_size": (8, 4),
        "frequency_stride": (4, 8),
        "time_stride": (4, 5),
        "max_length": (40, 64),
        "num_mel_bins": (16, 20),
    },
}
