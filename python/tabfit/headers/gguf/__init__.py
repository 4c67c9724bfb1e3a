"""GGUF: the header of a file, and what it says of the architecture.

In: a file's first bytes. Out: a `Header`, and a config in the words of a config.json.

    gguf_header          metadata, then the list of tensors
    gguf_config          what the metadata say of the architecture
    gguf_families        the same for families that need more than common keys
    gguf_families_2025   and for those that llama.cpp came to know in 2025 and 2026
    ggml_type_numbers    GGUF's numbers of types

Imports `headers.encodings` and `headers.header`.
"""
