"""The part of a GGUF file before its tensors: keys, tokenizer, directory.

In: an architecture and the tensors' names. Out: bytes, exact for the directory
and modelled for the rest. The tokenizer makes nearly all of it: every token as
a string with a length and a type, then scores or merges, by its kind.
"""

from __future__ import annotations

from enum import Enum, auto
from itertools import pairwise
from typing import TYPE_CHECKING

from tabfit.architectures.conversions.gguf import stores_pieces_with_merges
from tabfit.light_dataclass import dataclass
from tabfit.model.tokenizer import TokenizerKind
from tabfit.units import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tabfit.model.architecture import Architecture

ALIGNMENT = 32
FIXED_HEADER = 24  # magic, version, two counts

_STRING = 8  # a length before the bytes
_NUMBER = 4  # a score, or a token's type

# General keys, the architecture's own two dozen, special tokens and a chat template. A plain
# file has about 1.5 kB of it, one with templates and the story of its quantisation up to 25 kB.
KEYS = Interval(1_500, 6_000, 25_000)


class VocabularyKind(Enum):
    """How llama.cpp stores a vocabulary."""

    PIECES = auto()  # SentencePiece: scores, no merges
    MERGES = auto()  # byte-pair encoding: merges, no scores
    BOTH = auto()  # Gemma 4: scores and merges
    WORDS = auto()  # WordPiece: neither
    UNIGRAM = auto()  # scores, and a table of normalisations

    @property
    def scored(self) -> bool:
        """Return whether every token has a score."""
        return self not in (VocabularyKind.MERGES, VocabularyKind.WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """A tokenizer as its sizes need it: how many tokens and merges, and their bytes together."""

    kind: VocabularyKind
    tokens: int
    token_bytes: int
    merges: int = 0
    merge_bytes: int = 0
    extra: int = 0

    @property
    def size(self) -> int:
        """Return the bytes of the tokenizer's arrays."""
        each = _STRING + _NUMBER * (2 if self.kind.scored else 1)
        merged = self.merges * _STRING + self.merge_bytes
        return self.tokens * each + self.token_bytes + merged + self.extra


# Mean bytes of a token, fitted on the vocabularies that llama.cpp ships for its tests
# (ggml-vocab-*.gguf): 6.6 for the 32,000 pieces of Llama 2, 8.5 for BERT's words; byte-pair
# tokens grow with the vocabulary, from 7.1 (50,000, English) to 10.8 (256,000, many scripts,
# each byte of which is written as two). A merge is its token and a space.
_PIECE_BYTES = ((32_000, 6.6), (256_000, 7.55), (262_144, 8.84))
_PAIR_BYTES = (
    *((32_000, 7.5), (50_000, 7.1), (100_352, 7.1), (128_256, 8.37), (151_936, 9.0)),
    *((200_064, 10.1), (256_000, 10.8)),
)
_WORD_BYTES = ((30_522, 8.53), (120_000, 8.9))
_CHARACTER_MAP = 237_539  # the precompiled table of nmt_nfkc normalisation

# Vocabularies made with tiktoken list a merge for every way to split a token: about 2.2 a token,
# longer ones more often. Llama 3 (128,256), GLM 4 (151,552), gpt-oss (201,088), Mistral's Tekken
# (131,072).
_SPLIT_OFTEN = {128_256: 2.184, 131_072: 2.057, 151_552: 2.10, 201_088: 2.22}
_SPLIT_LONGER = 1.144  # how much longer such a merge is than a token and a space


def vocabulary_kind(architecture: Architecture) -> VocabularyKind:
    """Return how llama.cpp's converter stores a model's tokenizer."""
    kind = architecture.tokenizer.kind
    if kind is not TokenizerKind.BYTE_PAIR:
        words = kind is TokenizerKind.WORD_PIECE
        return VocabularyKind.WORDS if words else VocabularyKind.UNIGRAM
    if stores_pieces_with_merges(architecture.family):
        return VocabularyKind.BOTH
    return VocabularyKind.PIECES if architecture.tokenizer.pieces else VocabularyKind.MERGES


def _between(points: Sequence[tuple[int, float]], count: int) -> float:
    """Return a value read off straight lines between points, level beyond the ends."""
    if count <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if count <= right:
            return low + (high - low) * (count - left) / (right - left)
    return points[-1][1]


def modelled_vocabulary(kind: VocabularyKind, tokens: int) -> Vocabulary:
    """Return a vocabulary of so many tokens with the usual lengths of its kind.

    Left out: what a language does to lengths; together with `KEYS` the error
    stays below a tenth of the tokenizer.
    """
    if kind is VocabularyKind.MERGES:
        return _modelled_merges(tokens)
    points = _WORD_BYTES if kind is VocabularyKind.WORDS else _PIECE_BYTES
    token_bytes = round(tokens * _between(points, tokens))
    merges = round(1.964 * tokens) if kind is VocabularyKind.BOTH else 0  # Gemma 4: 514,906
    return Vocabulary(
        kind=kind,
        tokens=tokens,
        token_bytes=token_bytes,
        merges=merges,
        merge_bytes=round(merges * (token_bytes / tokens + 1.1)),
        extra=_CHARACTER_MAP if kind is VocabularyKind.UNIGRAM else 0,
    )


def with_merges(vocabulary: Vocabulary) -> Vocabulary:
    """Return a vocabulary as early files hold it: SentencePiece's pieces with merges beside them.

    Until May 2024 the converter copied those of a tokenizer.json that lay beside the model:
    TheBloke's TinyLlama has 61,249 (ngxson/wllama-split-models, 668,788,416 bytes in three parts).
    """
    if vocabulary.kind is not VocabularyKind.PIECES:
        return vocabulary
    return modelled_vocabulary(VocabularyKind.BOTH, vocabulary.tokens)


def _modelled_merges(tokens: int) -> Vocabulary:
    mean = _between(_PAIR_BYTES, tokens)
    per_token = _SPLIT_OFTEN.get(tokens, 1.0)
    longer = 1.0 if per_token == 1.0 else _SPLIT_LONGER
    merges = round(tokens * per_token)
    return Vocabulary(
        kind=VocabularyKind.MERGES,
        tokens=tokens,
        token_bytes=round(tokens * mean),
        merges=merges,
        merge_bytes=round(merges * (mean * longer + 1)),
    )


def vocabulary_of(architecture: Architecture) -> Vocabulary:
    """Return the vocabulary that a model's family and vocabulary size suggest."""
    count = architecture.vocabulary
    return modelled_vocabulary(vocabulary_kind(architecture), count)


def directory_size(name: str, shape: Sequence[int]) -> int:
    """Return the bytes of one tensor's entry: name, dimensions, type, offset.

    >>> directory_size("output.weight", (128256, 2048))  # 8+13 + 4+2x8 + 4 + 8
    53

    Source: ggml's docs/gguf.md, `gguf_tensor_info_t`: a string with a 64-bit length, dimensions of
    64 bits behind their 32-bit count, a 32-bit type and a 64-bit offset.
    """
    return _STRING + len(name.encode()) + 4 + 8 * len(shape) + 4 + 8


def padded(size: int) -> int:
    """Return a size rounded up to the alignment of tensors.

    >>> padded(33)
    64

    Source: ggml's docs/gguf.md, `general.alignment`, 32 where a file says nothing.
    """
    return -(-size // ALIGNMENT) * ALIGNMENT
