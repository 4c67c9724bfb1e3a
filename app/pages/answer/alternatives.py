"""The question turned round: what fits here, every way at a glance, and what would help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.components.charts import svg_chart
from app.components.html import Html, joined, sentence, tag
from app.components.labels import SHORT, bytes_, gigabytes, tokens
from app.components.outcome_marks import mark
from app.pages.answer.charts import short
from tabfit.compare.alternatives import Alternatives, PossibleRun, ReachableContext, ScenarioChange
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import nominal_bits
from tabfit.estimate.link import write
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import Words, _, later, plural
from tabfit.light_dataclass import replace
from tabfit.units import Bytes, Tokens
from tabfit.verdict.check_text import Check
from tabfit.verdict.labels import CHECKS
from tabfit.verdict.probability import Outcome
from tabfit.verdict.requirements import Demand

#: The kinds of device that a least memory is told for.
KINDS = Words({"iphone": "iPhone", "android": "Android", "laptop": later("laptop")})
#: More precisions than this are folded.
MOST = 7


def inside(answer: Answer, every: Sequence[PossibleRun], found: Alternatives) -> Html:
    """Return the cards that look at every way to run the model here."""
    return tag(
        "div",
        tag("div", _map(answer, every), _mend(answer, found), class_="column"),
        tag("div", _here(answer, found), class_="column"),
        class_="pictures",
    )


def _card(title: str, *inside: Html | None) -> Html:
    return tag("section", tag("h3", title), inside, class_="card", aria_label=title)


def _short(outcome: Outcome) -> Html:
    return tag("span", mark(outcome), SHORT[outcome], class_=f"short {outcome}")


def _change(
    scenario: Scenario, *inside: Html | str, stay: bool = False, **more: str | None
) -> Html:
    """Return a tap that chooses a scenario; the page goes up to the question, or stays."""
    change: str | bool = "stay" if stay else True
    return tag("a", *inside, href=f"#{write(scenario)}", data_change=change, **more)


# What fits here


def _here(answer: Answer, found: Alternatives) -> Html:
    rows: list[Html | None] = [_needs(answer, found.demands)]
    if answer.verdict.outcome is not Outcome.UNSUPPORTED:  # where nothing runs it, none is best
        rows = [
            _longest(answer, found.longest),
            _precision(answer, found.precision),
            _runtime(answer, found.runtime),
            _least(found.least),
            *rows,
        ]
    return _card(_("What fits here"), tag("dl", rows, class_="here"))


def _row(name: str, *inside: Html | str | None) -> Html:
    return tag("div", tag("dt", name), tag("dd", inside))


def _longest(answer: Answer, reach: ReachableContext) -> Html:
    asked = replace(answer.scenario, context=reach.context)
    if reach.outcome in (Outcome.NO, Outcome.UNLIKELY, Outcome.UNKNOWN) and reach.whole:
        return _row(_("Longest context"), _("no context changes the answer"))
    note = tag("small", _("all that the model takes")) if reach.whole else None
    return _row(
        _("Longest context"),
        _change(asked, tag("b", tokens(reach.context))),
        " ",
        _short(reach.outcome),
        note,
    )


def _precision(answer: Answer, way: PossibleRun | None) -> Html | None:
    if way is None:
        return None
    fits = way.outcome is Outcome.LIKELY
    name = _("Highest precision that fits") if fits else _("Likeliest precision")
    return _best(answer, name, way, way.precision)


def _runtime(answer: Answer, way: PossibleRun | None) -> Html | None:
    if way is None:
        return None
    fits = way.outcome is Outcome.LIKELY
    name = _("Best runtime that fits") if fits else _("Likeliest runtime")
    return _best(answer, name, way, f"{way.facts.short}, {way.precision}")


def _best(answer: Answer, name: str, way: PossibleRun, words: str) -> Html:
    return _row(name, _change(way.of(answer.scenario), tag("b", words)), " ", _short(way.outcome))


def _least(found: Mapping[str, Bytes | None]) -> Html:
    said = [
        sentence(_("{kind}: {size}"), kind=KINDS[kind], size=tag("b", gigabytes(size)))
        if size
        else sentence(_("{kind}: none"), kind=KINDS[kind])
        for kind, size in found.items()
    ]
    return _row(
        _("Least memory that likely fits"),
        tag("ul", [tag("li", each) for each in said], class_="kinds"),
    )


def _needs(answer: Answer, demands: Sequence[Demand]) -> Html:
    """Return what a device must have besides memory, in the checks' own words."""
    storage = [(CHECKS["storage"], answer.download.high)] if answer.download.high else []
    asked = [(CHECKS[each.name], each.need.likely if each.need else None) for each in demands]
    items = [
        tag("li", name, [" ", tag("b", bytes_(size))] if size else None)
        for name, size in (*storage, *asked)
    ]
    return _row(_("It also needs"), tag("ul", items, class_="needs"))


