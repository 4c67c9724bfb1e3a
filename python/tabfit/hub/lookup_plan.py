"""A plan: which small requests tell what is wanted, one step at a time.

In: an address. Out: a generator. It yields a batch of `Request`s, is sent one
`HubResponse` for each in the same order, and returns `HubResult`. A batch may be asked
for all at once. Nothing is opened here, so the command line, the page and the
tests run the same plan.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from tabfit.architectures.config_json import MLC, model_config, of_mlc
from tabfit.errors import (
    NotAModel,
    UnreachableHub,
    UnreadableConfig,
    UnreadableHeader,
    from_outside,
)
from tabfit.headers import Header, drive, drive_async, join, kind_of, parts_of, read_index
from tabfit.headers.not_models import ADAPTER
from tabfit.headers.other_files import other_file
from tabfit.hub.address import Address
from tabfit.hub.bounded_json import parse_object
from tabfit.hub.download_variants import (
    Variant,
    common_files,
    mlc_list,
    safetensors_files,
    variants_of,
)
from tabfit.hub.hub_result import HubResult, of_files
from tabfit.hub.listing import Listing, read_listing
from tabfit.hub.mlc_shards import read_mlc_list
from tabfit.hub.ranged_reads import Plan, Remote, ask, read_remote
from tabfit.hub.request import INDEX_BYTES, JSON_BYTES, HubResponse, Request, check
from tabfit.i18n.language import Message, _, later
from tabfit.light_dataclass import replace

_JSON = "application/json"
_INDEX = "model.safetensors.index.json"


def look_up(address: Address, *, tensors: bool = False) -> Plan[HubResult]:
    """Return a plan that finds out what lies at an address.

    With `tensors`, a repository's tensors are read from the headers of its main
    format: safetensors, else MLC's list, else the smallest GGUF or ONNX. Without,
    headers are read only where no config.json tells the architecture.
    """
    if address.url or address.path:
        return _look_at_file(address)
    return _look_at_repository(address, tensors=tensors)


def _json_request(url: str, purpose: str, most: int = JSON_BYTES) -> Request:
    return Request(url=url, purpose=purpose, most=most, accept=_JSON)


def _look_at_repository(address: Address, *, tensors: bool) -> Plan[HubResult]:
    asked = address.repository
    request = _json_request(address.information, later("a list of files"))
    (answer,) = yield (request,)
    listing = read_listing(asked, asked, check(asked, request, answer))
    at = replace(address, repository=listing.name)
    config, mlc_config = yield from _configs(at, listing)
    variants = variants_of(listing, _word(mlc_config, "quantization"))
    config = config or of_mlc(mlc_config or {})
    header: Header | None = None
    read: tuple[str, ...] = ()
    if tensors or config is None:
        header, read = yield from _main_header(at, listing, variants)
    if header is not None and config is None:
        config = header.config
    return HubResult(
        source=at.source,
        name=listing.name,
        kind=header.kind if header else "config",
        config=config,
        variants=variants,
        header=header,
        read=read,
        common=common_files(listing.files),
        commit=listing.commit,
        task=listing.task,
        notes=(*listing.notes, *_lacking(listing, config, variants, header)),
    )


def _word(config: Mapping[str, Any] | None, key: str) -> str:
    value = (config or {}).get(key)
    return value[:40] if isinstance(value, str) else ""


def _lacking(
    listing: Listing,
    config: Mapping[str, Any] | None,
    variants: Sequence[Variant],
    header: Header | None,
) -> list[str]:
    if not variants and listing.has("adapter_config.json"):
        raise NotAModel(listing.name, Message(ADAPTER))
    if not variants and config is None and header is None:
        raise UnreachableHub(
            listing.name, Message("has no config.json, and no weights in a format read here")
        )
    if not variants:
        return [_("it has a config.json, but no weights in a format that is read here")]
    return []


def _configs(
    at: Address, listing: Listing
) -> Plan[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """Return the config.json and MLC's, `None` for one that is not there."""
    names = [name for name in ("config.json", MLC) if listing.has(name)]
    requests = [_json_request(at.file(name), _("its {name}", name=name)) for name in names]
    answers = yield from ask(*requests)
    found = {
        name: _config(check(at.repository, request, answer))
        for name, request, answer in zip(names, requests, answers, strict=True)
    }
    return found.get("config.json"), found.get(MLC)


def _config(text: bytes) -> Mapping[str, Any]:
    try:
        return parse_object(text)
    except (ValueError, TypeError) as error:
        raise UnreadableConfig("config.json", from_outside(error)) from None


