"""Links: a scenario as the text after '#', and back.

In: any text. Out: a `Scenario` or `UnreadableLink` naming the key. A link
carries choices and never results; what was left to the default is left out.

The form is that of a query: ``v=1&model=gemma-2b&precision=int4``. A device is
a catalogue id or its signals as one JSON object. Links already made open for
ever: they are kept in ``tests/data/links.json``.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote_plus

from tabfit.devices import device as devices
from tabfit.devices.device import Device
from tabfit.errors import UnreadableChoice, UnreadableDevice, UnreadableLink
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.runtimes import load_options
from tabfit.runtimes.load_options import LoadOptions
from tabfit.units import Tokens

VERSION: Final = "1"
KEYS: Final = (
    *("model", "runtime", "precision", "context", "device", "prompt"),
    *load_options.NAMES,
)
LANGUAGE: Final = "lang"

#: A link longer than this is refused unread; a custom architecture may fill 4 kB of it.
LONGEST: Final = 16_384
LONGEST_NAME: Final = 200
LONGEST_CUSTOM: Final = 4_096
#: A config.json larger than this once unpacked is refused.
LARGEST_CUSTOM: Final = 262_144
MOST_CONTEXT: Final = 2**31

CUSTOM: Final = "config:"


def read(text: str) -> Scenario:
    """Return the scenario a link's text says.

    Raises `UnreadableLink` for an unknown, repeated or empty key, an unknown
    version and a bad number, naming the key.

    >>> read("#v=1&model=gemma-2b&context=1024").context
    1024
    """
    return scenario(fields(text, KEYS))


def fields(text: str, keys: Collection[str]) -> dict[str, str]:
    """Return the keys and values of a link's text; the version is checked and left out.

    Raises `UnreadableLink` as `read` does. `lang`, the language a link was written in,
    is accepted beside `keys` on every page.

    >>> fields("#v=1&sort=download", ("sort",))
    {'sort': 'download'}
    """
    pairs = _pairs(text.removeprefix("#"), ("v", *keys, LANGUAGE))
    if pairs.pop("v", VERSION) != VERSION:
        raise UnreadableLink(
            "v", Message("is not a version this page knows; {version} is accepted", version=VERSION)
        )
    pairs.pop(LANGUAGE, None)
    return pairs


def scenario(pairs: Mapping[str, str]) -> Scenario:
    """Return the scenario that a link's keys and values say."""
    if "model" not in pairs:
        raise UnreadableLink("model", Message("is missing; a link names at least a model"))
    return Scenario(
        model=pairs["model"],
        runtime=pairs.get("runtime"),
        precision=pairs.get("precision"),
        context=_tokens("context", pairs),
        prompt=_tokens("prompt", pairs),
        device=_device(pairs.get("device")),
        options=_options(pairs),
    )


def _options(pairs: Mapping[str, str]) -> LoadOptions:
    try:
        return load_options.read(pairs)
    except UnreadableChoice as fault:
        raise UnreadableLink(fault.key, fault.problem) from None


def _pairs(text: str, keys: Collection[str]) -> dict[str, str]:
    if len(text) > LONGEST:
        raise UnreadableLink(
            "v", Message("link is longer than {longest} characters", longest=LONGEST)
        )
    pairs: dict[str, str] = {}
    for part in filter(None, text.split("&")):
        key, _equals, value = part.partition("=")
        if key not in keys:
            raise UnreadableLink(
                key, Message("is not a key of a link; known are: {known}", known=", ".join(keys))
            )
        if key in pairs:
            raise UnreadableLink(key, Message("is said twice; once is accepted"))
        pairs[key] = _text(key, value)
    return pairs


