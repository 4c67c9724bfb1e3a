"""Reports collected after the fit, judged before they enter it: `python -m tools.budgets FILE`.

In: lines as those of `tests/data/field_reports.jsonl`, of threads that are not in it. Out: what the
fit, as it stands and without ever having seen them, says of each, kept for good in
`tests/data/unseen_judgement.json`; and the lines themselves among the others, for the next fit.

Most reports tell no memory, so that no chance is given. Each is therefore judged twice: as it was
told, and `assuming` the memory that such devices mostly have.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tabfit.verdict import sureness
from tests.accuracy import field_reports
from tests.accuracy.published import DATA
from tests.accuracy.unseen_reports import JUDGED
from tools.budgets.usual_memory import with_usual_memory

REPORTS: Final = DATA / "field_reports.jsonl"
ABOUT: Final = (
    "What was said of reports before any fit had seen them: `as told` and `assuming` usual memory; "
    "tools/budgets/unseen.py adds a batch each time reports are collected, and changes none. "
    "`before` is what the rule in use until then said, in a batch for which a rule was changed. "
    "`ends` are those between which chances lay in that fit."
)


def take_in(path: Path, fit: dict[str, int]) -> dict[str, Any]:
    """Judge new reports by the fit as it stands, keep what was said, and add them to the others."""
    new = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    old = list(field_reports.rows())
    known = {row["source"] for row in old}
    again = sorted({row["source"] for row in new} & known)
    if again:
        message = f"these threads are known already: {', '.join(again)}"
        raise ValueError(message)
    date = datetime.now(tz=UTC).date().isoformat()
    ends = {"least": sureness.ends().least, "surest": sureness.ends().surest}
    rows = list(judged(new))
    batch = {"date": date, "fit": fit, "ends": ends, "collected": len(new), "rows": rows}
    _keep(batch)
    _merge([*old, *new])
    return batch


def judged(rows: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield what is said of each report that is a question."""
    for report in field_reports.asked(rows):
        row, said = report.row, report.said
        usual = field_reports.answered({**row, "device": with_usual_memory(row["device"])})
        yield {
            "source": row["source"],
            "report": report.name,
            "runtime": row["runtime"],
            "ran": report.ran,
            "kind": report.kind,
            "outcome": str(said.verdict.outcome),
            "probability": report.probability,
            "assuming": usual.verdict.probability if usual else None,
            "because": (usual or said).verdict.because,
        }


def _keep(batch: dict[str, Any]) -> None:
    before = json.loads(JUDGED.read_text(encoding="utf-8"))["batches"] if JUDGED.exists() else []
    content = {"about": ABOUT, "batches": [*before, batch]}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    JUDGED.write_text(f"{text}\n", encoding="utf-8")


def _merge(rows: Sequence[dict[str, Any]]) -> None:
    """Write all reports, ordered by who says so; of one source, as they were read."""
    about, *_rest = REPORTS.read_text(encoding="utf-8").splitlines()
    ordered = sorted(rows, key=lambda row: row["source"].lower())
    lines = (json.dumps(row, ensure_ascii=False) for row in ordered)
    REPORTS.write_text("\n".join((about, *lines)) + "\n", encoding="utf-8")
