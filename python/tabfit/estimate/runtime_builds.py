"""Which build of a runtime's own code a browser fetches.

In: a runtime's row and a device. Out: its files, the usual build's where nothing speaks for
another.
"""

from __future__ import annotations

from tabfit.catalog import PublishedFile, RuntimeFacts
from tabfit.catalog.rows import RuntimeBuild
from tabfit.devices.browser_features import presence
from tabfit.devices.device import Device


def files_on(facts: RuntimeFacts, device: Device) -> tuple[PublishedFile, ...]:
    """Return the files of the build that this device's browser takes."""
    own = (build.files for build in facts.builds if _is_for(build, device))
    return next(own, facts.files)


def _is_for(build: RuntimeBuild, device: Device) -> bool:
    browser, version = device.browser, device.browser_version
    if (build.browsers and browser not in build.browsers) or browser in build.not_browsers:
        return False
    if build.before is not None and (version is None or version >= build.before):
        return False
    return any(presence(device, feature).there is False for feature in build.lacks)
