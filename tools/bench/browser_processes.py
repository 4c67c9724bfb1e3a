"""The processes of a browser: which they are, what memory a tab takes, and how to make them slow.

A browser's own throttling does not reach workers, so all its processes are stopped for three
quarters of the time. Linux alone: it reads /proc.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

PROC = Path("/proc")
TURN = 0.005  # seconds that a slowed browser runs at a time: a third of a frame
LOOK = 0.1  # seconds after which new processes are looked for


def browser_of(folder: Path) -> int:
    """Return the process that runs a browser whose profile lies in a folder."""
    (found,) = (each for each in _processes() if _is_browser(each, folder))
    return found


def family(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    parents = {each: _parent(each) for each in _processes()}
    found = [root]
    for one in found:
        found += [each for each, parent in parents.items() if parent == one]
    return found


def tab_bytes(root: int) -> int:
    """Return the memory of a browser's largest renderer, what it shares divided (PSS)."""
    renderers = (each for each in family(root) if b"--type=renderer" in command(each))
    return max(map(_proportional, renderers), default=0)


@contextmanager
def slowed(root: int, times: float) -> Iterator[None]:
    """Let a browser run only one part in `times` of the time."""
    if times <= 1:
        yield
        return
    ended = Event()
    thread = Thread(target=_hold_back, args=(root, times, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _hold_back(root: int, times: float, ended: Event) -> None:
    """Stop and continue; a turn that was longer than meant is followed by a longer stop."""
    everyone, looked = family(root), time.monotonic()
    while not ended.is_set():
        began = time.monotonic()
        time.sleep(TURN)
        _send(everyone, signal.SIGSTOP)
        if began - looked > LOOK:
            everyone, looked = family(root), began
            _send(everyone, signal.SIGSTOP)
        time.sleep(max(0.0, (time.monotonic() - began) * (times - 1)))
        _send(everyone, signal.SIGCONT)


def _send(processes: list[int], told: signal.Signals) -> None:
    for each in processes:
        with suppress(ProcessLookupError):
            os.kill(each, told)


def _processes() -> list[int]:
    return [int(each.name) for each in PROC.iterdir() if each.name.isdigit()]


def command(process: int) -> bytes:
    """Return the words that a process was started with, each ended by a zero byte."""
    try:
        return (PROC / str(process) / "cmdline").read_bytes()
    except OSError:
        return b""  # it has ended


def _is_browser(process: int, folder: Path) -> bool:
    words = command(process)
    return f"--user-data-dir={folder}".encode() in words and b"--type=" not in words


def _parent(process: int) -> int:
    try:
        told = (PROC / str(process) / "stat").read_text()
    except OSError:
        return 0
    return int(told.rpartition(")")[2].split()[1])


def _proportional(process: int) -> int:
    try:
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
