"""LiteRT and MediaPipe files: which layers are kept at which width, and in which bundle.

In: an architecture, a precision and the kind of bundle. Out: a `Stored` with one
file. "int4" names the feed-forward's width: attention stays at eight bits, and
the token table is at four or eight by the bundle and the generation of models.
That is why Gemma 2B "int4" is 1.35 GB and not 1.25.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from tabfit.architectures.conversions import litert as conversions
from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message, _
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture, Kind
from tabfit.model.tensors import EXPERTS, FEED_FORWARD, LOOKED_UP, Part, Role, Tensor
from tabfit.recipes.stored_model import File, Stored, StoredTensor, keep
from tabfit.recipes.tokenizer_size import tokenizer_size
from tabfit.storage.storage_type import F16, F32, Beside, Per, StorageType
from tabfit.storage.type_table import LITERT_INT4, LITERT_INT8
from tabfit.units import NOTHING, Basis, Bytes, Interval, exactly


class Bundle(StrEnum):
    """The kinds of file: for MediaPipe in a browser, for apps, for LiteRT-LM."""

    WEB = "mediapipe"
    TASK = "task"
    LITERTLM = "litertlm"


# int4 in blocks of 32 with a float32 scale each: fits Gemma 3's two "Q4_0" web files, 0.25 GB for
# 270M and 18.98 GB for 27B, to half a percent; other block forms miss one of them by 3 to 6 %.
BLOCKS = StorageType("LiteRT int4 block 32", 2, 1, (Beside(4, Per.BLOCK, 32),))

_FEED_FORWARD = FEED_FORWARD | EXPERTS


@dataclass(frozen=True, slots=True)
class LayerBits:
    """The storage of feed-forward, attention and everything else that is a matrix; of the table."""

    feed_forward: StorageType
    attention: StorageType
    table: StorageType


_INT8 = LayerBits(LITERT_INT8, LITERT_INT8, LITERT_INT8)
# Source of the widths: MediaPipe's converter (attention 8 bits by default, feed-forward and table
# as asked), checked on published sizes in tests/data/litert/files.json.
WIDTHS: dict[str, LayerBits] = {
    "int8": _INT8,
    "int4": LayerBits(LITERT_INT4, LITERT_INT8, LITERT_INT4),
    "q4_0": LayerBits(BLOCKS, LITERT_INT8, LITERT_INT8),
    "fp16": LayerBits(F16, F16, F16),
    "fp32": LayerBits(F32, F32, F32),
}
_ALIASES = {"q8": "int8", "q4": "int4", "f16": "fp16", "f32": "fp32"}
PRECISIONS: tuple[str, ...] = tuple(WIDTHS)
FAMILIES: tuple[str, ...] = tuple(Bundle)

_SPARE_ROWS = 128  # Google's first Gemma checkpoints hold 256,128 tokens
_GRAPH = Interval(50_000, 200_000, 2_000_000)  # bytes a layer, in bundles with TFLite graphs
_LAYER_LIST = Interval(0, 40_000, 400_000)  # and in web bundles, whose runtime knows the layers
_SENTENCE_PIECE = (13.0, 17.3, 19.0)  # bytes a token: 4,241,003 for Gemma, 4,689,074 for Gemma 3


def _type_of(tensor: Tensor, widths: LayerBits) -> StorageType:
    if tensor.bias or tensor.role is Role.NORM or len(tensor.shape) < 2:
        return F32
    if tensor.role in LOOKED_UP:
        return widths.table
    return widths.feed_forward if tensor.role in _FEED_FORWARD else widths.attention


def widths_of(
    architecture: Architecture, precision: str, bundle: Bundle
) -> tuple[LayerBits, LayerBits | None]:
    """Return the likely widths and, where nobody can say from outside, others.

    MediaPipe's web files of "int4" hold a four-bit table for Gemma 1 and an
    eight-bit one for Gemma 3: for others it may be either.
    """
    widths = WIDTHS[precision]
    if precision != "int4" or bundle is not Bundle.WEB:
        return widths, None
    wide_table = replace(widths, table=LITERT_INT8)
    if conversions.was_converted_first(architecture.family):
        return widths, None
    return wide_table, None if conversions.has_wide_table(architecture.family) else widths


def _tensors(architecture: Architecture, widths: LayerBits) -> tuple[StoredTensor, ...]:
    text = (t for t in architecture.inventory.stored if t.part is Part.DECODER)
    return tuple(_with_spare_rows(keep(t, _type_of(t, widths)), architecture) for t in text)


def _with_spare_rows(stored: StoredTensor, architecture: Architecture) -> StoredTensor:
    if (
        not conversions.was_converted_first(architecture.family)
        or stored.role is not Role.EMBEDDING
    ):
        return stored
    rows, columns = stored.shape
    shape = (rows + _SPARE_ROWS, columns)
    return replace(stored, shape=shape, size=stored.type.size_of(shape))


def _tokenizer(architecture: Architecture, bundle: Bundle) -> Interval:
    """Return the bundled tokenizer: SentencePiece, or LiteRT-LM's copy of tokenizer.json.

    The latter is the hub's original, with all its white space.
    """
    if not architecture.vocabulary:
        return NOTHING
    low, likely, high = (round(architecture.vocabulary * each) for each in _SENTENCE_PIECE)
    if bundle is not Bundle.LITERTLM:
        return Interval(low, likely, high)
    spelled = tokenizer_size(architecture.tokenizer.kind, architecture.vocabulary).high
    return Interval(low, round(0.97 * spelled), spelled)


def _graph(architecture: Architecture, bundle: Bundle) -> Interval:
    layers = len(architecture.main.layers)
    each = _LAYER_LIST if bundle is Bundle.WEB else _GRAPH
    return each.scaled(layers, layers, layers)


def _weights(tensors: tuple[StoredTensor, ...]) -> Bytes:
    return Bytes(sum(tensor.size for tensor in tensors))


def can_store(architecture: Architecture) -> bool:
    """Return whether a bundle can hold such a model: one that makes text from tokens."""
    return architecture.kind is Kind.DECODER


def store(architecture: Architecture, precision: str, *, family: str | None = None) -> Stored:
    """Return a model's one file.

    `family` is the kind of bundle: "mediapipe" (web), "task" (apps) or
    "litertlm". Only the text part of a model that also sees or hears is in it.
    """
    bundle = bundle_of(family)
    name = precision_of(precision)
    likely, other = widths_of(architecture, name, bundle)
    tensors = _tensors(architecture, likely)
    beside = _tokenizer(architecture, bundle) + _graph(architecture, bundle)
    weights = exactly(_weights(tensors))
    if other is not None:
        weights = Interval(_weights(_tensors(architecture, other)), weights.likely, weights.high)
    file = File(
        name=_file_name(architecture, name, bundle),
        size=weights + beside,
        basis=Basis.COMPUTED,
        why=_why(likely, other),
        tensors=tensors,
    )
    return Stored("litert", name, tensors, (file,), tuple(_notes(architecture)))


def bundle_of(family: str | None) -> Bundle:
    """Return the kind of bundle, MediaPipe's for the web where none is named."""
    try:
        return Bundle.WEB if family is None else Bundle(family.lower())
    except ValueError:
        what = Message("no kind of LiteRT bundle is called {family}", family=repr(family))
        raise UnsupportedCombination(what, FAMILIES) from None


