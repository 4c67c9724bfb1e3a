"""Decoders of text: one token after another. A module per family of layers."""
