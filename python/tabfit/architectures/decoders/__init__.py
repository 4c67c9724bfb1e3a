"""Decoders of text, one token after another: a module for each family of layers.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    decoder_layer: layers like Llama's, and how a family's differ
    llama  gemma  gemma3n_gemma4  embedding_gemma: their descendants, a row for each family
    gpt2  early_open: layer norms, biases and tables of positions
    modernbert_decoder  hierarchical: others
    experts/: layers that choose among experts
    recurrent/: a state beside attention, or in its place

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`.
"""
