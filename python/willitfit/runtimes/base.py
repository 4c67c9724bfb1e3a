"""What every runtime answers, and the values it answers from.

In: a `Load`: an architecture, its stored files and the visitor's context. Out:
phases, the cache, working memory, and what the runtime asks of a device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from willitfit.architecture import Architecture, Kind
from willitfit.cache import Allocation, cache_size
from willitfit.recipes.stored import Content, Stored
from willitfit.runtimes.phases import Phase
from willitfit.units import Basis, Bytes, Interval, Tokens, exactly


@dataclass(frozen=True, kw_only=True)
class Load:
    """One model at one precision, about to be loaded.

    `binding` is the largest array one GPU binding may hold on the device, if
    known: some runtimes leave larger tensors to the processor.
    """

    architecture: Architecture
    stored: Stored
    context: Tokens
    binding: Bytes | None = None

    @property
    def weights(self) -> Bytes:
        """Return the bytes of all stored tensors."""
        return self.stored.weights_bytes

    @property
    def files(self) -> Interval:
        """Return the bytes of the weight files, headers and graphs included."""
        sizes = [f.size for f in self.stored.files if f.content is Content.WEIGHTS]
        return sum(sizes[1:], sizes[0]) if sizes else exactly(self.weights)

    @property
    def generates(self) -> bool:
        """Return whether tokens are made one by one."""
        return self.architecture.kind is not Kind.ENCODER

    def cache(self, kept: Allocation) -> Bytes:
        """Return the bytes of the cache under a runtime's allocation."""
        return cache_size(self.architecture, self.context, kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Something a runtime needs that a device either has or has not.

    `name` is the check's name; `need` the bytes asked of a limit, or `None` for
    a feature; `hard` says that without it nothing runs. `why` is for the reader.
    """

    name: str
    why: str
    need: Bytes | None = None
    hard: bool = True
    basis: Basis = Basis.LISTED


class Runtime(Protocol):
    """One way to run a model in a browser."""

    @property
    def name(self) -> str:
        """Return the runtime's name as links and the command line write it."""

    @property
    def uses_gpu(self) -> bool:
        """Return whether weights live in graphics memory."""

    def store(self, architecture: Architecture, precision: str, family: str | None) -> Stored:
        """Return the files this runtime fetches for a precision.

        `family` is how the publisher exported the file, where that is known.
        """

    def kept(self, load: Load) -> Allocation:
        """Return how the runtime allocates the cache."""

    def workspace(self, load: Load) -> Interval:
        """Return the bytes computing needs beyond weights and cache."""

    def phases(self, load: Load) -> tuple[Phase, ...]:
        """Return what is alive at once, phase by phase."""

    def demands(self, load: Load) -> tuple[Demand, ...]:
        """Return the features and limits the runtime asks of a device."""


#: The names of the limits a demand may be about.
WEBGPU: Final = "webgpu"
SHADER_F16: Final = "shader-f16"
BINDING: Final = "largest-tensor"
BUFFER: Final = "largest-buffer"
WASM: Final = "wasm-memory"
JSPI: Final = "jspi"
FILE: Final = "file-size"
PLATFORM: Final = "platform"

#: One WebAssembly memory of 65,536 pages: the ceiling of every build served today.
WASM_CEILING: Final = Bytes(4 * 2**30)


def webgpu(name: str) -> Demand:
    """Return the demand for an adapter, which every GPU runtime makes."""
    return Demand(name=WEBGPU, why=f"{name} computes on the graphics processor through WebGPU")


def shader_f16(precision: str) -> Demand:
    """Return the demand for 16-bit shaders."""
    return Demand(name=SHADER_F16, why=f"{precision} computes in 16-bit floats on the GPU")
