"""Encoders of text: all tokens in one pass. A module per family of layers."""