def precision_of(precision: str) -> str:
    """Return a precision in this recipe's own spelling, or say which there are."""
    name = _ALIASES.get(precision.lower(), precision.lower())
    if name not in WIDTHS:
        raise UnsupportedCombination(
            Message("no LiteRT precision is called {precision}", precision=repr(precision)),
            PRECISIONS,
        )
    return name


def _why(likely: LayerBits, other: LayerBits | None) -> str:
    told = {
        "feed": likely.feed_forward.name,
        "attention": likely.attention.name,
        "table": likely.table.name,
    }
    if other is None:
        return _(
            "feed-forward {feed}, attention {attention}, token table {table}, tokenizer inside",
            **told,
        )
    return _(
        "feed-forward {feed}, attention {attention}, token table {table}, tokenizer inside; "
        "least: token table {least}",
        least=other.table.name,
        **told,
    )


def _notes(architecture: Architecture) -> Iterator[str]:
    if any(tensor.part is not Part.DECODER for tensor in architecture.inventory):
        yield _("only the text part is counted: web bundles leave pictures and sound out")


def _file_name(architecture: Architecture, precision: str, bundle: Bundle) -> str:
    if bundle is Bundle.LITERTLM:
        return f"{architecture.family}-{precision}.litertlm"
    if bundle is Bundle.TASK:
        return f"{architecture.family}-{precision}.task"
    older = conversions.was_converted_first(architecture.family)  # read whole
    return f"{architecture.family}-{precision}" + ("-gpu.bin" if older else "-web.task")
