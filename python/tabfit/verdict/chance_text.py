"""Chances in words: how many in a hundred, and a bound where that is all that reports tell.

In: a chance from 0 to 1. Out: a sentence with a place for its number, or a phrase. Every chance
that a person reads, on the page, in copied text and in a terminal, is worded here.
"""

from __future__ import annotations

from typing import Final

from tabfit.i18n.language import _, later, number

#: Beyond these a chance is said as a bound: hundreds of reports tell nothing rarer.
FEWER_THAN, MORE_THAN = 3, 97
#: A verdict's chance is known to no more than so many in a hundred.
SAID_TO: Final = 5

#: The sentence and the phrase for what is rarer than a bound, between the bounds, and beyond.
_SENTENCES: Final = (
    later("By our estimate fewer than {hundred} in 100 such devices manage."),
    later("By our estimate about {hundred} in 100 such devices manage."),
    later("By our estimate more than {hundred} in 100 such devices manage."),
)
_PHRASES: Final = (
    later("fewer than {chance} in 100"),
    later("{chance} in 100"),
    later("more than {chance} in 100"),
)


def sentence_of(chance: float) -> tuple[str, str]:
    """Return the sentence for a verdict's chance, and the number for its place, to five.

    >>> [sentence_of(each)[1] for each in (0.02, 0.03, 0.12, 0.97, 0.98)]
    ['3', '5', '10', '95', '97']
    """
    side = _side(chance)
    to_five = min(max(round(chance * 100 / SAID_TO) * SAID_TO, SAID_TO), 100 - SAID_TO)
    return _(_SENTENCES[side]), number((FEWER_THAN, to_five, MORE_THAN)[side])


def said(chance: float) -> str:
    """Return the sentence for a verdict's chance.

    >>> said(0.0)
    'By our estimate fewer than 3 in 100 such devices manage.'
    """
    sentence, hundred = sentence_of(chance)
    return sentence.format(hundred=hundred)


def phrase(chance: float) -> str:
    """Return the chance that one check holds, in a few words.

    >>> phrase(0.004), phrase(0.87), phrase(0.999)
    ('fewer than 3 in 100', '87 in 100', 'more than 97 in 100')
    """
    side = _side(chance)
    whole = (FEWER_THAN, round(100 * chance), MORE_THAN)[side]
    return _(_PHRASES[side], chance=number(whole))


def _side(chance: float) -> int:
    """Return where a chance lies: 0 below the bounds, 1 between them, 2 above."""
    return 0 if chance < FEWER_THAN / 100 else 2 if chance > MORE_THAN / 100 else 1
