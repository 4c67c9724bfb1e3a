"""What decides a verdict, at its edges: chances, words, ranks, and what runtimes demand.

Every row is worked by hand. Limits are WebGPU's and the runtimes' own; shares of people say whose.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from tabfit.catalog import Catalog
from tabfit.devices.budgets import Pool
from tabfit.devices.device import PLATFORMS, Device, read
from tabfit.devices.history import Trial
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.defaults import CONTEXTS
from tabfit.estimate.scenario import Scenario
from tabfit.light_dataclass import field_names
from tabfit.runtimes import Needs
from tabfit.units import GIB, KIB, MB, MIB, Basis, Bytes, Interval, Tokens, exactly
from tabfit.verdict import (
    chance_text,
    check_kinds,
    check_rules,
    decide,
    device_history,
    failure_rates,
    sureness,
)
from tabfit.verdict.check_kinds.kind import CheckKind
from tabfit.verdict.check_rules import Decision
from tabfit.verdict.check_text import Check, severity
from tabfit.verdict.decide import Decided, Settled
from tabfit.verdict.overall_verdict import Verdict, judge
from tabfit.verdict.probability import RANK, Outcome, probability, rounded, word
from tabfit.verdict.requirements import Demand, Offered, Requirements, Setup

CATALOG: Final = Catalog()
ROOT: Final = Path(__file__).parents[3]
LAPTOP: Final = {"platform": "windows", "browser": "chrome", "ram_bytes": 16 * GIB}


def on(signals: dict[str, Any], model: str, runtime: str, context: int | None = None) -> Answer:
    """Return the answer for a model in a runtime on a device."""
    tokens = Tokens(context) if context else None
    return answer(Scenario(model=model, runtime=runtime, context=tokens), CATALOG, read(signals))


# Words and ranks


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.71, Outcome.LIKELY),
        (0.65, Outcome.LIKELY),
        (0.64, Outcome.MAY),
        (0.61, Outcome.MAY),
        (0.34, Outcome.MAY),
        (0.31, Outcome.MAY),
        (0.3, Outcome.UNLIKELY),
        (0.16, Outcome.UNLIKELY),
    ],
)
def test_two_of_three_is_likely_and_three_of_ten_unlikely(chance: float, said: Outcome) -> None:
    """A word stands for a range of chances, and the page names the chance beside it."""
    assert word(chance) is said


def test_words_from_best_to_worst() -> None:
    """Where nothing is known something may yet run: between *may* and *unlikely*."""
    order = ["likely", "may", "unknown", "unlikely", "no", "unsupported"]
    assert sorted(RANK, key=RANK.__getitem__) == order


# Chances of two intervals, by hand: low is the 5th percentile, likely the median, high the 95th,
# and the twentieth beyond each end reaches 15 % further.
CHANCES: Final = (
    # a need known to the byte: what is there lies above it
    (exactly(100), Interval(100, 200, 300), 0.95),
    (exactly(150), Interval(100, 200, 300), 0.725),
    (exactly(200), Interval(100, 200, 300), 0.5),
    (exactly(300), Interval(100, 200, 300), 0.05),
    (exactly(322), Interval(100, 200, 300), 0.0255),  # 300 to 345 is the last twentieth
    (exactly(346), Interval(100, 200, 300), 0.0),
    (exactly(86), Interval(100, 200, 300), 1.0),
    # a budget known to the byte: the need lies below it
    (Interval(100, 200, 300), exactly(200), 0.5),
    (Interval(100, 200, 300), exactly(250), 0.725),
)


@pytest.mark.parametrize(("need", "have", "chance"), CHANCES)
def test_chances_by_hand(need: Interval, have: Interval, chance: float) -> None:
    """Between its points a distribution is even; a single value is compared as it is."""
    assert probability(need, have) == pytest.approx(chance, abs=0.012)


def test_a_need_is_weighed_at_forty_points() -> None:
    """The middles of 18 of 40 equal shares lie between 200 and 300, the first at 202.8.

    Just above it one of the forty more is met than at 200: nine tenths of a fortieth, as the
    tenth beyond a single value's ends is never met at once.
    """
    before, after = (probability(Interval(100, 200, 300), exactly(each)) for each in (201, 204))
    assert after - before == pytest.approx(0.9 / 40, abs=0.002)


def test_the_middle_of_each_share_stands_for_it() -> None:
    """Where all of a need lies on one even stretch, its mean decides.

    The mean of 130, 190, 250 is 0.05 x 121.52 + 0.45 x 160 + 0.45 x 220 + 0.05 x 268.75 = 190.51,
    and a budget of 100, 200, 300 lies below it with 0.05 + 0.45 x 0.9051 = 0.4573.
    """
    found = probability(Interval(130, 190, 250), Interval(100, 200, 300))
    assert found == pytest.approx(1 - 0.4573, abs=0.0005)


def test_halves_go_up() -> None:
    """Four places, whatever the noise of floats (ISO 80000-1, B.3: half away from zero)."""
    assert (rounded(0.47505), rounded(0.47504), rounded(0.47506)) == (0.4751, 0.475, 0.4751)
    assert (rounded(0.123449), rounded(0.123459)) == (0.1234, 0.1235)


@pytest.mark.parametrize(
    ("chance", "to_five", "said"),
    [
        (0.029, "3", "fewer than 3 in 100"),
        (0.03, "5", "3 in 100"),
        (0.05, "5", "5 in 100"),
        (0.12, "10", "12 in 100"),
        (0.13, "15", "13 in 100"),
        (0.97, "95", "97 in 100"),
        (0.971, "97", "more than 97 in 100"),
    ],
)
def test_chances_are_said_to_five_and_as_bounds(chance: float, to_five: str, said: str) -> None:
    """Hundreds of reports tell nothing rarer than three in a hundred, and no verdict to one."""
    assert chance_text.sentence_of(chance)[1] == to_five
    assert chance_text.phrase(chance) == said


# Rules


def test_a_limit_that_can_be_worked_around() -> None:
    """ONNX Runtime splits what no binding holds, at a cost: may, a little better than even."""
    beyond = check_rules.within(exactly(129 * MIB), 128 * MIB, hard=False)
    assert (beyond.outcome, beyond.failed) == (Outcome.MAY, False)
    assert 0.55 <= beyond.chance <= 0.65
    assert check_rules.within(exactly(128 * MIB), 128 * MIB, hard=False).chance == 1
    assert check_rules.within(exactly(129 * MIB), 128 * MIB, hard=True).outcome is Outcome.NO


def test_one_of_two_near_the_largest_array() -> None:
    """Of three files within a tenth of 2 GiB Chrome read one (webgpu-bench at 5f0b1b5).

    Ministral 3 3B's 2,053 MB was read, 2,007 and 2,061 MB were not; 1,900 MB is no such file.
    """
    file = check_kinds.browser.FILE
    required = replace(_required("wllama-cpu"), needs=Needs(largest_file=Bytes(2**31 - 1)))

    def chance(size: int) -> float:
        demand = Demand(name=file.name, why="", need=exactly(size * MB), hard=False)
        return file.decision(demand, required, laptop()).chance

    assert 0.45 <= chance(2007) <= 0.55
    assert chance(2053) == chance(2061) == chance(2007)
    assert chance(1900) == chance(1750) == 1
    assert 0.55 <= chance(2200) <= 0.65


def laptop() -> Offered:
    """Return what a laptop offers."""
    return Offered(read(LAPTOP))


def _required(runtime: str) -> Requirements:
    given = on(LAPTOP, "llama-3.2-1b", runtime)
    setup = Setup(runtime=given.runtime, facts=given.facts, load=given.load)
    return decide.requirements(setup, given.footprint)


def test_an_export_packed_for_graphics() -> None:
    """Three of three were refused by the processor's build (gaitscope): one in eight is left."""
    kind, demand = check_kinds.browser.PACKED_TABLE, Demand(name="operators", why="")
    decision = kind.decision(demand, _required("wllama-cpu"), laptop())
    assert (0 + 0.5) / (3 + 1) == 0.125  # Jeffreys' estimate
    assert decision.chance == pytest.approx(0.125, abs=0.05)


