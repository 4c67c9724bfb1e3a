"""Things cut out of pictures, as masks.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    maskformer   a mask and a label for each thing
    sam  sam2    a tower that looks once, and a small decoder that cuts out

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`, and towers of `vision`.
"""
