"""Checks of the graphics adapter: WebGPU, its features and its limits."""

from __future__ import annotations

from typing import Final

from tabfit.devices.browser_features import Presence, presence
from tabfit.devices.device import Device
from tabfit.formula import largest, size
from tabfit.i18n.language import _, later
from tabfit.recipes.onnx import session_precisions
from tabfit.runtimes import BindsScores, Needs
from tabfit.units import Basis, Interval
from tabfit.verdict import check_rules
from tabfit.verdict.check_kinds.kind import CheckKind, Feature, Finding, Limit, declared
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.constants import (
    LEAST_BINDING,
    LEAST_BUFFER,
    LEAST_WORKGROUP_STORAGE,
    USUAL_WORKGROUP_STORAGE,
)
from tabfit.verdict.requirements import Demand, Offered, Requirements, Setup

#: As WebGPU names the adapters with less than `USUAL_WORKGROUP_STORAGE`.
SMALL_WORKGROUPS: Final = frozenset({"adreno-6xx"})
#: Systems whose browsers do not use Vulkan.
NOT_VULKAN: Final = frozenset({"windows", "macos", "ios", "ipados"})


def _why_webgpu(setup: Setup) -> str | None:
    if not setup.facts.needs.webgpu:
        return None
    return _("{title} computes on the graphics processor through WebGPU", title=setup.facts.title)


def _webgpu(device: Device, needs: Needs) -> Presence:
    del needs
    return presence(device, "webgpu")


def _emulated(why: str, device: Device) -> str:
    if device.adapter is None or not device.emulated:
        return why
    return _("{why}; this one is emulated in software and will be very slow", why=why)


def _why_shader_f16(setup: Setup) -> str | None:
    precision, needs = setup.load.stored.precision.lower(), setup.facts.needs
    halves = {
        each
        for each in session_precisions.dtypes(precision)
        if each in needs.shader_f16_for or (needs.shader_f16_for and each.startswith("ud-"))
    }
    if not needs.webgpu or not halves:
        return None
    told = ", ".join(sorted(halves))
    return _("{precision} computes in 16-bit floats on the GPU", precision=told)


def _shader_f16(device: Device, needs: Needs) -> Presence:
    del needs
    return presence(device, "shader_f16")


def _largest(setup: Setup) -> int:
    stored = setup.load.stored
    return stored.largest_buffer if stored.tensors and stored.tensors_known else 0


def _held(setup: Setup, name: str, wanted: int | None) -> Interval:
    """Return the largest array, or what the runtime asks for if that is more."""
    tensor = setup.load.stored.bulkiest_tensor
    shape = " × ".join(f"{side:,}" for side in tensor.shape)
    source = (later("{type}, {shape}"), {"type": tensor.type.name, "shape": shape})
    array = size(tensor.name, tensor.largest_array, Basis.COMPUTED, source)
    return (largest(array, declared(setup, name, wanted)) if wanted else array).interval


def _tensors_bound(setup: Setup) -> bool:
    """Return whether tensors go to the graphics processor and it is known how large they are."""
    stored = setup.load.stored
    return setup.facts.needs.webgpu and bool(stored.tensors) and stored.tensors_known


def _wants_buffer(setup: Setup) -> Demand | None:
    if not _tensors_bound(setup):
        return None
    needs = setup.facts.needs
    return Demand(
        name=BUFFER.name,
        why=_("{title} asks for buffers that hold the largest tensor", title=setup.facts.title),
        need=_held(setup, "buffer_bytes", needs.buffer_bytes),
    )


def _wants_binding(setup: Setup) -> Demand | None:
    if not _tensors_bound(setup):
        return None
    needs = setup.facts.needs
    return Demand(
        name=BINDING.name,
        why=_why_binding(setup),
        need=_held(setup, "binding_bytes", needs.binding_bytes),
        hard=not setup.runtime.splits_bindings,
    )


def _why_binding(setup: Setup) -> str:
    tensor = setup.load.stored.largest_tensor.name
    if setup.runtime.splits_bindings:
        return _(
            "the largest tensor, {tensor}, must fit one storage binding, "
            "or it is split or left to the processor",
            tensor=tensor,
        )
    return _("the largest tensor, {tensor}, must fit one storage binding", tensor=tensor)


def _wants_scores(setup: Setup) -> Demand | None:
    runtime = setup.runtime
    need = runtime.bound_scores(setup.load) if isinstance(runtime, BindsScores) else None
    if need is None or need.high <= LEAST_BINDING.exact:
        return None
    why = _("attention over all that it sees or hears is one table of scores, bound at once")
    return Demand(name=SCORES.name, why=why, need=need, hard=False)


def _wants_advised(setup: Setup) -> Demand | None:
    needs = setup.facts.needs
    advised = max(needs.advised_buffer_bytes or 0, needs.advised_binding_bytes or 0)
    if not needs.webgpu or advised <= _largest(setup):
        return None
    return Demand(
        name=ADVISED.name,
        why=_(
            "{title} prefers buffers and bindings of this size and warns or slows without",
            title=setup.facts.title,
        ),
        need=declared(setup, "advised_buffer_bytes", advised).interval,
        hard=False,
    )


def _wants_workgroup_storage(setup: Setup) -> Demand | None:
    needs = setup.facts.needs
    if not needs.webgpu or needs.workgroup_storage_bytes is None:
        return None
    return Demand(
        name=WORKGROUP_STORAGE.name,
        why=_("{title}’s shaders share memory within a workgroup", title=setup.facts.title),
        need=declared(setup, "workgroup_storage_bytes", needs.workgroup_storage_bytes).interval,
    )


