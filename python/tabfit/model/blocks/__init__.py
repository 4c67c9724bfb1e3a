"""Building blocks of models: each yields its tensors and what it keeps between tokens.

In: widths, counts and names. Out: a `Block`: tensors under their names, and what a layer keeps.
Blocks are joined, placed under a prefix and repeated; a model is one block.

    block: the one value that every block is, and how blocks are put together
    linear: linear layers, norms, embeddings, convolutions: the leaves
    attention  feed_forward  recurrent: the three kinds of layer

Imports `model.tensors` and `model.layers`.
"""
