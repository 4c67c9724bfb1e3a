"""Keys to draw small variants of codecs, voices and other models of sound and of time from.

In: nothing. Out: a table per model_type, as variants.py describes them.
"""

from __future__ import annotations

from typing import Any

Table = dict[str, Any]

#: Keys drawn every time, beside those of the other tables.
SIZES = (
    "num_filters",
    "upsampling_ratios",
    "downsampling_ratios",
    "codebook_size",
    "codebook_dim",
    "num_quantizers",
    "n_codebooks",
    "encoder_hidden_size",
    "decoder_hidden_size",
    "vector_quantization_hidden_dimension",
    "upsample_groups",
    "encoder_layers",
    "decoder_layers",
    "upsample_initial_channel",
    "upsample_rates",
    "upsample_kernel_sizes",
    "text_encoder",
    "audio_encoder",
    "decoder",
)

SWITCH = (True, False)

CODEC: Table = {
    "audio_channels": (1, 2),
    "num_filters": (4, 8),
    "hidden_size": (16, 24),
    "num_residual_layers": (1, 2),
    "upsampling_ratios": ([4, 2], [5, 4, 2]),
    "kernel_size": (7, 5),
    "last_kernel_size": (7, 3),
    "residual_kernel_size": (3, 5),
    "compress": (2, 4),
    "codebook_size": (64, 128),
    "codebook_dim": (8, 12),
    "use_conv_shortcut": SWITCH,
}
WAVES: Table = {
    "conv_dim": ([16, 20, 18], [24, 24, 24]),
    "conv_kernel": ([10, 3, 1], [8, 3, 2]),
    "conv_stride": ([5, 2, 1], [4, 2, 2]),
    "conv_bias": SWITCH,
    "feat_extract_norm": ("group", "layer"),
    "num_conv_pos_embeddings": (16, 9),
    "num_conv_pos_embedding_groups": (4, 16),
}
MUSIC: Table = {
    "vocab_size": (97, 128),
    "hidden_size": (48, 60),
    "num_hidden_layers": (1, 3),
    "ffn_dim": (50, 77),
    "num_attention_heads": (3, 4),
    "num_codebooks": (2, 4),
    "max_position_embeddings": (32,),
}

HIFIGAN: Table = {
    "model_in_dim": (20, 80),
    "upsample_initial_channel": (32, 64),
    "upsample_rates": ([4, 4], [8, 2, 2]),
    "upsample_kernel_sizes": ([8, 8, 4], [16, 4, 4]),
    "resblock_kernel_sizes": ([3, 7], [3, 5, 11]),
    "resblock_dilation_sizes": ([[1, 3], [1, 3, 5], [1]],),
}

TABLES: dict[str, Table] = {
    "wav2vec2-bert": {
        "num_labels": (1, 5),
        "vocab_size": (20, 32),
        "hidden_size": (48, 96),
        "num_hidden_layers": (1, 2),
        "num_attention_heads": (3, 4),
        "intermediate_size": (50, 77),
        "feature_projection_input_dim": (20, 160),
        "mask_time_prob": (0.0, 0.05),
        "conv_depthwise_kernel_size": (3, 5),
        "position_embeddings_type": (None, "relative", "relative_key", "rotary"),
        "left_max_position_embeddings": (6, 8),
        "right_max_position_embeddings": (2, 3),
        "add_adapter": SWITCH,
        "num_adapter_layers": (1, 2),
        "adapter_kernel_size": (3,),
        "output_hidden_size": (48, 24),
        "use_intermediate_ffn_before_adapter": SWITCH,
        "use_weighted_layer_sum": SWITCH,
        "classifier_proj_size": (12, 16),
        "tdnn_dim": ([16, 20, 18],),
        "tdnn_kernel": ([5, 3, 1],),
        "tdnn_dilation": ([1, 2, 1],),
        "xvector_output_dim": (12, 16),
    },
    "encodec": {
        **CODEC,
        "target_bandwidths": ([1.5, 3.0], [6.0]),
        "sampling_rate": (16000, 24000),
        "norm_type": ("weight_norm", "time_group_norm"),
        "num_lstm_layers": (1, 2),
    },
    "dac": {
        "encoder_hidden_size": (8, 16),
        "downsampling_ratios": ([2, 4], [2, 4, 8]),
        "decoder_hidden_size": (32, 64),
        "n_codebooks": (2, 5),
        "codebook_size": (64, 128),
        "codebook_dim": (4, 8),
    },
    "mimi": {
        **CODEC,
        "hidden_size": (48, 64),
        "num_quantizers": (4, 6),
        "num_semantic_quantizers": (1, 2),
        "vector_quantization_hidden_dimension": (16, 64),
        "upsample_groups": (16, 1),
        "num_hidden_layers": (1, 2),
        "intermediate_size": (50, 77),
        "num_attention_heads": (4, 8),
        "num_key_value_heads": (2, 4),
        "head_dim": (8, 12),
        "attention_bias": SWITCH,
        "frame_rate": (12.5,),
        "sampling_rate": (24000,),
        "upsampling_ratios": ([8, 6, 5, 4], [8, 6, 40]),
    },
    "speecht5": {
        **WAVES,
        "vocab_size": (97, 128),
        "hidden_size": (48, 96),
        "encoder_layers": (1, 2),
        "decoder_layers": (1, 2),
        "encoder_attention_heads": (3, 4),
        "decoder_attention_heads": (2, 6),
        "encoder_ffn_dim": (50, 77),
        "decoder_ffn_dim": (40, 99),
        "num_mel_bins": (20, 80),
        "mask_time_prob": (0.0, 0.05),
        "speech_decoder_prenet_layers": (1, 2),
        "speech_decoder_prenet_units": (20, 32),
        "speaker_embedding_dim": (24, 32),
        "speech_decoder_postnet_layers": (1, 3),
        "speech_decoder_postnet_units": (20, 32),
        "speech_decoder_postnet_kernel": (3, 5),
        "reduction_factor": (1, 2),
        "max_speech_positions": (40, 50),
        "max_text_positions": (30, 45),
        "encoder_max_relative_position": (10, 16),
        "tie_word_embeddings": SWITCH,
    },
    "speecht5_hifigan": HIFIGAN,
    "musicgen_decoder": MUSIC,
    "musicgen": {
        "text_encoder": (
            {
                "model_type": "t5",
                "vocab_size": 97,
                "d_model": 48,
                "d_kv": 8,
                "d_ff": 50,
                "num_layers": 2,
                "num_heads": 3,
            },
        ),
        "audio_encoder": (
            {
                "model_type": "encodec",
                "num_filters": 4,
                "hidden_size": 16,
                "codebook_size": 64,
                "upsampling_ratios": [4, 2],
                "target_bandwidths": [2.2],
                "sampling_rate": 16000,
            },
        ),
        "decoder": MUSIC,
    },
}
