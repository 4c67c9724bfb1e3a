"""The catalogue: models, devices and runtimes as data, and their one reader.

In: a name in any spelling. Out: a row as a value, or `UnknownName` with the most alike.

    reader              models.json, devices.json, runtimes.json; `Catalog` is passed to who asks
    rows                the rows as values
    search              what somebody types -> the models it may mean
    validation          what the files must keep to (`tools/format_catalog.py` asks it)
    model_languages     which languages a model is for
    size_check          listed sizes that cannot be those of the repository named
    not_covered         closed models and makers of pictures, and what to ask instead
    published_quality   what ways to shrink a model cost, as published
    published_scores    how good models are at their task, as published
    undisclosed_sizes   what people believe of models whose makers tell nothing

Imports `runtimes` and `architectures`. It reads its own JSON and nothing else.
"""

from tabfit.catalog.reader import Catalog, CatalogTable, RowHeading, read
from tabfit.catalog.rows import (
    DeviceRow,
    Model,
    Publication,
    PublishedFile,
    PublishedPrecision,
    RuntimeFacts,
    SourcedBasis,
)
from tabfit.catalog.search import search

__all__ = [
    "Catalog",
    "CatalogTable",
    "DeviceRow",
    "Model",
    "Publication",
    "PublishedFile",
    "PublishedPrecision",
    "RowHeading",
    "RuntimeFacts",
    "SourcedBasis",
    "read",
    "search",
]
