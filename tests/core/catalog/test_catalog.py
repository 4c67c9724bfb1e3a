"""The catalogue: what it must hold, how it is found, and that its rows are true."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from tabfit import runtimes
from tabfit.architectures import read as read_config
from tabfit.catalog import (
    CatalogTable,
    Model,
    PublishedPrecision,
    RowHeading,
    read,
    reader,
    validation,
)
from tabfit.catalog.reader import FILES, plain_name
from tabfit.catalog.rows import Row
from tabfit.devices import device as devices
from tabfit.errors import CatalogFault, UnknownName, UnsupportedCombination
from tabfit.units import GIB, Basis
from tools.format_catalog import written

CATALOG = read()
MODELS = tuple(CATALOG.models)
DEVICES = tuple(CATALOG.devices)
RUNTIMES = tuple(CATALOG.runtimes)
WITH_SHAPE = [model for model in MODELS if model.config is not None]

#: Precisions of one export from the widest to the narrowest.
NARROWING = ("fp32", "fp16", "q4f16")


def listed(model: str, form: str, precision: str) -> PublishedPrecision:
    """Return what a model's first publication in a format says of a precision."""
    return CATALOG.model(model).publications(form)[0].offers[precision]


def total(offer: PublishedPrecision) -> int:
    """Return the bytes of an offer's files."""
    return sum(each.bytes for each in offer.files)


def test_no_row_is_at_fault() -> None:
    """Every row keeps to the catalogue's rules; all faults are reported together."""
    assert validation.found() == ()
    validation.check()


def test_faults_are_raised_together() -> None:
    """One error carries every fault."""
    with pytest.raises(CatalogFault) as caught:
        validation.check(validation.in_rows("model", [{**MODEL, "task": "x", "source": ""}]))
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize("name", FILES.values())
def test_files_are_in_their_one_form(name: str) -> None:
    """A change to the catalogue shows as the lines that changed."""
    text = resources.files("tabfit.catalog").joinpath(name).read_text("utf-8")
    assert written(json.loads(text)) == text


MODEL: dict[str, Any] = {
    "id": "a-model",
    "name": "A model",
    "aliases": [],
    "task": "text-generation",
    "licence": "mit",
    "size_class": "<1B",
    "released": "2024-05",
    "source": "its card",
    "read_on": "2026-11-22",
    "parameters": 10,
    "counted_by": "its maker",
    "config": {},
    "published": [],
}
ONNX: dict[str, Any] = {
    "format": "onnx",
    "repository": "its/maker",
    "family": "traced",
    "source": "its listing",
    "precisions": {"q8": [{"name": "model.onnx", "bytes": 10}]},
}
DEVICE: dict[str, Any] = {
    "id": "a-device",
    "name": "A device",
    "aliases": [],
    "group": "Any phone",
    "form": "phone",
    "year": 2024,
    "device": {"platform": "android", "ram_bytes": 2**32},
    "known": {"ram_bytes": ["listed", "its maker"]},
    "read_on": "2026-11-22",
}
RUNTIME: dict[str, Any] = {
    "id": "a-runtime",
    "name": "A runtime",
    "aliases": [],
    "formats": ["onnx"],
    "precisions": ["q8"],
    "default_precision": "q8",
    "fallback_precisions": ["q8"],
    "files": [{"name": "index.js", "bytes": 10}],
    "label": "A runtime",
    "needs": {},
    "sources": {"files": "its package"},
    "read_on": "2026-11-22",
}


def publishing(**changed: object) -> dict[str, Any]:
    """Return a model whose one publication is changed so."""
    return {"published": [{**ONNX, **changed}]}


