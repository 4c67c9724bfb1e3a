"""MediaPipe LLM Inference: one file, read as it arrives.

It does not tell how much has arrived, so the module counts it on the way.
"""

from __future__ import annotations

from typing import Final

from tabfit.i18n.language import _
from tabfit.snippets.snippet import Snippet, SnippetRequest, on_hub, quoted

_MEDIAPIPE: Final = """\
import {{ FilesetResolver, LlmInference }} from "@mediapipe/tasks-genai";

{arriving}
const runtime = await FilesetResolver.forGenAiTasks(
  "https://cdn.jsdelivr.net/npm/@mediapipe/tasks-genai@{version}/wasm",
);
const model = await LlmInference.createFromOptions(runtime, {{
  baseOptions: {{ modelAssetBuffer: file.getReader() }},
  maxTokens: {context},
}});

console.log(await model.generateResponse("Why is the sky blue?"));
"""

_ARRIVING: Final = """\
const answer = await fetch({address});
if (!answer.ok || !answer.body) throw new Error(`the file did not come: ${{answer.status}}`);
const total = Number(answer.headers.get("content-length"));
let loaded = 0;
const file = answer.body.pipeThrough(
  new TransformStream({{
    transform(piece, controller) {{
      loaded += piece.byteLength;
      if (total) console.log(`${{Math.round((100 * loaded) / total)}} %`);
      controller.enqueue(piece);
    }},
  }}),
);"""


def write(asked: SnippetRequest) -> Snippet:
    """Return the module that streams the file to MediaPipe."""
    return streaming(asked, _MEDIAPIPE, "MODEL-web.task")


def streaming(asked: SnippetRequest, module: str, unnamed: str) -> Snippet:
    """Return a module that streams one file; `unnamed` is what it is called if nobody knows."""
    name = asked.files[0].name if asked.files else None
    if asked.repository and name:
        address = on_hub(asked.repository, name)
        notes = (
            _("where the hub asks for a login first, fetch the file once and serve it yourself"),
        )
    else:
        address = f"https://YOUR.SITE/{name or unnamed}"
        notes = (_wanted(asked, name),)
    return Snippet(
        code=module.format(
            arriving=_ARRIVING.format(address=quoted(address)),
            context=asked.context,
            version=asked.facts.version,
        ),
        package=asked.facts.package,
        version=asked.facts.version,
        notes=notes,
    )


def _wanted(asked: SnippetRequest, name: str | None) -> str:
    """Return what is to be filled in: the address of a file that the hub does not serve."""
    if name is None or asked.publication is None:
        return _(
            "the name of the {precision} file is not known here: its address is yours to fill in",
            precision=asked.precision,
        )
    return _(
        "{file} comes from {place}: fetch it there, serve it from your own site and fill in its "
        "address",
        file=name,
        place=asked.publication.repository,
    )
