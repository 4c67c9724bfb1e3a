"""Decoders whose layers choose among experts.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    expert_layers                which layers have a mixture, and what it is made of
    mixture_of_experts           a row for each family like Mixtral or Qwen's
    deepseek                     latent attention: DeepSeek V2 to V4 and their like
    dbrx  laguna_minimax  zaya   families of their own

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`, and
`decoders.decoder_layer`.
"""
