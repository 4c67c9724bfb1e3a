"""How near this project's figures come to ones it did not make.

    python -m tools.accuracy [--check]

In: the rows of `tests/accuracy_*.py`, the cases of `tests/data/measured.json`. Out:
`docs/accuracy.md`, one section each: what is claimed, what holds, and the rows furthest off;
and the same figures as data for the page. The same rows always give the same text; `--check`
only compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from tools.accuracy import figures, files, memory, unseen, verdicts
from tools.accuracy.document import Section

__all__ = ["DOCUMENT", "SECTIONS", "figures", "written"]

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "accuracy.md"

INTRODUCTION: Final = """# How accurate it is

`make accuracy` writes this page from figures that others published and from what the bench
measured. Errors are of the likeliest value; *inside* says whether the interval holds what was
published.
The rows themselves, each with its source, are in `tests/data`.
"""

# What nothing had seen comes first: the other figures judge what the rules were made on.
SECTIONS: tuple[Callable[[], Section], ...] = (
    unseen.unseen,
    files.collected,
    verdicts.verdicts,
    files.gguf,
    files.onnx_known,
    files.onnx_unknown,
    files.onnx_unseen,
    files.mlc,
    files.litert,
    files.safetensors,
    files.onebit,
    memory.cache,
    memory.webllm,
    memory.measured,
)


def written(sections: Iterable[Section]) -> str:
    """Return the document."""
    return "\n".join([INTRODUCTION, *(section.text for section in sections)])
