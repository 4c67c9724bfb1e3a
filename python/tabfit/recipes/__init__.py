"""Recipes: an architecture at a named precision -> stored tensors -> files.

Each module offers `store(architecture, precision, ...)` and the `PRECISIONS`
it accepts, read without regard to case.
"""

from tabfit.recipes.stored_model import Content, File, Stored, StoredTensor, keep, total_size

__all__ = ["Content", "File", "Stored", "StoredTensor", "keep", "total_size"]
