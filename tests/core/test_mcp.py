"""`tabfit mcp`: a client of the protocol gets what the command line prints."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import TextContent

import tabfit
from tabfit.cli import command_line
from tabfit.cli.commands import mcp
from tests.event_loops import finished


def asked(tool: str, given: Mapping[str, Any]) -> tuple[bool, str]:
    """Return whether a tool failed, and the text that it answers."""

    async def ask() -> tuple[bool, str]:
        async with Client(mcp.server()) as client:
            found = await client.call_tool(tool, dict(given))
            (content,) = found.content
            assert isinstance(content, TextContent)
            return found.is_error, content.text

    return finished(ask())


def test_estimate_is_that_of_the_library() -> None:
    """The tool's object is the report of the same question."""
    question = {"model": "gemma-2b", "precision": "int4", "device": "iphone-13"}
    failed, text = asked("estimate", question)
    assert not failed
    expected = tabfit.report(tabfit.estimate("gemma-2b", precision="int4", device="iphone-13"))
    assert json.loads(text) == json.loads(json.dumps(expected))


def test_inspect_and_compare() -> None:
    """A config's tensors, and the models that were asked for, no more."""
    config = "tests/data/configs/HuggingFaceTB__SmolLM2-135M.json"
    failed, text = asked("inspect", {"source": config})
    assert not failed
    assert json.loads(text)["parameters"]["total"] == 134_515_008  # as transformers counts it
    failed, text = asked("compare", {"device": "pixel-8-pro", "most": 3})
    assert not failed
    assert [each["outcome"] for each in json.loads(text)["models"]] == ["likely"] * 3


def test_what_is_unknown_is_the_tool_s_error() -> None:
    """The sentence is that of the command line, and no traceback."""
    failed, text = asked("estimate", {"model": "gemma-2b", "device": "pixel-1"})
    assert failed
    assert "unknown device 'pixel-1'" in text
    assert "Traceback" not in text
    failed, text = asked("estimate", {"model": "gemma-2b", "context": -5})
    assert failed
    assert "context is not a whole number of tokens" in text


def test_over_standard_input() -> None:
    """The command itself, started as an assistant starts it, lists its three tools."""

    async def ask() -> set[str]:
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "tabfit", "mcp"], env=dict(os.environ)
        )
        async with Client(stdio_client(command)) as client:
            return {each.name for each in (await client.list_tools()).tools}

    assert finished(ask()) == {"estimate", "compare", "inspect"}


def test_without_the_library(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the extra, one sentence says which it is."""
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    assert command_line.main(["mcp"]) == 2
    assert "pip install 'tabfit[mcp]'" in capsys.readouterr().err