def test_memory_nobody_knows() -> None:
    """What fits anywhere has nineteen chances in twenty; a byte more is not known."""
    small, large = (check_rules.room(exactly(each), None) for each in (250 * MB, 250 * MB + 1))
    assert small.known
    assert small.chance == pytest.approx(0.95, abs=0.04)
    assert not large.known


def test_storage_is_never_ruled_out() -> None:
    """A browser's estimate is no promise either way: one chance in twenty is left."""
    none = check_rules.storage(exactly(5 * GIB), exactly(GIB))
    assert none.chance == pytest.approx(0.05, abs=0.04)
    assert none.outcome is Outcome.UNLIKELY


@pytest.mark.parametrize(("need", "known"), [(256, True), (257, False)])
def test_the_least_buffer(need: int, *, known: bool) -> None:
    """Every WebGPU device has maxBufferSize 268,435,456 (W3C WebGPU, 3.6.2)."""
    _least(check_kinds.graphics.BUFFER, need * MIB, {}, known=known)


@pytest.mark.parametrize(("need", "known"), [(128, True), (129, False)])
def test_the_least_binding(need: int, *, known: bool) -> None:
    """Every WebGPU device has maxStorageBufferBindingSize 134,217,728 (W3C WebGPU, 3.6.2)."""
    _least(check_kinds.graphics.BINDING, need * MIB, {}, known=known)


ADRENO: Final = {"vendor": "qualcomm", "architecture": "adreno-6xx"}
MALI: Final = {"vendor": "arm", "architecture": "valhall"}


@pytest.mark.parametrize(
    ("need", "platform", "adapter", "known"),
    [
        # maxComputeWorkgroupStorageSize 16,384 everywhere (W3C WebGPU, 3.6.2)
        (16, "android", ADRENO, True),
        (17, "android", ADRENO, False),
        # 32,768 but for Adreno 610 and some 612 (gpuweb issue 2832)
        (32, "android", MALI, True),
        (33, "android", MALI, False),
        # Direct3D 12 and Metal from Apple4 on have no less
        *((32, system, {}, True) for system in ("windows", "macos", "ios", "ipados")),
        (32, "linux", {}, False),
    ],
)
def test_the_least_workgroup_storage(
    need: int, platform: str, adapter: dict[str, Any], *, known: bool
) -> None:
    """What shaders share in a workgroup, where a browser tells no limit."""
    signals = {"platform": platform, "webgpu": adapter}
    _least(check_kinds.graphics.WORKGROUP_STORAGE, need * KIB, signals, known=known)


