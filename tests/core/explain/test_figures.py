"""Every figure opens to a formula whose own values, worked out again, give the figure."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from math import floor, prod
from pathlib import Path
from typing import Any, Final

import pytest

from tabfit import architectures, runtimes
from tabfit.catalog import Catalog
from tabfit.devices import browser_features, budgets
from tabfit.devices.budgets import TabMemoryRule
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.defaults import precisions_of, runtimes_of
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.explain import Explanation, explained
from tabfit.formula import (
    Constant,
    Ends,
    Given,
    Named,
    Number,
    Operation,
    Operator,
    Quantity,
    givens,
    names,
)
from tabfit.runtimes import Label, Load, constants, speed
from tabfit.runtimes.load_options import LoadOptions
from tabfit.units import GIB, MIB, Interval, Tokens
from tabfit.verdict import constants as verdict_constants
from tabfit.verdict.probability import Outcome, probability

CATALOG: Final = Catalog()
DEVICES: Final = (
    Device(),
    read({"platform": "android", "browser": "chrome", "device_memory": 8}),
    read({"platform": "ios", "browser": "safari", "storage": {"quota_bytes": 3 * 10**9}}),
    read({"platform": "macos", "browser": "safari", "ram_bytes": 16 * GIB}),
    read(
        {
            "platform": "windows",
            "browser": "chrome",
            "device_memory": 16,
            "graphics": "discrete",
            "vram_bytes": 8 * GIB,
            "webgpu": {
                "fallback": True,
                "max_buffer_size": 2**28,
                "max_storage_buffer_binding_size": 2**27,
            },
            "storage": {"quota_bytes": 2**34, "usage_bytes": 5},
            "measured": {"page_bytes": 10**10},
        }
    ),
)
#: One model of each kind, asked at every precision under every runtime that has it.
EVERY_PRECISION: Final = ("gemma-2b", "distilbert", "whisper-base", "qwen2.5-0.5b", "mamba-130m")

#: A line of a formula longer than this helps nobody.
MOST_TERMS: Final = 24


def asked(model: str) -> Iterator[Answer]:
    """Yield a model's answers at every precision of every runtime, device after device."""
    about = subject(model, CATALOG)
    at = len(model)
    for facts in runtimes_of(about, CATALOG):
        for precision in precisions_of(about, facts):
            at += 1
            scenario = Scenario(model=model, runtime=facts.id, precision=precision)
            yield answer(scenario, CATALOG, DEVICES[at % len(DEVICES)], about)


def one(model: str, at: int) -> Answer:
    """Return one answer of a model: the runtimes and devices take turns."""
    about = subject(model, CATALOG)
    able = runtimes_of(about, CATALOG)
    scenario = Scenario(model=model, runtime=able[at % len(able)].id)
    return answer(scenario, CATALOG, DEVICES[at % len(DEVICES)], about)


AT_EACH_END: Final[dict[Operator, Callable[[list[Number]], Number]]] = {
    Operator.SUM: sum,
    Operator.PRODUCT: prod,
    Operator.DIFFERENCE: lambda terms: terms[0] - sum(terms[1:]),
    Operator.QUOTIENT: lambda terms: terms[0] // terms[1],
    Operator.RATE: lambda terms: 100 * terms[0] // terms[1] / 100,
    Operator.LARGEST: max,
    Operator.SMALLEST: min,
    Operator.ROUNDED: lambda terms: round(terms[0]),
    Operator.FLOORED: lambda terms: floor(terms[0]),
}


def worked_out(formula: Quantity) -> Ends:
    """Work a formula out from nothing but the values put in, as a reader with paper would."""
    if isinstance(formula, Named):
        return worked_out(formula.expression)
    if not isinstance(formula, Operation):
        assert isinstance(formula, Given)
        return formula.ends
    terms = [worked_out(term) for term in formula.terms]
    if formula.operator is Operator.SPAN:
        return terms[0][0], terms[1][1], terms[1][2]
    if formula.operator is Operator.ORDERED:
        low, likely, high = terms[0]
        return low, max(low, likely), max(low, likely, high)
    if formula.operator is Operator.CHANCE:
        need, have = (Interval(*(round(end) for end in each)) for each in terms)
        return (probability(need, have),) * 3
    low, likely, high = (
        AT_EACH_END[formula.operator]([each[end] for each in terms]) for end in range(3)
    )
    return low, likely, high


def figure(explanation: Explanation) -> Interval:
    """Return what an explanation's formula gives when it is worked out again, in whole numbers."""
    low, likely, high = worked_out(explanation.expression)
    return Interval(round(low), round(likely), round(high))


def assert_memory(given: Answer) -> None:
    """Every component of every phase is what its formula gives, to the byte."""
    for phase in given.footprint.phases:
        for part in phase.components:
            assert isinstance(part.size.formula, Quantity), (phase.name, part.label)
            low, likely, high = (round(end) for end in worked_out(part.size.formula))
            assert Interval(low, likely, high) == part.size, (phase.name, part.label)


