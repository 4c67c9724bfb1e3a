"""Models that join a vision or audio encoder with a decoder of text."""