@pytest.mark.parametrize(("told", "enough"), [(10, True), (9, False)])
def test_webllms_storage_buffers(told: int, *, enough: bool) -> None:
    """It asks for ten in a shader and throws where an adapter has fewer; eight are sure.

    apache/tvm web/src/webgpu.ts: requiredMaxStorageBuffersPerShaderStage; W3C WebGPU, 3.6.2.
    """
    signals = {**LAPTOP, "webgpu": {"max_storage_buffers_per_shader_stage": told}}
    checks = {each.name: each for each in on(signals, "smollm2-360m", "webllm").checks}
    assert (checks["storage-buffers"].outcome is Outcome.LIKELY) is enough
    assert "10 of 9" in checks["storage-buffers"].message or enough


def _least(kind: CheckKind, need: int, signals: dict[str, Any], *, known: bool) -> None:
    offered = Offered(read({**LAPTOP, "webgpu": {}, **signals}))
    demand = Demand(name=kind.name, why="", need=exactly(need))
    decision = kind.decision(demand, _required("webllm"), offered)
    assert decision.asked is known
    assert (decision.chance == 1) is known
    if not known:
        assert decision.chance == pytest.approx(0.85, abs=0.04)  # WebGPU's share of page views


# Taken together


def settled(*every: tuple[CheckKind, Decision]) -> Settled:
    """Return checks of these kinds and decisions, settled."""
    return decide.settle(
        [Decided(kind, Demand(name=kind.name, why=""), each) for kind, each in every]
    )


GPU, TAB = check_kinds.graphics.WEBGPU, check_kinds.memory.TAB_MEMORY
SURE: Final = Decision(chance=1.0)
UNTOLD: Final = Decision(chance=1.0, known=False)


def test_no_chance_is_surer_than_anybody_can_be() -> None:
    """Of reports that nothing spoke against one in five died, of hopeless ones as many ran."""
    best, worst = settled((GPU, SURE)), settled((GPU, Decision(chance=0.0)))
    assert best.chance == pytest.approx(4 / 5, abs=0.04)
    assert worst.chance == pytest.approx(1 / 5, abs=0.05)
    assert worst.outcome is Outcome.UNLIKELY


def test_a_failure_is_named_before_what_nobody_knows() -> None:
    """A hard limit decides, then what cannot be compared, then the least likely."""
    failed = Decision(chance=0.0, failed=True)
    assert settled((TAB, UNTOLD), (GPU, failed)).because == 1
    assert settled((TAB, UNTOLD), (GPU, failed)).outcome is Outcome.NO
    assert settled((GPU, Decision(chance=0.3)), (TAB, UNTOLD)).because == 1
    assert settled((GPU, SURE), (TAB, Decision(chance=0.99))).because == 1


def test_of_certain_checks_memory_is_named() -> None:
    """Where nothing speaks against it, memory is what a reader asks about."""
    assert settled((GPU, SURE), (TAB, SURE)).because == 1
    assert settled((GPU, Decision(chance=0.999)), (TAB, SURE)).because == 0
    storage = check_kinds.memory.STORAGE
    assert settled((storage, UNTOLD), (GPU, SURE)).because == 1  # not known, and no reason


def check(
    outcome: Outcome, chance: float | None, *, decides: bool = False, name: str = ""
) -> Check:
    """Return a check that came out so."""
    return Check(
        name=name,
        need=None,
        have=None,
        outcome=outcome,
        probability=chance,
        basis=Basis.ASSUMED,
        message="",
        decides=decides,
    )


def test_no_end_is_learnt_beyond_what_hundreds_of_reports_tell() -> None:
    """Three of a hundred is the rarest that is said, so that ends stay about there, whatever a fit.

    With none of some 150 reports the 95 % bound is three of them (rule of three), one in fifty.
    """
    least, surest = sureness.FARTHEST
    assert 0.015 <= least <= 0.03
    assert 1 - surest == pytest.approx(0.03)


@pytest.mark.parametrize(("chance", "named"), [(0.96, "next"), (0.98, ""), (1.0, "")])
def test_what_is_named_besides(chance: float, named: str) -> None:
    """Of certain checks one in thirty died: what is surer than that speaks against nothing."""
    checks = [check(Outcome.LIKELY, 0.8, name=TAB.name), check(Outcome.LIKELY, chance, name="next")]
    first = Decided(TAB, Demand(name=TAB.name, why=""), Decision(chance=0.8))
    assert judge([first], checks).runner_up == named


def test_the_order_in_which_checks_are_shown() -> None:
    """Failures, what nobody knows, the least likely; a question left open before what is met."""
    order = [
        check(Outcome.NO, 0.0),
        check(Outcome.UNKNOWN, None, decides=True),
        check(Outcome.UNLIKELY, 0.2),
        check(Outcome.LIKELY, 0.85),
        check(Outcome.UNKNOWN, None),
        check(Outcome.LIKELY, 0.95),
    ]
    shown = [*order[3:], *order[:3]]
    assert sorted(shown, key=severity) == order


