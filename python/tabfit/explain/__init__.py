"""How every figure comes about: its formula, the values put in, its basis and its sources.

In: an `Answer`. Out: an `Explanation` per figure, whose own values give the figure shown.
"""

from tabfit.explain.figures import explain, explain_one, explained
from tabfit.explain.formula import (
    Explanation,
    Expression,
    Given,
    Named,
    Operation,
    Operator,
    Unit,
    evaluate,
    givens,
    named,
)

__all__ = [
    "Explanation",
    "Expression",
    "Given",
    "Named",
    "Operation",
    "Operator",
    "Unit",
    "evaluate",
    "explain",
    "explain_one",
    "explained",
    "givens",
    "named",
]
