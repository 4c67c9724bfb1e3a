"""Checks of memory and storage: peaks against budgets, the download against its room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tabfit.devices.budgets import Budget, Pool
from tabfit.i18n.language import _, later
from tabfit.i18n.size_text import size
from tabfit.light_dataclass import dataclass
from tabfit.units import Basis, exactly
from tabfit.verdict import check_rules
from tabfit.verdict.check_kinds.kind import CheckKind, Finding, need_of, not_asked
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.requirements import Demand, Offered, Requirements


def _apart(required: Requirements, offered: Offered) -> bool:
    """Return whether page and graphics fill memories of their own."""
    gpu, inside = required.runtime.uses_gpu, required.runtime.in_tab
    return inside and gpu and offered.shares_memory is False


def _in_one(required: Requirements, offered: Offered) -> bool:
    """Return whether one memory holds whatever the runtime fills."""
    return required.runtime.in_tab and not _apart(required, offered)


def _whole(required: Requirements, offered: Offered) -> Budget:
    """Return what there is for page and graphics, or for a page that alone fills it."""
    device = offered.device
    together = required.runtime.uses_gpu or device.on_phone or device.browser == "safari"
    return offered.peak if together else offered.page


@dataclass(frozen=True, kw_only=True)
class Room(CheckKind):
    """The peak of a pool of memory against its budget, and against what it can hold at all."""

    budget: Callable[[Requirements, Offered], Budget]
    most: Callable[[Offered], int | None]

    def demand(self, required: Requirements) -> Demand | None:
        """Return the peak, whatever the runtime declares."""
        return Demand(name=self.name, why="", need=required.peak(self.pool or Pool.PEAK))

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return the chance that the peak fits; of a need known in part, that it does not."""
        have, most = self.budget(required, offered).have, self.most(offered)
        decision = check_rules.room(need_of(demand), have, most)
        return check_rules.at_least(decision) if required.partly else decision

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return the budget with its reason."""
        budget, need = self.budget(required, offered), size(need_of(demand))
        if decision.failed:
            said = _(
                "needs {need}; memory and all that the system can swap out hold at most {most}",
                need=need,
                most=size(exactly(self.most(offered) or 0)),
            )
            return Finding(have=budget.have, basis=budget.basis, message=said)
        if required.partly and not decision.known:
            said = _(
                "its files alone fill {need}; how much more it needs is not known, "
                "as its shape is not",
                need=need,
            )
            return Finding(have=budget.have, basis=budget.basis, message=said)
        if budget.have is not None:
            said = _(
                "needs {need} of about {have}: {why}",
                need=need,
                have=size(budget.have),
                why=budget.why,
            )
            return Finding(have=budget.have, basis=budget.basis, message=said)
        if decision.known:
            said = _("needs {need}, which every device with this browser has", need=need)
            return Finding(have=None, basis=Basis.ASSUMED, message=said)
        said = _("needs {need}; {why}", need=need, why=budget.why)
        return Finding(have=None, basis=budget.basis, message=said)


class _Storage(CheckKind):
    """The room to keep a download."""

    def demand(self, required: Requirements) -> Demand | None:
        """Return the download, where there is one."""
        download = required.download
        return Demand(name=self.name, why="", need=download, applies=download.likely > 0)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return the chance that it can be kept."""
        del required
        return check_rules.storage(need_of(demand), offered.storage.have)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return what the browser says of the room."""
        del required, decision
        budget, need = offered.storage, size(need_of(demand))
        if budget.have is None:
            said = _("keeping it takes {need}; {why}", need=need, why=budget.why)
        else:
            said = _("keeping it takes {need}: {why}", need=need, why=budget.why)
        return Finding(have=budget.have, basis=budget.basis, message=said)


TAB_MEMORY: Final = Room(
    name="tab-memory",
    title=later("Memory of the tab at its peak"),
    decides=True,
    pool=Pool.PAGE,
    budget=lambda _required, offered: offered.page,
    most=lambda offered: offered.most_held,
    counts=_apart,
)
GPU_MEMORY: Final = Room(
    name="gpu-memory",
    title=later("Memory of the graphics card"),
    decides=True,
    pool=Pool.GPU,
    budget=lambda _required, offered: offered.graphics,
    most=lambda offered: offered.most_on_card,
    counts=_apart,
)
MEMORY: Final = Room(
    name="memory",
    title=later("Memory at its peak"),
    decides=True,
    pool=Pool.PEAK,
    budget=_whole,
    most=lambda offered: offered.most_held,
    counts=_in_one,
)
STORAGE: Final = _Storage(name="storage", title=later("Room to keep it"), counts=not_asked)
