"""The Prompt API: the browser brings the model; a page asks whether it is there, and waits."""

from __future__ import annotations

from typing import Final

from tabfit.i18n.language import _
from tabfit.snippets.snippet import Snippet, SnippetRequest

_MODULE: Final = """\
/** @type {LanguageModelCreateCoreOptions} */
const options = {
  expectedInputs: [{ type: "text", languages: ["en"] }],
  expectedOutputs: [{ type: "text", languages: ["en"] }],
};
if ((await LanguageModel.availability(options)) === "unavailable") {
  throw new Error("this browser has no model of its own here");
}
const session = await LanguageModel.create({
  ...options,
  monitor(download) {
    download.addEventListener("downloadprogress", ({ loaded }) =>
      console.log(`${Math.round(100 * loaded)} %`),
    );
  },
});

console.log(`${session.contextWindow} tokens`);
console.log(await session.prompt("Why is the sky blue?"));
"""


def write(asked: SnippetRequest) -> Snippet:
    """Return the module that asks the browser for its model."""
    return Snippet(
        code=_MODULE,
        package=asked.facts.package,
        version=asked.facts.version,
        notes=(
            _("a download begins only after a tap or a key: call it from such an event"),
            _("the browser sets the context, which the session tells"),
        ),
    )
