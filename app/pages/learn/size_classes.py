"""Models by size on a logarithmic scale, from the smallest to giants nobody may weigh.

In: the catalogue. Out: a chart whose rows are the hub's size classes, with models whose
size is not disclosed as the ranges that people believe, and the tables behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.components.charts import svg_chart as drawing
from app.components.charts.svg_chart import Axis
from app.components.html import Html, joined, tag
from tabfit.catalog import Catalog
from tabfit.catalog.undisclosed_sizes import UndisclosedSize, undisclosed_sizes
from tabfit.i18n.language import Words, _, later, number, plural
from tabfit.learn.lessons import SizeClass, size_classes

#: Models that are named in the chart: where one begins, and what people have heard of.
NAMED: Final = ("distilbert", "gemma-2b", "llama-3.1-8b", "gpt-oss-120b", "deepseek-r1")
_LEAST, _MOST = 8e6, 4e12
#: What each belief rests on.
SAID: Final = Words(
    {
        "Gemini Nano": later("the first report’s two versions; of those since, nothing is told"),
        "GPT-3.5 Turbo": later(
            "20B in a table that its authors withdrew, 175B if it is as large as GPT-3"
        ),
        "GPT-4o": later("about 200B by two estimates, drawn with a factor of two either way"),
        "Claude 3.5 Sonnet": later("two estimates that differ"),
        "GPT-4": later("1.76T and 1.8T by two estimates; its maker says nothing"),
    }
)


def chart(catalog: Catalog) -> Html:
    """Return the chart with its legend and tables."""
    every, unknown = size_classes(catalog), undisclosed_sizes()
    x, y = _across(), _upward(every, len(unknown))
    return joined(
        drawing.plot(
            _finding(every),
            x,
            y,
            list(_dots(x, y, every)),
            list(_spans(x, y, unknown, len(every) + 1)),
            class_="sizes",
        ),
        drawing.legend(
            ("dot", _("a model of the catalogue")), ("believed", _("not disclosed, as believed"))
        ),
        drawing.behind(_("Where the beliefs come from"), _sources(unknown)),
    )


def _across() -> Axis:
    ticks = [(10.0**power, _parameters(10**power)) for power in range(7, 13)]
    return drawing.logarithmic(ticks, _LEAST, _MOST)


def _upward(every: tuple[SizeClass, ...], more: int) -> Axis:
    """Return the axis of rows: the classes, one free, and above it the models not disclosed."""
    ticks = [(row + 0.5, each.name.replace("-", "–")) for row, each in enumerate(every)]
    return Axis(low=0, high=len(every) + 1 + more, ticks=tuple(ticks))


def _dots(x: Axis, y: Axis, every: tuple[SizeClass, ...]) -> Iterator[Html]:
    """Yield every model, those with a name last, so that nothing lies over them."""
    places = [
        (model, (float(model.parameters or 0), row + 0.5))
        for row, each in enumerate(every)
        for model in each.models
    ]
    named = [each for each in places if each[0].id in NAMED]
    ends = {row + 0.5: _ends(each) for row, each in enumerate(every)}
    yield from (drawing.dot(x, y, at, radius=4) for _model, at in places)
    yield from (drawing.dot(x, y, at, "named", radius=6) for _model, at in named)
    yield from (_beside(x, y, ends[at[1]], at[1], _bare(model.name)) for model, at in named)


def _ends(row: SizeClass) -> tuple[float, float]:
    sizes = [float(model.parameters or 0) for model in row.models]
    return min(sizes), max(sizes)


def _beside(x: Axis, y: Axis, ends: tuple[float, float], level: float, words: str) -> Html:
    """Return words beside all that a row draws, on the side with more room."""
    right = x.share(ends[0]) < 1 - x.share(ends[1])
    at = (ends[1] if right else ends[0], level)
    return drawing.note(x, y, at, words, level=True, right=right)


def _bare(name: str) -> str:
    """Return a name without what stands in brackets.

    >>> _bare("DistilBERT (SST-2 sentiment)")
    'DistilBERT'
    """
    return name.partition(" (")[0]


def _spans(x: Axis, y: Axis, unknown: tuple[UndisclosedSize, ...], below: int) -> Iterator[Html]:
    for row, each in enumerate(unknown, start=below):
        level = row + 0.5
        yield drawing.span(x, y, (float(each.low), float(each.high)), level, "believed")
        yield _beside(x, y, (float(each.low), float(each.high)), level, each.name)


def _finding(every: tuple[SizeClass, ...]) -> str:
    smallest, largest = every[0].models[0], every[-1].models[-1]
    return _(
        "On a scale where each step is ten times the one before: the catalogue’s models lie "
        "between {least} ({small}) and {most} ({large}); {few} of {all} have less than a billion "
        "parameters. What is not disclosed is drawn as a range that people believe.",
        least=_parameters(smallest.parameters or 0),
        small=smallest.name,
        most=_parameters(largest.parameters or 0),
        large=largest.name,
        few=len(every[0].models),
        all=sum(len(each.models) for each in every),
    )


def _parameters(count: int) -> str:
    """Return a number of parameters as people write it.

    >>> _parameters(66_955_010), _parameters(2_506_172_416), _parameters(10**12)
    ('67M', '2.51B', '1T')
    """
    for unit, name in ((10**12, "T"), (10**9, "B")):
        if count >= unit:
            return f"{number(float(f'{count / unit:.3g}'), 'g')}{name}"
    return f"{number(round(count / 10**6), 'd')}M"


def _sources(unknown: tuple[UndisclosedSize, ...]) -> Html:
    rows = [
        (
            each.name,
            _("{low} to {high}", low=_parameters(each.low), high=_parameters(each.high)),
            SAID[each.name],
            tag("a", each.source, href=each.url, rel="noreferrer"),
        )
        for each in unknown
    ]
    caption = plural(
        "{count} model whose maker does not tell its size",
        "{count} models whose makers do not tell their size",
        len(unknown),
    )
    head = (_("model"), _("parameters"), _("what is said"), _("source"))
    return drawing.table(caption, head, rows)
