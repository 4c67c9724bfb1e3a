"""Budgets: what published rounding and reported limits imply for each pool."""

from __future__ import annotations

from typing import Any

import pytest

from tabfit.devices import budgets
from tabfit.devices.device import read
from tabfit.units import GB, GIB, Basis


# The table of platform facts, derived from Chromium's approximated_device_memory.cc: the value v
# stands for (0.75 v, 1.5 v] GiB between the clamps, and for anything more at the top one.
@pytest.mark.parametrize(
    ("signals", "low", "high"),
    [
        ({"device_memory": 16, "platform": "windows", "browser_version": 150}, 12, 24),
        ({"device_memory": 8, "platform": "windows", "browser_version": 150}, 6, 12),
        ({"device_memory": 4, "platform": "linux", "browser_version": 147}, 3, 6),
        ({"device_memory": 4, "platform": "android", "browser_version": 150}, 3, 6),
        ({"device_memory": 2, "platform": "android", "browser_version": 150}, 1.5, 3),
    ],
)
def test_device_memory_between_the_clamps(signals: dict[str, Any], low: float, high: float) -> None:
    """A rounded value is read as the interval it was rounded from."""
    have = budgets.installed(read({"browser": "chrome", **signals})).have

    assert have is not None
    assert (have.low / GIB, have.high / GIB) == (low, high)


@pytest.mark.parametrize(
    ("signals", "at_least"),
    [
        ({"device_memory": 32, "platform": "windows", "browser_version": 150}, 96),
        ({"device_memory": 8, "platform": "android", "browser_version": 150}, 24),
        ({"device_memory": 8, "platform": "windows", "browser_version": 146}, 24),
        ({"device_memory": 8, "platform": "windows"}, 24),  # the version is not told
    ],
)
def test_device_memory_at_the_top_clamp_is_open(signals: dict[str, Any], at_least: int) -> None:
    """At the top there may be any amount more: 8 in an old Chrome was said by 64 GB machines."""
    have = budgets.installed(read({"browser": "chrome", **signals})).have

    assert have is not None
    assert have.high >= at_least * GIB


def test_what_the_visitor_says_overrides_what_the_browser_says() -> None:
    """What is said is exact, while what the browser says is a class."""
    budget = budgets.installed(read({"device_memory": 8, "ram_bytes": 12 * GIB}))

    assert budget.have is not None
    assert budget.have.low == budget.have.high == 12 * GIB
    assert budget.basis is Basis.REPORTED


@pytest.mark.parametrize("browser", ["safari", "firefox"])
def test_a_browser_that_hides_memory_leaves_it_unknown(browser: str) -> None:
    """Nothing is made up where nothing is told."""
    device = read({"platform": "macos", "browser": browser})

    assert budgets.installed(device).have is None
    assert budgets.peak(device).have is None
    assert budgets.page(device).have is None


def test_an_iphone_ends_a_tab_at_its_own_limit_whatever_it_has() -> None:
    """A 12 GB iPhone has no more for a tab than an 8 GB one (WebKit PR 49472: 1.5 GB)."""
    small, large = (
        budgets.peak(read({"platform": "ios", "ram_bytes": size * GIB})).have for size in (8, 12)
    )

    assert small is not None
    assert small == large
    assert small.high == 1.5 * GB


def test_webgpu_limits_are_never_taken_for_memory() -> None:
    """Every D3D12 adapter reports 2 GiB buffers, whether its card has 4 GB or 24."""
    plain = {"platform": "windows", "graphics": "discrete", "vram_bytes": 8 * GIB}
    small = read({**plain, "webgpu": {"max_buffer_size": 2**28}})
    large = read({**plain, "webgpu": {"max_buffer_size": 2**32 - 4}})

    assert budgets.graphics(small) == budgets.graphics(large)
    assert budgets.peak(small) == budgets.peak(large)


def test_what_was_measured_here_is_there() -> None:
    """A tab that once held 5 GB has at least 5 GB."""
    device = read({"platform": "windows", "ram_bytes": 8 * GIB, "measured": {"page_bytes": 5 * GB}})
    have = budgets.page(device).have

    assert have is not None
    assert have.low >= 5 * GB


def test_chromes_quota_does_not_say_what_is_free() -> None:
    """Chrome reports 10 GiB whatever the disk has, so more may fit, and less."""
    chrome = read({"browser": "chrome", "storage": {"quota_bytes": 10 * GIB, "usage_bytes": 0}})
    firefox = read({"browser": "firefox", "storage": {"quota_bytes": 10 * GIB, "usage_bytes": 0}})

    told, real = budgets.storage(chrome).have, budgets.storage(firefox).have
    assert told is not None
    assert real is not None
    assert told.high > 10 * GIB
    assert real.high == 10 * GIB


@pytest.mark.parametrize(
    ("signals", "shares"),
    [
        ({"platform": "ios"}, True),
        ({"platform": "windows", "webgpu": {"vendor": "intel"}}, True),
        ({"platform": "macos", "webgpu": {"vendor": "apple"}}, True),
        ({"platform": "windows", "webgpu": {"vendor": "nvidia"}}, False),
        ({"platform": "windows", "webgpu": {"vendor": "amd"}}, None),  # a chip or a card
        ({"platform": "windows"}, None),
        ({"platform": "windows", "graphics": "discrete", "webgpu": {"vendor": "intel"}}, False),
    ],
)
def test_who_shares_memory_with_graphics(signals: dict[str, Any], shares: bool | None) -> None:
    """The adapter's vendor tells it where it can, and nothing is guessed where it cannot."""
    assert budgets.shares_memory(read(signals)) is shares
