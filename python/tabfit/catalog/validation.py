"""What the catalogue must keep to, checked row by row.

In: the package's own JSON. Out: every fault in it, as sentences. Loading does
not run this (it would cost every visitor time); the tests and the formatter do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final

from tabfit.catalog import reader
from tabfit.catalog.rows import Row
from tabfit.catalog.size_check import unlike_sizes
from tabfit.devices import device as devices
from tabfit.errors import CatalogFault, UnreadableDevice
from tabfit.recipes.onnx.export_families import FAMILIES
from tabfit.runtimes import load_options
from tabfit.units import Basis

#: The hub's pipeline names that the catalogue uses.
TASKS: Final = frozenset(
    [
        "text-generation",
        "image-text-to-text",
        "any-to-any",
        "feature-extraction",
        "sentence-similarity",
        "text-ranking",
        "text-classification",
        "zero-shot-classification",
        "token-classification",
        "fill-mask",
        "question-answering",
        "summarization",
        "translation",
        "automatic-speech-recognition",
        "text-to-speech",
        "text-to-audio",
        "image-classification",
        "zero-shot-image-classification",
        "image-feature-extraction",
        "image-to-text",
        "depth-estimation",
        "object-detection",
        "image-segmentation",
        "mask-generation",
        "audio-classification",
        "zero-shot-audio-classification",
        "zero-shot-object-detection",
        "image-to-image",
        "document-question-answering",
        "voice-activity-detection",
    ]
)

#: The steps of the hub's own filter by parameters (`num_parameters=min:6B,max:9B` in its address).
STEPS: Final = (1, 3, 6, 9, 12, 24, 32, 64, 128, 256, 500)

FORMATS: Final = frozenset(
    {"onnx", "gguf", "bitnet.cpp", "mlc", "mediapipe", "litertlm", "safetensors", "builtin"}
)
FORMS: Final = frozenset({"phone", "tablet", "laptop", "desktop"})
#: How the rows of each file begin: the reader lists them by these keys alone.
HEADINGS: Final = tuple(("id", "name", "aliases", last) for last in ("task", "group", "formats"))
SLUG: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
MONTH: Final = re.compile(r"20[12][0-9]-(?:0[1-9]|1[0-2])")

MODEL_KEYS: Final = frozenset(
    [
        "id",
        "name",
        "aliases",
        "task",
        "licence",
        "size_class",
        "released",
        "hub",
        "source",
        "read_on",
        "parameters",
        "counted_by",
        "distilled_from",
        "notes",
        "config",
        "model_type",
        "published",
    ]
)
DEVICE_KEYS: Final = frozenset(
    ["id", "name", "aliases", "form", "group", "year", "generic", "device", "known", "read_on"]
)
#: Mixes of files that makers publish and nobody makes of any other model.
UNLISTED_MIXES: Final = frozenset({"nvfp4", "q1_0", "q2_0"})
RUNTIME_KEYS: Final = frozenset(
    [
        "id",
        "name",
        "aliases",
        "package",
        "version",
        "formats",
        "precisions",
        "default_precision",
        "fallback_precisions",
        "default_context",
        "files",
        "listed_only",
        "families",
        "first_releases",
        "unlisted_kinds",
        "label",
        "hypothetical",
        "library_per_model",
        "files_of",
        "lacking_precisions",
        "options",
        "builds",
        "needs",
        "notes",
        "sources",
        "read_on",
    ]
)


def size_class(parameters: int) -> str:
    """Return the hub's class for so many parameters.

    >>> size_class(66_955_010), size_class(2_506_172_416), size_class(671_026_404_352)
    ('<1B', '1B-3B', '>500B')
    """
    billions = parameters / 10**9
    above = next((each for each in STEPS if billions < each), None)
    if above is None:
        return f">{STEPS[-1]}B"
    place = STEPS.index(above)
    return f"{STEPS[place - 1]}B-{above}B" if place else f"<{above}B"


def found() -> tuple[str, ...]:
    """Return every fault in the catalogue's three files."""
    faults: list[str] = []
    for kind in reader.FILES:
        rows = json.loads(reader.text_of(kind))["rows"]
        faults += in_rows(kind, rows)
    return tuple(faults)


def in_rows(kind: str, rows: list[Row]) -> list[str]:
    """Return the faults of some rows of one kind, each with the row it is in."""
    faults = [f"{kind} {row['id']!r}: {fault}" for row in rows for fault in _CHECKS[kind](row)]
    ids = [row["id"] for row in rows]
    if ids != sorted(ids):
        faults.append(f"{kind}s are not sorted by id")
    return faults


def check(faults: Iterable[str] | None = None) -> None:
    """Raise `CatalogFault` with every fault, if there is one."""
    every = found() if faults is None else tuple(faults)
    if every:
        raise CatalogFault(every)


