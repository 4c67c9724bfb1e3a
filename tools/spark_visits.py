"""Run a query over visits in PySpark: python tools/spark_visits.py VISITS EXPECTED QUERY.

VISITS is Parquet, EXPECTED a CSV of a device's number, its outcome and its chance. Prints how many
visits were judged and how many of them came out otherwise; then how many seconds it took to count
them by outcome, reading included, once Spark has done so before.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession


def main(visits: str, expected: str, query: str) -> None:
    """Print what came out."""
    spark = (
        SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    asked = Path(query).read_text(encoding="utf-8")
    spark.read.parquet(visits).createOrReplaceTempView("visits")
    told = "number INT, said STRING, chance DOUBLE"
    spark.read.csv(expected, schema=told).createOrReplaceTempView("expected")
    judged, otherwise = spark.sql(
        "SELECT COUNT(*), COUNT_IF(NOT (outcome <=> said AND probability <=> chance)) "  # noqa: S608 - ours
        f"FROM ({asked}) JOIN expected USING (number)"
    ).collect()[0]
    counted = f"SELECT outcome, COUNT(*) FROM ({asked}) GROUP BY outcome"  # noqa: S608 - ours
    taken = min(_seconds(spark, counted) for _ in range(3))
    sys.stdout.write(f"{judged} judged, {otherwise} otherwise\n{taken:.3f} seconds\n")


def _seconds(spark: SparkSession, query: str) -> float:
    began = time.perf_counter()
    spark.sql(query).collect()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
