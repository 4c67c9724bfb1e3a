"""Fit the chances on all reports, judge each source without it, and write what came out.

With a file of new reports: judge them first, by the fit that has not seen them, and take them in.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

from tests.accuracy.field_reports import base_rate_score, brier_score
from tools.budgets import failure_fit, memory_fit, same_device, sureness_fit, unseen
from tools.budgets.cases import Case, cases
from tools.budgets.cross_validation import judged, judgements

ROOT: Final = Path(__file__).resolve().parents[2]
CORE: Final = ROOT / "python" / "tabfit"
JUDGEMENT: Final = ROOT / "tests" / "data" / "field_judgement.json"


def write() -> None:
    """Write the tables of budgets and failures, and the judgement of every report."""
    every = cases()
    about = {"written_by": "make budgets", **counts(every)}
    _write(CORE / "devices" / "budgets.json", {**about, "rules": memory_fit.fit(every)})
    found = judged(every)
    unseen_by_rates = [each.unseen for each in found]
    ends = sureness_fit.fit(unseen_by_rates)
    again = [each.again for each in found if each.again is not None]
    ends |= same_device.fit(again, ends["least"])
    rates = {"sureness": {"ends": ends}, "kinds": failure_fit.fit(every)}
    _write(CORE / "verdict" / "failure_rates.json", {**about, **rates})
    sources = sorted({each.report.source for each in every})
    rows = list(judgements(found, sources))
    left_out = list(sureness_fit.left_out(unseen_by_rates))
    _write(JUDGEMENT, {"about": ABOUT, **counts(every), "rows": rows, "left_out": left_out})
    told = [(row["probability"], row["ran"]) for row in rows if row["probability"] is not None]
    print(
        f"{len(told)} of {len(rows)} told, left out by source: Brier {brier_score(told):.3f},",
        end=" ",
    )
    print(f"always the base rate {base_rate_score(ran for _, ran in told):.3f}")


ABOUT: Final = (
    "What is said of each report by chances fitted on the reports of all other sources; "
    "`left_out`: what was said of each batch of reports before they were known, between ends that "
    "are fitted without the batch. `make budgets` writes it."
)


def counts(every: tuple[Case, ...]) -> dict[str, int]:
    """Return how many reports of how many sources stand behind a fit."""
    return {"reports": len(every), "sources": len({each.report.source for each in every})}


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write JSON with one row a line, so that a change shows as the lines that changed."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")


def main() -> None:
    """Take in what was newly collected, if a file is named, and fit."""
    parser = argparse.ArgumentParser(description="Fit chances and budgets on people's reports.")
    parser.add_argument("new", nargs="?", type=Path, help="reports to judge before they enter")
    new = parser.parse_args().new
    if new is None:
        write()
        return
    batch = unseen.take_in(new, counts(cases()))
    print(f"{len(batch['rows'])} of {batch['collected']} judged and taken in; now fit them")


if __name__ == "__main__":
    main()
