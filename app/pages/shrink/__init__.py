"""Shrink: one model, step by step from its largest file to the smallest."""
