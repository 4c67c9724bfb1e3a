"""One question has one number, wherever it stands.

The answer, the comparison, the ladder, the least memory, the precisions beside each other: each is
asked what another says too.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final

import pytest

from tabfit.catalog import Catalog
from tabfit.compare import comparisons
from tabfit.compare.catalog_requirements import requirements_of_model
from tabfit.compare.comparisons import Judge
from tabfit.compare.smallest_device import KINDS, SOLD, kind_of, least_memory, need
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device, read
from tabfit.estimate.answers import answer
from tabfit.estimate.defaults import precisions_of
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import subject
from tabfit.shrink import ladder
from tabfit.verdict.probability import Outcome

CATALOG: Final = Catalog()
ASKED: Final = (
    ("distilbert", "transformersjs-wasm"),
    ("smollm2-135m", "webllm"),
    ("qwen2.5-0.5b", "wllama-cpu"),
    ("gemma-2b", "mediapipe"),
    ("llama-3.2-1b", "transformersjs-webgpu"),
)
#: Precisions of llama.cpp from narrow to wide.
WIDTHS: Final = ("q2_k", "q3_k_m", "q4_k_m", "q5_k_m", "q6_k", "q8_0", "f16")


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_what_is_likely_here_needs_no_more_than_there_is(asked: tuple[str, str]) -> None:
    """The least memory of a device's own kind is what the verdict on that device says of it."""
    model, runtime = asked
    for row in CATALOG.devices:
        here = read(row.device)
        kind = kind_of(here)
        if kind is None or here.ram_bytes not in SOLD:
            continue
        given = answer(Scenario(model=model, runtime=runtime), CATALOG, here)
        least = least_memory(given, CATALOG)[kind]
        enough = least is not None and here.ram_bytes >= least
        assert (given.verdict.outcome is Outcome.LIKELY) == enough, row.id


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_answer_comparison_and_need(asked: tuple[str, str]) -> None:
    """A comparison's row has the answer's download, peak and chance; storage is the download."""
    model, runtime = asked
    here = read(CATALOG.device("laptop-8gb-integrated").device)
    for line in requirements_of_model(model, CATALOG):
        if line.runtime != runtime:
            continue
        row, given = Judge(CATALOG, here).row(line), answer(line.scenario, CATALOG, here)
        assert line.download == given.download
        assert row.peak == given.memory(Pool.PEAK)
        assert row.probability == given.verdict.probability
        told = comparisons.reported(row, CATALOG, None)
        assert told["download_bytes"] == given.download.likely
        assert need(given, CATALOG)["storage_bytes"] == given.download.high
        storage = next(each for each in given.checks if each.name == "storage")
        assert storage.need == given.download


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_a_rung_is_an_answer(asked: tuple[str, str]) -> None:
    """Each rung of a published precision says what the answer about it says."""
    model, runtime = asked
    scenario = Scenario(model=model, runtime=runtime)
    for rung in ladder.existing(scenario, CATALOG, Device()):
        asked_again = rung.answer.scenario
        alone = answer(asked_again, CATALOG, Device())
        assert (alone.download, alone.verdict) == (rung.answer.download, rung.answer.verdict)


@pytest.mark.parametrize("model", ["qwen2.5-0.5b", "gemma-2b", "llama-3.2-1b"])
def test_an_order_turned_round_is_explained(model: str) -> None:
    """Where a wider file is the smaller one, both answers say why: a listed size beside a computed.

    Qwen's own GGUF of 491 MB carries its table of words twice, which no recipe knows.
    """
    about, facts = subject(model, CATALOG), CATALOG.runtime("wllama-cpu")
    offered = [each for each in WIDTHS if each in precisions_of(about, facts)]
    given = [
        answer(Scenario(model=model, runtime=facts.id, precision=each), CATALOG, Device())
        for each in offered
    ]
    for narrow, wide in combinations(given, 2):
        if wide.download.likely < narrow.download.likely:
            for each in (narrow, wide):
                said = [note for note in each.notes if "is listed with" in note]
                assert said, (narrow.scenario.precision, wide.scenario.precision)


def test_every_kind_is_a_device_of_the_catalogue() -> None:
    """What stands for a kind of device is of that kind."""
    for kind, name in KINDS.items():
        assert kind_of(read(CATALOG.device(name).device)) == kind
