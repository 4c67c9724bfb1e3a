"""A plan for files that lie together: which stretches of which tell what the model is.

In: names with sizes, paths below one folder. Out: a generator. It yields one `Stretch` at a
time, is sent its bytes, and returns `HubResult`. Nothing is opened here, so that a folder on the
command line and one dropped on the page are read alike.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from tabfit.architectures.config_json import MLC, may_be_config, model_config, refuse_by_name
from tabfit.errors import NotAModel, Quoted, UnreadableConfig, UnreadableHeader, from_outside
from tabfit.headers import Header, Span, join, kind_of, parts_of, read, read_index
from tabfit.headers.other_files import made_elsewhere, other_file
from tabfit.headers.safetensors import LONGEST_INDEX
from tabfit.hub.bounded_json import MOST_BYTES, parse_object
from tabfit.hub.download_variants import (
    Variant,
    common_files,
    gguf_variants,
    onnx_variants,
    safetensors_files,
    variants_of,
)
from tabfit.hub.hub_result import HubResult, of_files
from tabfit.hub.listing import ListedFile, Listing
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass, replace
from tabfit.units import Bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one file, by its path."""

    name: str
    span: Span


Reading = Generator[Stretch, bytes, HubResult]
#: Where older models of sentence-transformers keep the config of the encoder inside.
INNER = "0_Transformer/config.json"


def look_in(sizes: Mapping[str, Bytes], *, name: str, source: str) -> Reading:
    """Return a plan that finds out what model the files of a folder are.

    Safetensors are read first, then GGUF, then ONNX, else a config alone; `name` is what the
    model is called where its files do not say, `source` how links call it.
    """
    if made_elsewhere(name):
        raise UnreadableHeader("model", other_file(name))
    files = tuple(ListedFile(each, size) for each, size in sorted(sizes.items()))
    listing = Listing(name=name, commit=None, files=files)
    variants = variants_of(listing)
    parts = yield from _parts(sizes, files)
    header = (yield from _header(sizes, parts)) if parts else None
    config = None
    if header is None or header.config is None:
        config = yield from _config(sizes, parts)
    if header is not None:
        found = of_files({each: sizes[each] for each in parts}, header, config, source=source)
        apart = set(header.outside) - set(sizes)  # data that the graph names and nobody brought
        return replace(
            found,
            name=name,
            variants=found.variants if apart else variants or found.variants,
            common=common_files(files),
        )
    if config is None and not variants:
        raise UnreadableHeader("model", _nothing(sizes, name))
    return HubResult(
        source=source,
        name=name,
        kind="config",
        config=config,
        variants=variants,
        common=common_files(files),
    )


def _nothing(sizes: Mapping[str, Bytes], name: str) -> Message:
    if len(sizes) == 1:
        return other_file(min(sizes))
    if not name:
        return Message("no file was given")
    return Message(
        "{name} holds no .safetensors, .gguf, .onnx, .tflite, .task, .litertlm or config.json",
        name=Quoted(name),
    )


def _parts(
    sizes: Mapping[str, Bytes], files: Sequence[ListedFile]
) -> Generator[Stretch, bytes, tuple[str, ...]]:
    """Return the files whose headers tell the model's tensors, none where no file does."""
    index = next((each for each in sorted(sizes) if _is_index(each)), None)
    if index is not None and "model.safetensors" not in sizes:
        shards = read_index((yield Stretch(index, Span(0, LONGEST_INDEX + 1))))
        return _all_there(tuple(_beside(index, each) for each in shards), sizes)
    found = safetensors_files(sizes)
    if not found:
        every: tuple[Variant, ...] = (*gguf_variants(files), *onnx_variants(files))
        named = (tuple(f.name for f in each.files if kind_of(f.name)) for each in every)
        found = next(named, ())
    alone = next((each for each in sorted(sizes) if kind_of(each)), None)
    return _all_there(found or (parts_of(alone) if alone else ()), sizes)


def _is_index(name: str) -> bool:
    return name.endswith(".safetensors.index.json") and "/" not in name


def _beside(index: str, shard: str) -> str:
    folder, slash, _name = index.rpartition("/")
    return f"{folder}{slash}{shard}"


def _all_there(parts: tuple[str, ...], sizes: Mapping[str, Bytes]) -> tuple[str, ...]:
    missing = [part for part in parts if part not in sizes]
    if missing:
        raise UnreadableHeader(
            kind_of(missing[0]) or "model",
            Message(
                "{name} is missing; all {count} parts are needed", name=missing[0], count=len(parts)
            ),
        )
    return parts


def _header(sizes: Mapping[str, Bytes], parts: Sequence[str]) -> Generator[Stretch, bytes, Header]:
    found: tuple[Header, ...] = ()
    for part in parts:
        one = yield from _one(part, sizes[part], len(parts))
        found = (*found, one)
    return join(found)


def _one(name: str, size: int, among: int) -> Generator[Stretch, bytes, Header]:
    reading = read(name, size, among=among)
    try:
        span = next(reading)
        while True:
            span = reading.send((yield Stretch(name, span)))
    except StopIteration as done:
        header: Header = done.value
        return header


def _config(
    sizes: Mapping[str, Bytes], parts: Sequence[str]
) -> Generator[Stretch, bytes, Mapping[str, Any] | None]:
    """Return the config beside the weights; what is no config is passed over beside a model.

    One JSON file alone is what somebody means by it, so there it is refused by what it is.
    """
    folder = parts[0].rpartition("/")[0] if parts else ""
    near = [f"{folder}/config.json" if folder else "config.json", "config.json", MLC, INNER]
    others = [each for each in sorted(sizes) if "/" not in each and may_be_config(each)]
    alone = [min(sizes)] if len(sizes) == 1 and min(sizes).endswith(".json") else []
    for each in dict.fromkeys((*near, *others, *alone)):
        if each not in sizes:
            continue
        text = yield Stretch(each, Span(0, MOST_BYTES + 1))
        try:
            return model_config(_object(text, each), each)
        except NotAModel:
            if each in alone:
                raise
    return None


def _object(text: bytes, name: str) -> Mapping[str, Any]:
    refuse_by_name(name)
    try:
        return parse_object(text)
    except (ValueError, TypeError) as error:
        raise UnreadableConfig(name, from_outside(error)) from None


def named_from(paths: Mapping[str, Bytes]) -> tuple[str, dict[str, Bytes]]:
    """Return the folder that all paths lie in, empty where they share none, and paths below it.

    >>> named_from({"all-MiniLM/config.json": Bytes(5), "all-MiniLM/onnx/model.onnx": Bytes(9)})
    ('all-MiniLM', {'config.json': 5, 'onnx/model.onnx': 9})
    """
    tops = {path.partition("/")[0] for path in paths if "/" in path}
    if len(tops) != 1 or not all("/" in path for path in paths):
        return "", dict(paths)
    return tops.pop(), {path.partition("/")[2]: size for path, size in paths.items()}
