"""The verdicts for kinds of visitors as a table: Apache Parquet, for whoever asks with SQL.

In: verdicts.json, as `visitor_kinds.verdicts` makes it. Out: a file with a row for each way to run
a model and each kind of visitor, whose metadata say the version and the licence. DuckDB reads the
one and writes the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb

#: As registered with IANA.
MEDIA_TYPE: Final = "application/vnd.apache.parquet"
#: What a kind of visitor may tell, and its type; what it does not tell is null.
SIGNALS: Final = {
    "platform": "VARCHAR",
    "browser": "VARCHAR",
    "device_memory": "DOUBLE",
    "webgpu": "VARCHAR",
    "webgpu_vendor": "VARCHAR",
}
_KIND: Final = ", ".join(f"{name} {kind}" for name, kind in SIGNALS.items())
_COLUMNS: Final = {
    "words": "VARCHAR[]",
    "kinds": f"STRUCT({_KIND})[]",
    "ways": "VARCHAR[][]",
    "outcomes": "TINYINT[][]",
    "chances": "DOUBLE[][]",
}
#: Lists count from 1, and the places of words from 0.
_ROWS: Final = """
select ways[way][1] as model, ways[way][2] as runtime, ways[way][3] as precision,
    unnest(kinds[kind]), words[outcomes[way][kind] + 1] as outcome, chances[way][kind] as chance
from told, range(1, len(ways) + 1) as each_way(way), range(1, len(kinds) + 1) as each_kind(kind)
order by way, kind
"""


def write(verdicts: Path, table: Path, metadata: Mapping[str, str]) -> None:
    """Write the table of a file of verdicts, with `metadata` as its keys and values."""
    said = ", ".join(f"{name}: '{value}'" for name, value in metadata.items())
    form = f"(format parquet, compression zstd, kv_metadata {{{said}}})"
    with duckdb.connect(config={"threads": 1}) as engine:
        told = engine.read_json(
            str(verdicts), columns=_COLUMNS, maximum_object_size=verdicts.stat().st_size + 1
        )
        told.create("told")
        engine.execute(f"copy ({_ROWS}) to '{table}' {form}")
