"""Decoders that keep a state beside attention, or in its place.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    mamba_rwkv                 no attention at all
    mamba_hybrid  zamba        attention among state spaces
    hybrid  linear_attention   attention among short convolutions and delta networks

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`, and
`decoders.decoder_layer`.
"""
