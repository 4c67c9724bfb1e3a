"""Laws of what is answered: every model that is read, by every runtime that loads it.

The families are those the reader knows; what converts one is asked of the runtime itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.model_import import importer, session_models
from app.model_import.importer import BrowserPorts
from tabfit import catalog
from tabfit.architectures import FAMILIES
from tabfit.architectures.registry import OTHER_NAMES
from tabfit.cli import model_arguments
from tabfit.compare import alternatives
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate import answers, defaults, subjects
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.headers import Span
from tabfit.hub import HubResponse, Request
from tabfit.model.architecture import Kind
from tabfit.sources import http_fetch, read_source
from tests.event_loops import finished
from tools import fake_hub, model_types, sample_files
from tools.fake_hub_models import Repository

ROOT = Path(__file__).parent.parent.parent
CATALOG = catalog.read()
VARIANTS = json.loads((ROOT / "tests/data/oracle_variants.json").read_text(encoding="utf-8"))
REGISTRY = ROOT / "node_modules/@huggingface/transformers/src/models/registry.js"


def config_of(family: str) -> dict[str, Any]:
    """Return a small config of a family: the first of its variants, else its defaults."""
    rows = [row["config"] for rows in VARIANTS["variants"].values() for row in rows]
    return next((each for each in rows if each["model_type"] == family), {"model_type": family})


def subject(family: str) -> Subject:
    """Return a family's small model."""
    return subjects.described(config_of(family), name=f"a {family}")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_answered_by_every_runtime_that_loads_it(family: str) -> None:
    """Each runtime on offer answers about this very model; no help it thinks of takes that away."""
    about = subject(family)
    able = defaults.runtimes_of(about, CATALOG)
    for name in (None, *(facts.id for facts in able)):
        given = answers.answer(Scenario(model=about.id, runtime=name), CATALOG, Device(), about)
        assert given.subject is about
        assert given.load.architecture.family == OTHER_NAMES.get(family, family)
        assert given.download.likely > 0
    given = answers.answer(Scenario(model=about.id), CATALOG, Device(), about)
    alternatives.suggestions(given, CATALOG, Device())


@pytest.mark.parametrize("family", FAMILIES)
def test_nobody_can_load_the_ideal_so_an_encoder_is_never_offered_it_first(family: str) -> None:
    """*Ideal* is the last of the ways; the first one only where no runtime loads the model."""
    about = subject(family)
    able = [facts.id for facts in defaults.runtimes_of(about, CATALOG)]

    assert able[-1] == "ideal"
    if about.shape.kind is Kind.ENCODER:
        assert able[0].startswith("transformersjs")


def test_the_types_of_transformers_js_are_those_of_its_own_registry() -> None:
    """The package's own file, read here anew, has every type the catalogue lists, and no more."""
    text = REGISTRY.read_text(encoding="utf-8")
    maps = re.findall(
        r"const (MODEL_\w*MAPPING_NAMES\w*|CUSTOM\w*) = new Map\(\[(.*?)\]\);", text, re.DOTALL
    )
    types = {kind for _name, body in maps for kind in re.findall(r"\['([^']+)',", body)}

    for name in ("transformersjs-wasm", "transformersjs-webgpu"):
        assert set(CATALOG.runtime(name).families) == types


# Every family from every source, on the command line and through the page's own finder


class Cut:
    """Files as a page hands them over, by stretches."""

    def __init__(self, given: dict[str, bytes]) -> None:
        self.given = given

    async def __call__(self, name: str, span: Span) -> bytes:
        """Return a stretch of a file."""
        return self.given[name][span.offset : span.offset + span.length]


async def once(request: Request, came: Any) -> HubResponse:
    """Answer a request as the page's own fetch does."""
    answer = http_fetch.fetch([request])[0]
    came(len(answer.body))
    return answer


def brought(given: dict[str, bytes], **question: Any) -> Subject | str:
    """Return the model that the page's finder comes to, or its one sentence."""
    sizes = {name: len(data) for name, data in given.items()}
    ports = BrowserPorts(once=once, cut=Cut(given), sizes=sizes, tell=lambda _said: None)
    reply = finished(importer.answered(question, ports))
    if "problem" in reply:
        return reply["problem"]
    found = session_models.known(reply["model"])
    assert found is not None
    return found


