"""Data that other sites and programs read: dist/api/v1/, and llms.txt at the root.

Out: a folder made anew only when what it follows from changed.

    rules.json  models/<id>.json      what the npm package judges by (tabfit.gate)
    models.json devices.json runtimes.json   the lists of the command line
    verdicts.json verdicts.parquet    every model's chances for kinds of visitors
    badges/<id>.svg                   a model's download, as a picture to link from elsewhere
    schema/*.json  openapi.json       what all of these hold

Addresses of version 1 stay: keys and files may be added, none changes its meaning.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

from app.browser import probes
from tabfit import __version__
from tabfit.catalog import Catalog
from tabfit.compare.shipped_package import RULES, SHIPPED, TABLE
from tabfit.compare.verdict_grid import read
from tabfit.compare.verdict_grid.table import RequirementsTable, only, surveys
from tabfit.estimate import answer_json
from tabfit.estimate.subjects import subject
from tabfit.gate.rules import needs_json
from tabfit.i18n.size_text import size
from tabfit.units import exactly
from tools.dist.build_cache import cached_step, digest, files_under
from tools.dist.catalog_requirements import PYTHON
from tools.dist.data import verdicts_table, visitor_kinds
from tools.dist.data.verdict_grid import grid_wheel, public_rules
from tools.dist.paths import ROOT

SCHEMAS: Final = ROOT / "docs" / "schema"
LICENCE: Final = "Apache-2.0"
LISTS: Final = ("models", "devices", "runtimes")


def public_data() -> Path:
    """Return the folder of api/v1/."""
    wheel = grid_wheel()
    behind = [*files_under(PYTHON), *files_under(SCHEMAS), Path(probes.__file__ or "")]
    own = [Path(each.__file__ or "") for each in (verdicts_table, visitor_kinds)]
    own.append(Path(__file__))
    key = digest(wheel.name, behind, own, os.environ.get("SITE_URL", ""))
    return cached_step("api", key, lambda folder: _write(wheel, folder))


def _write(wheel: Path, folder: Path) -> None:
    with ZipFile(wheel) as inside:
        table = read(inside.read(f"{SHIPPED}/{TABLE}"))
        write(table, folder, json.loads(inside.read(f"{SHIPPED}/{RULES}")))


def write(table: RequirementsTable, folder: Path, rules: Mapping[str, Any] | None = None) -> None:
    """Write what is known of a table's models into a folder; `rules` are explored unless given."""
    catalog = Catalog()
    found = public_rules(table) if rules is None else rules
    _json(folder / "rules.json", {**found, "agent": probes.tables()})
    for model in dict.fromkeys(table.models):
        rows, about = only(table, model), subject(model, catalog)
        if rows is not None:
            told = needs_json.model_needs(about, surveys(rows), table.contexts, catalog)
            _json(folder / "models" / f"{model}.json", told)
            _text(folder / "badges" / f"{model}.svg", badge(about.name, _least(told)))
    for kind in LISTS:
        _json(folder / f"{kind}.json", {**answer_json.listing(kind, catalog), **_signed()})
    _json(folder / "verdicts.json", {**visitor_kinds.verdicts(table, catalog), **_signed()})
    verdicts_table.write(folder / "verdicts.json", folder / "verdicts.parquet", _signed())
    for schema in files_under(SCHEMAS):
        _text(folder / "schema" / schema.name, schema.read_text(encoding="utf-8"))
    _json(folder / "openapi.json", openapi(os.environ.get("SITE_URL", "")))


def _signed() -> dict[str, str]:
    return {"version": __version__, "licence": LICENCE}


def _least(told: dict[str, Any]) -> int:
    """Return the smallest download among a model's most willingly chosen ways."""
    ways = told["ways"]
    tier = min(each["tier"] for each in ways)
    downloads = [each["download"] for each in ways if each["tier"] == tier]
    return min(int(each[1] if isinstance(each, list) else each) for each in downloads)


