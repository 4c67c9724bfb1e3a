"""Models that join a vision or audio encoder with a decoder of text.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    vision_language                    a tower, a bridge, a decoder: a row for each family
    gemma_multimodal  qwen_vl          encoders of their own before the decoder
    expert_vision  voxtral_realtime    experts that see, speech heard as it is spoken
    image_to_text  florence  glm_ocr   pictures read aloud, pages written down
    janus                              pictures read and drawn
    colpali                            pages found by what can be seen on them

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`, and the rooms of their
parts: `vision`, `audio`, `decoders`.
"""
