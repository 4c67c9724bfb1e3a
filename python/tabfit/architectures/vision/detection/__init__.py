"""Things found in pictures: boxes, joints, what words name.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    detr               questions learned in advance
    rt_detr  rf_detr   detectors that answer at once
    grounding_dino     what words say
    vitpose            joints, and what lies in front

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`, and the towers of
`vision.convolutions` and `vision.patches`.
"""
