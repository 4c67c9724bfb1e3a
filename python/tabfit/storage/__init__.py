"""How numbers are stored: storage types, as whole elements and bytes per block.

In: a tensor's shape and a type. Out: its bytes, exact.

    storage_type   what a type is, and the bytes a tensor fills in it
    type_table     every type by name: F16, Q4_K, int4 in groups of 32

Imports `units` alone. Which tensor gets which type is for `recipes` to say.
"""
