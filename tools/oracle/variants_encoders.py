"""Keys to draw small variants of encoders, encoder–decoders, speech and vision models from.

In: nothing. Out: a table per model_type, as variants.py describes them.
"""

from __future__ import annotations

from typing import Any

Table = dict[str, Any]

#: Keys drawn every time, beside those of variants.py.
SIZES = (
    "model_type",
    "pad_token_id",
    "d_model",
    "encoder_attention_heads",
    "decoder_attention_heads",
    "encoder_ffn_dim",
    "decoder_ffn_dim",
    "encoder_num_attention_heads",
    "decoder_num_attention_heads",
    "conv_dim",
    "conv_kernel",
    "conv_stride",
    "image_size",
    "patch_size",
    "depth",
    "num_heads",
    "embed_dim",
    "num_groups",
    "hidden_sizes",
    "depths",
    "num_channels",
)

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
TYPES: Table = {"type_vocab_size": (0, 1, 2)}
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

T5: Table = {
    **TIED,
    **LABELS,
    "vocab_size": (97, 128),
    "d_model": (48, 60),
    "d_kv": (8, 10),
    "d_ff": (50, 77),
    "num_layers": (1, 3),
    "num_decoder_layers": (1, 2, None),
    "num_heads": (3, 4),
    "relative_attention_num_buckets": (8, 32),
    "feed_forward_proj": ("relu", "gated-gelu", "gated-silu"),
    "is_decoder": (True, False),
}
GEMMA_HALF: Table = {
    "vocab_size": (97, 128),
    "hidden_size": (48, 96),
    "num_hidden_layers": (1, 3),
    "num_attention_heads": (6, 12),
    "num_key_value_heads": (1, 2, 3),
    "head_dim": (8, 10),
    "intermediate_size": (50, 77),
    "attention_bias": (True, False),
    "sliding_window": (8, 16),
    "pad_token_id": (0,),
}
BART: Table = {
    **TIED,
    **LABELS,
    "vocab_size": (97, 128),
    "d_model": (48, 60),
    "encoder_layers": (1, 2),
    "decoder_layers": (1, 3),
    "encoder_attention_heads": (3, 4),
    "decoder_attention_heads": (2, 6),
    "encoder_ffn_dim": (50, 77),
    "decoder_ffn_dim": (40, 99),
    "max_position_embeddings": (30, 40),
    "decoder_start_token_id": (0,),
}

WAVES: Table = {
    **LABELS,
    "vocab_size": (20, 32),
    "hidden_size": (48, 96),
    "num_hidden_layers": (1, 3),
    "num_attention_heads": (3, 4),
    "intermediate_size": (50, 77),
    "conv_dim": ([16, 20, 18], [24, 24, 24]),
    "conv_kernel": ([10, 3, 1], [8, 3, 2]),
    "conv_stride": ([5, 2, 1], [4, 2, 2]),
    "conv_bias": (True, False),
    "feat_extract_norm": ("group", "layer"),
    "num_conv_pos_embeddings": (16, 9),
    "num_conv_pos_embedding_groups": (4, 16),
    "do_stable_layer_norm": (True, False),
    "use_weighted_layer_sum": (True, False),
    "classifier_proj_size": (12, 16),
    "add_adapter": (False, False, True),
    "output_hidden_size": (48, 40),
    "num_adapter_layers": (1, 2),
    "adapter_attn_dim": (8,),
    "mask_time_prob": (0.0, 0.05),
    "mask_feature_prob": (0.0, 0.1),
    "tdnn_dim": ([16, 20, 24, 24, 30],),
    "xvector_output_dim": (20, 24),
    "codevector_dim": (16, 20),
    "num_codevectors_per_group": (8, 10),
    "proj_codevector_dim": (16, 20),
}

