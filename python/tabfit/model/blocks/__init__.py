"""Building blocks of models: each yields its tensors and what it keeps between tokens."""
