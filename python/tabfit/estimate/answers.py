"""The answer to a scenario: the whole story, each step one module's.

In: a `Scenario`, the catalogue and the device at hand. Out: an `Answer`,
everything a view shows. Nothing here knows a browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Final

from tabfit import runtimes
from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.devices import device as devices
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.errors import UnknownName, UnsupportedCombination
from tabfit.estimate import load_choices
from tabfit.estimate.defaults import (
    USUAL_CONTEXT,
    is_listed,
    loads_nowhere,
    nominal_bits,
    precisions_of,
    runtimes_of,
    usual_context,
    usual_precision,
)
from tabfit.estimate.published_files import store
from tabfit.estimate.runtime_builds import files_on
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import UNDISCLOSED, Subject, subject
from tabfit.i18n.language import Message, _, cleared_with_language
from tabfit.i18n.size_text import size
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture
from tabfit.recipes.gguf import dynamic
from tabfit.recipes.gguf.projector import with_projector
from tabfit.recipes.onnx import session_precisions
from tabfit.recipes.stored_model import Content, File, Stored, total_size
from tabfit.runtimes import Load, Runtime
from tabfit.runtimes.memory.footprint import Footprint
from tabfit.runtimes.speed import Rates, Wait, first_token, rates
from tabfit.units import Basis, Bytes, Interval, Tokens, exactly
from tabfit.verdict import decide
from tabfit.verdict.check_text import Check, worded
from tabfit.verdict.overall_verdict import Verdict, is_slow, judge
from tabfit.verdict.probability import Outcome
from tabfit.verdict.requirements import Offered, Requirements, Setup


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Everything a view shows. `unsupported` says that no browser runtime loads the model.

    Source: figures are the runtime's and the recipe's, each with its own.
    """

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
    unsupported: bool = False

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Return the sentences that a reader must see; other precisions are looked at for them."""
        return tuple(_notes(self.scenario, self.subject, self.facts, self.stored))

    @property
    def setup(self) -> Setup:
        """Return what every demand is worked out from."""
        return Setup(
            runtime=self.runtime, facts=self.facts, load=self.load, unsupported=self.unsupported
        )

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
        return Basis.LISTED if _is_listed(self.stored) else Basis.COMPUTED

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
            for each in files_on(self.facts, self.device)
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
        return first_token(self.runtime, self.load, self.rates)

    def memory(self, pool: Pool) -> Interval:
        """Return the peak of one pool above an empty page."""
        return self.footprint.peak_in(pool)


def _runtime(about: Subject, name: str | None, catalog: Catalog) -> RuntimeFacts:
    able = runtimes_of(about, catalog)
    if name is None:
        return able[0]
    facts = catalog.runtime(name)
    if facts not in able:
        raise UnsupportedCombination(
            Message("{runtime} has no {model} to run", runtime=facts.title, model=about.name),
            [each.id for each in able],
        )
    return facts


def _precision(about: Subject, facts: RuntimeFacts, name: str | None, catalog: Catalog) -> str:
    if name is None:
        return usual_precision(about, facts)
    if session_precisions.is_map(name):
        offered = precisions_of(about, facts)
        return load_choices.precision_of_sessions(name, about, facts, offered, catalog)
    known = {each.lower(): each for each in (*precisions_of(about, facts), *facts.precisions)}
    if name.lower() not in known:
        if "gguf" in facts.formats and dynamic.is_named(name):
            return name.lower()
        raise UnknownName(
            Message("precision for {runtime}", runtime=facts.title),
            name,
            precisions_of(about, facts),
        )
    return known[name.lower()]


#: Who changes one choice is told of the same neighbours again: so many answers are kept.
KEPT: Final = 48


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
    device = place(scenario.device, here, catalog)
    anywhere = replace(scenario, device=None)
    chosen = _chosen(anywhere, catalog, about, _binding(device), emulated=device.emulated)
    return _weighed(chosen, device, replace(chosen.asked, device=scenario.device))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """A scenario with no default left, and what it needs, whatever the device."""

    asked: Scenario
    about: Subject
    facts: RuntimeFacts
    load: Load
    footprint: Footprint
    required: Requirements
    unsupported: bool


@cleared_with_language
@lru_cache(maxsize=KEPT)
def kept_answer(
    scenario: Scenario, catalog: Catalog, here: Device, about: Subject | None = None
) -> Answer:
    """Return what `answer` does, from among the last ones where it is there."""
    return answer(scenario, catalog, here, about)


@cleared_with_language
@lru_cache(maxsize=KEPT)
def _chosen(
    scenario: Scenario, catalog: Catalog, about: Subject, binding: Bytes | None, *, emulated: bool
) -> _Chosen:
    """Return what a scenario without a device needs on adapters that bind so much."""
    facts = _runtime(about, scenario.runtime, catalog)
    load_choices.check(scenario.options, about, facts, catalog)
    precision = _precision(about, facts, scenario.precision, catalog)
    offer = about.offer(facts, precision)
    context = scenario.context or usual_context(about, facts, offer)
    stored = store(about, facts, precision)
    if scenario.options.projector and about.architecture is not None:
        stored = with_projector(stored, about.architecture)
    asked = replace(scenario, runtime=facts.id, precision=precision, context=context)
    load = _load(asked, about.architecture, stored, binding, emulated=emulated)
    return _needed(asked, about, facts, load, unsupported=loads_nowhere(about, catalog))


@cleared_with_language
@lru_cache(maxsize=4)
def _offered(device: Device) -> Offered:
    """Return what a device has; the answers around one scenario are all about one device."""
    return Offered(device)


def _binding(device: Device) -> Bytes | None:
    adapter = device.adapter
    return adapter.max_storage_buffer_binding_size if adapter else None


def on_device(load: Load, device: Device) -> Load:
    """Return a load as it is on a device: what its graphics adapter binds, and what that is."""
    return replace(load, binding=_binding(device), emulated=device.emulated)


def altered(
    given: Answer, stored: Stored, architecture: Architecture, facts: RuntimeFacts | None = None
) -> Answer:
    """Return the answer for files that nobody published, all else being as in `given`.

    `architecture` is what those files hold, `facts` the runtime if it is another.
    """
    facts, device = facts or given.facts, given.device
    asked = replace(given.scenario, runtime=facts.id, precision=stored.precision)
    load = _load(asked, architecture, stored, _binding(device), emulated=device.emulated)
    unsupported = given.unsupported and facts.hypothetical
    needed = _needed(asked, given.subject, facts, load, unsupported=unsupported)
    return _weighed(needed, device, asked)


def _load(
    asked: Scenario,
    architecture: Architecture | None,
    stored: Stored,
    binding: Bytes | None,
    *,
    emulated: bool,
) -> Load:
    return Load(
        architecture=architecture or UNDISCLOSED,
        stored=stored,
        context=asked.context or USUAL_CONTEXT,
        prompt=asked.prompt,
        options=asked.options,
        binding=binding,
        emulated=emulated,
    )


def _needed(
    asked: Scenario, about: Subject, facts: RuntimeFacts, load: Load, *, unsupported: bool
) -> _Chosen:
    """Return what a load needs, whatever the device; `asked` has no default left."""
    runtime = runtimes.named(facts.id)
    if about.unread:
        runtime = runtimes.FilesAlone(runtime)
    footprint = Footprint(runtime.phases(load))
    setup = Setup(runtime=runtime, facts=facts, load=load, unsupported=unsupported)
    return _Chosen(
        asked=asked,
        about=about,
        facts=facts,
        load=load,
        footprint=footprint,
        required=decide.requirements(setup, footprint),
        unsupported=unsupported,
    )


def _weighed(needed: _Chosen, device: Device, asked: Scenario) -> Answer:
    """Return the answer on a device, to `asked`, which names it."""
    required, load = needed.required, needed.load
    runtime, offered = required.runtime, _offered(device)
    decided = decide.decide(required, offered)
    checks = worded(decided, required, offered)
    return Answer(
        scenario=asked,
        subject=needed.about,
        facts=needed.facts,
        runtime=runtime,
        device=device,
        load=load,
        context=load.context,
        footprint=needed.footprint,
        checks=checks,
        verdict=_paced(judge(decided, checks), runtime, load),
        rates=None if needed.unsupported else rates(runtime, load, device),
        unsupported=needed.unsupported,
    )


def _paced(verdict: Verdict, runtime: Runtime, load: Load) -> Verdict:
    """Return the verdict, which says so where a model that writes would do it very slowly."""
    slow = is_slow(runtime, verdict.outcome, emulated=load.emulated, writes=load.writes)
    return replace(verdict, slowly=True) if slow else verdict


def _notes(
    scenario: Scenario, about: Subject, facts: RuntimeFacts, stored: Stored
) -> Iterator[str]:
    context = scenario.context or USUAL_CONTEXT
    yield from about.notes
    if about.model is None and not facts.hypothetical:
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
    yield from _of_release(about, facts)
    yield from load_choices.notes(scenario.options, about)
    yield from _out_of_order(about, facts, stored)


def _of_release(about: Subject, facts: RuntimeFacts) -> Iterator[str]:
    """Yield from which release on a runtime has the model's family."""
    first = facts.first_releases.get(about.family)
    if first is not None:
        yield _(
            "{runtime} has models of this family from release {first} on; an older one, or one "
            "that a browser kept, fails. Reckoned here with {version}",
            runtime=facts.title,
            first=first,
            version=facts.version or "",
        )