def assert_checks(given: Answer, found: dict[str, Explanation]) -> None:
    """Every need, every budget and every chance is what its formula gives."""
    for check in given.checks:
        for side, interval in (("need", check.need), ("have", check.have)):
            name = f"{check.name}-{side}"
            assert (figure(found[name]) if name in found else None) == interval, name
        chance = f"{check.name}-chance"
        assert (chance in found) == (check.probability is not None)
        if chance in found:
            assert worked_out(found[chance].expression)[1] == check.probability, check.name


def assert_rest(given: Answer, found: dict[str, Explanation]) -> None:
    """Parameters, downloads, peaks, tokens a second and the verdict's chance agree."""
    architecture = given.subject.architecture
    if architecture is not None:
        assert worked_out(found["parameters"].expression)[1] == architecture.inventory.total
    assert ("download" in found) == bool(given.stored.files)
    if "download" in found:
        assert figure(found["download"]) == given.download
    for pool in (budgets.Pool.PEAK, budgets.Pool.PAGE, budgets.Pool.GPU):
        assert figure(found[f"memory-{pool}"]) == given.memory(pool)
    for phase in given.footprint.phases:
        assert figure(found[f"phase-{phase.name}"]) == phase.peak
        for label in Label:
            size = phase.of_label(label)
            assert not size.high or figure(found[f"part-{label}-{phase.name}"]) == size
    assert (worked_out(found["speed"].expression) if "speed" in found else None) == (
        tuple(end / 100 for end in hundredths(given)) if given.rates else None
    )
    if given.verdict.outcome not in (Outcome.NO, Outcome.UNKNOWN, Outcome.UNSUPPORTED):
        chance = worked_out(found["chance"].expression)[1]
        assert chance == pytest.approx(given.verdict.probability, abs=5.1e-5)


def hundredths(given: Answer) -> tuple[int, int, int]:
    """Return the hundredths of a token per second that an answer tells."""
    assert given.rates is not None
    told = given.rates.hundredths
    return told.low, told.likely, told.high


def assert_explained(given: Answer) -> None:
    """Everything that an answer shows is what its formula gives."""
    found = explained(given)
    assert_memory(given)
    assert_checks(given, found)
    assert_rest(given, found)


