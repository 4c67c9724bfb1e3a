"""The check of the runtimes themselves: whether any browser has one that loads the model."""

from __future__ import annotations

from typing import Final

from tabfit.i18n.language import _, later
from tabfit.units import Basis
from tabfit.verdict.check_kinds.kind import CheckKind, Finding
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.requirements import Demand, Offered, Requirements, Setup


class _Support(CheckKind):
    """A runtime that loads the model: where there is none, no device would help."""

    def asked(self, setup: Setup) -> Demand | None:
        """Return the demand of a model that no browser runtime loads."""
        if not setup.unsupported:
            return None
        said = _("no runtime known here loads it; the figures are of its weights and cache alone")
        return Demand(name=self.name, why=said)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return that nothing runs."""
        del required, offered
        return Decision(chance=0.0, failed=demand.hard, unsupported=demand.hard)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return what the figures are of."""
        del required, offered, decision
        return Finding(have=None, basis=Basis.LISTED, message=demand.why)


SUPPORT: Final = _Support(name="support", title=later("A runtime that loads it"))
