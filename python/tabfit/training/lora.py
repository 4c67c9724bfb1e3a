"""LoRA in training: the sets of matrices that are usually adapted, as the PEFT library does it.

In: an architecture, a rank and which set. Out: the matrices adapted, and how many
parameters their adapters have.
"""

from __future__ import annotations

from typing import Final

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message
from tabfit.model.architecture import Architecture
from tabfit.model.lora import AdaptedMatrix, adapted_matrices
from tabfit.model.tensors import ATTENTION, FEED_FORWARD, Role
from tabfit.training.plan import TARGETS, LoraTargets
from tabfit.units import Parameters

#: The roles each set adapts.
ROLES: Final[dict[LoraTargets, frozenset[Role]]] = {
    LoraTargets.QUERY_VALUE: frozenset({Role.QUERY, Role.VALUE}),
    LoraTargets.ATTENTION: ATTENTION,
    LoraTargets.LINEAR: ATTENTION | FEED_FORWARD,
}


def trained_adapters(architecture: Architecture, targets: LoraTargets) -> tuple[AdaptedMatrix, ...]:
    """Return the matrices that get an adapter, in the model's order.

    Raises `UnsupportedCombination` where the model has none of them.
    """
    found = adapted_matrices(architecture, ROLES[targets], fused_whole=True)
    if not found:
        raise UnsupportedCombination(
            Message(
                "{family} has no matrices for adapters on {targets}",
                family=architecture.family,
                targets=TARGETS[targets],
            ),
            [each for each in LoraTargets if each is not targets],
        )
    return found


def adapter_parameters(architecture: Architecture, rank: int, targets: LoraTargets) -> Parameters:
    """Return the parameters of all adapters of one rank.

    >>> from tabfit.model.textbook import Widths, textbook
    >>> adapter_parameters(textbook(Widths()), 4, LoraTargets.QUERY_VALUE)  # 12 x 2 x 4 x 2 x 768
    147456

    Source: Hu et al. 2021, arXiv:2106.09685, section 4.1: rank x (inputs + outputs) a matrix.
    """
    found = trained_adapters(architecture, targets)
    return Parameters(sum(each.parameters(rank) for each in found))
