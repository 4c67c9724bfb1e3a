"""Sessions that publishers lay beside those that a page loads: more files to hold the recipe to.

In: an architecture. Out: its sessions of older exports, and of one side of a model that compares.
"""

from __future__ import annotations

from collections.abc import Iterator

from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture, Kind
from tabfit.model.tensors import Part
from tabfit.recipes.onnx.graphs import Trace
from tabfit.recipes.onnx.sessions import Session, is_made_once, sessions_of

#: Every window of HTSAT's is cut by nodes of its own: made here, 146,000 bytes a layer.
HEARD_IN_WINDOWS = frozenset({"clap"})
#: Files of models that compare two things, and how the names of what lies in each begin.
COMPARED = {
    "text_model": ("text_model.", "text_projection."),
    "vision_model": ("vision_model.", "visual_projection."),
    "audio_model": ("audio_model.", "audio_projection."),
}


def older_sessions(architecture: Architecture) -> tuple[Session, ...]:
    """Return the decoders of older exports: one for the first token, one for all later ones.

    The second has the keys and values of the encoder's output from the first, so it lacks the
    projections that make them. A decoder alone came merged of both too.
    """
    if architecture.kind is Kind.ENCODER:
        return ()
    encoders = architecture.kind is Kind.ENCODER_DECODER
    whole = next(
        s for s in sessions_of(architecture) if s.name in ("decoder_model_merged", "model")
    )
    later = tuple(t for t in whole.tensors if not (encoders and is_made_once(t)))
    trace = Trace.DECODER if encoders else Trace.GENERATOR
    merged = replace(whole, name="decoder_model_merged", branches=2)
    return (
        *(() if encoders else (merged,)),
        Session("decoder_model", whole.tensors, trace, whole.towers),
        Session("decoder_with_past_model", later, trace, whole.towers),
    )


def sessions_apart(architecture: Architecture) -> tuple[Session, ...]:
    """Return the sessions of a model that compares, each side by itself."""
    if architecture.kind is not Kind.ENCODER:
        return ()
    sides = tuple(_sides(architecture))
    return sides if len(sides) > 1 else ()


def _sides(architecture: Architecture) -> Iterator[Session]:
    every = [t for s in sessions_of(architecture) for t in (*s.tensors, *s.left_out)]
    for name, starts in COMPARED.items():
        tensors = tuple(t for t in every if t.name.startswith(starts))
        parts = {tensor.part for tensor in tensors}
        towers = tuple(tower for tower in architecture.towers if tower.part in parts)
        windowed = Part.AUDIO in parts and architecture.family in HEARD_IN_WINDOWS
        if tensors:
            yield Session(name, tensors, Trace.WINDOWS if windowed else Trace.ENCODER, towers)
