"""What search engines read of a page as data: JSON-LD in the words of schema.org.

In: a document's path, the site's address, the folder of api/v1/. Out: one JSON object, as the
content of a script that no browser runs. The first page is a WebApplication and the verdicts a
Dataset; a model's page is about a SoftwareApplication, which schema.org has for what is downloaded
and run, and the Dataset of what it needs. Other pages say nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from tabfit import __version__
from tabfit.catalog import Catalog, Model
from tabfit.hub_names import HUB
from tools.dist.data.verdicts_table import MEDIA_TYPE

_MODEL: Final = re.compile(r"m/([^/]+)/index\.html")
NAME: Final = "Will it fit?"
LICENCE_ADDRESS: Final = "https://www.apache.org/licenses/LICENSE-2.0"


def script(path: str, home: str, data: Path) -> str:
    """Return the script of a document, "" where there is nothing to say.

    `home` is the site's address, or what leads to it from the document; `data` holds what
    `public_data` wrote.
    """
    nodes = list(_nodes(path, home, data))
    if not nodes:
        return ""
    told = {"@context": "https://schema.org", "@graph": nodes}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def _nodes(path: str, home: str, data: Path) -> Iterator[dict[str, Any]]:
    named = _MODEL.fullmatch(path)
    if path == "index.html":
        yield _page(home)
        yield _verdicts(home)
    elif named:
        model = _models()[named[1]]
        yield _model(model, home)
        if (data / "models" / f"{model.id}.json").is_file():
            yield _needs(model, home)


@cache
def _models() -> dict[str, Model]:
    return {model.id: model for model in Catalog().models}


def _page(home: str) -> dict[str, Any]:
    return {
        "@type": "WebApplication",
        "name": NAME,
        "url": home,
        "applicationCategory": "DeveloperApplication",
        "operatingSystem": "Any",
        "browserRequirements": "WebAssembly",
        "softwareVersion": __version__,
        "isAccessibleForFree": True,
        "license": LICENCE_ADDRESS,
    }


def _verdicts(home: str) -> dict[str, Any]:
    files = {
        "verdicts.json": "application/json",
        "verdicts.parquet": MEDIA_TYPE,
    }
    return {
        **_dataset(home, files),
        "name": "Which models run in which browsers",
        "description": (
            "For every model of a catalogue, at every runtime and precision, the chance that it "
            "runs in a browser on kinds of devices, as estimated before any download."
        ),
        "url": home,
    }


def _model(model: Model, home: str) -> dict[str, Any]:
    maker, licence = model.maker, {"@type": "CreativeWork", "name": model.licence}
    told = {
        "@type": "SoftwareApplication",
        "@id": f"{_place(model, home)}#model",
        "name": model.name,
        "alternateName": list(model.aliases),
        "url": _place(model, home),
        "applicationCategory": "Machine learning model",
        "applicationSubCategory": model.task,
        "operatingSystem": "Any with a web browser",
        "datePublished": model.released,
        "license": None if model.licence == "unknown" else licence,
        "author": maker and {"@type": "Organization", "name": maker, "url": f"{HUB}/{maker}"},
        "sameAs": model.hub and f"{HUB}/{model.hub}",
    }
    return {name: value for name, value in told.items() if value}


def _needs(model: Model, home: str) -> dict[str, Any]:
    return {
        **_dataset(home, {f"models/{model.id}.json": "application/json"}),
        "name": f"What {model.name} needs to run in a browser",
        "description": (
            f"Downloads, memory and limits of {model.name} in a browser, for every runtime, "
            "precision and length of context, with how each figure is known."
        ),
        "url": _place(model, home),
        "about": {"@id": f"{_place(model, home)}#model"},
    }


def _place(model: Model, home: str) -> str:
    return f"{home}m/{model.id}/"


def _dataset(home: str, files: dict[str, str]) -> dict[str, Any]:
    """Return what both sets of data say: their licence, version and files with media types."""
    return {
        "@type": "Dataset",
        "license": LICENCE_ADDRESS,
        "version": __version__,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": NAME, "url": home},
        "distribution": [
            {"@type": "DataDownload", "contentUrl": f"{home}api/v1/{name}", "encodingFormat": kind}
            for name, kind in files.items()
        ],
    }
