"""What a training run chose: the optimiser, the precision, the batch, and who shares the work.

In: plain choices, checked when they are made. Out: a `Plan`, and what each choice means in
bytes per parameter. Nothing here knows a model.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Final, TypeVar

from tabfit.errors import UnknownName, UnsupportedCombination
from tabfit.i18n.language import Message, Words, later
from tabfit.light_dataclass import dataclass


class Optimizer(StrEnum):
    """What turns gradients into steps, and what it remembers of each parameter."""

    ADAMW = "adamw"
    ADAMW_8BIT = "adamw-8bit"
    ADAFACTOR = "adafactor"
    SGD_MOMENTUM = "sgd-momentum"
    SGD = "sgd"


class TrainingPrecision(StrEnum):
    """Which copies of the weights there are, and what activations are kept in."""

    MIXED = "mixed"
    AUTOCAST = "autocast"
    BF16 = "bf16"
    FP32 = "fp32"


class Recompute(StrEnum):
    """Which activations are thrown away and made again on the way back."""

    NONE = "none"
    SELECTIVE = "selective"
    FULL = "full"


class LoraTargets(StrEnum):
    """Which matrices get an adapter."""

    QUERY_VALUE = "query-value"
    ATTENTION = "attention"
    LINEAR = "linear"


class Zero(IntEnum):
    """How much of the model's state data-parallel devices share out: a stage holds those before it.

    Source: Rajbhandari et al. 2020, arXiv:1910.02054.
    """

    NOTHING = 0
    OPTIMIZER = 1
    GRADIENTS = 2
    WEIGHTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StateWidths:
    """Bytes per parameter: of weights, gradients, the float32 master copy, each optimiser state.

    `casts` are copies that live from the forward to the backward pass.
    """

    weights: int
    gradients: int
    master: int
    state: int
    casts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationWidths:
    """Bytes per number kept: of most activations, a layer norm's input, a softmax's result.

    A norm without a bias (root mean square) keeps `rms`, and `rms_trained` more for its
    own gradient. `cast_map` is a 16-bit copy of the attention map. The loss keeps `scores`
    and makes `scores_gradient` as the way back begins.
    """

    most: int
    norm: int
    rms: int
    rms_trained: int
    map: int
    cast_map: int
    scores: int
    scores_gradient: int


#: Sources: Micikevicius et al. 2018, arXiv:1710.03740, and ZeRO section 3.1 (2 + 2 + 12 bytes);
#: torch.autocast keeps float32 weights and casts them; bf16 keeps everything in 16 bits.
WIDTHS: Final = {
    TrainingPrecision.MIXED: StateWidths(weights=2, gradients=2, master=4, state=4),
    TrainingPrecision.AUTOCAST: StateWidths(weights=4, gradients=4, master=0, state=4, casts=2),
    TrainingPrecision.BF16: StateWidths(weights=2, gradients=2, master=0, state=2),
    TrainingPrecision.FP32: StateWidths(weights=4, gradients=4, master=0, state=4),
}

#: Mixed is Megatron's, whose kernels keep inputs in 16 bits and work on the loss in place
#: (Korthikanti et al. 2022, arXiv:2205.05198, section 4). The others are PyTorch's own modules:
#: autocast norms, softmax and loss in float32 (Rees 2023, erees.dev/transformer-memory, measured);
#: norms without a bias in float32 always, as saved tensors of transformers' models show.
ELEMENTS: Final = {
    TrainingPrecision.MIXED: ActivationWidths(
        most=2, norm=2, rms=2, rms_trained=0, map=2, cast_map=0, scores=4, scores_gradient=0
    ),
    TrainingPrecision.AUTOCAST: ActivationWidths(
        most=2, norm=4, rms=4, rms_trained=4, map=4, cast_map=2, scores=6, scores_gradient=4
    ),
    TrainingPrecision.BF16: ActivationWidths(
        most=2, norm=2, rms=4, rms_trained=2, map=2, cast_map=0, scores=6, scores_gradient=4
    ),
    TrainingPrecision.FP32: ActivationWidths(
        most=4, norm=4, rms=4, rms_trained=4, map=4, cast_map=0, scores=8, scores_gradient=4
    ),
}

#: What each choice means, in a few words.
OPTIMIZERS: Final = Words(
    {
        Optimizer.ADAMW: later("AdamW: two states per parameter"),
        Optimizer.ADAMW_8BIT: later("8-bit AdamW: two states of one byte"),
        Optimizer.ADAFACTOR: later("Adafactor: a row and a column per matrix"),
        Optimizer.SGD_MOMENTUM: later("SGD with momentum: one state per parameter"),
        Optimizer.SGD: later("SGD: no states"),
    }
)
PRECISIONS: Final = Words(
    {
        TrainingPrecision.MIXED: later(
            "mixed: 16-bit weights and gradients, a float32 master copy"
        ),
        TrainingPrecision.AUTOCAST: later(
            "autocast: float32 weights, cast to 16 bits while computing"
        ),
        TrainingPrecision.BF16: later("bf16: everything in 16 bits"),
        TrainingPrecision.FP32: later("fp32: everything in 32 bits"),
    }
)
RECOMPUTED: Final = Words(
    {
        Recompute.NONE: later("nothing: every activation is kept"),
        Recompute.SELECTIVE: later("attention maps, made again from queries and keys"),
        Recompute.FULL: later("whole layers: only their inputs are kept"),
    }
)
TARGETS: Final = Words(
    {
        LoraTargets.QUERY_VALUE: later("queries and values"),
        LoraTargets.ATTENTION: later("all of attention"),
        LoraTargets.LINEAR: later("every matrix in the layers"),
    }
)

#: Other spellings people use.
ALIASES: Final = {
    "adam": "adamw",
    "adam-8bit": "adamw-8bit",
    "adamw8bit": "adamw-8bit",
    "momentum": "sgd-momentum",
    "fp16": "mixed",
    "fp16-mixed": "mixed",
    "bf16-mixed": "mixed",
    "16-mixed": "mixed",
    "amp": "autocast",
    "bf16-true": "bf16",
    "bfloat16": "bf16",
    "float32": "fp32",
    "32-true": "fp32",
    "qv": "query-value",
    "all-linear": "linear",
}

#: What numbers are called.
NUMBERS: Final = Words(
    {
        "batch": later("batch"),
        "sequence": later("sequence"),
        "gpus": later("number of devices"),
        "tensor_parallel": later("tensor parallelism"),
        "lora_rank": later("rank"),
        "zero": later("stage of ZeRO"),
    }
)

#: The largest numbers that are answered.
MOST: Final = {
    "batch": 65_536,
    "sequence": 16_777_216,
    "gpus": 1_048_576,
    "tensor_parallel": 65_536,
    "lora_rank": 65_536,
}

Choice = TypeVar("Choice", bound=StrEnum)


def choice_named(kind: type[Choice], text: str, what: str) -> Choice:
    """Return the choice of a name in any usual spelling, or say which there are.

    >>> choice_named(Optimizer, "Adam", "optimizer")
    <Optimizer.ADAMW: 'adamw'>
    """
    name = text.strip().lower().replace("_", "-")
    try:
        return kind(ALIASES.get(name, name))
    except ValueError:
        raise UnknownName(what, text, kind) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One training run, as each of `gpus` devices sees it.

    `batch` is the sequences a device works on at once, `sequence` their tokens.
    `lora_rank` 0 trains every weight; `quantised` keeps the frozen ones in NF4 (QLoRA).
    `tensor_parallel` devices share each matrix; the others hold copies, which `zero`
    shares out. `flash` attends without ever holding an attention map (Dao et al. 2022,
    arXiv:2205.14135), as PyTorch and the transformers library do unless told otherwise; without
    it attention is eager. `dropout` keeps the masks that the published formulas count.

    Source: Rajbhandari et al. 2020, ZeRO, arXiv:1910.02054, sections 3 and 5, for what each stage
    shares out.
    """

    optimizer: Optimizer = Optimizer.ADAMW
    precision: TrainingPrecision = TrainingPrecision.MIXED
    batch: int = 1
    sequence: int = 2048
    recompute: Recompute = Recompute.NONE
    lora_rank: int = 0
    lora_targets: LoraTargets = LoraTargets.QUERY_VALUE
    quantised: bool = False
    zero: Zero = Zero.NOTHING
    gpus: int = 1
    tensor_parallel: int = 1
    sequence_parallel: bool = False
    flash: bool = True
    dropout: bool = True

    def __post_init__(self) -> None:
        """Refuse numbers out of bounds, and devices that do not divide."""
        for name, most in MOST.items():
            least = 0 if name == "lora_rank" else 1
            check_range(name, getattr(self, name), range(least, most + 1))
        if self.gpus % self.tensor_parallel:
            raise UnsupportedCombination(
                Message(
                    "{count} devices do not divide into groups of {size}",
                    count=self.gpus,
                    size=self.tensor_parallel,
                ),
                map(str, divisors(self.gpus)),
            )
        if self.quantised and not self.lora_rank:
            raise UnsupportedCombination(
                Message("quantised weights cannot be trained without adapters"),
                [Message("a rank of 1 or more")],
            )

    @property
    def copies(self) -> int:
        """Return how many data-parallel copies of the model there are: what ZeRO divides by."""
        return self.gpus // self.tensor_parallel

    @property
    def widths(self) -> StateWidths:
        """Return the bytes per parameter of the chosen precision."""
        return WIDTHS[self.precision]

    @property
    def elements(self) -> ActivationWidths:
        """Return the bytes per number that the chosen precision keeps."""
        return ELEMENTS[self.precision]

    def shared(self, stage: Zero) -> int:
        """Return over how many devices ZeRO shares out what its `stage` is named for."""
        return self.copies if self.zero >= stage else 1


def check_range(name: str, value: int, allowed: range) -> None:
    """Raise `UnsupportedCombination` for a number that is out of bounds."""
    if value not in allowed:
        raise out_of_range(name, str(value), allowed)


def out_of_range(name: str, value: str, allowed: range) -> UnsupportedCombination:
    """Return the error that says what a number may be."""
    span = Message("whole numbers from {low} to {high}", low=allowed.start, high=allowed.stop - 1)
    return UnsupportedCombination(
        Message("{name} is {value}", name=NUMBERS[name], value=value), [span]
    )


def divisors(number: int, most: int = 16) -> Iterable[int]:
    """Return the smallest numbers that divide another without remainder.

    >>> list(divisors(12))
    [1, 2, 3, 4, 6, 12]
    """
    found = [each for each in range(1, min(number, 4096) + 1) if number % each == 0]
    return found[:most]
