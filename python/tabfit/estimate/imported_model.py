"""What a hub, a folder or a file told -> a model to ask about, like any of the catalogue.

In: `HubResult`. Out: a `Subject` whose publications are the files that are really there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tabfit import architectures
from tabfit.architectures.config_json import mlc_precision, title
from tabfit.catalog import Catalog, Publication, PublishedFile, PublishedPrecision
from tabfit.errors import NotAModel, UnreadableConfig
from tabfit.estimate.subjects import Subject
from tabfit.headers.not_models import other_kind
from tabfit.hub import HubResult, ListedFile, Variant
from tabfit.i18n.language import Message, _, later
from tabfit.light_dataclass import replace
from tabfit.sources.inspection import stored_type

#: What the hub's file endings are called in the catalogue, where the names differ.
FORMATS: Final = {"task": "mediapipe"}
#: Other names of one precision, by format.
SAME: Final[Mapping[str, Mapping[str, str]]] = {
    "gguf": {"q3_k": "q3_k_m", "q4_k": "q4_k_m", "q5_k": "q5_k_m", "mxfp4_moe": "mxfp4"},
    "mediapipe": {"q4": "int4", "q8": "int8", "q8_0": "int8"},
    "litertlm": {"q4": "int4", "q8": "int8", "q8_0": "int8"},
}
#: What a .tflite is: LiteRT.js loads one, MediaPipe and LiteRT-LM a .task or .litertlm of them.
GRAPH: Final = later("a graph of LiteRT that no runtime here loads by itself")
#: A model type longer than this is cut.
MOST_TYPE: Final = 60
_FLOATS: Final = {"F32": "fp32", "F16": "fp16", "BF16": "bf16"}
_DYNAMIC: Final = re.compile(r"(?<![A-Za-z0-9])UD-", re.IGNORECASE)  # Unsloth's own mixes


def subject(found: HubResult, catalog: Catalog, *, name: str | None = None) -> Subject:
    """Return the model that was found, with the files on offer; `name` is what links call it.

    Raises `NotAModel` for an adapter and its like, `UnreadableConfig` where nothing tells the
    architecture and no files that a browser loads are listed with their sizes.
    """
    other = other_kind(found.header) if found.header is not None else None
    if other is not None:
        raise NotAModel(found.name, other)
    offered = publications(found)
    try:
        shape, notes = _shape(found, catalog)
        family = architectures.read(shape).family
    except UnreadableConfig as fault:
        return _unread(found, _loadable(offered, catalog), name or found.source, fault)
    return Subject(
        id=name or found.source,
        name=title(shape, family) if found.name.endswith(".json") else found.name,
        config=shape,
        published=offered,
        notes=(*found.notes, *notes, *missing(found)),
    )


def _loadable(offered: Sequence[Publication], catalog: Catalog) -> tuple[Publication, ...]:
    """Return the publications that some runtime takes."""
    taken = {form for facts in catalog.runtimes for form in facts.formats}
    return tuple(each for each in offered if each.format in taken)


def _unread(
    found: HubResult, offered: tuple[Publication, ...], name: str, fault: UnreadableConfig
) -> Subject:
    """Return a model of which only the files are known: how large they are, not what is in them.

    Raises `fault` where nothing that a browser loads is listed with its size.
    """
    loaded = tuple(each for each in map(_sized, offered) if each.offers)
    if found.kind == "tflite" and not loaded:
        raise NotAModel(found.name, Message(GRAPH))
    if not any(each.format != "safetensors" for each in loaded):
        raise fault
    kind = _model_type(found)
    note = (
        _("its model type, {type}, is not read here: sizes are those of its files", type=kind)
        if kind
        else _("nothing tells its shape, as a config.json would: sizes are those of its files")
    )
    return Subject(
        id=name,
        name=found.name,
        config=None,
        published=loaded,
        notes=(*found.notes, note),
        model_type=kind,
    )


def _sized(publication: Publication) -> Publication:
    """Return a publication without the offers whose files have no sizes."""
    offers = {name: each for name, each in publication.offers.items() if each.files}
    return replace(publication, offers=offers)


def _model_type(found: HubResult) -> str:
    """Return what a model calls its kind, empty where neither config nor header does."""
    said = (found.config or {}).get("model_type")
    if said is None and found.header is not None:
        said = found.header.metadata.get("general.architecture")
    return said[:MOST_TYPE] if isinstance(said, str) else ""


def _shape(found: HubResult, catalog: Catalog) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Return the config that tells the shape: the model's own, else the catalogue's of its name.

    Repositories of .task and .litertlm files carry no config.json, but the model's name.
    """
    if found.config is not None:
        return found.config, ()
    for called in (found.name, found.name.rpartition("/")[2]):
        known = catalog.models
        model = known.find(called) if called in known else None
        if model is not None and model.config is not None:
            return model.config, (_("its shape is taken from {model}", model=model.name),)
    raise UnreadableConfig(
        found.name,
        Message(
            "tells no shape: it has no config.json, and its files do not say it; give a config.json"
        ),
    )


