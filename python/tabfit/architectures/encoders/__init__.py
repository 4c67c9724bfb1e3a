"""Encoders of text, all tokens in one pass: a module for each family of layers.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    bert  bert_variants  other_encoders   BERT, and one and two steps away from it
    albert_mobilebert                     encoders made small
    deberta  rotary_encoders  xlm         other positions, other lists of layers
    text_heads                            hidden words guessed, texts and tokens labelled

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`.
"""
