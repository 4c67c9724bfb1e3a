"""Checks of the browser: WebAssembly, its memory, and single files."""

from __future__ import annotations

from typing import Final

from tabfit.devices.browser_features import Presence, presence
from tabfit.devices.budgets import Budget, Pool
from tabfit.devices.device import Device
from tabfit.i18n.language import _, later
from tabfit.i18n.size_text import size
from tabfit.light_dataclass import replace
from tabfit.recipes.stored_model import total_size
from tabfit.runtimes import Needs
from tabfit.storage.type_table import PACKED_LOOKUP
from tabfit.units import Basis, exactly
from tabfit.verdict import check_rules
from tabfit.verdict.check_kinds.kind import CheckKind, Feature, Finding, Limit, need_of
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.constants import UNBROKEN, UNREAD_ON_PROCESSOR
from tabfit.verdict.requirements import Demand, Offered, Requirements, Setup


def _why_jspi(setup: Setup) -> str | None:
    if not setup.facts.needs.jspi:
        return None
    return _("{title} needs WebAssembly that can wait for promises", title=setup.facts.title)


def _jspi(device: Device, needs: Needs) -> Presence:
    """Return whether it is there; a runtime with another build does without, and says so."""
    found = presence(device, "jspi")
    other = needs.jspi_less_build and device.browser not in needs.jspi_less_build_not_on
    if other and found.there is not True:
        return replace(found, there=True)
    return found


def _other_build(why: str, device: Device) -> str:
    if presence(device, "jspi").there:
        return why
    return _("{why}; where there is none it takes its other build, larger and slower", why=why)


def _why_threads(setup: Setup) -> str | None:
    if not setup.facts.needs.threads:
        return None
    return _("{title} needs WebAssembly threads", title=setup.facts.title)


def _threads(device: Device, needs: Needs) -> Presence:
    """Return whether threads may share memory: browsers allow it on isolated pages alone."""
    del needs
    found = presence(device, "threads")
    if found.there and device.cross_origin_isolated is None:
        return replace(found, there=None, why=_("whether the page is isolated is not known here"))
    return found


JSPI: Final = Feature(
    name="jspi",
    title=later("WebAssembly that waits"),
    why=_why_jspi,
    presence=_jspi,
    met=_other_build,
)
THREADS: Final = Feature(
    name="threads",
    title=later("WebAssembly threads"),
    why=_why_threads,
    presence=_threads,
)


class _PackedLookup(CheckKind):
    """A token table packed for the graphics processor, which the processor's build cannot read."""

    def asked(self, setup: Setup) -> Demand | None:
        """Return the demand of a packed table, away from the graphics processor."""
        tensors = setup.load.stored.tensors
        packed = any(each.type.name.startswith(PACKED_LOOKUP) for each in tensors)
        if setup.runtime.uses_gpu or not packed:
            return None
        why = _("this export packs its token table for WebGPU ({operator})", operator=PACKED_LOOKUP)
        return Demand(name=self.name, why=why)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return that hardly any runs."""
        del demand, required, offered
        return Decision(chance=UNREAD_ON_PROCESSOR.likely)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return who met it."""
        del required, offered, decision
        said = _(
            "{why}; on the processor such files were refused: could not find an implementation",
            why=demand.why,
        )
        return Finding(have=None, basis=Basis.MEASURED, message=said)


PACKED_TABLE: Final = _PackedLookup(name="operators", title=later("Operators of the export"))


# WebAssembly's memory and single files


class _Heap(CheckKind):
    """What a runtime's WebAssembly memory must hold."""

    def asked(self, setup: Setup) -> Demand | None:
        """Return the memory asked for, where weights pass it."""
        need = setup.runtime.heap(setup.load)
        if need is None or setup.facts.needs.wasm_memory is None:
            return None
        return Demand(
            name=self.name, why=_("its weights pass through WebAssembly’s memory"), need=need
        )

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return the decision on what may be addressed."""
        have, ceiling = self._have(required, offered)
        return check_rules.heap(need_of(demand), have.have or exactly(ceiling), ceiling)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return what may be addressed, and why no more."""
        del decision
        budget, ceiling = self._have(required, offered)
        have = budget.have or exactly(ceiling)
        said = _(
            "takes WebAssembly memory, {need} of {have}: {why}",
            need=size(need_of(demand)),
            have=size(have),
            why=budget.why,
        )
        return Finding(have=have, basis=budget.basis, message=said)

    @staticmethod
    def _have(required: Requirements, offered: Offered) -> tuple[Budget, int]:
        ceiling = required.needs.wasm_memory or 0  # asked of those that state one
        return offered.heap(ceiling), ceiling


def _wants_file(setup: Setup) -> Demand | None:
    files = setup.load.stored.files
    if setup.facts.needs.largest_file is None or not files:
        return None
    return Demand(
        name=FILE.name,
        why=_("a single file must stay below a limit, so publishers split larger ones"),
        need=total_size([max(files, key=lambda each: each.size.likely)]),
        hard=False,
    )


def _largest_file(device: Device, needs: Needs) -> int | None:
    del device
    return needs.largest_file


HEAP: Final = _Heap(
    name="wasm-memory", title=later("WebAssembly memory"), grows=True, tried=Pool.WASM
)
FILE: Final = Limit(
    name="file-size",
    title=later("Largest single file"),
    wanted=_wants_file,
    limit=_largest_file,
    says=later("the most one ArrayBuffer takes"),
    near=UNBROKEN.likely,
)
