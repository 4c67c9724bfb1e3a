"""Which runtime's snippet is written by whom, each imported only when asked for.

No list says so: a writer is the module of this room that is called as its runtime is.

In: an answer. Out: its snippet, or those of every runtime that has the model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from tabfit import runtimes
from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.estimate import answer_json, defaults
from tabfit.estimate.answers import Answer
from tabfit.recipes.onnx import session_precisions
from tabfit.runtimes import load_options
from tabfit.runtimes.load_options import LoadOptions
from tabfit.snippets.snippet import Snippet, SnippetRequest

Writer = Callable[[SnippetRequest], Snippet]

#: Writers that others bring, by the name of their runtime.
_BROUGHT: Final[dict[str, Writer]] = {}


def register(runtime: str, write: Writer) -> None:
    """Have `write` make the snippets of a runtime that this package does not carry."""
    _BROUGHT[runtime] = write


def _writer(facts: RuntimeFacts) -> Writer | None:
    """Return the `write` of the module that is called as the runtime is, or as it begins."""
    if facts.id in _BROUGHT:
        return _BROUGHT[facts.id]
    if facts.hypothetical or runtimes.is_brought(facts.id):
        return None
    return cast("Writer", runtimes.module_of(facts.id, "tabfit.snippets").write)


def snippet(answer: Answer) -> Snippet | None:
    """Return the code that loads what was answered, `None` where nothing loads it."""
    return _written(answer, answer.facts, str(answer.scenario.precision))


def report(answer: Answer, found: Snippet) -> dict[str, Any]:
    """Return the object of `tabfit snippet --json` (docs/schema/snippet.json)."""
    return {
        "schema": answer_json.SCHEMA,
        "scenario": answer_json.scenario(answer.scenario, answer.subject.id),
        "package": found.package,
        "version": found.version,
        "code": found.code,
        "notes": list(found.notes),
    }


def every(answer: Answer, catalog: Catalog) -> tuple[tuple[RuntimeFacts, Snippet], ...]:
    """Return the snippet of each runtime that has the model, the usual runtime first.

    The chosen runtime loads what was answered; another the same precision where it offers it,
    its usual one otherwise.
    """
    about, chosen = answer.subject, str(answer.scenario.precision)
    found = []
    for facts in defaults.runtimes_of(about, catalog):
        mapped = session_precisions.is_map(chosen) and facts.formats == answer.facts.formats
        offered = chosen in defaults.precisions_of(about, facts)
        same = facts is answer.facts or mapped or offered
        precision = chosen if same else defaults.usual_precision(about, facts)
        written = _written(answer, facts, precision)
        if written is not None:
            found.append((facts, written))
    return tuple(found)


def _written(answer: Answer, facts: RuntimeFacts, precision: str) -> Snippet | None:
    write = _writer(facts)
    if write is None:
        return None
    return write(
        SnippetRequest(
            about=answer.subject,
            facts=facts,
            precision=precision,
            context=answer.context,
            options=_taken(answer.scenario.options, facts),
        )
    )


def _taken(options: LoadOptions, facts: RuntimeFacts) -> LoadOptions:
    """Return the options that a runtime takes, without those made for another."""
    return LoadOptions(
        **{name: getattr(options, name) for name in load_options.NAMES if name in facts.options}
    )
