"""What converters, compilers and publishers do with some families and not with others.

In: a model_type. Out: a fact of it, by its name: recipes and runtimes ask for the fact and
never compare the type.

    by_family         how such a fact is written down
    onnx              exports and the scripts that quantise them, for Transformers.js
    gguf              llama.cpp's converter and who publishes its files
    mlc               MLC's model definitions, for WebLLM
    litert            Google's own files, for MediaPipe and LiteRT-LM
    checkpoints       what is stored otherwise than transformers builds it
    transformersjs    what its pipelines are given

Imports `model`. How GGUF calls a family and its tensors is in `recipes/gguf/tensor_names`.
"""
