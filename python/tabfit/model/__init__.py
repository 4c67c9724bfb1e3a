"""What a model is: tensors, the blocks that own them, and the architecture they make.

In: widths and counts. Out: an `Architecture`, whose `inventory` lists every tensor with its shape
and role, and whose layers say what they keep between tokens.

    tensors        one weight array, and the inventory of all of them
    layers         what one layer keeps between tokens
    blocks/        attention, feed-forward, linear and recurrent blocks, each yielding its tensors
    architecture   blocks stacked into a model
    tokenizer      how text becomes tokens, as far as files depend on it
    lora           which matrices get a low-rank adapter, and how wide each is
    textbook       GPT-2's layers with every width said aloud

Imports `units`, `errors` and `i18n` alone. Nothing here knows a file, a runtime or a config's keys.
"""
