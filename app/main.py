"""What PyScript runs in its worker: reads the device, answers questions.

Wiring only. Every function takes and gives text, because what crosses from one
thread to the other is copied, and JSON is the same on both sides.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial

from app import browser, probes
from app.bodies import spoken
from app.qr import picture
from app.respond import packages, respond
from willitfit import language


async def describe(page: str = "{}") -> str:
    """Return the device as data (DESIGN §5.4); `page` adds what only a page can read."""
    raw = {**await browser.answers(), **json.loads(page)}
    return json.dumps(probes.device(raw))


async def models() -> str:
    """Return what the browser tells of the device's model; call it after a tap."""
    return json.dumps(await browser.high_entropy())


async def answer(question: str) -> str:
    """Return the answer to a question, both as JSON."""
    for package in packages(question):
        await browser.install(package)
    return respond(question)


async def speak(question: str) -> str:
    """Say everything in the language that a question names; return what to show, as JSON.

    That is the page's title and body, unless its document is in that language already
    and the question names no page. The catalogue is fetched from the page's own folder, once.
    """
    asked = json.loads(question)
    code = asked["language"]
    fetched = None if language.ready(code) else await browser.fetch(asked["catalogue"])
    language.use(code, fetched)
    return spoken(question) if "view" in asked else "{}"


async def find(question: str) -> str:
    """Return the name of the model that a hub, files or a config told of, or the problem."""
    from app import finding  # noqa: PLC0415 - the first answer does without

    global _stop  # noqa: PLW0603 - one question is under way at a time
    await stop()
    _stop = browser.Stop()
    ports = finding.Ports(
        once=partial(browser.ask, stop=_stop),
        cut=browser.cut,
        sizes=browser.sizes(),
        tell=browser.tell,
    )
    under_way = asyncio.ensure_future(finding.answered(json.loads(question), ports))
    _stop.ends(under_way)
    try:
        return json.dumps(await under_way)
    except asyncio.CancelledError:
        return json.dumps({"stopped": True})


async def stop() -> str:
    """End the question that is under way, if any."""
    if _stop is not None:
        _stop.off()
    return ""


_stop: browser.Stop | None = None


async def qr(text: str) -> str:
    """Return a QR code of `text` as an SVG element."""
    await browser.install("segno")
    return picture(text)


browser.receive()
browser.offer(
    describe=describe, models=models, answer=answer, speak=speak, find=find, stop=stop, qr=qr
)
