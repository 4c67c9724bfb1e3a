"""Pictures of an answer: memory against context, where the bytes go, how long things take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

from app.components.charts import budget_band, svg_chart
from app.components.charts.svg_chart import Axis, Bar
from app.components.html import Html, joined, sentence, tag
from app.components.labels import between, bytes_, duration, tokens
from app.components.verdict.verdict_card import chip
from tabfit.estimate.answers import Answer
from tabfit.estimate.link import write
from tabfit.explain.bytes_by_purpose import Group, shares
from tabfit.i18n.language import Words, _, later, number, plural
from tabfit.i18n.size_text import rate, rates
from tabfit.light_dataclass import replace
from tabfit.runtimes.speed import LINES, network_speed, seconds
from tabfit.units import Basis, Interval, Tokens
from tabfit.verdict.check_text import Check

#: What tensors do together.
GROUPS = Words(
    {
        Group.EMBEDDING: later("embedding tables"),
        Group.ATTENTION: later("attention"),
        Group.FEED_FORWARD: later("feed-forward"),
        Group.EXPERTS: later("experts"),
        Group.STATE: later("recurrent layers"),
        Group.HEAD: later("output head"),
        Group.VISION: later("vision"),
        Group.AUDIO: later("audio"),
        Group.REST: later("norms and the rest"),
    }
)
#: Parts of less than this stand in the table alone.
LEAST_SHARE = 0.001


def pictures(answer: Answer, check: Check | None, sizes: list[tuple[Tokens, Interval]]) -> Html:
    """Return the cards that need no other answer; `sizes` are the peaks at every context."""
    return joined(
        tag("h2", _("Look closer")),
        tag(
            "div",
            _contexts(answer, check, sizes),
            _bytes(answer),
            _times(answer),
            class_="pictures",
        ),
    )


def _card(title: str, *inside: Html | None, class_: str = "") -> Html:
    kind = f"card {class_}".strip()
    return tag("section", tag("h3", title), inside, class_=kind, aria_label=title)


# Memory against context


def _contexts(
    answer: Answer, check: Check | None, sizes: list[tuple[Tokens, Interval]]
) -> Html | None:
    if len(sizes) < 2:
        return None
    have = check.have if check else None
    x, y = _across(sizes), _upward(sizes, have)
    chosen = next(size for context, size in sizes if context == answer.context)
    points = [(float(context), float(size.likely)) for context, size in sizes]
    low = [(float(context), float(size.low)) for context, size in sizes]
    high = [(float(context), float(size.high)) for context, size in sizes]
    here = (float(answer.context), float(chosen.likely))
    drawn = svg_chart.plot(
        _finding(sizes, have),
        x,
        y,
        list(_band(y, have)) if have else None,
        svg_chart.area(x, y, low, high),
        svg_chart.line(x, y, points),
        svg_chart.rule(x, answer.context),
        svg_chart.dot(x, y, here),
        svg_chart.note(x, y, here, bytes_(chosen.likely)),
        class_="contexts",
    )
    return _card(
        _("Memory against context"),
        drawn,
        _taps(answer, [context for context, _size in sizes]),
        tag("p", _("context, in tokens"), class_="axis-name"),
        _legend(have),
        svg_chart.behind(_("The figures"), _figures(sizes)),
    )


def _band(y: Axis, have: Interval) -> Iterator[Html | None]:
    """Yield what a tab may use, darker where so much is less likely; an arrow where it is cut."""
    top = round(y.high)
    for piece in budget_band.pieces(have, top):
        yield svg_chart.band(y, piece.start, piece.end, piece.unlikely)
    if budget_band.cut(have, top):
        yield tag("text", "↑", class_="said", x="100%", y="0", dy="0.9em", text_anchor="end")


def _across(sizes: Sequence[tuple[Tokens, Interval]]) -> Axis:
    """Return the axis of contexts: equal steps for equal factors, half a step free at both ends."""
    contexts = [context for context, _size in sizes]
    half = sqrt(2)
    return svg_chart.logarithmic([], min(contexts) / half, max(contexts) * half)


def _upward(sizes: Sequence[tuple[Tokens, Interval]], have: Interval | None) -> Axis:
    top = max(size.high for _context, size in sizes)
    room = min(have.high, 2 * top) if have else 0
    return svg_chart.linear(max(top, room), svg_chart.round_bytes)


def _finding(sizes: Sequence[tuple[Tokens, Interval]], have: Interval | None) -> str:
    (short, least), (long, most) = sizes[0], sizes[-1]
    grows = _(
        "Memory at its peak: {least} with {short} of context, {most} with {long}.",
        least=bytes_(least.likely),
        short=tokens(short),
        most=bytes_(most.likely),
        long=tokens(long),
    )
    if have is None:
        return grows
    return grows + " " + _("A tab here can probably use {room}.", room=between(have))


def _taps(answer: Answer, contexts: Sequence[Tokens]) -> Html:
    """Return the contexts below the chart, each a tap; a phone shows every second one."""
    offered = [each for each in contexts if each & (each - 1) == 0 or each == answer.context]
    chosen = offered.index(answer.context)
    links = [
        _tap(answer, each, spare=(number - chosen) % 2 == 1) for number, each in enumerate(offered)
    ]
    return tag("ul", links, class_="taps", aria_label=_("Choose a context"))


def _tap(answer: Answer, context: Tokens, *, spare: bool) -> Html:
    link = tag(
        "a",
        short(context),
        href=f"#{write(replace(answer.scenario, context=context))}",
        data_change="stay",
        aria_label=_named(context),
        aria_current="true" if context == answer.context else None,
    )
    return tag("li", link, class_="spare" if spare else None)


def _named(context: Tokens) -> str:
    """Return a tap's name, which begins with what is seen of it."""
    seen, whole = short(context), tokens(context)
    return whole if whole.startswith(seen) else f"{seen}: {whole}"


