"""The finder's replies: what a typed text may mean, and every way to run what was found."""

from __future__ import annotations

from dataclasses import replace

from app import brought, finding
from app.asking import Asked, Reply
from app.views import find
from app.views.html import Html
from willitfit import findings, hub
from willitfit.answers import Answer
from willitfit.catalog import Catalog, Model, search
from willitfit.device import Device
from willitfit.hub import Address
from willitfit.scenario import Scenario


def matches(asked: Asked) -> Reply:
    """Return the models that a typed text may mean, and whom it would ask for what."""
    typed = finding.sent(asked.raw)
    meant = finding.meaning(typed.text, typed.hub, typed.allowed)
    found = _named(typed.text, asked.catalog)
    parts = {
        "matches": find.matches(
            found, grouped=not typed.text.strip(), chosen=asked.fields.get("model", "")
        ),
        "asking": _asking(meant),
    }
    return Reply(parts=parts, title="")


def address(source: str, endpoint: str) -> Address:
    """Return where a link's model lies; raise `UnreachableHub` for what is no address."""
    return hub.parse(source, finding.checked_endpoint(endpoint))


def _named(text: str, catalog: Catalog) -> list[Model]:
    return [catalog.model(each.id) for each in search(text, catalog.models)]


def _asking(meant: finding.Meaning | None) -> Html:
    if meant is None:
        return Html("")
    if meant.address is not None:
        return find.asking(meant.address)
    return find.problem(meant.problem or "")


def ways(given: Answer, catalog: Catalog, here: Device) -> Reply:
    """Return every way to run a model that was brought."""
    bare = replace(given.scenario, runtime=None, precision=None)
    every = findings.ways(bare, catalog, here, given.subject)
    return Reply(parts={"ways": find.ways(every, given)}, title="")


def best(asked: Scenario, catalog: Catalog, here: Device) -> Scenario:
    """Return the best way for a device to run a model that was brought; others stay as they are."""
    about = brought.known(asked.model)
    if about is None:
        return asked
    every = findings.ways(replace(asked, runtime=None, precision=None), catalog, here, about)
    return replace(every[0].scenario, context=None) if every else asked
