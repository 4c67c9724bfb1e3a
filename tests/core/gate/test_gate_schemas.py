"""Rules, needs and verdicts as data keep to their schemas in docs/schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tabfit.catalog import Catalog
from tabfit.cli import command_line
from tabfit.compare.verdict_grid import requirements_table
from tabfit.devices.device import read
from tabfit.gate.rules.device_signals import flat
from tests.core.gate.test_rules_json import CONTEXTS, models, rows, rules
from tools.dist.data import visitor_kinds

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "schema"


def keeps(name: str, given: Any) -> None:
    """Hold a value to a schema, and see that it is refused without each key that is required."""
    schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema)
    validator.validate(given)
    for key in schema["required"]:
        with pytest.raises(ValidationError):
            validator.validate({k: value for k, value in given.items() if k != key})


def test_rules() -> None:
    """Rules of eight runtimes are; a node of no kind is refused."""
    given = rules()
    keeps("rules", given)
    with pytest.raises(ValidationError):
        keeps("rules", {**given, "nodes": [["perhaps", 1, 2]]})


def test_needs() -> None:
    """What every way needs is, at one value for all contexts and at one for each."""
    for each in models().values():
        keeps("needs", each)


def test_verdicts() -> None:
    """Verdicts for kinds of visitors are."""
    table = requirements_table(rows(), CONTEXTS)
    keeps("verdicts", visitor_kinds.verdicts(table, Catalog()))


def test_gate(capsys: pytest.CaptureFixture[str]) -> None:
    """So is what the command prints, also of a precision for each session."""
    words = ["gate", "whisper-base", "--precision", "encoder=fp32,decoder=q4", "--as", "json"]
    assert command_line.main(words) == 0
    printed = json.loads(capsys.readouterr().out)
    keeps("rules", printed["rules"])
    keeps("needs", printed["needs"])
    assert [each["precision"] for each in printed["needs"]["ways"]] == ["encoder=fp32,decoder=q4"]


def test_kinds_of_visitors() -> None:
    """Every device of the catalogue is of a kind; a browser that tells no memory makes one kind."""
    catalog = Catalog()
    found = visitor_kinds.kinds(catalog)
    for row in catalog.devices:
        told = flat(read(row.device))
        assert any(each.items() <= told.items() for each in found), row.id
    assert len(found) == len({tuple(each.items()) for each in found}) > 40
    macs = [each for each in found if (each["platform"], each["browser"]) == ("macos", "safari")]
    assert {each["webgpu_vendor"] for each in macs} == {"amd", "apple", "intel"}
    assert not any("device_memory" in each for each in macs)
