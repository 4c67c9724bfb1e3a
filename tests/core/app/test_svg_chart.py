"""Charts: where things lie, and what is said of them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from app.components.charts.svg_chart import (
    Bar,
    area,
    band,
    bars,
    behind,
    dot,
    legend,
    line,
    linear,
    logarithmic,
    note,
    plot,
    rule,
    span,
    table,
)

X = logarithmic([(1, "one"), (100, "hundred")], 1, 10_000)
Y = linear(10, str)


@pytest.mark.parametrize(
    ("high", "labels"),
    [
        (0, ["0", "1"]),
        (3, ["0", "1", "2", "3"]),
        (10, ["0", "5", "10"]),
        (11, ["0", "5", "10", "15"]),
        (160, ["0", "50", "100", "150", "200"]),
        (4_100_000_000, ["0", "2000000000", "4000000000", "6000000000"]),
    ],
)
def test_round_steps(high: float, labels: list[str]) -> None:
    """Steps are 1, 2 or 5 times a power of ten, at most four, and the last reaches the highest."""
    assert [words for _, words in linear(high, str).ticks] == labels


def test_a_chart_is_one_picture_with_its_finding() -> None:
    """The picture is well-formed, says its finding, and draws what it was given."""
    marks = (
        band(Y, 2, 5),
        area(X, Y, [(1, 1), (100, 2)], [(1, 3), (100, 4)]),
        line(X, Y, [(1, 0), (10_000, 10)], "dashed"),
        rule(X, 100),
        dot(X, Y, (100, 5)),
        span(X, Y, (1, 100), 5),
        note(X, Y, (100, 5), "here & now"),
    )
    drawn = ET.fromstring(plot("It grows", X, Y, *marks))  # noqa: S314 - our own text

    assert drawn.attrib["role"] == "img"
    assert drawn.attrib["aria-label"] == "It grows"
    circle = drawn.find("circle")
    assert circle is not None
    assert (circle.attrib["cx"], circle.attrib["cy"]) == ("50.00%", "50.00%")
    paths = [each.attrib["d"] for each in drawn.iter("path")]
    assert paths[1] == "M0.0 1000.0L1000.0 0.0"
    assert "here & now" in [each.text for each in drawn.iter("text")]


def test_what_lies_beyond_the_axis_stays_in_the_picture() -> None:
    """A band above the axis is not drawn, one that begins in it ends with it."""
    assert band(Y, 50, 60) is None
    shown = str(band(Y, 5, 60))
    assert 'y="0.00%"' in shown
    assert 'height="50.00%"' in shown


def test_words_stand_where_there_is_room() -> None:
    """Words go to the right of a point on the left, and to the left of one on the right."""
    assert 'text-anchor="start"' in note(X, Y, (2, 5), "left")
    assert 'text-anchor="end"' in note(X, Y, (9000, 5), "right")


def test_bars_are_a_table() -> None:
    """Each bar is a row with its name and figure; the longest fills the width."""
    shown = bars("Sizes", [Bar(name="a", size=5, words="5 B"), Bar(name="b", size=10, words="<")])

    assert re.findall(r'scope="row">(\w)<', shown) == ["a", "b"]
    assert re.findall(r'width="([\d.]+%)" y', shown) == ["50.00%", "100.00%"]
    assert "&lt;" in shown
    assert 'aria-label="None"' in bars("None", [])


def test_figures_behind() -> None:
    """The table names its columns and rows, scrolls by itself and is folded at first."""
    shown = behind("The figures", table("Bytes", ["phase", "low"], [["load", "1"]]))

    assert '<th scope="row">load</th>' in shown
    assert '<th scope="col" class="number">low</th>' in shown
    assert 'role="region"' in shown
    assert "<details><summary>The figures" in shown
    assert "swatch dashed" in legend(("dashed", "likely"))
