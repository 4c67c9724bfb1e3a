"""The catalogue: models, devices and runtimes as data, and their one reader."""

from tabfit.catalog.reader import Catalog, Heading, Shelf, read
from tabfit.catalog.rows import DeviceRow, File, Known, Model, Offer, Publication, RuntimeFacts
from tabfit.catalog.search import search

__all__ = [
    "Catalog",
    "DeviceRow",
    "File",
    "Heading",
    "Known",
    "Model",
    "Offer",
    "Publication",
    "RuntimeFacts",
    "Shelf",
    "read",
    "search",
]
