"""Models that read pictures. A module per family of layers."""
