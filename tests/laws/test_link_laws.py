"""Laws of links: any text is read or refused, and what is written is read."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from tabfit.devices.device import PLATFORMS, read
from tabfit.errors import UnreadableLink
from tabfit.estimate import link
from tabfit.estimate.scenario import Scenario
from tabfit.units import Tokens

NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60).filter(
    lambda name: name.isprintable() and not name.startswith((link.CUSTOM, "{"))
)
DEVICES = st.fixed_dictionaries(
    {}, optional={"platform": st.sampled_from(PLATFORMS), "device_memory": st.integers(0, 64)}
).map(read)
SCENARIOS = st.builds(
    Scenario,
    model=NAMES,
    runtime=st.none() | NAMES,
    precision=st.none() | NAMES,
    context=st.none() | st.integers(1, link.MOST_CONTEXT).map(Tokens),
    device=st.none() | NAMES | DEVICES,
)


@given(scenario=SCENARIOS)
def test_what_is_written_is_read(scenario: Scenario) -> None:
    """A shared link brings back every choice."""
    assert link.read(link.write(scenario)) == scenario


@given(text=st.text(max_size=400) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text does anything but become a scenario or one typed error."""
    for attempt in (text, f"v=1&model={text}", f"model=a&device={text}", f"model=config:{text}"):
        with suppress(UnreadableLink):
            assert link.read(attempt).model
