"""The memory that training needs on one device, part by part.

In: an architecture and a plan. Out: the steady state between two steps, the peak where the
way forward ends and the way back begins, and every part of both with its formula.
"""

from __future__ import annotations

from collections.abc import Iterator

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message, _
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind
from tabfit.training import activations, model_states
from tabfit.training.component import STEADY_KINDS, TrainingPart
from tabfit.training.component import TrainingPartKind as Part
from tabfit.training.layer_shapes import running, tokens_of
from tabfit.training.lora import adapter_parameters
from tabfit.training.plan import Plan, divisors
from tabfit.units import Bytes, Parameters

#: A run is asked about sequences of this many tokens unless the model takes fewer.
USUAL_SEQUENCE = 2048


@dataclass(frozen=True, kw_only=True)
class TrainingMemory:
    """What one device holds, largest questions first: `steady`, `peak`, `components`.

    `uncovered` says why activations, and so the peak, are not known.

    Source: each component's own (`formula_sources`).
    """

    plan: Plan
    components: tuple[TrainingPart, ...]
    uncovered: str | None = None
    notes: tuple[str, ...] = ()

    def of(self, part: Part) -> int:
        """Return the bytes of one part, 0 where it plays no role."""
        return sum(each.size for each in self.components if each.kind is part)

    @property
    def steady(self) -> Bytes:
        """Return what stays from step to step, gradients included.

        Frameworks that free gradients after each step hold less between two of them, and
        the same once the way back is done.
        """
        return Bytes(sum(each.size for each in self.components if each.kind in STEADY_KINDS))

    @property
    def peak(self) -> Bytes | None:
        """Return everything that is alive as the way back begins, `None` where unknown."""
        if self.uncovered is not None:
            return None
        return Bytes(sum(each.size for each in self.components))

    @property
    def activations(self) -> Bytes:
        """Return what the way forward keeps in layers and output together."""
        return Bytes(self.of(Part.ACTIVATIONS) + self.of(Part.OUTPUT))


def usual_sequence(architecture: Architecture) -> int:
    """Return the tokens of a sequence unless said otherwise, within the model's reach.

    Source: `USUAL_SEQUENCE`, this project's choice.
    """
    tower = architecture.main
    return min(USUAL_SEQUENCE, tokens_of(architecture, tower, tower.positions or USUAL_SEQUENCE))


def training_memory(architecture: Architecture, plan: Plan) -> TrainingMemory:
    """Return the memory of training an architecture as planned.

    Raises `UnsupportedCombination` where devices cannot share the model's heads, or where
    adapters have nothing to adapt.
    """
    _check_heads(architecture, plan)
    components = [*model_states.state_parts(architecture, plan)]
    whole = model_states.gathered(architecture, plan)
    components += [whole] if whole else []
    uncovered = None
    try:
        components += activations.activation_parts(architecture, plan)
    except UnsupportedCombination as fault:
        uncovered = str(fault)
    return TrainingMemory(
        plan=plan,
        components=_together(components),
        uncovered=uncovered,
        notes=tuple(_notes(architecture, plan)),
    )


def trained_parameters(architecture: Architecture, plan: Plan) -> Parameters:
    """Return how many parameters are trained: all of them, or the adapters'.

    Source: as of `adapter_parameters`.
    """
    if not plan.lora_rank:
        return architecture.inventory.total
    return adapter_parameters(architecture, plan.lora_rank, plan.lora_targets)


def _together(components: list[TrainingPart]) -> tuple[TrainingPart, ...]:
    """Return components in the order of their kinds."""
    order = list(Part)
    return tuple(sorted(components, key=lambda each: order.index(each.kind)))


def _check_heads(architecture: Architecture, plan: Plan) -> None:
    parallel = plan.tensor_parallel
    for layer in architecture.main.layers[:1]:
        if layer.attention_heads % parallel:
            raise UnsupportedCombination(
                Message(
                    "{heads} heads do not divide over {count} devices",
                    heads=layer.attention_heads,
                    count=parallel,
                ),
                map(str, divisors(layer.attention_heads)),
            )


def _notes(architecture: Architecture, plan: Plan) -> Iterator[str]:
    reach = architecture.main.positions
    tokens = tokens_of(architecture, architecture.main, plan.sequence)
    if tokens != plan.sequence:
        yield _("one input of this model is {count:,} tokens, whatever is asked", count=tokens)
    elif reach is not None and plan.sequence > reach:
        yield _(
            "{asked:,} tokens are more than the {reach:,} this model takes",
            asked=plan.sequence,
            reach=reach,
        )
    if plan.zero and plan.copies == 1:
        yield _("there are no copies to share out: ZeRO changes nothing here")
    left = len(architecture.towers) - len(running(architecture))
    if left and architecture.kind is Kind.DECODER:
        yield _("trained on text alone: pictures and sound pass no activations here")
