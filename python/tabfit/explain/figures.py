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
from tabfit.estimate.answers import UNDISCLOSED, Answer
from tabfit.estimate.checks import Check
from tabfit.estimate.labels import CHECKS, LABELS, PHASES
from tabfit.estimate.outcome import Outcome
from tabfit.explain import device_budgets, model_sizes
from tabfit.explain.by_runtime import phases
from tabfit.explain.formula import (
    Explanation,
    Expression,
    Named,
    Operator,
    Unit,
    factor,
    largest,
    nothing,
    operation,
    product,
    size,
    smallest,
    total,
)
from tabfit.explain.requirements import need_of
from tabfit.explain.runtime_phases import Phases, Piece
from tabfit.explain.token_rate import tokens_per_second
from tabfit.i18n.language import _
from tabfit.runtimes import Label
from tabfit.units import Basis

#: Chances are told to four decimal places and reach the reader as so many in a hundred.
PLACES: Final = 4


def explained(answer: Answer) -> dict[str, Explanation]:
    """Return every figure's explanation by its name."""
    return {each.id: each for each in explain(answer)}


def explain_one(answer: Answer, name: str) -> Explanation | None:
    """Return the explanation of one figure, `None` where the answer has no such figure."""
    return next((each for each in explain(answer) if each.id == name), None)


def explain(answer: Answer) -> Iterator[Explanation]:
    """Yield the explanation of every figure that the answer shows."""
    held = phases(answer.runtime, answer.load)
    yield from _of_shape(answer)
    yield from _of_memory(held)
    yield from _of_checks(answer, held)
    speed = tokens_per_second(answer)
    if speed is not None:
        yield speed
    if answer.verdict.probability is not None and answer.verdict.outcome is not Outcome.NO:
        yield _chance(answer, held)


# Shape


def _of_shape(answer: Answer) -> Iterator[Explanation]:
    model, architecture = answer.subject.model, answer.load.architecture
    if architecture is not UNDISCLOSED:
        source = model.source if model else _("the configuration given")
        yield Explanation(
            id="parameters",
            title=_("Parameters"),
            expression=model_sizes.parameters(architecture, source),
            basis=Basis.COMPUTED,
            unit=Unit.NUMBERS,
            about=_("Every array of the shape, rows by columns. Weights used twice count once."),
        )
    brought = [file for file in answer.stored.files if not file.cached]
    if brought:
        yield Explanation(
            id="download",
            title=_("Download"),
            expression=model_sizes.file_sum(brought),
            basis=answer.download_basis,
            about=_("What the model itself brings: weights, tokenizer and configuration."),
        )
    code = [*answer.runtime_files, *(f for f in answer.stored.files if f.cached)]
    if code:
        yield Explanation(
            id="runtime-download",
            title=_("The runtime’s own code"),
            expression=model_sizes.file_sum(code),
            basis=Basis.MEASURED,
            about=_("Fetched once per site, compressed as it travels."),
        )


# Memory


def _of_memory(held: Phases) -> Iterator[Explanation]:
    for phase, pieces in held:
        for label in Label:
            mine = [piece for piece in pieces if piece.label is label]
            if mine:
                yield _part(phase, label, mine)
        yield _whole_phase(f"phase-{phase}", phase, pieces)
        for pool in (Pool.PAGE, Pool.GPU):
            within = [piece for piece in pieces if piece.pool is pool]
            yield _whole_phase(f"phase-{phase}-{pool}", phase, within)
    for pool in (Pool.PEAK, Pool.PAGE, Pool.GPU):
        yield _peak(pool, held)


def _whole_phase(name: str, phase: str, pieces: Iterable[Piece]) -> Explanation:
    return Explanation(
        id=name,
        title=_("Memory: {phase}", phase=PHASES[phase]),
        expression=_phase(pieces),
        basis=Basis.COMPUTED,
        about=_("What is alive at once in this phase, above an empty page."),
    )


