"""The workbench: sliders for every width, the parameters they make, and what those need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.components import expandable_list
from app.components.charts import svg_chart
from app.components.forms import form_fields
from app.components.html import Html, joined, sentence, tag
from app.components.labels import SHORT, bytes_, tokens
from app.components.outcome_marks import chip, mark
from tabfit.devices.budgets import Pool
from tabfit.estimate import link
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import Words, _, amount, later, number, plural
from tabfit.model.architecture import Architecture
from tabfit.recipes import ideal
from tabfit.runtimes.memory.cache import Allocation, cache_size, growth
from tabfit.units import Basis, Tokens
from tabfit.workbench.decoder_design import Design, ParameterShare, parameter_shares
from tabfit.workbench.scaling_laws import HENIGHAN, LAWS, ScalingLaw

#: The way from this page to the site's first one.
ROOT: Final = "../"

#: Each slider's ends and step; the number beside it takes whatever the core takes.
SLIDERS: Final = {
    "layers": (1, 128, 1),
    "width": (64, 16_384, 64),
    "heads": (1, 128, 1),
    "key_value_heads": (1, 128, 1),
    "feed_forward": (64, 65_536, 64),
    "vocabulary": (1_000, 300_000, 1_000),
    "experts": (0, 256, 1),
    "chosen": (1, 16, 1),
    "head_width": (0, 512, 8),
}
_LABELS: Final = Words(
    {
        "layers": later("Layers"),
        "width": later("Width"),
        "heads": later("Heads"),
        "key_value_heads": later("Key-value heads"),
        "feed_forward": later("Feed-forward width"),
        "vocabulary": later("Vocabulary"),
        "experts": later("Experts (0: none)"),
        "chosen": later("Experts for each token"),
        "head_width": later("Width of a head (0: width ÷ heads)"),
    }
)
#: Parts with their colours.
PARTS: Final = {
    "table": "weights",
    "attention": "gradients",
    "feed-forward": "activations",
    "router": "copies",
    "norms": "output",
    "head": "states",
}
_PARTS: Final = Words(
    {
        "table": later("Token table"),
        "attention": later("Attention"),
        "feed-forward": later("Feed-forward"),
        "router": later("Router"),
        "norms": later("Norms"),
        "head": later("Output head"),
    }
)
LETTERS: Final = {
    "V": later("vocabulary"),
    "h": later("width"),
    "L": later("layers"),
    "a": later("heads"),
    "g": later("key-value heads"),
    "c": later("width of a head"),
    "f": later("feed-forward width"),
    "e": later("experts"),
}
#: Two points nearer than this factor have no room for a figure each.
APART: Final = 3
#: The size of a model as it is often quoted.
ROUGH: Final = "12 L h² + V h"
ROUGH_SOURCE: Final = "Kaplan et al. 2020, arXiv:2001.08361, section 2.1"

#: Precisions of a runtime without overhead, from wide to narrow.
WIDTHS: Final = ("fp16", "int8", "int4")


def sliders(own: Design) -> Html:
    """Return every width as a slider with its number, and the two choices of kind."""
    first, more = [*SLIDERS][:6], [*SLIDERS][6:]
    return joined(
        [_slider(name, getattr(own, name)) for name in first],
        tag(
            "details",
            tag("summary", _("Experts, and heads of another width")),
            tag("div", [_slider(name, getattr(own, name)) for name in more], class_="dials"),
            open=bool(own.experts or own.head_width),
        ),
        form_fields.group(
            form_fields.chips(
                "gate",
                _("Feed-forward"),
                [("plain", _("two matrices")), ("gated", _("gated: three"))],
                "gated" if own.gated else "plain",
            ),
            form_fields.chips(
                "head",
                _("Output head"),
                [("tied", _("the token table")), ("own", _("its own"))],
                "tied" if own.tied else "own",
            ),
        ),
    )


def _slider(name: str, value: int) -> Html:
    low, high, step = SLIDERS[name]
    label = f"label-{name}"
    slider = tag(
        "input",
        type="range",
        id=f"slide-{name}",
        min=low,
        max=high,
        step=step,
        value=value,
        data_twin=f"number-{name}",
        aria_labelledby=label,
    )
    exact = tag(
        "input",
        type="number",
        id=f"number-{name}",
        name=name,
        min=0,
        step=1,
        value=value,
        inputmode="numeric",
        data_twin=f"slide-{name}",
        aria_labelledby=label,
    )
    return tag("div", tag("span", _LABELS[name], id=label), exact, slider, class_="dial")


# What they make


def total(shape: Architecture) -> str:
    """Return the parameters and their weight in a line that stays in sight of the sliders."""
    return _(
        "{count} parameters, {size} at fp16",
        count=short(shape.inventory.total),
        size=bytes_(_weights(shape, "fp16")),
    )


def finding(own: Design, shape: Architecture, context: int) -> Html:
    """Return the parameters, what they weigh, and the cache beside them."""
    inventory = shape.inventory
    kept = Allocation()
    cached = cache_size(shape, Tokens(context), kept)
    each = growth(shape, kept)
    active = None
    if inventory.active != inventory.total:
        active = _figure(_("for each token"), short(inventory.active))
    return joined(
        tag(
            "dl",
            _figure(_("parameters"), short(inventory.total)),
            active,
            [
                _figure(_("at {precision}", precision=name), bytes_(_weights(shape, name)))
                for name in ("fp16", "int4")
            ],
            _figure(_("cache"), bytes_(cached)),
            class_="figures",
        ),
        tag(
            "p",
            _(
                "{count:,} parameters, {share} of them in the layers. The cache grows by {each} "
                "with every token, to {cached} at {context}.",
                count=inventory.total,
                share=number(_inside(own) / inventory.total, ".0%"),
                each=amount(number(each / 1000, ".3g"), "kB"),
                cached=bytes_(cached),
                context=tokens(context),
            ),
            class_="deciding",
        ),
    )


def _figure(name: str, value: str) -> Html:
    return tag("div", tag("dd", value), tag("dt", name, " ", chip(Basis.COMPUTED)))


def short(count: int) -> str:
    """Return a number of parameters as people say it.

    >>> short(123_456_000), short(2_506_172_416), short(950)
    ('123 M', '2.51 B', '950')
    """
    for unit, name in ((10**12, _("T")), (10**9, _("B")), (10**6, _("M"))):
        if count >= unit:
            return f"{number(count / unit, '.3g' if count < 1000 * unit else ',.0f')} {name}"
    return number(count, ",")


def _weights(shape: Architecture, precision: str) -> int:
    return ideal.store(shape, precision).weights_bytes


def _inside(own: Design) -> int:
    return sum(part.count for part in parameter_shares(own) if part.id not in ("table", "head"))


def counted(own: Design) -> Html:
    """Return the parameters part by part: a bar, and rows that open to their formulas."""
    every = parameter_shares(own)
    whole = sum(part.count for part in every)
    written = {word for part in every for word in re.findall(r"\w+", part.text)}
    return joined(
        tag("div", _bar(every, whole), class_="whole-bar"),
        expandable_list.rows([*(_part(each, whole) for each in every), _rough(own, whole)]),
        expandable_list.letters([letter for letter in LETTERS if letter in written], LETTERS),
    )


def _bar(every: Sequence[ParameterShare], whole: int) -> Html:
    shares = [(PARTS[part.id], part.count / whole) for part in every]
    said = ", ".join(
        f"{_PARTS[part.id]} {number(part.count / whole, '.0%')}" for part in every if part.count
    )
    label = _("Parameters by part: {parts}", parts=said)
    return svg_chart.stacked_bar(label, shares, y="0", height="100%")


def _part(part: ParameterShare, whole: int) -> Html:
    share = number(part.count / whole, ".0%")
    return expandable_list.row(
        joined(_PARTS[part.id], " ", tag("small", share)),
        number(part.count, ","),
        expandable_list.equation(part.text, part.filled, number(part.count, ",")),
        tag("p", chip(Basis.COMPUTED), " ", _("counted over the model’s tensors"), class_="source"),
        swatch=PARTS[part.id],
    )


def _rough(own: Design, whole: int) -> Html:
    """Return the rule of thumb for a model's size, and how far off it is."""
    value = 12 * own.layers * own.width**2 + own.vocabulary * own.width
    off = value / whole - 1
    filled = (
        f"12 × {number(own.layers, ',')} × {number(own.width, ',')}² + "
        f"{number(own.vocabulary, ',')} × {number(own.width, ',')}"
    )
    said = _("right") if abs(off) < 0.01 else number(off, "+.0%").replace("-", "−")
    return expandable_list.row(
        sentence(_("People say {rule}"), rule=tag("b", ROUGH)),
        said,
        expandable_list.equation("12 × L × h² + V × h", filled, number(value, ",")),
        tag(
            "p",
            _(
                "Four square matrices of attention and two of a feed-forward layer four times as "
                "wide; no biases, no norms, no shared key-value heads, no gate, no experts."
            ),
        ),
        tag("p", ROUGH_SOURCE, class_="source"),
        arrow="≈",
    )