def test_what_decides_where_nothing_is_known() -> None:
    """Without a word on memory a large model is unknown: in the tab, beside a card, built in."""
    hidden = {"platform": "linux", "browser": "firefox", "browser_version": 160}
    one = on(hidden, "llama-3.2-1b", "wllama-cpu")
    apart = on({**hidden, "graphics": "discrete"}, "llama-3.2-1b", "webllm")
    assert one.verdict.outcome is Outcome.UNKNOWN
    assert "tab-memory" in {each.name for each in apart.checks if each.decides}
    kinds = {each.name: each.decides for each in check_kinds.KINDS}
    assert {name for name, decides in kinds.items() if decides} == {
        "tab-memory",
        "gpu-memory",
        "memory",
        "built-in-memory",
    }


#: A model for each runtime that tells its demands apart, and one that reads a long text at once.
GROWING: Final = (
    ("wllama-cpu", "llama-3.2-1b"),
    ("webllm", "llama-3.2-1b"),
    ("transformersjs-wasm", "llama-3.2-1b"),
    ("transformersjs-webgpu", "bge-m3"),
    ("mediapipe", "gemma-2b"),
)


def test_which_demands_grow_with_the_context() -> None:
    """A demand that is more bytes at 4,096 tokens than at 256 is of a kind that grows."""
    grown = set()
    for runtime, model in GROWING:
        short, long = (_demands(runtime, model, context) for context in (256, 4096))
        grown |= {name for name in long if short.get(name) != long[name]}
    assert grown == {each.name for each in check_kinds.KINDS if each.grows}


def _demands(runtime: str, model: str, context: int) -> dict[str, Interval | None]:
    given = on(LAPTOP, model, runtime, context)
    setup = Setup(runtime=given.runtime, facts=given.facts, load=given.load)
    return {each.name: each.need for each in decide.demands(setup)}


# The browser's own model, as developer.chrome.com asks for it: a card above 4 GB, or 16 GB of
# memory and 4 cores; 22 GB free; Windows 10, macOS 13, Linux or ChromeOS, and Chrome.
BUILT_IN: Final = (
    ({"vram_bytes": 4 * GIB + 1}, Outcome.LIKELY),
    ({"vram_bytes": 4 * GIB, "ram_bytes": 8 * GIB}, Outcome.NO),
    ({"vram_bytes": 2 * GIB + 1, "ram_bytes": 8 * GIB}, Outcome.NO),
    ({"ram_bytes": 16 * GIB, "cores": 4, "graphics": "integrated"}, Outcome.LIKELY),
    *(
        ({"ram_bytes": 16 * GIB, "cores": 4, "platform": each}, Outcome.LIKELY)
        for each in ("macos", "linux", "chromeos")
    ),
    # Windows shows 97.5 % of it, ChromeOS 95 %
    ({"ram_bytes": round(15.25 * GIB), "cores": 4, "graphics": "integrated"}, Outcome.LIKELY),
    ({"ram_bytes": round(14.5 * GIB), "cores": 4, "graphics": "integrated"}, Outcome.NO),
    ({"ram_bytes": 16 * GIB, "cores": 3, "graphics": "integrated"}, Outcome.NO),
    ({"ram_bytes": 16 * GIB, "cores": 4, "platform": "android"}, Outcome.NO),
    ({"ram_bytes": 16 * GIB, "cores": 4, "browser": "firefox"}, Outcome.NO),
    ({"ram_bytes": 16 * GIB, "cores": 4, "language_model": "unavailable"}, Outcome.NO),
)


@pytest.mark.parametrize(("signals", "outcome"), BUILT_IN)
def test_chromes_own_model(signals: dict[str, Any], outcome: Outcome) -> None:
    """Just what Chrome asks for is enough, and a little less is not."""
    device = read({"platform": "windows", "browser": "chrome", **signals})
    assert answer(Scenario(model="gemini-nano"), CATALOG, device).verdict.outcome is outcome


# What runtimes demand, by their own sources.
DEMANDED: Final = (
    # apache/tvm web/src/webgpu.ts: 1 GiB preferred, below 256 and 128 MiB it throws; 32 KiB
    ("webllm", "largest-buffer", 256 * MIB),
    ("webllm", "largest-tensor", 128 * MIB),
    ("webllm", "advised-buffer", 1024 * MIB),
    ("webllm", "workgroup-storage", 32_768),
    # @mediapipe/tasks-genai 0.10.29 warns below 524,550,144 bytes
    ("mediapipe", "advised-buffer", 524_550_144),
    ("prompt-api", "built-in-storage", 22 * 10**9),
)


@pytest.mark.parametrize(("runtime", "name", "need"), DEMANDED)
def test_what_runtimes_demand(runtime: str, name: str, need: int) -> None:
    """A model of small tensors is asked no less and no more than the runtime's own figure."""
    model = {"prompt-api": "gemini-nano", "mediapipe": "gemma-3-270m"}.get(runtime, "smollm2-360m")
    given = on(LAPTOP, model, runtime)
    setup = Setup(runtime=given.runtime, facts=given.facts, load=given.load)
    (demand,) = (each for each in decide.demands(setup) if each.name == name)
    assert demand.need == exactly(need)
    # a device that has less is refused, but by what is only preferred or never told
    assert demand.hard is (name in {"largest-buffer", "largest-tensor", "workgroup-storage"})


