"""Models that read or make sound. A module per family of layers."""
