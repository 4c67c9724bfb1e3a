"""The sessions that Transformers.js loads for a model: which weights lie in which file.

In: an architecture. Out: its sessions, each with its tensors; what of them a file holds,
and how large that is, is worked out in `arrays` and `files`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tabfit.architectures.conversions import onnx as conversions
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind, Tower
from tabfit.model.layers import State
from tabfit.model.tensors import Part, Role, Tensor
from tabfit.recipes.onnx.export_families import EMBEDDERS
from tabfit.recipes.onnx.graphs import Trace
from tabfit.recipes.shared_weights import as_published

MEANS = ".running_mean"
UNUSED = ("mask_token", "masked_spec_embed", "original0")  # training's; a weight norm's length


@dataclass(frozen=True, slots=True)
class Session:
    """A graph that is loaded by itself: its file's stem, its weights, its layers."""

    name: str
    tensors: tuple[Tensor, ...]
    trace: Trace
    towers: tuple[Tower, ...] = ()
    left_out: tuple[Tensor, ...] = ()  # by most exporters, though some keep them
    branches: int = 1  # one for the first token and one for all later ones are merged in a graph

    @property
    def layers(self) -> int:
        """Return how many layers the graph repeats."""
        return sum(len(tower.layers) for tower in self.towers)

    @property
    def recurrent_layers(self) -> int:
        """Return how many of them carry a state from token to token."""
        every = (layer for tower in self.towers for layer in tower.layers)
        states = (kept for layer in every for kept in layer.keeps if isinstance(kept, State))
        return sum(state.elements > 0 for state in states)


def sessions_of(architecture: Architecture) -> tuple[Session, ...]:
    """Return the sessions that Transformers.js loads for this model.

    A decoder beside an encoder is the merged one, which serves the first token
    and all later ones. A decoder that also sees or hears keeps its token table
    in a session of its own.
    """
    parts = {tensor.part for tensor in architecture.inventory}
    if architecture.kind is Kind.ENCODER_DECODER:
        return _encoder_and_decoder(architecture, parts - {Part.DECODER})
    if Part.DRAWING in parts:
        return tuple(_seeing_and_drawing(architecture))
    if architecture.kind is Kind.DECODER and parts & {Part.VISION, Part.AUDIO}:
        return tuple(_multimodal(architecture, parts))
    if conversions.is_pointed_at(architecture.family):
        return tuple(_pointed_at(architecture))
    every = _once(as_published(architecture))
    dropped = tuple(t for t in every if _is_dropped(t, architecture))
    dropped += tuple(_dense(architecture))
    used = tuple(t for t in every if t not in dropped) + _before_the_vocoder(architecture)
    trace = Trace.GENERATOR if architecture.kind is Kind.DECODER else Trace.ENCODER
    if not any(layer.attention_heads for layer in architecture.main.layers):
        trace = Trace.CONVOLUTIONS if Part.VISION in parts else trace
    return (Session("model", used, trace, architecture.towers, dropped),)


def _pointed_at(architecture: Architecture) -> Iterator[Session]:
    seen, asked = (_of_parts(architecture, {part}) for part in (Part.VISION, Part.PROJECTOR))
    windows = conversions.looks_through_windows(architecture.family)
    trace = Trace.CUTTING if windows else Trace.ENCODER
    yield Session("vision_encoder", seen, trace, architecture.towers)
    yield Session("prompt_encoder_mask_decoder", asked, Trace.ASKED)


