"""What the formats of model files are written in.

In: stretches of a file. Out: fields, tables, types.

    byte_spans    the ranges a reader asks for, and the window it keeps of them
    protobuf      protocol buffers, ONNX's encoding
    flatbuffers   FlatBuffers, LiteRT's
    number_types  number types as safetensors, ONNX and LiteRT name them

Imports `storage`.
"""
