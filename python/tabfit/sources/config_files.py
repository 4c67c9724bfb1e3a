"""Files that the command line is given: JSON read carefully, a config.json inspected.

In: a path. Out: what lies there, or one typed error. Imports little, so that
`tabfit inspect config.json` starts at once.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from tabfit import architectures
from tabfit.architectures.config_json import model_config, refuse_by_name
from tabfit.architectures.weight_types import weight_types
from tabfit.errors import UnreadableConfig
from tabfit.i18n.language import Message
from tabfit.sources import inspection

if TYPE_CHECKING:
    from collections.abc import Callable

    from tabfit.errors import TabfitError

#: A config.json or device file larger than this is refused unread.
LARGEST_JSON: Final = 4 * 2**20


def read_json(path: str, refuse: Callable[[Message], TabfitError]) -> Any:
    """Return what a JSON file holds; `refuse` makes the error of a problem."""
    with open(path, "rb") as file:
        text = file.read(LARGEST_JSON + 1)
    if len(text) > LARGEST_JSON:
        raise refuse(Message("is longer than {most_bytes:,} bytes", most_bytes=LARGEST_JSON))
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise refuse(Message("is not JSON")) from None


def is_config(path: str) -> bool:
    """Return whether a path is a file that can only be a config.json."""
    return path.endswith(".json") and not path.endswith(".index.json") and os.path.isfile(path)


def inspected(path: str) -> dict[str, Any]:
    """Return what `inspect` says of a config.json."""
    name = os.path.basename(path)
    refuse_by_name(name)
    given = read_json(path, lambda problem: UnreadableConfig(name, problem))
    given = model_config(given, name) if isinstance(given, dict) else given
    return inspection.of_architecture(
        architectures.read(given),
        weight_types(given),
        source=path,
        bytes_read=os.path.getsize(path),
    )
