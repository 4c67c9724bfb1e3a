"""The rough rules people quote, computed beside the exact figures.

In: an architecture, a plan and its memory. Out: each rule with its formula filled in, what
it claims to estimate, and how far off it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from tabfit.i18n.language import Words, _, later
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind
from tabfit.runtimes.memory.cache import Allocation, cache_size
from tabfit.storage.storage_type import F16
from tabfit.training import model_states
from tabfit.training.component import filled
from tabfit.training.layer_shapes import tokens_of
from tabfit.training.memory import TrainingMemory
from tabfit.training.plan import Plan, Zero
from tabfit.units import Tokens


class EstimatedPart(StrEnum):
    """The figure that a rule claims to give."""

    INFERENCE = "inference"
    STEADY = "steady"
    ACTIVATIONS = "activations"
    PEAK = "peak"


ESTIMATES = Words(
    {
        EstimatedPart.INFERENCE: later("running it: weights and cache"),
        EstimatedPart.STEADY: later("the steady state"),
        EstimatedPart.ACTIVATIONS: later("activations, output included"),
        EstimatedPart.PEAK: later("the peak"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOfThumb:
    """A rule of thumb: what it says, what it gives here, and the exact figure."""

    id: str
    text: str
    filled: str
    value: int
    estimates: EstimatedPart
    exact: int
    why: str
    source: str

    @property
    def off(self) -> float:
        """Return how far off the rule is: 0.5 is half as much again, -0.5 half."""
        return self.value / self.exact - 1 if self.exact else 0.0


def rules_of_thumb(
    architecture: Architecture, plan: Plan, memory: TrainingMemory
) -> tuple[RuleOfThumb, ...]:
    """Return every rule that has something to be compared with here."""
    found = (
        *_of_inference(architecture, plan),
        *_of_steady(architecture, plan, memory),
        *_of_activations(architecture, plan, memory),
        *_of_peak(architecture, plan, memory),
    )
    return tuple(rule for rule in found if rule.exact)


def inference(architecture: Architecture, plan: Plan) -> int:
    """Return the weights and the cache of running the same batch, at the plan's width.

    In bytes. Source: the weights, and the cache as of `runtimes.memory.cache`.
    """
    weights = plan.elements.most * architecture.inventory.total
    if architecture.kind is Kind.ENCODER:
        return weights
    kept = Allocation(element=F16, windowed=True, latent=True)
    return weights + plan.batch * cache_size(architecture, Tokens(plan.sequence), kept)


def _of_inference(architecture: Architecture, plan: Plan) -> Iterator[RuleOfThumb]:
    count, width = architecture.inventory.total, plan.elements.most
    yield RuleOfThumb(
        id="inference-twice",
        text=_("2 × weights"),
        filled=filled(2, width, count),
        value=2 * width * count,
        estimates=EstimatedPart.INFERENCE,
        exact=inference(architecture, plan),
        why=_("the cache grows with batch and context, not with the weights"),
        source=_("quoted without a source; EleutherAI’s Transformer Math says 1.2 × instead"),
    )


def _of_steady(
    architecture: Architecture, plan: Plan, memory: TrainingMemory
) -> Iterator[RuleOfThumb]:
    count = architecture.inventory.total
    tokens = tokens_of(architecture, architecture.main, plan.sequence)
    yield RuleOfThumb(
        id="steady-16n",
        text="16 N + 8 B D",
        filled=f"{filled(16, count)} + {filled(8, plan.batch, tokens)}",
        value=16 * count + 8 * plan.batch * tokens,
        estimates=EstimatedPart.STEADY,
        exact=memory.steady,
        why=_(
            "right for Adam with every weight trained on one device: 4 + 4 + 8 bytes, or 2 + 2 + "
            "12; the rest is the batch as 64-bit numbers"
        ),
        source=_("quoted without a source; Rees 2023, erees.dev/transformer-memory, has 16 N"),
    )
    for each, why, source in _per_parameter():
        yield RuleOfThumb(
            id=f"steady-{each}n",
            text=f"{each} N",
            filled=filled(each, count),
            value=each * count,
            estimates=EstimatedPart.STEADY,
            exact=memory.steady,
            why=why,
            source=source,
        )
    yield from _of_deepspeed(architecture, plan, memory)


def _per_parameter() -> Iterator[tuple[int, str, str]]:
    yield (
        12,
        _("16-bit weights and gradients, two float32 states, and no float32 copy of the weights"),
        "Dettmers et al. 2023, QLoRA, arXiv:2305.14314: 780 GB for 65 B",
    )
    yield (
        18,
        _("counts the 16-bit copies beside float32 weights as if they stayed"),
        "Hugging Face, transformers, model_memory_anatomy",
    )


def _of_deepspeed(
    architecture: Architecture, plan: Plan, memory: TrainingMemory
) -> Iterator[RuleOfThumb]:
    """Yield what DeepSpeed's own estimators print for its stages 2 and 3 (no offload)."""
    count, copies = architecture.inventory.total, plan.copies
    if copies == 1 or plan.zero < Zero.GRADIENTS:
        return
    largest = model_states.largest_layer(architecture)
    if plan.zero is Zero.GRADIENTS:
        text, value = "4 N + 16 N ÷ d", 4 * count + 16 * count // copies
        shown = f"{filled(4, count)} + {filled(16, count)} ÷ {filled(copies)}"
    else:
        text, value = "18 N ÷ d + 4 M", 18 * count // copies + 4 * largest
        shown = f"{filled(18, count)} ÷ {filled(copies)} + {filled(4, largest)}"
    yield RuleOfThumb(
        id=f"deepspeed-{int(plan.zero)}",
        text=text,
        filled=shown,
        value=value,
        estimates=EstimatedPart.STEADY,
        exact=memory.steady,
        why=_("keeps gradients whole, or a float32 copy of them, where the paper shares them out"),
        source="microsoft/DeepSpeed, docs/code-docs/source/memory.rst",
    )