GIBIBYTES_4: Final = 4 * GIB  # 65,536 pages of 64 KiB, the reach of 32-bit addresses
#: ArrayBuffers end at 2 GB in wllama and protobuf; ONNX Runtime's WebGPU reads parts up to 4.
CEILINGS: Final = (
    ("litertlm", GIBIBYTES_4, None),
    ("mediapipe", GIBIBYTES_4, None),
    ("transformersjs-wasm", GIBIBYTES_4, 2**31 - 1),
    ("transformersjs-webgpu", GIBIBYTES_4, 2**32 - 1),
    ("wllama-cpu", GIBIBYTES_4, 2**31 - 1),
    ("wllama-webgpu", GIBIBYTES_4, 2**31 - 1),
)


@pytest.mark.parametrize(("runtime", "memory", "file"), CEILINGS)
def test_where_webassembly_and_files_end(runtime: str, memory: int, file: int | None) -> None:
    """Each runtime's build declares 65,536 pages; no file is larger than an array can be."""
    needs = CATALOG.runtime(runtime).needs
    assert (needs.wasm_memory, needs.largest_file) == (memory, file)


def test_what_runtimes_prefer() -> None:
    """WebLLM asks for 1 GiB of both at first (webgpu.ts), MediaPipe warns below 524,550,144."""
    told = {
        each.id: (each.needs.advised_buffer_bytes, each.needs.advised_binding_bytes)
        for each in CATALOG.runtimes
        if each.needs.advised_buffer_bytes or each.needs.advised_binding_bytes
    }
    assert told == {"webllm": (GIB, GIB), "mediapipe": (524_550_144, 524_550_144)}


#: Which compute on WebGPU alone, which need JSPI, a shared memory, and 16-bit shaders (their
#: READMEs and sources, named in runtimes.json).
FLAGS: Final = {
    "litertlm": "webgpu",
    "mediapipe": "webgpu",
    "transformersjs-wasm": "shared",
    "transformersjs-webgpu": "webgpu shared f16:q4f16",
    "webllm": "webgpu f16:q4f16_1",
    "wllama-cpu": "spared shared",
    "wllama-webgpu": "webgpu jspi spared f16:q4_k_m",
}


@pytest.mark.parametrize("runtime", FLAGS)
def test_which_features_runtimes_need(runtime: str) -> None:
    """What a runtime's own documents say that it needs, and nothing else."""
    needs = CATALOG.runtime(runtime).needs
    told = {
        "webgpu": needs.webgpu,
        "jspi": needs.jspi,
        "spared": needs.jspi_less_build,
        "shared": needs.shared_memory,
    }
    half = [word for word in FLAGS[runtime].split() if word.startswith("f16:")]
    assert {name for name, there in told.items() if there} == set(FLAGS[runtime].split()) - {*half}
    assert [f"f16:{each}" in half for each in needs.shader_f16_for].count(True) == len(half)


@pytest.mark.parametrize(
    ("version", "group"), [(17, "before-18"), (18, "18-and-later"), (26, "18-and-later")]
)
def test_ios_has_more_room_since_18(version: int, group: str) -> None:
    """WebKit refused a shared memory's maximum sooner before iOS 18 (onnxruntime issue 22086)."""
    device = Device(platform="ios", browser="safari", browser_version=version)
    given = on({"platform": "ios"}, "llama-3.2-1b", "wllama-cpu")
    found = failure_rates.groups(
        failure_rates.RESERVE, given.runtime, Needs(shared_memory=True), device
    )
    assert found[0] == f"ios={group}"


def test_usual_contexts() -> None:
    """An encoder is asked about the 512 tokens BERT was trained on; chat models about 4,096."""
    assert on(LAPTOP, "distilbert", "transformersjs-wasm").scenario.context == 512
    assert on(LAPTOP, "modernbert-base", "transformersjs-wasm").scenario.context == 512
    assert on(LAPTOP, "llama-3.2-1b", "transformersjs-webgpu").scenario.context == 4096


def test_contexts_on_offer() -> None:
    """From a question of 128 tokens to the 131,072 that Llama 3.2 reaches (its config.json)."""
    assert (CONTEXTS[0], CONTEXTS[-1]) == (128, 131_072)


def test_what_no_memory_can_hold() -> None:
    """Beyond twice the memory nothing runs on a computer, nor on a phone beyond its own.

    A byte less than that is left to the chances; on a card half of the memory may be lent.
    """
    laptop = read({"platform": "windows", "ram_bytes": 8 * GIB})
    phone = read({"platform": "android", "ram_bytes": 8 * GIB})
    apple = read({"platform": "ios", "ram_bytes": 4 * GIB})
    for device, most in ((laptop, 16 * GIB), (phone, 8 * GIB), (apple, 4 * GIB)):
        offered = Offered(device)
        assert offered.most_held == most
        held, beyond = (
            check_rules.room(exactly(each), offered.peak.have, offered.most_held)
            for each in (most, most + 1)
        )
        assert (held.failed, beyond.failed) == (False, True)
    assert Offered(Device()).most_held is None
    card = read({"platform": "windows", "ram_bytes": 16 * GIB, "vram_bytes": 6 * GIB})
    assert Offered(card).most_on_card == 14 * GIB


