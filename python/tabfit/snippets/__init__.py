"""The code that loads a model: what an answer's question looks like in a page's own script.

In: an answer. Out: `Snippet`, a module of JavaScript for each runtime that has the model.

    snippet          what a snippet is, and what a writer is told: repository, file, precision
    registry         which runtime is written by whom; others `register` theirs
    transformersjs, webllm, wllama, mediapipe, litertlm, prompt_api       one writer a runtime

Repositories, files and ids are those of the catalogue or of a hub's listing. What is not known
stands in capitals, and a sentence says what belongs there. `tests/core/snippets/` holds each to
the types of the package it imports. Imports the catalogue's values, runtimes and answers.
"""

from tabfit.snippets.registry import every, register, report, snippet
from tabfit.snippets.snippet import Snippet, SnippetRequest

__all__ = ["Snippet", "SnippetRequest", "every", "register", "report", "snippet"]
