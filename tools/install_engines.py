"""Install from Debian what a test needs beyond Python and npm, where it is missing.

`engines`: Firefox ESR and WebKitGTK (`make test-engines`); `java`: its runtime (`make test-spark`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Final

#: What each program comes in.
PACKAGES: Final = {
    "engines": {
        "firefox-esr": "firefox-esr",
        "WebKitWebDriver": "webkit2gtk-driver",
        "Xvfb": "xvfb",
    },
    "java": {"java": "default-jre-headless"},
}


def main(what: str) -> None:
    """Install what is missing, or say what to install."""
    needed = PACKAGES[what].items()
    wanted = [package for program, package in needed if not shutil.which(program)]
    if not wanted:
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        sys.exit(f"missing: {', '.join(wanted)}; on Debian, apt-get install them as root")
    unasked = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *wanted]):
        subprocess.run(["apt-get", "-q", *command], env=unasked, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
