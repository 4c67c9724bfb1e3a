"""Models that a visitor brings: asked of a hub, read from files, or pasted."""
