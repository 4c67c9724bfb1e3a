"""Damage links in many ways and open each on every page: an answer or a notice, never a fault.

In: the links that must open for ever, the catalogue, and configs damaged by `configs` and
packed. Out: a line with how many got a notice, and the slowest. Exit 1 where a page raised, or
one answer took longer than `MOST_SECONDS`.

    python -m tools.fuzz.links --count 5000 --seed 1
"""

from __future__ import annotations

import json
import random
from functools import partial
from typing import Any, Final

from app import pages
from app.respond import respond
from tabfit import catalog
from tabfit.errors import UnreadableLink
from tabfit.estimate import link
from tools.fuzz.configs import DATA, mutated
from tools.fuzz.trials import Trials, counting

#: Seconds of processor that one link may take; a model of 60,000 tensors takes one.
MOST_SECONDS: Final = 3.0
DEVICE: Final = {"platform": "android", "device_memory": 8, "browser": "chrome", "webgpu": None}
AWKWARD: Final = (
    *("", "0", "-1", "1e9", "9" * 40, "null", "%00", "%ff", "a" * 300, "☃", "&", "=", "v=2"),
    *("config:", "config:AAAA", "hf:a/b", "https://x/y", "{}", '{"ram_bytes":-1}', "[" * 2000),
)


def samples() -> list[str]:
    """Return the links that damage starts from."""
    kept = json.loads((DATA / "links.json").read_text(encoding="utf-8"))
    rows = kept["links"] if isinstance(kept, dict) else kept
    return [row if isinstance(row, str) else row["link"] for row in rows]


def packed(seed: int, number: int) -> str:
    """Return a link to a damaged config, or to the name of one that does not fit a link."""
    try:
        return f"v=1&model={link.packed(mutated(seed, number))}"
    except (UnreadableLink, ValueError):
        return "v=1&model=config:"


def damaged(seed: int, number: int, kept: list[str]) -> str:
    """Return one damaged link, the same for the same numbers."""
    dice = random.Random(f"{seed}:{number}")  # noqa: S311 - the same draws every time are wanted
    text = packed(seed, number) if dice.random() < 0.5 else dice.choice(kept)
    rows = catalog.read()
    more = {
        "model": rows.models.ids,
        "runtime": rows.runtimes.ids,
        "device": rows.devices.ids,
        "precision": ("int4", "q4", "q4f16_1", "Q4_K_M", "fp16"),
        "context": ("1", "512", "131072"),
        "prompt": ("1", "4096"),
    }
    said = dict(part.split("=", 1) for part in text.split("&") if "=" in part)
    for _ in range(dice.randint(0, 3)):
        key = dice.choice(sorted(more))
        said[key] = dice.choice(AWKWARD if dice.random() < 0.1 else more[key])
    text = "&".join(f"{key}={value}" for key, value in said.items())
    if dice.random() < 0.1:
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice(AWKWARD) + text[at + dice.randrange(5) :]
    return text


def opened(text: str, view: str) -> dict[str, Any]:
    """Return what a page says to a link, as the page's script asks it."""
    question = {"view": view, "device": DEVICE, "stated": {}, "link": text}
    said: dict[str, Any] = json.loads(respond(json.dumps(question)))
    return said


def main() -> int:
    """Open so many damaged links and say what happened."""
    options = counting(__doc__, 5_000).parse_args()
    kept, noticed, trials = samples(), 0, Trials()
    for view in pages.NAMES:
        opened("", view)  # what is read once is read
    for number in range(options.count):
        text = damaged(options.seed, number, kept)
        view = pages.NAMES[0] if number % 2 else pages.NAMES[number % len(pages.NAMES)]
        said = trials.tried(f"link {number} on {view}: {text[:300]}", partial(opened, text, view))
        noticed += bool(said and said["notice"])
    return trials.done(f"{options.count} links: {noticed} notices", MOST_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
