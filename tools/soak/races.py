"""What could go wrong between questions: hurry, two tabs, a reload while the page starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

#: The stages that a page says it is in, in their order (static/boot_status.js).
READY: Final = "html[data-state=ready]"
STAGES: Final = ("page", "python", "start", "device", "answer", "ready")


def hurried(page: Any, pause: int = 100, times: int = 30) -> Iterator[str]:
    """Yield what is wrong when the context changes once in `pause` milliseconds.

    The answers that came must come in the order in which they were asked for, and the last one
    must be to the last question.
    """
    told = page.evaluate(f"hurry({pause}, {times})")
    if told["last"] != told["asked"]:
        yield f"the list stands on {told['last']}, not {told['asked']}"
    if told["link"] != told["calm"]:
        yield f"the link says {told['link']}, and {told['calm']} where nobody hurries"


def two_tabs(page: Any, address: str) -> Iterator[str]:
    """Yield what is wrong when a second tab of the same browser answers another question."""
    other = page.context.new_page()
    other.goto(address + "#v=1&model=distilbert", wait_until="commit")
    other.wait_for_selector(READY, state="attached")
    before = page.evaluate("shown().link")
    for at in range(5):
        other.evaluate(f"act('choose', {at / 5})")
        page.evaluate(f"act('choose', {at / 7})")
    if other.evaluate("shown().link") == page.evaluate("shown().link"):
        yield "two tabs show one answer"
    if page.evaluate("shown().link") == before:
        yield "a tab does not answer beside another"
    other.close()


def reloaded(page: Any, address: str) -> Iterator[str]:
    """Yield the stages in which a reload keeps the page from becoming ready."""
    for stage in STAGES:
        page.goto("about:blank")
        page.goto(address, wait_until="commit")
        page.wait_for_selector(f"html[data-stage={stage}], {READY}", state="attached")
        page.reload(wait_until="commit")
        page.wait_for_selector(f"{READY}, html[data-state=failed]", state="attached")
        if page.locator("html[data-state=failed]").count():
            yield f"a reload in the stage {stage} ends in a failure"
