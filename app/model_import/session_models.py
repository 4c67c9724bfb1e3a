"""Models that a visitor brought, the last few of them, for as long as the page is open.

In: a name. Out: the model behind it, of those kept or of the catalogue. One that had to go is
asked for again, as after the page was opened anew. What asks hubs
and reads files is in `importer`, which is imported when it is first needed.
"""

from __future__ import annotations

from typing import Final

from tabfit.catalog import Catalog
from tabfit.errors import TabfitError
from tabfit.estimate import subjects
from tabfit.estimate.subjects import Subject
from tabfit.i18n.language import Message

#: A model from a file whose config is too large for a link is called so, in this tab alone.
OWN: Final = "own:"

_ADDRESSES: Final = ("hf:", "https://", "http://")
#: How many are kept: a large config with what was read from it takes megabytes of a phone's tab.
MOST: Final = 16
_kept: dict[str, Subject] = {}  # the one that was not asked about for longest first


class NotAsked(TabfitError):
    """A link names a model of a hub, and the hub was not asked yet: only a visitor asks."""

    code = "not-asked"

    def __init__(self, source: str) -> None:
        """Keep what would be asked for."""
        self.source = source
        super().__init__(Message("{source} was not asked for yet", source=source))


def subject(name: str, catalog: Catalog) -> Subject:
    """Return the model of a name: one that was brought, or one of the catalogue.

    Raises `NotAsked` for a hub's model that was not asked for, and what
    `subjects.subject` raises.
    """
    if brought := known(name):
        return brought
    if name.startswith(_ADDRESSES) and not subjects.is_catalogued(name, catalog):
        raise NotAsked(name)
    return subjects.subject(name, catalog)


def known(name: str) -> Subject | None:
    """Return a model that was brought, `None` for any other name."""
    if name in _kept:
        keep(_kept[name])
    return _kept.get(name)


def keep(about: Subject) -> str:
    """Keep a model under its name as the latest, and return that."""
    _kept.pop(about.id, None)
    _kept[about.id] = about
    while len(_kept) > MOST:
        del _kept[next(iter(_kept))]
    return about.id
