"""Where the command begins: `inspect config.json --json` at once, all else through `cli`.

In: words. Out: what `command_line.main` would print, and its exit code. Reading words
with argparse takes longer than reading a config, so the one command that
programs call over and over goes round it. Whatever goes wrong is said by `cli`.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from tabfit.cli.printed_json import print_json
from tabfit.errors import TabfitError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if words is None else words
    try:
        if _at_once(words):
            return 0
    except (TabfitError, OSError):
        pass
    from tabfit.cli import command_line

    return command_line.main(words)


def _at_once(words: Sequence[str]) -> bool:
    """Print what a config holds where the words ask for that and nothing more."""
    if len(words) != 3 or words[0] != "inspect" or words[2] != "--json":
        return False
    gc.disable()  # what is made here lives until the process ends
    try:
        from tabfit.sources import config_files

        if words[1].startswith("-") or not config_files.is_config(words[1]):
            return False
        print_json(config_files.inspected(words[1]))
    finally:
        gc.enable()
    return True
