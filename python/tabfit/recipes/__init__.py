"""Recipes: an architecture at a named precision -> stored tensors -> files.

In: an `Architecture` and a precision's name, read without regard to case. Out: a `Stored`:
each tensor with its storage type, and the files with their sizes and how they are known.
Each module offers `store(architecture, precision, ...)` and the `PRECISIONS` it accepts.

    gguf/  onnx/  mlc  litert  torch  one_bit  ideal   one for each format
    checkpoint                                         what a config's quantization_config stores
    stored_model                                       what every recipe returns
    listed_sizes                                       published sizes win over computed ones
    tokenizer_size, shared_weights                     what every download brings along

Imports `storage`, `model` and `architectures`. What a file needs once loaded is for `runtimes`.
"""
