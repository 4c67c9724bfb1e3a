"""A decoder of one's own: from widths to parameters, and what a larger one gains.

    decoder_design   parameters part by part, and the shape to start from
    scaling_laws     how a language model's loss falls as it grows

Imports `model` and `architectures`.
"""