def _json(path: Path, value: object) -> None:
    _text(path, json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n")


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def badge(name: str, download: int) -> str:
    """Return a picture of two words side by side: a model, and what it downloads at least.

    >>> badge("A & B", 5_000_000).count("A &amp; B")
    2
    """
    left, right = escape(name), f"from {size(exactly(download))}"
    first, second = 14 + 7 * len(name), 14 + 7 * len(right)
    whole = first + second
    words = (
        f'<text x="{first / 2}" y="14">{left}</text>'
        f'<text x="{first + second / 2}" y="14">{right}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img">'
        f"<title>{left}: {right}</title>"
        f'<rect width="{whole}" height="20" rx="3" fill="#3a3d46"/>'
        f'<rect x="{first}" width="{second}" height="20" rx="3" fill="#3245c4"/>'
        '<g fill="#fff" font-family="system-ui,sans-serif" font-size="12" text-anchor="middle">'
        f"{words}</g></svg>\n"
    )


def openapi(site: str) -> dict[str, Any]:
    """Return the description of the addresses, which are files."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Will it fit?",
            "version": __version__,
            "license": {"name": LICENCE, "identifier": LICENCE},
            "description": "Static files. Addresses under v1 keep their meaning.",
        },
        "servers": [{"url": f"{site.rstrip('/')}/api/v1" if site else "."}],
        "paths": dict(_paths()),
    }


def files() -> tuple[str, ...]:
    """Return the addresses that name one file each, from the site's root.

    >>> files()[0]
    'api/v1/rules.json'
    """
    whole = (f"api/v1{path}" for path, _told in _paths() if "{" not in path)
    return (*whole, "api/v1/openapi.json", "llms.txt")


def _paths() -> Iterator[tuple[str, Any]]:
    for name, says, schema in (
        ("/rules.json", "Trees of signals that decide, for every runtime", "schema/rules.json"),
        ("/models.json", "The models", "schema/models.json"),
        ("/devices.json", "The devices", "schema/devices.json"),
        ("/runtimes.json", "The runtimes", "schema/runtimes.json"),
        ("/verdicts.json", "Chances of every model for kinds of visitors", "schema/verdicts.json"),
    ):
        yield name, {"get": _answered(says, schema)}
    table = {"description": "Apache Parquet", "content": {verdicts_table.MEDIA_TYPE: {}}}
    summary = "The chances as a table: a row for each way to run a model and kind of visitor"
    yield "/verdicts.parquet", {"get": {"summary": summary, "responses": {"200": table}}}
    model = {"name": "model", "in": "path", "required": True, "schema": {"type": "string"}}
    told = _answered("What every way to run one model needs", "schema/needs.json")
    yield "/models/{model}.json", {"get": told, "parameters": [model]}
    picture = {"description": "A picture", "content": {"image/svg+xml": {}}}
    drawn = {"summary": "A model's smallest download", "responses": {"200": picture}}
    yield "/badges/{model}.svg", {"get": drawn, "parameters": [model]}


def _answered(says: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": schema}}}
    answer = {"description": says, "content": content}
    return {"summary": says, "responses": {"200": answer}}


def llms(site: str) -> str:
    """Return llms.txt: what a program that reads pages should know of this site (llmstxt.org)."""
    at = f"{site.rstrip('/')}/" if site else ""
    return f"""# Will it fit?

> Says before the download whether a model is likely to run in a browser on a device: its
> memory, its files, the limits that decide, and how each figure is known.

## Data

- [Models]({at}api/v1/models.json): every model, its runtimes and precisions
- [What a model needs]({at}api/v1/models/llama-3.2-1b.json): one file for each model's id
- [Rules]({at}api/v1/rules.json): trees of signals that decide for every runtime
- [Verdicts]({at}api/v1/verdicts.json): chances of every model for kinds of visitors
- [Verdicts as a table]({at}api/v1/verdicts.parquet): the same in Apache Parquet
- [Devices]({at}api/v1/devices.json): devices with what is known of each
- [Runtimes]({at}api/v1/runtimes.json): runtimes with the precisions that they load
- [Description]({at}api/v1/openapi.json): OpenAPI 3.1 of all of these

## Pages

- [A model]({at}m/llama-3.2-1b/): the answer for one model, at m/<id>/
- [A frame]({at}m/llama-3.2-1b/?embed): the same for other sites, without head and foot
- [Compare]({at}compare/): every model on one device
- [Badge]({at}api/v1/badges/llama-3.2-1b.svg): a model's smallest download, as a picture

Data and code are {LICENCE}; this is version {__version__}.
"""
