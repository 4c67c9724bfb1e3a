"""Keys to draw small variants of the types that runtimes came to know in 2026."""

from __future__ import annotations

from variants import DENSE, EXPERTS, SWITCH, Table

SIZES = ("H_cycles", "L_cycles", "router_hidden_size", "cca_time0", "cca_time1", "context_length")

SERIES: Table = {
    "num_input_channels": (1, 3),
    "context_length": (32, 47),
    "patch_length": (4, 8),
    "patch_stride": (3, 8),
    "d_model": (24, 48),
    "prediction_length": (5, 9),
    "num_targets": (1, 4),
    "loss": ("mse", "nll"),
    "distribution_output": ("student_t", "normal", "negative_binomial"),
}

HEARING: Table = {
    "hidden_size": (48, 60),
    "intermediate_size": (50, 77),
    "num_hidden_layers": (1, 3),
    "num_attention_heads": (3, 4),
    "head_dim": (8, 10),
    "num_mel_bins": (16, 20),
    "max_position_embeddings": (30, 40),
    "sliding_window": (12, 20),
}
HEARD: Table = {
    **{key: values for key, values in DENSE.items() if key not in ("num_labels", "attention_bias")},
    "sliding_window": (None, 16),
}

TABLES: dict[str, Table] = {
    "exaone": {**DENSE, "mlp_bias": SWITCH},
    "hrm_text": {
        **DENSE,
        "mlp_bias": SWITCH,
        "H_cycles": (1, 2),
        "L_cycles": (1, 3),
        "num_layers_per_stack": (None, 2),
    },
    "zaya": {
        **DENSE,
        **EXPERTS,
        "num_experts_per_tok": (1,),
        "router_hidden_size": (12, 20),
        "cca_time0": (2, 3),
        "cca_time1": (2, 4),
        "lm_head_bias": SWITCH,
        "sliding_window": (None, 16),
    },
    "patchtst": {
        **SERIES,
        "num_hidden_layers": (1, 3),
        "num_attention_heads": (2, 4),
        "ffn_dim": (40, 77),
        "share_embedding": SWITCH,
        "channel_attention": SWITCH,
        "norm_type": ("batchnorm", "layernorm"),
        "bias": SWITCH,
        "positional_encoding_type": ("random", "sincos"),
        "use_cls_token": SWITCH,
        "share_projection": SWITCH,
        "pooling_type": (None, "mean"),
    },
    "patchtsmixer": {
        **SERIES,
        "num_layers": (1, 3),
        "expansion_factor": (2, 3),
        "mode": ("common_channel", "mix_channel"),
        "gated_attn": SWITCH,
        "norm_mlp": ("LayerNorm", "BatchNorm"),
        "self_attn": SWITCH,
        "self_attn_heads": (1, 2),
        "use_positional_encoding": SWITCH,
        "scaling": (None, "std", "mean", True),
        "head_aggregation": (None, "max_pool"),
    },
    "voxtral_realtime_text": HEARD,
    "voxtral_realtime_encoder": HEARING,
    "voxtral_realtime": {
        "text_config": {**HEARD, "model_type": ("voxtral_realtime_text",)},
        "audio_config": {**HEARING, "model_type": ("voxtral_realtime_encoder",)},
        "downsample_factor": (2, 4),
        "tie_word_embeddings": SWITCH,
    },
}
