"""The only door to JavaScript: asks the browser, and offers Python to the page.

In: nothing but the browser itself. Out: plain dicts for `probes.py`, in which
JavaScript's `null` and `undefined` are both `None`; a key is absent where there
was nobody to ask. Runs in a PyScript worker, where `js` is the worker's global
object: it has `navigator` with nearly all that a page has; what it lacks
(`maxTouchPoints`) the page hands in.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import js
import pyodide_js
from pyodide.ffi import JsException, JsProxy, create_proxy, jsnull

from app.browser import probes
from tabfit.i18n.language import _

if TYPE_CHECKING:  # what knows hubs is imported when it is first needed
    from tabfit.headers import Span
    from tabfit.hub import HubResponse, Request

PATIENCE = 3.0  # seconds for an adapter; a few drivers never answer

HIGH_ENTROPY = ("architecture", "bitness", "model", "platformVersion", "formFactors")


async def answers() -> dict[str, Any]:
    """Return what the browser says without a permission or a tap."""
    navigator = js.navigator
    found: dict[str, Any] = {
        "deviceMemory": _read(navigator, "deviceMemory"),
        "hardwareConcurrency": _read(navigator, "hardwareConcurrency"),
        "userAgent": _read(navigator, "userAgent"),
        "userAgentData": _hints(),
        "crossOriginIsolated": _read(js, "crossOriginIsolated"),
        "isSecureContext": _read(js, "isSecureContext"),
        "gpuInWorker": _read(navigator, "gpu") is not None,
        "connection": _fields(
            _read(navigator, "connection"), "downlink", "type", "effectiveType", "saveData"
        ),
        "wasm": wasm_features(),
        "storage": await _storage(),
    }
    with suppress(LookupError):  # nobody to ask, or no answer: the key stays absent
        found["gpu"] = await _adapter()
    return found


async def high_entropy() -> dict[str, Any]:
    """Return the device's model and its system's version, where a browser tells.

    Only after a tap: these tell one visitor from another, and nobody should be
    asked for them who did not ask back.
    """
    hints = _read(js.navigator, "userAgentData")
    if hints is None:
        return {}
    wanted = js.JSON.parse(json.dumps(HIGH_ENTROPY))
    return _fields(await hints.getHighEntropyValues(wanted), *HIGH_ENTROPY)


def wasm_features() -> dict[str, bool]:
    """Return which WebAssembly features the browser accepts, by trying tiny modules."""
    found = {name: _accepts(bytes.fromhex(text)) for name, text in probes.wasm_modules().items()}
    return {**found, "jspi": _read(js.WebAssembly, "Suspending") is not None}


def _accepts(module: bytes) -> bool:
    content = js.Uint8Array.new(len(module))
    content.assign(module)
    return bool(js.WebAssembly.validate(content))


async def _adapter() -> dict[str, Any] | None:
    """Return the WebGPU adapter's own words, `None` when the browser refuses one.

    Raises `LookupError` when there is nobody to ask, or no answer in time.
    """
    gpu = _read(js.navigator, "gpu")
    if gpu is None:
        raise LookupError("navigator.gpu")
    try:
        asked = _early("adapter") or gpu.requestAdapter()
        adapter = _plain(await asyncio.wait_for(asked, PATIENCE))
    except TimeoutError as error:
        raise LookupError("no answer") from error
    except JsException:
        return None  # a refusal, by another way
    if adapter is None:
        return None
    features = _read(adapter, "features")
    info = ("vendor", "architecture", "device", "description", "isFallbackAdapter")
    return {
        "info": _fields(_read(adapter, "info"), *info),
        "limits": _fields(_read(adapter, "limits"), *probes.LIMITS.values()),
        "features": [name for name in probes.FEATURES.values() if features and features.has(name)],
    }


def _hints() -> dict[str, Any] | None:
    hints = _read(js.navigator, "userAgentData")
    if hints is None:
        return None
    brands = [_fields(brand, "brand", "version") for brand in _read(hints, "brands") or ()]
    return {**_fields(hints, "mobile", "platform"), "brands": brands}


async def _storage() -> dict[str, Any]:
    storage = _read(js.navigator, "storage")
    if storage is None or _read(storage, "estimate") is None:
        return {}
    try:
        return _fields(await (_early("estimate") or storage.estimate()), "quota", "usage")
    except JsException:
        return {}  # a browser may refuse, in a private window for one


def _early(name: str) -> Any:
    """Return a promise that `static/interpreter.mjs` has asked for, once; then `None`."""
    promise = _read(js.early, name)
    setattr(js.early, name, None)
    return promise


def _read(owner: Any, name: str) -> Any:
    """Return a property, `None` for one that is missing, undefined or null."""
    return _plain(getattr(owner, name, None))


def _plain(value: Any) -> Any:
    return None if value is jsnull else value


def _fields(owner: Any, *names: str) -> dict[str, Any]:
    """Return some properties of a JavaScript object as plain data."""
    if owner is None:
        return {}
    values = ((name, _read(owner, name)) for name in names)
    return {name: list(v) if isinstance(v, JsProxy) else v for name, v in values if v is not None}


async def fetch(address: str) -> bytes:
    """Return a file of the page's own; raise `OSError` when it does not arrive whole."""
    reply = await js.fetch(address)
    if not reply.ok:
        raise OSError(f"{reply.status} {address}")
    content = await reply.arrayBuffer()
    return bytes(content.to_bytes())


