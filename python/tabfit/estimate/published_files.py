"""What is offered of a model: the precisions a runtime loads, and their files.

In: a publication, from the catalogue or from a hub's listing. Out: the files of one
precision, in which what is listed stands before what a recipe computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from tabfit.catalog import Publication, PublishedPrecision, RuntimeFacts
from tabfit.errors import UnknownName, UnsupportedCombination
from tabfit.estimate.subjects import UNDISCLOSED, Subject
from tabfit.i18n.language import _, cleared_with_language
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture
from tabfit.recipes import ideal
from tabfit.recipes.gguf import dynamic
from tabfit.recipes.listed_sizes import (
    listed_files,
    scaled_to,
    travelling,
    with_listed,
    with_tensors,
)
from tabfit.recipes.onnx import session_precisions
from tabfit.recipes.stored_model import Content, Stored
from tabfit.runtimes import Runtime, named

#: A file whose mix has no known name is taken for the one of these whose size is nearest.
YARDSTICKS: Final[Mapping[str, tuple[str, ...]]] = {
    "gguf": ("q2_k", "q3_k_m", "q4_k_m", "q5_k_m", "q6_k", "q8_0", "f16", "f32"),
}
#: The small files beside the weights that runtimes fetch; others hold them inside.
FETCHED: Final = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "generation_config.json",
)
#: Formats of which a runtime takes any file; of others it takes those it knows the name of.
ANY_MIX: Final = frozenset({"gguf", "mediapipe", "litertlm"})


def loadable(publication: Publication, facts: RuntimeFacts) -> tuple[str, ...]:
    """Return the precisions of a publication that a runtime loads."""
    any_mix = publication.format in ANY_MIX
    return tuple(
        each
        for each in publication.offers
        if each in facts.precisions or (any_mix and each not in facts.lacking_precisions)
    )


def stored(
    runtime: Runtime,
    facts: RuntimeFacts,
    architecture: Architecture,
    precision: str,
    publication: Publication | None,
) -> Stored:
    """Return the files of a precision: as published, where somebody lists them."""
    offer = publication.offers.get(precision) if publication else None
    family = (offer.family if offer else None) or (publication.family if publication else None)
    try:
        computed = runtime.store(architecture, precision, family)
    except UnknownName:
        if "gguf" in facts.formats and not _told(offer) and dynamic.is_named(precision):
            return travelling(dynamic.store(architecture, precision))
        if offer is None:
            raise
        computed = _nearest(runtime, facts, architecture, offer)
    except UnsupportedCombination:
        if offer is None or not offer.files:
            raise
        computed = _unconverted(architecture, offer)
    if offer is not None and offer.tensors:
        computed = with_tensors(computed, offer.tensors)
    files, common = (offer.files if offer else (), publication.common if publication else ())
    return travelling(with_listed(computed, files, common))


def _told(offer: PublishedPrecision | None) -> bool:
    """Return whether a file's size or its tensors are known."""
    return offer is not None and bool(offer.files or offer.tensors)


def listed_alone(publication: Publication, precision: str) -> Stored:
    """Return the files of a precision as they are listed, of a model whose shape nobody told.

    Its tensors are those that a header lists, where one was read.
    """
    offer = publication.offers[precision]
    beside = [each for each in publication.common if each.name in FETCHED]
    files = listed_files(offer.files, beside if publication.format in ("onnx", "mlc") else ())
    return travelling(Stored(publication.format, precision, offer.tensors, files))


def _nearest(
    runtime: Runtime, facts: RuntimeFacts, architecture: Architecture, offer: PublishedPrecision
) -> Stored:
    """Return a file of unnamed mix as the named one whose size is nearest, at its own size."""
    size = sum(file.bytes for file in offer.files)
    yardsticks = YARDSTICKS.get(facts.formats[0], facts.precisions)
    every = [runtime.store(architecture, each, None) for each in yardsticks]
    near = min(every, key=lambda each: abs(each.download.likely - size))
    if offer.tensors:
        return replace(near, precision=offer.precision)
    note = _(
        "{precision} names no mix known here: its tensors are taken as those of {near}, at the "
        "size of its file",
        precision=offer.precision,
        near=near.precision.lower(),
    )
    scaled = scaled_to(near, size) if size else near
    return replace(scaled, precision=offer.precision, notes=(*near.notes, note))