def test_far_beyond_the_largest_phone() -> None:
    """Of Android phones that round their memory to 8 the largest sold has 24 GB: 33 GB are *no*."""
    phone = read({"platform": "android", "browser": "chrome", "device_memory": 8})
    asked = Scenario(model="llama-3.1-8b", runtime="wllama-webgpu", precision="f32")
    found = answer(asked, CATALOG, phone)
    assert found.memory(Pool.PEAK).low > 24 * GIB
    assert (found.verdict.outcome, found.verdict.because) == (Outcome.NO, "memory")


@pytest.mark.parametrize("model", ["deepseek-r1", "llama-3.1-70b"])
def test_far_beyond_a_laptop(model: str) -> None:
    """A model of 34 or of hundreds of gigabytes is *no* on 8 GB, with no chance beside it."""
    laptop = read({**LAPTOP, "ram_bytes": 8 * GIB, "webgpu": {"shader_f16": True}})
    found = answer(Scenario(model=model), CATALOG, laptop).verdict
    assert (found.outcome, found.because, found.open_chance) == (Outcome.NO, "memory", None)


# What is checked, and by which names


def test_checks_have_the_names_that_programs_read() -> None:
    """In `checks[].name` and `because` of the JSON: names are added, and none is changed."""
    assert " ".join(each.name for each in check_kinds.KINDS) == (
        "support webgpu shader-f16 largest-buffer largest-tensor attention-scores unlike-tensors "
        "advised-buffer workgroup-storage storage-buffers jspi threads wasm-memory file-size "
        "operators availability platform built-in-memory built-in-storage tab-memory gpu-memory "
        "memory storage driver runtime-fault address-room wrong-output eight-bit-weights "
        "one-pass-model encoder-with-decoder other-model"
    )


def made(model: str, runtime: str | None, **signals: Any) -> dict[str, Check]:
    """Return the checks of a model on a laptop that has told something more, by name."""
    scenario = Scenario(model=model, runtime=runtime)
    found = answer(scenario, CATALOG, read({**LAPTOP, **signals}))
    return {each.name: each for each in found.checks}


SMALL: Final = {"max_buffer_size": 512 * MIB, "max_storage_buffer_binding_size": 128 * MIB}
#: What becomes of a token table of more than 200 MB where a binding holds 128 MiB.
SPLIT: Final = (
    ("gemma-2-2b", "webllm", Outcome.NO),  # binds its tensors whole (apache/tvm webgpu.ts)
    ("gemma-2b", "mediapipe", Outcome.NO),  # binds its tensors whole
    ("llama-3.2-1b", "wllama-webgpu", Outcome.MAY),  # left to the processor (ggml-webgpu)
    ("llama-3.2-1b", "transformersjs-webgpu", Outcome.MAY),  # in pieces (ONNX Runtime 1.22)
)


@pytest.mark.parametrize(("model", "runtime", "outcome"), SPLIT)
def test_what_no_binding_holds(model: str, runtime: str, outcome: Outcome) -> None:
    """Some runtimes split such a tensor or leave it to the processor, others refuse it."""
    checks = made(model, runtime, webgpu={**SMALL, "shader_f16": True})
    assert checks["largest-tensor"].outcome is outcome


def test_scores_of_a_long_text_are_split_too() -> None:
    """ONNX Runtime takes a table of scores above the limit in pieces, at a cost."""
    adapter = {"max_buffer_size": GIB, "max_storage_buffer_binding_size": 128 * MIB}
    found = answer(
        Scenario(model="bge-m3", runtime="transformersjs-webgpu", context=Tokens(8192)),
        CATALOG,
        read({**LAPTOP, "webgpu": adapter}),
    )
    checks = {each.name: each.outcome for each in found.checks}
    assert checks["attention-scores"] is Outcome.MAY


def test_what_a_runtime_only_prefers_refuses_nothing() -> None:
    """WebLLM asks for 1 GiB first and then for less (apache/tvm web/src/webgpu.ts)."""
    adapter = {"max_buffer_size": 512 * MIB, "max_storage_buffer_binding_size": 512 * MIB}
    assert made("llama-3.2-1b", "webllm", webgpu=adapter)["advised-buffer"].outcome is Outcome.MAY


@pytest.mark.parametrize("ram", [16, 64])
def test_safari_reloads_a_tab_that_computes_on_the_processor_as_well(ram: int) -> None:
    """It counts the whole tab and reloads near 7 GB at the latest (WebKit): Chrome has no such end.

    So a page alone has no more there than page and graphics together.
    """
    mac = {"platform": "macos", "ram_bytes": ram * GIB}
    safari, chrome = (
        made("llama-3.2-1b", "wllama-cpu", **mac, browser=each)["memory"].have
        for each in ("safari", "chrome")
    )
    assert safari
    assert chrome
    assert safari.high <= 8000 * MB < chrome.high


