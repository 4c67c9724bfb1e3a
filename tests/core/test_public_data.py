"""What other sites read under api/v1/: its addresses stay, and each file says what it is."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from jsonschema import Draft202012Validator

import tabfit
from tabfit.compare.verdict_grid import requirements_table
from tests.core.gate.test_rules_json import CONTEXTS, rows
from tools import npm_package
from tools.dist.data import public_data

ROOT = Path(__file__).resolve().parents[2]
#: Addresses that others rely on: some may be added, none goes.
ADDRESSES = (
    *("rules.json", "models.json", "devices.json", "runtimes.json", "verdicts.json"),
    *("verdicts.parquet", "openapi.json", "models/llama-3.2-1b.json", "badges/llama-3.2-1b.svg"),
    *("schema/device.json", "schema/estimate.json", "schema/models.json"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder, written for a few models."""
    made = tmp_path_factory.mktemp("api")
    public_data.write(requirements_table(rows(), CONTEXTS), made)
    return made


def told(path: Path) -> Any:
    """Return what a file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def test_addresses(folder: Path) -> None:
    """Every address that others rely on is there, and those of the description are."""
    for address in ADDRESSES:
        assert (folder / address).is_file(), address
    for path, asked in told(folder / "openapi.json")["paths"].items():
        assert (folder / path.format(model="gemma-2b").lstrip("/")).is_file(), path
        for media, what in asked["get"]["responses"]["200"]["content"].items():
            if media == "application/json":
                assert (folder / what["schema"]["$ref"]).is_file(), path


@pytest.mark.parametrize(
    "name", ["rules", "models", "devices", "runtimes", "verdicts", "models/gemma-2b"]
)
def test_signed(folder: Path, name: str) -> None:
    """A file says its version and its licence."""
    said = told(folder / f"{name}.json")
    assert (said["version"], said["licence"]) == (tabfit.__version__, "Apache-2.0")


@pytest.mark.parametrize("kind", ["models", "runtimes"])
def test_lists(folder: Path, kind: str) -> None:
    """The lists are the command line's, as their schemas describe them."""
    Draft202012Validator(told(folder / "schema" / f"{kind}.json")).validate(
        {
            key: value
            for key, value in told(folder / f"{kind}.json").items()
            if key in ("schema", kind)
        }
    )


def test_verdicts(folder: Path) -> None:
    """A verdict stands for every way and every kind of visitor; a phone's are not a desktop's."""
    said = told(folder / "verdicts.json")
    assert len(said["ways"]) == len(said["outcomes"]) == len(said["chances"])
    assert {len(row) for row in said["outcomes"]} == {len(said["kinds"])}
    assert {word for row in said["outcomes"] for word in row} > {0, 1, 2, 3}


def test_the_table_says_the_same(folder: Path) -> None:
    """The verdicts as Parquet are those of the JSON, one row each; they too are signed."""
    said, place = told(folder / "verdicts.json"), str(folder / "verdicts.parquet")
    names = ("platform", "browser", "device_memory", "webgpu", "webgpu_vendor")
    expected = [
        (*way, *(kind.get(name) for name in names), said["words"][outcome], chance)
        for way, outcomes, chances in zip(
            said["ways"], said["outcomes"], said["chances"], strict=True
        )
        for kind, outcome, chance in zip(said["kinds"], outcomes, chances, strict=True)
    ]
    table = duckdb.read_parquet(place)
    assert table.columns == ["model", "runtime", "precision", *names, "outcome", "chance"]
    assert table.fetchall() == expected
    asked = "select key, value from parquet_kv_metadata(?)"
    metadata = duckdb.execute(asked, [place]).fetchall()
    assert dict(metadata) == {b"version": tabfit.__version__.encode(), b"licence": b"Apache-2.0"}


def test_llms_txt(folder: Path) -> None:
    """Every file that llms.txt names is written, and it names every file but itself."""
    text = public_data.llms("https://fit.example")
    named = re.findall(r"\(https://fit\.example/(api/v1/.*?)\)", text)
    for address in named:
        assert (folder / address.removeprefix("api/v1/")).is_file(), address
    assert set(public_data.files()) - {"llms.txt"} <= set(named)
    assert tabfit.__version__ in text


def test_the_package_is_small(tmp_path: Path) -> None:
    """All of the npm package, its badge too, takes 6 kB as a server sends it file by file."""
    npm_package.lay_code(tmp_path / "tabfit")
    files = sorted((tmp_path / "tabfit").glob("*.js"))
    assert {each.name for each in files} >= {"index.js", "engine.js", "device.js", "badge.js"}
    assert sum(len(gzip.compress(each.read_bytes(), 9)) for each in files) <= 6_000
    assert told(ROOT / "js" / "package.json")["version"] == tabfit.__version__
