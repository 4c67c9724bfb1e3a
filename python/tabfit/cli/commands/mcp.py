"""`tabfit mcp`: a server of the Model Context Protocol, for assistants and editors.

In: calls of three tools, over standard input. Out: the objects that `--json` prints. What cannot be
answered is the tool's error, in the same sentence as on the command line. The library that
speaks the protocol comes with the extra `tabfit[mcp]`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from tabfit import __version__, api
from tabfit.compare import comparisons
from tabfit.errors import LibraryNotInstalled, TabfitError
from tabfit.sources.chosen_hub import chosen_hub

if TYPE_CHECKING:
    from mcp.server import MCPServer

#: What an assistant is told of the whole.
_ABOUT = (
    "Says whether an AI model is likely to run in a web browser on a device, what it downloads and "
    "why. Byte counts are whole numbers; null is not known."
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add nothing: all is said over standard input."""
    del command


def run(asked: argparse.Namespace) -> int:
    """Serve until the assistant leaves."""
    del asked
    server().run("stdio")
    return 0


def server() -> MCPServer:
    """Return the server with its tools. Raises `LibraryNotInstalled`."""
    try:
        from mcp.server import MCPServer  # noqa: PLC0415 - an extra, which few install
        from mcp.server.mcpserver.exceptions import ToolError  # noqa: PLC0415 - as above
    except ImportError:
        raise LibraryNotInstalled("mcp", "the library mcp", "mcp") from None
    made = MCPServer("tabfit", version=__version__, instructions=_ABOUT)
    for tool in (estimate, compare, inspect):
        made.add_tool(_in_sentences(tool, ToolError))
    return made


def _in_sentences(
    tool: Callable[..., dict[str, Any]], failure: type[Exception]
) -> Callable[..., dict[str, Any]]:
    """Return a tool whose errors are what an assistant reads."""

    @wraps(tool)
    def asked(**given: Any) -> dict[str, Any]:  # noqa: ANN401 - as the tool has it
        try:
            return tool(**given)
        except (TabfitError, OSError, ValueError) as fault:
            raise failure(str(fault)) from fault

    return asked


def estimate(
    model: str,
    device: str | None = None,
    runtime: str | None = None,
    precision: str | None = None,
    context: int | None = None,
) -> dict[str, Any]:
    """Say whether a model is likely to run in a browser on a device, and why.

    `model` is a catalogue name such as llama-3.2-1b, a hub id such as Qwen/Qwen3-0.6B, or an
    address. `device` is an id such as pixel-8-pro or iphone-13; `context` is in tokens.
    """
    given = api.estimate(
        model,
        device=device,
        runtime=runtime,
        precision=precision,
        context=context,
        endpoint=chosen_hub(),
    )
    return api.report(given)


def compare(device: str, most: int = 20) -> dict[str, Any]:
    """Say which models of the catalogue run on a device, the one to take first, `most` of them."""
    rows = api.compare(device)[:most]
    return comparisons.report(rows, api.read_catalog(), device)


def inspect(source: str) -> dict[str, Any]:
    """List every tensor of a model: a hub id, an address, a model file or a config.json."""
    return api.inspect(source, endpoint=chosen_hub())
