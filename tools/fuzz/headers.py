"""Fuzz the header readers: damaged files by the million, then atheris guided by coverage.

    python -m tools.fuzz.headers --mutants 340000   a million damaged files
    python -m tools.fuzz.headers --mutants 50000 --kind gguf --chance 7
    python -m tools.fuzz.headers --atheris 300 --kind onnx

In: the corpus in tests/data/headers. Out: a count, and each input that crashed,
took longer than a second or more than 64 MiB, kept in .cache/fuzz to be looked
at and, once mended, moved into the corpus.
"""

from __future__ import annotations

import argparse
import sys
import time
import tracemalloc
from hashlib import sha256
from pathlib import Path

from tabfit.errors import UnreadableHeader
from tabfit.headers import KINDS
from tabfit.units import MIB
from tools.fuzz import damaged_headers

CORPUS = Path(__file__).parents[2] / "tests" / "data" / "headers"
FOUND = Path(__file__).parents[2] / ".cache" / "fuzz"
LONGEST = 1.0  # seconds of this process for one input
MOST_MEMORY = 64 * MIB
TRACED = 50  # one input in so many is watched for memory, which makes it ten times slower


def keep(kind: str, data: bytes, why: str) -> None:
    """Write an input that went wrong where it can be looked at."""
    FOUND.mkdir(parents=True, exist_ok=True)
    path = FOUND / f"{sha256(data).hexdigest()[:12]}.{kind}"
    path.write_bytes(data)
    print(f"{kind}: {why}: {path}", flush=True)


def fault_of(kind: str, data: bytes, *, traced: bool) -> str:
    """Return what went wrong with one input, nothing where it was read or refused in time."""
    began = time.process_time()
    try:
        if traced:
            tracemalloc.start()
        damaged_headers.examine(kind, data)
        peak = tracemalloc.get_traced_memory()[1] if traced else 0
    except Exception as error:  # noqa: BLE001 - any other error is what is looked for
        return f"{type(error).__name__}: {error}"
    finally:
        tracemalloc.stop()
    if peak > MOST_MEMORY:
        return f"{peak / MIB:.0f} MiB"
    taken = time.process_time() - began
    return f"{taken:.1f} s" if taken > LONGEST and not traced else ""


def run_mutants(kind: str, count: int, chance: int) -> int:
    """Examine damaged files and return how many went wrong."""
    source, wrong, began = damaged_headers.source(f"{kind} {chance}"), 0, time.monotonic()
    read = 0
    for number in range(count):
        data = damaged_headers.mutant(kind, source)
        fault = fault_of(kind, data, traced=number % TRACED == 0)
        if fault:
            wrong += 1
            keep(kind, data, fault)
        elif number % TRACED == 1:
            read += damaged_headers.examine(kind, data) is not None
    share = 100 * read * TRACED / max(1, count)
    seconds = time.monotonic() - began
    print(
        f"{kind}: {count:,} damaged files, {share:.0f}% readable, {wrong} faults, {seconds:.0f} s"
    )
    return wrong


def write_corpus() -> None:
    """Write the sound files that damage starts from, where they are missing."""
    CORPUS.mkdir(parents=True, exist_ok=True)
    for kind, seeds in damaged_headers.SEEDS.items():
        for number, data in enumerate(seeds):
            (CORPUS / f"sound-{number}.{kind}").write_bytes(data)


def run_atheris(kind: str, seconds: int) -> None:
    """Let atheris search for new paths; it does not return where it is installed."""
    try:
        import atheris
    except ImportError:
        print(f"{kind}: without atheris, of which there are builds for Linux on x86-64 alone")
        return

    with atheris.instrument_imports(include=["tabfit.headers"], enable_loader_override=False):
        for name in [name for name in sys.modules if name.startswith("tabfit.headers")]:
            del sys.modules[name]
        import tabfit.headers as instrumented

    def one(data: bytes) -> None:
        reading = instrumented.read(f"m.{kind}", len(data))
        try:
            instrumented.drive(reading, lambda span: data[span.offset : span.offset + span.length])
        except UnreadableHeader:
            return

    work = FOUND / f"corpus-{kind}"
    work.mkdir(parents=True, exist_ok=True)
    for path in CORPUS.glob(f"*.{kind}"):
        (work / path.name).write_bytes(path.read_bytes())
    options = [f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=1024", "-max_len=8192"]
    atheris.Setup(["fuzz", *options, f"-artifact_prefix={FOUND}/", str(work)], one)
    atheris.Fuzz()


def main() -> int:
    """Run what was asked for and return 1 where anything went wrong."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--kind", choices=KINDS, action="append")
    asked.add_argument("--mutants", type=int, default=0, metavar="COUNT", help="for each format")
    asked.add_argument("--chance", type=int, default=0, help="another number, other damage")
    asked.add_argument("--atheris", type=int, default=0, metavar="SECONDS", help="one format")
    asked.add_argument("--corpus", action="store_true", help="write the sound files anew")
    chosen = asked.parse_args()
    kinds = chosen.kind or list(KINDS)
    if chosen.corpus:
        write_corpus()
    wrong = sum(
        run_mutants(kind, chosen.mutants, chosen.chance) for kind in kinds if chosen.mutants
    )
    if chosen.atheris:
        run_atheris(kinds[0], chosen.atheris)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
