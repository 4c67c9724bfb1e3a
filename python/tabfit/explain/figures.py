"""Every figure of an answer with its formula.

In: an `Answer`. Out: its explanations by name:

    parameters, download, runtime-download, speed, chance
    part-<label>-<phase>   phase-<phase>, phase-<phase>-page, phase-<phase>-gpu
      memory-page, memory-gpu, memory-peak
    <check>-need, <check>-have, <check>-chance
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tabfit.devices import budgets
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer
from tabfit.estimate.subjects import UNDISCLOSED
from tabfit.explain.explanation import Explanation
from tabfit.explain.parameters import parameters
from tabfit.formula import (
    ZERO,
    Operation,
    Operator,
    Quantity,
    Unit,
    formula_of,
    largest,
    named,
    product,
    share,
    smallest,
    total,
)
from tabfit.i18n.language import _, later, whole_sentence
from tabfit.runtimes import Component, Label, Phase
from tabfit.units import Basis, Interval
from tabfit.verdict import device_history, sureness
from tabfit.verdict.check_kinds.browser import HEAP
from tabfit.verdict.check_kinds.memory import GPU_MEMORY, MEMORY, STORAGE, TAB_MEMORY
from tabfit.verdict.check_text import Check
from tabfit.verdict.constants import LEAST_STORAGE
from tabfit.verdict.labels import CHECKS, LABELS, PHASES
from tabfit.verdict.probability import Outcome, probability


def explained(answer: Answer) -> dict[str, Explanation]:
    """Return every figure's explanation by its name."""
    return {each.id: each for each in explain(answer)}


def explain_one(answer: Answer, name: str) -> Explanation | None:
    """Return the explanation of one figure, `None` where the answer has no such figure."""
    return next((each for each in explain(answer) if each.id == name), None)


def explain(answer: Answer) -> Iterator[Explanation]:
    """Yield the explanation of every figure that the answer shows."""
    yield from _of_shape(answer)
    yield from _of_memory(answer.footprint.phases)
    yield from _of_checks(answer)
    if answer.rates is not None:
        yield Explanation(
            id="speed",
            title=_("Tokens per second"),
            expression=answer.rates.formula,
            basis=answer.rates.basis,
            unit=Unit.TOKENS_PER_SECOND,
            about=_("Each new token reads every active weight and the whole cache once."),
        )
    if answer.verdict.probability is not None and answer.verdict.outcome is not Outcome.NO:
        yield _chance(answer)


# Shape


def _of_shape(answer: Answer) -> Iterator[Explanation]:
    model, architecture = answer.subject.model, answer.load.architecture
    if architecture is not UNDISCLOSED:
        source = model.source if model else _("the configuration given")
        yield Explanation(
            id="parameters",
            title=_("Parameters"),
            expression=parameters(architecture, source),
            basis=Basis.COMPUTED,
            unit=Unit.NUMBERS,
            about=_("Every array of the shape, rows by columns. Weights used twice count once."),
        )
    if any(not file.cached for file in answer.stored.files):
        yield Explanation(
            id="download",
            title=_("Download"),
            expression=_told(answer.download, answer.download_basis),
            basis=answer.download_basis,
            about=_("What the model itself brings: weights, tokenizer and configuration."),
        )
    if answer.runtime_download.high:
        yield Explanation(
            id="runtime-download",
            title=_("The runtime’s own code"),
            expression=_told(answer.runtime_download, Basis.MEASURED),
            basis=Basis.MEASURED,
            about=_("Fetched once per site, compressed as it travels."),
        )


def _told(interval: Interval, basis: Basis) -> Quantity:
    return formula_of(interval, later("weight files"), basis, later("the catalogue"))


# Memory


def _of_memory(phases: Iterable[Phase]) -> Iterator[Explanation]:
    for phase in phases:
        for label in Label:
            mine = [part for part in phase.components if part.label is label]
            if mine:
                yield _part(phase.name, label, mine)
        yield _whole_phase(f"phase-{phase.name}", phase.name, phase.components)
        for pool in (Pool.PAGE, Pool.GPU):
            within = [part for part in phase.components if part.pool is pool]
            yield _whole_phase(f"phase-{phase.name}-{pool}", phase.name, within)
    for pool in (Pool.PEAK, Pool.PAGE, Pool.GPU):
        yield _peak(pool, phases)


def _formula(part: Component) -> Quantity:
    source = later("the runtime")
    return formula_of(part.size, LABELS[part.label], Basis.ASSUMED, source)


