"""Checks of how a model is made: what fails on graphics processors whatever the device.

In: a load. Out: for each way of being made that failed more often than language models do, the
chance that it runs all the same. The chances are learnt from people's reports beside those of
`failures` (tools/budgets), as what such a model adds to a runtime's and a driver's own failures;
each counts once, and is named as the reason only where it takes *likely* away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tabfit.i18n.language import _, later
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Kind
from tabfit.recipes.onnx import session_precisions
from tabfit.units import Basis
from tabfit.verdict import chance_text, failure_rates
from tabfit.verdict.check_kinds.kind import CheckKind, Finding
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.requirements import Demand, Offered, Requirements, Setup


@dataclass(frozen=True, kw_only=True)
class ModelFailure(CheckKind):
    """One way of being made that fails more often; `made_so` says whether a load is."""

    made_so: Callable[[Setup], bool]
    background: bool = True

    def asked(self, setup: Setup) -> Demand | None:
        """Return the demand, where the load is made so and computes on the graphics processor."""
        if not setup.facts.needs.webgpu or not self.made_so(setup):
            return None
        return Demand(name=self.name, why="", hard=False)

    def decision(self, demand: Demand, required: Requirements, offered: Offered) -> Decision:
        """Return how often such a model runs, of those that would run if it were another."""
        del demand, required, offered
        return Decision(chance=failure_rates.of_model(self.name).chance)

    def finding(
        self, demand: Demand, required: Requirements, offered: Offered, decision: Decision
    ) -> Finding:
        """Return how many reports say so, and what all reports together come to."""
        del demand, required, offered
        rate = failure_rates.of_model(self.name)
        counted = _(
            "of {reports} reports of such models on graphics processors, {died} gave wrong output "
            "or ended in a fault of the runtime",
            reports=rate.reports,
            died=rate.died,
        )
        said = _(
            "{counted}; our estimate from all reports together: of devices that run another model, "
            "{chance} run such a one",
            counted=counted,
            chance=chance_text.phrase(decision.chance),
        )
        return Finding(have=None, basis=Basis.MEASURED, message=said)


def _without_kernels(setup: Setup) -> bool:
    dtypes = session_precisions.dtypes(setup.load.stored.precision)
    return bool(dtypes & {*setup.facts.needs.no_kernels_for})


def _run_as(kind: Kind) -> Callable[[Setup], bool]:
    def run_so(setup: Setup) -> bool:
        return _is_read(setup) and setup.load.architecture.kind is kind

    return run_so


def _is_read(setup: Setup) -> bool:
    """Return whether the model's shape is known, and not its files alone."""
    return any(tower.layers for tower in setup.load.architecture.towers)


WITHOUT_KERNELS: Final = ModelFailure(
    name=failure_rates.WITHOUT_KERNELS,
    title=later("8-bit weights on the graphics processor"),
    made_so=_without_kernels,
)
ONE_PASS: Final = ModelFailure(
    name=failure_rates.ONE_PASS,
    title=later("Models of one pass on the graphics processor"),
    made_so=_run_as(Kind.ENCODER),
)
TWO_PARTS: Final = ModelFailure(
    name=failure_rates.TWO_PARTS,
    title=later("Encoders with a decoder on the graphics processor"),
    made_so=_run_as(Kind.ENCODER_DECODER),
)
OTHER_MODEL: Final = ModelFailure(
    name=failure_rates.OTHER_MODEL,
    title=later("Other kinds of model on the graphics processor"),
    made_so=lambda setup: not _is_read(setup),
)