PICTURES: Table = {
    "num_labels": (0, 1, 5),
    "hidden_size": (48, 60),
    "num_hidden_layers": (1, 3),
    "num_attention_heads": (3, 4),
    "intermediate_size": (50, 77),
    "image_size": (32, 40, [32, 48]),
    "patch_size": (8, 4, [8, 4]),
    "num_channels": (1, 3),
    "qkv_bias": (True, False),
}
VIT: Table = {
    **PICTURES,
    "pooler_output_size": (None, 20),
    "patch_size": (8, 4),
    "image_size": (32, 40),
    "encoder_stride": (8, 4),
}
DINO: Table = {
    **PICTURES,
    "mlp_ratio": (2, 4, 3),
    "use_swiglu_ffn": (True, False),
    "use_mask_token": (True, False),
    "num_register_tokens": (0, 2, 4),
}
SQUARE: Table = {**PICTURES, "image_size": (32, 41), "patch_size": (8, 4)}
VISION_TOWER: Table = {**SQUARE, "vision_use_head": (True, False), "num_patches": (16, 25)}
TEXT_TOWER: Table = {
    "vocab_size": (97, 128),
    "hidden_size": (48, 60),
    "num_hidden_layers": (1, 3),
    "num_attention_heads": (3, 4),
    "intermediate_size": (50, 77),
    "max_position_embeddings": (16, 20),
    "projection_size": (None, 60),
    "projection_dim": (20, 24),
    "pad_token_id": (0,),
}
TWO_TOWERS: Table = {
    "num_labels": (0, 1, 5),
    "projection_dim": (20, 24),
    "text_config": TEXT_TOWER,
    "vision_config": VISION_TOWER,
}

LLAMA_TEXT: Table = {
    "model_type": ("llama", "qwen2", "mistral"),
    "vocab_size": (97, 128),
    "hidden_size": (48, 96),
    "num_hidden_layers": (1, 2),
    "num_attention_heads": (4, 6),
    "num_key_value_heads": (1, 2),
    "intermediate_size": (50, 77),
    "pad_token_id": (0,),
    **TIED,
}
CLIP_TOWER: Table = {**SQUARE, "model_type": ("clip_vision_model", "siglip_vision_model")}
SEES: Table = {**TIED, "text_config": LLAMA_TEXT, "vision_config": CLIP_TOWER}
LLAVA: Table = {
    **SEES,
    "multimodal_projector_bias": (True, False),
    "vision_feature_layer": (-2, [-2, -1]),
}
IDEFICS: Table = {
    **SEES,
    "vision_config": SQUARE,
    "scale_factor": (2, 3),
}
PIXTRAL: Table = {
    **SQUARE,
    "model_type": ("pixtral",),
    "hidden_size": (48, 96),
    "num_attention_heads": (3, 4),
}

QWEN_TOWER: Table = {
    "depth": (1, 2),
    "embed_dim": (48, 60),
    "hidden_size": (48, 60),
    "num_heads": (3, 4),
    "mlp_ratio": (2, 4),
    "intermediate_size": (50, 77),
    "out_hidden_size": (48, 96),
    "in_channels": (1, 3),
    "patch_size": (8, 4),
    "temporal_patch_size": (1, 2),
    "spatial_merge_size": (2, 3),
    "num_position_embeddings": (16, 25),
    "deepstack_visual_indexes": ([0], [0, 1], []),
}
QWEN_TEXT: Table = {
    **LLAMA_TEXT,
    "model_type": ("qwen2_vl_text",),
    "head_dim": (8, 16),
    "use_sliding_window": (True, False),
    "attention_bias": (True, False),
    "num_experts": (4, 6),
    "num_experts_per_tok": (1, 2),
    "moe_intermediate_size": (20, 36),
    "shared_expert_intermediate_size": (24, 30),
    "decoder_sparse_step": (1, 2),
    "mlp_only_layers": ([], [0]),
    "linear_num_key_heads": (2, 4),
    "linear_num_value_heads": (4, 8),
    "linear_key_head_dim": (8, 10),
    "linear_value_head_dim": (8, 12),
    "linear_conv_kernel_dim": (3, 4),
    "full_attention_interval": (2, 3),
    "max_window_layers": (0, 1),
}
QWEN_SEES: Table = {**TIED, **LABELS, "text_config": QWEN_TEXT, "vision_config": QWEN_TOWER}

