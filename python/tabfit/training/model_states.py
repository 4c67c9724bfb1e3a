"""Model states: weights, gradients and what the optimiser remembers, tensor by tensor.

In: an architecture and a plan. Out: bytes on one device, each with its formula. Tensor
parallelism divides matrices and leaves norms whole; ZeRO divides what its stage names.

Sources: Rajbhandari et al. 2020, arXiv:1910.02054 (stages); Shoeybi et al. 2019,
arXiv:1909.08053 (which matrices are divided).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from math import prod
from typing import Final

from tabfit.i18n.language import _
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Inventory, Part, Role, Tensor, is_layer_matrix
from tabfit.storage.type_table import NF4_DOUBLE
from tabfit.training import formula_sources
from tabfit.training.component import TrainingPart, TrainingPartKind, divided, filled
from tabfit.training.lora import trained_adapters
from tabfit.training.plan import Optimizer, Plan, Zero

#: Roles whose matrices are divided by inputs: their biases are added once and stay whole.
_BY_INPUT: Final = {Role.ATTENTION_OUTPUT, Role.DOWN, Role.EXPERT_DOWN}
_BY_OUTPUT: Final = {
    Role.EMBEDDING, Role.QUERY, Role.KEY, Role.VALUE, Role.QUERY_KEY_VALUE, Role.GATE, Role.UP,
    Role.GATE_UP, Role.EXPERT_GATE, Role.EXPERT_UP, Role.EXPERT_GATE_UP, Role.HEAD,
}  # fmt: skip

#: Blocks of so many states share one float32 scale, and smaller tensors keep float32 states.
#: Source: Dettmers et al. 2022, arXiv:2110.02861; bitsandbytes optim/optimizer.py (later
#: versions share a scale between 256, which adds 1.4 % of these bytes).
BLOCK_8BIT: Final = 2048
SMALLEST_8BIT: Final = 4096


@dataclass(frozen=True, slots=True)
class ParameterArray:
    """A shape that is trained, and over how many devices it is divided."""

    shape: tuple[int, ...]
    over: int = 1

    @property
    def elements(self) -> int:
        """Return how many numbers one device has of it."""
        return -(-prod(self.shape) // self.over)


def splits(tensor: Tensor) -> bool:
    """Return whether tensor parallelism divides a tensor."""
    return tensor.role in _BY_OUTPUT or (tensor.role in _BY_INPUT and not tensor.bias)


def state_parts(architecture: Architecture, plan: Plan) -> Iterator[TrainingPart]:
    """Yield what stays in memory from step to step, on one device."""
    yield from _frozen(architecture, plan)
    trained = _trained(architecture, plan)
    count = sum(array.elements * times for array, times in trained.items())
    yield from _weights(count, plan)
    yield _gradients(count, plan)
    yield _optimizer(trained, count, plan)


def on_device(inventory: Inventory, devices: int) -> int:
    """Return the parameters one of so many tensor-parallel devices holds.

    Source: Shoeybi et al. 2019, arXiv:1909.08053, section 3: matrices are divided, norms are whole.
    """
    return sum(array.elements * times for array, times in _arrays(inventory, devices).items())


@lru_cache(maxsize=16)
def _arrays(inventory: Inventory, devices: int) -> Counter[ParameterArray]:
    return Counter(
        ParameterArray(tensor.shape, devices if splits(tensor) else 1)
        for tensor in inventory.stored
        if not tensor.buffer
    )


def _trained(architecture: Architecture, plan: Plan) -> Counter[ParameterArray]:
    """Return every shape that is trained, and how often."""
    if not plan.lora_rank:
        return _arrays(architecture.inventory, plan.tensor_parallel)
    rank = plan.lora_rank
    return Counter(
        ParameterArray(shape)
        for each in trained_adapters(architecture, plan.lora_targets)
        for outputs in each.outputs
        for shape in ((rank, each.inputs), (outputs, rank))
    )


# Weights


def _weights(count: int, plan: Plan) -> Iterator[TrainingPart]:
    """Yield the trained weights, and their float32 copy where the precision keeps one."""
    width, lora = plan.widths, plan.lora_rank > 0
    yield _of(
        TrainingPartKind.ADAPTERS if lora else TrainingPartKind.WEIGHTS,
        (width.weights, "A" if lora else "N", count),
        1 if lora else plan.shared(Zero.WEIGHTS),
        formula_sources.LORA if lora else formula_sources.STATES,
    )
    if width.master:
        whole = (width.master, "A" if lora else "N", count)
        yield _of(
            TrainingPartKind.MASTER, whole, plan.shared(Zero.OPTIMIZER), formula_sources.MIXED
        )
    if width.casts:
        yield _of(
            TrainingPartKind.CASTS,
            (width.casts, "A" if lora else "N", count),
            1,
            formula_sources.AUTOCAST,
        )


def _frozen(architecture: Architecture, plan: Plan) -> Iterator[TrainingPart]:
    """Yield the weights that adapters leave as they are."""
    if not plan.lora_rank:
        return
    devices, shared = plan.tensor_parallel, plan.shared(Zero.WEIGHTS)
    if plan.quantised:
        packed, rest = _quantised(architecture.inventory, devices)
        yield TrainingPart(
            kind=TrainingPartKind.WEIGHTS,
            size=-(-(packed + 2 * rest) // shared),
            text=divided(_("NF4 matrices + 2 × the rest"), shared, "d"),
            filled=divided(f"{filled(packed)} + {filled(2, rest)}", shared),
            source=formula_sources.QLORA,
        )
        return
    count = on_device(architecture.inventory, devices)
    yield _of(
        TrainingPartKind.WEIGHTS, (plan.widths.weights, "N", count), shared, formula_sources.LORA
    )
    if plan.widths.casts:
        yield _of(
            TrainingPartKind.CASTS, (plan.widths.casts, "N", count), 1, formula_sources.AUTOCAST
        )


def _quantised(inventory: Inventory, devices: int) -> tuple[int, int]:
    """Return the bytes of NF4 matrices with their scales, and how many numbers stay at 16 bits."""
    packed = rest = 0
    for each in inventory.stored:
        over = devices if splits(each) else 1
        if is_layer_matrix(each):
            packed += -(-NF4_DOUBLE.size_of(each.shape) // over)
        else:
            rest += 0 if each.buffer else -(-each.elements // over)
    return packed, rest


def gathered(architecture: Architecture, plan: Plan) -> TrainingPart | None:
    """Return the largest layer, made whole for a moment where ZeRO shares out the weights."""
    if plan.shared(Zero.WEIGHTS) == 1:
        return None
    width = plan.widths.weights + (0 if plan.lora_rank else plan.widths.gradients)
    most = largest_layer(architecture, plan.tensor_parallel)
    return _of(TrainingPartKind.GATHERED, (width, "M", most), 1, formula_sources.GATHERED)


def largest_layer(architecture: Architecture, devices: int = 1) -> int:
    """Return the parameters of the largest layer, tables and heads being layers of their own.

    Source: what ZeRO-3 gathers at once (DeepSpeed, memory estimators).
    """
    sizes: Counter[tuple[Part, int | str]] = Counter()
    for each in architecture.inventory.stored:
        place = each.name if each.layer is None else each.layer
        over = devices if splits(each) else 1
        sizes[each.part, place] += 0 if each.buffer else -(-each.elements // over)
    return max(sizes.values())


# Gradients and the optimiser


def _gradients(count: int, plan: Plan) -> TrainingPart:
    symbol = "A" if plan.lora_rank else "N"
    whole = (plan.widths.gradients, symbol, count)
    return _of(
        TrainingPartKind.GRADIENTS, whole, plan.shared(Zero.GRADIENTS), formula_sources.STATES
    )


def _optimizer(trained: Counter[ParameterArray], count: int, plan: Plan) -> TrainingPart:
    symbol, shared = "A" if plan.lora_rank else "N", plan.shared(Zero.OPTIMIZER)
    optimizer, width = plan.optimizer, plan.widths
    if optimizer in _PER_PARAMETER:
        times = _PER_PARAMETER[optimizer] * width.state
        return _of(
            TrainingPartKind.STATES,
            (times, symbol, count),
            shared,
            formula_sources.OPTIMIZERS[optimizer],
        )
    whole = sum(state_size(array, optimizer) * times for array, times in trained.items())
    formula = {
        Optimizer.ADAMW_8BIT: _("2 × (1 + 4 ÷ 2048) × {symbol}, small tensors 8", symbol=symbol),
        Optimizer.ADAFACTOR: _("4 × (rows + columns of matrices, vectors whole)"),
    }[optimizer]
    return TrainingPart(
        kind=TrainingPartKind.STATES,
        size=-(-whole // shared),
        text=divided(formula, shared, "d"),
        filled=divided(filled(whole), shared),
        source=formula_sources.OPTIMIZERS[optimizer],
    )


_PER_PARAMETER: Final = {Optimizer.ADAMW: 2, Optimizer.SGD_MOMENTUM: 1, Optimizer.SGD: 0}


def state_size(array: ParameterArray, optimizer: Optimizer) -> int:
    """Return the bytes that 8-bit AdamW or Adafactor remembers of one array.

    Adafactor keeps a row and a column of float32 per matrix (Shazeer and Stern 2018,
    arXiv:1804.04235), and vectors whole.

    >>> state_size(ParameterArray((1024, 4096)), Optimizer.ADAFACTOR)
    20480

    Source: of 8-bit AdamW Dettmers et al. 2022, arXiv:2110.02861, and bitsandbytes
    optim/optimizer.py.
    """
    count = array.elements
    if optimizer is Optimizer.ADAMW_8BIT:
        return 8 * count if count < SMALLEST_8BIT else 2 * (count + 4 * -(-count // BLOCK_8BIT))
    if len(array.shape) < 2:
        return 4 * count
    rows, columns = array.shape[-2:]
    return 4 * -(-count // columns) + 4 * -(-count // rows)


def _of(
    kind: TrainingPartKind, product: tuple[int, str, int], shared: int, source: str
) -> TrainingPart:
    """Return a component of so many bytes for each of so many parameters, shared out."""
    each, symbol, count = product
    return TrainingPart(
        kind=kind,
        size=-(-each * count // shared),
        text=divided(f"{each} × {symbol}", shared, "d"),
        filled=divided(filled(each, count), shared),
        source=source,
    )