BAD_ROWS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("model", MODEL, {"id": "A Model"}, "not a lower-case slug"),
    ("model", MODEL, {"colour": "red"}, "colour is not a key"),
    ("model", MODEL, {"aliases": ["b", "a"]}, "not sorted"),
    ("model", MODEL, {"read_on": "yesterday"}, "read_on is not a date"),
    ("model", MODEL, {"task": "small talk"}, "task 'small talk'"),
    ("model", MODEL, {"released": "May 2024"}, "is not a month"),
    ("model", MODEL, {"source": ""}, "no source"),
    ("model", MODEL, {"parameters": None}, "size class without a count"),
    ("model", MODEL, {"parameters": 2 * 10**9}, "the hub's is 1B-3B"),
    ("model", MODEL, {"counted_by": None}, "nobody is named"),
    ("model", MODEL, publishing(format="zip"), "format 'zip' is unknown"),
    ("model", MODEL, publishing(format="gguf"), "one of the families"),
    ("model", MODEL, publishing(family="odd"), "one of the families"),
    ("model", MODEL, publishing(precisions={"q8": {"family": "odd"}}), "'odd' is not a family"),
    ("model", MODEL, publishing(source=""), "there is no source"),
    ("model", MODEL, publishing(precisions={}), "no precision"),
    ("model", MODEL, publishing(precisions={"Q8": []}), "not in lower case"),
    ("model", MODEL, publishing(common=[{"name": "a", "bytes": 0}]), "no whole number"),
    ("model", MODEL, publishing(common=[{"name": "a", "bytes": 1}] * 2), "listed twice"),
    ("device", DEVICE, {"form": "watch"}, "form 'watch'"),
    ("device", DEVICE, {"device": {"platform": "beos"}}, "'platform' is 'beos'"),
    ("device", DEVICE, {"known": {}}, "nothing says how ram_bytes is known"),
    ("device", DEVICE, {"known": {"cores": ["listed", "x"]}}, "cores is said to be known"),
    ("device", DEVICE, {"known": {"ram_bytes": ["heard", "x"]}}, "no basis and source"),
    ("runtime", RUNTIME, {"formats": ["zip"]}, "format 'zip'"),
    ("runtime", RUNTIME, {"default_precision": "q4"}, "default_precision names"),
    ("runtime", RUNTIME, {"needs": {"shader_f16_for": ["q4"]}}, "shader_f16_for names"),
    ("runtime", RUNTIME, {"lacking_precisions": ["q8"]}, "lacking_precisions names"),
    ("runtime", RUNTIME, {"label": ""}, "there is no label"),
    ("runtime", RUNTIME, {"sources": {}}, "how the files were weighed"),
]


@pytest.mark.parametrize(("kind", "row", "changed", "fault"), BAD_ROWS)
def test_a_row_that_breaks_a_rule_is_named_with_the_rule(
    kind: str, row: dict[str, Any], changed: dict[str, Any], fault: str
) -> None:
    """Each rule of the catalogue is seen to be broken, and only by the row that breaks it."""
    assert validation.in_rows(kind, [row]) == []
    broken = validation.in_rows(kind, [{**row, **changed}])
    assert any(fault in each for each in broken), broken


SMOLLM2 = next(
    row for row in json.loads(reader.text_of("model"))["rows"] if row["id"] == "smollm2-360m"
)


def _listing(size: int, **more: str) -> list[str]:
    """Return the faults of SmolLM2 360M where its 16-bit file is listed with so many bytes."""
    offer = {"files": [{"name": "onnx/model_fp16.onnx", "bytes": size}], **more}
    exported = {"repository": "HuggingFaceTB/SmolLM2-360M-Instruct", "family": "fused"}
    return validation.in_rows(
        "model", [{**SMOLLM2, **publishing(**exported, precisions={"fp16": offer})}]
    )


def test_sizes_of_another_repository_are_refused() -> None:
    """819 MB are those of a repository that stores the head twice; this one's are 724,891,911."""
    (fault,) = _listing(819_000_000)
    assert "819,000,000 bytes are listed" in fault
    assert _listing(724_891_911) == []


def test_a_size_that_differs_has_its_reason() -> None:
    """A reason admits a size unlike its kind of export, and nothing else."""
    assert _listing(819_000_000, unlike="the head is stored twice") == []
    assert len(_listing(724_891_911, unlike="for no reason")) == 1


def test_rows_out_of_order_are_reported() -> None:
    """The files are sorted, so that two people's additions meet in one place only."""
    rows: list[Row] = [{**MODEL, "id": "b"}, {**MODEL, "id": "a"}]
    assert "models are not sorted by id" in validation.in_rows("model", rows)


def test_a_heading_comes_first() -> None:
    """A row whose first keys are others could not be listed without parsing all of it."""
    moved = {"name": MODEL["name"], **MODEL}
    assert any("the row begins with name" in each for each in validation.in_rows("model", [moved]))


def test_the_catalogue_is_as_large_as_promised() -> None:
    """There are at least 260 models, 110 devices and nine runtimes."""
    assert len(MODELS) >= 260
    assert len(DEVICES) >= 110
    assert len(RUNTIMES) >= 9


def test_every_runtime_has_its_row_its_class_and_who_writes_its_code() -> None:
    """None of the three stands alone, but that the one no browser has is loaded by nothing."""
    assert {each.id for each in RUNTIMES} == {*runtimes.names()}
    for facts in RUNTIMES:
        assert runtimes.named(facts.id).name == facts.id
        if not facts.hypothetical:
            assert callable(runtimes.module_of(facts.id, "tabfit.snippets").write)