def short(count: int) -> str:
    """Return a number of tokens as it stands below a chart.

    >>> short(512), short(4096), short(1500)
    ('512', '4k', '1.5k')
    """
    return str(count) if count < 1000 else f"{number(round(count / 1024, 1), 'g')}k"


def _legend(have: Interval | None) -> Html:
    keys = [("line", _("likely")), ("spread", _("from low to high"))]
    band = [("band", _("what a tab here can probably use"))] if have else []
    return svg_chart.legend(*keys, *band)


def _figures(sizes: Sequence[tuple[Tokens, Interval]]) -> Html:
    rows = [
        (tokens(context), bytes_(size.low), bytes_(size.likely), bytes_(size.high))
        for context, size in sizes
    ]
    head = (_("context"), _("low"), _("likely"), _("high"))
    return svg_chart.table(_("Memory at its peak, above an empty page"), head, rows)


# Where the bytes go


def _bytes(answer: Answer) -> Html | None:
    found = shares(answer.stored)
    whole = sum(found.values())
    if not whole:
        return None
    rows = [
        Bar(name=GROUPS[group], size=size, words=_share(size, whole), class_="weights")
        for group, size in found.items()
        if size / whole >= LEAST_SHARE
    ]
    table = svg_chart.table(
        _("Bytes of all tensors, by what they do"),
        (_("part"), _("bytes"), _("share")),
        [
            (GROUPS[group], bytes_(size), number(size / whole, ".1%"))
            for group, size in found.items()
        ],
    )
    lead = _(
        "{size} of weights at {precision}", size=bytes_(whole), precision=answer.stored.precision
    )
    return _card(
        _("Where the bytes go"),
        tag("p", lead, " ", chip(Basis.COMPUTED), class_="lead"),
        svg_chart.bars(_("Where the bytes go"), rows),
        svg_chart.behind(_("The figures"), table),
    )


def _share(size: int, whole: int) -> Html:
    share = size / whole
    part = number(share, ".0%") if share >= 0.01 else "<" + number(0.01, ".0%")
    return joined(bytes_(size), " ", tag("small", part))


# How long things take


def _times(answer: Answer) -> Html | None:
    whole = answer.download.likely + answer.runtime_download.likely
    return _card(
        _("How long it takes"),
        tag("div", _download(answer, whole), tag("div", _speeds(answer)), class_="halves"),
        class_="wide",
    )


def _download(answer: Answer, whole: int) -> Html | None:
    if not whole:
        return None
    return tag(
        "div",
        tag("h4", _("To download {size}", size=bytes_(whole))),
        svg_chart.bars(_("Time to download"), list(_lines(answer, whole))),
        _own_line(answer),
    )


def _speeds(answer: Answer) -> Html | None:
    if answer.rates is None:
        return None
    low, likely, high = answer.rates.per_second
    ends = _("{rates} a second", rates=rates(low, high))
    figures = [_time(_("Tokens"), ends, rate(likely), answer.rates.basis)]
    wait = answer.wait
    if wait is not None:
        waited = wait.milliseconds
        words = _("{low} to {high}", low=_wait(waited.low), high=_wait(waited.high))
        name = plural(
            "First token, after {count} token of prompt",
            "First token, after {count} tokens of prompt",
            wait.prompt,
        )
        figures.append(_time(name, words, _wait(waited.likely), wait.basis))
    return joined(
        tag("dl", figures, class_="times"),
        tag("p", _slower(), class_="aside-note"),
    )


def _slower() -> str:
    return _(
        "From the bytes that each token reads and what memory moves. Fewer bits are not faster in "
        "proportion: 2-bit files were measured slower than 4-bit ones in a browser. The very first "
        "prompt also waits for shaders."
    )


def _time(name: str, words: str, likely: str, basis: Basis) -> Html:
    said = tag("small", _("likely {value}", value=likely))
    return tag("div", tag("dt", name, " ", chip(basis)), tag("dd", words, " ", said))


def _wait(milliseconds: int) -> str:
    if milliseconds < 10_000:
        return _("{count} s", count=number(milliseconds / 1000, ".1f"))
    return duration(round(milliseconds / 1000))


def _lines(answer: Answer, whole: int) -> Iterator[Bar]:
    own = network_speed(answer.device)
    speeds: list[tuple[float, bool]] = [(float(each), False) for each in LINES]
    if own is not None and not own.capped:
        speeds = sorted(
            [*(each for each in speeds if each[0] != own.megabits), (own.megabits, True)]
        )
    for megabits, here in speeds:
        name = _("{speed} Mbit/s", speed=number(megabits, "g"))
        time = seconds(whole, megabits)
        yield Bar(name=name, size=time, words=duration(time), class_="cache", current=here)


def _own_line(answer: Answer) -> Html | None:
    own = network_speed(answer.device)
    if own is None:
        return None
    speed = tag("b", _("{speed} Mbit/s", speed=number(own.megabits, "g")))
    if own.capped:
        said = sentence(
            _("This browser says {speed}, the most it ever tells: your line may be faster."),
            speed=speed,
        )
    else:
        said = sentence(_("This browser says that your line has {speed}."), speed=speed)
    return tag("p", said, " ", chip(Basis.REPORTED), class_="aside-note")
