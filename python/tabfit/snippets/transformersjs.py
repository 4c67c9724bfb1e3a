"""Transformers.js: a pipeline where the library has one for the task, else the classes behind it.

The library makes a file's name of its graph and the precision (`dtype`), so that only what it
cannot know is said: how many `_data` files lie beside a graph.
"""

from __future__ import annotations

import re
from typing import Final

from tabfit.architectures.conversions.transformersjs import given_to_pipeline
from tabfit.estimate.defaults import is_listed
from tabfit.i18n.language import _
from tabfit.runtimes import named
from tabfit.snippets.snippet import REPOSITORY, Snippet, SnippetRequest, quoted

_OPTIONS: Final = """\
{{
  dtype: {dtype},
  device: {device},{data}
  progress_callback: (info) => {{
    if (info.status === "progress_total") console.log(`${{Math.round(info.progress)}} %`);
  }},
}}"""

_PIPELINE: Final = """\
import {{ pipeline }} from "@huggingface/transformers";

const {name} = await pipeline({task}, {repository}, {options});

{use}
"""

_CLASSES: Final = """\
import {{ {reader}, {model} }} from "@huggingface/transformers";

const repository = {repository};
const {name} = await {reader}.from_pretrained(repository);
const model = await {model}.from_pretrained(repository, {options});

{use}
"""

_SKY: Final = '"Why is the sky blue?"'
_SOUND: Final = '"https://YOUR.SITE/speech.wav"'
_PICTURE: Final = '"https://YOUR.SITE/picture.jpg"'

#: A task of the catalogue -> the library's pipeline, what to call it, what to give it.
_PIPELINES: Final = {
    "text-generation": ("text-generation", "generate", f"{_SKY}, {{ max_new_tokens: 256 }}"),
    "text2text-generation": (
        "text2text-generation",
        "generate",
        f"{_SKY}, {{ max_new_tokens: 256 }}",
    ),
    "text-classification": ("text-classification", "classify", '"A lovely day."'),
    "token-classification": ("token-classification", "classify", '"Ada Lovelace was in London."'),
    "fill-mask": ("fill-mask", "fill", '"The sky is [MASK]."'),
    "question-answering": (
        "question-answering",
        "answer",
        '"What is blue?", "The sky is blue."',
    ),
    "summarization": ("summarization", "summarize", '"A long text."'),
    "translation": ("translation", "translate", '"The sky is blue."'),
    "feature-extraction": (
        "feature-extraction",
        "embed",
        f'{_SKY}, {{ pooling: "mean", normalize: true }}',
    ),
    "zero-shot-classification": (
        "zero-shot-classification",
        "classify",
        '"A lovely day.", ["weather", "music"]',
    ),
    "zero-shot-image-classification": (
        "zero-shot-image-classification",
        "classify",
        f'{_PICTURE}, ["a cat", "a dog"]',
    ),
    "image-classification": ("image-classification", "classify", _PICTURE),
    "image-feature-extraction": ("image-feature-extraction", "embed", _PICTURE),
    "automatic-speech-recognition": ("automatic-speech-recognition", "transcribe", _SOUND),
}
_SAME: Final = {"sentence-similarity": "feature-extraction"}

_RANKED: Final = """\
const pair = tokenizer("Why is the sky blue?", {
  text_pair: "Air scatters blue light most.",
  padding: true,
  truncation: true,
});
const { logits } = await model(pair);
console.log(logits.tolist());"""

_SEEN: Final = """\
const messages = [{ role: "user", content: "Why is the sky blue?" }];
const text = processor.apply_chat_template(messages, { add_generation_prompt: true });
const inputs = await processor(text, null);
console.log(await model.generate({ ...inputs, max_new_tokens: 256 }));"""

_READ: Final = """\
const inputs = tokenizer("Why is the sky blue?");
console.log(inputs, model);"""

#: Tasks without a pipeline: what reads the input, the class that runs the model, a use of both.
_OF_CLASSES: Final = {
    "text-ranking": ("AutoTokenizer", "AutoModelForSequenceClassification", _RANKED),
    "image-text-to-text": ("AutoProcessor", "AutoModelForImageTextToText", _SEEN),
    "any-to-any": ("AutoProcessor", "AutoModelForImageTextToText", _SEEN),
}
_ANY: Final = ("AutoTokenizer", "AutoModel", _READ)
_NAMES: Final = {"AutoTokenizer": "tokenizer", "AutoProcessor": "processor"}


def write(asked: SnippetRequest) -> Snippet:
    """Return the module that loads the model with Transformers.js."""
    said = {
        "repository": quoted(asked.repository or REPOSITORY),
        "options": _options(asked),
    }
    task = _task(asked)
    if task in _PIPELINES and not _is_foreign(asked):
        kind, name, given = _PIPELINES[task]
        given = given_to_pipeline(asked.about.family) or given
        use = f"console.log(await {name}({given}));"
        code = _PIPELINE.format(name=name, task=quoted(kind), use=use, **said)
    else:
        reader, model, use = _ANY if _is_foreign(asked) else _OF_CLASSES.get(task, _ANY)
        code = _CLASSES.format(reader=reader, name=_NAMES[reader], model=model, use=use, **said)
    return Snippet(
        code=code,
        package=asked.facts.package,
        version=asked.facts.version,
        notes=tuple(_notes(asked)),
    )


def _is_foreign(asked: SnippetRequest) -> bool:
    """Return whether the library has no class for this type, so that no pipeline takes it.

    `AutoModel` alone loads its files all the same, as its base class.
    """
    return asked.about.config is None and not is_listed(asked.about, asked.facts)


def _task(asked: SnippetRequest) -> str:
    """Return what the model is for; of one that was brought, whether it writes."""
    task = asked.task or ("text-generation" if asked.generates else "")
    if task == "text-generation" and not asked.generates:
        return "text2text-generation"  # it reads the whole text before it writes
    return _SAME.get(task, task)


def _options(asked: SnippetRequest) -> str:
    device = "webgpu" if named(asked.facts.id).uses_gpu else "wasm"
    each = ", ".join(f"{name}: {quoted(dtype)}" for name, dtype in asked.sessions.items())
    dtype = f"{{ {each} }}" if each else quoted(asked.precision)
    return _OPTIONS.format(dtype=dtype, device=quoted(device), data=_data(asked))


def _data(asked: SnippetRequest) -> str:
    """Return the option that says how many data files lie beside each graph, where any do."""
    counts: dict[str, int] = {}
    for file in asked.files:
        graph = re.fullmatch(r"onnx/(.+\.onnx)_data(?:_\d+)?", file.name)
        if graph:
            counts[graph[1]] = counts.get(graph[1], 0) + 1
    if not counts:
        return ""
    each = ", ".join(f"{quoted(name)}: {count}" for name, count in counts.items())
    return f"\n  use_external_data_format: {{ {each} }},"


def _notes(asked: SnippetRequest) -> list[str]:
    notes = []
    if asked.repository is None:
        notes.append(
            _(
                "no repository with ONNX files of this model at {precision} is known here: yours "
                "is to be filled in",
                precision=asked.precision,
            )
        )
    if _is_foreign(asked):
        notes.append(
            _(
                "Transformers.js has no class of its own for {type} models: it loads their files, "
                "and what goes in and comes out is the page's own work",
                type=asked.about.family,
            )
        )
    if asked.generates:
        notes.append(
            _(
                "Transformers.js sets no limit of its own: keep prompt and answer together below "
                "{context:,} tokens",
                context=asked.context,
            )
        )
    return notes