def _encoder_and_decoder(architecture: Architecture, seen: set[Part]) -> tuple[Session, ...]:
    towers = architecture.towers
    decoders = tuple(tower for tower in towers if tower.part is Part.DECODER)
    speech, reads = Part.AUDIO in seen, bool(seen & {Part.ENCODER, Part.AUDIO})
    apart = {Part.VISION, Part.PROJECTOR} if reads else set()
    encoders = tuple(t for t in towers if t.part is not Part.DECODER and t.part not in apart)
    read = tuple(t for t in _of_parts(architecture, seen - apart) if "pooler" not in t.name)
    looked_up = reads and Part.VISION in seen
    tables = tuple(t for t in read if t.role is Role.EMBEDDING) if looked_up else ()
    return (
        *(_vision_encoder(architecture, seen) if reads else ()),
        *((Session("embed_tokens", tables, Trace.TABLE),) if tables else ()),
        Session(
            "encoder_model",
            tuple(t for t in read if t not in tables),
            Trace.SPEECH_ENCODER if speech else Trace.ENCODER,
            encoders,
        ),
        Session(
            "decoder_model_merged",
            _written(architecture, apart={t.tied_to or t.name for t in tables}),
            Trace.MERGED,
            decoders,
            branches=2,
        ),
    )


def _written(architecture: Architecture, apart: set[str]) -> tuple[Tensor, ...]:
    """Return a decoder's weights; of a table that has a session of its own only the head stays."""
    heads = tuple(t for t in architecture.inventory if t.role is Role.HEAD and t.tied_to in apart)
    kept = _of_parts(architecture, {Part.DECODER})
    kept = tuple(t for t in kept if not t.name.startswith(LEFT_TO_THE_VOCODER))
    shared = {t.tied_to for t in heads}
    return (*(t for t in kept if (t.tied_to or t.name) not in shared), *heads)


def _multimodal(architecture: Architecture, parts: set[Part]) -> Iterator[Session]:
    text = _of_parts(architecture, {Part.DECODER})
    looked_up = (Role.EMBEDDING, Role.PER_LAYER_EMBEDDING)
    tables = tuple(t for t in text if t.role in looked_up)
    tied = {t.tied_to for t in architecture.inventory if t.role is Role.HEAD}
    heads = tuple(t for t in architecture.inventory if t.role is Role.HEAD and t.tied_to)
    rest = tuple(t for t in text if t not in tables)
    own_head = heads if tied & {t.name for t in tables} else ()
    yield Session("embed_tokens", tables, Trace.TABLE)
    yield Session("decoder_model_merged", (*rest, *own_head), Trace.FUSED, (architecture.main,))
    yield from _vision_encoder(architecture, parts)
    if Part.AUDIO in parts:
        towers = tuple(t for t in architecture.towers if t.part is Part.AUDIO)
        heard = _of_parts(architecture, {Part.AUDIO})
        if Part.VISION in parts:
            bridges = _of_parts(architecture, {Part.PROJECTOR})
            heard += tuple(tensor for tensor in bridges if _is_heard(tensor))
        else:
            heard += _of_parts(architecture, {Part.PROJECTOR})
        yield Session("audio_encoder", heard, Trace.ENCODER, towers)


def _seeing_and_drawing(architecture: Architecture) -> Iterator[Session]:
    """Yield the sessions of a decoder that also writes tokens of pictures (Janus).

    Its token table lies with what sees; what made tokens of pictures for training lies in none.
    """
    text, drawing = (_of_parts(architecture, {part}) for part in (Part.DECODER, Part.DRAWING))
    seen = _of_parts(architecture, {Part.VISION, Part.PROJECTOR})
    towers = tuple(t for t in architecture.towers if t.part is Part.VISION)
    tables = tuple(t for t in text if t.role is Role.EMBEDDING)
    heads = tuple(t for t in architecture.inventory if t.role is Role.HEAD)
    heads = tuple(t for t in heads if t.part is Part.DECODER)
    rest = tuple(t for t in text if t not in tables and t.role is not Role.HEAD)
    yield Session("prepare_inputs_embeds", (*tables, *seen), Trace.VISION, towers)
    yield Session("language_model", rest, Trace.GENERATOR, (architecture.main,))
    yield Session("lm_head", heads, Trace.TABLE)
    for name, trace, inside in _DRAWING:
        held = tuple(t for t in drawing if any(part in t.name for part in inside))
        yield Session(name, held, trace)