GEMMA4_TEXT: Table = {
    **LLAMA_TEXT,
    "model_type": ("gemma4_text",),
    "num_hidden_layers": (2, 3),
    "head_dim": (8, 16),
    "global_head_dim": (16, 32),
    "hidden_size_per_layer_input": (8, 12),
    "vocab_size_per_layer_input": (97, 60),
    "num_kv_shared_layers": (0,),
}
GEMMA4_VISION: Table = {
    "model_type": ("gemma4_vision",),
    "hidden_size": (48, 96),
    "num_hidden_layers": (1, 2),
    "num_attention_heads": (4, 6),
    "num_key_value_heads": (2, 1),
    "head_dim": (8, 16),
    "intermediate_size": (50, 77),
    "patch_size": (8, 4),
    "position_embedding_size": (16, 20),
    "use_clipped_linears": (True, False),
    "standardize": (True, False),
}
GEMMA4_EARS: Table = {
    "model_type": ("gemma4_audio",),
    "hidden_size": (48, 96),
    "num_hidden_layers": (1, 2),
    "num_attention_heads": (4, 6),
    "conv_kernel_size": (3, 5),
    "subsampling_conv_channels": ([16, 8], [20, 4]),
    "output_proj_dims": (40, 60),
    "use_clipped_linears": (True, False),
}

GEMMA3N_TEXT: Table = {
    **LLAMA_TEXT,
    "model_type": ("gemma3n_text",),
    "num_hidden_layers": (2, 3),
    "head_dim": (8, 16),
    "laurel_rank": (4, 6),
    "altup_num_inputs": (2, 4),
    "hidden_size_per_layer_input": (8, 12),
    "vocab_size_per_layer_input": (97, 60),
    "num_kv_shared_layers": (0,),
}
GEMMA3N_EARS: Table = {
    "model_type": ("gemma3n_audio",),
    "vocab_size": (10, 12),
    "hidden_size": (48, 96),
    "conf_num_hidden_layers": (1, 2),
    "conf_num_attention_heads": (4, 6),
    "conf_conv_kernel_size": (3, 5),
    "input_feat_size": (32, 33),
    "sscp_conv_channel_size": ([16, 8], [20, 4]),
    "sscp_conv_kernel_size": ([[3, 3], [5, 4]],),
    "sscp_conv_stride_size": ([[2, 2], [1, 3]],),
}

STAGES: Table = {
    "num_labels": (0, 1, 5),
    "num_channels": (1, 3),
    "hidden_sizes": ([16, 24, 32, 48], [16, 16, 40, 64]),
    "depths": ([1, 2, 1, 1], [2, 1, 3, 1]),
}
THIN: Table = {
    "num_labels": (0, 1, 5),
    "num_channels": (1, 3),
    "depth_multiplier": (0.35, 0.5, 1.0, 1.4),
    "min_depth": (4, 8),
}

