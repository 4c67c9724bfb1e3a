"""What is asked about: a model with its shape, and where it is published.

In: a name, or a config.json. Out: a `Subject`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any, Final

from tabfit import architectures
from tabfit.architectures import config_json
from tabfit.catalog import Catalog, Model, Publication, PublishedPrecision, RuntimeFacts
from tabfit.errors import UnsupportedCombination
from tabfit.estimate import link
from tabfit.hub_names import HUB
from tabfit.i18n.language import Message, cleared_with_language
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind, Tower
from tabfit.model.tensors import Inventory, Part
from tabfit.units import Parameters


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """What is asked about: a catalogue model, or any architecture with a name.

    `config` is its config.json, `None` where the maker discloses none or where nothing
    here reads it; it is read when the architecture is first asked for. `published` are
    the places that offer it. `model_type` is what an unread model calls its kind, empty
    where it does not say.
    """

    id: str
    name: str
    config: Mapping[str, Any] | None
    published: tuple[Publication, ...] = ()
    model: Model | None = None
    notes: tuple[str, ...] = ()
    model_type: str = ""

    @cached_property
    def architecture(self) -> Architecture | None:
        """Return the architecture; raise what reading the config raises."""
        return None if self.config is None else architectures.read(self.config)

    @property
    def shape(self) -> Architecture:
        """Return the architecture; raise also where the maker discloses none."""
        if self.architecture is None:
            raise UnsupportedCombination(
                Message("the shape of {model} is not disclosed", model=self.name),
                [Message("a model with a config.json")],
            )
        return self.architecture

    @property
    def ready_made(self) -> bool:
        """Return whether files that a browser loads are known, so that only they are on offer."""
        return self.model is not None or any(
            each.format != "safetensors" for each in self.published
        )

    @property
    def unread(self) -> bool:
        """Return whether only the files are known: of a model that was brought, not its shape."""
        return self.model is None and self.config is None

    @property
    def family(self) -> str:
        """Return the model type as runtimes read it: the config's own, empty where none is told."""
        told = (self.config or {}).get("model_type")
        return told if isinstance(told, str) else self.model_type

    def publication(self, facts: RuntimeFacts) -> Publication | None:
        """Return the best known place that offers a format this runtime loads."""
        return next((each for each in self.published if each.format in facts.formats), None)

    def offer(self, facts: RuntimeFacts, precision: str) -> PublishedPrecision | None:
        """Return what that place lists of a precision."""
        publication = self.publication(facts)
        return publication.offers.get(precision) if publication else None


UNDISCLOSED: Final = Architecture(
    family="undisclosed",
    head="",
    kind=Kind.DECODER,
    inventory=Inventory(()),
    towers=(Tower(part=Part.DECODER, hidden=0, layers=()),),
    vocabulary=0,
    outputs=0,
)


#: Subjects of so many models are kept at hand, each with its architecture once it was read.
KEPT: Final = 64


@cleared_with_language
@lru_cache(maxsize=KEPT)
def _catalogued(model: Model) -> Subject:
    return Subject(
        id=model.id,
        name=model.name,
        config=model.config,
        published=model.published,
        model=model,
        model_type=model.model_type,
    )


#: What stands before a repository's name where a hub's model is meant.
HUB_LEADS: Final = ("hf:", f"{HUB}/", "https://hf.co/")


def without_hub(name: str) -> str:
    """Return a name without what says that it is on the hub.

    >>> without_hub("hf:google/gemma-2b"), without_hub("https://huggingface.co/google/gemma-2b/")
    ('google/gemma-2b', 'google/gemma-2b')
    """
    lead = next((each for each in HUB_LEADS if name.startswith(each)), None)
    return name.removeprefix(lead).removesuffix("/") if lead else name


def is_catalogued(name: str, catalog: Catalog) -> bool:
    """Return whether the catalogue has a model, so that no hub need be asked."""
    return without_hub(name) in catalog.models


def subject(name: str, catalog: Catalog) -> Subject:
    """Return what a model's name stands for.

    A catalogue name in any spelling, its repository's address on the hub too, or `config:` with
    a packed architecture.
    Raises `UnknownName`, `NotCovered` for a model that everybody knows and no browser can load,
    or what reading the config raises.
    """
    if name.startswith(link.CUSTOM):
        return described(link.unpacked(name), name=name)
    name = without_hub(name)
    if name not in catalog.models:
        from tabfit.catalog import not_covered  # noqa: PLC0415 - seldom asked for

        known = not_covered.refusal(name, catalog)
        if known is not None:
            raise known
    return _catalogued(catalog.model(name))


def described(given: Mapping[str, Any], *, name: str, title: str | None = None) -> Subject:
    """Return the subject that a config.json describes, or raise what reading it raises."""
    family = architectures.read(given).family
    return Subject(id=name, name=title or config_json.title(given, family), config=given)


def parameters(about: Subject) -> dict[str, Parameters | None]:
    """Return the counts that docs/contracts.md tells of, `None` where no shape is disclosed."""
    if about.architecture is None:
        return {"total": None, "untied": None, "active": None}
    inventory = about.architecture.inventory
    return {"total": inventory.total, "untied": inventory.untied, "active": inventory.active}
