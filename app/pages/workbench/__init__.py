"""Workbench: a decoder of one's own from sliders."""
