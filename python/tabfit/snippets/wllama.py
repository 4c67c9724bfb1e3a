"""wllama: a GGUF file of the hub, on the processor or with every layer on the GPU."""

from __future__ import annotations

from typing import Final

from tabfit.i18n.language import _
from tabfit.runtimes import named
from tabfit.snippets.snippet import REPOSITORY, Snippet, SnippetRequest, quoted

_MODULE: Final = """\
import {{ Wllama }} from "@wllama/wllama/esm/index.js";

const wllama = new Wllama({{
  default: "https://cdn.jsdelivr.net/npm/@wllama/wllama@{version}/esm/wasm/wllama.wasm",
}});
await wllama.loadModelFromHF(
  {{ repo: {repository}, {file} }},
  {{
    n_ctx: {context},{more}
    progressCallback: ({{ loaded, total }}) =>
      console.log(`${{Math.round((100 * loaded) / total)}} %`),
  }},
);

{use}
"""

_CHAT: Final = """\
const reply = await wllama.createChatCompletion({
  messages: [{ role: "user", content: "Why is the sky blue?" }],
});
console.log(reply.choices[0].message.content);"""

_EMBED: Final = """\
const reply = await wllama.createEmbedding({ input: "Why is the sky blue?" });
console.log(reply.data[0].embedding);"""

_RERANK: Final = """\
const reply = await wllama.createRerank({
  query: "Why is the sky blue?",
  documents: ["Air scatters blue light most.", "Grass is green."],
});
console.log(reply.results);"""


def write(asked: SnippetRequest) -> Snippet:
    """Return the module that loads the model with wllama.

    A file is named where the repository's own listing names it; else its precision, which
    wllama looks up in that listing. An empty `mmprojQuant` has it take the projector it finds.
    """
    more = "".join(f"\n    {key}: {value}," for key, value in _told(asked).items())
    use = _CHAT
    if asked.task is not None and not asked.generates:
        more += "\n    embeddings: true,"
        use = _EMBED
        if asked.task == "text-ranking":
            more += '\n    pooling_type: "rank",'
            use = _RERANK
    return Snippet(
        code=_MODULE.format(
            repository=quoted(asked.repository or REPOSITORY),
            file=_file(asked) + (', mmprojQuant: ""' if asked.options.projector else ""),
            context=asked.context,
            more=more,
            use=use,
            version=asked.facts.version,
        ),
        package=asked.facts.package,
        version=asked.facts.version,
        notes=tuple(_notes(asked)),
    )


def _told(asked: SnippetRequest) -> dict[str, str]:
    """Return what wllama is told besides the context, by its own names."""
    options = asked.options
    told: dict[str, str] = {}
    if not named(asked.facts.id).uses_gpu:
        told["n_gpu_layers"] = "0"
    elif options.gpu_layers is not None:
        told["n_gpu_layers"] = str(options.gpu_layers)
    if options.kv is not None:
        told |= {"cache_type_k": quoted(options.kv), "cache_type_v": quoted(options.kv)}
    if options.parallel is not None:
        told["n_parallel"] = str(options.parallel)
    return told


def _file(asked: SnippetRequest) -> str:
    own = [each for each in asked.files if each.source == _source(asked)]
    if own:
        return f"file: {quoted(own[0].name)}"
    return f"quant: {quoted(asked.precision.upper())}"


def _source(asked: SnippetRequest) -> str | None:
    return asked.publication.source if asked.publication else None


def _notes(asked: SnippetRequest) -> list[str]:
    if asked.repository is not None:
        return []
    return [
        _(
            "no repository with a {precision} file of this model is known here: yours is to "
            "be filled in",
            precision=asked.precision,
        )
    ]
