"""Encoder-decoders of text: one pass over the input, then token by token.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    bart      learned or fixed positions, biases everywhere: Marian, M2M, Pegasus too
    t5        relative positions: mT5, UMT5, LongT5
    t5gemma   Gemma's layers in two halves

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`.
"""
