"""Models that a visitor brings: asked of a hub, read from files, or pasted.

In: what was typed, pasted or dropped, and ports to a network and to files. Out: a
model kept for as long as the page is open, under the name that links call it by; or
one sentence. Nothing here asks anybody before the visitor does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from app.components.labels import bytes_
from app.model_import import session_models
from tabfit import catalog, headers, hub
from tabfit.architectures.config_json import model_config
from tabfit.errors import TabfitError, UnreachableHub, UnreadableConfig, from_outside
from tabfit.estimate import imported_model, link
from tabfit.estimate.subjects import Subject
from tabfit.headers import Span, drive_async
from tabfit.hub import Address, HubResponse, HubResult, Request, folder_plan
from tabfit.hub.bounded_json import MOST_BYTES, parse_object
from tabfit.hub.folder_plan import Stretch
from tabfit.i18n.language import Message, _
from tabfit.units import Bytes

Once = Callable[[Request, Callable[[int], None]], Awaitable[HubResponse]]
Slice = Callable[[str, Span], Awaitable[bytes]]
Tell = Callable[[str], None]
Wait = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchInput:
    """What the finder's script sends: the text, the hub in use, the hosts that may be asked.

    `task` is what the model must be for ("" for anything). `models` are those of a page's own
    list or of the rows to be judged, and `chosen` is the one that such a list stands on.
    """

    text: str
    hub: str
    allowed: tuple[str, ...]
    task: str = ""
    models: tuple[str, ...] | None = None
    chosen: str = ""


def search_input(raw: Mapping[str, Any]) -> SearchInput:
    """Return what the finder's script sent, each part of the kind it should be."""
    given = raw.get("find")
    found: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    return SearchInput(
        text=str(found.get("text") or ""),
        hub=str(found.get("hub") or ""),
        allowed=_texts(found.get("allowed")) or (),
        task=str(found.get("task") or ""),
        models=_texts(found.get("models")),
        chosen=str(found.get("chosen") or ""),
    )


def _texts(given: object) -> tuple[str, ...] | None:
    return tuple(str(each) for each in given) if isinstance(given, list) else None


# What a text means


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedInput:
    """A text that names something to ask for: where it lies, or why nobody can be asked."""

    address: Address | None = None
    problem: str | None = None


def parse_input(text: str, endpoint: str, allowed: Sequence[str]) -> ParsedInput | None:
    """Return what a text asks whom for, `None` where it can only be a catalogue's name.

    `allowed` are the hosts that the page may ask, as its Content-Security-Policy lists them.
    """
    text = text.strip()
    if "/" not in text and not hub.looks_like_address(text):
        return None
    try:
        address = hub.parse(text, checked_endpoint(endpoint))
        check_allowed(address, allowed)
    except TabfitError as fault:
        return ParsedInput(problem=str(fault))
    return ParsedInput(address=address)


def checked_endpoint(text: str) -> str:
    """Return a hub's address, the usual one for no text."""
    text = text.strip().rstrip("/") or hub.ENDPOINT
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
    except ValueError:
        sound = False
    if not sound or len(text) > link.LONGEST_NAME:
        raise UnreachableHub(
            text,
            Message("is not a hub's address; one like {usual} is accepted", usual=hub.ENDPOINT),
        )
    return text


def check_allowed(address: Address, allowed: Sequence[str]) -> None:
    """Refuse to ask a host that the page's own rules would not let it ask."""
    if not allowed or any(_covers(rule, address.url or address.endpoint) for rule in allowed):
        return
    raise UnreachableHub(
        address.source,
        Message(
            "lies on {host}, which this page may not ask: its rules name {hosts}. Save the file "
            "and open it here instead; whoever hosts this page can add a host (SITE_HUBS)",
            host=address.host,
            hosts=", ".join(rule for rule in allowed if not rule.startswith("'")),
        ),
    )


def _covers(rule: str, url: str) -> bool:
    """Return whether a source of a Content-Security-Policy covers an address.

    >>> _covers("https://*.hf.co", "https://us.aws.cdn.hf.co/x"), _covers("'self'", "https://a")
    (True, False)
    """
    asked, ruled = urlsplit(url), urlsplit(rule.replace(":*", ""))
    if asked.scheme != ruled.scheme or not ruled.hostname or not asked.hostname:
        return False
    if ruled.hostname.startswith("*."):
        return asked.hostname.endswith(ruled.hostname[1:])
    return asked.hostname == ruled.hostname and (rule.endswith(":*") or asked.port == ruled.port)


# Asking a hub


@dataclass(slots=True)
class Progress:
    """What has come so far, told as it comes."""

    tell: Tell
    host: str
    received: int = 0

    def came(self, count: int) -> None:
        """Count bytes and say how many there are."""
        self.received += count
        self.tell(_("{size} from {host}", size=counted(self.received), host=self.host))

    def waits(self, pause: float, status: int) -> None:
        """Say what is waited for."""
        self.tell(
            _(
                "{host} answered {status}; asking again in {seconds} s",
                host=self.host,
                status=status or _("nothing"),
                seconds=f"{pause:g}",
            )
        )


