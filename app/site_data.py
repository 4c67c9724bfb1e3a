"""What the build laid beside the page's code: the ledger of the catalogue.

Out: a `Ledger`. Where nothing was laid, in the sources, it is worked out model by model.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from tabfit import catalog
from tabfit.compare.catalog_requirements import Ledger

#: Where the build lays it; `SITE_LEDGER` in the environment tells the build's own pages.
PLACE = Path(__file__).with_name("ledger.json")


@cache
def ledger() -> Ledger:
    """Return the catalogue's ledger, read once."""
    place = Path(os.environ.get("SITE_LEDGER", PLACE))
    text = place.read_text(encoding="utf-8") if place.is_file() else None
    return Ledger(catalog.read(), text)
