"""Build dist/, the folder that any static host can serve from any path."""
