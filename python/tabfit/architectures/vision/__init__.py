"""Models that read pictures: a module for each family of layers.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    patches/                pictures cut into patches: ViT, CLIP, Swin
    convolutions/           pictures read by convolutions, stage by stage
    detection/              boxes, joints, what words name
    segmentation/           masks
    dpt  depth_estimation   depth from one picture
    super_resolution        pictures made larger
    text_recognition        words read at once

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`.
"""
