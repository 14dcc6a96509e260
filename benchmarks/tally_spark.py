"""How time and shuffled bytes of `tally` grow on Spark; run by hand, not by `make bench`.

One machine in local mode: what is measured is growth (seconds and bytes a row), not a cluster's
speed. The bytes are read from the engine's own event log. The performance page quotes the numbers.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from coverage_campaign.reporting.tally import tally
from tally_corpus import AS_OF, campaign, events
from tally_twins import spark_by_hand


def session(log: Path) -> Any:  # noqa: ANN401 - a Spark session
    """Start Spark on two threads, writing its event log."""
    from pyspark.sql import SparkSession  # may not be installed

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "6g",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "8",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": log.as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in options.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def shuffled(log: Path) -> int:
    """Return the bytes that all tasks in the event logs wrote for a shuffle."""
    total = 0
    for path in log.rglob("*"):
        if path.is_file():
            for line in path.read_text("utf-8").splitlines():
                if '"SparkListenerTaskEnd"' in line:
                    metrics = json.loads(line).get("Task Metrics") or {}
                    total += metrics.get("Shuffle Write Metrics", {}).get(
                        "Shuffle Bytes Written", 0
                    )
    return total


def against_twin(path: str, spark: Any, repeats: int = 3) -> float:  # noqa: ANN401 - a session
    """Return how long `tally` takes by the clock, as a multiple of one statement in Spark's SQL."""
    medians = {}
    answers = {}
    for name, run in {
        "ours": lambda: tally(spark.read.parquet(path), campaign(), as_of=AS_OF, samples=0).frame,
        "twin": lambda: spark_by_hand(path, spark),
    }.items():
        taken = []
        for _ in range(repeats):
            start = time.perf_counter()
            answers[name] = run()
            taken.append(time.perf_counter() - start)
        medians[name] = statistics.median(taken)
        print(name, [round(each, 1) for each in taken], flush=True)
    if answers["ours"]["persons"].sum() != answers["twin"]["persons"].sum():
        raise AssertionError("other answers")
    return medians["ours"] / medians["twin"]


def main(sizes: list[int]) -> None:
    """Print rows, seconds, bytes shuffled a row, for each size."""
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path, log = str(Path(folder) / "events.parquet"), Path(folder) / "log"
            log.mkdir()
            frame = events(rows)
            frame["date"] = frame["date"].astype("datetime64[s]")
            table = pa.Table.from_pandas(frame, preserve_index=False)
            place = table.schema.get_field_index("date")
            pq.write_table(table.set_column(place, "date", table["date"].cast(pa.date32())), path)
            spark = session(log)
            spark.range(1).count()
            start = time.perf_counter()
            found = tally(spark.read.parquet(path), campaign(), as_of=AS_OF, samples=0)
            seconds = time.perf_counter() - start
            moved = shuffled(log)
            ratio = against_twin(path, spark)
            spark.stop()
            size = Path(path).stat().st_size
            print(
                f"{rows:>12,} rows {seconds:8.1f} s {size / rows:6.1f} B a row on disk "
                f"{moved / rows:6.1f} B a row shuffled; {ratio:.2f} of one statement; {found!r}",
                flush=True,
            )


if __name__ == "__main__":
    main([int(float(size)) for size in sys.argv[1:]] or [100_000, 1_000_000, 10_000_000])