def _common(row: Row, keys: frozenset[str]) -> Iterator[str]:
    first = tuple(row)[:4]
    if first not in HEADINGS:
        yield f"the row begins with {', '.join(first)}; a heading is read from the first four"
    if not SLUG.fullmatch(row["id"]):
        yield "the id is not a lower-case slug"
    for key in sorted(set(row) - keys):
        yield f"{key} is not a key of such a row"
    if list(row.get("aliases", ())) != sorted(set(row.get("aliases", ()))):
        yield "the aliases are not sorted and distinct"
    yield from _dated(row)


def _dated(row: Row) -> Iterator[str]:
    try:
        date.fromisoformat(row["read_on"])
    except (KeyError, ValueError):
        yield "read_on is not a date"


def _model(row: Row) -> Iterator[str]:
    yield from _common(row, MODEL_KEYS)
    if row["task"] not in TASKS:
        yield f"task {row['task']!r} is not one of the hub's that are used here"
    if not MONTH.fullmatch(row["released"]):
        yield f"released {row['released']!r} is not a month"
    if not row.get("source"):
        yield "there is no source"
    yield from _counted(row)
    for publication in row["published"]:
        yield from _publication(publication)
    yield from unlike_sizes(row)


def _counted(row: Row) -> Iterator[str]:
    parameters = row.get("parameters")
    if parameters is None:
        if row.get("size_class") is not None:
            yield "a size class without a count"
        return
    if row["size_class"] != size_class(parameters):
        yield f"size_class is {row['size_class']}, the hub's is {size_class(parameters)}"
    if not row.get("counted_by"):
        yield "nobody is named who counted the parameters"


def _publication(row: Row) -> Iterator[str]:
    where = row["repository"]
    if row["format"] not in FORMATS:
        yield f"{where}: format {row['format']!r} is unknown"
    if "family" in row and (row["format"] != "onnx" or row["family"] not in FAMILIES):
        yield f"{where}: an ONNX export, and nothing else, has one of the families of exports"
    if not row.get("source"):
        yield f"{where}: there is no source"
    if not row["precisions"]:
        yield f"{where}: no precision is offered"
    for name, offer in row["precisions"].items():
        if name != name.lower():
            yield f"{where}: precision {name!r} is not in lower case"
        files = offer if isinstance(offer, list) else offer.get("files", ())
        if isinstance(offer, dict) and offer.get("family", FAMILIES[0]) not in FAMILIES:
            yield f"{where} {name}: {offer['family']!r} is not a family of exports"
        yield from (f"{where} {name}: {fault}" for fault in _files(files))
    yield from (f"{where}: {fault}" for fault in _files(row.get("common", ())))


def _files(files: list[Row]) -> Iterator[str]:
    names = [each["name"] for each in files]
    if len(names) != len(set(names)):
        yield "a file is listed twice"
    for each in files:
        size = each["bytes"]
        if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
            yield f"{each['name']} has no whole number of bytes"


def _device(row: Row) -> Iterator[str]:
    yield from _common(row, DEVICE_KEYS)
    if row["form"] not in FORMS:
        yield f"form {row['form']!r} is unknown"
    try:
        devices.read({"name": row["name"], **row["device"]})
    except UnreadableDevice as error:
        yield str(error)
    for key in row["device"]:
        if key not in row["known"] and key not in ("platform", "graphics"):
            yield f"nothing says how {key} is known"
    for key, (basis, source) in row["known"].items():
        if key.split(".")[0] not in row["device"]:
            yield f"{key} is said to be known and is not there"
        if basis not in list(Basis) or not source:
            yield f"{key} has no basis and source"


def _precisions(row: Row) -> Iterator[str]:
    for key in ("default_precision", "fallback_precisions"):
        named = [row[key]] if isinstance(row[key], str) else row[key]
        if not set(named) <= set(row["precisions"]):
            yield f"{key} names a precision that is not accepted"
    if set(row.get("lacking_precisions", ())) & set(row["precisions"]):
        yield "lacking_precisions names a precision that is accepted"
    listed = {*row["precisions"], *(UNLISTED_MIXES if "gguf" in row["formats"] else ())}
    for name in ("shader_f16_for", "no_kernels_for"):
        if not set(row["needs"].get(name, ())) <= listed:
            yield f"{name} names a precision that is not accepted"


def _runtime(row: Row) -> Iterator[str]:
    yield from _common(row, RUNTIME_KEYS)
    for each in row["formats"]:
        if each not in FORMATS:
            yield f"format {each!r} is unknown"
    yield from _precisions(row)
    if not {*row.get("options", ())} <= {"sessions", *load_options.NAMES}:
        yield "options names a choice that is not known"
    if not row.get("label"):
        yield "there is no label"
    yield from _files(row["files"])
    for build in row.get("builds", ()):
        yield from _files(build["files"])
    if row["files"] and "files" not in row["sources"]:
        yield "nothing says how the files were weighed"


_CHECKS: Final[dict[str, Callable[[Row], Iterator[str]]]] = {
    "model": _model,
    "device": _device,
    "runtime": _runtime,
}