# Every way at a glance


def _map(answer: Answer, every: Sequence[PossibleRun]) -> Html | None:
    own = [each for each in every if each.runtime == answer.facts.id]
    contexts = sorted({each.context for each in own})
    precisions = sorted({(-each.download, each.precision) for each in own})
    if not own:
        return None
    places = {(each.precision, each.context): each for each in own}
    chosen = contexts.index(answer.context) if answer.context in contexts else 0
    spare = {each for at, each in enumerate(contexts) if (at - chosen) % 2}
    names = [name for _size, name in precisions]
    first = _first(names, str(answer.scenario.precision))
    rest = [name for name in names if name not in first]
    table = _table(answer, places, first, contexts, spare)
    more = _table(answer, places, rest, contexts, spare) if rest else None
    title = _("Precision and context")
    lead = _("Larger files above, longer contexts to the right. Tap one to choose it.")
    return _card(
        title,
        tag("p", lead, class_="lead"),
        table,
        _key(own),
        svg_chart.behind(
            plural("{count} more precision", "{count} more precisions", len(rest)), more
        )
        if more
        else None,
    )


def _first(names: list[str], chosen: str) -> list[str]:
    """Return the precisions to show at once: all, or one for each width beside the chosen one."""
    if len(names) <= MOST:
        return names
    widths: dict[int | None, str] = {nominal_bits(chosen): chosen}
    for name in reversed(names):
        widths.setdefault(nominal_bits(name), name)
    return [name for name in names if name in widths.values()]


def _table(
    answer: Answer,
    places: Mapping[tuple[str, Tokens], PossibleRun],
    names: list[str],
    contexts: Sequence[Tokens],
    spare: set[Tokens],
) -> Html:
    heads = [
        tag("th", short(each), scope="col", class_="spare" if each in spare else None)
        for each in contexts
    ]
    rows = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            [
                tag(
                    "td",
                    _cell(answer, places.get((name, each))),
                    class_="spare" if each in spare else None,
                )
                for each in contexts
            ],
        )
        for name in names
    ]
    caption = _("Each precision at each context, in tokens")
    return tag(
        "table",
        tag("caption", tag("span", caption, class_="aside")),
        tag("thead", tag("tr", tag("td"), heads)),
        tag("tbody", rows),
        class_="map",
    )


def _cell(answer: Answer, way: PossibleRun | None) -> Html | None:
    if way is None:
        return None
    said = _(
        "{precision} with {context}: {outcome}",
        precision=way.precision,
        context=tokens(way.context),
        outcome=SHORT[way.outcome],
    )
    here = (way.precision, way.context) == (answer.scenario.precision, answer.context)
    return _change(
        way.of(answer.scenario),
        mark(way.outcome),
        stay=True,
        class_=str(way.outcome),
        aria_label=said,
        title=said,
        aria_current="true" if here else None,
    )


def _key(own: Sequence[PossibleRun]) -> Html:
    found = {each.outcome for each in own}
    return tag(
        "ul",
        [tag("li", _short(each)) for each in Outcome if each in found],
        class_="legend",
    )


# What would help


def _mend(answer: Answer, found: Alternatives) -> Html | None:
    if not found.together and not any(helping for _check, helping in found.checks):
        return None
    items = [_item(answer, each) for each in found.together]
    checks = [_by_check(answer, *each) for each in found.checks]
    return _card(
        _("What would make it fit"),
        tag("h4", _("Together")) if items else None,
        tag("ul", items, class_="better") if items else None,
        tag("h4", _("Check by check")) if checks else None,
        tag("dl", checks, class_="here") if checks else None,
    )


def _by_check(answer: Answer, check: Check, found: Sequence[ScenarioChange]) -> Html:
    if not found:
        return _row(CHECKS[check.name], _("no single change is enough"))
    taps = [tag("li", _tap(answer, each)) for each in found]
    return _row(CHECKS[check.name], tag("ul", taps, class_="chips"))


def _tap(answer: Answer, change: ScenarioChange) -> Html:
    return _change(change.way.of(answer.scenario), _words(change), class_="tap")


def _words(change: ScenarioChange) -> str:
    """Return what a change changes, in a few words."""
    way = change.way
    runtime = way.facts.short
    parts = [
        runtime if change.runtime else None,
        way.precision if change.precision or change.runtime else None,
        tokens(way.context) if change.context else None,
    ]
    return ", ".join(each for each in parts if each)


def _item(answer: Answer, change: ScenarioChange) -> Html:
    way = change.way
    less = _("needs {size} less", size=bytes_(change.saves)) if change.saves > 0 else None
    words = joined(tag("b", _words(change)), " ", tag("small", less) if less else None)
    return tag("li", _change(way.of(answer.scenario), tag("span", words), _short(way.outcome)))