def _whole_phase(name: str, phase: str, parts: Iterable[Component]) -> Explanation:
    return Explanation(
        id=name,
        title=_("Memory: {phase}", phase=PHASES[phase]),
        expression=_phase(parts),
        basis=Basis.COMPUTED,
        about=_("What is alive at once in this phase, above an empty page."),
    )


def _part(phase: str, label: Label, parts: list[Component]) -> Explanation:
    return Explanation(
        id=f"part-{label}-{phase}",
        title=_("{part}: {phase}", part=LABELS[label].capitalize(), phase=PHASES[phase]),
        expression=total(_formula(part) for part in parts),
        basis=Basis.COMPUTED,
        about=_abouts(label),
    )


def _abouts(label: Label) -> str:
    said = {
        Label.RUNTIME: _("What the runtime takes whatever the model: its code, its buffers."),
        Label.WEIGHTS: _("The stored tensors where the runtime keeps them."),
        Label.COPIES: _("What loading holds besides the weights themselves."),
        Label.CACHE: _("What the model keeps of the text so far; it grows with the context."),
        Label.WORK: _("What one pass needs besides: vectors between layers, scores, outputs."),
    }
    return said[label]


def _phase(parts: Iterable[Component]) -> Quantity:
    """Return what is held at once: the parts of each label under its name."""
    every = tuple(parts)
    labels = [label for label in Label if any(part.label is label for part in every)]
    return total(
        named(LABELS[label], total(_formula(part) for part in every if part.label is label))
        for label in labels
    )


def _highest(pool: Pool, phases: Iterable[Phase]) -> Quantity:
    """Return the highest that a pool gets over the phases, each under its name."""
    held = [
        (phase.name, [part for part in phase.components if pool in (Pool.PEAK, part.pool)])
        for phase in phases
    ]
    terms = [named(PHASES[name], _phase(parts)) for name, parts in held if parts]
    return largest(*terms) if terms else ZERO


def _peak(pool: Pool, phases: Iterable[Phase]) -> Explanation:
    titles = {
        Pool.PEAK: _("Memory at its peak"),
        Pool.PAGE: _("Memory of the tab at its peak"),
        Pool.GPU: _("Memory of the graphics card"),
    }
    return Explanation(
        id=f"memory-{pool}",
        title=titles[pool],
        expression=_highest(pool, phases),
        basis=Basis.COMPUTED,
        about=_("The fullest phase decides; each end of the interval has its own."),
    )


# Checks


def _of_checks(answer: Answer) -> Iterator[Explanation]:
    for check in answer.checks:
        need, offered = _need(check, answer), _have(check, answer)
        if need is not None:
            yield _of_check(check, "need", need, Basis.COMPUTED)
        if offered is not None:
            yield _of_check(check, "have", offered, check.basis, _why(check, answer.device))
        if check.probability is not None:
            yield Explanation(
                id=f"{check.name}-chance",
                title=CHECKS[check.name],
                expression=_chance_of(check, need, offered, answer.device),
                basis=check.basis,
                unit=Unit.CHANCE,
                about=_how_likely(check, need, offered),
            )


def _of_check(
    check: Check, side: str, expression: Quantity, basis: Basis, about: str = ""
) -> Explanation:
    title = CHECKS[check.name]
    return Explanation(
        id=f"{check.name}-{side}",
        title=_("{check}: needed", check=title)
        if side == "need"
        else _("{check}: there", check=title),
        expression=expression,
        basis=basis,
        about=about,
    )


def _need(check: Check, answer: Answer) -> Quantity | None:
    """Return the formula of a need, `None` where a feature is needed and not bytes."""
    if check.need is None:
        return None
    if check.pool is not None:
        return _highest(check.pool, answer.footprint.phases)
    words, source = later("what the runtime asks for"), answer.facts.sources.get("needs", "")
    return formula_of(check.need, words, Basis.LISTED, source or check.message)


def _have(check: Check, answer: Answer) -> Quantity | None:
    """Return the formula of what there is, `None` where nothing is known."""
    if check.have is None:
        return None
    if check.name == HEAP.name:
        ceiling = answer.facts.needs.wasm_memory or 0
        source = answer.facts.sources.get("needs.wasm_memory", "")
        offered = budgets.wasm(answer.device, ceiling, source).have or check.have
    else:
        offered = check.have
    return formula_of(offered, later("the limit here"), check.basis, check.message)


def _why(check: Check, device: Device) -> str:
    """Return why a budget is what it is, for memory."""
    offered = {
        Pool.PEAK: budgets.peak,
        Pool.PAGE: budgets.page,
        Pool.GPU: budgets.graphics,
    }
    said = offered[check.pool](device).why if check.pool in offered else ""
    return whole_sentence(said) if said else ""