def publications(found: HubResult) -> tuple[Publication, ...]:
    """Return what a hub or a folder offers, by format, in its own order."""
    source = _source(found)
    common = _files(found.common, source)
    grouped: dict[str, dict[str, PublishedPrecision]] = {}
    for variant in found.variants or _of_mlc(found):
        form = FORMATS.get(variant.format, variant.format)
        named = _precision(found, form, variant)
        offers = grouped.setdefault(form, {})
        if named is not None:
            own = named if named not in offers else _stem(variant.files[0].name)
            offers[own] = _offer(found, own, variant, source)
    return tuple(
        Publication(
            format=form,
            repository=found.name,
            family=None,
            source=source,
            common=common,
            offers=offers,
        )
        for form, offers in grouped.items()
        if offers
    )


def _of_mlc(found: HubResult) -> tuple[Variant, ...]:
    """Return what a config of MLC's own stands for: its shards, whose sizes it does not say."""
    packed = mlc_precision(found.config or {})
    return () if packed is None else (Variant(format="mlc", precision=packed, files=()),)


def _source(found: HubResult) -> str:
    at = _(" at commit {commit}", commit=found.commit[:12]) if found.commit else ""
    return _("the file listing of {source}", source=found.source) + at


def _files(listed: Sequence[ListedFile], source: str) -> tuple[PublishedFile, ...]:
    return tuple(
        PublishedFile(name=each.name, bytes=each.size, exact=True, source=source)
        for each in listed
        if each.size is not None
    )


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _precision(found: HubResult, form: str, variant: Variant) -> str | None:
    """Return a precision as the catalogue spells it, `None` for one that is none."""
    if form == "safetensors":
        quantised = found.config is None or "quantization_config" in found.config
        return None if quantised else _FLOATS[stored_type(found.config or {}).name]
    plain = variant.precision.lower()
    named = SAME.get(form, {}).get(plain, plain)
    dynamic = form == "gguf" and _DYNAMIC.search(variant.files[0].name)
    return f"ud-{named}" if dynamic else named


def _offer(found: HubResult, precision: str, variant: Variant, source: str) -> PublishedPrecision:
    """Return one variant as an offer; with its own tensors where its header was read."""
    sized = variant.size is not None
    names = {file.name for file in variant.files}
    held = found.header is not None and variant.format == "gguf" and set(found.read) <= names
    return PublishedPrecision(
        precision=precision,
        files=_files(variant.files, source) if sized else (),
        tensors=found.header.tensors if held and found.header else (),
    )


def missing(found: HubResult) -> Iterator[str]:
    """Yield what a reader must know of a model that no browser runtime loads as it lies there."""
    formats = {variant.format for variant in found.variants}
    if formats == {"safetensors"}:
        yield _(
            "it lies there as safetensors alone, which no browser runtime loads: sizes are "
            "computed, as a conversion would have them"
        )
