"""Pictures read by convolutions, stage by stage.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    stages: lists by stage, widths, and those handed out
    convolutional  efficientnet  mobilevit: towers with a head
    staged: coarser and wider by stages: PVT, Hiera, ConvNeXt of DINOv3
    backbones  mobilenet_v5: towers that other models read with

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`, and `vision.patches`
for what labels a picture.
"""
