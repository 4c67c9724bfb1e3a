"""Decoders that keep a state beside attention, or in its place."""
