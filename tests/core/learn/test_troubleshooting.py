"""Every message that people met leads to the check that answers it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tabfit.learn.troubleshooting import TROUBLES, trouble
from tabfit.verdict.labels import CHECKS

REPORTS: Final = Path(__file__).parents[2] / "data" / "field_reports.jsonl"
#: The checks that may answer a report, by the kind of failure that it tells of.
ANSWERS: Final = {
    "feature": {"webgpu", "shader-f16", "jspi", "operators", "threads"},
    "limit": {"storage-buffers", "largest-tensor", "workgroup-storage", "file-size", "wasm-memory"},
    "memory": {"memory", "wasm-memory", "driver", "file-size"},  # a buffer that was not granted
    "driver": {"driver"},
    "reserve": {"address-room", "memory"},  # "Out Of memory" alone does not tell them apart
    "wrong output": {"wrong-output"},
}
#: Messages that name no cause, whatever happened.
SILENT: Final = {
    *("Failed to load model, please try again later!", "same for me", "inited failed"),
    'availability() is "unavailable"',
    *("no available backend found. ERR:", "stuck to Loading model"),
    "Chat module not yet initialized",
    "q80 with ~2.5GB didn't load successfully, maybe a memory limit?",
}


def told() -> list[tuple[str, str]]:
    """Return the kind and the message of every report that has both."""
    rows = (json.loads(line) for line in REPORTS.read_text(encoding="utf-8").splitlines())
    return [(row["kind"], row["message"]) for row in rows if row.get("kind") and row.get("message")]


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_message_leads_to_its_check(kind: str) -> None:
    """What a report's message is found under is a check of the report's own kind."""
    messages = [message for each, message in told() if each == kind and message not in SILENT]
    assert messages
    for message in messages:
        found = trouble(message)
        assert found is not None, message
        assert found.check in ANSWERS[kind], (message, found.check)


def test_every_answer_is_a_check_of_the_engine() -> None:
    """The list names checks that are really made, each once, and says what helps."""
    names = [each.check for each in TROUBLES]
    assert len({*names}) == len(names)
    assert all(name in CHECKS for name in names)
    assert all(each.remedy for each in TROUBLES)


@pytest.mark.parametrize(
    ("message", "check"),
    [
        ("Binding size (402653184) is larger than the maximum 134217728", "largest-tensor"),
        ("SharedArrayBuffer is not defined", "threads"),
        ("A problem repeatedly occurred on https://example.org", "memory"),
        ("Unsupported model type: lfm3", "runtime-fault"),
    ],
)
def test_messages_that_others_print(message: str, check: str) -> None:
    """Browsers' and runtimes' own texts: an image encoder's 384 MiB against 128, and the like."""
    found = trouble(message)
    assert found is not None
    assert found.check == check
