"""A comparison as a file: CSV that a spreadsheet opens and cannot be tricked by, or JSON.

In: rows as plain values. Out: text. A cell that a spreadsheet would take for a formula
gets an apostrophe before it (owasp.org, CSV Injection).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, Final

#: What a formula begins with.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    r"""Return rows as CSV with their keys for a head, as RFC 4180 has it.

    >>> as_csv([{"name": "=1+1", "bytes": -5}])
    "name,bytes\r\n'=1+1,-5\r\n"
    """
    out = StringIO()
    writer = csv.writer(out)
    if rows:
        writer.writerow(rows[0])
    writer.writerows([_safe(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _safe(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


def as_json(report: Mapping[str, Any]) -> str:
    """Return a report as JSON text."""
    return json.dumps(report, indent=1, ensure_ascii=False) + "\n"