def test_apple_makes_the_graphics_of_what_runs_its_systems() -> None:
    """Where an adapter says nothing, the system tells (Apple: no Mac with another's since 2020)."""
    told = {each: failure_rates.vendor_of(Device(platform=each)) for each in PLATFORMS}
    assert {each for each, vendor in told.items() if vendor == "apple"} == {
        "ios",
        "ipados",
        "macos",
    }
    assert told["windows"] == "untold"
    assert (
        failure_rates.vendor_of(read({"platform": "macos", "webgpu": {"vendor": "AMD"}})) == "amd"
    )


#: What LanguageModel.availability() answers (Prompt API explainer), and whether there is a model.
AVAILABLE: Final = (
    ("available", "here already"),
    ("downloading", "being fetched"),
    ("downloadable", "offers to fetch"),
    ("unavailable", "none for this device"),
)


@pytest.mark.parametrize(("said", "words"), AVAILABLE)
def test_what_a_browser_says_of_its_own_model(said: str, words: str) -> None:
    """Its word is taken for what it is, and nothing else is weighed."""
    (check,) = made("gemini-nano", None, language_model=said).values()
    expected = Outcome.NO if said == "unavailable" else Outcome.LIKELY
    assert (check.name, check.outcome, check.basis) == ("availability", expected, Basis.REPORTED)
    assert words in check.message


def test_a_runtime_with_another_build_does_without() -> None:
    """Wllama brings one for browsers without JSPI, as its README says: asked or not, it starts."""
    for signals in ({}, {"wasm": {"jspi": False}}, {"wasm": {"jspi": True}}):
        assert made("llama-3.2-1b", "wllama-webgpu", **signals)["jspi"].outcome is Outcome.LIKELY


def test_what_a_browser_would_weigh_for_its_own_model() -> None:
    """Free disk space is never told, memory not by every browser; the system is."""
    checks = made("gemini-nano", None)
    assert checks["built-in-storage"].outcome is Outcome.UNKNOWN
    assert checks["built-in-storage"].probability == pytest.approx(0.85, abs=0.05)
    assert checks["platform"].basis is Basis.REPORTED
    hidden = made("gemini-nano", None, ram_bytes=None)["built-in-memory"]
    assert (hidden.outcome, hidden.probability) == (Outcome.UNKNOWN, None)
    nobody = made("gemini-nano", None, platform=None)["platform"]
    assert (nobody.outcome, nobody.basis) == (Outcome.UNKNOWN, Basis.ASSUMED)


def test_what_nobody_asked_about_is_unknown() -> None:
    """It has a chance and no word."""
    assert check_rules.feature(there=None, hard=True).outcome is Outcome.UNKNOWN
    assert check_rules.storage(exactly(GIB), None).outcome is Outcome.UNKNOWN
    unlike = check_kinds.graphics.UNLIKE_TENSORS
    decision = unlike.decision(Demand(name="", why=""), _required("webllm"), laptop())
    assert (decision.outcome, decision.probability) == (Outcome.UNKNOWN, None)


def test_all_of_a_limit_may_be_used() -> None:
    """A limit that a browser states is granted to the last byte (W3C WebGPU, 3.6)."""
    offered = Offered(read({**LAPTOP, "webgpu": {"max_buffer_size": GIB}}))
    for share in (0.91, 0.95, 1.0):
        demand = Demand(name="", why="", need=exactly(round(share * GIB)))
        decided = check_kinds.graphics.BUFFER.decision(demand, _required("webllm"), offered)
        assert decided.chance == 1


def test_a_way_to_fail_that_is_always_there_is_seldom_the_reason() -> None:
    """A driver or a kind of model is named where it takes *likely* away, and only there."""
    for kind in check_kinds.KINDS:
        if kind.name in {*failure_rates.KINDS, *failure_rates.MADE_SO}:
            rare, common = (Decision(chance=each) for each in (0.66, 0.64))
            assert settled((GPU, Decision(chance=0.9)), (kind, rare)).because == 0
            assert settled((GPU, Decision(chance=0.9)), (kind, common)).because == 1


def test_how_a_model_is_made_is_no_limit() -> None:
    """Such a model runs for most people: what others met refuses nothing."""
    given = on(LAPTOP, "distilbert", "transformersjs-webgpu")
    setup = Setup(runtime=given.runtime, facts=given.facts, load=given.load)
    made_so = [each for each in decide.demands(setup) if each.name in failure_rates.MADE_SO]
    assert [(each.name, each.hard) for each in made_so] == [("one-pass-model", False)]


def test_failures_are_those_that_reports_were_fitted_for() -> None:
    """The table that `make budgets` writes has a row for each kind and each way of being made."""
    kinds = {each.name for each in check_kinds.KINDS if each.background}
    assert kinds == {*failure_rates.KINDS, *failure_rates.MADE_SO}
    assert {*failure_rates.FITTED.rows} >= kinds
    assert len(failure_rates.KINDS) + len(failure_rates.MADE_SO) == len(kinds)


def test_reports_name_makers_of_graphics() -> None:
    """The table's groups name those whom reports named, and never `untold`."""
    assert {"apple", "intel", "nvidia"} <= failure_rates.vendors_reported()
    assert not {"untold", "windows", "chrome"} & failure_rates.vendors_reported()
    assert "vendor=untold" in failure_rates.effects("driver")[1]


