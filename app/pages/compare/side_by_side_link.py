"""Scenarios side by side, as the link of the page Compare carries them.

In: scenarios, or such a link. Out: the one as the other. Any page may lead there with
its own scenario added to those that stand there already.
"""

from __future__ import annotations

from typing import Final

from tabfit.errors import TabfitError
from tabfit.estimate import link
from tabfit.estimate.scenario import Scenario

#: So many scenarios stand side by side.
MOST: Final = 4
#: The keys of a link that carry them.
PLACES: Final = tuple(f"s{at}" for at in range(1, MOST + 1))
#: What a link of the page Compare carries.
KEYS: Final = (
    *("view", "device", "model", "q", "task", "runtime", "licence", "size", "verdict", "most"),
    *("sort", "pick", *PLACES, "only"),
)


def token(scenario: Scenario) -> str:
    """Return a scenario as one value of a link: its choices in order, "~" between them.

    >>> token(Scenario(model="gemma-2b", runtime="mediapipe", device="iphone-13"))
    'gemma-2b~mediapipe~~~iphone-13'
    """
    told = link.written(scenario)
    if not isinstance(scenario.device, str):
        told["device"] = None
    return "~".join(told[key] or "" for key in link.KEYS).rstrip("~")


def scenario(text: str) -> Scenario:
    """Return the scenario that `token` wrote; raise what reading a link raises.

    >>> scenario("gemma-2b~~int4").precision
    'int4'
    """
    parts = dict(zip(link.KEYS, text.split("~"), strict=False))
    return link.scenario({key: value for key, value in parts.items() if value})


def address(every: list[str]) -> str:
    """Return the link of these tokens side by side, without what leads to the page.

    >>> address(["gemma-2b", "distilbert"])
    '#v=1&view=sides&s1=gemma-2b&s2=distilbert'
    """
    fields = {"view": "sides", **dict(zip(PLACES, every, strict=False))}
    return f"#{link.composed(fields, KEYS)}"


def added(scenario: Scenario, before: str | None) -> str:
    """Return the link of a scenario beside those of an earlier link, the last of them at most.

    >>> added(Scenario(model="distilbert"), "v=1&view=sides&s1=gemma-2b")
    '#v=1&view=sides&s1=gemma-2b&s2=distilbert'
    """
    try:
        fields = link.fields(before or "", KEYS)
    except TabfitError:
        fields = {}
    kept = [fields[place] for place in PLACES if place in fields]
    own = token(scenario)
    return address([*[each for each in kept if each != own][-MOST + 1 :], own])