def _of_runtime(about: Subject, facts: RuntimeFacts) -> Iterator[str]:
    """Yield what a runtime has to do with a model that the catalogue does not have."""
    if facts.library_per_model:
        yield _(
            "{runtime} lists no model of this name: a page must bring a compiled library for it",
            runtime=facts.title,
        )
    elif not is_listed(about, facts):
        yield _(
            "{runtime} does not list {family} models; it tries one all the same, as a plain model",
            runtime=facts.title,
            family=about.family,
        )


def _out_of_order(about: Subject, facts: RuntimeFacts, stored: Stored) -> Iterator[str]:
    """Yield a sentence when a precision of more bits would be the smaller download.

    Where one of the two sizes is listed and the other computed, that is said of both.
    """
    bits = nominal_bits(stored.precision.lower())
    if bits is None or about.architecture is None:
        return
    listed = _is_listed(stored)
    for other in precisions_of(about, facts):
        theirs = nominal_bits(other)
        if theirs is None or theirs == bits or theirs > 8:
            continue
        if theirs < bits and (listed or not _lists(about, facts, other)):
            continue  # said of the narrower one
        found = store(about, facts, other)
        wide, narrow = (found, stored) if theirs > bits else (stored, found)
        if wide.download.likely < narrow.download.likely:
            yield _why_out_of_order(wide, narrow)
            return


