"""A decoder of one's own: from widths to parameters, and what a larger one gains.

In: widths and counts. Out: parameters with their formulas, and what a larger model gains.

    decoder_design   parameters part by part, and the shape to start from
    scaling_laws     how a language model's loss falls as it grows

Imports `model` and `architectures`.
"""
