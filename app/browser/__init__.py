"""The only door to JavaScript (`bridge`), and what its raw answers mean (`probes`)."""
