"""What PyScript runs in its worker: what the page may ask for after its first answer.

The answers themselves are given by `answering`, which waits for no PyScript.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial

from app.browser import bridge
from app.qr_code import picture
from tabfit.compare.shipped_package import SHIPPED


async def models() -> str:
    """Return what the browser tells of the device's model; call it after a tap."""
    return json.dumps(await bridge.high_entropy())


async def whole() -> str:
    """Fetch what the first answer did without, so that nothing waits for it later."""
    await bridge.rest()
    return ""


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
    for package in ("numpy", SHIPPED):
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
    models=models,
    find=find,
    stop=stop,
    visits=visits,
    qr=qr,
    whole=whole,
)
