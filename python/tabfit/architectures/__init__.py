"""Other people's config.json -> Architecture; the only package that knows their key names.

In: a config as JSON, of any model type. Out: an `Architecture` of exact tensors, or
`UnreadableConfig` or `UnsupportedArchitecture` naming the key or the type.

    build                    where a config comes in: its type, its family, its parts
    registry                 which module reads which model_type
    family                   what a family's module offers, and what it is given
    config_keys              keys read with their aliases, defaults and checks
    transformers_defaults    what transformers falls back to (written by tools/oracle)
    heads                    what stands on top: language models, classifiers, embedders
    unknown_types            a type nobody listed, taken for a Llama where all keys are one's
    refused_types            types that are asked for and not read, each with why
    tokenizers               the tokenizer that a family's models come with
    weight_types             how a checkpoint's weights are stored; quantisation has its methods
    prediction_layers        layers that predict further tokens: stored, and built by no class
    config_json              what a JSON file beside a model is, and the config inside it
    custom_decoder           the workbench's own decoder as a config
    decoders/ encoders/ encoder_decoders/ vision/ audio/ multimodal/   families, one module each
    time_series              the families that read no text, picture or sound
    conversions/             what converters and publishers do with some families

Imports `model` and `storage`, and nothing after them.
"""

from tabfit.architectures.build import read
from tabfit.architectures.registry import FAMILIES

__all__ = ["FAMILIES", "read"]
