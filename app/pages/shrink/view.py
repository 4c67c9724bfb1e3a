"""The ladder as a picture: a step each, its memory against the budget, and what it costs.

In: rungs that the core has weighed. Out: HTML. A step that exists is a link to its
own answer; one that could be made says that nobody offers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.components.charts import budget_band, svg_chart
from app.components.html import Child, Html, joined, sentence, tag
from app.components.labels import SHORT, between, bytes_
from app.components.outcome_marks import mark
from app.components.verdict import quality_note
from app.components.verdict.verdict_card import chip
from tabfit.catalog import Catalog
from tabfit.catalog.published_quality import Quality
from tabfit.estimate import link
from tabfit.i18n.language import Words, _, later, number, plural
from tabfit.recipes.one_bit import METHODS
from tabfit.shrink import masked_bits
from tabfit.shrink.ladder import Rung, ShrinkMethod, begins, made_of

#: The way from this page to the site's first one.
ROOT: Final = "../"
#: Bars beyond this many budgets are cut off, so that those near the budget can be told apart.
BUDGETS: Final = 2

_HOW: Final = Words(
    {
        "distilled": later("taught by this one"),
        "pruned": later("this one with layers taken out, trained on"),
        "pruned-and-distilled": later("cut from this one and taught by it"),
        "shared": later("with one layer for all"),
    }
)
_ONE_BIT: Final = Words(
    {
        "ternary": later("Three values a weight, as in BitNet b1.58"),
        "onebit": later("One bit a weight, as in OneBit"),
        "billm": later("One bit a weight, as in BiLLM"),
    }
)


def finding(rungs: Sequence[Rung], name: str) -> Html:
    """Return where on the ladder the model begins to fit, in one sentence."""
    first = begins(rungs)
    if first is None:
        return tag("p", _("No step of {model} that exists fits here.", model=name))
    outcome = first.answer.verdict.outcome
    words = sentence(
        _("From {step} downwards {model} {verdict} here: {need} at its peak."),
        step=tag("b", _called(first)),
        model=name,
        verdict=tag("span", mark(outcome), _FITS[outcome], class_=f"short {outcome}"),
        need=between(first.need),
    )
    return tag("p", words)


_FITS: Final = Words({"likely": later("likely fits"), "may": later("may fit")})


def steps(rungs: Sequence[Rung], caption: str) -> Html:
    """Return rungs as a list, the budget's band behind every bar."""
    top = _top(rungs)
    first = begins(rungs)
    items = [_step(rung, top, fits=rung is first) for rung in rungs]
    return tag("ol", items, class_="ladder", aria_label=caption)


def _top(rungs: Sequence[Rung]) -> int:
    """Return how much the widest bar stands for."""
    longest = max((rung.need.high for rung in rungs), default=1)
    budgets = [rung.tightest.have.high for rung in rungs if rung.tightest and rung.tightest.have]
    return min(longest, BUDGETS * max(budgets)) if budgets else longest


def _step(rung: Rung, top: int, *, fits: bool) -> Html:
    return tag(
        "li",
        tag("div", _name(rung), class_="step-name"),
        tag("div", _bar(rung, top), class_="bar"),
        tag("div", _sizes(rung), class_="step-sizes"),
        tag("div", _verdict(rung), class_="step-verdict"),
        tag("div", _aside(rung), class_="step-aside"),
        class_=f"begins {rung.answer.verdict.outcome}" if fits else None,
    )


def _name(rung: Rung) -> Html:
    words = tag("b", _called(rung))
    if not rung.real:
        return words
    return tag("a", words, href=f"{ROOT}#{link.write(rung.answer.scenario)}")


def _called(rung: Rung) -> str:
    """Return what a step is called."""
    if rung.way is ShrinkMethod.ZEROS:
        return _("Half the weights zero")
    if rung.way is ShrinkMethod.TWO_OF_FOUR:
        return _("Two of every four weights")
    if rung.way is ShrinkMethod.LAYERS:
        kept, depth = rung.name.split("/")
        return _("{kept} of {depth} layers", kept=int(kept), depth=int(depth))
    if rung.way is ShrinkMethod.SHARING:
        return _("One layer for all")
    return _ONE_BIT[rung.name] if rung.way is ShrinkMethod.ONE_BIT else rung.name


def _bar(rung: Rung, top: int) -> Html:
    check = rung.tightest
    have = check.have if check else None
    return tag(
        "svg",
        list(budget_band.behind_bar(have, top)),
        _rect("part weights" if rung.real else "part copies", 0, rung.need.likely, top, inset=True),
        tag("line", class_="break", x1="95%", x2="96%", y1="100%", y2="0")
        if rung.need.likely > top
        else tag(
            "line",
            class_="whisker",
            x1=budget_band.share(rung.need.low, top),
            x2=budget_band.share(rung.need.high, top),
            y1="50%",
            y2="50%",
        ),
        width="100%",
        height="100%",
        aria_hidden="true",
        focusable="false",
    )


def _rect(class_: str, low: int, high: int, top: int, *, inset: bool = False) -> Html:
    return tag(
        "rect",
        class_=class_,
        x=budget_band.share(low, top),
        width=budget_band.share(max(high - low, 0), top),
        y="22%" if inset else "0",
        height="56%" if inset else "100%",
    )


def _sizes(rung: Rung) -> Html:
    answer = rung.answer
    return joined(
        tag("span", tag("b", bytes_(rung.need.likely)), " ", _("at its peak")),
        tag(
            "span",
            bytes_(answer.download.likely),
            " ",
            _("to download"),
            " ",
            chip(answer.download_basis),
        ),
    )