async def ask(
    text: str,
    endpoint: str,
    allowed: Sequence[str],
    *,
    once: Once,
    tell: Tell,
    wait: Wait = asyncio.sleep,
) -> Subject:
    """Return the model that a hub, or a file elsewhere on the web, tells of."""
    address = hub.parse(text, checked_endpoint(endpoint))
    check_allowed(address, allowed)
    progress = Progress(tell, address.host)
    fetch = partial(_batch, once=once, progress=progress, wait=wait)
    try:
        async with asyncio.timeout(hub.LONGEST_QUESTION):
            found = await hub.carry_out_async(hub.look_up(address), fetch)
    except TimeoutError:
        told = Message(
            "cannot be read: {host} gave no whole answer within {seconds} seconds",
            host=address.host,
            seconds=round(hub.LONGEST_QUESTION),
        )
        raise UnreachableHub(address.source, told) from None
    return imported_model.subject(found, catalog.read())


async def _batch(
    requests: Sequence[Request], *, once: Once, progress: Progress, wait: Wait
) -> Sequence[HubResponse]:
    return await asyncio.gather(
        *(_patiently(each, once=once, progress=progress, wait=wait) for each in requests)
    )


async def _patiently(
    request: Request, *, once: Once, progress: Progress, wait: Wait
) -> HubResponse:
    """Return the answer, asked for again where that may help."""
    attempt = 1
    while True:
        answer = await once(request, progress.came)
        pause = hub.pause_before(attempt, answer)
        if pause is None:
            return answer
        progress.waits(pause, answer.status)
        await wait(pause)
        attempt += 1


def counted(count: int) -> str:
    """Return bytes as they are counted up: in kilobytes until there is a megabyte.

    >>> counted(830), counted(64_000), counted(1_500_000)
    ('1 kB', '64 kB', '1.50 MB')
    """
    return bytes_(count) if count >= 10**6 else f"{-(-count // 1000)} kB"


# Reading files


async def read_files(sizes: Mapping[str, int], *, cut: Slice, tell: Tell) -> Subject:
    """Return the model that dropped files tell of, read as a folder is on the command line."""
    top, below = folder_plan.named_from({name: Bytes(size) for name, size in sizes.items()})
    first = next((name for name in sorted(below) if headers.kind_of(name)), min(below, default=""))
    name = top or first.rpartition("/")[2]
    plan = folder_plan.look_in(below, name=name, source=session_models.OWN + name)
    received: Counter[str] = Counter()

    async def fetch(stretch: Stretch) -> bytes:
        data = await cut(f"{top}/{stretch.name}" if top else stretch.name, stretch.span)
        received[stretch.name] += len(data)
        tell(_("{size} of {name}", size=counted(received[stretch.name]), name=stretch.name))
        return data

    return named(await drive_async(plan, fetch))


def read_config(text: bytes, name: str = "config.json") -> Mapping[str, Any]:
    """Return the config that a text holds."""
    try:
        return parse_object(text)
    except (ValueError, TypeError) as error:
        raise UnreadableConfig(name, from_outside(error)) from None


def described(config: Mapping[str, Any], name: str) -> Subject:
    """Return the model that a config alone describes."""
    return named(
        HubResult(source=session_models.OWN + name, name=name, kind="config", config=config)
    )


def named(found: HubResult) -> Subject:
    """Return a model of one's own, called by its config where that fits a link."""
    name = found.source
    if found.config is not None:
        try:
            name = link.packed(found.config)
        except TabfitError:
            name = found.source  # known in this tab alone
    return imported_model.subject(found, catalog.read(), name=name)


# For the page


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserPorts:
    """What a question needs of the browser: the web, the files handed over, a place to tell."""

    once: Once
    cut: Slice
    sizes: Mapping[str, int]
    tell: Tell


async def answered(question: Mapping[str, Any], ports: BrowserPorts) -> dict[str, str]:
    """Return the name of the model that a question led to, or the problem with it in a sentence.

    The question has `files`, `config` (what was pasted) or `find` (see `SearchInput`).
    """
    try:
        return {"model": session_models.keep(await _brought(question, ports))}
    except TabfitError as fault:
        return {"problem": str(fault)}


async def _brought(question: Mapping[str, Any], ports: BrowserPorts) -> Subject:
    if question.get("files"):
        return await read_files(ports.sizes, cut=ports.cut, tell=ports.tell)
    if question.get("config"):
        text = str(question["config"])
        given = read_config(text[: MOST_BYTES + 1].encode(errors="replace"))
        return described(model_config(given), "config.json")
    asked = search_input(question)
    return await ask(asked.text, asked.hub, asked.allowed, once=ports.once, tell=ports.tell)
