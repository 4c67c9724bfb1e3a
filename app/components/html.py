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


#: What a line may not end within: a range, an amount with its unit, a day, a name with a number.
_AMOUNT: Final = re.compile(
    r"\d[\d.,]*(?:–\d[\d.,]*(?: [kMGT]B\b)?| [kMGT]B\b| Mbit/s)"
    r"|\b\d{4}-\d\d(?:-\d\d)?\b|\b\d+-bit\b|(?<![\w.-])[A-Za-z]+-\d+[A-Za-z]*\b(?![.-]\w)"
    r"|÷ \d+(?:\.\d+)?"
)
_MAY_HOLD: Final = re.compile(r"\d(?:[–-]| [kMGT]B| Mbit)|-\d|÷").search
#: Elements whose text is taken as it is: nothing may stand inside, or it is copied.
_PLAIN: Final = frozenset({"code", "option", "pre", "script", "text", "textarea", "title"})


def _flowing(text: str) -> str:
    """Return text escaped, its amounts kept on one line each.

    >>> _flowing("needs 1.7–2.3 GB & more")
    'needs <no-break>1.7–2.3 GB</no-break> &amp; more'
    >>> _flowing("gpt-2.onnx")
    'gpt-2.onnx'
    """
    said = escape(text, quote=False)
    if not _MAY_HOLD(said):
        return said
    return _AMOUNT.sub(r"<no-break>\g<0></no-break>", said)


_PLACE: Final = re.compile(r"\{(\w+)\}")
#: What ends a sentence, or a part of one, stays on the line of the control that it follows.
_ENDING: Final = tuple(".,;:?!)”")
_CONTROL: Final = ("<button", '<label class="choice"')


def sentence(text: str, /, **values: Child) -> Html:
    """Return a sentence with elements or text in its named places, everything else escaped.

    A control keeps the sign behind it on its line, where browsers would let a line end.

    >>> sentence("Press {button} & wait", button=tag("b", "Go"))
    'Press <b>Go</b> &amp; wait'
    >>> sentence("{button}!", button=tag("button", "Go"))
    '<no-break><button>Go</button>!</no-break>'
    """
    pieces: list[Child] = [*_PLACE.split(text)]  # text, name, text, name, ..., text
    for at in range(1, len(pieces), 2):
        pieces[at] = values[str(pieces[at])]
        following = str(pieces[at + 1])
        if str(pieces[at]).startswith(_CONTROL) and following.startswith(_ENDING):
            pieces[at] = tag("no-break", pieces[at], following[0])
            pieces[at + 1] = following[1:]
    return Html("".join([_flowing(each) if type(each) is str else _child(each) for each in pieces]))


def tag(name: str, /, *children: Child, **attributes: str | int | None) -> Html:
    """Return an element; an attribute of `True` stands alone, of `None` or `False` not at all.

    A trailing underscore is dropped and others become hyphens.

    >>> tag("p", "5 < 6", class_="note", aria_label='"x"')
    '<p class="note" aria-label="&quot;x&quot;">5 &lt; 6</p>'
    """
    said = "".join([_attribute(key, value) for key, value in attributes.items()])
    if name in VOID:
        return Html(f"<{name}{said}{VOID[name]}")
    if name not in _PLAIN:
        children = tuple([Html(_flowing(e)) if type(e) is str else e for e in children])
    return Html(f"<{name}{said}>{joined(*children)}</{name}>")


def section(heading: Child, lead: Child, /, *inside: Child, **attributes: str | int | None) -> Html:
    """Return a section of a page: its heading, a sentence that leads in, and what it shows.

    >>> section("Sizes", "How near they come.", id="sizes")
    '<section id="sizes"><h2>Sizes</h2><p class="lead">How near they come.</p></section>'
    """
    opening = tag("h2", heading), tag("p", lead, class_="lead")
    return tag("section", *opening, *inside, **attributes)


@lru_cache(maxsize=4096, typed=True)
def _attribute(key: str, value: str | int | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
