"""What people see when a model does not run, and the check that answers it.

In: a message as a browser or a runtime prints it. Out: the check it belongs to, and what helps.
The messages are those of the field reports (tests/data/field_reports.jsonl); a test looks every
one of them up here.
"""

from __future__ import annotations

from typing import Final

from tabfit.i18n.language import _, later
from tabfit.light_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Messages that mean one thing; `check` is the name of the check that foresees it."""

    messages: tuple[str, ...]
    check: str
    helps: str

    @property
    def remedy(self) -> str:
        """Return what helps, in the language in use."""
        return _(self.helps)


#: In the order in which they are looked up: what says more comes first.
TROUBLES: Final = (
    Trouble(
        messages=("maxComputeWorkgroupStorageSize",),
        check="workgroup-storage",
        helps=later("another runtime: these shaders share more memory than this graphics chip has"),
    ),
    Trouble(
        messages=("maxStorageBuffersPerShaderStage", "Too many storage buffers"),
        check="storage-buffers",
        helps=later(
            "the processor, or another model of the kind: some join more parts at once than a "
            "shader may bind; for others a newer browser, which allows ten where graphics do"
        ),
    ),
    Trouble(
        messages=(
            *("maxStorageBufferBindingSize", "maxStorageBuff"),
            *("Required limit", "requires 1024MB", "1024MB sized buffers", "1GB buffer"),
            *("seems to only be 128MB", "Binding size"),
        ),
        check="largest-tensor",
        helps=later(
            "a smaller input or a smaller vocabulary, or a runtime that splits what it binds; an "
            "image encoder at its full resolution binds more than any tensor"
        ),
    ),
    Trouble(
        messages=(
            *("shader-f16", "ShaderF16", "does not support fp16", "Float16Array"),
            *("Invalid ShaderModule", "no matching constructor", "requires f16", "'f16'"),
            "Invalid ComputePipeline",
        ),
        check="shader-f16",
        helps=later("a precision that computes in 32 bits: q4 or q8 instead of q4f16, q4f32_1"),
    ),
    Trouble(
        messages=("Could not find an implementation", "GatherBlockQuantized"),
        check="operators",
        helps=later("the same file on WebGPU, or another precision on the processor"),
    ),
    Trouble(
        messages=("WebAssembly.Suspending", "Suspending("),
        check="jspi",
        helps=later("a newer browser: Chrome 137, Firefox 153 or Safari 27"),
    ),
    Trouble(
        messages=("SharedArrayBuffer", "crossOriginIsolated", "SIMD is not supported"),
        check="threads",
        helps=later("serve the page cross-origin isolated, or take a build with one thread"),
    ),
    Trouble(
        messages=(
            *("compatible GPU", "GPU adapter", "navigator.gpu", "Cannot find WebGPU"),
            *(
                "Cannot find adapter",
                "no adapter",
                "No available adapters",
                "instantiate a Device",
                "webgpuInit",
            ),
            *(
                "WebGPU is not supported",
                "WebGPU not available",
                "WebGPU Context Provider",
                "requestAdapterInfo",
                "no available backend found. ERR: [webgpu]",
            ),
        ),
        check="webgpu",
        helps=later(
            "a browser with WebGPU on a secure address, or a runtime on the processor; an old "
            "release of a runtime does not know a new browser"
        ),
    ),
    Trouble(
        messages=(
            *("VK_ERROR_DEVICE_LOST", "VK_ERROR_UNKNOWN", "DXGI_ERROR", "GPU device lost"),
            *("Device was lost", "external Instance reference", "CreateComputePipelines"),
            *("WebGPU validation error", "BufferAsyncError", "GPU connection lost"),
            "operation-specific reason",
        ),
        check="driver",
        helps=later("a newer driver or another browser, then a smaller model"),
    ),
    Trouble(
        messages=(
            *("[wasm] RangeError: Out of memory", "RangeError: Out of memory"),
            *("WebAssembly.Memory", "while WebAssembly starts"),
        ),
        check="address-room",
        helps=later("one thread instead of several, and close what ran before in this tab"),
    ),
    Trouble(
        messages=("buffer allocation failed", "larger than 2 GB", "ArrayBuffer"),
        check="file-size",
        helps=later("a model in several files, or a narrower precision"),
    ),
    Trouble(
        messages=(
            *("std::bad_alloc", "memory access out of bounds", "Memory Out of Range"),
            *("Aborted(", "ExitStatus", "offset is out of bounds", "unreachable"),
        ),
        check="wasm-memory",
        helps=later("a shorter context, a narrower precision, or the graphics processor"),
    ),
    Trouble(
        messages=(
            *("Failed to allocate a buffer", "Can't create a session", "Aw, Snap", "Aw Snap"),
            *("VK_ERROR_OUT_OF_DEVICE_MEMORY", "Out of memory", "A problem repeatedly occurred"),
            *("insufficient memory", "Too big to run", "buffer download failed", "crashes"),
            "Error code = 6",
        ),
        check="memory",
        helps=later("a smaller model or precision, a shorter context, or more memory"),
    ),
    Trouble(
        messages=("QuotaExceededError", "quota"),
        check="storage",
        helps=later("free some storage, or do without keeping the download"),
    ),
    Trouble(
        messages=(
            *("<pad>", "random", "scrambled", "gibberish", "no tokens", "inaccurate"),
            *("GGGG", "repeats itself", "NaN", "empty strings"),
        ),
        check="wrong-output",
        helps=later("the same model on the processor, or a precision without 16-bit shaders"),
    ),
    Trouble(
        messages=(
            *("subgroupMinSize", "is not a function", "lacks WebGPU artifacts"),
            *("Cannot find global function", "Unsupported model type", "OrtRun()"),
            *("did not build", "override", "Timeout", "Timed out", "exceeded", "stalled", "stuck"),
            *("disposed", "Missing required scale", "unresponsive"),
        ),
        check="runtime-fault",
        helps=later(
            "a newer release of the runtime, or the one before: a family of models needs a release "
            "that knows it; in a long session, load the model anew"
        ),
    ),
)


def trouble(message: str) -> Trouble | None:
    """Return what a message means, `None` for one that says nothing of its cause.

    >>> trouble("DOMException: QuotaExceededError").check
    'storage'
    """
    said = message.lower()
    found = (each for each in TROUBLES if any(part.lower() in said for part in each.messages))
    return next(found, None)
