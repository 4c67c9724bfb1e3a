"""What the answer's page says of this device alone: what was tried and measured here, what is kept.

In: an answer and the question of the page, with what the browser keeps. Out: HTML.
"""

from __future__ import annotations

from app import device_here
from app.components.device import kept_data, trial_report
from app.components.html import Html
from app.request_reply import PageRequest
from tabfit.estimate.answers import Answer


def tried(given: Answer, asked: PageRequest, named: str) -> Html:
    """Return what to say of a trial, and of the answer itself where `named` is a link to it."""
    pinned, reports = device_here.kept(asked.raw).get("pinned"), asked.raw.get("reports")
    there = isinstance(pinned, list) and named in pinned
    return trial_report.card(given, named, pinned=there, reports=str(reports or ""))


def kept(asked: PageRequest) -> Html:
    """Return what this device keeps."""
    told = device_here.kept(asked.raw)
    return kept_data.inside(told, asked.here, asked.catalog, stated=asked.stated)
