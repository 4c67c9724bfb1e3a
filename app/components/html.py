"""HTML as text that cannot be forgotten to escape.

In: names, attributes and children. Out: `Html`, the only text put into a page
as it is; every other text is escaped where it is put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Final

#: Elements without content: HTML's own, and SVG's, which must close themselves.
VOID: Final = {"input": ">", "br": ">", "rect": "/>", "line": "/>", "path": "/>"}


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | int | None | Iterable["Child"]


def joined(*children: Child) -> Html:
    """Return children one after another; text is escaped, `None` is nothing.

    >>> joined("a < b", Html("<br>"))
    'a &lt; b<br>'
    """
    return Html("".join([each if type(each) is Html else _child(each) for each in children]))


def listed(children: Iterable[Child]) -> Html:
    """Return children with commas between them.

    >>> listed(["a", tag("b", "c")])
    'a, <b>c</b>'
    """
    return joined((", " if at else "", each) for at, each in enumerate(children))


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, (str, int)):
        return escape(str(child), quote=False)
    return joined(*child)


_PLACE: Final = re.compile(r"\{(\w+)\}")


def sentence(text: str, /, **values: Child) -> Html:
    """Return a sentence with elements or text in its named places, everything else escaped.

    >>> sentence("Press {button} & wait", button=tag("b", "Go"))
    'Press <b>Go</b> &amp; wait'
    """
    pieces = _PLACE.split(text)  # text, name, text, name, ..., text
    filled = [values[piece] if at % 2 else piece for at, piece in enumerate(pieces)]
    return joined(*filled)


def tag(name: str, /, *children: Child, **attributes: str | int | None) -> Html:
    """Return an element; an attribute of `True` stands alone, of `None` or `False` not at all.

    A trailing underscore is dropped and others become hyphens.

    >>> tag("p", "5 < 6", class_="note", aria_label='"x"')
    '<p class="note" aria-label="&quot;x&quot;">5 &lt; 6</p>'
    """
    said = "".join([_attribute(key, value) for key, value in attributes.items()])
    if name in VOID:
        return Html(f"<{name}{said}{VOID[name]}")
    return Html(f"<{name}{said}>{joined(*children)}</{name}>")


@lru_cache(maxsize=4096, typed=True)
def _attribute(key: str, value: str | int | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
