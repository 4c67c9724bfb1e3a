"""What a runtime demands of a device: as data, and as demands on one load.

In: a runtime's `Needs` (from the catalogue) and a `Load`. Out: `Demand`s, each
a feature or a number of bytes that a device either has or has not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tabfit.i18n.language import _
from tabfit.units import Bytes, Interval, exactly

if TYPE_CHECKING:
    from tabfit.runtimes.base import Load, Runtime

WEBGPU: Final = "webgpu"
SHADER_F16: Final = "shader-f16"
JSPI: Final = "jspi"
COMPILER: Final = "compiler"
BINDING: Final = "largest-tensor"
BUFFER: Final = "largest-buffer"
ADVISED: Final = "advised-buffer"
WASM: Final = "wasm-memory"
FILE: Final = "file-size"
PLATFORM: Final = "platform"
BUILT_IN_MEMORY: Final = "built-in-memory"
BUILT_IN_STORAGE: Final = "built-in-storage"
AVAILABILITY: Final = "availability"
#: The order in which `demands` yields them.
ORDER: Final = (
    *(WEBGPU, SHADER_F16, BUFFER, BINDING, ADVISED, JSPI, COMPILER, WASM, FILE),
    *(AVAILABILITY, PLATFORM, BUILT_IN_MEMORY, BUILT_IN_STORAGE),
)
#: What a browser has already weighed once it says whether its own model is available.
WEIGHED: Final = (PLATFORM, BUILT_IN_MEMORY, BUILT_IN_STORAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a runtime demands of a device; `None` and empty mean no demand.

    `binding_bytes` and `buffer_bytes` are limits below which it refuses to
    start, their `advised` twins limits below which it warns or works worse.
    `wasm_memory` is the ceiling of its WebAssembly memory. `straining` are browsers whose
    compiler its own code overtaxes. `availability` says that the browser itself is asked.
    """

    webgpu: bool = False
    jspi: bool = False
    straining: tuple[str, ...] = ()
    threads: bool = False
    shader_f16_for: tuple[str, ...] = ()
    buffer_bytes: Bytes | None = None
    binding_bytes: Bytes | None = None
    advised_buffer_bytes: Bytes | None = None
    advised_binding_bytes: Bytes | None = None
    workgroup_storage_bytes: Bytes | None = None
    wasm_memory: Bytes | None = None
    largest_file: Bytes | None = None
    platforms: tuple[str, ...] = ()
    browsers: tuple[str, ...] = ()
    free_storage_bytes: Bytes | None = None
    ram_bytes: Bytes | None = None
    cores: int | None = None
    vram_bytes: Bytes | None = None
    availability: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Something a runtime needs that a device either has or has not.

    `name` is the check's name; `need` the bytes asked of a limit, or `None` for
    a feature; `limit` is the runtime's own ceiling where the device sets none.
    `hard` says that without it nothing runs. `why` is for the reader.
    """

    name: str
    why: str
    need: Interval | None = None
    limit: Bytes | None = None
    hard: bool = True


def demands(runtime: Runtime, title: str, needs: Needs, load: Load) -> Iterator[Demand]:
    """Yield what a runtime asks of a device before it can run this load."""
    if needs.webgpu:
        yield Demand(
            name=WEBGPU,
            why=_("{title} computes on the graphics processor through WebGPU", title=title),
        )
        yield from _of_adapter(runtime, title, needs, load)
    if needs.jspi:
        yield Demand(
            name=JSPI, why=_("{title} needs WebAssembly that can wait for promises", title=title)
        )
    if needs.straining:
        yield Demand(
            name=COMPILER,
            why=_("{title} brings a large WebAssembly program of its own", title=title),
            hard=False,
        )
    yield from _of_wasm(runtime, needs, load)
    yield from _built_in(title, needs)


def _of_adapter(runtime: Runtime, title: str, needs: Needs, load: Load) -> Iterator[Demand]:
    precision = load.stored.precision
    if precision in needs.shader_f16_for:
        yield Demand(
            name=SHADER_F16,
            why=_("{precision} computes in 16-bit floats on the GPU", precision=precision),
        )
    largest = Bytes(0)
    if load.stored.tensors:
        largest = load.stored.largest_buffer
        yield from _of_tensors(runtime, title, needs, load)
    advised = max(needs.advised_buffer_bytes or 0, needs.advised_binding_bytes or 0)
    if advised > largest:
        yield Demand(
            name=ADVISED,
            why=_(
                "{title} prefers buffers and bindings of this size and warns or slows without",
                title=title,
            ),
            need=exactly(advised),
            hard=False,
        )


def _of_tensors(runtime: Runtime, title: str, needs: Needs, load: Load) -> Iterator[Demand]:
    """Yield what the largest tensor asks of buffers, where any tensor is known."""
    largest = load.stored.largest_buffer
    yield Demand(
        name=BUFFER,
        why=_("{title} asks for buffers that hold the largest tensor", title=title),
        need=exactly(max(largest, needs.buffer_bytes or 0)),
    )
    yield Demand(
        name=BINDING,
        why=_binding(runtime, load.stored.largest_tensor.name),
        need=exactly(max(largest, needs.binding_bytes or 0)),
        hard=not runtime.splits_bindings,
    )


def _binding(runtime: Runtime, tensor: str) -> str:
    if runtime.splits_bindings:
        return _(
            "the largest tensor, {tensor}, must fit one storage binding, "
            "or it is split or left to the processor",
            tensor=tensor,
        )
    return _("the largest tensor, {tensor}, must fit one storage binding", tensor=tensor)


def _of_wasm(runtime: Runtime, needs: Needs, load: Load) -> Iterator[Demand]:
    heap = runtime.heap(load)
    if needs.wasm_memory is not None and heap is not None:
        yield Demand(
            name=WASM,
            why=_("takes WebAssembly memory,"),
            need=heap,
            limit=needs.wasm_memory,
        )
    if needs.largest_file is not None and load.stored.files:
        yield Demand(
            name=FILE,
            why=_("a single file must stay below a limit, so publishers split larger ones"),
            need=max((f.size for f in load.stored.files), key=lambda size: size.likely),
            limit=needs.largest_file,
            hard=False,
        )


def _built_in(title: str, needs: Needs) -> Iterator[Demand]:
    if needs.availability:
        yield Demand(name=AVAILABILITY, why=_("the browser was asked for its own model"))
    if needs.platforms or needs.browsers:
        where = ", ".join(needs.platforms)
        yield Demand(
            name=PLATFORM, why=_("{title} exists on {where} only", title=title, where=where)
        )
    if needs.vram_bytes is not None and needs.ram_bytes is not None:
        yield Demand(
            name=BUILT_IN_MEMORY,
            why=_(
                "{title} asks for a graphics card above {card:g} GB, "
                "or {memory:g} GB of memory and {cores} cores",
                title=title,
                card=needs.vram_bytes / 2**30,
                memory=needs.ram_bytes / 2**30,
                cores=needs.cores,
            ),
        )
    if needs.free_storage_bytes is not None:
        yield Demand(
            name=BUILT_IN_STORAGE,
            why=_(
                "{title} asks for {room:g} GB free where the browser keeps its profile",
                title=title,
                room=needs.free_storage_bytes / 10**9,
            ),
            need=exactly(needs.free_storage_bytes),
            hard=False,
        )
