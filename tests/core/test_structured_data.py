"""Search engines read a page as data: valid JSON-LD whose addresses lead to what is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tabfit.catalog import Catalog
from tools.dist.data import public_data
from tools.dist.pages import structured_data

HOME = "https://fit.example/a/"
#: What schema.org defines for each type used (schema.org/version/latest, read 2026-11).
PROPERTIES = {
    "WebApplication": {"browserRequirements", "isAccessibleForFree", "softwareVersion"},
    "SoftwareApplication": {"alternateName", "applicationSubCategory", "datePublished", "author"},
    "Dataset": {"distribution", "version", "creator", "isAccessibleForFree", "about"},
}
COMMON = {"@type", "@id", "name", "description", "url", "license", "sameAs"}
APPLICATION = {"applicationCategory", "operatingSystem"}


def nodes(script: str) -> list[dict[str, Any]]:
    """Return what a script says, once it is seen to be one whole object."""
    (text,) = re.findall(r'<script type="application/ld\+json">([^<]*)</script>', script)
    told = json.loads(text)
    assert told["@context"] == "https://schema.org"
    graph: list[dict[str, Any]] = told["@graph"]
    return graph


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder in which one model's needs are known."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "gemma-2b.json").write_text("{}")
    return tmp_path


@pytest.mark.parametrize("path", ["index.html", "m/gemma-2b/index.html"])
def test_properties(path: str, data: Path) -> None:
    """Each thing says what its type has, and nothing that schema.org does not define of it."""
    for node in nodes(structured_data.script(path, HOME, data)):
        named = PROPERTIES[node["@type"]]
        assert set(node) - COMMON - APPLICATION <= named
        assert {"name", "url"} <= set(node)
        assert all(node.values())


def test_files(data: Path) -> None:
    """Data are offered at addresses that the site has, with licence and version."""
    every = {address: HOME + address for address in public_data.files()}
    (_page, verdicts) = nodes(structured_data.script("index.html", HOME, data))
    offered = {each["contentUrl"] for each in verdicts["distribution"]}
    assert offered <= set(every.values())
    assert len(offered) == 2
    assert verdicts["license"].endswith("LICENSE-2.0")
    assert verdicts["version"]


def test_a_model_without_data_offers_none(data: Path) -> None:
    """Where no file is written no set of data is promised."""
    (model,) = nodes(structured_data.script("m/distilbert/index.html", HOME, data))
    assert model["@type"] == "SoftwareApplication"
    assert structured_data.script("compare/index.html", HOME, data) == ""


def test_every_model(data: Path) -> None:
    """Every model of the catalogue is said, and its page is the thing's address."""
    for row in Catalog().models:
        (model, *_rest) = nodes(structured_data.script(f"m/{row.id}/index.html", HOME, data))
        assert model["url"] == f"{HOME}m/{row.id}/"
        assert re.fullmatch(r"\d{4}-\d\d", model["datePublished"])
