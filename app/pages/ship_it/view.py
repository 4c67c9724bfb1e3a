"""What visits come to: shares by verdict and by group, other ways, and the largest model.

In: an answered question and visits as arrays. Out: HTML. Shares are of the visits that can be
judged; those that cannot stand apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from app.components import copied_text
from app.components.charts import svg_chart
from app.components.charts.svg_chart import Bar
from app.components.forms import question_form
from app.components.html import Html, joined, section, tag
from app.components.labels import BROWSERS, PLATFORMS, SHORT, bytes_, tokens
from app.components.outcome_marks import mark
from app.pages.ship_it import largest_model_chart, session_visits
from app.pages.ship_it.session_visits import ReadVisits
from tabfit.catalog import Catalog, RuntimeFacts
from tabfit.compare.run_requirements import RunRequirements
from tabfit.estimate import link
from tabfit.estimate.answers import Answer
from tabfit.estimate.subjects import Subject
from tabfit.i18n.language import Words, _, later, number, plural
from tabfit.population.coverage import model_coverage
from tabfit.population.coverage.class_coverage import JUDGED, Coverage, Tally
from tabfit.population.coverage.confidence_intervals import Share
from tabfit.population.visits import sample
from tabfit.verdict.probability import Outcome

if TYPE_CHECKING:
    from tabfit.population.coverage.many_visits import ManyVisits

#: So many other ways and words of a group are shown.
SHOWN: Final = 8
#: What a model that was brought is taken to be for.
TASK: Final = "text-generation"
KEYS: Final = ("model", "runtime", "precision", "context", "visits")
_GROUPS: Final = Words(
    {
        "platform": later("By platform"),
        "browser": later("By browser"),
        "country": later("By country"),
    }
)


_HEADS: Final = Words(
    {"platform": later("platform"), "browser": later("browser"), "country": later("country")}
)
#: Systems by their own names, where `PLATFORMS` says the device.
_SYSTEMS: Final = {"ios": "iOS", "ipados": "iPadOS"}


def nothing_yet() -> Html:
    """Return what stands where no visits were counted yet."""
    return tag(
        "p",
        _(
            "Counted here: how many visits likely run the model, may run it or will not, by "
            "platform, browser and country; what another precision or runtime would gain; and the "
            "largest model for most of your visitors."
        ),
        class_="card",
    )


def counted(kind: str, visits: ReadVisits) -> Html:
    """Return what was read, and the places of what is drawn of it."""
    return joined(
        _what(kind, visits),
        tag("div", _moment(), id="shares", data_later="shares"),
        tag("div", _moment(), id="ways", data_later="ways"),
        tag("div", _moment(), id="curve", data_later="curve"),
    )


def _moment() -> Html:
    return tag("p", _("One moment…"), class_="lead")


def _what(kind: str, visits: ReadVisits) -> Html:
    told = plural("{count} visit", "{count} visits", visits.total)
    differ = plural("{count} row that differs", "{count} rows that differ", visits.rows)
    line = tag("p", tag("b", told), ", ", differ, class_="what-was-read")
    return joined(line, _sample() if kind == session_visits.SAMPLE else None)


def _sample() -> Html:
    said = sample.sources()
    sources = [tag("li", said[name]) for name in ("browsers", "features", "memory")]
    return joined(
        tag("p", _("A sample made from public shares; nobody’s visitors."), class_="note"),
        tag(
            "details",
            tag("summary", _("What it was made from")),
            tag(
                "ul", sources, tag("li", _("read on {date}", date=said["read_on"])), class_="plain"
            ),
        ),
    )


# Shares


def percent(share: float) -> str:
    """Return a share with one decimal."""
    return number(share, ".1%")


def between(given: Share) -> str:
    """Return an interval of shares.

    >>> between(Share(0.5, 0.41, 0.59))
    '41.0 to 59.0%'
    """
    low = number(100 * given.low, ".1f")
    return _("{low} to {high}", low=low, high=percent(given.high))


def shares(given: Answer, visits: ManyVisits) -> dict[str, Html]:
    """Return the shares of one way by verdict and by group, and the finding to be said aloud."""
    covered = model_coverage.coverage_of_answer(given, visits)
    groups = [
        _group(_GROUPS[name], name, parts) for name, parts in covered.by.items() if len(parts) > 1
    ]
    finding = _finding(given, covered.all)
    drawn = joined(
        section(
            finding,
            _known(covered.all),
            _verdicts(covered.all),
            _mean(covered.all),
            tag("div", copied_text.copied(_lines(given, covered.all)), class_="buttons"),
            class_="card verdict-shares",
            aria_label=_("Shares by verdict"),
        ),
        tag("div", groups, class_="groups") if groups else None,
    )
    return {"shares": drawn, "announced": joined(finding)}


def _lines(given: Answer, whole: Tally) -> Iterator[str]:
    """Yield what the shares say, as text."""
    asked = (given.subject.name, given.stored.precision, given.facts.title, tokens(given.context))
    yield ", ".join(str(each) for each in asked if each)
    yield _finding(given, whole)
    yield _known(whole)
    for each in JUDGED:
        if whole.counts.get(each):
            share = whole.share(each)
            yield f"{SHORT[each]}: {percent(share.share)} ({between(share)})"
    if whole.chance is not None:
        yield _mean_said(whole.chance)


def _finding(given: Answer, whole: Tally) -> str:
    if not whole.judged:
        return _("None of these visits can be judged")
    return _(
        "{share} of the visits that can be judged likely run {model}",
        share=percent(whole.likely.share),
        model=given.subject.name,
    )


def _known(whole: Tally) -> str:
    return _(
        "{judged} of {all} visits can be judged; {share} tell too little.",
        judged=number(whole.judged, ","),
        all=number(whole.total, ","),
        share=percent(whole.unknown.share),
    )


def _mean(whole: Tally) -> Html | None:
    if whole.chance is None:
        return None
    intervals = _(
        "The smaller figures are 95% intervals: how far chance alone may have moved a share."
    )
    said = tag("p", _mean_said(whole.chance), class_="deciding")
    return joined(said, tag("p", intervals, class_="aside-note"))


def _mean_said(chance: float) -> str:
    return _(
        "About {share} of those that can be judged will run it, by the mean of their chances.",
        share=percent(chance),
    )


def _verdicts(whole: Tally) -> Html:
    judged = [_bar(each, whole.share(each)) for each in JUDGED if whole.counts.get(each)]
    untold = _bar(Outcome.UNKNOWN, whole.unknown)
    return joined(
        svg_chart.bars(_("Shares of the visits that can be judged"), judged, 1.0)
        if judged
        else None,
        tag("h3", _("Apart: visits that nobody can judge, of all")),
        svg_chart.bars(_("Share of all visits that cannot be judged"), [untold], 1.0),
    )


def _bar(outcome: Outcome, share: Share) -> Bar:
    name = tag("span", mark(outcome), SHORT[outcome], class_=f"short {outcome}")
    words = joined(percent(share.share), tag("small", between(share)))
    return Bar(name=name, size=share.share, words=words, class_=str(outcome))


def _group(title: str, name: str, parts: Mapping[str, Tally]) -> Html:
    rows = [_part(name, word, tally) for word, tally in [*parts.items()][:SHOWN]]
    heads = (_HEADS[name], _("visits"), SHORT[Outcome.LIKELY], SHORT[Outcome.UNKNOWN])
    return tag("section", svg_chart.table(title, heads, rows), class_="card")


def _part(name: str, word: str, tally: Tally) -> tuple[Html | str, ...]:
    likely = joined(percent(tally.likely.share), tag("small", between(tally.likely)))
    return (
        _word(name, word),
        number(tally.total, ","),
        likely if tally.judged else "–",
        percent(tally.unknown.share),
    )


def _word(name: str, word: str) -> str:
    if not word or word == "other":
        return _("another one") if word else _("not told")
    named = {"platform": {**PLATFORMS, **_SYSTEMS}, "browser": BROWSERS}.get(name, {})
    return named.get(word, word)


# Other ways


def ways(given: Answer, visits: ManyVisits, catalog: Catalog, kind: str) -> Html:
    """Return what a smaller precision or another runtime gains over the way that was chosen."""
    found = model_coverage.every_way(given.subject, catalog, visits, given.context)
    mine = given.facts.id, given.scenario.precision
    chosen = next((each for each in found if (each.runtime, each.precision) == mine), None)
    others = [each for each in found if each is not chosen]
    if not others:
        return Html("")
    base = chosen.all.likely.share if chosen else 0.0
    rows = [
        _way(each, base, catalog, _href(given, each, kind))
        for each in model_coverage.best_ways(others, SHOWN)
    ]
    heads = (_("Runtime"), _("download"), SHORT[Outcome.LIKELY], _("points gained"))
    title = _("What another precision or runtime gains")
    return tag("section", tag("h2", title), svg_chart.table(title, heads, rows), class_="card")


def _way(each: Coverage, base: float, catalog: Catalog, href: str) -> tuple[Html | str, ...]:
    gain = 100 * (each.all.likely.share - base)
    words = f"{catalog.runtime(each.runtime).short}, {each.precision}"
    return (
        tag("a", words, href=href, data_change=True),
        bytes_(each.download.likely) if each.download.likely else "–",
        percent(each.all.likely.share) if each.all.judged else "–",
        number(gain, "+.1f").replace("-", "−"),
    )


def _href(given: Answer, each: Coverage, kind: str) -> str:
    fields = {
        "model": each.model,
        "runtime": each.runtime,
        "precision": each.precision,
        "context": str(given.scenario.context) if given.scenario.context else None,
        "visits": kind,
    }
    return f"#{link.composed(fields, KEYS)}"


# The largest model


def curve(given: Answer, visits: ManyVisits, catalog: Catalog, kind: str) -> Html:
    """Return the largest model that likely runs for each share of the visits."""
    alike = given.subject.model or next(m for m in catalog.models if m.task == TASK)
    found = list(model_coverage.reaches(catalog, visits, alike.task, _surveyed()))
    task = question_form.task_name(alike)
    return largest_model_chart.card(found, task, lambda each: _href_of(each.way, kind))


def _href_of(each: Coverage, kind: str) -> str:
    return f"#{link.composed({'model': each.model, 'visits': kind}, KEYS)}"


def _surveyed() -> model_coverage.Surveyed:
    """Return what tells what ways need: the table that came along, where it has them."""
    from tabfit.compare import verdict_grid  # noqa: PLC0415 - numpy is there from now on

    whole = verdict_grid.shipped()
    kept = verdict_grid.UsualSurveys(whole) if whole else None

    def surveyed(about: Subject, facts: RuntimeFacts, precision: str) -> Sequence[RunRequirements]:
        found = kept.of(about.id, facts.id, precision) if kept else ()
        return found or model_coverage.surveys_of(about, facts, precision)

    return surveyed
