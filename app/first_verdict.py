"""What a model's page needs to say its first verdict before Python is there, as JSON.

In: a model's lines of the catalogue's requirements. Out: a script element that runs nothing, at the
end of the document. `static/first_verdict.js` reads the device, judges the lines by the rules that
`tabfit.gate` wrote and chooses among them as `tabfit.compare.comparisons.best` does; the words are
all written here. Python's own answer takes the place of what it shows.

    model     the id
    ways      in the order in which they are chosen: what `needs_json` says of each, how near it is
              to the original in bits, the words that stand for it in the question, and its
              download as a figure
    headings  the verdict's heading by outcome
    decides   what decides, by check
    steps     to how many in a hundred a chance is said
    chances   the sentence for a chance of so many in a hundred, of twice as many, …
    card      what stands in the answer's place, with room for these
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from app.components.html import Html, joined, tag
from app.components.labels import bytes_, tokens
from app.components.verdict import verdict_card
from app.site_data import catalog_requirements
from tabfit.catalog import Catalog
from tabfit.compare.catalog_requirements import CatalogRequirement
from tabfit.gate.rules import needs_json
from tabfit.i18n.language import _
from tabfit.verdict import chance_text
from tabfit.verdict.labels import CHECKS
from tabfit.verdict.overall_verdict import WORDS
from tabfit.verdict.probability import Outcome

NAME: Final = "first-verdict"


def script(model: str, catalog: Catalog) -> Html:
    """Return the element for a catalogue model's page, in the language in use."""
    lines = catalog_requirements().lines(model)
    real = [each for each in lines if not catalog.runtime(each.runtime).hypothetical]
    text = json.dumps(_said(model, real, catalog), separators=(",", ":"), ensure_ascii=False)
    return tag("script", Html(text.replace("<", "\\u003c")), type="application/json", id=NAME)


def _said(model: str, lines: Sequence[CatalogRequirement], catalog: Catalog) -> dict[str, Any]:
    return {
        "model": model,
        "ways": [_way(each, catalog) for each in lines],
        "headings": {each: verdict_card.heading(each, WORDS[each]) for each in Outcome},
        "decides": {each: verdict_card.decided_by(title) for each, title in CHECKS.items()},
        "steps": chance_text.SAID_TO,
        "chances": [
            chance_text.said(each / 100)
            for each in range(chance_text.SAID_TO, 100, chance_text.SAID_TO)
        ],
        "card": _card(),
    }


def _way(line: CatalogRequirement, catalog: Catalog) -> dict[str, Any]:
    size = line.download.likely
    return {
        **needs_json.way_needs(line.tier, line.surveyed),
        "bits": line.bits,
        "said": {
            "precision": line.precision,
            "runtime": catalog.runtime(line.runtime).short,
            "context": tokens(line.surveyed[0].usual),
        },
        "figure": verdict_card.download(joined(bytes_(size)), line.download_basis) if size else "",
    }


def _card() -> Html:
    """Return the card of a verdict as far as it goes without Python, with its places empty."""
    return tag(
        "div",
        tag(
            "section",
            tag("p", class_="deciding"),
            tag("p", class_="aside-note", id="what-decides"),
            tag("dl", class_="figures"),
            tag("p", _("The reasons follow as soon as Python is here."), class_="aside-note"),
            class_="card",
            aria_label=_("Verdict"),
        ),
        class_="column",
    )
