"""How every figure comes about: its formula, the values put in, its basis and its sources.

In: an `Answer`, whose figures know their formulas (`tabfit.formula`). Out: an `Explanation` per
figure: which formulas stand together, under which names, and what is said of them. Nothing is
worked out here that is not worked out for the answer.

    figures              every figure of an answer by its name
    explanation          one figure explained
    parameters           the parameters, part by part
    download_overhead    why parameters x bits / 8 is not the download
    bytes_by_purpose     where a model's bytes go, by what its tensors do

Imports `estimate` and all before it.
"""

from tabfit.explain.explanation import Explanation
from tabfit.explain.figures import explain, explain_one, explained

__all__ = ["Explanation", "explain", "explain_one", "explained"]