def test_every_outcome_has_its_words() -> None:
    """Slow or not, a verdict can be said; what will not run is never said to be slow."""
    for outcome in Outcome:
        verdict = Verdict(outcome=outcome, probability=None, because="", sentence="")
        plain, slow = verdict.words, replace(verdict, slowly=True).words
        runs = outcome not in {Outcome.NO, Outcome.UNSUPPORTED}
        assert plain
        assert "slow" not in plain
        assert ("slow" in slow) is runs


def test_a_word_without_a_chance() -> None:
    """What cannot be told, or runs nowhere, has no number beside it; a failure has nought."""
    support = check_kinds.support.SUPPORT
    nowhere = Decision(chance=0.0, failed=True, unsupported=True)
    assert settled((TAB, UNTOLD)).probability is None
    assert settled((support, nowhere)).probability is None
    assert settled((GPU, Decision(chance=0.0, failed=True))).probability == 0
    assert settled((support, nowhere)).outcome is Outcome.UNSUPPORTED


def test_what_nobody_asked_about_fails_for_one_reason() -> None:
    """Two features of an old browser count once; two that were asked about multiply."""
    asked, unasked = (Decision(chance=0.5, asked=each) for each in (True, False))
    binding = check_kinds.graphics.BINDING
    once, twice = settled((GPU, unasked)), settled((GPU, unasked), (binding, unasked))
    assert twice.chance == once.chance
    assert settled((GPU, asked), (binding, asked)).chance < settled((GPU, asked)).chance


def test_nothing_is_demanded_unless_a_row_says_so() -> None:
    """Bare weights demand nothing, and a load is of a model some runtime loads, known in full."""
    assert not any(getattr(Needs(), each) for each in field_names(Needs))
    given = on(LAPTOP, "llama-3.2-1b", "wllama-cpu")
    setup = Setup(runtime=given.runtime, facts=given.facts, load=given.load)
    assert "support" not in {each.name for each in decide.demands(setup)}
    one = decide.requirements(setup, given.footprint)
    plain = Requirements(
        runtime=one.runtime,
        needs=one.needs,
        demands=one.demands,
        peak=one.peak,
        download=one.download,
    )
    assert decide.settle(decide.decide(plain, laptop())).outcome is Outcome.LIKELY


#: Which precisions of ONNX compute in 16-bit floats, and which have no kernel on WebGPU
#: (onnxruntime-web's operators: DynamicQuantizeLinear and MatMulInteger run on the processor).
HALVES: Final = {"fp16", "q4f16", "q2f16", "q1f16"}


def test_which_precisions_need_what() -> None:
    """16-bit floats need the adapter's shader-f16; 8-bit products fall back to the processor.

    WebLLM's libraries say so in their names, ggml-webgpu asks for it whatever it computes.
    """
    needs = CATALOG.runtime("transformersjs-webgpu").needs
    assert {*needs.shader_f16_for} == HALVES
    assert {*needs.no_kernels_for} == {"q8", "int8", "uint8"}
    webllm, wllama = CATALOG.runtime("webllm"), CATALOG.runtime("wllama-webgpu")
    assert {*webllm.needs.shader_f16_for} == {each for each in webllm.precisions if "f16" in each}
    published = {"q1_0", "q2_0", "nvfp4"}  # ggml's types of files that others make
    assert {*wllama.needs.shader_f16_for} == {*wllama.precisions} | published


def test_a_test_of_memory_is_told_from_a_model() -> None:
    """Where it ended the tab the page keeps it with the runtime `test` (static/memory_test.js)."""
    assert 'runtime: "test"' in (ROOT / "static/memory_test.js").read_text(encoding="utf-8")
    ended = {"ran": False, "needs": {"peak": [1, 2, 3]}, "day": "2026-11-28"}
    for runtime, words in (("test", "a test of memory ended here"), ("webllm", "crashed here")):
        past = made("llama-3.2-1b", "wllama-cpu", history=[{**ended, "runtime": runtime}])
        assert words in past["memory"].message


def test_what_ran_here_weighs_as_laplace_has_it() -> None:
    """His rule of succession: after one success of one, two of three, where before it was even."""
    once, twice = (device_history._of_runtime(each, Decision(chance=0.5)) for each in (1, 2))
    assert once.chance == pytest.approx(2 / 3, abs=0.0001)
    assert twice.chance == pytest.approx(3 / 4, abs=0.0001)


@pytest.mark.parametrize("pool", ["peak", "page", "gpu"])
def test_a_run_speaks_for_what_needs_no_more_in_any_memory(pool: str) -> None:
    """Whichever memory was kept of it, and as long as nothing died there with as little."""
    ran = Trial(ran=True, needs={pool: exactly(2 * GIB)}, runtime="webllm")
    died = Trial(ran=False, needs={pool: exactly(GIB)}, runtime="webllm")
    for trials, need, speaks in (([ran], GIB, 1), ([ran], 4 * GIB, 0), ([ran, died], GIB, 0)):
        peaks = dict.fromkeys(Pool, exactly(need))
        assert device_history.proven(trials, "webllm", peaks.__getitem__) == speaks
    heap = Trial(ran=True, needs={"wasm": exactly(2 * GIB)}, runtime="webllm")
    assert device_history.proven([heap], "webllm", lambda _pool: exactly(GIB)) == 0
