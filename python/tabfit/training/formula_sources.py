"""Where training's formulas come from: one line for each, said beside the figure."""

from __future__ import annotations

from typing import Final

from tabfit.training.plan import Optimizer, TrainingPrecision

STATES: Final = "Rajbhandari et al. 2020, ZeRO, arXiv:1910.02054, section 3.1"
MIXED: Final = "Micikevicius et al. 2018, Mixed Precision Training, arXiv:1710.03740"
AUTOCAST: Final = "PyTorch, torch.autocast: casts are kept until the region ends"
GATHERED: Final = (
    "DeepSpeed, memory estimators for ZeRO-3: weights and gradients of the largest layer"
)
LORA: Final = "Hu et al. 2021, LoRA, arXiv:2106.09685"
QLORA: Final = "Dettmers et al. 2023, QLoRA, arXiv:2305.14314, section 3"
ACTIVATIONS: Final = (
    "Korthikanti et al. 2022, Reducing Activation Recomputation in Large Transformer Models, "
    "arXiv:2205.05198, section 4"
)
OPTIMIZERS: Final = {
    Optimizer.ADAMW: "Loshchilov and Hutter 2019, AdamW, arXiv:1711.05101",
    Optimizer.ADAMW_8BIT: "Dettmers et al. 2022, 8-bit Optimizers, arXiv:2110.02861",
    Optimizer.ADAFACTOR: "Shazeer and Stern 2018, Adafactor, arXiv:1804.04235",
    Optimizer.SGD_MOMENTUM: "Sutskever et al. 2013: one velocity per parameter",
    Optimizer.SGD: "stochastic gradient descent remembers nothing",
}
_MEASURED: Final = (
    "Rees 2023, Transformer Memory Arithmetic, erees.dev/transformer-memory, measured"
)
OUTPUT: Final = {
    TrainingPrecision.MIXED: ACTIVATIONS,
    TrainingPrecision.AUTOCAST: _MEASURED,
    TrainingPrecision.BF16: _MEASURED,
    TrainingPrecision.FP32: _MEASURED,
}