def _part(phase: str, label: Label, pieces: list[Piece]) -> Explanation:
    return Explanation(
        id=f"part-{label}-{phase}",
        title=_("{part}: {phase}", part=LABELS[label].capitalize(), phase=PHASES[phase]),
        expression=total(*(piece.expression for piece in pieces)),
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


def _phase(pieces: Iterable[Piece]) -> Expression:
    every = tuple(pieces)
    terms = []
    for label in Label:
        mine = [piece.expression for piece in every if piece.label is label]
        if mine:
            terms.append(Named(LABELS[label], total(*mine)))
    return total(*terms) if terms else nothing()


def _highest(pool: Pool, held: Phases) -> Expression:
    """Return the highest that a pool gets over the phases."""
    terms = []
    for phase, pieces in held:
        mine = [piece for piece in pieces if pool in (Pool.PEAK, piece.pool)]
        if mine:
            terms.append(Named(PHASES[phase], _phase(mine)))
    return largest(*terms) if terms else nothing()


def _peak(pool: Pool, held: Phases) -> Explanation:
    titles = {
        Pool.PEAK: _("Memory at its peak"),
        Pool.PAGE: _("Memory of the tab at its peak"),
        Pool.GPU: _("Memory of the graphics card"),
    }
    return Explanation(
        id=f"memory-{pool}",
        title=titles[pool],
        expression=_highest(pool, held),
        basis=Basis.COMPUTED,
        about=_("The fullest phase decides; each end of the interval has its own."),
    )


# Checks


def _of_checks(answer: Answer, held: Phases) -> Iterator[Explanation]:
    for check in answer.checks:
        need, offered = _need(check, answer, held), _have(check, answer)
        if need is not None:
            yield _of_check(check, "need", need, Basis.COMPUTED)
        if offered is not None:
            yield _of_check(check, "have", offered, check.basis, _why(check, answer.device))
        if check.probability is not None:
            yield Explanation(
                id=f"{check.name}-chance",
                title=CHECKS[check.name],
                expression=_chance_of(check, need, offered),
                basis=check.basis,
                unit=Unit.CHANCE,
                about=_how_likely(check, need, offered),
            )


def _of_check(
    check: Check, side: str, expression: Expression, basis: Basis, about: str = ""
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


def _need(check: Check, answer: Answer, held: Phases) -> Expression | None:
    if check.pool is not None:
        return _highest(check.pool, held)
    return need_of(check, answer)


def _have(check: Check, answer: Answer) -> Expression | None:
    if check.have is None:
        return None
    device, facts = answer.device, answer.facts
    if check.pool is not None:
        return _room(check, answer)
    if check.name == "wasm-memory":
        source = facts.sources.get("needs.wasm_memory", "")
        return device_budgets.wasm(device, facts.needs.wasm_memory or 0, source)
    if check.name == "storage":
        return device_budgets.storage(device)
    return size(_("the limit here"), check.have, check.basis, check.message)


def _room(check: Check, answer: Answer) -> Expression | None:
    """Return the budget that a check of memory compares with, as `checks` chooses it."""
    device = answer.device
    if check.pool is Pool.GPU:
        return device_budgets.graphics(device)
    whole = answer.runtime.uses_gpu or device.on_phone or device.browser == "safari"
    return (
        device_budgets.peak(device)
        if whole and check.pool is Pool.PEAK
        else device_budgets.page(device)
    )


def _why(check: Check, device: Device) -> str:
    """Return why a budget is what it is, for memory."""
    offered = {
        Pool.PEAK: budgets.peak,
        Pool.PAGE: budgets.page,
        Pool.GPU: budgets.graphics,
    }
    said = offered[check.pool](device).why if check.pool in offered else ""
    return _("{sentence}.", sentence=said[:1].upper() + said[1:]) if said else ""


#: Checks whose chance comes from two intervals; the others know a limit or a feature exactly.
COMPARED: Final = ("memory", "tab-memory", "gpu-memory", "wasm-memory", "storage")


def _compared(check: Check) -> bool:
    """Return whether two intervals decide; what cannot be has no chance to work out."""
    return check.name in COMPARED and check.outcome is not Outcome.NO


def _chance_of(check: Check, need: Expression | None, offered: Expression | None) -> Expression:
    if _compared(check) and need is not None and offered is not None:
        chance = operation(Operator.CHANCE, Named(_("needed"), need), Named(_("there"), offered))
        if check.name != "storage":
            return chance
        least = factor(_("at least"), 0.05, Basis.ASSUMED, _("an estimate is no promise"))
        return largest(chance, least)
    return factor(CHECKS[check.name], check.probability or 0.0, check.basis, check.message)


def _how_likely(check: Check, need: Expression | None, offered: Expression | None) -> str:
    if _compared(check) and need is not None and offered is not None:
        return _(
            "Both intervals are read as distributions: one in twenty lies below the low end, half "
            "below the likely value, one in twenty above the high end."
        )
    return check.message


def _chance(answer: Answer, held: Phases) -> Explanation:
    """Return the verdict's chance: the product of the checks', the unasked ones counted once."""
    known = [check for check in answer.checks if check.probability is not None]
    told = [_factor(c, answer, held) for c in known if c.outcome is not Outcome.UNKNOWN]
    unasked = [_factor(c, answer, held) for c in known if c.outcome is Outcome.UNKNOWN]
    terms = [*told, *([smallest(*unasked)] if unasked else [])]
    return Explanation(
        id="chance",
        title=_("The chance that it fits"),
        expression=product(*terms) if terms else factor("1", 1, Basis.COMPUTED),
        basis=Basis.ASSUMED,
        unit=Unit.CHANCE,
        about=_(
            "Checks fail for different reasons, so their chances are multiplied. What nobody asked "
            "the browser about fails for one reason, an old browser, and counts once."
        ),
    )


def _factor(check: Check, answer: Answer, held: Phases) -> Expression:
    need, offered = _need(check, answer, held), _have(check, answer)
    return Named(CHECKS[check.name], _chance_of(check, need, offered), Unit.CHANCE)
