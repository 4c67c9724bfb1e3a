"""What a kind of check is: `CheckKind`, and the two shapes that most have.

In: what its record says. Out: a demand of a load, a decision on a device, a sentence.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tabfit.devices.browser_features import Presence
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.formula import Quantity
from tabfit.formula import size as known_size
from tabfit.i18n.language import _, later
from tabfit.i18n.size_text import size
from tabfit.light_dataclass import dataclass
from tabfit.runtimes import Needs
from tabfit.units import Basis, Interval, exactly
from tabfit.verdict import check_rules
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.requirements import Demand, Offered, Requirements, Setup


class Finding(NamedTuple):
    """What a check tells a reader besides its decision: what there is, how known, a sentence.

    `need` is what was compared, where that is not the demand's own.
    """

    have: Interval | None
    basis: Basis
    message: str
    need: Interval | None = None


def _always(required: Requirements, offered: Offered) -> bool:
    del required, offered
    return True


@dataclass(frozen=True, kw_only=True)
class CheckKind(ABC):
    """One kind of check.

    `title` is its heading. `decides` says whether an unknown here makes the whole verdict
    unknown, `grows` whether the context has a bearing on what is asked, `pool` which memory it
    is about, and `tried` the one that past loads tell of, where that has no budget of its own.
    `counts` says whether it is checked at all on a device. `background` is a way to fail that is
    always there and named only where it takes *likely* away.
    """

    name: str
    title: str
    decides: bool = False
    grows: bool = False
    pool: Pool | None = None
    tried: Pool | None = None
    background: bool = False
    counts: Callable[[Requirements, Offered], bool] = _always

    @property
    def past(self) -> Pool | None:
        """Return the memory of which past loads tell something, `None` for none."""
        return self.pool or self.tried

    def asked(self, setup: Setup) -> Demand | None:
        """Return what a load asks of any device, `None` where it asks nothing of this kind."""
        del setup
        return None

    def demand(self, required: Requirements) -> Demand | None:
        """Return what is held against the device, `None` where there is nothing."""
        return required.demands.get(self.name)

    @abstractmethod
    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return how it comes out, for numbers and arrays alike."""

    @abstractmethod
    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return what is said of it, for numbers."""


def _plainly(why: str, device: Device) -> str:
    del device
    return why


@dataclass(frozen=True, kw_only=True)
class Feature(CheckKind):
    """Something a device has or has not.

    `why` is the reason that a load asks for it, `None` where it does not. `presence` says
    whether it is there, or how many such devices have it; `met` the sentence where it is.
    """

    why: Callable[[Setup], str | None]
    presence: Callable[[Device, Needs], Presence]
    met: Callable[[str, Device], str] = _plainly
    hard: bool = True

    def asked(self, setup: Setup) -> Demand | None:
        """Return the demand, if the load has a reason for one."""
        why = self.why(setup)
        return None if why is None else Demand(name=self.name, why=why, hard=self.hard)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return the decision on what is there, is not, or is not known."""
        found = self._presence(required, offered)
        return check_rules.feature(there=found.there, hard=demand.hard, share=found.share)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return why it is asked for, and what is missing if something is."""
        del decision
        found = self._presence(required, offered)
        if found.there:
            said = self.met(demand.why, offered.device)
        else:
            said = _("{why}; {fault}", why=demand.why, fault=found.why)
        return Finding(have=None, basis=_basis(found), message=said)

    def _presence(self, required: Requirements, offered: Offered) -> Presence:
        look = partial(self.presence, offered.device, required.needs)
        return offered.of_runtime(self.name, required.runtime, look)


def _basis(found: Presence) -> Basis:
    """Return how it is known: asked, read off a list of browsers, or neither."""
    if found.asked:
        return Basis.REPORTED
    return Basis.ASSUMED if found.there is None else Basis.LISTED


def _untold(demand: Demand) -> Finding:
    said = _("{why}; not known here, most current browsers have it", why=demand.why)
    return Finding(have=None, basis=Basis.ASSUMED, message=said)


def _nothing(device: Device) -> int:
    del device
    return 0


@dataclass(frozen=True, kw_only=True)
class Limit(CheckKind):
    """Bytes against a limit that a browser or the runtime states exactly.

    `least` is what every such device has that has any; `says` what the limit is,
    `says_least` what the least is. Above the share `near` of the limit half are refused.
    """

    wanted: Callable[[Setup], Demand | None]
    limit: Callable[[Device, Needs], int | None]
    says: str
    least: Callable[[Device], int] = _nothing
    says_least: str = ""
    near: float = 1.0

    def asked(self, setup: Setup) -> Demand | None:
        """Return the demand, if the load makes one."""
        return self.wanted(setup)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return the decision on the need, which lies within the limit or beyond it."""
        limit = self.limit(offered.device, required.needs)
        least = self.least(offered.device)
        return check_rules.within(
            need_of(demand), limit, hard=demand.hard, least=least, near=self.near
        )

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return the limit, and the need beside it."""
        limit, says = self.limit(offered.device, required.needs), self.says
        if limit is None:
            if not decision.asked:
                return _untold(demand)
            limit, says = self.least(offered.device), self.says_least
        said = _(
            "{why}: {need} of {have}, {says}",
            why=demand.why,
            need=size(need_of(demand)),
            have=size(exactly(limit)),
            says=_(says),
        )
        return Finding(have=exactly(limit), basis=Basis.REPORTED, message=said)


def need_of(demand: Demand) -> Interval:
    """Return the bytes that a demand of bytes asks for.

    Source: the demand itself, which says where it is from.
    """
    return demand.need or exactly(0)


def declared(setup: Setup, name: str, wanted: int) -> Quantity:
    """Return bytes that a runtime's row asks for, with where that is from.

    In bytes. Source: the row's own `sources`, which are said beside the figure.
    """
    sources = setup.facts.sources
    source = sources.get(f"needs.{name}") or sources.get("needs") or later("the catalogue")
    return known_size(later("what the runtime asks for"), wanted, Basis.LISTED, source)


def asked_itself(required: Requirements, offered: Offered) -> bool:
    """Return whether the browser itself has said if its own model fits."""
    return required.needs.availability and offered.device.language_model is not None


def not_asked(required: Requirements, offered: Offered) -> bool:
    """Return whether what the browser would have weighed is still open."""
    return not asked_itself(required, offered)
