"""GGUF files as llama.cpp writes them: names, mixes of types, metadata, and the whole file."""
