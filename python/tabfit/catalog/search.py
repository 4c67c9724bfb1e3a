"""Search: what somebody types -> the models it may mean, the most likely first.

In: a text and a table. Out: rows' headings. Names, aliases and tasks are looked through,
without case and punctuation; what is misspelt finds the names most like it.
"""

from __future__ import annotations

from typing import Any, Final

from tabfit.catalog.reader import CatalogTable, RowHeading, plain_name

#: A text longer than this is no name.
LONGEST: Final = 200


def search(text: str, table: CatalogTable[Any], *, most: int = 30) -> tuple[RowHeading, ...]:
    """Return the headings a text may mean; every one, in the file's order, for no text.

    >>> from tabfit.catalog import read
    >>> [each.id for each in search("gema 2b", read().models, most=1)]
    ['gemma-2b']
    """
    asked = plain_name(text[:LONGEST])
    if not asked:
        return table.headings
    words = [plain_name(word) for word in text[:LONGEST].split()]
    ranked = [(_rank(asked, words, each), each) for each in table.headings]
    found = sorted((pair for pair in ranked if pair[0] is not None), key=lambda pair: pair[0] or ())
    if found:
        return tuple(each for _, each in found[:most])
    known = {each.id: each for each in table.headings}
    return tuple(known[each] for each in table.near(text[:LONGEST]))[:most]


def _rank(asked: str, words: list[str], each: RowHeading) -> tuple[int, int, str] | None:
    """Return how far a heading is from what was asked, `None` where it has nothing of it."""
    names = [plain_name(name) for name in (each.name, each.id, *each.aliases)]
    whole = " ".join((*names, plain_name(each.group)))
    if any(name.startswith(asked) for name in names[:2]):
        kind = 0
    elif any(asked in name for name in names[:2]):
        kind = 1
    elif any(asked in name for name in names[2:]):
        kind = 2
    elif all(word in whole for word in words):
        kind = 3
    else:
        return None
    return kind, len(each.name), each.id
