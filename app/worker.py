"""What PyScript runs in its worker: reads the device, answers questions.

Wiring only. Every function takes and gives text, because what crosses from one
thread to the other is copied, and JSON is the same on both sides.

Python starts without the files of its library and of the page's packages
(`static/interpreter.mjs`); what needs one that is not there yet waits for them and starts over.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial

from app.browser import bridge, probes
from app.qr_code import picture
from app.render_page import rendered_in_language
from app.respond import GRID, packages, respond
from tabfit.i18n import language


async def describe(page: str = "{}") -> str:
    """Return the device as data (docs/contracts.md); `page` adds what only a page can read."""
    raw = {**await bridge.answers(), **json.loads(page)}
    return json.dumps(probes.device(raw))


async def models() -> str:
    """Return what the browser tells of the device's model; call it after a tap."""
    return json.dumps(await bridge.high_entropy())


async def answer(question: str) -> str:
    """Return the answer to a question, both as JSON."""
    for package in packages(question):
        try:
            await bridge.install(package)
        except OSError:
            if package != GRID:  # without its table the model's own rows are worked out here
                raise
    return await _with_files(respond, question)


async def whole() -> str:
    """Fetch what the first answer did without, so that nothing waits for it later."""
    await bridge.rest()
    return ""


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


async def find(question: str) -> str:
    """Return the name of the model that a hub, files or a config told of, or the problem."""
    await bridge.rest()
    from app.model_import import importer  # noqa: PLC0415 - the first answer does without

    global _stop  # noqa: PLW0603 - one question is under way at a time
    await stop()
    _stop = bridge.Stop()
    ports = importer.BrowserPorts(
        once=partial(bridge.ask, stop=_stop),
        cut=bridge.cut,
        sizes=bridge.sizes(),
        tell=bridge.tell,
    )
    under_way = asyncio.ensure_future(importer.answered(json.loads(question), ports))
    _stop.ends(under_way)
    try:
        return json.dumps(await under_way)
    except asyncio.CancelledError:
        return json.dumps({"stopped": True})


async def visits(question: str) -> str:
    """Read the table of visits that was handed over, or a text; return what is wrong with it."""
    for package in ("numpy", GRID):
        await bridge.install(package)
    from app.pages.ship_it import session_visits  # noqa: PLC0415 - the first answer does without

    ports = session_visits.Ports(cut=bridge.cut, sizes=bridge.sizes(), tell=bridge.tell)
    return json.dumps(await session_visits.read(json.loads(question), ports))


async def stop() -> str:
    """End the question that is under way, if any."""
    if _stop is not None:
        _stop.off()
    return ""


_stop: bridge.Stop | None = None


async def qr(text: str) -> str:
    """Return a QR code of `text` as an SVG element."""
    await bridge.install("segno")
    return picture(text)


bridge.receive()
bridge.offer(
    describe=describe,
    models=models,
    answer=answer,
    speak=speak,
    find=find,
    stop=stop,
    visits=visits,
    qr=qr,
    whole=whole,
)
