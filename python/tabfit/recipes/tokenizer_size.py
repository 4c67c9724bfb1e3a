"""Size of the tokenizer and the small configuration files that come with the weights.

In: an architecture. Out: files with an interval each, raw and as they travel.
A tokenizer.json lists every token with its number and, for byte-pair encoding,
every merge; how much white space lies between is the writer's choice.
"""

from __future__ import annotations

from collections.abc import Iterator

from tabfit.i18n.language import _
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind
from tabfit.model.tensors import Part
from tabfit.model.tokenizer import TokenizerKind
from tabfit.recipes.stored_model import Content, File
from tabfit.units import Basis, Interval

# Bytes of one entry, fitted in 2026 on the files in tests/data/onnx/tokenizers.json: a quoted token
# is 8 to 12 bytes, its number 5 or 6; indentation adds 8 to an entry of the vocabulary, and 7 to a
# merge that is one string. Newer writers spread a merge's two halves over four lines: 39 more.
_WORD_PIECE_ENTRY = (15.0, 23.3, 27.0)
_UNIGRAM_ENTRY = (33.0, 58.0, 80.0)
_TOKEN_ENTRY = (16.0, 25.0, 29.0)
_MERGE_ENTRY = (11.0, 19.0, 51.0)

# Tokenizers converted from SentencePiece or tiktoken list about two merges a token, those trained
# with merges one. Vocabulary sizes of the former: Llama 2, Phi-3, Llama 3, Mistral's Tekken, o200k
# (GPT-4o, gpt-oss, Phi-4-mini), Gemma 1 to 4.
_MERGES_PER_TOKEN = {
    32000: 1.84, 32064: 1.84, 128256: 2.19, 131072: 2.1, 200064: 2.23, 201088: 2.23,
    256000: 2.27, 256128: 2.27, 262144: 1.96, 262208: 1.96, 262400: 1.96,
}  # fmt: skip


def tokenizer_size(kind: TokenizerKind, vocabulary: int) -> Interval:
    """Return the bytes of a tokenizer.json, as it lies in the repository.

    >>> tokenizer_size(TokenizerKind.WORD_PIECE, 30522).likely  # published: 711,396
    711163

    Source: bytes an entry, fitted on published files (tests/data/onnx/tokenizers.json).
    """
    if kind is TokenizerKind.WORD_PIECE:
        return _entries(vocabulary, _WORD_PIECE_ENTRY)
    if kind is TokenizerKind.UNIGRAM:
        return _entries(vocabulary, _UNIGRAM_ENTRY)
    merges = round(vocabulary * _MERGES_PER_TOKEN.get(vocabulary, 1.0))
    return _entries(vocabulary, _TOKEN_ENTRY) + _entries(merges, _MERGE_ENTRY)


def _entries(count: int, each: tuple[float, float, float]) -> Interval:
    low, likely, high = each
    return Interval(round(count * low), round(count * likely), round(count * high))


#: The hub's network compresses text it stores in git; files above this come from the store for
#: large files, as they are. Source: huggingface_hub issue 3269 (a response with
#: `Content-Encoding: gzip`) and CloudFront's documented range, 1,000 to 10,000,000 bytes.
COMPRESSED_BELOW = 10_000_000
# gzip on the same files: 0.16 (spread merges) to 0.41 (no white space).
_GZIP = (0.16, 0.27, 0.41)


def travelled(size: Interval) -> Interval:
    """Return the bytes of a text file as it travels: compressed where the hub does so.

    It need not: the high end is the file itself.

    Source: gzip on those files; huggingface_hub issue 3269 for what the hub compresses.
    """
    low, likely, _ = _GZIP
    if size.low > COMPRESSED_BELOW:
        return size
    compressed = round(size.likely * likely) if size.likely <= COMPRESSED_BELOW else size.likely
    return Interval(round(size.low * low), compressed, size.high)


@dataclass(frozen=True, slots=True)
class _Small:
    name: str
    size: Interval
    content: Content = Content.CONFIG


# Ranges over published repositories (the listings in tests/data/onnx/published.json's sources).
_CONFIG = _Small("config.json", Interval(450, 900, 4_000))
_GENERATION = _Small("generation_config.json", Interval(100, 180, 4_000))
_PREPROCESSOR = _Small("preprocessor_config.json", Interval(250, 350, 2_000))
_TOKENIZER_CONFIG = _Small("tokenizer_config.json", Interval(300, 5_000, 60_000), Content.TOKENIZER)
_MANY_ADDED = Interval(14_000, 1_157_000, 1_160_000)  # Gemma writes out 6,415 added tokens


def small_files(architecture: Architecture) -> tuple[File, ...]:
    """Return the files that Transformers.js fetches beside the weights."""
    return tuple(_files(architecture))


def _files(architecture: Architecture) -> Iterator[File]:
    yield _file(_CONFIG)
    if architecture.kind is not Kind.ENCODER:
        yield _file(_GENERATION)
    if any(tensor.part in (Part.VISION, Part.AUDIO) for tensor in architecture.inventory):
        yield _file(_PREPROCESSOR)
    if not architecture.vocabulary:
        return
    yield from tokenizer_file(architecture)
    many = architecture.tokenizer.many_added
    yield _file(_TOKENIZER_CONFIG, _MANY_ADDED if many else None)


def tokenizer_file(architecture: Architecture) -> Iterator[File]:
    """Yield tokenizer.json, unless the model takes no text."""
    if not architecture.vocabulary:
        return
    kind = architecture.tokenizer.kind
    size = tokenizer_size(kind, architecture.vocabulary)
    yield File(
        name="tokenizer.json",
        size=size,
        basis=Basis.COMPUTED,
        why=_(
            "{kind} of {count:,} tokens; {travel}",
            kind=kind,
            count=architecture.vocabulary,
            travel=_says_travel(size),
        ),
        content=Content.TOKENIZER,
    )


def _says_travel(size: Interval) -> str:
    if size.likely > COMPRESSED_BELOW:
        return _("too large for the hub to compress on the way")
    return _(
        "about {count:,} bytes when the hub compresses it on the way",
        count=travelled(size).likely,
    )


def _file(small: _Small, size: Interval | None = None) -> File:
    return File(
        name=small.name,
        size=small.size if size is None else size,
        basis=Basis.ASSUMED,
        why=_("the range seen in published repositories"),
        content=small.content,
    )