# What they need here


def verdicts(given: Sequence[Answer], model: str) -> Html:
    """Return every runtime that knows this kind of model, with its verdict on the device."""
    return joined(
        tag("ul", [_verdict(answer) for answer in given], class_="verdicts"),
        tag("p", tag("a", _("Open it as a model"), href=f"{ROOT}#{_model(model)}"), class_="more"),
    )


def _model(model: str) -> str:
    return link.composed({"model": model}, link.KEYS)


def _verdict(answer: Answer) -> Html:
    outcome = answer.verdict.outcome
    asked = answer.scenario
    return tag(
        "li",
        tag(
            "a",
            tag("b", f"{answer.facts.short}, {asked.precision}"),
            tag(
                "small",
                _(
                    "{download} to load, {peak} at its peak",
                    download=bytes_(answer.download.likely),
                    peak=bytes_(answer.memory(Pool.PEAK).likely),
                ),
            ),
            tag("span", mark(outcome), SHORT[outcome], class_=f"short {outcome}"),
            href=f"{ROOT}#{link.write(asked)}",
        ),
    )


# What more would give


def scaling(inside: int, gain: int, larger: str | None) -> Html:
    """Return what a gain costs by the fitted laws: `inside` are the parameters that they count."""
    law = HENIGHAN
    growth_ = law.growth(gain / 100)
    return joined(
        tag(
            "p",
            sentence(
                _("A loss {gain} times lower costs {times} times the parameters in the layers."),
                gain=number(1 + gain / 100, ".3g"),
                times=tag("b", number(growth_, ".2g" if growth_ < 1000 else ",.0f")),
            ),
            class_="deciding",
        ),
        expandable_list.equation(
            _("gain ^ (1 ÷ exponent)"),
            f"{number(1 + gain / 100, '.3g')} ^ (1 ÷ {number(law.exponent, '.3f')})",
            number(growth_, ".3g"),
        ),
        _curve(inside, growth_),
        svg_chart.table(
            _("By two fitted laws"),
            (_("Law"), _("exponent"), _("loss now"), _("grows"), _("to parameters")),
            [_law(each, inside, gain) for each in LAWS],
        ),
        [tag("p", each.source, class_="source") for each in LAWS],
        tag("p", tag("a", _("Make it that large"), href=f"#{larger}", data_change="stay"))
        if larger
        else None,
        tag(
            "p",
            _(
                "Loss is in nats for each token, of models trained on as much text as helps them. "
                "A law says how loss falls as models grow, and nothing of what one of them can do."
            ),
            class_="aside-note",
        ),
    )


