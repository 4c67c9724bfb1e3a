"""Laws of budgets and outcomes: more memory never hurts, more need never helps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tabfit.devices import budgets
from tabfit.devices.device import BROWSERS, PLATFORMS, read, written
from tabfit.units import GIB, Interval
from tabfit.verdict.probability import Outcome, probability, word

SIZES = st.integers(1, 2**40)
INTERVALS = st.lists(SIZES, min_size=3, max_size=3).map(lambda ends: Interval(*sorted(ends)))
SIGNALS = st.fixed_dictionaries(
    {"platform": st.sampled_from(PLATFORMS), "browser": st.sampled_from(BROWSERS)},
    optional={
        "graphics": st.sampled_from(("integrated", "discrete", "software")),
        "vram_bytes": st.integers(0, 2**36),
    },
)
ORDER = (Outcome.UNLIKELY, Outcome.MAY, Outcome.LIKELY)


@given(need=INTERVALS, have=INTERVALS, more=st.tuples(SIZES, SIZES, SIZES))
def test_more_memory_never_lowers_the_probability(
    need: Interval, have: Interval, more: tuple[int, int, int]
) -> None:
    """Raising any end of what there is can only help."""
    ends = sorted((have.low + more[0], have.likely + more[1], have.high + more[2]))
    raised = Interval(*ends)

    assert probability(need, raised) >= probability(need, have)


@given(need=INTERVALS, have=INTERVALS, more=st.tuples(SIZES, SIZES, SIZES))
def test_more_need_never_raises_the_probability(
    need: Interval, have: Interval, more: tuple[int, int, int]
) -> None:
    """Raising any end of the need can only hurt."""
    ends = sorted((need.low + more[0], need.likely + more[1], need.high + more[2]))

    assert probability(Interval(*ends), have) <= probability(need, have)


@given(need=INTERVALS, have=INTERVALS)
def test_intervals_apart_leave_no_doubt(need: Interval, have: Interval) -> None:
    """A need far below what there is is met, one far above is not."""
    chance = probability(need, have)

    assert 0 <= chance <= 1
    if need.high * 2 < have.low:
        assert chance == 1
    if need.low > have.high * 2:
        assert chance == 0


@given(first=st.floats(0, 1), second=st.floats(0, 1))
def test_words_follow_probabilities(first: float, second: float) -> None:
    """A higher probability never has a worse word."""
    low, high = sorted((first, second))

    assert ORDER.index(word(low)) <= ORDER.index(word(high))


@given(signals=SIGNALS, first=st.integers(1, 256), second=st.integers(1, 256))
def test_more_installed_memory_never_shrinks_a_budget(
    signals: dict[str, object], first: int, second: int
) -> None:
    """Each end of every budget grows with the memory installed."""
    less, more = (read({**signals, "ram_bytes": size * GIB}) for size in sorted((first, second)))
    for pool in (budgets.peak, budgets.page):
        small, large = pool(less).have, pool(more).have
        assert small is not None
        assert large is not None
        assert small.low <= large.low
        assert small.likely <= large.likely
        assert small.high <= large.high


@given(signals=SIGNALS)
def test_a_device_survives_being_written(signals: dict[str, object]) -> None:
    """Reading what was written gives the same device."""
    device = read(signals)

    assert read(written(device)) == device
