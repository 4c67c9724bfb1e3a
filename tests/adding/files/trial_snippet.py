"""Trial: one call with a repository, a precision and a context."""

from __future__ import annotations

from tabfit.snippets.snippet import Snippet, SnippetRequest


def write(asked: SnippetRequest) -> Snippet:
    """Return the module that loads the model with the made-up runtime."""
    code = f"load({asked.repository}, {asked.precision}, {asked.context})"
    return Snippet(code=code, package=asked.facts.package, version=asked.facts.version)