#: Checks whose chance comes from two intervals; the others know a limit or a feature exactly.
COMPARED: Final = {kind.name: kind for kind in (MEMORY, TAB_MEMORY, GPU_MEMORY, HEAP, STORAGE)}


def _compared(check: Check) -> bool:
    """Return whether two intervals decide; what cannot be has no chance to work out."""
    return check.name in COMPARED and check.outcome is not Outcome.NO


def _chance_of(
    check: Check, need: Quantity | None, offered: Quantity | None, device: Device
) -> Quantity:
    if not _compared(check) or need is None or offered is None:
        chance = check.probability or 0.0
        return share(CHECKS[check.name], (chance,) * 3, check.basis, check.message)
    met = probability(need.interval, offered.interval)
    terms = named(later("needed"), need), named(later("there"), offered)
    weighed = Operation(Operator.CHANCE, terms, met, met, met)
    if check.name != STORAGE.name:
        return _given_past(check, weighed, device)
    return largest(weighed, LEAST_STORAGE)


def _given_past(check: Check, weighed: Quantity, device: Device) -> Quantity:
    """Return a chance as what was tried on the device raised or lowered it (`device_history`)."""
    past = device_history.told(COMPARED[check.name].past, device.history)
    if past is None or check.probability is None:
        return weighed
    words, chance = later("given what was tried here"), (check.probability,) * 3
    tried = share(words, chance, Basis.MEASURED, whole_sentence(past))
    return (largest if check.probability >= weighed.likely else smallest)(weighed, tried)


def _how_likely(check: Check, need: Quantity | None, offered: Quantity | None) -> str:
    if _compared(check) and need is not None and offered is not None:
        return _(
            "Both intervals are read as distributions: one in twenty lies below the low end, half "
            "below the likely value, one in twenty above the high end."
        )
    return check.message


def _chance(answer: Answer) -> Explanation:
    """Return the verdict's chance: the product of the checks', the unasked ones counted once."""
    rated = [check for check in answer.checks if check.probability is not None]
    asked = [_factor(each, answer) for each in rated if each.outcome is not Outcome.UNKNOWN]
    unasked = [_factor(each, answer) for each in rated if each.outcome is Outcome.UNKNOWN]
    terms = [*asked, *([smallest(*unasked)] if unasked else [])]
    return Explanation(
        id="chance",
        title=_("The chance that it fits"),
        expression=_drawn_in(product(terms), answer),
        basis=Basis.ASSUMED,
        unit=Unit.CHANCE,
        about=_(
            "Checks fail for different reasons, so their chances are multiplied. What nobody asked "
            "the browser about fails for one reason, an old browser, and counts once. Some models "
            "ran that every check spoke against, and some died that none did: what is said stays "
            "between the two."
        ),
    )


def _drawn_in(chance: Quantity, answer: Answer) -> Quantity:
    """Return a chance between the ends that reports give, as `sureness.drawn_in` does."""
    ends = sureness.ends()
    source = (
        later(
            "{reports} people’s reports: {blind} judged before anybody here had read them, the "
            "others each by the rest"
        ),
        {"reports": ends.reports, "blind": ends.blind},
    )
    least, surest = (
        share(words, (end,) * 3, Basis.MEASURED, source)
        for words, end in (
            (later("ran although checks spoke against it"), ends.least),
            (later("ran where no check did"), ends.surest),
        )
    )
    return least + (_raised(surest, answer) - least) * chance


def _raised(surest: Quantity, answer: Answer) -> Quantity:
    """Return the upper end as far as what ran on the device raises it (`device_history.proven`)."""
    trials, runtime = answer.device.history, answer.facts.id
    proven = device_history.proven(trials, runtime, answer.footprint.peak_in)
    past = device_history.told(Pool.PEAK, trials) or device_history.told(Pool.PAGE, trials)
    if not proven or past is None:
        return surest
    words = later("how far what ran here speaks for this")
    reached = share(words, (proven,) * 3, Basis.MEASURED, whole_sentence(past))
    ends = sureness.ends()
    source = (
        later("of {reports} people’s reports of something as large on one device, {ran} ran"),
        {"reports": ends.here_reports, "ran": ends.here_ran},
    )
    here = share(
        later("ran where as much had run before"), (ends.here,) * 3, Basis.MEASURED, source
    )
    return surest + (here - surest) * reached


def _factor(check: Check, answer: Answer) -> Quantity:
    need, offered = _need(check, answer), _have(check, answer)
    chance = _chance_of(check, need, offered, answer.device)
    return named(CHECKS[check.name], chance, Unit.CHANCE)
