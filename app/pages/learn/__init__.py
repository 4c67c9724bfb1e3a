"""Learn: what sizes and precisions mean, in short lessons."""
