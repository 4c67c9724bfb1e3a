"""The answer to a scenario: the whole story, each step one module's.

In: a `Scenario`, the catalogue and the device at hand. Out: an `Answer`,
everything a view shows. Nothing here knows a browser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Final

from tabfit import architectures, runtimes
from tabfit.catalog import Catalog, Model, Offer, Publication, RuntimeFacts
from tabfit.devices import device as devices
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.errors import UnknownName, UnsupportedCombination
from tabfit.estimate import decide, link, published_files
from tabfit.estimate.checks import Check, worded
from tabfit.estimate.demands import Offered, Setup
from tabfit.estimate.outcome import Outcome
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.size_text import size
from tabfit.estimate.verdict import Verdict, judge
from tabfit.i18n.language import _, anew, plural
from tabfit.model.architecture import Architecture, Kind, Tower
from tabfit.model.tensors import Inventory, Part
from tabfit.recipes.stored_model import Content, File, Stored, total_size
from tabfit.runtimes import Load, Runtime
from tabfit.runtimes.footprint import Footprint
from tabfit.runtimes.speed import Rates, Wait, first_token, rates
from tabfit.units import Basis, Interval, Parameters, Tokens, exactly

#: An encoder is asked about this many tokens unless the visitor says otherwise.
USUAL_INPUT: Final = Tokens(512)
#: A chat model is asked about this many where its runtime has no default of its own.
USUAL_CONTEXT: Final = Tokens(4096)
#: The contexts a page offers.
CONTEXTS: Final = tuple(Tokens(2**power) for power in range(7, 18))


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
                _("the shape of {model} is not disclosed", model=self.name),
                [_("a model with a config.json")],
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
        """Return the model type, empty where nobody told it."""
        return self.model_type if self.architecture is None else self.architecture.family

    def publication(self, facts: RuntimeFacts) -> Publication | None:
        """Return the best known place that offers a format this runtime loads."""
        return next((each for each in self.published if each.format in facts.formats), None)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Everything a view shows."""

    scenario: Scenario
    subject: Subject
    facts: RuntimeFacts
    runtime: Runtime
    device: Device
    load: Load
    context: Tokens
    footprint: Footprint
    checks: tuple[Check, ...]
    verdict: Verdict
    rates: Rates | None
    notes: tuple[str, ...] = field(default=())

    @property
    def stored(self) -> Stored:
        """Return the model at the chosen precision."""
        return self.load.stored

    @property
    def download(self) -> Interval:
        """Return what the model itself brings."""
        return self.stored.download

    @property
    def download_basis(self) -> Basis:
        """Return how the weights' size is known: listed only if every weight file is."""
        weights = [f.basis for f in self.stored.files if f.content is Content.WEIGHTS]
        if weights and all(basis is Basis.LISTED for basis in weights):
            return Basis.LISTED
        return Basis.COMPUTED

    @property
    def runtime_files(self) -> tuple[File, ...]:
        """Return the runtime's own code, fetched once per site."""
        return tuple(
            File(
                name=each.name,
                size=exactly(each.bytes),
                basis=Basis.MEASURED,
                why=self.facts.sources.get("files", ""),
                content=Content.RUNTIME,
            )
            for each in self.facts.files
        )

    @property
    def runtime_download(self) -> Interval:
        """Return the runtime's own code together with what the recipe says of it."""
        cached = [file for file in self.stored.files if file.cached]
        return total_size([*self.runtime_files, *cached])

    @cached_property
    def cache_bytes(self) -> int:
        """Return the cache at the chosen context."""
        return self.load.cache(self.runtime.kept(self.load)).interval.likely

    @property
    def workspace(self) -> Interval:
        """Return what computing needs beyond weights and cache."""
        return self.runtime.workspace(self.load)

    @property
    def wait(self) -> Wait | None:
        """Return how long the first token takes, `None` for a model that makes none."""
        return first_token(self.runtime, self.context, self.rates)

    def memory(self, pool: Pool) -> Interval:
        """Return the peak of one pool above an empty page."""
        return self.footprint.peak_in(pool)


UNDISCLOSED: Final = Architecture(
    family="undisclosed",
    head="",
    kind=Kind.DECODER,
    inventory=Inventory(()),
    towers=(Tower(part=Part.DECODER, hidden=0, layers=()),),
    vocabulary=0,
    outputs=0,
)


#: Files of so many precisions are kept at hand: a page asks for the same few again and again.
KEPT: Final = 64


@anew
@lru_cache(maxsize=KEPT)
def _catalogued(catalog_id: str) -> Subject:
    model = Catalog().model(catalog_id)
    return Subject(
        id=model.id,
        name=model.name,
        config=model.config,
        published=model.published,
        model=model,
    )