def _text(key: str, value: str) -> str:
    try:
        text = unquote_plus(value, errors="strict")
    except UnicodeDecodeError:
        raise UnreadableLink(key, Message("is not UTF-8 text")) from None
    most = {"device": LONGEST, "model": LONGEST_CUSTOM + len(CUSTOM)}.get(key, LONGEST_NAME)
    if key == "model" and not text.startswith(CUSTOM):
        most = LONGEST_NAME
    if not text or len(text) > most or not text.isprintable():
        raise UnreadableLink(
            key, Message("is empty, unprintable or longer than {most} characters", most=most)
        )
    return text


def _tokens(key: str, pairs: Mapping[str, str]) -> Tokens | None:
    text = pairs.get(key)
    if text is None:
        return None
    if not (
        text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= MOST_CONTEXT
    ):
        raise UnreadableLink(key, Message("is not a whole number of tokens from 1 to 2147483648"))
    return Tokens(int(text))


def _device(text: str | None) -> str | Device | None:
    if text is None or not text.startswith("{"):
        return text
    try:
        return devices.read(json.loads(text, object_pairs_hook=_once, parse_constant=_refuse))
    except UnreadableDevice as fault:
        raise UnreadableLink(
            "device", Message("holds {key}, which {problem}", key=fault.key, problem=fault.problem)
        ) from fault
    except (ValueError, RecursionError):
        raise UnreadableLink(
            "device", Message("is neither a catalogue id nor a JSON object")
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is said twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def write(scenario: Scenario) -> str:
    """Return the link's text, without '#', that `read` turns back into the scenario.

    >>> write(Scenario(model="gemma-2b", context=Tokens(512)))
    'v=1&model=gemma-2b&context=512'
    """
    return composed(written(scenario), KEYS)


def written(scenario: Scenario) -> dict[str, str | None]:
    """Return a scenario's choices as a link's keys and values."""
    return {
        "model": scenario.model,
        "runtime": scenario.runtime,
        "precision": scenario.precision,
        "context": None if scenario.context is None else str(scenario.context),
        "prompt": None if scenario.prompt is None else str(scenario.prompt),
        "device": _said(scenario.device),
        **load_options.written(scenario.options),
    }


def composed(values: Mapping[str, str | None], keys: Collection[str]) -> str:
    """Return keys and values as a link's text, in the order of `keys`; empty ones are left out.

    >>> composed({"sort": "download", "task": None}, ("task", "sort"))
    'v=1&sort=download'
    """
    said = [("v", VERSION), *((key, values.get(key)) for key in keys)]
    return "&".join(f"{key}={quote(value, safe=_SAFE)}" for key, value in said if value)


#: Characters a fragment may hold as they are, so that links stay readable.
_SAFE: Final = "/:@!$'()*,;?-._~"


def _said(device: str | Device | None) -> str | None:
    if isinstance(device, Device):
        alone = replace(device, history=())  # what was tried on it stays on it
        return json.dumps(devices.written(alone), separators=(",", ":"), ensure_ascii=False)
    return device


def packed(config: Mapping[str, Any]) -> str:
    """Return a custom architecture as a model's name in a link, at most 4 kB of text.

    Raises `UnreadableLink` when the config does not fit.
    """
    plain = json.dumps(config, separators=(",", ":"), sort_keys=True).encode()
    text = base64.urlsafe_b64encode(zlib.compress(plain, 9)).decode().rstrip("=")
    if len(text) > LONGEST_CUSTOM:
        raise UnreadableLink(
            "model", Message("would need {count} characters; 4096 are accepted", count=len(text))
        )
    return CUSTOM + text


def unpacked(model: str) -> dict[str, Any]:
    """Return the config that `packed` put into a model's name.

    Total, and bounded: never more than 256 KiB is unpacked.

    >>> unpacked(packed({"model_type": "bert"}))
    {'model_type': 'bert'}
    """
    text = model.removeprefix(CUSTOM)
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(raw, LARGEST_CUSTOM)
        config = json.loads(plain) if unpacker.eof else None
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        config = None
    if not isinstance(config, dict):
        raise UnreadableLink("model", Message("holds no readable architecture after 'config:'"))
    return config
