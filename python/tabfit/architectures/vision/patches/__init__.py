"""Pictures cut into patches that attend to each other, alone or beside text.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    vit  vit_variants     ViT, DINO and their kin
    clip  clip_variants   pictures and words in one space
    swin                  windows that shift
    vision_encoders       towers that only larger models have

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`.
"""