@pytest.mark.parametrize("name", ["wllama", "wllama-tpu", "memory", "base", "../ideal", ""])
def test_a_runtime_that_is_none_is_refused(name: str) -> None:
    """Neither a module without runtimes nor a part of a name is one."""
    with pytest.raises(UnknownName, match="wllama-webgpu"):
        runtimes.named(name)


@pytest.mark.parametrize("model", WITH_SHAPE, ids=lambda model: model.id)
def test_the_config_of_a_row_gives_the_count_somebody_else_made(model: Model) -> None:
    """The compact config of every model has the parameters that were counted elsewhere."""
    assert read_config(model.config or {}).inventory.total == model.parameters


@pytest.mark.parametrize(
    ("spelling", "found"),
    [
        ("Gemma 2B", "gemma-2b"),
        ("GEMMA-2B-IT", "gemma-2b"),
        ("google/gemma-2b", "gemma-2b"),
        ("qwen 2.5 0.5b", "qwen2.5-0.5b"),
        ("Xenova/all-MiniLM-L6-v2", "all-minilm-l6-v2"),
        ("Llama3.2 1B", "llama-3.2-1b"),
        ("distilbert-base-uncased-finetuned-sst-2-english", "distilbert"),
        ("phi3.5mini", "phi-3.5-mini"),
    ],
)
def test_a_model_is_found_in_any_spelling(spelling: str, found: str) -> None:
    """Case, spaces and punctuation do not matter, and aliases lead to the same row."""
    assert CATALOG.model(spelling).id == found


def test_devices_and_runtimes_are_found_by_alias() -> None:
    """A variant sold under another name leads to the row that stands for it."""
    assert CATALOG.device("iPhone 13 mini").id == "iphone-13"
    assert CATALOG.device("samsung galaxy s25 ultra").id == "galaxy-s25"
    assert CATALOG.runtime("Transformers.js").id == "transformersjs-wasm"
    assert CATALOG.runtime("wllama").id == "wllama-cpu"
    assert "Chrome built-in AI" in CATALOG.models
    assert "nosuch" not in CATALOG.models


def test_every_name_finds_its_own_row() -> None:
    """Ids, names and aliases of all rows lead back to them."""
    for table in (CATALOG.models, CATALOG.devices, CATALOG.runtimes):
        for row in table:
            for name in (row.id, row.name, *row.aliases):
                assert table.find(name) is row


def test_a_heading_says_what_its_row_says() -> None:
    """The four lines that are read first agree with the whole row."""
    for heading in CATALOG.models.headings:
        row = CATALOG.model(heading.id)
        assert (heading.name, heading.aliases, heading.group) == (row.name, row.aliases, row.task)
    for heading in CATALOG.devices.headings:
        assert heading.group == CATALOG.device(heading.id).group


def test_an_unknown_name_is_answered_with_the_likeliest_ones_first() -> None:
    """The error names what was asked, then near matches, then what is known."""
    with pytest.raises(UnknownName) as caught:
        CATALOG.model("gema 2b")
    assert caught.value.near[0] == "gemma-2b"
    assert str(caught.value).startswith("unknown model 'gema 2b'; did you mean gemma-2b")
    assert "gemma-7b" in caught.value.known
    assert CATALOG.models.near("distillbert")[0] == "distilbert"
    assert CATALOG.devices.near("iphone 13 promax")[0] == "iphone-13-pro"


@pytest.mark.parametrize("name", ["", "nosuch", "zzzzzz", "a" * 10_000, "🦙"])
def test_a_name_like_no_other_has_no_suggestion(name: str) -> None:
    """Nothing is suggested where nothing is near, and long names are cut short."""
    with pytest.raises(UnknownName) as caught:
        CATALOG.model(name)
    assert caught.value.near == ()
    assert len(str(caught.value)) < 5_000


def test_two_rows_that_claim_a_name_are_reported_together() -> None:
    """Every clash of names is collected in one fault."""
    headings = [
        RowHeading(id="one", name="One", aliases=("first",), group=""),
        RowHeading(id="two", name="ONE", aliases=(), group=""),
        RowHeading(id="three", name="Three", aliases=("First!",), group=""),
    ]
    with pytest.raises(CatalogFault) as caught:
        CatalogTable("model", headings, str)
    assert len(caught.value.faults) == 2


def test_the_two_textbook_downloads_are_listed() -> None:
    """Gemma 2B int4 is 1.35 GB and DistilBERT q8 67 MB, both from published listings."""
    gemma = listed("gemma-2b", "mediapipe", "int4")
    assert total(gemma) == pytest.approx(1_350_000_000, rel=0.01)
    distilbert = listed("distilbert", "onnx", "q8")
    assert total(distilbert) == pytest.approx(67_000_000, rel=0.01)
    assert all(each.exact and each.source for each in (*gemma.files, *distilbert.files))