def subject(name: str, catalog: Catalog) -> Subject:
    """Return what a model's name stands for.

    A catalogue name in any spelling, or `config:` with a packed architecture.
    Raises `UnknownName`, or what reading the config raises.
    """
    if name.startswith(link.CUSTOM):
        return described(link.unpacked(name), name=name)
    return _catalogued(catalog.model(name).id)


def described(given: Mapping[str, Any], *, name: str, title: str | None = None) -> Subject:
    """Return the subject that a config.json describes, or raise what reading it raises."""
    family = architectures.read(given).family
    return Subject(id=name, name=title or family, config=given)


def runs(about: Subject, facts: RuntimeFacts) -> bool:
    """Return whether a runtime really has this model to run.

    A catalogue model is run by what loads the files it is published in; a bare
    architecture by every runtime that knows its family and whose files can be made of it.
    """
    if facts.id == "ideal":
        return about.config is not None
    if about.model is not None:
        return bool(precisions_of(about, facts))
    shape = about.architecture
    tried = facts.unlisted_kinds and (shape is None or shape.kind in facts.unlisted_kinds)
    known = is_listed(about, facts) or bool(tried)
    if about.ready_made:
        return known and bool(precisions_of(about, facts))
    makes = shape is not None and runtimes.named(facts.id).can_store(shape)
    return known and makes and not facts.listed_only


def is_listed(about: Subject, facts: RuntimeFacts) -> bool:
    """Return whether a runtime's own list has a model's family, or there is nothing to compare."""
    return not facts.families or not about.family or about.family in facts.families


def runtimes_of(about: Subject, catalog: Catalog) -> tuple[RuntimeFacts, ...]:
    """Return the runtimes that have this model, the usual one first.

    Usual is the best known publication's; of two that load it, the one on the GPU for a
    model that makes many tokens, the one on the processor for others. *Ideal*, which nobody
    can load, is the last.
    """
    able = [facts for facts in catalog.runtimes if runs(about, facts)]
    order = [each.format for each in about.published if about.ready_made]
    talks = about.architecture is not None and about.architecture.kind is Kind.DECODER

    def rank(facts: RuntimeFacts) -> tuple[bool, int, bool]:
        place = min((order.index(f) for f in facts.formats if f in order), default=len(order))
        return facts.id == "ideal", place, facts.needs.webgpu is not talks

    return tuple(sorted(able, key=rank))


def precisions_of(about: Subject, facts: RuntimeFacts) -> tuple[str, ...]:
    """Return the precisions on offer, the runtime's own order."""
    publication = about.publication(facts)
    if facts.id == "ideal" or not about.ready_made:
        return facts.precisions
    return published_files.loadable(publication, facts) if publication else ()


def usual_precision(about: Subject, facts: RuntimeFacts) -> str:
    """Return the precision a page would load unless told otherwise.

    A BitNet is trained with weights of three values: at any other width it is not itself.
    """
    offered = precisions_of(about, facts)
    own = ("ternary",) if about.architecture and about.architecture.family == "bitnet" else ()
    wanted = (*own, *facts.fallback_precisions, facts.default_precision)
    return next((each for each in wanted if each in offered), offered[0])


def usual_context(about: Subject, facts: RuntimeFacts, offer: Offer | None) -> Tokens:
    """Return the context a page would use unless told otherwise, within the model's reach."""
    architecture = about.architecture or UNDISCLOSED
    if architecture.kind is Kind.ENCODER:
        usual = USUAL_INPUT
    else:
        usual = (offer.context if offer else None) or facts.default_context or USUAL_CONTEXT
    reach = architecture.main.positions
    return Tokens(min(usual, reach)) if reach else usual


def _runtime(about: Subject, name: str | None, catalog: Catalog) -> RuntimeFacts:
    able = runtimes_of(about, catalog)
    if name is None:
        return able[0]
    facts = catalog.runtime(name)
    if facts not in able:
        raise UnsupportedCombination(
            _("{runtime} has no {model} to run", runtime=facts.name, model=about.name),
            [each.id for each in able],
        )
    return facts


def _precision(about: Subject, facts: RuntimeFacts, name: str | None) -> str:
    if name is None:
        return usual_precision(about, facts)
    offered = {each.lower(): each for each in (*precisions_of(about, facts), *facts.precisions)}
    if name.lower() not in offered:
        raise UnknownName(
            _("precision for {runtime}", runtime=facts.name), name, precisions_of(about, facts)
        )
    return offered[name.lower()]


