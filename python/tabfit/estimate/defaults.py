"""What is meant unless a visitor says otherwise: runtime, precision and context.

In: a `Subject` and the catalogue. Out: what is on offer of it, the usual first.
"""

from __future__ import annotations

from typing import Final

from tabfit import runtimes
from tabfit.catalog import Catalog, PublishedPrecision, RuntimeFacts
from tabfit.estimate import published_files
from tabfit.estimate.subjects import UNDISCLOSED, Subject
from tabfit.model.architecture import Kind
from tabfit.units import Tokens

#: An encoder is asked about this many tokens unless the visitor says otherwise.
USUAL_INPUT: Final = Tokens(512)
#: A chat model is asked about this many where its runtime has no default of its own.
USUAL_CONTEXT: Final = Tokens(4096)
#: The contexts a page offers.
CONTEXTS: Final = tuple(Tokens(2**power) for power in range(7, 18))


def runs(about: Subject, facts: RuntimeFacts) -> bool:
    """Return whether a runtime really has this model to run.

    A catalogue model is run by what loads the files it is published in; a bare
    architecture by every runtime that knows its family and whose files can be made of it.
    """
    if facts.hypothetical:
        return about.config is not None
    if about.model is not None:
        return bool(precisions_of(about, facts))
    shape = about.architecture
    tried = facts.unlisted_kinds and (shape is None or shape.kind in facts.unlisted_kinds)
    known = is_listed(about, facts) or bool(tried)
    if about.ready_made:
        return known and bool(precisions_of(about, facts))
    makes = shape is not None and runtimes.named(facts.id).can_store(shape)
    return known and makes and not facts.listed_only


def loads_nowhere(about: Subject, catalog: Catalog) -> bool:
    """Return whether no browser runtime loads a subject."""
    return not any(runs(about, facts) for facts in catalog.runtimes if not facts.hypothetical)


def is_listed(about: Subject, facts: RuntimeFacts) -> bool:
    """Return whether a runtime's own list has a model's family, or there is nothing to compare."""
    return not facts.families or not about.family or about.family in facts.families


def runtimes_of(about: Subject, catalog: Catalog) -> tuple[RuntimeFacts, ...]:
    """Return the runtimes that have this model, the usual one first.

    Usual is the best known publication's; of two that load it, the one on the GPU for a
    model that makes many tokens, the one on the processor for others. *Ideal*, which nobody
    can load, is the last.
    """
    able = [facts for facts in catalog.runtimes if runs(about, facts)]
    order = [each.format for each in about.published if about.ready_made]
    talks = about.architecture is not None and about.architecture.kind is Kind.DECODER

    def rank(facts: RuntimeFacts) -> tuple[bool, int, bool]:
        place = min((order.index(f) for f in facts.formats if f in order), default=len(order))
        return facts.hypothetical, place, facts.needs.webgpu is not talks

    return tuple(sorted(able, key=rank))


def precisions_of(about: Subject, facts: RuntimeFacts) -> tuple[str, ...]:
    """Return the precisions on offer, the runtime's own order."""
    publication = about.publication(facts)
    if facts.hypothetical or not about.ready_made:
        return facts.precisions
    return published_files.loadable(publication, facts) if publication else ()


def usual_precision(about: Subject, facts: RuntimeFacts) -> str:
    """Return the precision a page would load unless told otherwise.

    A BitNet is trained with weights of three values: at any other width it is not itself.
    """
    offered = precisions_of(about, facts)
    own = about.architecture.trained_at if about.architecture else None
    wanted = (own, *facts.fallback_precisions, facts.default_precision)
    return next((each for each in wanted if each in offered), offered[0])


def usual_context(about: Subject, facts: RuntimeFacts, offer: PublishedPrecision | None) -> Tokens:
    """Return the context a page would use unless told otherwise, within the model's reach.

    In tokens. Source: WebLLM's list where it says one, the runtime's row, else `USUAL_CONTEXT`; an
    encoder's `USUAL_INPUT`.
    """
    architecture = about.architecture or UNDISCLOSED
    if architecture.kind is Kind.ENCODER:
        usual = USUAL_INPUT
    else:
        usual = (offer.context if offer else None) or facts.default_context or USUAL_CONTEXT
    reach = architecture.main.positions
    return Tokens(min(usual, reach)) if reach else usual


def nominal_bits(precision: str) -> int | None:
    """Return the bits a precision's name promises per weight.

    MLC calls what is not quantised `q0` with the floats that it is kept in.

    >>> nominal_bits("q4f16"), nominal_bits("int8"), nominal_bits("bnb4"), nominal_bits("fp32")
    (4, 8, 4, 32)
    >>> nominal_bits("q0f16")
    16

    `None` where the name says none. Source: the names that ONNX exports, llama.cpp, MLC and LiteRT
    give.
    """
    precision = precision.removeprefix("ud-").removeprefix("q0")
    for lead in ("fp", "bf", "uint", "int", "iq", "bnb", "tq", "q", "f"):
        if precision.startswith(lead):
            digits = precision.removeprefix(lead)
            figure = digits[:2] if digits[:2] in ("16", "32") else digits[:1]
            return int(figure) if figure.isdigit() else None
    return None
