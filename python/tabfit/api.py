"""What a program asks: one function a question, as `import tabfit` offers them.

In: names, mappings, files. Out: values of the rooms behind. The command line asks the same
functions. Without `catalog` the one shipped with the package is read, once. What few questions take
(hubs, headers of files, snippets) is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tabfit import architectures, catalog
from tabfit.catalog import Catalog
from tabfit.compare import alternatives
from tabfit.devices.device import Device
from tabfit.devices.device import read as read_device
from tabfit.errors import UnreadableChoice
from tabfit.estimate import answer_json, answers, subjects
from tabfit.estimate.answers import Answer
from tabfit.estimate.link import MOST_CONTEXT
from tabfit.estimate.link import read as read_link
from tabfit.estimate.link import write as write_link
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.i18n.language import Message
from tabfit.model.architecture import Architecture
from tabfit.runtimes import load_options
from tabfit.units import Tokens
from tabfit.verdict.probability import Outcome

if TYPE_CHECKING:
    from tabfit.compare.comparisons import ComparisonRow
    from tabfit.snippets import Snippet

__all__ = [
    "Answer",
    "Architecture",
    "Catalog",
    "Device",
    "Outcome",
    "Scenario",
    "compare",
    "estimate",
    "inspect",
    "need",
    "read_catalog",
    "read_config",
    "read_device",
    "read_link",
    "report",
    "snippet",
    "write_link",
]

#: A device: an id of the catalogue, its signals as data, a `Device`, or `None` for one unknown.
AnyDevice = str | Mapping[str, Any] | Device | None


@lru_cache(maxsize=1)
def read_catalog() -> Catalog:
    """Return the catalogue shipped with the package: models, devices, runtimes.

    >>> read_catalog().model("gemma 2b").id
    'gemma-2b'
    """
    return catalog.read()


def estimate(
    model: str,
    *,
    runtime: str | None = None,
    precision: str | None = None,
    context: int | None = None,
    prompt: int | None = None,
    device: AnyDevice = None,
    options: Mapping[str, str] | None = None,
    catalog: Catalog | None = None,
    endpoint: str | None = None,
) -> Answer:
    """Return whether a model is likely to run, what it downloads, and why.

    `model` is a name of the catalogue, a file, a folder, a hub id or an address; the hub at
    `endpoint` is asked only for the last two. `context` and `prompt` are tokens. What is left
    out is what the runtime does by default; `options` are further choices as links write them,
    such as `{"kv": "q8_0"}`. Raises a child of `errors.TabfitError`.

    >>> given = estimate("gemma-2b", precision="int4", device="iphone-13")
    >>> given.runtime.name, given.verdict.outcome.value
    ('mediapipe', 'unlikely')
    """
    known = catalog or read_catalog()
    about = find_model(model, known, endpoint)
    scenario = Scenario(
        model=about.id,
        runtime=runtime,
        precision=precision,
        context=_tokens("context", context),
        prompt=_tokens("prompt", prompt),
        device=device if isinstance(device, str) else None,
        options=load_options.read(options or {}),
    )
    return answers.answer(scenario, known, _here(device), about)


def _tokens(name: str, count: int | None) -> Tokens | None:
    if count is not None and not 1 <= count <= MOST_CONTEXT:
        raise UnreadableChoice(
            name, Message("is not a whole number of tokens from 1 to 2147483648")
        )
    return None if count is None else Tokens(count)


def report(answer: Answer, *, catalog: Catalog | None = None) -> dict[str, Any]:
    """Return an answer as the object of `tabfit estimate --json` (docs/schema/estimate.json)."""
    known = catalog or read_catalog()
    return answer_json.estimate(answer, alternatives.suggestions(answer, known, answer.device))


def snippet(answer: Answer) -> Snippet | None:
    """Return the code that loads an answered question's model, `None` where nothing loads it.

    >>> print(snippet(estimate("whisper-base")).code.splitlines()[0])
    import { pipeline } from "@huggingface/transformers";
    """
    from tabfit import snippets  # noqa: PLC0415 - few ask for code

    return snippets.snippet(answer)


def compare(device: AnyDevice, *, catalog: Catalog | None = None) -> list[ComparisonRow]:
    """Return every model of the catalogue on one device, in the order that Compare shows them.

    >>> compare("pixel-8-pro")[0].outcome.value
    'likely'
    """
    from tabfit.compare import best_of_tasks, comparisons  # noqa: PLC0415 - not for one model
    from tabfit.compare.catalog_requirements import requirements_of  # noqa: PLC0415 - as above

    known = catalog or read_catalog()
    name = device if isinstance(device, str) else None
    place = answers.place(name, _here(device), known)
    rows = comparisons.compare(known, place, requirements_of(known))
    return best_of_tasks.in_order(rows, known.model)


def need(answer: Answer, *, catalog: Catalog | None = None) -> dict[str, Any]:
    """Return the smallest device that will do for an answered question (docs/schema/need.json)."""
    from tabfit.compare import smallest_device  # noqa: PLC0415 - few ask for it

    return smallest_device.need(answer, catalog or read_catalog())


def inspect(source: str, *, endpoint: str | None = None) -> dict[str, Any]:
    """Return every tensor of a model: a config.json, a file, a folder, a hub id or an address.

    The object is that of `tabfit inspect --json` (docs/schema/inspect.json).
    """
    from tabfit.sources import read_source  # noqa: PLC0415 - files and hubs

    return read_source.inspect(source, endpoint)


def read_config(config: Mapping[str, Any]) -> Architecture:
    """Return the architecture that a config.json describes, every tensor in it.

    Raises `errors.UnreadableConfig` naming the key at fault.
    """
    return architectures.read(config)


def find_model(name: str, catalog: Catalog, endpoint: str | None = None) -> Subject:
    """Return the model a word names: a file or folder that exists, a catalogue name, the hub."""
    path = Path(name)
    if not path.exists() and (subjects.is_catalogued(name, catalog) or name.startswith("config:")):
        return subjects.subject(name, catalog)
    if not _means_a_source(name, path):
        return subjects.subject(name, catalog)  # raises, naming what is most alike
    from tabfit.estimate import imported_model  # noqa: PLC0415 - files and hubs
    from tabfit.sources import read_source  # noqa: PLC0415 - as above

    found, _ = read_source.find(name, endpoint)
    return imported_model.subject(found, catalog, name=name if path.exists() else None)


def _means_a_source(name: str, path: Path) -> bool:
    """Return whether a word can only mean a file, a folder, an address or owner/name."""
    from tabfit.headers import kind_of  # noqa: PLC0415 - where the catalogue has no such name
    from tabfit.hub import looks_like_address  # noqa: PLC0415 - as above

    file = name.endswith(".json") or kind_of(name) is not None
    return path.exists() or "/" in name or file or looks_like_address(name)


def _here(device: AnyDevice) -> Device:
    """Return a device that is told by its signals; a name is looked up by `answers.place`."""
    if device is None or isinstance(device, str):
        return Device()
    return device if isinstance(device, Device) else read_device(device)
