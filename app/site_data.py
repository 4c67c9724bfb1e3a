"""What the build laid beside the page's code: the requirements of the catalogue.

Out: `CatalogRequirements`. Where nothing was laid, in the sources, they are worked out
model by model.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from tabfit import catalog
from tabfit.compare.catalog_requirements import CatalogRequirements

#: Where the build lays it; `SITE_REQUIREMENTS` in the environment tells the build's own pages.
PLACE = Path(__file__).with_name("catalog_requirements.json")


@cache
def catalog_requirements() -> CatalogRequirements:
    """Return the catalogue's requirements, read once."""
    place = Path(os.environ.get("SITE_REQUIREMENTS", PLACE))
    text = place.read_text(encoding="utf-8") if place.is_file() else None
    return CatalogRequirements(catalog.read(), text)