#: Runtimes that fetch the very files of another.
SAME_FILES: Final = {"transformersjs-webgpu": "transformersjs-wasm", "wllama-webgpu": "wllama-cpu"}


def store(about: Subject, runtime_id: str, precision: str) -> Stored:
    """Return the model's files at a precision, published sizes in place of computed ones."""
    return _stored(about, SAME_FILES.get(runtime_id, runtime_id), precision)


@anew
@lru_cache(maxsize=KEPT)
def _stored(about: Subject, runtime_id: str, precision: str) -> Stored:
    facts = Catalog().runtime(runtime_id)
    publication = about.publication(facts)
    if about.unread and publication is not None:
        return published_files.listed_alone(publication, precision)
    return published_files.stored(
        runtimes.named(runtime_id),
        facts,
        about.architecture or UNDISCLOSED,
        precision,
        publication,
    )


def place(chosen: str | Device | None, here: Device, catalog: Catalog) -> Device:
    """Return the device a scenario is about."""
    if chosen is None:
        return here
    if not isinstance(chosen, str):
        return chosen
    row = catalog.device(chosen)
    return replace(devices.read(row.device), name=row.name)


def answer(
    scenario: Scenario, catalog: Catalog, here: Device, about: Subject | None = None
) -> Answer:
    """Return the answer to a scenario on a device.

    `about` stands in for the scenario's model where it is no catalogue name.
    Raises `UnknownName` or `UnsupportedCombination` for names that do not go together.
    """
    about = about or subject(scenario.model, catalog)
    facts = _runtime(about, scenario.runtime, catalog)
    precision = _precision(about, facts, scenario.precision)
    publication = about.publication(facts)
    offer = publication.offers.get(precision) if publication else None
    context = scenario.context or usual_context(about, facts, offer)
    stored = store(about, facts.id, precision)
    asked = replace(scenario, runtime=facts.id, precision=precision, context=context)
    return _weighed(asked, about, facts, stored, place(scenario.device, here, catalog))


def altered(
    given: Answer, stored: Stored, architecture: Architecture, facts: RuntimeFacts | None = None
) -> Answer:
    """Return the answer for files that nobody published, all else being as in `given`.

    `architecture` is what those files hold, `facts` the runtime if it is another.
    """
    facts = facts or given.facts
    asked = replace(given.scenario, runtime=facts.id, precision=stored.precision)
    return _weighed(asked, given.subject, facts, stored, given.device, architecture)


def _weighed(
    asked: Scenario,
    about: Subject,
    facts: RuntimeFacts,
    stored: Stored,
    device: Device,
    architecture: Architecture | None = None,
) -> Answer:
    """Return the answer once everything is chosen; `asked` has no default left."""
    runtime, adapter = runtimes.named(facts.id), device.adapter
    if about.unread:
        runtime = runtimes.FilesAlone(runtime)
    context = asked.context or USUAL_CONTEXT
    load = Load(
        architecture=architecture or about.architecture or UNDISCLOSED,
        stored=stored,
        context=context,
        binding=adapter.max_storage_buffer_binding_size if adapter else None,
        emulated=bool(adapter and adapter.fallback),
    )
    footprint = Footprint(runtime.phases(load))
    offered = Offered(device)
    required = decide.requirements(Setup(runtime=runtime, facts=facts, load=load), footprint)
    decided = decide.decide(required, offered)
    checks = worded(decided, required, offered)
    return Answer(
        scenario=asked,
        subject=about,
        facts=facts,
        runtime=runtime,
        device=device,
        load=load,
        context=context,
        footprint=footprint,
        checks=checks,
        verdict=judge(decided, checks),
        rates=rates(runtime, load, device),
        notes=tuple(_notes(about, facts, stored, context)),
    )


def _notes(about: Subject, facts: RuntimeFacts, stored: Stored, context: Tokens) -> Iterator[str]:
    yield from about.notes
    if facts.id == "ideal" and about.model is not None and about.published:
        yield from _unrunnable(about)
    if about.model is None:
        yield from _of_runtime(about, facts)
    if about.architecture is not None:
        yield from about.architecture.notes
        reach = about.architecture.main.positions
        if reach is not None and context > reach:
            yield _(
                "{context:,} tokens are more than the {reach:,} this model takes",
                context=context,
                reach=reach,
            )
    yield from stored.notes
    yield from _larger_although_shorter(about, facts, stored)


