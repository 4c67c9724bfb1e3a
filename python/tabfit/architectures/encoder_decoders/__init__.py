"""Encoder-decoders of text: one pass over the input, then token by token."""
