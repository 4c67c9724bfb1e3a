"""Decoders whose layers choose among experts."""
