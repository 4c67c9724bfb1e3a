"""The kinds of check: each a failure that really happens, declared once.

In: nothing but what the rooms before offer. Out: `KINDS`, in the order in which checks are
made. A kind says when a load asks for something, how that comes out on a device, and the
sentence for it; `decide` applies them all, whoever asks.

    support     whether any browser runtime loads the model
    kind        what a kind is: `CheckKind`, and its usual shapes `Feature` and `Limit`
    graphics    WebGPU, its features and limits
    browser     WebAssembly, its memory, single files
    built_in    what a browser says of its own model
    memory      peaks against budgets, the download against its room
    failures    what no limit tells, learnt from reports
    model_failures  what fails of how a model is made, learnt from reports

Imports `verdict.check_rules`, `requirements` and `failure_rates`; `decide` alone walks the list.
"""

from __future__ import annotations

from typing import Final

from tabfit.verdict.check_kinds.browser import FILE, HEAP, JSPI, PACKED_TABLE, THREADS
from tabfit.verdict.check_kinds.built_in import (
    AVAILABILITY,
    BUILT_IN_MEMORY,
    BUILT_IN_STORAGE,
    PLATFORM,
)
from tabfit.verdict.check_kinds.failures import DRIVER, FAULT, RESERVE, WRONG
from tabfit.verdict.check_kinds.graphics import (
    ADVISED,
    BINDING,
    BUFFER,
    SCORES,
    SHADER_F16,
    STORAGE_BUFFERS,
    UNLIKE_TENSORS,
    WEBGPU,
    WORKGROUP_STORAGE,
)
from tabfit.verdict.check_kinds.kind import CheckKind
from tabfit.verdict.check_kinds.memory import GPU_MEMORY, MEMORY, STORAGE, TAB_MEMORY
from tabfit.verdict.check_kinds.model_failures import (
    ONE_PASS,
    OTHER_MODEL,
    TWO_PARTS,
    WITHOUT_KERNELS,
)
from tabfit.verdict.check_kinds.support import SUPPORT

#: Every kind, in the order in which checks are made.
KINDS: Final[tuple[CheckKind, ...]] = (
    SUPPORT,
    *(WEBGPU, SHADER_F16, BUFFER, BINDING, SCORES, UNLIKE_TENSORS, ADVISED, WORKGROUP_STORAGE),
    STORAGE_BUFFERS,
    *(JSPI, THREADS, HEAP, FILE, PACKED_TABLE),
    *(AVAILABILITY, PLATFORM, BUILT_IN_MEMORY, BUILT_IN_STORAGE),
    *(TAB_MEMORY, GPU_MEMORY, MEMORY, STORAGE),
    *(DRIVER, FAULT, RESERVE, WRONG),
    *(WITHOUT_KERNELS, ONE_PASS, TWO_PARTS, OTHER_MODEL),
)