@pytest.mark.parametrize("tenth", range(10))
def test_the_values_give_the_figure(tenth: int) -> None:
    """For every model, every formula filled in with its own values gives the figure shown."""
    for at, model in enumerate(CATALOG.models):
        if at % 10 == tenth:
            assert_explained(one(model.id, at // 10))


@pytest.mark.parametrize("model", EVERY_PRECISION)
def test_at_every_precision(model: str) -> None:
    """The same holds at every precision, under every runtime, of one model of each kind."""
    for given in asked(model):
        assert_explained(given)


def test_where_two_processors_share_the_layers() -> None:
    """What each reads for a token, and how fast, gives the speed."""
    options = LoadOptions(gpu_layers=10)
    scenario = Scenario(model="llama-3.2-1b", runtime="wllama-webgpu", options=options)
    assert_explained(answer(scenario, CATALOG, DEVICES[1]))


@pytest.mark.parametrize("model", EVERY_PRECISION)
def test_every_value_says_where_it_is_from(model: str) -> None:
    """Each value put in has words, and each but arithmetic's zero a source."""
    for at in range(5):
        for each in explained(one(model, at)).values():
            assert all(value.words for value in each.values)
            assert [v for v in each.values if not v.source and any(v.ends)] == [], each.id


def test_formulas_are_short_enough_to_read() -> None:
    """No line of a formula has more terms than a page has room for."""
    for model in ("deepseek-v2-lite", "gpt-oss-20b", "whisper-base", "mobilebert"):
        for each in explained(one(model, 0)).values():
            lines = [each.expression, *(part.expression for part in names(each.expression))]
            widths = [len(line.terms) for line in lines if isinstance(line, Operation)]
            assert max(widths, default=0) <= MOST_TERMS, each.id


def test_the_cache_of_llama_is_the_published_formula() -> None:
    """Llama 3.2 1B keeps 16 layers x 8 heads x (64 + 64) x 2 bytes: 32 KiB a token."""
    scenario = Scenario(model="llama-3.2-1b", runtime="webllm", context=Tokens(4096))
    cache = explained(answer(scenario, CATALOG, Device()))["part-cache-generate"]
    values = {each.words: each.ends[1] for each in givens(cache.expression)}

    assert values == {
        "layers": 16,
        "tokens there is room for": 4096,
        "key-value heads": 8,
        "key width": 64,
        "value width": 64,
        "bytes per number": 2,
    }
    assert cache.result == (4096 * 32 * 1024,) * 3


MEASURED: Final = json.loads(
    (Path(__file__).parents[2] / "data" / "measured.json").read_text(encoding="utf-8")
)
#: Cases that llama.cpp ran as wllama does unless told otherwise.
LOGGED: Final = [case for case in MEASURED["cases"] if "log" in case and not case["session"]]


@pytest.mark.parametrize("case", LOGGED, ids=[case["id"] for case in LOGGED])
def test_the_formulas_give_what_llama_cpp_logs(case: dict[str, Any]) -> None:
    """Cache and compute buffer, worked out from the values shown, are those of its own log.

    Source: the log of llama.cpp in wllama 3.8, which prints hundredths of a MiB.
    """
    runtime, architecture = runtimes.named("wllama-cpu"), architectures.read(case["config"])
    stored = runtime.store(architecture, case["precision"], None)
    load = Load(architecture=architecture, stored=stored, context=Tokens(case["context"]))
    phases = {phase.name: phase for phase in runtime.phases(load)}
    parts = {part.label: part.size.formula for part in phases["generate"].components}
    logged = case["log"]
    for label, bytes_ in (
        (Label.CACHE, sum(logged["cache"].values())),
        (Label.WORK, sum(logged["compute"].values()) + sum(logged["output"].values())),
    ):
        formula = parts[label]
        assert isinstance(formula, Quantity)
        assert worked_out(formula)[1] == pytest.approx(bytes_, abs=0.02 * MIB), label


def test_a_budget_reads_as_its_rule() -> None:
    """8 GiB under Android: 43 % of it less 740 MB, the likely end, times what reports taught."""
    have = budgets.peak(read({"platform": "android", "ram_bytes": 8 * GIB})).have
    assert have is not None
    assert isinstance(have.formula, Quantity)
    values = {each.words: each.ends[1] for each in givens(have.formula)}

    assert values["share of it"] == 0.43
    assert values["kept by the system"] == 740 * 10**6
    assert values["memory of the device"] == 8_589_934_592
    prior = round(0.43 * 8_589_934_592) - 740_000_000
    assert prior == 2_953_671_875
    assert have.likely == round(prior * values["learnt from reports"])


PACKAGE: Final = Path(constants.__file__).parents[1]
ROOMS: Final = (
    *sorted((PACKAGE / "runtimes").rglob("*.py")),
    *sorted((PACKAGE / "verdict").rglob("*.py")),
    *(PACKAGE / "devices" / each for each in ("budgets.py", "browser_features.py")),
)
#: Numbers that are no constant of nature: layouts and defaults that sources name in full, and
#: choices of this project's own.
CHOSEN: Final = {
    *("CELLS", "PAGE"),  # how llama.cpp and MLC lay their caches out
    *("USUAL_PROMPT", "SPEECH_PROMPT", "LINES"),  # what is asked about when nobody says
    *("POINT_SHARES", "RANK"),  # what the ends of an interval are, and the order of the words
    "SAID_TO",  # how finely a chance is said
    "FARTHEST",  # between which ends what is learnt of sureness stays
    *("MOST_LAYERS", "MOST_SLOTS", "LONGEST_AUDIO", "LARGEST_SIDE"),  # the most that is accepted
}


def numbers_in(path: Path) -> Iterator[str]:
    """Yield the names that a module gives to numbers which no record holds."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            inside = list(ast.walk(node.value))
            made = {ast.unparse(each.func) for each in inside if isinstance(each, ast.Call)}
            if any(isnumber(each) for each in inside) and made <= {"Interval", "Tokens"}:
                yield node.target.id


def isnumber(node: ast.AST) -> bool:
    """Return whether a number is written there."""
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def records() -> Iterator[tuple[str, Constant]]:
    """Yield every record of runtimes, speeds, devices and verdicts by its name."""
    for module in (constants, speed, budgets, browser_features, verdict_constants):
        for name, value in vars(module).items():
            held = vars_of(value)
            yield from ((name, each) for each in held if isinstance(each, Constant))


def vars_of(value: object) -> list[object]:
    """Return a value, or what a rule, a table or a list of them holds."""
    if isinstance(value, TabMemoryRule):
        return [value.share, value.reserve, value.ceiling]
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, tuple):
        return [each for pair in value if isinstance(pair, tuple) for each in pair]
    return [value]


def test_every_constant_says_how_it_is_known() -> None:
    """No constant of runtimes, budgets or speeds is without basis, source and what it rests on."""
    found = list(records())

    assert len({name for name, _ in found}) > 50
    for name, each in found:
        assert each.words, name
        assert each.source, name
        assert each.fitted_on, name


def test_no_number_stands_beside_the_records() -> None:
    """A number that decides figures is a record; the few others are known by name."""
    bare = {name for path in ROOMS for name in numbers_in(path)}

    assert {name for name in bare if not name.startswith("_")} == CHOSEN
