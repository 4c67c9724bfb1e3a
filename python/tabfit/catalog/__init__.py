"""The catalogue: models, devices and runtimes as data, and their one reader."""

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