_DRAWING = (
    ("gen_head", Trace.TABLE, ("generation_head.",)),
    ("gen_img_embeds", Trace.TABLE, ("generation_embeddings.", "generation_aligner.")),
    ("image_decode", Trace.CONVOLUTIONS, ("vqmodel.decoder.", "post_quant_", "quantize.")),
)


def _vision_encoder(architecture: Architecture, parts: set[Part]) -> Iterator[Session]:
    """Yield the session of what a model sees with, its projector included."""
    if Part.VISION in parts:
        towers = tuple(t for t in architecture.towers if t.part is Part.VISION)
        seen = _of_parts(architecture, {Part.VISION, Part.PROJECTOR})
        seen = tuple(t for t in seen if not _is_heard(t))
        trace = (
            Trace.WINDOWS
            if conversions.looks_across_channels(architecture.family)
            else Trace.VISION
        )
        yield Session("vision_encoder", seen, trace, towers)


def _is_heard(tensor: Tensor) -> bool:
    """Return whether a bridge leads from sounds, in a model that sees too."""
    return tensor.part is Part.PROJECTOR and "embed_audio" in tensor.name


def _of_parts(architecture: Architecture, parts: Iterable[Part]) -> tuple[Tensor, ...]:
    return _once(as_published(architecture).in_part(*parts))


def _once(tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
    """Return one tensor for each array: a session holds its own copy of what it shares.

    Left out is what only training needs, and what a batch norm leaves behind
    when the exporter folds it into the convolution before it: all but a bias.
    """
    kept: dict[str, Tensor] = {}
    held = tuple(tensors)
    folded = {t.name.removesuffix(MEANS) for t in held if t.name.endswith(MEANS)}
    for tensor in held:
        module, _, name = tensor.name.rpartition(".")
        if name in UNUSED or tensor.unread or (module in folded and name != "bias"):
            continue
        if tensor.tied_to is None:
            kept[tensor.name] = tensor
        else:
            kept.setdefault(tensor.tied_to, tensor)
    return tuple(kept.values())


#: The convolutions that SpeechT5 ends in lie in the file of its vocoder, a repository of its own.
LEFT_TO_THE_VOCODER = "speech_decoder_postnet.layers."
_POSTNET = (5, 256, 80, 5)  # layers, channels inside and outside, width: SpeechT5's defaults


def _before_the_vocoder(architecture: Architecture) -> tuple[Tensor, ...]:
    """Return those convolutions, their batch norms folded into them."""
    if not conversions.is_vocoder(architecture.family):
        return ()
    layers, inside, outside, width = _POSTNET
    sides = (outside, *(inside,) * (layers - 1), outside)
    return tuple(
        Tensor(
            name=f"{LEFT_TO_THE_VOCODER}{number}.conv.weight",
            shape=(sides[number + 1], sides[number], width),
            role=Role.CONVOLUTION,
        )
        for number in range(layers)
    )


def _dense(architecture: Architecture) -> Iterator[Tensor]:
    """Yield the layers after pooling that sentence-transformers keeps beside config.json.

    EmbeddingGemma's export ends in two, four times as wide between them.
    """
    if architecture.head in EMBEDDERS:
        hidden = architecture.main.hidden
        for number, shape in enumerate(((4 * hidden, hidden), (hidden, 4 * hidden))):
            yield Tensor(name=f"dense.{number}.weight", shape=shape, role=Role.OTHER)


_POOLED_LESS = ("Model", "ForPreTraining", "ForMaskedLM")


def _is_dropped(tensor: Tensor, architecture: Architecture) -> bool:
    """Return whether no output needs it: the pooler of a model that answers for every token."""
    pooled = "pooler" in tensor.name or "seq_relationship" in tensor.name
    return pooled and architecture.kind is Kind.ENCODER and architecture.head.endswith(_POOLED_LESS)


def is_made_once(tensor: Tensor) -> bool:
    """Return whether this projects the encoder's output, once for every token written."""
    across = any(part in tensor.name for part in ("encoder_attn", "EncDecAttention"))
    return across and tensor.role in (Role.KEY, Role.VALUE)