def _is_listed(stored: Stored) -> bool:
    weights = [each for each in stored.files if each.content is Content.WEIGHTS]
    return bool(weights) and all(each.basis is Basis.LISTED for each in weights)


def _lists(about: Subject, facts: RuntimeFacts, precision: str) -> bool:
    offer = about.offer(facts, precision)
    return bool(offer and offer.files)


def _why_out_of_order(wide: Stored, narrow: Stored) -> str:
    small, large = wide.download.likely, narrow.download.likely
    if _is_listed(narrow) and not _is_listed(wide):
        return _(
            "{wide} is computed, {small}; {narrow} is listed with {large}, more than our recipe "
            "makes of it, so a real file of {wide} is likely larger too",
            wide=wide.precision.lower(),
            narrow=narrow.precision.lower(),
            small=size(exactly(small)),
            large=size(exactly(large)),
        )
    return _(
        "{other} would be smaller than {precision} for this model, by {saved}: {small} "
        "against {large}, because {precision} leaves some tensors wide",
        other=wide.precision.lower(),
        precision=narrow.precision.lower(),
        saved=size(exactly(large - small)),
        small=size(exactly(small)),
        large=size(exactly(large)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One change that would help: a scenario one tap away, with its effect."""

    scenario: Scenario
    change: str
    saves: int
    outcome: Outcome
    probability: float | None
