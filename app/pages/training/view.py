"""Training's memory: two figures, a stacked picture, every part with its formula, the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.components import expandable_list
from app.components.charts import svg_chart
from app.components.html import Child, Html, joined, sentence, tag
from app.components.labels import bytes_
from app.components.outcome_marks import chip
from tabfit.i18n.language import Words, _, capitalised, later, number
from tabfit.model.architecture import Architecture
from tabfit.training import (
    LABELS,
    STEADY_KINDS,
    Plan,
    TrainingMemory,
    TrainingPart,
    TrainingPartKind,
)
from tabfit.training.activations import ARRAYS, LayerActivations, layer_activations, share
from tabfit.training.rules_of_thumb import ESTIMATES, RuleOfThumb, inference
from tabfit.training.savings import PlanChange, peak_or_steady
from tabfit.units import GIB, Basis

#: Parts drawn alike: their class, and the kinds in it.
GROUPS: Final = {
    "weights": (
        TrainingPartKind.WEIGHTS,
        TrainingPartKind.ADAPTERS,
        TrainingPartKind.CASTS,
        TrainingPartKind.GATHERED,
    ),
    "copies": (TrainingPartKind.MASTER,),
    "gradients": (TrainingPartKind.GRADIENTS,),
    "states": (TrainingPartKind.STATES,),
    "activations": (TrainingPartKind.ACTIVATIONS, TrainingPartKind.RECOMPUTED),
    "output": (TrainingPartKind.OUTPUT, TrainingPartKind.LOSS),
}
NAMES: Final = Words(
    {
        "weights": later("weights"),
        "copies": later("float32 copy"),
        "gradients": later("gradients"),
        "states": later("optimiser"),
        "activations": later("activations"),
        "output": later("output and loss"),
    }
)
#: Memory that graphics cards are sold with, in GiB.
CARDS: Final = (8, 12, 16, 24, 32, 48, 80, 96, 141, 192)

#: What measured runs took beyond what is computed (tests/core/training/test_training.py).
SPARE: Final = 1.15

#: A rule within this share of the exact figure is called right.
CLOSE: Final = 0.05

#: The letters of the formulas.
LETTERS: Final = {
    "N": later("parameters on one device"),
    "A": later("parameters of the adapters"),
    "M": later("parameters of the largest layer"),
    "L": later("layers"),
    "b": later("sequences at once"),
    "s": later("tokens of a sequence"),
    "h": later("width"),
    "a": later("heads"),
    "k": later("bytes a token keeps in one layer"),
    "m": later("bytes of the attention maps for each pair of tokens"),
    "w": later("bytes a token keeps in the last norm and the head"),
    "d": later("devices that share"),
}


def finding(name: str, architecture: Architecture, memory: TrainingMemory) -> Html:
    """Return the two figures that were asked for, and what holds them."""
    running = inference(architecture, memory.plan)
    return joined(
        tag("dl", list(_figures(memory, running)), class_="figures"),
        tag("p", _said(name, memory, running), class_="deciding"),
        [tag("p", note, class_="note") for note in _notes(memory)],
    )


def _figures(memory: TrainingMemory, running: int) -> Iterator[Html]:
    if memory.peak is not None:
        yield _figure(_("at its peak"), bytes_(memory.peak))
    yield _figure(_("between two steps"), bytes_(memory.steady))
    yield _figure(_("only to run it"), bytes_(running))


def _figure(name: str, value: str) -> Html:
    return tag("div", tag("dd", value), tag("dt", name, " ", chip(Basis.COMPUTED)))


def _said(name: str, memory: TrainingMemory, running: int) -> str:
    times = number(peak_or_steady(memory) / running, ".2g")
    together = memory.plan.gpus * peak_or_steady(memory)
    one = memory.plan.gpus == 1
    card = next((size for size in CARDS if size * GIB >= SPARE * peak_or_steady(memory)), None)
    if card is None:
        held = _("No common card holds it.") if one else _("No common card holds its share.")
    elif one:
        held = _(
            "With room to spare, the smallest common card that holds it has {size} GB.", size=card
        )
    else:
        held = _("With room to spare, each device needs a card of {size} GB.", size=card)
    said = (
        _("{times} times what it takes to run {name} on the same input.", times=times, name=name)
        if one
        else _("That is one device; all together hold {size}.", size=bytes_(together))
    )
    return f"{said} {held}"


def _notes(memory: TrainingMemory) -> Iterator[str]:
    for note in (memory.uncovered, *memory.notes):
        if note:
            yield f"{capitalised(note)}."


# The picture


def picture(architecture: Architecture, memory: TrainingMemory) -> Html:
    """Return what fills the memory as two stacked bars, with what running takes beside them."""
    running = inference(architecture, memory.plan)
    top = max(peak_or_steady(memory), running)
    used = [each for each in GROUPS if _of(memory, each)]
    rows = [_row(_("run it"), {"weights": running}, running, top)]
    steady = {each: _of(memory, each, steady=True) for each in GROUPS}
    rows.append(_row(_("between steps"), steady, memory.steady, top))
    if memory.peak is not None:
        peak = {each: _of(memory, each) for each in GROUPS}
        rows.append(_row(_("at its peak"), peak, memory.peak, top))
    return joined(
        tag(
            "table",
            tag("tbody", rows),
            class_="chart training",
            aria_label=_("What fills the memory"),
        ),
        svg_chart.legend(*((each, NAMES[each]) for each in used)),
    )


def _of(memory: TrainingMemory, group: str, *, steady: bool = False) -> int:
    kinds = [kind for kind in GROUPS[group] if kind in STEADY_KINDS or not steady]
    return sum(memory.of(kind) for kind in kinds)


def _row(name: str, sizes: dict[str, int], whole: int, top: int) -> Html:
    return tag(
        "tr",
        tag("th", name, scope="row"),
        tag("td", _bar(name, sizes, top), class_="bar"),
        tag("td", bytes_(whole), class_="number"),
    )


def _bar(name: str, sizes: dict[str, int], top: int) -> Html:
    told = {group: size for group, size in sizes.items() if size}
    parts = ", ".join(f"{NAMES[group]} {bytes_(size)}" for group, size in told.items())
    shares = [(group, size / top) for group, size in told.items()]
    label = _("{name}: {parts}", name=name, parts=parts)
    return svg_chart.stacked_bar(label, shares, y="15%", height="70%")


# Part by part


def parts(architecture: Architecture, memory: TrainingMemory) -> Html:
    """Return every part of the memory, each opening to its formula."""
    written = {word for each in memory.components for word in re.findall(r"\w+", each.text)}
    used = [letter for letter in LETTERS if letter in written]
    return joined(
        expandable_list.rows(_part(each, architecture, memory) for each in memory.components),
        expandable_list.letters(used, LETTERS),
    )


def _part(each: TrainingPart, architecture: Architecture, memory: TrainingMemory) -> Html:
    group = next(name for name, kinds in GROUPS.items() if each.kind in kinds)
    stays = _("all the time") if each.kind in STEADY_KINDS else _("at the peak")
    return expandable_list.row(
        joined(LABELS[each.kind], " ", tag("small", stays)),
        bytes_(each.size),
        equation(each.text, each.filled, each.size),
        _arrays(architecture, memory.plan) if each.kind is TrainingPartKind.ACTIVATIONS else None,
        tag("p", chip(Basis.COMPUTED), " ", each.source, class_="source"),
        swatch=group,
    )


def equation(text: str, filled: str, size: int) -> Html:
    """Return a formula of bytes in letters, filled in, and what it gives."""
    result = _("{count:,} bytes, {size}", count=size, size=bytes_(size))
    return expandable_list.equation(text, filled, result)


def _arrays(architecture: Architecture, plan: Plan) -> Html:
    """Return what layers of each shape keep, array by array."""
    return joined(_of_shape(each, plan) for each in layer_activations(architecture, plan))


def _of_shape(each: LayerActivations, plan: Plan) -> Html:
    rows = [
        (
            ARRAYS[item.array],
            number(share(item, plan), ","),
            bytes_(share(item, plan) * each.tokens),
        )
        for item in each.items
        if item.size
    ]
    return svg_chart.table(
        _(
            "What one of {count} layers keeps of a sequence of {tokens:,} tokens",
            count=each.layers,
            tokens=each.tokens,
        ),
        (_("Array"), _("bytes a token"), _("of a sequence")),
        rows,
    )


# One change at a time


def smaller(
    found: tuple[PlanChange, ...], memory: TrainingMemory, address: dict[Plan, str]
) -> Html:
    """Return the changes that need less, as bars beside what is needed now."""
    now = svg_chart.Bar(
        name=_("As it is"),
        size=peak_or_steady(memory),
        words=bytes_(peak_or_steady(memory)),
        current=True,
    )
    rows = [
        svg_chart.Bar(
            name=tag("a", each.says, href=f"#{address[each.plan]}", data_change="stay"),
            size=each.size,
            words=bytes_(each.size),
        )
        for each in found
    ]
    return svg_chart.bars(_("What one change would need"), [now, *rows])


# The rules people quote


def rules(found: tuple[RuleOfThumb, ...]) -> Html:
    """Return the rules beside the exact figures, each opening to why it is off."""
    return expandable_list.rows((_rule(each) for each in found), quoted=True)


def _rule(rule: RuleOfThumb) -> Html:
    return expandable_list.row(
        _claim(rule),
        _off(rule),
        equation(rule.text, rule.filled, rule.value),
        tag("p", _("Exact here: {size}.", size=bytes_(rule.exact)), " ", _why(rule)),
        tag("p", rule.source, class_="source"),
        arrow=_arrow(rule.off),
    )


def _claim(rule: RuleOfThumb) -> Child:
    return sentence(
        _("{rule} for {what}: {value}"),
        rule=tag("b", rule.text),
        what=ESTIMATES[rule.estimates],
        value=bytes_(rule.value),
    )


def _why(rule: RuleOfThumb) -> str:
    return f"{capitalised(rule.why)}."


def _arrow(off: float) -> str:
    return "≈" if abs(off) < CLOSE else "▲" if off > 0 else "▼"


def _off(rule: RuleOfThumb) -> str:
    if abs(rule.off) < CLOSE:
        return _("right")
    if rule.off >= 1:
        return _("{times} times too much", times=number(1 + rule.off, ".2g"))
    share_off = number(abs(rule.off), ".0%")
    return (
        _("{share} too much", share=share_off)
        if rule.off > 0
        else _("{share} too little", share=share_off)
    )