def _unconverted(architecture: Architecture, offer: PublishedPrecision) -> Stored:
    """Return a file of a model that no recipe converts: its own tensors, at the file's size."""
    plain = ideal.store(architecture, "fp16")
    scaled = scaled_to(plain, sum(file.bytes for file in offer.files))
    note = _("how its tensors are stored is not known: each is taken at its share of the file")
    notes = () if offer.tensors else (note,)
    return replace(scaled, precision=offer.precision, notes=notes)


# The files of a model


@dataclass(frozen=True)
class _Files:
    """Whose files are fetched; of runtimes that fetch the same ones, any may lay them out."""

    owner: str
    formats: tuple[str, ...]
    facts: RuntimeFacts

    def __eq__(self, other: object) -> bool:
        """Return whether the same files are fetched."""
        return isinstance(other, _Files) and (self.owner, self.formats) == (
            other.owner,
            other.formats,
        )

    def __hash__(self) -> int:
        """Return what equal ones share."""
        return hash((self.owner, self.formats))


#: Files of so many precisions are kept at hand: a page asks for the same few again and again.
KEPT: Final = 64


def store(about: Subject, facts: RuntimeFacts, precision: str) -> Stored:
    """Return the model's files at a precision, published sizes in place of computed ones."""
    return _laid_out(about, _Files(facts.files_of or facts.id, facts.formats, facts), precision)


@cleared_with_language
@lru_cache(maxsize=KEPT)
def _laid_out(about: Subject, files: _Files, precision: str) -> Stored:
    facts = files.facts
    publication = about.publication(facts)
    if about.unread and publication is not None:
        return listed_alone(publication, precision)
    architecture = about.architecture or UNDISCLOSED
    if session_precisions.is_map(precision):
        return _by_session(named(facts.id), architecture, precision, publication)
    return stored(named(facts.id), facts, architecture, precision, publication)


def _by_session(
    runtime: Runtime, architecture: Architecture, precision: str, publication: Publication | None
) -> Stored:
    """Return the files of sessions that are loaded at a precision each."""
    parts = [
        _of_session(runtime, architecture, session, dtype, publication)
        for session, dtype in session_precisions.read(precision).items()
    ]
    files = tuple(
        file
        for at, part in enumerate(parts)
        for file in part.files
        if not at or file.content is Content.WEIGHTS  # the small files are the same for all
    )
    joined = Stored(
        recipe=parts[0].recipe,
        precision=precision,
        tensors=tuple(tensor for part in parts for tensor in part.tensors),
        files=files,
        notes=tuple(note for part in parts for note in part.notes),
        tensors_known=all(part.tensors_known for part in parts),
    )
    return travelling(with_listed(joined, (), publication.common if publication else ()))


def _of_session(
    runtime: Runtime,
    architecture: Architecture,
    session: str,
    dtype: str,
    publication: Publication | None,
) -> Stored:
    """Return one session's weights at a dtype, as published where somebody lists them."""
    offer = publication.offers.get(dtype) if publication else None
    family = (offer.family if offer else None) or (publication.family if publication else None)
    whole = runtime.store(architecture, dtype, family)
    files = tuple(
        file
        for file in whole.files
        if file.content is not Content.WEIGHTS or _belongs(file.name, session)
    )
    tensors = tuple(tensor for file in files for tensor in file.tensors)
    own = replace(whole, files=files, tensors=tensors)
    return with_listed(own, [f for f in offer.files if _belongs(f.name, session)] if offer else ())


def _belongs(file: str, session: str) -> bool:
    found = session_precisions.session_of(file)
    return found is not None and found[0] == session
