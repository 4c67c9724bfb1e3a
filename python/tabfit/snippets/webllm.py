"""WebLLM: a model of its own list by its id, another by its library and its weights."""

from __future__ import annotations

from typing import Final

from tabfit.hub_names import HUB
from tabfit.i18n.language import _
from tabfit.snippets.snippet import REPOSITORY, Snippet, SnippetRequest, quoted

_PROGRESS: Final = "initProgressCallback: ({ text }) => console.log(text)"

_LISTED: Final = """\
import {{ CreateMLCEngine }} from "@mlc-ai/web-llm";

const engine = await CreateMLCEngine(
  {model},
  {{ {progress} }},
  {{ context_window_size: {context} }},
);

{use}
"""

_OTHER: Final = """\
import {{ CreateMLCEngine }} from "@mlc-ai/web-llm";

const engine = await CreateMLCEngine(
  {model},
  {{
    appConfig: {{
      model_list: [{{ model_id: {model}, model: {weights}, model_lib: {library} }}],
    }},
    {progress},
  }},
  {{ context_window_size: {context} }},
);

{use}
"""

_CHAT: Final = """\
const reply = await engine.chat.completions.create({
  messages: [{ role: "user", content: "Why is the sky blue?" }],
});
console.log(reply.choices[0].message.content);"""

_EMBED: Final = """\
const reply = await engine.embeddings.create({ input: "Why is the sky blue?" });
console.log(reply.data[0].embedding);"""


def write(asked: SnippetRequest) -> Snippet:
    """Return the module that loads the model with WebLLM."""
    listed = asked.offer.model_id if asked.offer else None
    said = {
        "model": quoted(listed or f"MODEL-{asked.precision}-MLC"),
        "context": asked.context,
        "progress": _PROGRESS,
        "use": _CHAT if asked.generates or asked.task is None else _EMBED,
    }
    notes: tuple[str, ...] = ()
    if listed:
        code = _LISTED.format(**said)
    else:
        weights = quoted(f"{HUB}/{asked.repository or REPOSITORY}")
        library = quoted("https://YOUR.SITE/MODEL-webgpu.wasm")
        code = _OTHER.format(**said, weights=weights, library=library)
        notes = (
            _(
                "WebLLM does not list this model at {precision}: the library that MLC compiles "
                "for it, and its weights, are yours to fill in",
                precision=asked.precision,
            ),
        )
    return Snippet(code=code, package=asked.facts.package, version=asked.facts.version, notes=notes)
