"""GGUF: a model as llama.cpp stores it.

In: an `Architecture` and a precision's name. Out: a `Stored`.

    files               the whole file, or its parts
    stored_tensors      every tensor of it, with type and bytes
    mixes               which type each tensor gets
    dynamic             Unsloth's mixes, chosen model by model by no rule told
    tensors             what the converter makes of an architecture's tensors
    tensor_names        what it calls them
    converted_classes   which classes of models it takes
    history             what it did differently in earlier years
    metadata            keys, tokenizer and directory
    projector           the file beside it of a model that sees or hears

Imports `storage` and `model`.
"""