def _law(law: ScalingLaw, inside: int, gain: int) -> tuple[str, ...]:
    times = law.growth(gain / 100)
    return (
        law.source.partition(",")[0],
        number(law.exponent, ".3f"),
        number(law.loss(inside), ".2f"),
        _("{times} ×", times=number(times, ".2g" if times < 1000 else ",.0f")),
        short(round(inside * times)),
    )


def _curve(inside: int, times: float) -> Html:
    """Return loss against parameters, both models marked."""
    end = inside * times
    low, high = inside / 3, end * 6
    ticks = [(inside, short(inside)), (end, short(round(end)))]
    x = svg_chart.logarithmic(ticks if times > APART else ticks[1:], low, high)
    y = svg_chart.linear(HENIGHAN.loss(round(low)), lambda value: number(value, "g"))
    points = [low * (high / low) ** (at / 40) for at in range(41)]
    now, then = HENIGHAN.loss(inside), HENIGHAN.loss(round(end))
    return joined(
        svg_chart.plot(
            _(
                "Loss falls from {now} at {few} parameters to {then} at {many}",
                now=number(now, ".2f"),
                few=short(inside),
                then=number(then, ".2f"),
                many=short(round(end)),
            ),
            x,
            y,
            svg_chart.line(x, y, [(each, HENIGHAN.loss(round(each))) for each in points]),
            svg_chart.dot(x, y, (inside, now)),
            svg_chart.note(x, y, (inside, now), number(now, ".2f")) if times > APART else None,
            svg_chart.dot(x, y, (end, then)),
            svg_chart.note(x, y, (end, then), number(then, ".2f")),
        ),
        svg_chart.legend(("line", _("loss, nats a token, against parameters in the layers"))),
    )


def differs(name: str, published: int, own: Design) -> Html | None:
    """Return how a model's own parameters differ from those of the same widths."""
    apart = published - sum(part.count for part in parameter_shares(own))
    if not apart:
        return None
    said = _more(name, apart) if apart > 0 else _fewer(name, -apart)
    return tag("p", said, class_="note")


def _more(name: str, apart: int) -> str:
    return plural(
        "{name} itself has {count} parameter more: biases, norms or positions without a slider.",
        "{name} itself has {count} parameters more: biases, norms or positions without a slider.",
        apart,
        name=name,
    )


def _fewer(name: str, apart: int) -> str:
    return plural(
        "{name} itself has {count} parameter fewer: it has no norms or biases there.",
        "{name} itself has {count} parameters fewer: it has no norms or biases there.",
        apart,
        name=name,
    )
