"""Rows of the catalogue as values.

In: one row of `models.json`, `devices.json` or `runtimes.json`. Out: a frozen
value with the same words. Rows are trusted here; `faults` is what checks them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from tabfit.i18n.language import _
from tabfit.light_dataclass import dataclass
from tabfit.recipes.stored_model import StoredTensor
from tabfit.runtimes.browser_needs import Needs
from tabfit.units import Basis, Bytes, Parameters, Tokens

Row = Mapping[str, Any]

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """One published file; `exact` is false where the listing rounds its size.

    `least` is set where the file comes in several sizes and the browser chooses.
    """

    name: str
    bytes: Bytes
    exact: bool
    source: str
    least: Bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPrecision:
    """One precision that a publication offers.

    No `files` means that it is offered and its size is not known here: it is then computed.
    `model_id` is the name a runtime's own list gives it, `context` the most that list gives it.
    `tensors` are those a header lists, where one was read. `family` is set where this precision was
    exported otherwise than the rest of its repository.
    """

    precision: str
    files: tuple[PublishedFile, ...] = ()
    model_id: str | None = None
    context: Tokens | None = None
    tensors: tuple[StoredTensor, ...] = ()
    family: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One repository that offers a model in one format, in one or more precisions.

    `family` names the kind of export where it decides sizes and is known (ONNX: one of
    `tabfit.recipes.onnx.export_families`). `common` are the files every precision needs:
    tokenizer, config.
    """

    format: str
    repository: str
    family: str | None
    source: str
    common: tuple[PublishedFile, ...]
    offers: Mapping[str, PublishedPrecision]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """One model: what it is for, its shape, and where it is published; equal to itself alone.

    `config` is the model's own config.json cut down to the keys its shapes
    depend on, `None` where the maker does not disclose it, and `model_type` what it calls
    itself where nothing else of it is known; `parameters` is a
    count that somebody else made (see `counted_by`), `None` likewise. `notes` is an English
    sentence, which `i18n` knows as one of its own.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    task: str
    licence: str
    size_class: str | None
    released: str
    hub: str | None
    config: Row | None
    parameters: Parameters | None
    counted_by: str | None
    distilled_from: str | None
    notes: str | None
    source: str
    read_on: str
    published: tuple[Publication, ...]
    model_type: str = ""

    @property
    def maker(self) -> str | None:
        """Return whose place on the hub the model is published in, `None` where it has none."""
        return self.hub.partition("/")[0] if self.hub else None

    def publications(self, *formats: str) -> tuple[Publication, ...]:
        """Return where the model is published in any of these formats, best known first."""
        return tuple(each for each in self.published if each.format in formats)


@dataclass(frozen=True, slots=True)
class SourcedBasis:
    """How a figure is known, and from where."""

    basis: Basis
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """One device; `generic` marks a class of devices rather than one model.

    `device` is the mapping that `tabfit.devices.device.read` takes, `known` says how
    each of its keys is known. `group` is the heading to offer it under.
    """

    id: str
    title: str
    aliases: tuple[str, ...]
    form: str
    group: str
    year: int
    generic: bool
    device: Row
    known: Mapping[str, SourcedBasis]
    read_on: str

    @property
    def name(self) -> str:
        """Return its name; that of a class of devices is said in the language in use."""
        return _(self.title) if self.generic else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeBuild:
    """Another build of a runtime's code, for browsers that the usual one is not for.

    It is taken where any feature of `lacks` is missing, in one of `browsers` (empty: in all),
    none of `not_browsers` and, where `before` says so, in a version below that.
    """

    lacks: tuple[str, ...]
    files: tuple[PublishedFile, ...]
    browsers: tuple[str, ...] = ()
    not_browsers: tuple[str, ...] = ()
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuntimeFacts:
    """One runtime: what it loads, what it demands, what its own code weighs.

    `hypothetical` marks the one that no browser has: weights and cache and nothing else.
    `label` is a name short enough for a sentence. `files_of` is another runtime whose very
    files it fetches, `lacking_precisions` those that its formats have and it cannot load, and
    `library_per_model` says that each model brings a library compiled for it. `options` are the
    choices that it lets a page make (`runtimes.load_options`; "sessions" is a precision for each).

    `runtime_bytes` is that code as it travels, compressed, `builds` are others for browsers that
    it is not for; `listed_only` says
    that it runs nothing but the models its makers publish, `families` which
    model types it can run at all (empty: whatever the format carries), and
    `unlisted_kinds` which kinds of others it tries all the same. `first_releases` says from which
    release on it has a family, where earlier ones are still met.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    package: str | None
    version: str | None
    formats: tuple[str, ...]
    precisions: tuple[str, ...]
    default_precision: str | None
    fallback_precisions: tuple[str, ...]
    default_context: Tokens | None
    runtime_bytes: Bytes
    files: tuple[PublishedFile, ...]
    listed_only: bool
    families: tuple[str, ...]
    unlisted_kinds: tuple[str, ...]
    needs: Needs
    notes: tuple[str, ...]
    label: str = ""
    first_releases: Mapping[str, str] = _NONE
    hypothetical: bool = False
    library_per_model: bool = False
    files_of: str | None = None
    lacking_precisions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    builds: tuple[RuntimeBuild, ...] = ()
    sources: Mapping[str, str] = _NONE
    read_on: str = ""

    @property
    def short(self) -> str:
        """Return its short name in the language in use."""
        return _(self.label)

    @property
    def title(self) -> str:
        """Return its whole name in the language in use; programs are told `name`."""
        return _(self.name)


