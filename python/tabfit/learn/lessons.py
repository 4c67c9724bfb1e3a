"""What the catalogue teaches: names against counts, size classes, precisions, devices.

In: the catalogue. Out: the figures that a lesson shows, each computed from the rows and
never written down a second time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tabfit.catalog import Catalog, DeviceRow, Model, RuntimeFacts
from tabfit.compare.catalog_requirements import CatalogRequirements
from tabfit.compare.comparisons import Judge, best
from tabfit.devices import budgets
from tabfit.devices.device import Device, read
from tabfit.estimate.defaults import nominal_bits, precisions_of, runtimes_of
from tabfit.estimate.published_files import store
from tabfit.estimate.subjects import Subject, subject
from tabfit.light_dataclass import dataclass
from tabfit.units import Bytes, Interval, Parameters
from tabfit.verdict.probability import Outcome

#: A name that says a number of billions: "2B", "0.5B", "E2B", "8x7B".
_SAID: Final = re.compile(r"(?:(\d+)x)?(\d+(?:\.\d+)?)B\b")
_BILLION: Final = 10**9

#: The newest Chrome's values of `navigator.deviceMemory`, where it tells any.
CHROME: Final = 150
TOLD: Final[Mapping[str, tuple[int, ...]]] = {
    "windows": (2, 4, 8, 16, 32),
    "android": (1, 2, 4, 8),
}


# Names and counts


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSize:
    """A model whose name says how many billions it has, and how many it really has."""

    model: Model
    said: Parameters
    count: Parameters

    @property
    def ratio(self) -> float:
        """Return the count as a multiple of what the name says."""
        return self.count / self.said


def billions(name: str) -> Parameters | None:
    """Return the parameters that a model's name says, `None` where it says none.

    >>> billions("Gemma 2B"), billions("Mixtral 8x7B"), billions("DistilBERT")
    (2000000000, 56000000000, None)
    """
    said = [int(each[1] or 1) * float(each[2]) for each in _SAID.finditer(name)]
    return Parameters(round(max(said) * _BILLION)) if said else None


def sizes_in_names(catalog: Catalog) -> list[NamedSize]:
    """Return every model whose name says its size, the furthest from its name first."""
    found = [
        NamedSize(model=model, said=said, count=model.parameters)
        for model in catalog.models
        if (said := billions(model.name)) and model.parameters
    ]
    return sorted(found, key=lambda each: -max(each.ratio, 1 / each.ratio))


@dataclass(frozen=True, slots=True, kw_only=True)
class NominalWidth:
    """One model's weights at one nominal width."""

    precision: str
    size: Bytes


def nominal_widths(
    model: str, catalog: Catalog, precisions: tuple[str, ...]
) -> tuple[NominalWidth, ...]:
    """Return how many bytes the same weights take at each width, without a file's overhead."""
    about = subject(model, catalog)
    stored = (
        (each, store(about, catalog.weights_alone, each).weights_bytes) for each in precisions
    )
    return tuple(NominalWidth(precision=precision, size=size) for precision, size in stored)


