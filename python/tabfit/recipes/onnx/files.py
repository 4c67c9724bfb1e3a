"""ONNX files as Transformers.js fetches them: one or more sessions, each at a dtype.

In: an architecture and a dtype's name. Out: a `Stored`. Where sizes depend on
how somebody exported the file, each is an interval whose ends say why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil, floor

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message, _
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture
from tabfit.recipes.onnx.arrays import stored_arrays
from tabfit.recipes.onnx.export_families import FAMILIES, Export, ExportFamily, Rotary, exports_of
from tabfit.recipes.onnx.exports import DTYPES, Dtype, Packing
from tabfit.recipes.onnx.graphs import Trace, chunk_constants, graph_size
from tabfit.recipes.onnx.sessions import Session, sessions_of
from tabfit.recipes.stored_model import File, Stored, StoredTensor
from tabfit.recipes.tokenizer_size import small_files
from tabfit.units import Basis, Interval, exactly

PRECISIONS: tuple[str, ...] = tuple(DTYPES)

SINGLE_FILE = 2**31 - 1  # protobuf refuses more; beyond it weights lie beside the graph
#: By how much an export may be off beyond what its kind leaves open: constants that one exporter
#: folds and another keeps. At one part in a hundred 88 of 100 files that no rule had seen lay
#: inside (two batches of 279), at three 94; of files whose type is left out 95 and 97.
UNMODELLED = 0.03
ALIGNED = 64  # where an array beside the graph begins
CHUNK = 2000 * 2**20  # published parts are at most this, tensors larger than it aside

FEWEST_WIDE = 4  # bits at which a token table may stay wide beside packed products

_FUSED_FAMILIES = (ExportFamily.FUSED, ExportFamily.DOUBLED, ExportFamily.PACKED)


def _graph(session: Session, dtype: Dtype, export: Export) -> Interval:
    fused = session.trace is Trace.GENERATOR and (export.family in _FUSED_FAMILIES)
    trace = Trace.FUSED if fused else session.trace
    one = graph_size(trace, session.layers, dtype) + chunk_constants(session.recurrent_layers)
    single = session.branches == 1 or session.trace is Trace.MERGED
    return one if single else one + one


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way the file of a session may have been made, and what it then weighs."""

    export: Export
    tensors: tuple[StoredTensor, ...]
    graph: Interval
    left_out: int = 0

    @property
    def data(self) -> int:
        """Return the bytes of its weights."""
        return sum(tensor.size for tensor in self.tensors)

    @property
    def padding(self) -> int:
        """Return at most how many bytes lie between arrays beside the graph, 64 for each."""
        return ALIGNED * len(self.tensors) if self.export.family is ExportFamily.PACKED else 0

    @property
    def described(self) -> str:
        """Return the export in words."""
        table = _("{type} token table", type=self.export.table)
        if self.export.table == "wide":
            table = _("wide table")
        head = _(", a second copy of the tied head") if self.export.separate_head else ""
        rotary = {
            Rotary.COMPUTED: "",
            Rotary.HALF: _(", rotary tables at half width"),
            Rotary.FULL: _(", rotary tables at full width"),
        }[self.export.rotary]
        made = {
            ExportFamily.TRACED: _("exported by optimum"),
            ExportFamily.SLIMMED: _("exported by optimum and simplified"),
            ExportFamily.PACKED: _("built for the web"),
        }.get(self.export.family, _("built by onnxruntime-genai"))
        return _("{made}: {table}{more}", made=made, table=table, more=rotary + head)


def candidates_of(
    session: Session, architecture: Architecture, dtype: Dtype, exports: Iterable[Export]
) -> tuple[Candidate, ...]:
    """Return what a session's file weighs under each export, in the order given.

    At one and two bits a packed table comes first: models trained so have no wide one.
    """
    if dtype.packing is Packing.BLOCKS and dtype.bits < FEWEST_WIDE:
        exports = sorted(exports, key=lambda export: export.family is not ExportFamily.PACKED)
    return tuple(
        Candidate(
            export,
            stored_arrays(session, architecture, dtype, export),
            _graph(session, dtype, export),
            sum(dtype.wide.size_of(tensor.shape) for tensor in session.left_out),
        )
        for export in exports
    )


