"""Running a coroutine in a test, also where a browser's driver has this thread's loop running."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def finished(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Return what a coroutine returns, run in a thread of its own."""
    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(asyncio.run, coroutine).result()