# Size classes


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeClass:
    """One class of sizes with the catalogue's models in it, the smallest first."""

    name: str
    models: tuple[Model, ...]

    @property
    def example(self) -> Model:
        """Return the one in the middle."""
        return self.models[len(self.models) // 2]


def size_classes(catalog: Catalog) -> tuple[SizeClass, ...]:
    """Return every class that has a model, from the smallest."""
    found: dict[str, list[Model]] = {}
    for model in catalog.models:
        if model.size_class is not None:
            found.setdefault(model.size_class, []).append(model)
    classes = (
        SizeClass(name=name, models=tuple(sorted(models, key=lambda each: each.parameters or 0)))
        for name, models in found.items()
    )
    return tuple(sorted(classes, key=lambda each: each.models[0].parameters or 0))


# Precisions


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBits:
    """A precision of one model: the bits in its name, and those it really stores.

    `notes` are what its recipe says besides, as that it travels narrower than it is kept.
    """

    runtime: RuntimeFacts
    name: str
    named: int | None
    bits: float
    download: Interval
    notes: tuple[str, ...]


def stored_bits(about: Subject, catalog: Catalog) -> tuple[StoredBits, ...]:
    """Return every precision that is on offer for a model, once for runtimes of the same files."""
    return tuple(_precisions(about, catalog))


def _precisions(about: Subject, catalog: Catalog) -> Iterator[StoredBits]:
    seen: set[tuple[tuple[str, ...], str]] = set()
    total = about.architecture.inventory.total if about.architecture else 0
    for facts in runtimes_of(about, catalog):
        for name in precisions_of(about, facts):
            if facts.hypothetical or (facts.formats, name) in seen or not total:
                continue
            seen.add((facts.formats, name))
            stored = store(about, facts, name)
            yield StoredBits(
                runtime=facts,
                name=name,
                named=nominal_bits(name.lower()),
                bits=8 * stored.weights_bytes / total,
                download=stored.download,
                notes=stored.notes,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionPairs:
    """Models offered at two precisions, and those of which the shorter name is the larger file."""

    both: int
    larger: tuple[Model, ...]


def shorter_but_larger(catalog: Catalog) -> PrecisionPairs:
    """Return how often q4 is a larger download than q8, for models whose files are listed."""
    listed = [(model, _listed(model, "q4"), _listed(model, "q8")) for model in catalog.models]
    both = [each for each in listed if each[1] and each[2]]
    larger = tuple(model for model, small, wide in both if small > wide)
    return PrecisionPairs(both=len(both), larger=larger)


def _listed(model: Model, precision: str) -> int:
    """Return the listed bytes of a model's ONNX files, nothing where none are listed."""
    offers = next((each.offers for each in model.publications("onnx")), {})
    offer = offers.get(precision)
    return sum(file.bytes for file in offer.files) if offer else 0


# Devices


def reported_device_memory(platform: str) -> tuple[tuple[int, Interval], ...]:
    """Return each value that Chrome tells on a system, and the memory that may be behind it."""
    found = []
    for value in TOLD[platform]:
        device = Device(
            platform=platform, browser="chrome", browser_version=CHROME, device_memory=value
        )
        have = budgets.installed(device).have
        if have is not None:
            found.append((value, have))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReach:
    """What the catalogue's models come to on one device, each at what suits it best.

    `likely` are the models that are likely to fit, the largest first.
    """

    device: str
    name: str
    outcomes: Mapping[Outcome, int]
    likely: tuple[Model, ...]

    @property
    def models(self) -> int:
        """Return how many models were asked about."""
        return sum(self.outcomes.values())


def reaches(
    requirements: CatalogRequirements, catalog: Catalog, devices: Sequence[str]
) -> tuple[DeviceReach, ...]:
    """Return how many models are likely to run on each device, and which, the largest first."""
    return tuple(_reach(requirements, catalog, catalog.device(device)) for device in devices)


def _reach(requirements: CatalogRequirements, catalog: Catalog, row: DeviceRow) -> DeviceReach:
    on = Judge(catalog, read(row.device))
    judged = [
        (catalog.model(model), _outcome(requirements, model, on)) for model in requirements.models
    ]
    likely = [model for model, outcome in judged if outcome is Outcome.LIKELY]
    return DeviceReach(
        device=row.id,
        name=row.name,
        outcomes=Counter(outcome for _model, outcome in judged if outcome is not None),
        likely=tuple(sorted(likely, key=lambda model: -(model.parameters or 0))),
    )


def _outcome(requirements: CatalogRequirements, model: str, on: Judge) -> Outcome | None:
    """Return a model's best verdict on a device, `None` where no browser runtime has it."""
    nothing = on.catalog.weights_alone.id
    lines = [line for line in requirements.lines(model) if line.runtime != nothing]
    return best(lines, on).outcome if lines else None