def session_size(candidates: tuple[Candidate, ...]) -> Interval:
    """Return the bytes of a session's files: the first export is the likely one.

    In bytes; raises `ValueError` where there is no candidate. Source: what an export's kind leaves
    open and its graph (`graphs`); the margin beside it was measured on files that no rule had seen
    (docs/accuracy.md).
    """
    least = min(c.data + c.graph.low for c in candidates)
    most = max(c.data + c.padding + c.graph.high + c.left_out for c in candidates)
    return Interval(
        floor(least * (1 - UNMODELLED)),
        candidates[0].data + candidates[0].graph.likely,
        ceil(most * (1 + UNMODELLED)),
    )


def _why(candidates: tuple[Candidate, ...]) -> str:
    likely = candidates[0]
    if len(candidates) == 1:
        return _(
            "{described}; only the graph's own bytes are estimated", described=likely.described
        )
    low = min(candidates, key=lambda c: c.data)
    high = max(candidates, key=lambda c: c.data)
    return _(
        "depends on who exported it; likely: {likely}; least: {low}; most: {high}",
        likely=likely.described,
        low=low.described,
        high=high.described,
    )


def _files(session: Session, dtype: Dtype, candidates: tuple[Candidate, ...]) -> Iterator[File]:
    likely, size, why = candidates[0], session_size(candidates), _why(candidates)
    name = f"onnx/{session.name}{dtype.suffix}.onnx"
    beside = likely.export.family is ExportFamily.PACKED or size.likely > SINGLE_FILE
    if not beside:
        yield File(name=name, size=size, basis=Basis.COMPUTED, why=why, tensors=likely.tensors)
        return
    yield File(
        name=name, size=likely.graph, basis=Basis.COMPUTED, why=_("the graph without weights")
    )
    for number, chunk in enumerate(chunks(likely.tensors)):
        part = sum(tensor.size for tensor in chunk)
        yield File(
            name=f"{name}_data" if number == 0 else f"{name}_data_{number}",
            size=_share(part, likely.data, size, likely.graph),
            basis=Basis.COMPUTED,
            why=why,
            tensors=chunk,
        )


def _share(part: int, whole: int, size: Interval, graph: Interval) -> Interval:
    """Return a chunk's part of the session's interval, in proportion."""
    low, high = size.low - graph.low, size.high - graph.high
    return Interval(part * low // whole, part, -(-part * high // whole))


def chunks(tensors: Iterable[StoredTensor]) -> tuple[tuple[StoredTensor, ...], ...]:
    """Return the tensors in files of at most 2000 MiB, in order; a larger one is alone."""
    held = tuple(tensors)
    if sum(tensor.size for tensor in held) <= SINGLE_FILE:
        return (held,)
    parts: list[list[StoredTensor]] = [[]]
    for tensor in held:
        if parts[-1] and sum(t.size for t in parts[-1]) + tensor.size > CHUNK:
            parts.append([])
        parts[-1].append(tensor)
    return tuple(tuple(part) for part in parts)


def dtype_of(precision: str) -> tuple[str, Dtype]:
    """Return a dtype and its own spelling, or say which there are."""
    name = precision.lower()
    if name not in DTYPES:
        raise UnsupportedCombination(
            Message("no ONNX dtype is called {precision}", precision=repr(precision)), PRECISIONS
        )
    return name, DTYPES[name]


def store(architecture: Architecture, precision: str, *, family: str | None = None) -> Stored:
    """Return the files of a model at a dtype.

    `family` says how it was exported, where that is known (see `export_families`).
    """
    if family is not None and family not in FAMILIES:
        raise UnsupportedCombination(
            Message("no family of ONNX exports is called {family}", family=repr(family)), FAMILIES
        )
    name, dtype = dtype_of(precision)
    exports = exports_of(architecture, family)
    tensors: list[StoredTensor] = []
    files: list[File] = []
    for session in sessions_of(architecture):
        found = candidates_of(session, architecture, dtype, exports)
        tensors += found[0].tensors
        files += _files(session, dtype, found)
    return Stored(
        recipe="onnx",
        precision=name,
        tensors=tuple(tensors),
        files=(*files, *small_files(architecture)),
    )


def weights_size(
    architecture: Architecture, precision: str, *, family: str | None = None
) -> Interval:
    """Return the bytes of all sessions' files, without tokenizer and config.

    In bytes, ends added up. Raises `UnsupportedCombination` for a dtype of no such name. Source:
    the sessions of the export (`sessions`) as onnxruntime's quantisers write them; held against
    published files (tests/data/onnx).
    """
    _, dtype = dtype_of(precision)
    exports = exports_of(architecture, family)
    total = exactly(0)
    for session in sessions_of(architecture):
        total += session_size(candidates_of(session, architecture, dtype, exports))
    return total
