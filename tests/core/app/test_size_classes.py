"""The chart of sizes: every model of the catalogue a dot, every belief a range with its source."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from app.pages.learn.size_classes import SAID, chart
from tabfit.catalog import Catalog
from tabfit.catalog.undisclosed_sizes import undisclosed_sizes
from tests.core.app.test_respond import elements

CATALOG = Catalog()


def test_every_model_is_a_dot_and_every_belief_a_range() -> None:
    """As many dots as models whose size is known; beliefs lie apart, named and sourced."""
    html = chart(CATALOG)
    elements(html)
    (svg,) = re.findall(r"<svg.*</svg>", html)
    drawn = ET.fromstring(svg)  # noqa: S314 - our own text
    known = [model for model in CATALOG.models if model.parameters]
    rows = {each.attrib["cy"] for each in drawn.iter("circle")}
    spans = [each for each in drawn.iter("line") if "believed" in each.attrib["class"]]

    assert len([each for each in drawn.iter("circle") if each.attrib["r"] == "4"]) == len(known)
    assert len(rows) == len({model.size_class for model in known})
    assert len(spans) == len(undisclosed_sizes())
    assert not rows & {each.attrib["y1"] for each in spans}
    assert all(each.url in html and each.source in html for each in undisclosed_sizes())


def test_the_finding_is_said() -> None:
    """Whoever cannot see the chart hears the smallest, the largest and how many are small."""
    (label,) = re.findall(r'role="img" aria-label="([^"]+)"', chart(CATALOG))

    assert "4M (SegFormer B0" in label
    assert "743B (GLM-5.2)" in label
    assert "believe" in label


def test_beliefs_are_ranges_of_what_others_estimated() -> None:
    """Each has two ends in order, a source to read, and words of what it rests on."""
    assert {each.name for each in undisclosed_sizes()} == {*SAID}
    assert [each.low for each in undisclosed_sizes()] == sorted(
        each.low for each in undisclosed_sizes()
    )
    for each in undisclosed_sizes():
        assert 10**9 < each.low < each.high < 2 * 10**12
        assert each.url.startswith("https://")