def _of_runtime(about: Subject, facts: RuntimeFacts) -> Iterator[str]:
    """Yield what a runtime has to do with a model that the catalogue does not have."""
    if facts.id == "webllm":
        yield _("WebLLM lists no model of this name: a page must bring a compiled library for it")
    elif facts.id == "ideal" and runtimes_of(about, Catalog()) == (facts,):
        yield _("no browser runtime known here loads such a model: this is its weights and cache")
    elif not is_listed(about, facts):
        yield _(
            "{runtime} does not list {family} models; it tries one all the same, as a plain model",
            runtime=facts.name,
            family=about.family,
        )


def _unrunnable(about: Subject) -> Iterator[str]:
    """Yield a sentence when no runtime loads any of a model's files."""
    loaded = {form for facts in Catalog().runtimes for form in facts.formats}
    if not any(each.format in loaded for each in about.published):
        yield _("no browser runtime loads this model’s files: these are weights and cache alone")


def _larger_although_shorter(about: Subject, facts: RuntimeFacts, stored: Stored) -> Iterator[str]:
    """Yield a sentence when a precision of more bits would be the smaller download."""
    bits = nominal_bits(stored.precision)
    if bits is None or about.architecture is None:
        return
    mine = stored.download.likely
    for other in precisions_of(about, facts):
        wider = nominal_bits(other)
        if wider is None or wider <= bits or wider > 8:
            continue
        saved = mine - store(about, facts.id, other).download.likely
        if saved > 0:
            yield _(
                "{other} would be smaller than {precision} for this model, by {saved}: {small} "
                "against {large}, because {precision} leaves some tensors wide",
                other=other,
                precision=stored.precision,
                saved=size(exactly(saved)),
                small=size(exactly(mine - saved)),
                large=size(exactly(mine)),
            )
            return


def nominal_bits(precision: str) -> int | None:
    """Return the bits a precision's name promises per weight.

    >>> nominal_bits("q4f16"), nominal_bits("int8"), nominal_bits("bnb4"), nominal_bits("fp32")
    (4, 8, 4, 32)
    """
    for lead in ("fp", "bf", "uint", "int", "iq", "bnb", "tq", "q", "f"):
        if precision.startswith(lead):
            digits = precision.removeprefix(lead)
            figure = digits[:2] if digits[:2] in ("16", "32") else digits[:1]
            return int(figure) if figure.isdigit() else None
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One change that would help: a scenario one tap away, with its effect."""

    scenario: Scenario
    change: str
    saves: int
    outcome: Outcome
    probability: float | None


RANK: Final = {
    Outcome.LIKELY: 0,
    Outcome.MAY: 1,
    Outcome.UNKNOWN: 2,
    Outcome.UNLIKELY: 3,
    Outcome.NO: 4,
}


def suggestions(given: Answer, catalog: Catalog, here: Device, most: int = 4) -> list[Suggestion]:
    """Return changes that make the scenario more likely to run, the best first.

    A shorter context, another precision, another runtime: each alone.
    """
    needed = given.memory(Pool.PEAK).likely
    found = []
    for scenario, change in _changes(given, catalog):
        try:
            other = answer(scenario, catalog, here, given.subject)
        except UnsupportedCombination:
            continue  # one way that cannot be gone takes none of the others away
        saves = needed - other.memory(Pool.PEAK).likely
        better = RANK[other.verdict.outcome] < RANK[given.verdict.outcome]
        more = (other.verdict.probability or 0) > (given.verdict.probability or 0) + 0.01
        if better or (more and saves > 0):
            found.append(
                Suggestion(
                    scenario=scenario,
                    change=change,
                    saves=saves,
                    outcome=other.verdict.outcome,
                    probability=other.verdict.probability,
                )
            )
    found.sort(key=lambda each: (RANK[each.outcome], -(each.probability or 0)))
    return found[:most]


def _changes(given: Answer, catalog: Catalog) -> Iterator[tuple[Scenario, str]]:
    asked = given.scenario
    for context in reversed([each for each in CONTEXTS if 512 <= each < given.context]):
        yield replace(asked, context=context), plural("{count} token", "{count} tokens", context)
        break
    for precision in precisions_of(given.subject, given.facts):
        if precision != asked.precision:
            yield replace(asked, precision=precision), precision
    for facts in runtimes_of(given.subject, catalog):
        if facts.id not in (asked.runtime, "ideal"):
            scenario = replace(asked, runtime=facts.id, precision=None)
            yield scenario, f"{facts.name}, {usual_precision(given.subject, facts)}"


def parameters(about: Subject) -> dict[str, Parameters | None]:
    """Return the counts of DESIGN 5.1, `None` where no shape is disclosed."""
    if about.architecture is None:
        return {"total": None, "untied": None, "active": None}
    inventory = about.architecture.inventory
    return {"total": inventory.total, "untied": inventory.untied, "active": inventory.active}