def _verdict(rung: Rung) -> Html:
    outcome = rung.answer.verdict.outcome
    return tag("span", mark(outcome), SHORT[outcome], class_=f"short {outcome}")


def _aside(rung: Rung) -> Html:
    """Return what the step is, what it costs as published, and the way further."""
    lines: list[Child] = [_says(rung), *(_cost(rung, each) for each in rung.qualities)]
    if not rung.qualities and rung.way is not ShrinkMethod.ZEROS and rung.name not in _LOSSLESS:
        lines.append(_unpublished(rung))
    if rung.pair:
        lines.append(_further(rung))
    return joined(tag("p", each) for each in lines if each)


#: Precisions as wide as any model is trained.
_LOSSLESS: Final = ("fp32", "f32", "q0f32")


def _unpublished(rung: Rung) -> Html:
    if rung.pair is None:
        return joined(_("What it costs is not published."))
    return joined(_("Its makers print no figure."), " ", quality_note.way_to(rung.pair.source))


def _cost(rung: Rung, cost: Quality) -> Html:
    return quality_note.cost(cost, on=None if rung.pair else _("on {model}", model=cost.model))


def _says(rung: Rung) -> str | None:
    precision = rung.answer.scenario.precision or ""
    said = {
        ShrinkMethod.DISTILLATION: _relation,
        ShrinkMethod.ZEROS: lambda _rung: _(
            "The same file as {precision}: it has a place for every weight, zero or not. Behind a "
            "bitmap 16 bits would become {bits}, and no runtime here reads that.",
            precision=precision,
            bits=number(masked_bits(16, 0.5), "g"),
        ),
        ShrinkMethod.TWO_OF_FOUR: lambda _rung: _(
            "The weights that stay, and two bits each to place them: nine sixteenths of 16 bits. "
            "No browser’s runtime multiplies so; counted are weights and cache alone."
        ),
        ShrinkMethod.LAYERS: lambda _rung: _(
            "At {precision}, with a smaller cache too. Whisper large v3 turbo is such a cut, 4 of "
            "32 decoder layers, and was trained on afterwards.",
            precision=precision,
        ),
        ShrinkMethod.SHARING: lambda _rung: _(
            "At {precision}. A model must be trained so, as ALBERT is; it computes as much as "
            "before and its cache is as large.",
            precision=precision,
        ),
        ShrinkMethod.ONE_BIT: _one_bit,
    }
    if rung.way is ShrinkMethod.QUANTISATION:
        return _("Nothing is lost.") if rung.name in _LOSSLESS else None
    return said[rung.way](rung)


def _relation(rung: Rung) -> str:
    how = _HOW[rung.pair.how] if rung.pair else ""
    runtime = rung.answer.facts.short
    return _(
        "Another model, {how}; {precision} with {runtime}",
        how=how,
        precision=rung.answer.scenario.precision,
        runtime=runtime,
    )


def _one_bit(rung: Rung) -> str:
    return _(
        "{says}. No browser’s runtime reads it; counted are weights and cache alone.",
        says=METHODS[rung.name].words,
    )


def _further(rung: Rung) -> Html:
    address = f"#v=1&model={rung.answer.subject.id}"
    return tag("a", _("Its own ladder"), href=address, data_change=True)


# Around the ladder


def band_text(rungs: Sequence[Rung]) -> Html:
    """Return what the band behind the bars stands for."""
    have = next((rung.tightest.have for rung in rungs if rung.tightest), None)
    if have is None:
        return tag("p", _("What a tab may use here is not known."), class_="band-text")
    return tag(
        "p",
        tag("span", class_="swatch band", aria_hidden="true"),
        tag(
            "span",
            _(
                "a tab here can probably use {have}; the darker, the less likely",
                have=between(have),
            ),
        ),
        class_="band-text",
    )


def origin(model: str, catalog: Catalog) -> Html | None:
    """Return what a model was itself made from, with the way to that one's ladder."""
    pair = made_of(model)
    if pair is None:
        return None
    teacher = tag(
        "a",
        catalog.model(pair.teacher).name,
        href=f"#v=1&model={pair.teacher}",
        data_change=True,
    )
    text = _("{model} is already a step on the ladder of {teacher}.")
    return tag("p", sentence(text, model=catalog.model(model).name, teacher=teacher), class_="lead")


def figures(rungs: Sequence[Rung], caption: str) -> Html:
    """Return the table behind the ladder."""
    head = (_("step"), _("download"), _("memory: low"), _("likely"), _("high"), _("verdict"))
    rows = [
        (
            _called(rung),
            bytes_(rung.answer.download.likely),
            *(bytes_(each) for each in (rung.need.low, rung.need.likely, rung.need.high)),
            SHORT[rung.answer.verdict.outcome],
        )
        for rung in rungs
    ]
    return svg_chart.behind(_("The figures"), svg_chart.table(caption, head, rows))


def made(rungs: Sequence[Rung]) -> Html:
    """Return what could be made: other ways first, precisions nobody offers folded behind."""
    others = [rung for rung in rungs if rung.way is not ShrinkMethod.QUANTISATION]
    precisions = [rung for rung in rungs if rung.way is ShrinkMethod.QUANTISATION]
    if not rungs:
        return tag("p", _("The maker discloses no shape, so nothing can be computed."))
    folded = tag(
        "details",
        tag(
            "summary",
            plural(
                "{count} precision more that its files could have",
                "{count} precisions more that its files could have",
                len(precisions),
            ),
        ),
        steps(precisions, _("Precisions nobody offers")),
    )
    return joined(
        band_text(rungs),
        steps(others, _("Steps that could be made")),
        folded if precisions else None,
        figures(rungs, _("Every step that could be made")),
    )
