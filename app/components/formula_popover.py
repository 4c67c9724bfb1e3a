"""How a figure comes about: its formula in words, filled in, and every value with its source.

A figure is a button; its formula opens beside it in a popover, asked for when it is opened
first. What a page shows before any script stands in `written` without a button.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.components.html import Child, Html, joined, tag
from app.components.labels import between, bytes_
from app.components.outcome_marks import chip
from tabfit.explain import Explanation
from tabfit.formula import Ends, Given, Named, Operation, Operator, Quantity, Unit
from tabfit.i18n.language import _, number
from tabfit.units import GB, Interval

#: Formulas inside a formula are written out as long as they are no more than this.
MOST_LINES: Final = 9
#: A line of more terms than this is told by its table.
MOST_TERMS: Final = 7

#: More values than this are left to their lines, and only their sources are listed.
MOST_VALUES: Final = 14

#: Fewer bytes than this are counted one by one.
FEW: Final = 100_000

PREFIX: Final = "formula-"


# On the page


def opener(figure: Child, name: str) -> Html:
    """Return a figure as a button that opens its formula."""
    return tag(
        "button",
        figure,
        type="button",
        class_="figure",
        popovertarget=PREFIX + name,
        title=_("How this figure comes about"),
    )


def place(name: str) -> Html:
    """Return where the formula of a figure opens; it is asked for then."""
    return _popover(name, tag("p", _("One moment…"), class_="lead"), later=True)


def filled(explanation: Explanation) -> Html:
    """Return the same with its formula in it already."""
    return _popover(explanation.id, opened(explanation), later=False)


def _popover(name: str, inside: Html, *, later: bool) -> Html:
    return tag(
        "div",
        inside,
        id=PREFIX + name,
        class_="formula",
        popover="auto",
        role="dialog",
        aria_label=_("How this figure comes about"),
        data_later=PREFIX + name if later else None,
    )


def opened(explanation: Explanation) -> Html:
    """Return what stands in an open formula."""
    close = tag(
        "button",
        _("Close"),
        type="button",
        popovertarget=PREFIX + explanation.id,
        popovertargetaction="hide",
        class_="quiet",
    )
    return joined(
        tag("div", tag("h3", explanation.title), close, class_="formula-head"),
        written(explanation),
    )


def written(explanation: Explanation) -> Html:
    """Return a figure, its formula in words and filled in, and the values with their sources."""
    return joined(
        tag(
            "p",
            tag("b", measure(explanation.result, explanation.unit)),
            " ",
            chip(explanation.basis),
            class_="result",
        ),
        tag("p", explanation.about) if explanation.about else None,
        tag("div", list(_lines(explanation)), class_="equations"),
        _values(explanation),
    )


# Lines


def _lines(explanation: Explanation) -> Iterator[Html]:
    """Yield the formula, and those of its named parts that have room and names of their own."""
    yield _line(explanation.title, _unnamed(explanation.expression), explanation.unit)
    for part in _parts(explanation.expression):
        yield _line(part.words, _unnamed(part.expression), part.unit)


def _line(name: str, expression: Quantity, unit: Unit) -> Html:
    inner = _stripped(expression)
    if isinstance(inner, Operation) and len(inner.terms) > MOST_TERMS:
        said, filled = _long(inner), None
    else:
        said, filled = _words(expression, 0), _filled(expression, unit)
    return tag(
        "p",
        tag("span", tag("b", name), " = ", said, class_="words"),
        tag("span", "= ", filled, class_="filled") if filled else None,
        tag("span", "= ", measure(expression.ends, unit), class_="filled"),
    )


def _long(inner: Operation) -> str:
    if inner.operator is Operator.LARGEST:
        return _("the largest of {count} parts", count=len(inner.terms))
    return _("the sum of {count} parts", count=len(inner.terms))


def _parts(expression: Quantity) -> list[Named]:
    """Return the named formulas to write out: the direct ones, and theirs if all have room."""
    direct = list(dict.fromkeys(_direct(_unnamed(expression))))
    deeper = list(
        dict.fromkeys(
            [*direct, *(e for each in direct for e in _direct(_unnamed(each.expression)))]
        )
    )
    for found in (deeper, direct):
        names = {each.words for each in found}
        if len(found) <= MOST_LINES and len(names) == len(found):
            return [each for each in found if not isinstance(_unnamed(each.expression), Given)]
    return []


def _unnamed(expression: Quantity) -> Quantity:
    """Return what a formula that is but a name stands for."""
    while isinstance(expression, Named):
        expression = expression.expression
    return expression


def _direct(expression: Quantity) -> Iterator[Named]:
    """Yield the named formulas that a formula uses itself."""
    if isinstance(expression, Named):
        yield expression
    elif isinstance(expression, Operation):
        for term in expression.terms:
            yield from _direct(term)


def _stripped(expression: Quantity) -> Quantity:
    """Return what is written where an operator is not."""
    if isinstance(expression, Operation) and expression.operator in _UNWRITTEN:
        return _stripped(expression.terms[0])
    return expression


_UNWRITTEN: Final = (Operator.ROUNDED, Operator.FLOORED, Operator.ORDERED)
_SIGNS: Final = {
    Operator.SUM: (1, " + "),
    Operator.DIFFERENCE: (1, " − "),
    Operator.PRODUCT: (2, " × "),
    Operator.QUOTIENT: (2, " ÷ "),
    Operator.RATE: (2, " ÷ "),
}


def _words(expression: Quantity, binding: int) -> str:
    """Return an expression in words and signs; `binding` says when it needs brackets."""
    expression = _stripped(expression)
    if isinstance(expression, Operation):
        terms = [_words(term, _inner(expression)) for term in expression.terms]
        return _operation(expression, terms, binding)
    return expression.words if isinstance(expression, Given | Named) else ""


def _filled(expression: Quantity, unit: Unit) -> str | None:
    """Return an expression with its values put in, `None` where that says nothing new."""
    inner = _stripped(expression)
    return None if not isinstance(inner, Operation) else _figures(inner, 0, unit)


def _figures(expression: Quantity, binding: int, unit: Unit) -> str:
    expression = _stripped(expression)
    if isinstance(expression, Operation):
        terms = [_figures(term, _inner(expression), unit) for term in expression.terms]
        return _operation(expression, terms, binding)
    own = expression.unit if isinstance(expression, Given | Named) else unit
    return measure(expression.ends, own)


def _inner(expression: Operation) -> int:
    """Return how tightly an operation holds its terms."""
    return _SIGNS.get(expression.operator, (0, ""))[0]


def _operation(expression: Operation, terms: list[str], binding: int) -> str:
    if expression.operator in _SIGNS:
        own, sign = _SIGNS[expression.operator]
        text = sign.join(terms)
        return f"({text})" if own < binding or (own == binding and sign in " − ÷ ") else text
    listed = "; ".join(terms)
    if expression.operator is Operator.LARGEST:
        return _("the largest of ({terms})", terms=listed)
    if expression.operator is Operator.SMALLEST:
        return _("the smallest of ({terms})", terms=listed)
    if expression.operator is Operator.SPAN:
        return _("from {low} to {high}", low=terms[0], high=terms[1])
    return _("the chance that {need} ≤ {have}", need=terms[0], have=terms[1])


# Values


def _values(explanation: Explanation) -> Html | None:
    """Return every value of the lines written out, with how it is known and from where."""
    seen = [
        _unnamed(explanation.expression),
        *(_unnamed(each.expression) for each in _parts(explanation.expression)),
    ]
    values = list(dict.fromkeys(given for each in seen for given in _bare(each)))
    if len(values) > MOST_VALUES:  # told apart by their lines only
        sources = dict.fromkeys(each.source for each in values)
        return tag("ul", [tag("li", each) for each in sources if each], class_="plain sources")
    return tag("dl", [_value(each) for each in values], class_="values") if values else None


def _bare(expression: Quantity) -> Iterator[Given]:
    """Yield the values that stand in a line itself."""
    if isinstance(expression, Given):
        if any(expression.ends) and not expression.words.isdigit():
            yield expression
    elif isinstance(expression, Operation):
        for term in expression.terms:
            yield from _bare(term)
    elif isinstance(_unnamed(expression), Given):
        yield from _bare(_unnamed(expression))


def _value(given: Given) -> Html:
    return tag(
        "div",
        tag("dt", given.words),
        tag("dd", _exact(given), " ", chip(given.basis)),
        tag("dd", given.source, class_="source") if given.source else None,
    )


def _exact(given: Given) -> str:
    """Return a value to the last byte where it is known so."""
    low, likely, high = (int(end) for end in given.ends)
    if given.unit is not Unit.BYTES or max(low, high) < FEW:
        return measure(given.ends, given.unit)
    if low == likely == high:
        return _("{size} ({count:,} bytes)", size=bytes_(likely), count=likely)
    ends = {"low": bytes_(low), "high": bytes_(high)}
    return _("{likely} ({low} to {high})", likely=bytes_(likely), **ends)


# Figures


def measure(ends: Ends, unit: Unit) -> str:
    """Return a quantity with its unit, as an interval where it is not known exactly.

    >>> measure((18, 18, 18), Unit.NUMBERS), measure((0.96, 1.02, 1.08), Unit.SHARE)
    ('18', '0.96–1.08')
    """
    low, likely, high = ends
    if unit is Unit.BYTES and 0 < max(ends) < FEW:
        return _("{figures} bytes", figures=_span(min(ends), max(ends)))
    if unit is Unit.BYTES:
        return between(Interval(*(round(end) for end in sorted(ends))))
    if unit is Unit.BYTES_PER_SECOND:
        return _("{figures} GB/s", figures=_span(low / GB, high / GB))
    if unit is Unit.CHANCE:
        return number(likely, ".2f")
    return _span(low, high)


def _span(low: float, high: float) -> str:
    return _number(low) if low == high else f"{_number(low)}–{_number(high)}"


def _number(value: float) -> str:
    """Return a plain number: whole, or to three figures."""
    whole = isinstance(value, int) or value == int(value)
    return number(int(value), ",") if whole else number(value, ".3g")
