"""What a runtime demands of a device, as data.

In: a runtime's row of the catalogue. Out: `Needs`, which `verdict.check_kinds` turns into
demands of one load.
"""

from __future__ import annotations

from tabfit.light_dataclass import dataclass
from tabfit.units import Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a runtime demands of a device; `None` and empty mean no demand.

    `binding_bytes` and `buffer_bytes` are limits below which it refuses to
    start, their `advised` twins limits below which it warns or works worse.
    `no_kernels_for` are precisions whose products have no kernel on the graphics processor.
    `workgroup_storage_bytes` is what its shaders share in a workgroup, `storage_buffers` how many
    storage buffers one of them binds. `threads` are those
    of WebAssembly, without which it does not start.
    `wasm_memory` is the ceiling of its WebAssembly memory. `jspi_less_build` says that it brings
    another build for browsers without JSPI, but those of `jspi_less_build_not_on`.
    `shared_memory` says that it declares a shared WebAssembly memory, whose maximum WebKit
    reserves. `availability` says that the browser itself is asked.
    """

    webgpu: bool = False
    jspi: bool = False
    jspi_less_build: bool = False
    jspi_less_build_not_on: tuple[str, ...] = ()
    shared_memory: bool = False
    threads: bool = False
    shader_f16_for: tuple[str, ...] = ()
    no_kernels_for: tuple[str, ...] = ()
    buffer_bytes: Bytes | None = None
    binding_bytes: Bytes | None = None
    advised_buffer_bytes: Bytes | None = None
    advised_binding_bytes: Bytes | None = None
    workgroup_storage_bytes: Bytes | None = None
    storage_buffers: int | None = None
    wasm_memory: Bytes | None = None
    largest_file: Bytes | None = None
    platforms: tuple[str, ...] = ()
    browsers: tuple[str, ...] = ()
    free_storage_bytes: Bytes | None = None
    ram_bytes: Bytes | None = None
    cores: int | None = None
    vram_bytes: Bytes | None = None
    availability: bool = False
