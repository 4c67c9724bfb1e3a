"""The constants by which verdicts are weighed, each a record: its value and how that is known.

In: nothing. Out: what `check_rules`, the kinds of check, `probability` and `device_history` weigh
with; what runtimes need and devices give has records of its own (`runtimes.constants`,
`devices.budgets`), and how often models die of what no limit tells is a table
(`failure_rates.json`).
"""

from __future__ import annotations

from typing import Final

from tabfit.devices.browser_features import UNKNOWN_BROWSER
from tabfit.formula import Constant, Number, Unit
from tabfit.i18n.language import later
from tabfit.units import KIB, MIB, Basis

_FIELD_REPORTS: Final = "tests/data/field_reports.jsonl"
_SPECIFICATION: Final = "WebGPU, the default limits that every adapter offers, asked or not"


def _constant(
    label: str,
    value: Number,
    source: str,
    fitted_on: str,
    *,
    unit: Unit = Unit.CHANCE,
    basis: Basis = Basis.ASSUMED,
) -> Constant:
    ends = (value, value, value)
    return Constant(label, ends, unit=unit, basis=basis, source=source, fitted_on=fitted_on)


# Words

LIKELY_FROM: Final = _constant(
    "at this chance and above a model likely fits",
    0.65,
    "the lowest twentieth from which the word held in four of five reports judged by the others, "
    "and in three of five judged before anybody here had read them",
    "53 of 58 and 50 of 83 (tests/core/learn/test_unseen_reports.py counts them)",
)
UNLIKELY_TO: Final = _constant(
    "at this chance and below a model is unlikely to fit",
    0.3,
    "as far up between the ends of all chances as before they were fitted on such reports",
    "of reports up to there 20 of 87 and 12 of 38 ran (the same test)",
)

# Intervals as distributions

STEPS: Final = _constant(
    "needs that stand for one, each as likely as any other",
    40,
    "a choice of this project: a step is half of the twentieth beyond either end",
    "no measurement: two thousand steps move a chance by half a hundredth at most",
    unit=Unit.NUMBERS,
)
TAIL: Final = _constant(
    "how far the outermost twentieth reaches beyond the ends of an interval",
    1.15,
    "a choice of this project: what an interval leaves out lies near it",
    "no measurement: what lies out there is a twentieth on either side",
    unit=Unit.SHARE,
)

# Limits and what is not told

#: A limit that nobody asked the browser about lowers a chance as WebGPU itself does in a browser
#: of which nothing is known, and does not decide.
UNASKED: Final = UNKNOWN_BROWSER
WORKED_AROUND: Final = _constant(
    "chance where a runtime works around a limit that is not met",
    0.6,
    "ONNX Runtime splits what no binding holds, at a cost: a little better than even",
    "no measurement: reports name the limit and seldom the way around",
)
NEAR_LIMIT: Final = _constant(
    "chance just below a limit that addresses are hard to find for",
    0.5,
    "one of two, for want of more cases",
    "three files of 2,007, 2,053 and 2,061 MB, of which Chrome read one "
    "(abhijitramesh/webgpu-bench at 5f0b1b5)",
)
UNBROKEN: Final = _constant(
    "share of the largest array that is surely granted",
    0.9,
    "an ArrayBuffer takes one unbroken stretch of addresses, which is hard to find near the "
    "largest",
    "files within a tenth of 2 GiB: Ministral 3 3B Q4_K_S of 2,053 MB was read, two of 2,007 and "
    "2,061 MB were not (abhijitramesh/webgpu-bench at 5f0b1b5)",
    unit=Unit.SHARE,
)
ANYWHERE_CHANCE: Final = _constant(
    "chance of what fits everywhere, where nothing is known of the memory",
    0.95,
    "what the weakest phone of the catalogue leaves a tab (devices.budgets.ANYWHERE)",
    "one in twenty for what is open besides",
)
LEAST_STORAGE: Final = _constant(
    later("at least"),
    0.05,
    later("an estimate is no promise"),
    "the Storage standard: browsers say too little of storage to rule a download out",
)
UNREAD_ON_PROCESSOR: Final = _constant(
    "chance of a token table packed for the graphics processor, on the processor",
    0.1,
    "ONNX Runtime's build for the processor refuses its operator",
    "three exports of three families, all refused, none known to run "
    "(soroushdty/gaitscope, docs/research/llm-tutor-compute.md)",
)
VISIBLE: Final = _constant(
    "share of installed memory that a system shows",
    0.95,
    "Windows shows 97.5 %, ChromeOS 95 %",
    "the narrower of the two",
    unit=Unit.SHARE,
)

# Limits of graphics adapters

LEAST_BUFFER: Final = _constant(
    "largest buffer that every adapter offers",
    256 * MIB,
    _SPECIFICATION,
    "the specification's table of limits: maxBufferSize",
    unit=Unit.BYTES,
    basis=Basis.LISTED,
)
LEAST_BINDING: Final = _constant(
    "largest binding that every adapter offers",
    128 * MIB,
    _SPECIFICATION,
    "the specification's table of limits: maxStorageBufferBindingSize",
    unit=Unit.BYTES,
    basis=Basis.LISTED,
)
LEAST_WORKGROUP_STORAGE: Final = _constant(
    "memory of a group of threads that every adapter offers",
    16 * KIB,
    _SPECIFICATION,
    "the specification's table of limits: maxComputeWorkgroupStorageSize",
    unit=Unit.BYTES,
    basis=Basis.LISTED,
)
USUAL_WORKGROUP_STORAGE: Final = _constant(
    "memory of a group of threads on all but a few adapters",
    32 * KIB,
    "gpuweb issue 2832",
    "every Metal device from the family Apple4 on, Direct3D 12's groups of threads, and of all "
    "Vulkan devices that were ever reported every one but Adreno 610 and some 612",
    unit=Unit.BYTES,
    basis=Basis.LISTED,
)

# A device's own past, and others'

DIED_OF_MEMORY: Final = _constant(
    "share of crashes that are of memory",
    0.52,
    "people's reports of models that crashed or hung on an asked-for runtime: no wrong output, "
    "missing feature or release",
    f"{_FIELD_REPORTS}: 73 of 141 died of memory, a limit, address room or a leak",
    unit=Unit.SHARE,
    basis=Basis.MEASURED,
)
OTHERS_WEIGH: Final = _constant(
    "trials that others' reports weigh as much as",
    2,
    "drivers and runtimes mostly fail on a device always or never, so that few trials count for "
    "much",
    "no measurement",
    unit=Unit.NUMBERS,
)
ROOMY_IOS: Final = _constant(
    "version of iOS from which a shared memory's declared maximum is refused later",
    18,
    "microsoft/onnxruntime issue 22086, ricky0123/vad issues 134 and 227",
    "those reports by their versions",
    unit=Unit.NUMBERS,
    basis=Basis.REPORTED,
)