def _of_activations(
    architecture: Architecture, plan: Plan, memory: TrainingMemory
) -> Iterator[RuleOfThumb]:
    if memory.uncovered is not None or not architecture.main.layers:
        return
    tower = architecture.main
    layers, width, heads = len(tower.layers), tower.hidden, tower.layers[0].attention_heads
    tokens, batch = tokens_of(architecture, tower, plan.sequence), plan.batch
    element, pairs = batch * tokens * width, batch * tokens * tokens
    scores = 6 * batch * tokens * architecture.outputs
    yield RuleOfThumb(
        id="activations-14e",
        text="L (14 E + 4 B S S) + 6 B S V",
        filled=f"{filled(layers)} × ({filled(14, element)} + {filled(4, pairs)}) + "
        f"{filled(6, batch, tokens, architecture.outputs)}",
        value=layers * (14 * element + 4 * pairs) + scores,
        estimates=EstimatedPart.ACTIVATIONS,
        exact=memory.activations,
        why=_(
            "14 E (E = B S h) is what attention alone keeps; the feed-forward layer is left out, "
            "and so is every attention map but one head’s"
        ),
        source=_("quoted without a source; its terms are Rees’s for one block of attention"),
    )
    maps = 0 if plan.flash else 5 * heads * tokens  # which FlashAttention never holds
    yield RuleOfThumb(
        id="activations-gpt",
        text="s b h L × 34" if plan.flash else "s b h L (34 + 5 a s ÷ h)",
        filled=filled(layers, batch, tokens, 34, width)
        if plan.flash
        else f"{filled(layers, batch, tokens)} × ({filled(34, width)} + "
        f"{filled(5, heads, tokens)})",
        value=layers * batch * tokens * (34 * width + maps),
        estimates=EstimatedPart.ACTIVATIONS,
        exact=memory.activations,
        why=_("the published sum for GPT’s layers, one device, nothing recomputed"),
        source="Korthikanti et al. 2022, arXiv:2205.05198, equation 1",
    )


def _of_peak(
    architecture: Architecture, plan: Plan, memory: TrainingMemory
) -> Iterator[RuleOfThumb]:
    if memory.peak is None:
        return
    count, width = architecture.inventory.total, plan.elements.most
    yield RuleOfThumb(
        id="training-four-times",
        text=_("4 × weights"),
        filled=filled(4, width, count),
        value=4 * width * count,
        estimates=EstimatedPart.PEAK,
        exact=memory.peak,
        why=_(
            "weights, gradients and two states of one width each; no float32 copies, and no "
            "activations"
        ),
        source="Hugging Face, accelerate, model_size_estimator",
    )
