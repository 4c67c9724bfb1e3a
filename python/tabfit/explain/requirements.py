"""What the checks other than memory need, as formulas: the twin of `runtimes.needs`."""

from __future__ import annotations

from tabfit.estimate.answers import Answer
from tabfit.estimate.checks import Check
from tabfit.explain import model_sizes, transformersjs
from tabfit.explain.formula import Expression, largest, size, total
from tabfit.explain.runtime_phases import cache_of, constant, stored_weights
from tabfit.explain.wllama import work_of
from tabfit.i18n.language import _
from tabfit.runtimes import constants
from tabfit.runtimes.transformersjs import TransformersJs
from tabfit.runtimes.wllama import Wllama
from tabfit.units import Basis


def need_of(check: Check, answer: Answer) -> Expression | None:
    """Return the formula of a need, `None` where a feature is needed and not bytes."""
    if check.need is None:
        return None
    if check.name in ("largest-tensor", "largest-buffer"):
        return _largest(check, answer)
    if check.name == "storage":
        return model_sizes.file_sum(file for file in answer.stored.files if not file.cached)
    if check.name == "wasm-memory":
        return _heap(answer)
    if check.name == "file-size":
        biggest = max(answer.stored.files, key=lambda file: file.size.likely)
        return model_sizes.file_sum([biggest])
    source = answer.facts.sources.get("needs", "") or check.message
    return size(_("what the runtime asks for"), check.need, Basis.LISTED, source)


def _largest(check: Check, answer: Answer) -> Expression:
    """Return the largest array, or what the runtime asks for if that is more."""
    needs, stored = answer.facts.needs, answer.stored
    name = "binding" if check.name == "largest-tensor" else "buffer"
    asked = needs.binding_bytes if name == "binding" else needs.buffer_bytes
    terms: list[Expression] = []
    if stored.tensors:
        tensor = max(stored.tensors, key=lambda each: each.largest_array)
        source = _("{type}, {shape}", type=tensor.type.name, shape=model_sizes.sides(tensor.shape))
        terms.append(size(tensor.name, tensor.largest_array, Basis.COMPUTED, source))
    if asked or not terms:
        facts = answer.facts.sources
        source = facts.get(f"needs.{name}_bytes", facts.get("needs", ""))
        terms.append(size(_("what the runtime asks for"), asked or 0, Basis.LISTED, source))
    return largest(*terms)


def _heap(answer: Answer) -> Expression | None:
    runtime, load = answer.runtime, answer.load
    if isinstance(runtime, TransformersJs):
        return transformersjs.heap(runtime, load)
    if not isinstance(runtime, Wllama):
        return None
    if runtime.uses_gpu:
        left, why = runtime.on_processor(load), _("the token table, and what no binding holds")
        floor = constant(_("the runtime in the tab"), "WLLAMA_FLOOR", constants.WLLAMA_FLOOR)
        return total(size(_("weights left to the processor"), left, Basis.COMPUTED, why), floor)
    return total(stored_weights(load), cache_of(runtime, load), work_of(runtime, load))
