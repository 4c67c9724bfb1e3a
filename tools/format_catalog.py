"""Format the catalogue's files so that a change shows as the lines that changed, and check them.

`python tools/format_catalog.py` writes every file in its one form; with `--check` it only says
what is out of form. Both list every fault of the data and exit 1 if there is one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tabfit.catalog import validation
from tabfit.catalog.reader import FILES
from tabfit.errors import CatalogFault

FOLDER = Path(__file__).parent.parent / "python" / "tabfit" / "catalog"

#: Keys whose lists are written one entry a line; every other value takes one line.
UNFOLDED = ("published", "files")


def written(catalogue: dict[str, Any]) -> str:
    """Return a file as JSON text: rows sorted by id, one key a line, the rest on one line."""
    sources = dict(sorted(catalogue["sources"].items()))
    rows = sorted(catalogue["rows"], key=lambda row: str(row["id"]))
    return (
        f'{{\n  "sources": {_block(sources, "    ")},\n'
        '  "rows": [\n' + ",\n".join(f"    {_block(row, '      ')}" for row in rows) + "\n  ]\n}\n"
    )


def _block(row: dict[str, Any], indent: str) -> str:
    if not row:
        return "{}"
    lines = (f"{indent}{_text(key)}: {_value(key, value, indent)}" for key, value in row.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent[2:]}}}"


def _value(key: str, value: object, indent: str) -> str:
    if key in UNFOLDED and isinstance(value, list) and value:
        entries = ",\n".join(f"{indent}  {_text(each)}" for each in value)
        return f"[\n{entries}\n{indent}]"
    return _text(value)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> int:
    """Write or check every file of the catalogue."""
    check = "--check" in sys.argv[1:]
    out_of_form = []
    for name in FILES.values():
        path = FOLDER / name
        before = path.read_text("utf-8")
        after = written(json.loads(before))
        if before != after:
            out_of_form.append(name)
            if not check:
                path.write_text(after, "utf-8")
    try:
        validation.check()
    except CatalogFault as fault:
        print(*fault.faults, sep="\n")
        return 1
    if out_of_form:
        print("formatted" if not check else "out of form", *out_of_form)
    return 1 if check and out_of_form else 0


if __name__ == "__main__":
    sys.exit(main())
