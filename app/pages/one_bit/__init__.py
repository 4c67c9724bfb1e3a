"""1-bit: what one-bit methods would store of a model."""
