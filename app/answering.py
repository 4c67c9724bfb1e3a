"""What the page's worker answers as soon as Python is there: the device, questions, languages.

Wiring only. Every function takes and gives text, because what crosses from one
thread to the other is copied, and JSON is the same on both sides.

Python starts without the files of its library and of the page's packages
(`static/interpreter.mjs`); what needs one that is not there yet waits for them and starts over.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from app.browser import bridge, probes
from app.render_page import rendered_in_language
from app.respond import packages, respond
from tabfit.compare.shipped_package import SHIPPED
from tabfit.i18n import language


async def describe(page: str = "{}") -> str:
    """Return the device as data (docs/contracts.md); `page` adds what only a page can read."""
    raw = {**await bridge.answers(), **json.loads(page)}
    return json.dumps(probes.device(raw))


async def answer(question: str) -> str:
    """Return the answer to a question, both as JSON."""
    for package in packages(question):
        try:
            await bridge.install(package)
        except OSError:
            if package != SHIPPED:  # without its table the model's own rows are worked out here
                raise
    return await _with_files(respond, question)


async def _with_files(act: Callable[[str], str], question: str) -> str:
    """Return what `act` gives; if it lacks a file or a module, once they have arrived."""
    try:
        return act(question)
    except (ImportError, FileNotFoundError):
        await bridge.rest()
        return act(question)


async def speak(question: str) -> str:
    """Say everything in the language that a question names; return what to show, as JSON.

    That is the page's title and body, unless its document is in that language already
    and the question names no page. The catalogue is fetched from the page's own folder, once.
    """
    asked = json.loads(question)
    code = asked["language"]
    fetched = None if language.ready(code) else await bridge.fetch(asked["catalogue"])
    language.use(code, fetched)
    return await _with_files(rendered_in_language, question) if "view" in asked else "{}"
