"""Install Debian's Firefox ESR and WebKitGTK for `make test-engines`, where they are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Final

#: What each program comes in.
PACKAGES: Final = {
    "firefox-esr": "firefox-esr",
    "WebKitWebDriver": "webkit2gtk-driver",
    "Xvfb": "xvfb",
}


def main() -> None:
    """Install what is missing, or say what to install."""
    wanted = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if not wanted:
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        sys.exit(f"missing: {', '.join(wanted)}; on Debian, apt-get install them as root")
    unasked = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *wanted]):
        subprocess.run(["apt-get", "-q", *command], env=unasked, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    main()
