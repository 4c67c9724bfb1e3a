"""Listed sizes against what the repository's own kind of export can weigh.

In: one row of models.json. Out: a sentence for each precision whose listed files cannot be
those of the repository named: they are another repository's, or the kind of export is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tabfit.architectures import read
from tabfit.catalog.rows import Row
from tabfit.errors import TabfitError
from tabfit.model.architecture import Architecture
from tabfit.recipes.onnx import files
from tabfit.units import Interval

#: Listed sizes are refused where they lie further than this outside what is computed. Published
#: files of a known kind of export lie within 5 % (tests/data/onnx/published.json); the nearest
#: two repositories of one model, with and without a second head, differ by 10 % and more.
SLACK: Final = 0.05


def unlike_sizes(row: Row) -> Iterator[str]:
    """Yield a fault for each precision of an ONNX repository that lists another's sizes.

    A precision whose files do differ from what its name and kind of export say has a reason
    under `unlike`, and only such a one.
    """
    try:
        architecture = read(row["config"])
    except (TabfitError, TypeError):
        return  # not disclosed, or read by nobody here: nothing to compare with
    for publication in row["published"]:
        if publication["format"] == "onnx":
            yield from _unlike(architecture, publication)


def _unlike(architecture: Architecture, publication: Row) -> Iterator[str]:
    for name, given in publication["precisions"].items():
        offer: Row = {"files": given} if isinstance(given, list) else given
        listed = sum(each["bytes"] for each in offer.get("files", []))
        family = offer.get("family") or publication.get("family")
        size = _computed(architecture, name, family) if listed else None
        if size is not None and _near(listed, size) == bool(offer.get("unlike")):
            yield (
                f"{publication['repository']} {name}: {listed:,} bytes are listed, its export "
                f"weighs {size.low:,} to {size.high:,}; only where these differ, `unlike` says why"
            )


def _near(listed: int, size: Interval) -> bool:
    return size.low * (1 - SLACK) <= listed <= size.high * (1 + SLACK)


def _computed(architecture: Architecture, precision: str, family: str | None) -> Interval | None:
    try:
        return files.weights_size(architecture, precision, family=family)
    except TabfitError:
        return None
