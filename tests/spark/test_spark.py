"""Gates as SQL in Spark's dialect say what the estimator says of a million visits."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest

from tabfit.catalog import Catalog
from tabfit.cli import command_line
from tabfit.devices.device import read
from tests.core.gate import synthetic_visits
from tests.core.gate.generated_devices import estimator
from tests.core.gate.synthetic_visits import VISITS, visitors

ROOT = Path(__file__).resolve().parents[2]
SPARK = ROOT / ".spark" / "bin" / "python"
CATALOG = Catalog()
WAYS = (
    ("distilbert", "transformersjs-wasm", "q8"),
    ("llama-3.2-1b", "webllm", "q4f16_1"),
)


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return visits as Parquet."""
    file = tmp_path_factory.mktemp("visits") / "visits.parquet"
    synthetic_visits.database().execute(f"COPY visits TO '{file}' (FORMAT PARQUET)")
    return file


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way))
def test_pyspark(
    way: tuple[str, str, str], visits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a million visits none comes out otherwise, word or chance."""
    model, runtime, precision = way
    chosen = ["--runtime", runtime, "--precision", precision, "--as", "sql", "--dialect", "spark"]
    assert command_line.main(["gate", model, *chosen]) == 0
    (tmp_path / "gate.sql").write_text(capsys.readouterr().out)
    estimated = estimator(model, runtime, precision, None, CATALOG)
    with (tmp_path / "expected.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        for number, each in enumerate(visitors()):
            rows.writerow([number, *estimated(read(each))])
    said = subprocess.run(
        [
            SPARK,
            ROOT / "tools" / "spark_visits.py",
            visits,
            tmp_path / "expected.csv",
            tmp_path / "gate.sql",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stdout.startswith(f"{VISITS} judged, 0 otherwise\n"), said.stderr[-2000:]
