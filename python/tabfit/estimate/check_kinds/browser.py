"""Checks of the browser: WebAssembly, its memory, and single files."""

from __future__ import annotations

from typing import Final

from tabfit.devices.budgets import Budget
from tabfit.devices.device import Device
from tabfit.estimate import check_rules
from tabfit.estimate.check_kinds.kind import (
    Feature,
    Finding,
    Kind,
    Limit,
    need_of,
)
from tabfit.estimate.check_rules import Decision
from tabfit.estimate.demands import Demand, Offered, Requirements, Setup
from tabfit.estimate.size_text import size
from tabfit.i18n.language import _, later
from tabfit.recipes.stored_model import total_size
from tabfit.runtimes import Needs
from tabfit.units import GIB, Basis, exactly

#: Where a WebAssembly memory with 32-bit addresses ends.
ADDRESSED: Final = 4 * GIB


def _why_jspi(setup: Setup) -> str | None:
    if not setup.facts.needs.jspi:
        return None
    return _("{title} needs WebAssembly that can wait for promises", title=setup.facts.name)


def _has_jspi(device: Device, needs: Needs) -> bool | None:
    del needs
    return device.wasm.jspi


def _why_threads(setup: Setup) -> str | None:
    if not setup.facts.needs.threads:
        return None
    return _("{title} needs WebAssembly threads", title=setup.facts.name)


def _has_threads(device: Device, needs: Needs) -> bool | None:
    """Return whether threads may share memory: browsers allow it on isolated pages alone."""
    del needs
    parts = device.wasm.threads, device.cross_origin_isolated
    return False if False in parts else None if None in parts else True


def _strained(required: Requirements, offered: Offered) -> bool:
    """Return whether a runtime overtaxes the browser's compiler; on iOS all are WebKit's."""
    device = offered.device
    engine = "safari" if device.on_apple_mobile else device.browser
    return engine in required.needs.straining


class _Compiler(Kind):
    """A browser whose compiler takes long, and much memory, for a runtime's program."""

    def asked(self, setup: Setup) -> Demand | None:
        """Return the demand of a runtime that strains any browser."""
        if not setup.facts.needs.straining:
            return None
        why = _("{title} brings a large WebAssembly program of its own", title=setup.facts.name)
        return Demand(name=self.name, why=why, hard=False)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return what is known of such browsers."""
        del demand, required, offered
        return Decision(chance=check_rules.STRAINED)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return what has happened there."""
        del required, offered, decision
        said = _(
            "{why}; this browser’s compiler has taken a gigabyte and more for it", why=demand.why
        )
        return Finding(have=None, basis=Basis.ASSUMED, message=said)


JSPI: Final = Feature(
    name="jspi",
    title=later("WebAssembly that waits"),
    why=_why_jspi,
    there=_has_jspi,
    without=later("this browser has none"),
)
THREADS: Final = Feature(
    name="threads",
    title=later("WebAssembly threads"),
    why=_why_threads,
    there=_has_threads,
    without=later("a page has them only where it is isolated from other sites"),
)
COMPILER: Final = _Compiler(name="compiler", title=later("Compiling the runtime"), counts=_strained)


# WebAssembly's memory and single files


class _Heap(Kind):
    """What a runtime's WebAssembly memory must hold."""

    def asked(self, setup: Setup) -> Demand | None:
        """Return the memory asked for, where weights pass it."""
        need = setup.runtime.heap(setup.load)
        if need is None or setup.facts.needs.wasm_memory is None:
            return None
        return Demand(name=self.name, why=_("takes WebAssembly memory,"), need=need)

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
        ceiling = required.needs.wasm_memory or ADDRESSED
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


HEAP: Final = _Heap(name="wasm-memory", title=later("WebAssembly memory"), grows=True)
FILE: Final = Limit(
    name="file-size",
    title=later("Largest single file"),
    wanted=_wants_file,
    limit=_largest_file,
    says=later("the most one ArrayBuffer takes"),
)
