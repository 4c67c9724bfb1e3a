"""The tokenizer that a family's models come with.

In: a model_type and the size of its vocabulary. Out: a `Tokenizer`.
"""

from __future__ import annotations

from typing import Final

from tabfit.model.tokenizer import Tokenizer, TokenizerKind

_WORD_PIECE: Final = frozenset(
    (
        *("bert", "distilbert", "mobilebert", "electra", "mpnet", "squeezebert", "nomic_bert"),
        "layoutlm",
    )
)
_UNIGRAM: Final = frozenset(
    (
        *("t5", "mt5", "albert", "xlm-roberta", "deberta-v2", "camembert", "marian", "m2m_100"),
        *("mbart", "umt5", "speecht5", "xlnet", "siglip", "siglip_text_model"),
    )
)
#: Google's: SentencePiece, whose 6,415 added tokens are written out one by one.
_GEMMA: Final = frozenset(
    (
        *("gemma", "gemma2", "gemma3", "gemma3_text", "gemma3n", "gemma3n_text"),
        *("gemma4", "gemma4_text"),
    )
)
#: SentencePiece whatever the vocabulary's size; and the sizes that mean it elsewhere, those of
#: Mistral v0.3 and of others' added tokens among them.
_PIECES: Final = _GEMMA | {"minicpm3", "internlm2", "ernie4_5", "ernie4_5_moe"}
_PIECES_OF_A_SIZE: Final = frozenset(
    ("llama", "mistral", "mixtral", "phi3", "minicpm", "olmo", "phimoe")
)
_SIZES: Final = frozenset((*range(31_900, 32_100), 32_768, 32_256, 64_000))


def tokenizer_of(family: str, vocabulary: int) -> Tokenizer:
    """Return the tokenizer of a family's models with so many tokens.

    >>> tokenizer_of("llama", 32_000).pieces, tokenizer_of("llama", 128_256).pieces
    (True, False)
    """
    if family in _WORD_PIECE:
        return Tokenizer(kind=TokenizerKind.WORD_PIECE)
    if family in _UNIGRAM:
        return Tokenizer(kind=TokenizerKind.UNIGRAM)
    pieces = family in _PIECES or (family in _PIECES_OF_A_SIZE and vocabulary in _SIZES)
    return Tokenizer(pieces=pieces, many_added=family in _GEMMA)
