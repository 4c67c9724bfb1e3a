"""LiteRT-LM: one file, read as it arrives, like MediaPipe's."""

from __future__ import annotations

from typing import Final

from tabfit.snippets.mediapipe import streaming
from tabfit.snippets.snippet import Snippet, SnippetRequest

_LITERT_LM: Final = """\
import {{ Engine }} from "@litert-lm/core";

{arriving}
const engine = await Engine.create({{
  model: file,
  mainExecutorSettings: {{ maxNumTokens: {context} }},
}});

const chat = await engine.createConversation();
console.log(await chat.sendMessage("Why is the sky blue?"));
"""


def write(asked: SnippetRequest) -> Snippet:
    """Return the module that streams the file to LiteRT-LM."""
    return streaming(asked, _LITERT_LM, "MODEL-web.litertlm")
