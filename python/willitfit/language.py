"""The language that sentences are said in: English, unless `use` chose another.

In: English sentences with named places, as `gettext` has them. Out: the sentence
in the language in use, its places filled. Sentences are said when they are made,
so whoever wants another language calls `use` first and asks again.
"""

from __future__ import annotations


def _(message: str, /, **values: object) -> str:
    """Return a sentence in the language in use, its places filled.

    >>> _("{need} of {have}", need="3 GB", have="8 GB")
    '3 GB of 8 GB'
    """
    return message.format_map(values) if values else message


def plural(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the form that a count takes; `{count}` is the count as people write it.

    >>> plural("{count} token", "{count} tokens", 1)
    '1 token'
    """
    return (one if count == 1 else many).format_map({"count": f"{count:,}", **values})
