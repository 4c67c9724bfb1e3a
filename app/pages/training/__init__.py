"""Training: what it takes to train a model, part by part."""