def _buffer_size(device: Device, needs: Needs) -> int | None:
    del needs
    return device.adapter.max_buffer_size if device.adapter else None


def _binding_size(device: Device, needs: Needs) -> int | None:
    del needs
    return device.adapter.max_storage_buffer_binding_size if device.adapter else None


def _smaller_of_both(device: Device, needs: Needs) -> int | None:
    buffer, binding = _buffer_size(device, needs), _binding_size(device, needs)
    return None if buffer is None or binding is None else min(buffer, binding)


def _least_workgroup_storage(device: Device) -> int:
    """Return what an adapter of this maker has at least, where its limit is not told."""
    adapter = device.adapter
    if adapter is None or device.emulated:
        return LEAST_WORKGROUP_STORAGE.exact
    told = adapter.vendor is not None and adapter.architecture not in SMALL_WORKGROUPS
    usual = told or device.platform in NOT_VULKAN
    return (USUAL_WORKGROUP_STORAGE if usual else LEAST_WORKGROUP_STORAGE).exact


def _workgroup_storage(device: Device, needs: Needs) -> int | None:
    del needs
    return device.adapter.max_compute_workgroup_storage_size if device.adapter else None


def _told_storage_buffers(device: Device) -> int | None:
    return device.adapter.max_storage_buffers_per_shader_stage if device.adapter else None


class _StorageBuffers(CheckKind):
    """How many storage buffers one shader binds, where the adapter tells how many it may."""

    def asked(self, setup: Setup) -> Demand | None:
        """Return the demand of a runtime that asks for more than the least."""
        if not setup.facts.needs.webgpu or setup.facts.needs.storage_buffers is None:
            return None
        why = _("{title}’s shaders bind many storage buffers at once", title=setup.facts.title)
        return Demand(name=self.name, why=why)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return whether the adapter allows so many; without them no device is given."""
        told = _told_storage_buffers(offered.device)
        enough = told is not None and told >= (required.needs.storage_buffers or 0)
        return check_rules.feature(there=enough, hard=demand.hard)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return how many are asked for, and how many this adapter allows."""
        del decision
        said = _(
            "{why}: {need} of {have} that this adapter allows in one shader",
            why=demand.why,
            need=required.needs.storage_buffers or 0,
            have=_told_storage_buffers(offered.device) or 0,
        )
        return Finding(have=None, basis=Basis.REPORTED, message=said)


def _tells_storage_buffers(required: Requirements, offered: Offered) -> bool:
    del required
    return _told_storage_buffers(offered.device) is not None


class _UnlikeTensors(CheckKind):
    """Tensors of files that are so unlike the recipe's that nobody can say how large each is."""

    def asked(self, setup: Setup) -> Demand | None:
        """Return the demand, where buffers would have to hold such tensors."""
        stored = setup.load.stored
        if not setup.facts.needs.webgpu or not stored.tensors or stored.tensors_known:
            return None
        why = _("{title} asks for buffers that hold the largest tensor", title=setup.facts.title)
        return Demand(name=self.name, why=why)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return that there is no chance to speak of."""
        del demand, required, offered
        return Decision(chance=1.0, known=False)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return why it cannot be told; a note beside the answer names the difference."""
        del required, offered, decision
        said = _(
            "{why}; how large it is cannot be told: the published files are unlike our recipe",
            why=demand.why,
        )
        return Finding(have=None, basis=Basis.ASSUMED, message=said)


WEBGPU: Final = Feature(
    name="webgpu",
    title=later("Graphics through WebGPU"),
    why=_why_webgpu,
    presence=_webgpu,
    met=_emulated,
)
SHADER_F16: Final = Feature(
    name="shader-f16",
    title=later("16-bit shaders"),
    why=_why_shader_f16,
    presence=_shader_f16,
)
BUFFER: Final = Limit(
    name="largest-buffer",
    title=later("Largest buffer"),
    wanted=_wants_buffer,
    limit=_buffer_size,
    says=later("this adapter's buffer size"),
    least=lambda _device: LEAST_BUFFER.exact,
    says_least=later("which every WebGPU device has for a buffer"),
)
BINDING: Final = Limit(
    name="largest-tensor",
    title=later("Largest tensor in one binding"),
    wanted=_wants_binding,
    limit=_binding_size,
    says=later("this adapter's binding size"),
    least=lambda _device: LEAST_BINDING.exact,
    says_least=later("which every WebGPU device has for a binding"),
)
SCORES: Final = Limit(
    name="attention-scores",
    title=later("Attention scores in one binding"),
    wanted=_wants_scores,
    limit=_smaller_of_both,
    says=later("the smaller of both limits"),
    least=lambda _device: LEAST_BINDING.exact,
    says_least=later("which every WebGPU device has for a binding"),
    grows=True,
)
UNLIKE_TENSORS: Final = _UnlikeTensors(name="unlike-tensors", title=later("Largest tensor"))
ADVISED: Final = Limit(
    name="advised-buffer",
    title=later("Buffers it prefers"),
    wanted=_wants_advised,
    limit=_smaller_of_both,
    says=later("the smaller of both limits"),
)
WORKGROUP_STORAGE: Final = Limit(
    name="workgroup-storage",
    title=later("Memory of a workgroup"),
    wanted=_wants_workgroup_storage,
    limit=_workgroup_storage,
    says=later("this adapter’s limit"),
    least=_least_workgroup_storage,
    says_least=later("which every device of this kind has"),
)
STORAGE_BUFFERS: Final = _StorageBuffers(
    name="storage-buffers",
    title=later("Storage buffers of one shader"),
    counts=_tells_storage_buffers,
)