async def rest() -> None:
    """Fetch what the first answer did without, once: the standard library and our packages."""
    await js.rest()


_installing: Final = asyncio.Lock()
_installed: Final[set[str]] = set()


async def install(name: str) -> None:
    """Install a package from the page's own folder, unless it is there already.

    Raises `OSError` where its file does not arrive, or not whole; it may be tried again.
    micropip finds it in the page's lock file, by which the browser refuses any
    file with another hash; with no index to ask, nothing is fetched from elsewhere.
    One at a time: what listens to Pyodide's loading is one for all that is loaded.
    """
    async with _installing:
        if name not in _installed:
            await _load(name)
            _installed.add(name)


async def _load(name: str) -> None:
    await rest()
    await pyodide_js.loadPackage("micropip", messageCallback=_unheard)
    _check_loaded("micropip")
    import micropip

    micropip.set_index_urls([])
    await micropip.install(name, deps=False)
    _check_loaded(name)


def _check_loaded(name: str) -> None:
    """Raise `OSError` for a package that Pyodide only said to have failed."""
    if not hasattr(pyodide_js.loadedPackages, name):
        raise OSError(f"{name} did not arrive whole")


def _unheard(_message: str) -> None:
    """Keep "Loading …" out of the console."""


# A hub, and files that the visitor chose


class Stop:
    """A switch that ends what is under way: requests that were not answered yet."""

    def __init__(self) -> None:
        """Make a switch that is on."""
        self.controller = js.AbortController.new()
        self.task: asyncio.Future[Any] | None = None

    def ends(self, task: asyncio.Future[Any]) -> None:
        """Let the switch end this as well."""
        self.task = task

    def off(self) -> None:
        """End what is under way; what has ended stays as it is."""
        if self.task is not None:
            self.task.cancel()
        self.controller.abort()


async def ask(request: Request, came: Callable[[int], None], *, stop: Stop) -> HubResponse:
    """Return the answer to one request; `came` is told of bytes as they arrive.

    Nothing is sent that tells who asks: no cookies, no sign-in, no referrer. No more than
    the request's `most` and a byte are read.
    """
    from tabfit.hub import PATIENCE, HubResponse

    how = js.JSON.parse(json.dumps({**_PLAINLY, "headers": request.headers}))
    how.signal = stop.controller.signal
    try:
        response = await asyncio.wait_for(js.fetch(request.url, how), PATIENCE)
        found = await _body(response, request.most + 1, came, PATIENCE) if response.ok else b""
        return HubResponse(
            status=response.status,
            body=found,
            headers=_told(response.headers),
            url=response.url,
        )
    except asyncio.CancelledError:
        stop.controller.abort()  # nothing goes on loading for a question that has ended
        raise
    except TimeoutError:
        return HubResponse(status=0, url=request.url, problem=_("no answer in time"))
    except JsException as error:
        if stop.controller.signal.aborted:
            raise asyncio.CancelledError from error
        return HubResponse(status=0, url=request.url, problem=error.message)


_PLAINLY = {
    "credentials": "omit",
    "referrerPolicy": "no-referrer",
    "cache": "no-store",
    "mode": "cors",
}
_HEADERS = (
    *("content-range", "content-length", "content-encoding"),
    *("retry-after", "x-error-code"),
)


def _told(headers: Any) -> dict[str, str]:
    found = ((name, _plain(headers.get(name))) for name in _HEADERS)
    return {name: value for name, value in found if value is not None}


async def _body(response: Any, most: int, came: Callable[[int], None], patience: float) -> bytes:
    if _plain(response.body) is None:
        return b""
    reader, pieces = response.body.getReader(), bytearray()
    while len(pieces) < most:
        piece = await asyncio.wait_for(reader.read(), patience)
        if piece.done:
            return bytes(pieces)
        pieces += piece.value.to_bytes()
        came(piece.value.length)
    reader.cancel()
    return bytes(pieces[:most])


_files: dict[str, Any] = {}


def receive() -> None:
    """Give the page a port for files; those that come later replace those before.

    PyScript listens to plain messages too, and stumbles over what it did not send.
    """

    def heard(event: Any) -> None:
        _files.clear()
        _files.update({each.path: each.file for each in event.data})

    channel = js.MessageChannel.new()
    channel.port1.onmessage = create_proxy(heard)
    told = js.Object.new()
    told.port = channel.port2
    js.postMessage(told, js.Array.of(channel.port2))


def sizes() -> dict[str, int]:
    """Return the sizes of the files that were handed over, by path."""
    return {name: int(file.size) for name, file in _files.items()}


async def cut(name: str, span: Span) -> bytes:
    """Return a stretch of a file that was handed over; nothing else of it is read."""
    part = _files[name].slice(span.offset, span.offset + span.length)
    content: bytes = (await part.arrayBuffer()).to_bytes()
    return content


def tell(progress: str) -> None:
    """Tell the page how far a question has come."""
    js.postMessage(js.JSON.parse(json.dumps({"progress": progress})))


def offer(**functions: Callable[..., Awaitable[str]]) -> None:
    """Let the page call these by name; each takes and returns JSON text."""
    from pyscript import sync

    for name, function in functions.items():
        setattr(sync, name, function)
