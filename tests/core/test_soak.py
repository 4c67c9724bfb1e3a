"""What a long visit is held to: memory, and the command line's answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tabfit.i18n.language import whole_sentence
from tabfit.i18n.size_text import size
from tabfit.units import Interval, exactly
from tools.soak import agreement, memory

ROLLUP = """55d0-7ffc ---p 00000000 00:00 0 [rollup]
Rss:                 900 kB
Pss:                 512 kB
Pss_Anon:            400 kB
Pss_File:            100 kB
Pss_Shmem:            12 kB
"""


def shown(found: dict[str, Any]) -> dict[str, Any]:
    """Return what a page that agrees with an answer shows of it."""
    peak = found["memory"]["peak"]
    return {
        "outcome": found["verdict"]["outcome"],
        "figures": [
            size(exactly(found["download"]["bytes"])),
            size(Interval(peak["low"], peak["likely"], peak["high"])),
        ],
        "checks": [whole_sentence(each["message"]) + " computed" for each in found["checks"]],
    }


def test_a_process_s_share_is_read_from_its_rollup() -> None:
    """The kernel's kilobytes are 1,024 bytes; mapped files and a dead process are nothing."""
    assert memory.pss(ROLLUP) == 412 * 1024
    assert memory.pss("") == 0


@pytest.mark.parametrize(("last", "expected"), [(109, False), (50, False), (111, True)])
def test_a_tenth_may_be_added(last: int, *, expected: bool) -> None:
    """What ends more than a tenth above its beginning has grown."""
    assert memory.grown(100, last) is expected


def test_a_link_becomes_the_command_that_asks_the_same() -> None:
    """Every choice of a link is an option; the device is the link's, else the browser's own."""
    device = Path("d.json")
    words = agreement.words("v=1&model=gpt2&context=512&lang=de", device)
    assert words == ["estimate", "gpt2", "--json", "--context=512", "--device-json=d.json"]
    assert agreement.words("v=1&model=gpt2&device=iphone-13", device)[-1] == "--device=iphone-13"


def test_what_is_shown_otherwise_is_named() -> None:
    """A page that shows what the command line answers differs in nothing; any change is named."""
    found = agreement.answered(["estimate", "distilbert", "--device=pixel-8-pro", "--json"])
    same = shown(found)
    assert list(agreement.differences(same, found)) == []
    for name, other in (("outcome", "surely"), ("figures", ["1 GB"]), ("checks", [])):
        (difference,) = agreement.differences({**same, name: other}, found)
        assert str(other) in difference