SEGFORMER: Table = {
    **STAGES,
    "num_labels": (1, 5),
    "num_attention_heads": ([1, 2, 4, 8],),
    "sr_ratios": ([8, 4, 2, 1], [1, 1, 2, 2]),
    "patch_sizes": ([7, 3, 3, 3], [5, 3, 3, 1]),
    "mlp_ratios": ([4, 4, 4, 4], [2, 3, 4, 2]),
    "decoder_hidden_size": (20, 32),
}

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
    "t5": T5,
    "mt5": T5,
    "umt5": T5,
    "t5gemma": {
        **TIED,
        **LABELS,
        "encoder": GEMMA_HALF,
        "decoder": GEMMA_HALF,
        "is_encoder_decoder": (True, True, False),
    },
    "bart": BART,
    "mbart": BART,
    "pegasus": BART,
    "marian": {
        **BART,
        "share_encoder_decoder_embeddings": (True, False),
        "decoder_vocab_size": (97, 60, None),
    },
    "m2m_100": BART,
    "moonshine": {
        **TIED,
        "vocab_size": (97, 128),
        "hidden_size": (48, 96),
        "intermediate_size": (50, 77),
        "encoder_num_hidden_layers": (1, 2),
        "decoder_num_hidden_layers": (1, 3),
        "encoder_num_attention_heads": (4, 6),
        "decoder_num_attention_heads": (4, 6),
        "encoder_num_key_value_heads": (2, None),
        "decoder_num_key_value_heads": (1, 2),
        "attention_bias": (True, False),
        "pad_head_dim_to_multiple_of": (None, 8),
    },
    "wav2vec2": WAVES,
    "hubert": {
        **WAVES,
        "add_adapter": (False,),
        "feat_proj_layer_norm": (True, False),
        "conv_pos_batch_norm": (True, False),
    },
    "wavlm": {**WAVES, "num_buckets": (16, 20)},
    "vit": VIT,
    "deit": VIT,
    "dinov2": DINO,
    "dinov2_with_registers": DINO,
    "dinov3_vit": {
        **PICTURES,
        **{f"{part}_bias": (True, False) for part in ("query", "key", "value", "proj", "mlp")},
        "use_gated_mlp": (True, False),
        "num_register_tokens": (0, 4),
        "patch_size": (8, 4),
        "image_size": (32, 40),
    },
    "clip": TWO_TOWERS,
    "clip_text_model": TEXT_TOWER,
    "clip_vision_model": {**VISION_TOWER, "projection_dim": (20, 24)},
    "siglip": TWO_TOWERS,
    "siglip_text_model": TEXT_TOWER,
    "siglip_vision_model": VISION_TOWER,
    "siglip2": TWO_TOWERS,
    "siglip2_text_model": TEXT_TOWER,
    "siglip2_vision_model": VISION_TOWER,
    "pixtral": PIXTRAL,
    "idefics3": IDEFICS,
    "smolvlm": IDEFICS,
    "llava": LLAVA,
    "llava_next": LLAVA,
    "llava_onevision": LLAVA,
    "mistral3": {**LLAVA, "vision_config": PIXTRAL, "spatial_merge_size": (1, 2)},
    "paligemma": {
        **SEES,
        "text_config": {**LLAMA_TEXT, "model_type": ("gemma", "gemma2")},
        "vision_config": {**VISION_TOWER, "model_type": ("siglip_vision_model",)},
        "projection_dim": (48, 96),
    },
    "gemma3": {
        **SEES,
        **LABELS,
        "text_config": {**LLAMA_TEXT, "model_type": ("gemma3_text",), "head_dim": (8, 10)},
        "vision_config": {**VISION_TOWER, "model_type": ("siglip_vision_model",)},
    },
    "lfm2_vl": {
        **TIED,
        "text_config": {**LLAMA_TEXT, "model_type": ("lfm2", "llama")},
        "vision_config": {**VISION_TOWER, "model_type": ("siglip2_vision_model",)},
        "projector_hidden_size": (40, 60),
        "projector_bias": (True, False),
        "projector_use_layernorm": (True, False),
        "downsample_factor": (1, 2),
        "tie_embedding": (True, False),
    },
    "internvl": {
        **SEES,
        "vision_config": {
            **PICTURES,
            "attention_bias": (True, False),
            "use_qk_norm": (True, False),
            "norm_type": ("layer_norm", "rms_norm"),
            "use_mask_token": (True, False),
            "use_absolute_position_embeddings": (True, False),
            "use_mean_pooling": (True, False),
        },
        "downsample_ratio": (0.5, 0.25, 1.0),
    },
    **{
        f"qwen{version}": {
            **QWEN_SEES,
            "text_config": {**QWEN_TEXT, "model_type": (f"qwen{version}_text",)},
            "vision_config": {**QWEN_TOWER, "model_type": (f"qwen{version}_vision",)},
        }
        for version in ("2_vl", "2_5_vl", "3_vl", "3_vl_moe", "3_5", "3_5_moe")
    },
    "gemma4": {
        **TIED,
        "text_config": GEMMA4_TEXT,
        "vision_config": GEMMA4_VISION,
        "audio_config": GEMMA4_EARS,
    },
    "gemma3n": {
        **TIED,
        "text_config": GEMMA3N_TEXT,
        "vision_config": {"model_type": ("gemma3n_vision",), "vocab_size": (10, 12)},
        "audio_config": GEMMA3N_EARS,
    },
    "resnet": {
        **STAGES,
        "embedding_size": (16, 20),
        "layer_type": ("basic", "bottleneck"),
        "downsample_in_first_stage": (True, False),
    },
    "convnext": {**STAGES, "patch_size": (2, 4), "layer_scale_init_value": (0.0, 1e-6)},
    "convnextv2": {**STAGES, "patch_size": (2, 4)},
    "mobilenet_v1": THIN,
    "mobilenet_v2": {
        **THIN,
        "num_labels": (1, 5),
        "depth_divisible_by": (4, 8),
        "expand_ratio": (4, 6.0),
        "first_layer_is_expansion": (True, False),
        "finegrained_output": (True, False),
    },
    "segformer": SEGFORMER,
    "depth_anything": {
        "backbone_config": {**DINO, "model_type": ("dinov2",), "hidden_size": (48, 96)},
        "reassemble_hidden_size": (48, 96),
        "reassemble_factors": ([4, 2, 1, 0.5], [8, 1, 1, 0.25]),
        "neck_hidden_sizes": ([16, 20, 24, 28],),
        "fusion_hidden_size": (16, 20),
        "head_hidden_size": (8, 12),
    },
    "vits": {
        "vocab_size": (38, 50),
        "hidden_size": (24, 48),
        "num_hidden_layers": (1, 2),
        "num_attention_heads": (2, 4),
        "window_size": (0, 3),
        "use_bias": (True, False),
        "ffn_dim": (32, 50),
        "ffn_kernel_size": (1, 3),
        "flow_size": (24, 32),
        "spectrogram_bins": (33, 40),
        "use_stochastic_duration_prediction": (True, False),
        "num_speakers": (1, 3),
        "speaker_embedding_size": (0, 8),
        "upsample_initial_channel": (64, 96),
        "resblock_kernel_sizes": ([3, 7, 11], [3, 5, 7]),
        "resblock_dilation_sizes": ([[1, 3, 5], [1, 3, 5], [1, 3, 5]], [[1, 2], [1, 3], [1, 2, 4]]),
        "depth_separable_num_layers": (2, 3),
        "duration_predictor_num_flows": (2, 4),
        "duration_predictor_filter_channels": (16, 20),
        "prior_encoder_num_flows": (1, 3),
        "prior_encoder_num_wavenet_layers": (1, 2),
        "posterior_encoder_num_wavenet_layers": (1, 3),
        "wavenet_kernel_size": (3, 5),
    },
    "t5gemma2": {
        **TIED,
        **LABELS,
        "encoder": {
            "text_config": {**GEMMA_HALF, "vocab_size": (97,), "hidden_size": (96,)},
            "vision_config": {**VISION_TOWER, "model_type": ("siglip_vision_model",)},
        },
        "decoder": {**GEMMA_HALF, "vocab_size": (97,), "hidden_size": (96,)},
    },
    "florence2": {
        **TIED,
        "text_config": {**BART, "model_type": ("bart",), "pad_token_id": (0,)},
        "vision_config": {
            "in_channels": (1, 3),
            "depths": ([1, 2, 1, 1], [1, 1, 1, 1]),
            "embed_dim": ([16, 24, 32, 48], [16, 16, 40, 64]),
            "num_heads": ([2, 2, 4, 4],),
            "num_groups": ([4, 2, 2, 8],),
            "patch_size": ([7, 3, 3, 3], [5, 3, 2, 2]),
            "patch_prenorm": ([False, True, True, True], [True, False, True, False]),
            "mlp_ratio": (2.0, 4.0),
            "qkv_bias": (True, False),
            "projection_dim": (48, 60),
            "max_position_embeddings": (10, 12),
            "max_temporal_embeddings": (7, 8),
        },
    },
}