def test_webllm_rows_carry_what_its_list_says() -> None:
    """A precision of WebLLM's has the name and the context that WebLLM's own list gives it."""
    offer = listed("llama-3.2-1b", "mlc", "q4f16_1")
    assert offer.model_id == "Llama-3.2-1B-Instruct-q4f16_1-MLC"
    assert offer.context == 4096


def test_a_narrower_precision_is_never_listed_larger() -> None:
    """Of one publication, fp32 weighs more than fp16, and fp16 more than q4f16."""
    for model in MODELS:
        for publication in model.publications("onnx"):
            sizes = [
                total(publication.offers[each])
                for each in NARROWING
                if each in publication.offers and publication.offers[each].files
            ]
            assert sizes == sorted(sizes, reverse=True), (model.id, publication.repository)


def test_listed_sizes_are_of_the_order_of_the_parameters() -> None:
    """A listing between one bit and six bytes per parameter is no slip of the pen.

    T5 stores its token table in the encoder's file and in the decoder's, and Flan-T5 its output
    layer apart from both, hence more than four.
    """
    for model in MODELS:
        for publication in model.published:
            for offer in publication.offers.values():
                if offer.files and model.parameters:
                    assert 0.125 < total(offer) / model.parameters < 7, (model.id, offer.precision)


def test_every_publication_has_a_runtime_that_loads_it() -> None:
    """No model is listed in a format or a precision that nothing here runs."""
    runs = {
        (form, precision)
        for each in RUNTIMES
        for form in each.formats
        for precision in each.precisions
    }
    forks = {("bitnet.cpp", "i2_s"), ("gguf", "q1_0"), ("gguf", "q2_0")}  # said in the rows' notes
    for model in MODELS:
        for publication in model.published:
            offered = {(publication.format, each) for each in publication.offers}
            assert offered <= runs | forks, model.id


def test_teachers_of_distilled_models_are_in_the_catalogue() -> None:
    """A distilled model names a teacher that can be looked up, and is smaller than it."""
    pairs = [
        (model, CATALOG.model(model.distilled_from)) for model in MODELS if model.distilled_from
    ]
    assert len(pairs) >= 10
    for pupil, teacher in pairs:
        assert (pupil.parameters or 0) < (teacher.parameters or 0), pupil.id


def test_every_device_says_how_its_figures_are_known() -> None:
    """RAM of a named device is the maker's figure, of a class of devices an assumption."""
    for row in DEVICES:
        device = devices.read(row.device)
        assert device.ram_bytes is not None
        assert device.ram_bytes % GIB == 0
        expected = Basis.ASSUMED if row.generic else Basis.LISTED
        assert row.known["ram_bytes"].basis is expected, row.id


def test_browsers_that_hide_memory_have_no_device_memory() -> None:
    """Safari and Firefox never say how much memory there is; Chrome rounds it to a power of two."""
    for row in DEVICES:
        device = devices.read(row.device)
        if device.browser in ("safari", "firefox"):
            assert device.device_memory is None, row.id
        else:
            assert device.device_memory in (1, 2, 4, 8, 16, 32), row.id


def test_the_usual_presets_are_there() -> None:
    """The devices that issues and documents speak of are in the catalogue."""
    for name in (
        "iphone-13",
        "pixel-8-pro",
        "laptop-8gb-integrated",
        "laptop-16gb-integrated",
        "desktop-8gb-gpu",
        "chromebook-4gb",
        "ipad-pro-m4",
        "galaxy-a06",
        "macbook-air-m1-8gb",
    ):
        assert CATALOG.device(name).id == name


def test_gemini_nano_hides_its_shape() -> None:
    """What the maker does not disclose stays unknown."""
    nano = CATALOG.model("gemini-nano")
    assert nano.config is None
    assert nano.parameters is None
    assert nano.size_class is None


def test_plain_names_hold_letters_and_digits_only() -> None:
    """Two spellings are the same when nothing but letters and digits is compared."""
    assert plain_name("Qwen2.5 (0.5B)") == plain_name("qwen-2.5_0.5b") == "qwen2505b"


@pytest.mark.parametrize("name", ["webnn", "transformersjs-webnn", "WebNN-npu"])
def test_webnn_is_named_as_what_no_browser_has_yet(name: str) -> None:
    """A device of Transformers.js behind a flag; the runtimes beside it are told."""
    with pytest.raises(UnsupportedCombination, match="which browsers have behind a flag") as raised:
        read().runtime(name)
    assert "transformersjs-webgpu" in str(raised.value)
