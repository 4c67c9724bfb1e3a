"""Accuracy: predictions beside what others published and what was measured."""