def _main_header(
    at: Address, listing: Listing, variants: Sequence[Variant]
) -> Plan[tuple[Header | None, tuple[str, ...]]]:
    shards = yield from _shards(at, listing)
    if shards:
        read = yield from read_remote(at.repository, _remotes(at, listing, shards))
        return join([header for header, _ in read]), shards
    mlc = mlc_list(listing)
    if mlc is not None:
        request = _json_request(at.file(mlc), later("its list of tensors"))
        (answer,) = yield (request,)
        return read_mlc_list(check(at.repository, request, answer)), (mlc,)
    for form in ("gguf", "onnx"):
        chosen = next((variant for variant in variants if variant.format == form), None)
        if chosen is not None:
            names = tuple(file.name for file in chosen.files if kind_of(file.name) == form)
            read = yield from read_remote(at.repository, _remotes(at, listing, names))
            return _together(names, [header for header, _ in read]), names
    return None, ()


def _together(names: Sequence[str], headers: Sequence[Header]) -> Header:
    """Return one header for the files of a variant.

    Parts that were exported side by side may use one name for two tensors;
    then each name is written with its file's.
    """
    if headers[0].kind != "onnx" or len(headers) == 1:
        return join(headers)
    return join(
        [
            replace(
                header, tensors=tuple(replace(t, name=f"{name}: {t.name}") for t in header.tensors)
            )
            for name, header in zip(names, headers, strict=True)
        ]
    )


def _shards(at: Address, listing: Listing) -> Plan[tuple[str, ...]]:
    """Return the safetensors files of the model: those its index lists, else by their names."""
    if listing.has("model.safetensors") or not listing.has(_INDEX):
        return safetensors_files(file.name for file in listing.files)
    request = _json_request(at.file(_INDEX), later("its index of shards"), INDEX_BYTES)
    (answer,) = yield (request,)
    return read_index(check(at.repository, request, answer))


def _remotes(at: Address, listing: Listing, names: Sequence[str]) -> list[Remote]:
    return [Remote(name, at.file(name), listing.size_of(name)) for name in names]


def _look_at_file(address: Address) -> Plan[HubResult]:
    if address.name.endswith(".safetensors.index.json"):
        return (yield from _look_at_index(address))
    if kind_of(address.name) is not None:
        return (yield from _look_at_weights(address))
    if not address.name.endswith(".json"):
        raise UnreadableHeader("model", other_file(address.name))
    request = _json_request(_url(address), later("a config"))
    (answer,) = yield (request,)
    config = model_config(_config(check(address.source, request, answer)), address.name)
    return HubResult(source=address.source, name=address.name, kind="config", config=config)


def _url(address: Address) -> str:
    return address.url or address.file(address.path)


def _look_at_index(address: Address) -> Plan[HubResult]:
    request = _json_request(_url(address), later("an index of shards"), INDEX_BYTES)
    (answer,) = yield (request,)
    shards = read_index(check(address.source, request, answer))
    return (yield from _look_at_parts(address, shards))


def _look_at_weights(address: Address) -> Plan[HubResult]:
    return (yield from _look_at_parts(address, parts_of(address.name)))


def _look_at_parts(address: Address, names: Sequence[str]) -> Plan[HubResult]:
    """Look at the parts of one model, all in one folder, and at the config beside them."""
    read = yield from read_remote(
        address.source, [Remote(name, _beside(address, name)) for name in names]
    )
    header = join([header for header, _ in read])
    config = header.config
    if config is None:
        config = yield from _config_near(address)
    sizes = {name: size for name, (_, size) in zip(names, read, strict=True)}
    return of_files(sizes, header, config, source=address.source)


def _beside(address: Address, name: str) -> str:
    if name == address.name:
        return _url(address)
    return address.file(name if address.url else address.beside(name))


def _config_near(address: Address) -> Plan[Mapping[str, Any] | None]:
    """Return the config.json beside a file, or of its repository; nothing where there is none."""
    path = "config.json"
    request = _json_request(address.file(path), later("the config.json beside it"))
    (answer,) = yield (request,)
    if answer.status != 200:
        return None
    return _config(check(address.source, request, answer))


def carry_out(
    plan: Plan[HubResult], fetch: Callable[[Sequence[Request]], Sequence[HubResponse]]
) -> HubResult:
    """Return what a plan finds, its batches answered by `fetch`."""
    return drive(plan, lambda batch: tuple(fetch(batch)))


async def carry_out_async(
    plan: Plan[HubResult], fetch: Callable[[Sequence[Request]], Awaitable[Sequence[HubResponse]]]
) -> HubResult:
    """Return what a plan finds, its batches answered by an awaited `fetch`."""

    async def fetched(batch: Sequence[Request]) -> tuple[HubResponse, ...]:
        return tuple(await fetch(batch))

    return await drive_async(plan, fetched)
