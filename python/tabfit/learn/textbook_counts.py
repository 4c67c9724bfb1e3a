"""Counts that write-ups do by hand, done on the tensors: one layer, GPT-3, and training's peak.

In: nothing, or an architecture. Out: figures for the lessons, each summed over shapes; beside
them the published formulas, as published, so that what they leave out shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import ATTENTION, Role, Tensor
from tabfit.model.textbook import Widths, textbook
from tabfit.training import Plan, TrainingMemory, training_memory
from tabfit.units import Parameters

#: The shape of GPT-3 175B (Brown et al. 2020, arXiv:2005.14165, table 2.1 and section 2.1), whose
#: vocabulary is that of GPT-2 (Radford et al. 2019).
GPT_3: Final = Widths(
    hidden=12_288, heads=96, layers=96, vocabulary=50_257, positions=2048, norms=True
)
FEED_FORWARD: Final = frozenset({Role.UP, Role.DOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsAndBiases:
    """The parameters of a part, weights and biases apart."""

    weights: Parameters
    biases: Parameters

    @property
    def total(self) -> Parameters:
        """Return both together."""
        return Parameters(self.weights + self.biases)


def _counted(architecture: Architecture, wanted: Callable[[Tensor], bool]) -> WeightsAndBiases:
    held = [each for each in architecture.inventory.tensors if wanted(each)]
    return WeightsAndBiases(
        weights=Parameters(sum(each.elements for each in held if not each.bias)),
        biases=Parameters(sum(each.elements for each in held if each.bias)),
    )


def one_layer(roles: frozenset[Role]) -> WeightsAndBiases:
    """Return what a part of one layer of the textbook's decoder has.

    >>> one_layer(FEED_FORWARD).total, one_layer(ATTENTION).weights
    (4722432, 2359296)
    """
    return _counted(textbook(Widths()), lambda each: each.layer == 0 and each.role in roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpt3Count:
    """GPT-3's parameters by what they are for, and what two published formulas give."""

    parts: tuple[tuple[str, Parameters], ...]
    kaplan: Parameters
    narayanan: Parameters

    @property
    def total(self) -> Parameters:
        """Return all of them."""
        return Parameters(sum(count for _name, count in self.parts))


def gpt3() -> Gpt3Count:
    """Return GPT-3 counted tensor by tensor.

    The formulas are 12 L d² (Kaplan et al. 2020, arXiv:2001.08361, table 1, without embeddings)
    and 12 L d² (1 + 13 ÷ (12 d) + (V + s) ÷ (12 L d)) (Narayanan et al. 2021, arXiv:2104.04473,
    equation 2).

    >>> gpt3().total
    174604259328
    """
    shape = textbook(GPT_3)
    width, layers = GPT_3.hidden, GPT_3.layers
    kinds: dict[str, Callable[[Tensor], bool]] = {
        "tokens": lambda each: each.role is Role.EMBEDDING,
        "positions": lambda each: each.role is Role.POSITION,
        "attention": lambda each: each.role in ATTENTION,
        "feed-forward": lambda each: each.role in FEED_FORWARD,
        "norms": lambda each: each.role is Role.NORM,
    }
    within = 12 * layers * width**2
    return Gpt3Count(
        parts=tuple((name, _counted(shape, wanted).total) for name, wanted in kinds.items()),
        kaplan=Parameters(within),
        narayanan=Parameters(
            within + 13 * layers * width + (GPT_3.vocabulary + GPT_3.positions) * width
        ),
    )


def last_norm() -> Parameters:
    """Return the parameters of the norm behind the last layer.

    >>> last_norm()
    24576
    """
    shape = textbook(GPT_3)
    return _counted(shape, lambda each: each.role is Role.NORM and each.layer is None).total


def training_peak(architecture: Architecture, tokens: int) -> TrainingMemory:
    """Return the memory of one step of AdamW in mixed precision, one sequence at a time."""
    return training_memory(architecture, Plan(sequence=tokens))