def named(source: str, catalog_: Any) -> Subject | str:
    """Return the model that the command line takes a word for, or its one sentence."""
    try:
        return model_arguments.subject(source, catalog_)
    except TabfitError as fault:
        return str(fault)


WEIGHTS = sample_files.safetensors_file({"a.weight": (4, 4)})
EXPORT = {f"onnx/{part}_quantized.onnx": bytes(1000) for part in ("model", "encoder_model")}


def sources_of(family: str) -> dict[str, dict[str, bytes]]:
    """Return the files of a family as each kind of source has them."""
    config = {"config.json": sample_files.as_json(config_of(family))}
    weights = {"model.safetensors": WEIGHTS}
    return {"config": config, "folder": config | weights, "with ONNX": config | weights | EXPORT}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Run a hub that holds every family, with and without an ONNX export."""
    holds = {
        f"made/{family}-{kind.replace(' ', '-')}": Repository(files=files)
        for family in FAMILIES
        for kind, files in sources_of(family).items()
    }
    with fake_hub.running(holds) as (address, _state):
        yield address


@pytest.mark.parametrize("family", FAMILIES)
def test_every_source_tells_of_that_very_model(
    family: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Config, header, folder and hub: the command line and the page come to this family alike."""
    monkeypatch.setenv("HF_ENDPOINT", address)
    found: list[Subject | str] = []
    for kind, files in sources_of(family).items():
        for name, data in files.items():
            (tmp_path / kind / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / kind / name).write_bytes(data)
        repository = f"made/{family}-{kind.replace(' ', '-')}"
        asked = {"text": repository, "hub": address, "allowed": []}
        found += [
            named(str(tmp_path / kind), CATALOG),
            named(repository, CATALOG),
            brought(files, files=len(files)),
            brought({}, find=asked),
        ]
    found.append(brought({}, config=json.dumps(config_of(family))))
    found.append(named(str(tmp_path / "folder" / "model.safetensors"), CATALOG))

    told: dict[object, Subject] = {}
    for about in found:
        assert isinstance(about, Subject), about  # every family's small config is readable
        assert about.family == family
        told[tuple(sorted(each.format for each in about.published))] = about
    for about in told.values():
        able = defaults.runtimes_of(about, CATALOG)
        given = answers.answer(Scenario(model=about.id), CATALOG, Device(), about)
        assert given.subject is about
        assert given.facts == able[0]


UNREAD = sorted(set(model_types.registered()) - set(FAMILIES))


@pytest.mark.parametrize("kind", UNREAD)
def test_a_type_of_transformers_js_that_is_not_read_is_refused_by_name(kind: str) -> None:
    """From its config alone there is one sentence, which names the type, and never a number."""
    said = brought({}, config=json.dumps({"model_type": kind}))

    assert isinstance(said, str)
    assert f"'{kind}' is not read: " in said


@pytest.mark.parametrize("kind", UNREAD)
def test_a_type_that_is_not_read_is_answered_by_what_its_files_say(
    kind: str, tmp_path: Path
) -> None:
    """With an export beside its config the download is listed, the tensors are the header's own.

    Transformers.js alone is offered, and how much memory it takes is left open.
    """
    graph = sample_files.onnx_file(
        [sample_files.initialiser("weight", sample_files.zeros((64, 8)))]
    )
    config = sample_files.as_json({"model_type": kind})
    files = {"config.json": config, "onnx/model_quantized.onnx": graph}
    about = brought(files, files=len(files))

    assert isinstance(about, Subject), about
    assert about.model_type == kind
    able = defaults.runtimes_of(about, CATALOG)
    assert {facts.id.partition("-")[0] for facts in able} == {"transformersjs"}
    given = answers.answer(Scenario(model=about.id), CATALOG, Device(), about)
    assert given.subject is about
    assert len(graph) < given.download.likely < len(graph) + 1000  # the config comes along
    assert given.verdict.outcome.value in ("unknown", "no")

    path = tmp_path / "model_quantized.onnx"
    path.write_bytes(graph)
    assert read_source.inspect(str(path))["parameters"]["total"] == 64 * 8
