"""Damage a hub's answers in many ways and look each model up: an answer or one sentence.

In: the repositories of the fake hub, whose answers are made here without a network. Each answer
may come with another status, other headers, cut, noisy, or with other JSON. What is found is
brought to the page and answered. Out: a line with how many were answered and refused, and the
slowest. Exit 1 where anything but a typed refusal was raised, a plan asked more than
`MOST_REQUESTS` times, or one took longer than `MOST_SECONDS`.

    python -m tools.fuzz.hub --count 5000 --seed 1
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from app.model_import import session_models
from app.respond import respond
from tabfit import catalog
from tabfit.errors import TabfitError
from tabfit.estimate import imported_model
from tabfit.hub import HubResponse, Request, carry_out, look_up, parse
from tabfit.light_dataclass import replace
from tools.fake_hub import description
from tools.fake_hub_models import Repository, repositories
from tools.fuzz.configs import AWKWARD
from tools.fuzz.trials import Trials, counting

#: Seconds of processor that one model may take, all its answers and the page's reply together.
MOST_SECONDS: Final = 2.0
MOST_REQUESTS: Final = 100
DEVICE: Final = {"platform": "linux", "device_memory": 8, "browser": "chrome", "webgpu": None}
STATUSES: Final = (0, 200, 204, 206, 301, 304, 400, 401, 403, 404, 410, 416, 429, 451, 500, 503)
HEADERS: Final = {
    "content-range": ("bytes 0-9/10", "bytes 0-9/*", "bytes 9-0/5", "", "9" * 40, "bytes -1/-1"),
    "content-length": ("0", "-1", "9" * 40, "many"),
    "content-encoding": ("gzip", "br", "none"),
    "x-error-code": ("GatedRepo", "EntryNotFound", "RevisionNotFound", "RepoNotFound", "☃"),
    "retry-after": ("0", "-1", "9" * 40, "soon"),
}
_INFORMATION: Final = re.compile(r"/api/models/([^/]+/[^/]+)(?:/revision/.+)?")
_FILE: Final = re.compile(r"/([^/]+/[^/]+)/resolve/[^/]+/(.+)")


def sound(held: Mapping[str, Repository], request: Request) -> HubResponse:
    """Return what a hub without a fault answers."""
    path = unquote(urlsplit(request.url).path)
    information, file = _INFORMATION.fullmatch(path), _FILE.fullmatch(path)
    name = (information or file or [path, ""])[1]
    if name not in held:
        return HubResponse(status=401, headers={"x-error-code": "RepoNotFound"})
    if file is None:
        listed = held[name].raw or json.dumps(description(name, held[name])).encode()
        return HubResponse(status=200, body=listed, url=request.url)
    body = held[name].files.get(file[2])
    if body is None:
        return HubResponse(status=404, headers={"x-error-code": "EntryNotFound"})
    return _stretch(body, request)


def _stretch(body: bytes, request: Request) -> HubResponse:
    if request.offset is None:
        told = {"content-length": str(len(body))}
        return HubResponse(status=200, body=body[: request.most + 1], headers=told)
    part = body[request.offset : request.offset + request.most]
    told = {"content-range": f"bytes {request.offset}-{request.offset + len(part)}/{len(body)}"}
    return HubResponse(status=206, body=part, headers=told)


def damaged(answer: HubResponse, dice: random.Random) -> HubResponse:
    """Return an answer with one thing about it changed."""
    kind = dice.randrange(5)
    if kind == 0:
        return replace(answer, status=dice.choice(STATUSES))
    if kind == 1:
        name = dice.choice(sorted(HEADERS))
        return replace(answer, headers={**answer.headers, name: dice.choice(HEADERS[name])})
    if kind == 2:
        return replace(answer, body=answer.body[: dice.randrange(len(answer.body) + 1)])
    if kind == 3:
        return replace(answer, body=_noisy(answer.body, dice))
    return replace(answer, body=_otherwise(answer.body, dice))


def _noisy(body: bytes, dice: random.Random) -> bytes:
    """Return bytes of which some, mostly near the beginning, are others."""
    changed = bytearray(body)
    for _ in range(dice.randint(1, 8) if body else 0):
        changed[dice.randrange(min(len(body), dice.choice((16, 256, len(body)))))] = dice.choice(
            (0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256))
        )
    return bytes(changed)


def _otherwise(body: bytes, dice: random.Random) -> bytes:
    """Return JSON of which a value anywhere is another; noise where it is no JSON."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return _noisy(body, dice)
    return json.dumps(_changed(value, dice)).encode()


def _changed(value: Any, dice: random.Random) -> Any:
    """Return JSON data with one value replaced, wherever a walk down from the top ends."""
    if isinstance(value, dict) and value and dice.random() < 0.9:
        key = dice.choice(sorted(value))
        return {**value, key: _changed(value[key], dice)}
    if isinstance(value, list) and value and dice.random() < 0.9:
        at = dice.randrange(len(value))
        return [*value[:at], _changed(value[at], dice), *value[at + 1 :]]
    return dice.choice(AWKWARD)


class Hub:
    """The answers to one model's questions, some of them damaged."""

    def __init__(self, held: Mapping[str, Repository], dice: random.Random) -> None:
        """Answer from these repositories."""
        self.held, self.dice, self.asked = held, dice, 0

    def fetch(self, batch: Sequence[Request]) -> list[HubResponse]:
        """Return an answer to each request, some of them damaged."""
        self.asked += len(batch)
        if self.asked > MOST_REQUESTS:
            raise RuntimeError("the plan goes on asking")
        found = [sound(self.held, each) for each in batch]
        return [damaged(each, self.dice) if self.dice.random() < 0.3 else each for each in found]


def brought(seed: int, number: int, held: Mapping[str, Repository]) -> bool:
    """Return whether a damaged model was answered; anything but a typed refusal is raised."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 - the same draws every time are wanted
    name = dice.choice(sorted(held))
    path = dice.choice(["", "", *sorted(held[name].files)])
    address = parse(f"https://huggingface.co/{name}" + (f"/blob/main/{path}" if path else ""))
    plan = look_up(address, tensors=dice.random() < 0.5)
    try:
        found = carry_out(plan, Hub(held, dice).fetch)
        about = imported_model.subject(found, catalog.read())
    except TabfitError:
        return False
    question = {"device": DEVICE, "stated": {}, "form": {"model": session_models.keep(about)}}
    part = dice.choice((None, "code", "pictures", "common-devices", "ways"))
    respond(json.dumps(question if part is None else {**question, "part": part}))
    return True


def main() -> int:
    """Look up so many damaged models and say what happened."""
    options = counting(__doc__, 5_000).parse_args()
    held, answered, trials = repositories(), 0, Trials()
    respond("{}")  # what is read once is read
    for number in range(options.count):
        ask = partial(brought, options.seed, number, held)
        answered += bool(trials.tried(f"model {number}", ask))
    return trials.done(f"{options.count} models of a hub: {answered} answered", MOST_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
