"""Runtimes' floors, pieces and shares at their edges: measurements, logs and lists of others.

What `tests/data/measured.json` and wllama's own log say is compared phase by phase; what nobody
could measure here has a row with the figure that somebody published.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import mean, median
from typing import Any, Final, NamedTuple

import pytest

from tabfit import architectures, runtimes
from tabfit.catalog import Catalog
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device, read
from tabfit.errors import UnreadableChoice
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.formula import Constant, Unit
from tabfit.light_dataclass import replace
from tabfit.runtimes import Label, Load, constants, load_options, speed
from tabfit.runtimes.load_options import LoadOptions
from tabfit.runtimes.memory.cache import Allocation
from tabfit.runtimes.memory.cache import cache as cache_of
from tabfit.runtimes.memory.quantities import BLOCKS as BLOCKS_FROM
from tabfit.runtimes.memory.quantities import count
from tabfit.runtimes.webllm import encoder_temporaries, layer_temporaries, whole_piece_logits
from tabfit.storage.storage_type import F16
from tabfit.units import GB, GIB, MB, MIB, Interval, Tokens, exactly
from tests.runtimes.bench.shapes import SHAPES
from tests.runtimes.measure import RECORD
from tests.runtimes.predicted import asked, question

CATALOG: Final = Catalog()
DATA: Final = Path(__file__).parents[2] / "data"
LOGS: Final = json.loads((DATA / "wllama_log.json").read_text())
#: The bench's names of phases.
PHASES: Final = {
    "download": "download",
    "load": "load",
    "ready": "ready",
    "prefill": "first",
    "generate": "later",
}


class Phase(NamedTuple):
    """One phase of one measured case: what was predicted and what was measured, in MiB."""

    case: str
    runtime: str
    name: str
    pool: str
    predicted: Interval
    measured: float

    @property
    def group(self) -> str:
        """Return runtime, phase and pool in one word."""
        return f"{self.runtime} {self.name} {self.pool}"

    def off(self, end: int = 1) -> float:
        """Return how far an end lies above what was measured."""
        ends = self.predicted.low, self.predicted.likely, self.predicted.high
        return (ends[end] - self.measured) / MIB


def cases() -> Iterator[dict[str, Any]]:
    """Yield the measured cases that the estimator has an answer to."""
    for entry in json.loads(RECORD.read_text())["cases"]:
        if "error" not in entry and asked(entry):
            yield entry


@cache
def phases() -> tuple[Phase, ...]:
    """Return every phase of every such case."""
    return tuple(phase for entry in cases() for phase in _phases(entry))


def _phases(entry: dict[str, Any]) -> Iterator[Phase]:
    runtime, load = question(entry)
    for each in runtime.phases(load):
        told = entry["phases"].get(PHASES[each.name])
        for pool in ("page", "gpu") if told and runtime.uses_gpu else ("page",) if told else ():
            found = each.in_pool(Pool(pool))
            yield Phase(entry["id"], runtime.name, each.name, pool, found, told[pool]["median"])


# How far the low, likely and high end lie above what was measured, in MiB: the median over the
# cases of a runtime in one phase, each with the room it has.
MEASURED: Final = (
    ("wllama-cpu download page", (-50, -25), (10, 45), (80, 130)),
    ("wllama-cpu load page", (-95, -60), (-15, 15), (20, 45)),
    ("wllama-cpu ready page", (-95, -65), (-10, 25), (80, 115)),
    ("transformersjs-wasm load page", (-230, -216), (0, 25), (240, 290)),
    ("transformersjs-wasm ready page", (-234, -220), (-20, 5), (220, 270)),
    ("transformersjs-wasm prefill page", (-300, -260), (0, 30), (240, 300)),
    ("transformersjs-webgpu load page", (-640, -560), (-10, 25), (205, 265)),
    ("transformersjs-webgpu prefill page", (-170, -130), (-15, 25), (430, 500)),
)


@pytest.mark.parametrize(("group", "low", "likely", "high"), MEASURED)
def test_measured_phases(
    group: str, low: tuple[int, int], likely: tuple[int, int], high: tuple[int, int]
) -> None:
    """The likely end is what was measured, the outer ones as far off as cases differ."""
    found = [each for each in phases() if each.group == group]
    assert found
    for end, (least, most) in enumerate((low, likely, high)):
        assert least <= median(each.off(end) for each in found) <= most


# Cases each of which turns on one constant: phase, pool, and what was measured of it.
ALONE: Final = (
    # an output table shared with the input, kept in floats: copied, transposed and packed
    ("transformersjs-wasm/smollm2-135m/fp32/t32/g8", "load", "page", 0.03),
    # the same among tensors of fewer bits
    ("transformersjs-wasm/smollm2-135m/q4/t32/g8", "load", "page", 0.03),
    # an output table of its own
    ("transformersjs-wasm/llama-80m/fp32/t256/g32", "load", "page", 0.02),
    # kernels for whole numbers compile while they run; those for floats are there
    ("transformersjs-wasm/distilbert/q8/t128", "prefill", "page", 0.08),
    ("transformersjs-wasm/distilbert/fp32/t128", "prefill", "page", 0.03),
    ("transformersjs-wasm/minilm-l6/fp32/t128", "prefill", "page", 0.05),
    # llama.cpp's kernels
    ("wllama-cpu/llama-30m/f16/t64/g8/c1024", "prefill", "page", 0.03),
    ("wllama-cpu/llama-80m/q8_0/t64/g8/c2048", "prefill", "page", 0.05),
    ("wllama-cpu/smollm2-135m/q4_0/t64/g8/c8192", "prefill", "page", 0.03),
)


@pytest.mark.parametrize(("case", "name", "pool", "room"), ALONE)
def test_a_case_that_turns_on_one_constant(case: str, name: str, pool: str, room: float) -> None:
    """Each copy of a table and each compiler is seen in a case where little else is."""
    (found,) = (
        each for each in phases() if (each.case, each.name, each.pool) == (case, name, pool)
    )
    assert found.predicted.likely == pytest.approx(found.measured, rel=room)


def test_a_tab_that_fetches_holds_its_file_and_little_else() -> None:
    """Without a cache, as the bench fetches: the file, and a few MiB of script beside it."""
    beside = []
    for entry in cases():
        if entry["runtime"] == "transformersjs-wasm":
            runtime, load = question(entry)
            (download,) = (each for each in runtime.phases(load) if each.name == "download")
            to_cache = 2 * load.files.likely
            measured = entry["phases"]["download"]["page"]["median"]
            beside.append((download.in_pool(Pool.PAGE).likely - to_cache - measured) / MIB)
    assert -1 <= median(beside) <= 5


def growth(case: str, later: str, end: int = 1) -> tuple[float, float]:
    """Return what a phase adds to the GPU process once a model is ready: predicted, measured."""
    found = {each.name: each for each in phases() if (each.case, each.pool) == (case, "gpu")}
    one, other = found["ready"], found[later]
    grown = other.off(end) + other.measured / MIB - one.off(end) - one.measured / MIB
    return grown, (other.measured - one.measured) / MIB


def test_shaders_are_compiled_at_the_first_pass() -> None:
    """Some 50 MiB for a model of language, 242 where software makes them machine code."""
    generating = {
        each.case
        for each in phases()
        if each.name == "generate" and each.pool == "gpu" and "t16" in each.case
    }
    pairs = [growth(case, "generate") for case in generating]
    assert len(pairs) >= 4
    predicted, measured = (median(each) for each in zip(*pairs, strict=True))
    assert predicted == pytest.approx(measured, abs=15)
    emulated, seen = growth("transformersjs-webgpu/distilbert/fp32/t16", "prefill")
    assert emulated == pytest.approx(seen, abs=35)


def test_whole_numbers_leave_the_gpu_process_almost_empty() -> None:
    """61.3 MiB with DistilBERT q8: its floor, and small arrays shared with the tab."""
    record = json.loads(RECORD.read_text())["cases"]
    (entry,) = (each for each in record if each["id"] == "onnxruntime-webgpu/distilbert/q8/t16")
    measured = entry["phases"]["ready"]["gpu"]["median"]
    (ready,) = (
        each
        for each in runtimes.named("transformersjs-webgpu").phases(converted("q8"))
        if each.name == "ready"
    )
    found = ready.in_pool(Pool.GPU).likely + constants.ORT_SHARED_SMALL.likely
    assert found == pytest.approx(measured, abs=8 * MIB)


def test_a_table_is_turned_on_its_way_to_the_gpu() -> None:
    """Llama 3.2 1B's table at 16 bits: 128,256 x 2,048 x 2 bytes, read, turned and on its way out.

    The GPU process holds it twice while it is copied (createBuffer's ledger, this bench).
    """
    given = of("llama-3.2-1b", "transformersjs-webgpu", "fp16")
    table = 128_256 * 2048 * 2
    heap = given.runtime.heap(given.load)
    assert heap is not None
    assert heap.low == 3 * table
    copies = held(given, "ready", Label.COPIES).likely
    shared = copies - heap.likely - given.load.files.likely
    assert 1.5 <= shared / table <= 1.9  # of 1.2 to 2.3 largest arrays that were seen (RssShmem)
    load, ready = (
        next(each for each in given.footprint.phases if each.name == name).in_pool(Pool.GPU)
        for name in ("load", "ready")
    )
    assert (load.low - ready.low, load.likely - ready.likely) == (0, table)
    assert load.high - ready.high == table
    every = held(given, "ready", Label.COPIES)
    assert every.low - heap.low <= 1.2 * table  # 1.2 to 2.3 largest arrays were seen (RssShmem)
    assert 2.0 <= (every.high - heap.high - given.load.files.high) / table <= 2.4


def test_wllamas_log() -> None:
    """Compute and output buffers are what llama.cpp reports, to its hundredths of a MiB."""
    logged = [entry for entry in cases() if "log" in entry]
    assert len(logged) >= 10
    off = []
    for entry in logged:
        runtime, load = question(entry)
        outputs = 4 * load.architecture.vocabulary * 4  # four rows of logits
        assert outputs == pytest.approx(entry["log"]["output"]["CPU"], abs=6 * 2**10)
        told, found = entry["log"]["compute"]["CPU"], runtime.workspace(load)
        assert found.low - outputs == pytest.approx(told, abs=6 * 2**10), entry["id"]
        assert found.likely == found.low
        off.append(found.low - outputs - told)
        assert 1.2 * told <= found.high - outputs <= 1.3 * told  # others keep a quarter at most
    assert abs(mean(off)) <= 2.5 * 2**10  # rounding errs on either side


MODEL: Final = (DATA.parents[1] / "docs/memory-model.md").read_text(encoding="utf-8")
#: Lines of docs/memory-model.md with what was measured, and the ends in MiB or shares that follow.
WRITTEN: Final = (
    ("low       = peak - F - 25 MiB", constants.ORT_SPREAD, (25, None, 110)),
    ("high      = peak + 110 MiB", constants.ORT_SPREAD, (25, None, 110)),
    ("ready = 20 + G         (0 - 90)", constants.ORT_GPU_FLOOR, (0, 20, 90)),
    ("run   = ready + 40     Transformers.js", constants.ORT_GPU_SHADERS, (10, 40, 120)),
    ("run   = ready + 210    encoders", constants.ORT_GPU_SHADERS_EMULATED, (150, 210, 240)),
    ("both map (10 + L to 110 + L + L2)", constants.ORT_SHARED_SMALL, (10, 40, 110)),
    ("shared    = 40 + L + 0.6 L2 ", constants.ORT_SECOND_WAITS, (0.0, 0.6, 1.0)),
    ("F + heap + 215 + shared     loading (110 - 250)", constants.ORT_ON_GPU, (110, 215, 250)),
    ("heap + 130 + shared (90 - 250)", constants.ORT_ON_GPU_RUN, (90, 130, 250)),
    ("70 + 75 MiB (0 - 150: kernels", constants.WLLAMA_WARMED, (0, 75, 150)),
    ("Low: 0.4 F; high: 0.75 F", constants.WLLAMA_TRANSIT, (0.4, None, 0.75)),
)


@pytest.mark.parametrize(("line", "constant", "ends"), WRITTEN, ids=lambda each: str(each)[:30])
def test_constants_are_as_the_memory_model_has_them(
    line: str, constant: Constant, ends: tuple[float | None, ...]
) -> None:
    """The text in which each was worked out from measurements names its value and its ends."""
    assert line in MODEL
    unit = 1 if constant.unit is Unit.SHARE else MIB
    for end, written in zip(constant.ends, ends, strict=True):
        assert written is None or end == written * unit


class End(NamedTuple):
    """One end of a constant, the least and the most that it may be, and who says so."""

    constant: Constant
    at: int
    least: float
    most: float
    seen: str


#: The largest layer of Gemma 2B at 4 bits: three products of 2,048 x 16,384 and its attention.
LAYER: Final = (3 * 2048 * 16_384 + 2 * 2048 * (2048 + 256)) // 2
ENDS: Final = (
    End(constants.WEBLLM_FLOOR, 2, 190 * MIB, 400 * MIB, "ONNX Runtime's tab was 390 MiB at most"),
    End(constants.WEBLLM_SHARDS, 0, 60 * MB, 100 * MB, "two of 32 MB: one arrives, one is copied"),
    End(constants.WEBLLM_SHARDS, 2, 134 * MB, 268 * MB, "four of 32 MB, or four more uncollected"),
    End(constants.MEDIAPIPE_FLOOR, 0, 80 * MIB, 190 * MIB, "above 80: an empty tab with a script"),
    End(constants.MEDIAPIPE_IN_FLIGHT, 0, LAYER / 2, LAYER, "a layer that is half there"),
    End(constants.MEDIAPIPE_IN_FLIGHT, 1, LAYER, 3 * LAYER, "a layer, and parts of its neighbours"),
    End(constants.WLLAMA_COMPILING, 0, 80 * MIB, 101 * MIB, "101-122 MiB (docs/memory-model.md)"),
    End(constants.WLLAMA_COMPILING, 2, 122 * MIB, 150 * MIB, "101-122 MiB (docs/memory-model.md)"),
    End(constants.WLLAMA_PIECES, 0, 400 * MB, 600 * MB, "0.6 GB at the least (wllama pull 267)"),
    End(constants.WLLAMA_SEEN, 0, 0.8, 0.93, "four encoders of pictures took 0.93 to 1.00 (logs)"),
    End(constants.WLLAMA_SEEN, 2, 1.0, 1.2, "four encoders of pictures took 0.93 to 1.00 (logs)"),
    End(constants.PROMPT_API_SESSION, 2, 16 * MIB, 32 * MIB, "V8's young generation is 16 MiB"),
)


@pytest.mark.parametrize("row", ENDS, ids=lambda row: f"{row.constant.words} {row.at}")
def test_ends_of_what_could_not_be_measured(row: End) -> None:
    """An end that nobody could measure here lies where others' figures put it."""
    assert row.least <= row.constant.ends[row.at] <= row.most, row.seen


def test_litertlm_takes_what_its_maker_asks_for() -> None:
    """Gemma 4 E2B requires around 4 GB of free memory in a browser (LiteRT-LM issue 2368).

    That is the most; weights stream layer by layer, so that the page usually keeps nothing.
    """
    given = of("gemma-4-e2b", "litertlm")
    assert given.memory(Pool.PEAK).high == pytest.approx(4 * GB, rel=0.06)
    kept = held(given, "ready", Label.COPIES)
    assert (kept.low, kept.likely) == (0, 0)


def test_half_floats_are_widened_on_the_processor() -> None:
    """2 F + L + S + 4 P: two files, the table, its three copies in 32 bits and the products.

    As docs/memory-model.md, 1, has it for SmolLM2 135M: 28,311,552 numbers of the table, 106 M of
    products. On WebGPU the table lies once more beside the files, at 16 bits.
    """
    given = of("smollm2-135m", "transformersjs-wasm", "fp16")
    heap, file, table = given.runtime.heap(given.load), given.load.files.likely, 49_152 * 576
    assert heap is not None
    products = 4 * (134_515_008 - table)
    assert heap.likely == pytest.approx(2 * file + 2 * table + 3.2 * 4 * table + products, rel=0.03)
    assert given.runtime.can_store(given.load.architecture)
    on_gpu = of("llama-3.2-1b", "transformersjs-webgpu", "fp16")
    weights = held(on_gpu, "ready", Label.WEIGHTS).likely
    assert weights - on_gpu.load.files.likely == 128_256 * 2048 * 2


def test_a_steps_cache_is_in_the_heap_and_in_scripts() -> None:
    """Old and new in both, four times the cache at the most (docs/memory-model.md, 1).

    SmolLM2 135M, 8,192 tokens in 32 bits: 30 layers of 3 heads of 64, keys and values. What scripts
    hold was collected at once in some runs; in most it fills what the fetched file leaves first.
    """
    given = of("smollm2-135m", "transformersjs-wasm", "q4", 8192)
    once, file = 8192 * 30 * 3 * 64 * 2 * 4, given.load.files.likely
    cache = held(given, "generate", Label.CACHE)
    assert cache.high == 4 * once
    assert cache.likely - cache.low == 2 * once - file > 0


def test_an_adapter_is_hardware_unless_it_says_otherwise() -> None:
    """Software makes shaders machine code in the same process: 210 MiB in place of 40."""
    given = of("distilbert", "transformersjs-webgpu", "fp32")
    load = Load(architecture=given.load.architecture, stored=given.load.stored, context=Tokens(128))
    compiled = {
        each.emulated: next(
            phase for phase in given.runtime.phases(each) if phase.name == "prefill"
        ).of_label(Label.RUNTIME)
        for each in (load, replace(load, emulated=True))
    }
    assert compiled[True].likely - compiled[False].likely == (210 - 40) * MIB


def test_a_file_on_its_way_to_the_cache() -> None:
    """Qwen2.5 0.5B q4f16: 2.0 files while it is read, 3.0 while it is cached (load_path.json)."""
    given = of("qwen2.5-0.5b", "transformersjs-webgpu", "q4f16")
    copies, file = held(given, "download", Label.COPIES), given.load.files.likely
    assert (copies.low / file, copies.high / file) == pytest.approx((2, 3), abs=0.02)


def of(model: str, runtime: str, precision: str | None = None, context: int = 4096) -> Answer:
    """Return the answer for a model under a runtime."""
    scenario = Scenario(model=model, runtime=runtime, precision=precision, context=Tokens(context))
    return answer(scenario, CATALOG, Device())


def held(given: Answer, phase: str, label: Label) -> Interval:
    """Return what one label takes in a phase."""
    (found,) = (each for each in given.footprint.phases if each.name == phase)
    return found.of_label(label)


def test_wllama_collects_pieces_of_large_files() -> None:
    """Browsers took at most 1.96 GiB beyond files of 4.4 to 11.3 GiB (wllama pull request 267)."""
    copies = held(of("llama-3.1-8b", "wllama-cpu", "q4_k_m"), "load", Label.COPIES)
    assert 1.0 * GIB <= copies.likely <= 1.96 * GIB
    assert copies.high <= 2.5 * GIB


def test_some_drivers_keep_the_logits_of_a_whole_piece() -> None:
    """512 tokens of 128,256 logits in 32 bits: 262,668,288 bytes at the high end alone."""
    work = held(of("llama-3.2-1b", "wllama-webgpu", "q4_0"), "prefill", Label.WORK)
    assert work.high - work.likely == 512 * 128_256 * 4
    assert work.low == work.likely


def work_of(asked: Scenario, phase: str, label: Label = Label.WORK) -> dict[Pool, Interval]:
    """Return what one label takes in a phase, pool by pool."""
    (found,) = (
        each for each in answer(asked, CATALOG, Device()).footprint.phases if each.name == phase
    )
    return {part.pool: part.size for part in found.components if part.label is label}


def test_layers_left_to_the_processor_compute_there() -> None:
    """A log with 20 of 33 layers on the card: 498 MiB of compute buffer there, 128 in memory."""
    log = LOGS["partly_on_gpu"]
    options = LoadOptions(gpu_layers=log["gpu_layers"], parallel=log["parallel"])
    work = work_of(
        Scenario(
            model="qwen3.5-9b",
            runtime="wllama-webgpu",
            context=Tokens(log["context"]),
            options=options,
        ),
        "ready",
    )
    told = log["mebibytes"]["compute"]
    share = work[Pool.PAGE].likely / work[Pool.GPU].likely
    assert share == pytest.approx(told["processor"] / told["gpu"], abs=0.06)
    assert work[Pool.PAGE].low == 0
    assert work[Pool.PAGE].high == work[Pool.GPU].high


def test_a_cache_in_32_bit_floats_takes_one_more_vector() -> None:
    """Wllama's own log for such a cache: its compute buffer and output rows, to 0.04 MiB."""
    rows = [row for row in LOGS["rows"] if row["options"].get("cache_type_k") == "f32"]
    assert rows
    for row in rows:
        shape, runtime = architectures.read(SHAPES[row["shape"]]), runtimes.named("wllama-cpu")
        load = Load(
            architecture=shape,
            stored=runtime.store(shape, row["precision"], None),
            context=Tokens(row["context"]),
            options=LoadOptions(kv="f32", parallel=row["options"].get("n_parallel")),
        )
        logged = row["log"]["compute"] + row["log"]["output"]
        assert runtime.workspace(load).likely == pytest.approx(logged, abs=0.04 * MIB)


#: Bytes that 32 numbers of a cache take: ggml's blocks (ggml-common.h), by the names that wllama's
#: `cache_type_k` takes (esm/types/types.d.ts, 3.13.0).
BLOCKS: Final = {
    "f32": 128,
    "f16": 64,
    "q8_0": 34,
    "q5_1": 24,
    "q5_0": 22,
    "q4_1": 20,
    "q4_0": 18,
}


@pytest.mark.parametrize("kind", BLOCKS)
def test_what_a_cache_of_each_type_takes(kind: str) -> None:
    """Llama 3.2 1B, 4,096 cells: 16 layers of 8 heads of 64, keys and values."""
    options = load_options.read({"kv": kind})
    asked = Scenario(
        model="llama-3.2-1b", runtime="wllama-cpu", context=Tokens(4096), options=options
    )
    cache = work_of(asked, "ready", Label.CACHE)[Pool.PAGE]
    assert cache == exactly(4096 * 16 * 8 * 64 * 2 * BLOCKS[kind] // 32)


def test_no_other_type_of_cache_is_taken() -> None:
    """Nor a choice of another name than wllama's and the page's own."""
    assert (*BLOCKS,) == load_options.CACHE_TYPES
    with pytest.raises(UnreadableChoice):
        load_options.read({"kv": "bf16"})


def test_a_cache_is_whole_unless_a_runtime_saves() -> None:
    """WebLLM's Gemma 2 2B grows by 104 KiB a token in every layer, window or not (its list).

    What DeepSeek R1 keeps is 128 heads' keys of 192 and values of 128 in each of 61 layers, unless
    only their common 576 numbers are kept (DeepSeek-V2's paper, table 1; its config.json).
    """
    for context in (4096, 8192):
        given = of("gemma-2-2b", "webllm", "q4f16_1", context)
        assert held(given, "ready", Label.CACHE).likely == context * 104 * 1024
    shape = of("deepseek-r1", "ideal", "fp16").load.architecture
    whole, latent = (
        cache_of(shape, Tokens(1), Allocation(element=F16, latent=each)).likely
        for each in (False, True)
    )
    assert whole == cache_of(shape, Tokens(1), Allocation(element=F16)).likely
    assert (whole, latent) == (61 * 128 * (192 + 128) * 2, 61 * 576 * 2)


#: What a dtype of Transformers.js computes with: its wasm's floor while it runs (MiB), the bytes of
#: a number of its cache, and whether its products run on the graphics processor (memory-model.md).
DTYPES: Final = (
    ("fp32", 235, 4, True),
    ("q4", 235, 4, True),
    ("bnb4", 235, 4, True),
    ("fp16", 280, 2, True),
    ("q4f16", 280, 2, True),
    ("q2f16", 280, 2, True),
    ("q1f16", 280, 2, True),
    ("q8", 280, 4, False),
    ("int8", 280, 4, False),
    ("uint8", 280, 4, False),
)


@pytest.mark.parametrize(("dtype", "floor", "wide", "on_gpu"), DTYPES)
def test_what_a_dtype_computes_with(dtype: str, floor: int, wide: int, *, on_gpu: bool) -> None:
    """Kernels for whole numbers and half floats compile longer; graphs in halves keep them so."""
    assert "R_run, float and 4-bit | R_run, q8, fp16, q4f16 |" in MODEL
    shape = of("smollm2-135m", "transformersjs-wasm", "q4").load.architecture
    found = {}
    for name in ("transformersjs-wasm", "transformersjs-webgpu"):
        runtime = runtimes.named(name)
        load = Load(
            architecture=shape, stored=runtime.store(shape, dtype, None), context=Tokens(512)
        )
        assert load.cache(runtime.kept(load)).likely == 512 * 30 * 3 * 64 * 2 * wide
        found[name] = {each.name: each for each in runtime.phases(load)}
    run = found["transformersjs-wasm"]["prefill"].of_label(Label.RUNTIME)
    assert run.likely == floor * MIB
    weights = found["transformersjs-webgpu"]["ready"].in_pool(Pool.GPU).likely
    assert (weights > 20 * MIB) is on_gpu  # its floor, or what products read besides


def test_what_llama_cpp_leaves_to_the_processor() -> None:
    """The token table, looked up there: 128,256 x 2,048 in blocks of 34 bytes for 32 numbers.

    What sees or hears goes where the GPU is (tools/mtmd/clip.cpp), whatever it weighs.
    """
    asked = Scenario(model="llama-3.2-1b", runtime="wllama-webgpu", precision="q8_0")
    weights = work_of(asked, "ready", Label.WEIGHTS)
    assert weights[Pool.PAGE] == exactly(128_256 * 2048 // 32 * 34)
    blind, seeing = (
        work_of(
            Scenario(
                model="smolvlm-256m",
                runtime="wllama-webgpu",
                precision="q8_0",
                options=LoadOptions(projector=each),
            ),
            "ready",
            Label.WEIGHTS,
        )
        for each in (False, True)
    )
    assert seeing[Pool.PAGE] == blind[Pool.PAGE]
    assert seeing[Pool.GPU].likely - blind[Pool.GPU].likely > 90 * MB  # 94 M numbers of SigLIP


def test_every_kind_of_file_says_where_its_blocks_are_from() -> None:
    """A figure opens to its source: each runtime's files name who defined their blocks."""
    asked = (
        ("wllama-cpu", "llama-3.2-1b", "ggml"),
        ("transformersjs-wasm", "llama-3.2-1b", "ONNX Runtime"),
        ("webllm", "llama-3.2-1b", "mlc-llm"),
        ("mediapipe", "gemma-2b", "Google"),
        ("ideal", "llama-3.2-1b", "arithmetic"),
    )
    for runtime, model, words in asked:
        recipe = of(model, runtime).load.stored.recipe
        assert words in BLOCKS_FROM[recipe]
    assert len(BLOCKS_FROM) == len(asked)


def test_phases_and_parts_have_the_names_that_programs_read() -> None:
    """In `phases[].name` and `components[].label` of the JSON: none is changed."""
    given = of("llama-3.2-1b", "transformersjs-webgpu")
    names = [each.name for each in given.footprint.phases]
    assert names == ["download", "load", "ready", "prefill", "generate"]
    assert {*Label} == {"runtime", "weights", "copies", "cache", "work"}


def test_llama_cpp_saves_what_windows_and_latents_spare() -> None:
    """A window's layers keep it for each of four slots, and a piece: 4 x 4,096 + 512 cells.

    So llama.cpp's llama-kv-cache-iswa.cpp has it, for 13 of Gemma 2 2B's 26 layers, each of 4 heads
    of 256. Of DeepSeek R1 it keeps 576 numbers a token in each of 61 layers (its MLA).
    """
    given = of("gemma-2-2b", "wllama-cpu", "q4_k_m", 32_768)
    cells = 13 * 32_768 + 13 * (4 * 4096 + 512)
    assert held(given, "ready", Label.CACHE).likely == cells * 4 * 256 * 2 * 2
    latent = held(of("deepseek-r1", "wllama-cpu"), "ready", Label.CACHE).likely
    assert latent == 4096 * 61 * 576 * 2


def test_bare_weights_have_no_cost_of_their_own() -> None:
    """Weights and cache alone: 1,235,814,400 numbers (its model card), and 16 x 2 x 512 a token.

    At 16 bits both, or at 32. Gemma 2's windows keep 4,096 tokens in every other layer (its
    config.json), and what DeepSeek V2 keeps of a token are 512 + 64 numbers (its paper).
    """
    assert (of("llama-3.2-1b", "ideal").runtime.name, CATALOG.runtime("ideal").id) == ("ideal",) * 2
    for precision, wide in (("fp16", 2), ("fp32", 4)):
        given = of("llama-3.2-1b", "ideal", precision)
        weights, cache = 1_235_814_400 * wide, 4096 * 16 * 2 * 512 * wide
        assert given.memory(Pool.PEAK) == given.memory(Pool.PAGE) == exactly(weights + cache)
        assert given.runtime.can_store(given.load.architecture)
    short, long = (
        held(of("gemma-2-2b", "ideal", "fp16", each), "generate", Label.CACHE).likely
        for each in (4096, 8192)
    )
    assert long / short == pytest.approx(1.5, abs=0.01)
    latent = held(of("deepseek-r1", "ideal", "fp16"), "generate", Label.CACHE)
    assert latent == exactly(4096 * 61 * 576 * 2)


def test_files_alone_are_where_they_are_used() -> None:
    """Of a model nobody described the files are held once: ONNX in the page, others on the GPU."""
    for runtime, recipe, pool in (
        ("webllm", "mlc", Pool.GPU),
        ("transformersjs-webgpu", "onnx", Pool.PAGE),
        ("wllama-cpu", "gguf", Pool.PAGE),
    ):
        alone = runtimes.FilesAlone(runtimes.named(runtime))
        load = of("smollm2-135m", runtime).load
        load = replace(load, stored=replace(load.stored, recipe=recipe))
        (phase,) = alone.phases(load)
        assert [each.pool for each in phase.components] == [pool]
        assert not alone.can_store(load.architecture)


#: Where each runtime computes, and whether its model lies in the tab (their documentation).
COMPUTES: Final = {
    "transformersjs-wasm": (False, True),
    "transformersjs-webgpu": (True, True),
    "webllm": (True, True),
    "wllama-cpu": (False, True),
    "wllama-webgpu": (True, True),
    "mediapipe": (True, True),
    "litertlm": (True, True),
    "prompt-api": (False, False),
    "ideal": (False, True),
}


@pytest.mark.parametrize("name", COMPUTES)
def test_where_each_runtime_computes(name: str) -> None:
    """On the graphics processor or not, in the tab or in the browser's own memory."""
    runtime = runtimes.named(name)
    assert runtime.name == name
    assert (runtime.uses_gpu, runtime.in_tab) == COMPUTES[name]
    assert {*COMPUTES} == {each.id for each in CATALOG.runtimes}


def test_nobody_makes_files_for_a_browsers_own_model() -> None:
    """Chrome brings Gemini Nano itself (developer.chrome.com); bare weights are of any model."""
    shape = of("llama-3.2-1b", "ideal").load.architecture
    assert not runtimes.named("prompt-api").can_store(shape)
    assert runtimes.named("ideal").can_store(shape)


PROJECTORS: Final = [
    *csv.DictReader(
        line
        for line in (DATA / "projector_buffers.csv").read_text().splitlines()
        if not line.startswith("#")
    )
]


@pytest.mark.parametrize("row", PROJECTORS, ids=lambda row: f"{row['config']} {row['flash']}")
def test_what_pictures_are_computed_in(row: dict[str, str]) -> None:
    """As llama.cpp's logs have it: with flash attention where the processor computes.

    Without it, as on some graphics, every place's scores are added; Gemma 3 takes 1,132 MiB.
    """
    config = json.loads((DATA / "configs" / f"{row['config']}.json").read_text())
    shape = architectures.read(config.get("config", config))
    on_gpu = row["flash"] == "off"
    runtime = runtimes.named("wllama-webgpu" if on_gpu else "wllama-cpu")
    load = Load(
        architecture=shape,
        stored=runtime.store(shape, "q8_0", None),
        context=Tokens(4096),
        options=LoadOptions(projector=True),
    )
    seen, unseen = (
        runtime.workspace(each) for each in (load, replace(load, options=LoadOptions()))
    )
    low, likely, high = (
        (one - other) / MIB
        for one, other in (
            (seen.low, unseen.low),
            (seen.likely, unseen.likely),
            (seen.high, unseen.high),
        )
    )
    told = float(row["mebibytes"])
    if on_gpu:
        assert high == pytest.approx(told, rel=0.05)
        assert likely < told / 5
    else:
        assert low <= told <= high
        assert likely == pytest.approx(told, rel=0.09)


def test_a_sound_as_a_page_holds_it() -> None:
    """300 s of 16,000 samples in 32 bits: 19.2 MB as one channel, three times that as two.

    Whisper's feature extractor takes 16,000 samples a second, an AudioBuffer keeps floats, and
    Transformers.js mixes two channels into an array of its own (src/utils/audio.js, read_audio).
    """
    options = LoadOptions(audio=300)
    asked = Scenario(model="whisper-base", runtime="transformersjs-webgpu", options=options)
    sound = work_of(asked, "generate")[Pool.PAGE]
    assert (sound.low, sound.high) == (300 * 16_000 * 4, 3 * 300 * 16_000 * 4)
    assert sound.low < sound.likely < sound.high


def test_what_pieces_of_a_sound_leave_behind() -> None:
    """Whisper small, ten pieces of 30 s: 650 MB each (transformers.js issue 1739), no more freed.

    Its encoder's keys and values are 110.6 MB in 32 bits: 12 layers, 1,500 places, 768 wide.
    """
    behind = {}
    for decoder in ("q4", "fp16"):
        asked = Scenario(
            model="whisper-small",
            runtime="transformersjs-webgpu",
            precision=f"encoder=fp32,decoder={decoder}",
            options=LoadOptions(audio=300),
        )
        behind[decoder] = work_of(asked, "prefill", Label.CACHE)[Pool.GPU]
    likely, high = behind["q4"].likely, behind["q4"].high
    assert behind["q4"].low == 0
    assert likely == pytest.approx(10 * 650e6, rel=0.01)
    assert likely / (12 * 1500 * 768 * 2 * 4) == pytest.approx(10 * 5.9, rel=0.01)
    assert high / likely == pytest.approx(1.5, abs=0.05)  # pieces that overlap
    assert behind["fp16"].likely == pytest.approx(likely / 2, rel=0.001)


def test_bits_of_a_line_are_eighths_of_bytes() -> None:
    """Gemma 2B's 1,346,502,656 bytes over 100 Mbit/s, which are 12.5 million bytes a second."""
    assert speed.seconds(1_346_502_656, 100) == 108
    assert speed.seconds(1_250_000_000, 100) == 100


def test_webllms_shards_and_floor() -> None:
    """Four shards of about 32 MB are in flight; the tab itself holds no more than ONNX Runtime's.

    That, loaded, is 190 MiB (this project's bench), and an empty tab with a script above 80.
    """
    given = of("llama-3.2-1b", "webllm")
    assert 120 * MB <= held(given, "download", Label.COPIES).likely <= 140 * MB
    floor = held(given, "ready", Label.RUNTIME)
    assert 80 * MIB <= floor.low <= floor.likely <= 190 * MIB
    assert floor.high >= 190 * MIB


def test_webllms_libraries_plan_for_1024_tokens() -> None:
    """88 MiB for Llama 3.2 1B at 16 bits, 124.0 for Arctic Embed M in batches of four.

    As the metadata of binary-mlc-llm-libs at 9ee759c says (`memory_usage`); rows of WebLLM's own
    list lie from 0.7 to 1.5 of what these rules give.
    """
    work = held(of("llama-3.2-1b", "webllm"), "prefill", Label.WORK)
    assert work.likely == 88 * MIB
    assert (work.low / work.likely, work.high / work.likely) == pytest.approx((0.7, 1.5), abs=0.05)
    wide = held(of("llama-3.2-1b", "webllm", "q4f32_1"), "prefill", Label.WORK)
    assert wide.likely == 136 * MIB
    encoder = encoder_temporaries(architectures.read(ARCTIC_M), 512)
    assert encoder.high / MIB == pytest.approx(124.0, abs=0.1)
    assert encoder.low / MIB == pytest.approx(54.1, abs=0.15)  # newer libraries fuse attention


def test_experts_behind_a_gate_count_as_one_token_meets_them() -> None:
    """Mixtral 8x7B: two of eight experts of 14,336, so 28,672; three of those at 16 bits.

    Beside them an inner and a hidden vector in 32 bits, for 1,024 tokens.
    """
    shape = architectures.read({"model_type": "mixtral", "architectures": ["MixtralForCausalLM"]})
    piece, element = (count("as listed", each) for each in (1024, 2))
    found = layer_temporaries(shape, piece, element).likely
    assert found == 1024 * (3 * 28_672 * 2 + 4 * (28_672 + 4096)) == 310_378_496


def test_phis_libraries() -> None:
    """Phi-3 mini has a gate: its library plans 86 MiB (tests/data/mlc/temporaries.csv).

    A Phi whose head is tied has its token table's rows (mlc-llm phi_model.py: config.vocab_size).
    """
    piece, element = (count("as listed", each) for each in (1024, 2))
    gated = architectures.read({"model_type": "phi3", "architectures": ["Phi3ForCausalLM"]})
    assert layer_temporaries(gated, piece, element).likely / MIB == pytest.approx(86, rel=0.08)
    for family, name in (("phi", "PhiForCausalLM"), ("phi3", "Phi3ForCausalLM")):
        config = {"model_type": family, "architectures": [name], "tie_word_embeddings": True}
        shape = architectures.read(config)
        assert whole_piece_logits(shape, piece).high == 1024 * shape.vocabulary * 4


#: snowflake-arctic-embed-m's config.json, what decides its shape.
ARCTIC_M: Final = {
    "model_type": "bert",
    "architectures": ["BertModel"],
    "vocab_size": 30_522,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
}


def test_a_step_of_onnx_runtime_holds_its_cache_twice() -> None:
    """Llama 3.2 1B at 4,096 tokens: 16 layers of keys and values, 8 heads of 64 numbers.

    134,217,728 bytes in 16 bits on the GPU, old and new at once; in 32 bits on the processor both
    once more in JavaScript, unless a collection was quick.
    """
    once = 16 * 2 * 8 * 64 * 4096 * 2
    there = held(of("llama-3.2-1b", "transformersjs-webgpu", "q4f16"), "generate", Label.CACHE)
    assert there == Interval(once, 2 * once, 2 * once)
    here = held(of("llama-3.2-1b", "transformersjs-wasm", "q4"), "generate", Label.CACHE)
    assert here.high == 4 * 2 * once


def test_mediapipes_heap_and_weights() -> None:
    """Its heap begins at 300 MiB, of which part is touched; its weights are the file on the GPU.

    Google's card of Gemma 3 27B: graphics memory 0.96 to 1.08 of the file on an M4 Max.
    """
    given = of("gemma-2b", "mediapipe", "int4")
    floor = held(given, "ready", Label.RUNTIME)
    assert floor.low < 150 * MIB <= floor.likely <= 300 * MIB <= floor.high <= 400 * MIB
    weights, file = held(given, "ready", Label.WEIGHTS), given.stored.download.likely
    assert (weights.low / file, weights.high / file) == pytest.approx((0.96, 1.08), abs=0.01)
    # in flight: at most one table, Gemma's of 256,128 rows of 2,048 at 4 bits: 262 MB
    table = 256_128 * 2048 // 2
    assert table <= held(given, "load", Label.COPIES).high <= 2 * table
    assert held(given, "load", Label.COPIES).likely < table


def test_mediapipes_working_memory_by_hand() -> None:
    """Gemma 2B: 512 tokens of 8 hidden vectors of 2,048 and 3 inner ones of 16,384, in 32 bits.

    Half of it to twice, with the logits of one token or, at the most, of all 512.
    """
    given = of("gemma-2b", "mediapipe", "int4")
    vectors, row = 512 * (8 * 2048 + 3 * 16_384) * 4, 256_000 * 4
    work = held(given, "prefill", Label.WORK)
    assert (vectors, row) == (134_217_728, 1_024_000)
    assert work == Interval(vectors // 2 + row, vectors + row, 2 * vectors + 512 * row)
    assert held(of("gemma-2b", "mediapipe", "int4", 256), "prefill", Label.WORK).high < work.high


def test_files_on_their_way_to_the_cache() -> None:
    """Qwen2.5 0.5B as one file: 2.0 files in the tab while read, 3.0 while cached.

    As this project's bench saw it (docs/memory-model.md); a response is made of the buffer, and
    read again (transformers.js src/utils/hub.js).
    """
    given = of("qwen2.5-0.5b", "transformersjs-webgpu", "q4f16")
    copies = held(given, "download", Label.COPIES)
    assert copies.low / given.load.files.low == pytest.approx(2.0, abs=0.05)
    assert copies.likely / given.load.files.likely == pytest.approx(3.0, abs=0.05)


def test_a_browsers_own_model_is_an_object() -> None:
    """The page holds a session of Chrome's model and no weights: a few megabytes."""
    page = answer(Scenario(model="gemini-nano"), CATALOG, Device()).memory(Pool.PAGE)
    assert page.low == 0
    assert 4 * MIB <= page.likely <= 8 * MIB
    assert page.high <= 30 * MIB


@pytest.mark.parametrize(
    ("runtime", "precision", "context", "kept"),
    [
        ("webllm", "q4f16_1", 4081, 4096),  # pages of 16 tokens (mlc-llm kv_cache: page_size 16)
        ("webllm", "q4f16_1", 4080, 4080),
        ("wllama-cpu", "q4_0", 257, 512),  # llama.cpp pads its cells to 256 (GGML_PAD)
        ("wllama-cpu", "q4_0", 256, 256),
    ],
)
def test_caches_come_in_pages(runtime: str, precision: str, context: int, kept: int) -> None:
    """Llama 3.2 1B keeps 32,768 bytes a token in 16 bits, for whole pages of tokens."""
    cache = held(of("llama-3.2-1b", runtime, precision, context), "generate", Label.CACHE)
    assert 16 * 2 * 8 * 64 * 2 == 32_768
    assert cache.likely == kept * 32_768


def converted(precision: str) -> Load:
    """Return a load of Llama 3.2 1B in ONNX under another name of a dtype."""
    load = of("llama-3.2-1b", "transformersjs-webgpu", "q4f16").load
    return replace(load, stored=replace(load.stored, precision=precision))


@pytest.mark.parametrize(
    ("precision", "bytes_"),
    [
        *((each, 2) for each in ("fp16", "q4f16", "q2f16", "q1f16")),
        *((each, 4) for each in ("fp32", "q8", "q4")),
    ],
)
def test_names_that_end_in_f16_compute_in_16_bits(precision: str, bytes_: int) -> None:
    """A graph of such a dtype takes and gives its cache in 16 bits (transformers.js dtypes.js)."""
    load = converted(precision)
    once = 16 * 2 * 8 * 64 * 4096 * bytes_
    assert load.cache(runtimes.named("transformersjs-webgpu").kept(load)).likely == once


@pytest.mark.parametrize("precision", ["q8", "int8", "uint8"])
def test_whole_numbers_stay_on_the_processor(precision: str) -> None:
    """ONNX Runtime's WebGPU has no MatMulInteger: such weights never reach the GPU."""
    found = runtimes.named("transformersjs-webgpu").phases(converted(precision))
    (ready,) = (each for each in found if each.name == "ready")
    assert ready.in_pool(Pool.GPU).likely < 100 * MIB


def test_activations_by_hand() -> None:
    """Attention spelt out keeps three tables of scores, fused two (docs/memory-model.md).

    DistilBERT with 128 tokens: 3 x 12 x 128 x 128, and 128 x (2 x 3,072 + 4 x 768), in 32 bits.
    Llama 3.2 1B: 2 x 32 x 128 x 128, 128 x (3 x 8,192 + 4 x 2,048), and 128 rows of logits.
    """
    assert activations("distilbert", "transformersjs-wasm", "fp32") == (589_824 + 1_179_648) * 4
    logits = 128 * 128_256 * 4
    work = 1_048_576 + 4_194_304
    assert activations("llama-3.2-1b", "transformersjs-wasm", "q4") == work * 4 + logits
    assert activations("llama-3.2-1b", "transformersjs-webgpu", "q4f16") == work * 2 + logits


def activations(model: str, runtime: str, precision: str) -> int:
    """Return the likely working memory of a pass over 128 tokens."""
    given = of(model, runtime, precision, 128)
    return given.runtime.workspace(replace(given.load, prompt=Tokens(128))).likely


# Speed


M3: Final = {
    "platform": "macos",
    "browser": "chrome",
    "graphics": "integrated",
    "bandwidth_bytes_per_second": 100 * GB,
}
# llama.cpp on WebGPU on a laptop of 100 GB/s: bits a weight takes, and GB/s read
# (abhijitramesh/webgpu-bench at 5f0b1b5, files above 600 MB).
LAPTOP: Final = (
    ("Q2_K", 2.7, 20),
    ("Q3_K_M", 3.1, 24),
    ("Q3_K_M", 3.8, 24),
    ("Q4_K_M", 4.1, 35),
    ("Q4_K_M", 6.0, 35),
    ("Q8_0", 8.5, 50),
)


def moved(device: dict[str, Any], bits: float, runtime: str = "wllama-webgpu") -> Interval:
    """Return the bytes per second that a runtime moves on a device."""
    found = of("llama-3.2-1b", runtime, "q4_0").runtime
    return speed.moved(found, bits, read(device)).interval


@pytest.mark.parametrize(("_quantisation", "bits", "reached"), LAPTOP)
def test_fewer_bits_reach_less_of_the_memory(_quantisation: str, bits: float, reached: int) -> None:
    """What a laptop reached at each width, within a twelfth."""
    assert moved(M3, bits).likely / GB == pytest.approx(reached, rel=1 / 12)


def test_a_phone_reaches_less() -> None:
    """A Pixel 8 Pro read 13 % of its 68 GB/s at 4 bits (web-llm issue 759)."""
    phone = {"platform": "android", "bandwidth_bytes_per_second": 68 * GB}
    found = moved(phone, 4.5)
    assert found.likely / (68 * GB) == pytest.approx(0.13, rel=0.3)
    assert 0.04 <= found.low / (68 * GB) <= 0.09
    assert 0.35 <= found.high / (68 * GB) <= 0.45  # 35 % is what the laptop reached


#: Bits, the end of what a laptop of 100 GB/s reaches, the least and the most of it, and why.
SHARES: Final = (
    (2.7, "low", 10, 20, "half of what was seen, or all of it"),
    (2.7, "high", 24, 35, "as much as files of 3 and of 4 bits"),
    (3.5, "low", 12, 20, "as little as files of 2 bits, if that"),
    (3.5, "high", 30, 36, "nearly as much as files of 4 bits"),
    (4.5, "low", 20, 24, "as little as files of 2 and of 3 bits"),
    (4.5, "high", 36, 50, "as much as files of 8 bits"),
    (8.5, "low", 24, 35, "as little as files of 3 and of 4 bits"),
    (8.5, "high", 51, 66, "three quarters of what Metal itself reaches (llama.cpp 4167)"),
)


@pytest.mark.parametrize(("bits", "end", "least", "most", "_why"), SHARES)
def test_files_reach_at_most_what_their_neighbours_did(
    bits: float, end: str, least: int, most: int, _why: str
) -> None:
    """The ends lie where files of fewer and of more bits were (webgpu-bench at 5f0b1b5)."""
    assert least <= getattr(moved(M3, bits), end) / GB <= most


def test_webassembly_moves_what_it_can() -> None:
    """1 to 7 GB/s were seen in WebAssembly, whatever the memory could."""
    found = moved(M3, 4.5, "wllama-cpu")
    assert (found.low, found.high) == (1 * GB, 7 * GB)
    # Qwen3 1.7B Q2_K: 2.54 x 0.8 GB a second, Llama 3.2 1B Q4_K_M: 7.78 x 0.8 GB (webgpu-bench)
    assert 2 * GB <= found.likely <= 5 * GB


def test_software_in_place_of_graphics_moves_far_less() -> None:
    """SwiftShader read 0.01 GB/s of 4-bit weights at the least, 0.09 to 0.16 of 32-bit ones.

    That was on two busy cores (Chromium 156); sixteen idle ones are eight times as many.
    """
    found = moved({**M3, "graphics": "software"}, 4.5)
    assert found.low / GB == pytest.approx(0.01, rel=0.3)
    assert 0.09 <= found.likely / GB <= 0.16
    assert 8 * 0.09 <= found.high / GB <= 8 * 0.16


# llama.cpp in Chrome on an M3: tokens a second made, and read of a prompt (webgpu-bench at 5f0b1b5,
# data/machines/apple-m3-16gb-darwin.json), from the slowest to the quickest in proportion.
PROMPTS: Final = (
    ("wllama-webgpu", "Llama-3.2-1B Q2_K", 35.56, 36.73),
    ("wllama-webgpu", "Llama-3.2-1B Q4_K_M", 43.82, 59.45),
    ("wllama-webgpu", "Qwen3-1.7B UD-Q3_K_XL", 24.5, 57.72),
    ("wllama-webgpu", "Qwen3-1.7B Q6_K", 27.97, 75.5),
    ("wllama-webgpu", "Qwen3-1.7B Q4_1", 36.86, 146.98),
    ("wllama-webgpu", "Qwen3-0.6B UD-Q8_K_XL", 45.2, 244.12),
    ("wllama-cpu", "Qwen3-0.6B IQ4_NL", 2.95, 1.69),
    ("wllama-cpu", "Qwen3-1.7B Q2_K", 2.54, 2.94),
    ("wllama-cpu", "Llama-3.2-1B Q4_K_M", 7.78, 10.75),
    ("wllama-cpu", "Qwen3-0.6B UD-Q8_K_XL", 7.08, 15.03),
)


@pytest.mark.parametrize("model", ["embeddinggemma-300m", "qwen3-embedding-0.6b"])
def test_a_decoder_that_gives_vectors_writes_no_tokens(model: str) -> None:
    """Its config names a class without an output layer (`Gemma3TextModel`, `Qwen3Model`)."""
    given = of(model, "wllama-cpu", "q8_0")
    assert given.load.generates
    assert given.rates is None


@pytest.mark.parametrize(("runtime", "_file", "made", "prompt"), PROMPTS)
def test_a_prompt_is_read_as_fast_as_it_was_seen_to_be(
    runtime: str, _file: str, made: float, prompt: float
) -> None:
    """Where the speed of single tokens is known, the wait for a first one holds what was seen."""
    given = of("llama-3.2-1b", runtime, "q4_0")
    known = speed.rates(given.runtime, given.load, read(M3))
    assert known is not None
    exact = replace(known, hundredths=exactly(round(100 * made)))
    found = speed.first_token(given.runtime, given.load, exact)
    assert found is not None
    seen = 1000 * found.prompt / prompt
    assert found.milliseconds.low <= seen <= found.milliseconds.high


@pytest.mark.parametrize(
    ("runtime", "gain"),
    [("wllama-webgpu", speed.GAIN_ON_GPU), ("wllama-cpu", speed.GAIN_IN_WASM)],
)
def test_how_much_faster_a_prompt_is_read(runtime: str, gain: Constant) -> None:
    """The rows above go from the slowest to the quickest: its ends are theirs, within a third."""
    seen = sorted(prompt / made for name, _file, made, prompt in PROMPTS if name == runtime)
    low, likely, high = (end / 100 for end in gain.ends)
    assert 0.6 * seen[0] <= low <= seen[0]
    assert likely == pytest.approx(median(seen), rel=0.33)
    assert seen[-1] <= high <= 1.5 * seen[-1]


def test_lines_of_the_download_table() -> None:
    """From the most that Chromium tells of (WICG netinfo) to fibre; 100 is broadband to the FCC."""
    slow, phone, broad, fibre = speed.LINES
    assert (slow, broad) == (10, 100)
    assert 30 <= phone <= 90  # a phone's line (Speedtest Global Index, medians of countries)
    assert 300 <= fibre <= 900
    assert {*speed.CAPPED} == {"chrome", "edge", "samsung"}  # who is made of Chromium


def test_a_card_moves_more_than_the_memory_beside_it() -> None:
    """The least card of the catalogue moves 128 GB/s, a computer's usual memory half of that.

    And what has no cost of its own moves all that the memory can.
    """
    card = speed.bandwidth(read({"platform": "windows", "graphics": "discrete"}))
    beside = speed.bandwidth(read({"platform": "windows", "graphics": "integrated"}))
    assert card.likely >= 128 * GB >= 2 * beside.likely
    assert speed.moved(runtimes.named("ideal"), 4.5, read(M3)).interval == exactly(100 * GB)


@pytest.mark.parametrize(
    ("browser", "told", "open_ended"),
    [("chrome", 10, True), ("chrome", 9, False), ("edge", 10, True), ("firefox", 10, False)],
)
def test_a_line_that_a_browser_caps(browser: str, told: float, *, open_ended: bool) -> None:
    """Chromium tells 10 Mbit/s of any faster line (WICG netinfo), and others their own."""
    found = speed.network_speed(read({"browser": browser, "connection": {"downlink_mbps": told}}))
    assert found is not None
    assert (found.megabits, found.capped) == (told, open_ended)


def test_a_model_whose_weights_nobody_describes() -> None:
    """Models are published at 4 to 16 bits a weight: it has some width between them."""
    assert 4 < speed.UNDISCLOSED_BITS.exact < 16


#: What Whisper's decoder is given first (openai/whisper whisper/tokenizer.py,
#: `sot_sequence_including_notimestamps`).
TRANSCRIPT: Final = ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")


def test_a_transcript_begins_with_what_whisper_is_given() -> None:
    """No page of text is read before a transcript: its start, language, task and no times."""
    assert of("whisper-base", "transformersjs-wasm", "q8").load.usual_prompt == len(TRANSCRIPT)


@pytest.mark.parametrize("kind", ["ios", "ipados", "android", "macos", "discrete", "other"])
def test_memory_of_a_kind_moves_as_its_data_sheets_say(kind: str) -> None:
    """The usual value is near the median of the listed devices of a kind, its ends near theirs."""
    listed = [(each, each.bandwidth_bytes_per_second) for each in _listed() if _kind(each) == kind]
    told = sorted(each for _device, each in listed if each)
    low, likely, high = speed.USUAL[kind].ends
    assert told
    assert likely == pytest.approx(median(told), rel=0.4)
    assert 0.6 <= low / told[2] <= 1.2  # but for the two slowest
    assert 0.55 < high / told[-1 - len(told) // 20] <= 1.1


def _listed() -> Iterator[Device]:
    return (read(each.device) for each in CATALOG.devices)


def _kind(device: Device) -> str:
    platform = device.platform or ""
    if device.graphics == "discrete":
        return "discrete"
    return platform if platform in speed.USUAL else "other"


def test_a_model_of_no_size_reads_a_byte() -> None:
    """Nothing is read infinitely often: 3 GB/s are three thousand million tokens a second."""
    found = speed.rates_of(of("llama-3.2-1b", "wllama-cpu", "q4_0").runtime, 0, 8.0, Device())
    assert found.per_second[1] == 3 * GB


@pytest.mark.parametrize("browser", ["chrome", "edge", "samsung"])
def test_chromiums_clamp(browser: str) -> None:
    """Browsers built on Chromium tell of no line faster than 10 Mbit/s (WICG netinfo)."""
    told = speed.network_speed(read({"browser": browser, "connection": {"downlink_mbps": 10}}))
    assert told is not None
    assert told.capped


def test_bits_of_a_weight() -> None:
    """Q8_0 takes 34 bytes for 32 weights; of a model of no disclosed shape a byte is supposed."""
    assert speed.bits_per_weight(of("llama-3.2-1b", "wllama-cpu", "q8_0").load) == pytest.approx(
        34 / 32 * 8, abs=0.1
    )
    untold = answer(Scenario(model="gemini-nano"), CATALOG, Device()).load
    assert speed.bits_per_weight(untold) == 8


def test_a_wait_is_for_a_page_of_text() -> None:
    """The prompt is 512 tokens, and the slowest line shown is the fastest that Chromium tells."""
    given = answer(Scenario(model="llama-3.2-1b", runtime="webllm"), CATALOG, read(M3))
    assert given.wait is not None
    assert given.wait.prompt == 512
    assert min(speed.LINES) == speed.CAP.exact == 10
