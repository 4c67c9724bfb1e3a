"""Reports: an answer as the JSON object that others rely on.

In: an `Answer`. Out: plain dictionaries; every byte count a whole number.
"""

from __future__ import annotations

from typing import Any, Final

from tabfit.catalog import Catalog
from tabfit.devices import device as devices
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer, Suggestion
from tabfit.estimate.defaults import precisions_of, runs
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import parameters, subject
from tabfit.recipes.stored_model import File
from tabfit.runtimes import Phase, load_options
from tabfit.units import Interval
from tabfit.verdict.check_text import Check

SCHEMA: Final = 1


def estimate(answer: Answer, suggestions: list[Suggestion] | None = None) -> dict[str, Any]:
    """Return the object of `tabfit estimate --json`."""
    return {
        "schema": SCHEMA,
        "scenario": scenario(answer.scenario, answer.subject.id),
        "parameters": parameters(answer.subject),
        **_sizes(answer),
        "download": _download(answer),
        "memory": _memory(answer),
        "checks": [_check(each) for each in answer.checks],
        "verdict": _verdict(answer),
        "speed": _speed(answer),
        "notes": list(answer.notes),
        "suggestions": [_suggestion(each) for each in suggestions or ()],
    }


def _sizes(answer: Answer) -> dict[str, int | None]:
    """Return what follows from a model's shape, `None` where nobody told that.

    No largest tensor either where the published files are unlike the recipe's.
    """
    tensors, unread = answer.stored.tensors, answer.subject.unread
    largest = answer.stored.largest_tensor.size if tensors else 0
    told = answer.stored.tensors_known and not (unread and not tensors)
    return {
        "weights_bytes": None if unread and not tensors else answer.stored.weights_bytes,
        "largest_tensor_bytes": largest if told else None,
        "cache_bytes": None if unread else answer.cache_bytes,
        "workspace_bytes": None if unread else answer.workspace.likely,
    }


def scenario(given: Scenario, model: str) -> dict[str, Any]:
    """Return what was chosen, by name."""
    device = given.device
    return {
        "model": model,
        "runtime": given.runtime,
        "precision": given.precision,
        "context": given.context,
        "prompt": given.prompt,
        "device": devices.written(device) if isinstance(device, Device) else device,
        **load_options.written(given.options),
    }


def interval(given: Interval) -> dict[str, int]:
    """Return an interval as an object."""
    return {"low": given.low, "likely": given.likely, "high": given.high}


def at_least(given: Interval) -> dict[str, int | None]:
    """Return an interval of which only the lower end is known."""
    return {"low": given.low, "likely": None, "high": None}


def _download(answer: Answer) -> dict[str, Any]:
    files = [*answer.stored.files, *answer.runtime_files]
    return {
        "bytes": answer.download.likely,
        "low": answer.download.low,
        "high": answer.download.high,
        "basis": answer.download_basis,
        "runtime_bytes": answer.runtime_download.likely,
        "files": [_file(each) for each in files if not each.cached],
        "runtime_files": [_file(each) for each in files if each.cached],
    }


def _file(file: File) -> dict[str, Any]:
    return {
        "name": file.name,
        "bytes": file.size.likely,
        "low": file.size.low,
        "high": file.size.high,
        "basis": file.basis,
        "content": file.content,
        "why": file.why,
    }


def _memory(answer: Answer) -> dict[str, Any]:
    ends = at_least if answer.subject.unread else interval
    return {
        "page": ends(answer.memory(Pool.PAGE)),
        "gpu": ends(answer.memory(Pool.GPU)),
        "peak": ends(answer.memory(Pool.PEAK)),
        "phases": [_phase(each) for each in answer.footprint.phases],
    }


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "name": phase.name,
        "page": interval(phase.in_pool(Pool.PAGE)),
        "gpu": interval(phase.in_pool(Pool.GPU)),
        "parts": [
            {"label": part.label, "pool": part.pool, **interval(part.size)}
            for part in phase.components
        ],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "need": None if check.need is None else interval(check.need),
        "have": None if check.have is None else interval(check.have),
        "outcome": check.outcome,
        "probability": check.probability,
        "basis": check.basis,
        "message": check.message,
    }


def _verdict(answer: Answer) -> dict[str, Any]:
    verdict = answer.verdict
    return {
        "outcome": verdict.outcome,
        "probability": verdict.probability,
        "because": verdict.because,
        "sentence": verdict.sentence,
        "runner_up": verdict.runner_up or None,
        "slowly": verdict.slowly,
    }


def _speed(answer: Answer) -> dict[str, Any]:
    if answer.rates is None:
        return {"tokens_per_second": None, "basis": None}
    low, likely, high = answer.rates.per_second
    wait = answer.wait
    return {
        "tokens_per_second": {"low": low, "likely": likely, "high": high},
        "basis": answer.rates.basis,
        "first_token_milliseconds": interval(wait.milliseconds) if wait else None,
        "prompt_tokens": wait.prompt if wait else None,
    }


def _suggestion(each: Suggestion) -> dict[str, Any]:
    return {
        "change": each.change,
        "saves_bytes": each.saves,
        "outcome": each.outcome,
        "probability": each.probability,
    }


def listing(kind: str, catalog: Catalog) -> dict[str, Any]:
    """Return the object of `tabfit models|devices|runtimes --json`."""
    rows = {"models": _model_rows, "devices": _device_rows, "runtimes": _runtime_rows}
    return {"schema": SCHEMA, kind: rows[kind](catalog)}


def _model_rows(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {
            "id": model.id,
            "name": model.name,
            "aliases": list(model.aliases),
            "task": model.task,
            "licence": model.licence,
            "size_class": model.size_class,
            "parameters": model.parameters,
            "runtimes": {
                facts.id: list(precisions_of(about, facts))
                for about in (subject(model.id, catalog),)
                for facts in catalog.runtimes
                if runs(about, facts)
            },
            "source": model.source,
            "read_on": model.read_on,
        }
        for model in catalog.models
    ]


def _device_rows(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {"id": row.id, "name": row.name, "form": row.form, "year": row.year, "device": row.device}
        for row in catalog.devices
    ]


def _runtime_rows(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {
            "id": facts.id,
            "name": facts.name,
            "formats": list(facts.formats),
            "precisions": list(facts.precisions),
            "options": list(facts.options),
            "runtime_bytes": facts.runtime_bytes,
            "notes": list(facts.notes),
            "sources": dict(facts.sources),
        }
        for facts in catalog.runtimes
    ]
