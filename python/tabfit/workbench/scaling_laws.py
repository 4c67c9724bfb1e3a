"""Scaling laws: how a language model's loss falls as it grows, and what a gain costs.

In: parameters, or a gain. Out: the loss a fitted power law predicts, and by how much a model
must grow. N counts parameters outside the embeddings; losses are in nats per token. A law is
a fit to models trained on enough data, and says nothing of what a model can do.
"""

from __future__ import annotations

from typing import Final

from tabfit.light_dataclass import dataclass
from tabfit.model.tensors import Inventory, Role
from tabfit.units import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingLaw:
    """A fitted power law: loss = (`scale` ÷ N) ** `exponent`.

    Source: Kaplan et al. 2020, arXiv:2001.08361, equation 1.1; each law's own fit is its `source`.
    """

    exponent: float
    scale: float
    source: str

    def loss(self, parameters: int) -> float:
        """Return the loss predicted for so many parameters.

        >>> round(HENIGHAN.loss(175_000_000_000), 2)
        1.6
        """
        return float((self.scale / parameters) ** self.exponent)

    def growth(self, gain: float) -> float:
        """Return by how much a model grows for its loss to be divided by 1 + `gain`.

        >>> round(HENIGHAN.growth(0.10), 1), round(KAPLAN.growth(0.10), 1)
        (3.9, 3.5)
        """
        return float((1 + gain) ** (1 / self.exponent))


#: The fit with GPT-3's models in it.
HENIGHAN: Final = ScalingLaw(
    exponent=0.070,
    scale=1.47e14,
    source="Henighan et al. 2020, Scaling Laws for Autoregressive Generative Modeling, "
    "arXiv:2010.14701, table 1, language",
)
#: The fit to models of up to 1.5 billion parameters.
KAPLAN: Final = ScalingLaw(
    exponent=0.076,
    scale=8.8e13,
    source="Kaplan et al. 2020, Scaling Laws for Neural Language Models, arXiv:2001.08361",
)
LAWS: Final = (HENIGHAN, KAPLAN)

_TABLES: Final = {Role.EMBEDDING, Role.POSITION, Role.PER_LAYER_EMBEDDING, Role.HEAD}


def outside_embeddings(inventory: Inventory) -> Parameters:
    """Return the parameters that scaling laws count: all but tables and the head.

    >>> from tabfit.model.textbook import Widths, textbook
    >>> outside_embeddings(textbook(Widths()).inventory)
    85017600

    Source: Kaplan et al. 2020, arXiv:2001.08361, section 2.1.
    """
    roles = inventory.by_role()
    return Parameters(sum(count for role, count in roles.items() if role not in _TABLES))
