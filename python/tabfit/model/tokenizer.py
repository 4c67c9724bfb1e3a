"""How a model's text becomes tokens, as far as files and their sizes depend on it.

In: nothing. Out: the values that `architectures` fills in and recipes ask.
"""

from __future__ import annotations

from enum import StrEnum

from tabfit.light_dataclass import dataclass


class TokenizerKind(StrEnum):
    """How a tokenizer is made, and so how its tokenizer.json is laid out."""

    WORD_PIECE = "WordPiece"
    BYTE_PAIR = "byte-pair encoding"
    UNIGRAM = "unigram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokenizer:
    """A tokenizer as its family has it.

    `pieces` marks byte pairs that SentencePiece made: they have scores, and merges only where
    they were converted. `many_added` marks those that list thousands of added tokens one by one.
    """

    kind: TokenizerKind = TokenizerKind.BYTE_PAIR
    pieces: bool = False
    many_added: bool = False