def model(row: Row, sources: Row) -> Model:
    """Return the model that a row of models.json says."""
    return Model(
        id=row["id"],
        name=row["name"],
        aliases=tuple(row.get("aliases", ())),
        task=row["task"],
        licence=row["licence"],
        size_class=row.get("size_class"),
        released=row["released"],
        hub=row.get("hub"),
        config=row.get("config"),
        parameters=row.get("parameters"),
        counted_by=_said(row.get("counted_by"), sources),
        distilled_from=row.get("distilled_from"),
        notes=row.get("notes"),
        source=sources.get(row["source"], row["source"]),
        read_on=row["read_on"],
        published=tuple(_publication(each, sources) for each in row.get("published", ())),
        model_type=row.get("model_type", ""),
    )


def _said(text: str | None, sources: Row) -> str | None:
    return None if text is None else sources.get(text, text)


def _publication(row: Row, sources: Row) -> Publication:
    source = sources.get(row["source"], row["source"])
    return Publication(
        format=row["format"],
        repository=row["repository"],
        family=row.get("family"),
        source=source,
        common=_files(row.get("common", ()), source, sources),
        offers={
            name: _offer(name, each, source, sources) for name, each in row["precisions"].items()
        },
    )


def _offer(precision: str, row: Row | list[Row], source: str, sources: Row) -> PublishedPrecision:
    if isinstance(row, list):
        return PublishedPrecision(precision=precision, files=_files(row, source, sources))
    return PublishedPrecision(
        precision=precision,
        files=_files(row.get("files", ()), source, sources),
        model_id=row.get("model_id"),
        context=row.get("context"),
        family=row.get("family"),
    )


def _files(given: Sequence[Row], source: str, sources: Row) -> tuple[PublishedFile, ...]:
    return tuple(
        PublishedFile(
            name=row["name"],
            bytes=row["bytes"],
            exact=row.get("exact", True),
            source=_said(row.get("source"), sources) or source,
            least=row.get("least"),
        )
        for row in given
    )


def device(row: Row, sources: Row) -> DeviceRow:
    """Return the device that a row of devices.json says."""
    known = {
        key: SourcedBasis(Basis(basis), sources.get(text, text))
        for key, (basis, text) in row["known"].items()
    }
    return DeviceRow(
        id=row["id"],
        title=row["name"],
        aliases=tuple(row.get("aliases", ())),
        form=row["form"],
        group=row["group"],
        year=row["year"],
        generic=row.get("generic", False),
        device={"name": row["name"], **row["device"]},
        known=known,
        read_on=row["read_on"],
    )


def runtime(row: Row, sources: Row) -> RuntimeFacts:
    """Return the runtime that a row of runtimes.json says."""
    files = _files(row["files"], row["sources"].get("files", ""), sources)
    return RuntimeFacts(
        id=row["id"],
        name=row["name"],
        aliases=tuple(row.get("aliases", ())),
        package=row.get("package"),
        version=row.get("version"),
        formats=tuple(row["formats"]),
        precisions=tuple(row["precisions"]),
        default_precision=row.get("default_precision"),
        fallback_precisions=tuple(row.get("fallback_precisions", ())),
        default_context=row.get("default_context"),
        runtime_bytes=Bytes(sum(each.bytes for each in files)),
        files=files,
        listed_only=row.get("listed_only", False),
        families=tuple(row.get("families", ())),
        first_releases=row.get("first_releases", {}),
        unlisted_kinds=tuple(row.get("unlisted_kinds", ())),
        needs=_needs(row),
        notes=tuple(row.get("notes", ())),
        label=row["label"],
        hypothetical=row.get("hypothetical", False),
        library_per_model=row.get("library_per_model", False),
        files_of=row.get("files_of"),
        lacking_precisions=tuple(row.get("lacking_precisions", ())),
        options=tuple(row.get("options", ())),
        builds=tuple(_build(each, row["sources"]) for each in row.get("builds", ())),
        sources=row["sources"],
        read_on=row["read_on"],
    )


def _build(row: Row, sources: Row) -> RuntimeBuild:
    return RuntimeBuild(
        lacks=tuple(row["lacks"]),
        files=_files(row["files"], sources.get("files", ""), sources),
        browsers=tuple(row.get("browsers", ())),
        not_browsers=tuple(row.get("not_browsers", ())),
        before=row.get("before"),
    )


def _needs(row: Row) -> Needs:
    """Return what a runtime needs; where its code has a build without JSPI, its builds say."""
    needs = row["needs"]
    lists = {key: tuple(each) for key, each in needs.items() if isinstance(each, list)}
    spared = [each for each in row.get("builds", ()) if "jspi" in each["lacks"]]
    return Needs(
        **{**needs, **lists},
        jspi_less_build=bool(spared),
        jspi_less_build_not_on=tuple(spared[0].get("not_browsers", ())) if spared else (),
    )
