"""Whatever somebody names -> what is known of it: a file, a folder, a hub id, an address.

In: a word, and the hub's address. Out: `HubResult`, and the object of `tabfit
inspect --json`. Files on this machine are read here; the web through a port
that is given, urllib's by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from tabfit import architectures as configs
from tabfit import hub
from tabfit.architectures.config_json import model_config, refuse_by_name
from tabfit.architectures.weight_types import weight_types
from tabfit.errors import (
    UnreachableHub,
    UnreadableConfig,
    UnreadableHeader,
    from_outside,
    shown,
)
from tabfit.headers import Header, Span, drive, join, kind_of, parts_of, read, read_index
from tabfit.headers.not_models import other_kind
from tabfit.headers.other_files import other_file
from tabfit.headers.safetensors import LONGEST_INDEX
from tabfit.hub import HubResponse, HubResult, Request, Variant, folder_plan
from tabfit.hub.bounded_json import MOST_BYTES, parse_object
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Architecture
from tabfit.sources.inspection import SCHEMA, of_architecture
from tabfit.units import Bytes

Fetch = Callable[[Sequence[Request]], Sequence[HubResponse]]


def find(
    source: str,
    endpoint: str | None = None,
    *,
    tensors: bool = False,
    fetch: Fetch | None = None,
) -> tuple[HubResult, Bytes]:
    """Return what is known of a source, and how many bytes were read to know it.

    A path that exists is read; a word that looks like a file and does not exist
    is a missing file, never a question to a hub.
    """
    path = Path(source).expanduser()
    if not _is_local(source, path):
        address = hub.parse(source, endpoint or hub.ENDPOINT)
        return _from_web(address, fetch or _web_fetch(), tensors=tensors)
    path.stat()  # raises what is wrong with it
    found = _from_folder(path) if path.is_dir() else _from_file(path)
    return replace(found, source=source), _read_of(found)


def _web_fetch() -> Fetch:
    from tabfit.sources.http_fetch import WebFetch  # noqa: PLC0415 - not for a file on this machine

    return WebFetch()


def _is_local(source: str, path: Path) -> bool:
    if hub.looks_like_address(source) or not source.isprintable():
        return False
    return path.exists() or (
        source.startswith(("/", ".", "~"))
        or "\\" in source
        or kind_of(source) is not None
        or source.endswith(".json")
    )


def _from_web(address: hub.Address, fetch: Fetch, *, tensors: bool) -> tuple[HubResult, Bytes]:
    received = 0

    def counted(batch: Sequence[Request]) -> Sequence[HubResponse]:
        nonlocal received
        answers = fetch(batch)
        received += sum(
            min(len(answer.body), request.most)
            for request, answer in zip(batch, answers, strict=True)
        )
        return answers

    found = hub.carry_out(hub.look_up(address, tensors=tensors), counted)
    return found, Bytes(received)


def _read_of(found: HubResult) -> Bytes:
    return found.header.bytes_read if found.header else Bytes(0)


# On this machine


def _from_file(path: Path) -> HubResult:
    if path.name.endswith(".safetensors.index.json"):
        return _from_parts(path.parent, read_index(_front(path, LONGEST_INDEX + 1)))
    if kind_of(path.name) is not None:
        return _from_parts(path.parent, parts_of(path.name))
    if path.suffix != ".json":
        raise UnreadableHeader("model", other_file(path.name))
    config = model_config(_read_config(path), path.name)
    return HubResult(source=str(path), name=path.name, kind="config", config=config)


def _read_config(path: Path) -> Mapping[str, Any]:
    refuse_by_name(path.name)
    try:
        return parse_object(_front(path, MOST_BYTES + 1))
    except (ValueError, TypeError) as error:
        raise UnreadableConfig(path.name, from_outside(error)) from None


def _front(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _from_parts(folder: Path, names: Sequence[str]) -> HubResult:
    headers = [_read_header(folder / name, among=len(names)) for name in names]
    header = join(headers)
    near = (folder / "config.json", folder.parent / "config.json")
    beside = next((path for path in near if path.is_file()), None)
    config = _read_config(beside) if beside and header.config is None else None
    sizes = {name: Bytes((folder / name).stat().st_size) for name in names}
    return hub.of_files(sizes, header, config, source=str(folder / names[0]))


def _read_header(path: Path, *, among: int) -> Header:
    with path.open("rb") as file:
        reading = read(path.name, path.stat().st_size, among=among)
        return drive(reading, lambda span: _read_span(file, span))


def _read_span(file: BinaryIO, span: Span) -> bytes:
    file.seek(span.offset)
    return file.read(span.length)


def _from_folder(folder: Path) -> HubResult:
    """Return what a folder holds: safetensors first, then GGUF, then ONNX, else a config."""
    sizes = {
        path.relative_to(folder).as_posix(): Bytes(path.stat().st_size)
        for pattern in ("*", "onnx/*", folder_plan.INNER)
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    }
    plan = folder_plan.look_in(sizes, name=folder.resolve().name, source=str(folder))
    return drive(plan, lambda stretch: _stretch(folder, stretch))


def _stretch(folder: Path, stretch: folder_plan.Stretch) -> bytes:
    with (folder / stretch.name).open("rb") as file:
        return _read_span(file, stretch.span)


# The object of `inspect --json`


def inspect(
    source: str, endpoint: str | None = None, *, fetch: Fetch | None = None
) -> dict[str, Any]:
    """Return the object of `tabfit inspect --json` (docs/schema/inspect.json)."""
    found, received = find(source, endpoint, tensors=True, fetch=fetch)
    architecture, notes = _architecture(found)
    more = {
        "variants": [_variant(variant) for variant in found.variants],
        "notes": [*found.notes, *_read_from(found), *notes],
    }
    if found.header is not None:
        return _of_header(found, found.header, architecture, received) | more
    if architecture is None:
        raise UnreachableHub(
            found.source,
            Message("tells neither its architecture nor its tensors, only its files' sizes"),
        )
    return (
        of_architecture(
            architecture,
            weight_types(found.config or {}),
            source=found.source,
            bytes_read=received or _config_bytes(source),
        )
        | more
    )


def _read_from(found: HubResult) -> Iterator[str]:
    """Yield whose tensors are listed, where the source holds others as well."""
    if found.header is not None and found.kind in {"gguf", "onnx"} and len(found.variants) > 1:
        yield f"tensors are those of {', '.join(found.read)}"


def _config_bytes(source: str) -> int:
    path = Path(source).expanduser()
    path = path / "config.json" if path.is_dir() else path
    return path.stat().st_size if path.is_file() else 0


def _architecture(found: HubResult) -> tuple[Architecture | None, tuple[str, ...]]:
    """Return the architecture, `None` with a note where tensors are known and it is not."""
    if found.config is None:
        beside = found.header is not None and other_kind(found.header) is not None
        return None, () if beside else (_not_told(found.header),)
    try:
        architecture = configs.read(found.config)
    except UnreadableConfig as error:
        if found.header is None:
            raise
        return None, (str(error),)
    return architecture, (*architecture.notes, *_mismatch(found.header, architecture))


def _not_told(header: Header | None) -> str:
    """Return why there is no architecture: what a GGUF calls it is not read, or nothing does."""
    said = header.metadata.get("general.architecture") if header is not None else None
    if isinstance(said, str) and header is not None and header.tensors:
        return f"its architecture, {shown(said)}, is not read here: its tensors are as listed"
    return "nothing tells the architecture: no config.json lies beside it"


def _mismatch(header: Header | None, architecture: Architecture) -> Iterator[str]:
    """Yield a warning where a GGUF's keys describe another model than its tensors.

    A pooler or a classifier that the converter dropped is at most 2 in 100.
    """
    described = architecture.inventory.total
    if header and header.kind == "gguf" and abs(described - header.parameters) * 50 > described:
        yield (
            f"its keys describe {described:,} parameters, its tensors hold {header.parameters:,}: "
            "cache and peak follow the keys"
        )


def _of_header(
    found: HubResult, header: Header, architecture: Architecture | None, received: Bytes
) -> dict[str, Any]:
    total = header.parameters
    untied, spared = _ties(total, architecture)
    return {
        "schema": SCHEMA,
        "source": found.source,
        "kind": found.kind,
        "architecture": architecture.head if architecture else None,
        "family": architecture.family if architecture else None,
        "parameters": {
            "total": total,
            "untied": total + untied,
            "active": total - spared,
            "published": total,
        },
        "tensors": [
            {"name": t.name, "shape": list(t.shape), "type": t.type.name, "bytes": t.size}
            for t in header.tensors
        ],
        "weights_bytes": header.weights_bytes,
        "largest_tensor_bytes": header.largest_tensor_bytes,
        "bytes_read": received,
    }


def _ties(total: int, architecture: Architecture | None) -> tuple[int, int]:
    """Return the parameters used twice and those one token spares, as the architecture says.

    Only where it describes this file: to a thousandth, for rotary tables and
    the like that a file keeps beside its weights.
    """
    if architecture is None or abs(architecture.inventory.total - total) * 1000 > total:
        return 0, 0
    inventory = architecture.inventory
    return inventory.untied - inventory.total, inventory.total - inventory.active


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "format": variant.format,
        "precision": variant.precision,
        "bytes": variant.size,
        "files": [{"name": file.name, "bytes": file.size} for file in variant.files],
    }
