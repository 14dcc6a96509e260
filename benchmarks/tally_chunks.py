"""How time and memory of `tally` grow over chunks of coded events; run by hand.

`python benchmarks/tally_chunks.py FOLDER 1e7 1e8` writes the corpus once as Parquet files of 10^6
rows of integers into FOLDER and tallies them from there, each size in a process of its own, so that
the peak of its memory is its own. The numbers in the performance page come from here.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from coverage_campaign.reporting.events.engines import CodedEvents, day_number, second_number
from coverage_campaign.reporting.tally import tally
from tally_corpus import AS_OF, CHANNELS, UNITS, campaign

ROWS = 1_000_000
BOOK = sorted(CHANNELS)


def chunk(number: int, rows: int) -> pd.DataFrame:
    """Return a chunk of the corpus: 5 % of its persons are from anywhere in it, 2 % revisions."""
    dice = np.random.default_rng([7, number])
    record = np.arange(number * ROWS, (number + 1) * ROWS)
    revised = dice.random(ROWS) < 0.02  # noqa: PLR2004 - 2 % revisions
    doubled = (dice.random(ROWS) < 0.05) & ~revised  # noqa: PLR2004 - 5 % doubles
    person, day = record.copy(), dice.integers(0, 365, ROWS)
    person[doubled] = dice.integers(0, rows, int(doubled.sum()))
    channel = dice.choice(len(CHANNELS), ROWS, p=[0.3, 0.3, 0.2, 0.08, 0.07, 0.05])
    source = dice.choice(np.flatnonzero(~revised), int(revised.sum()))
    for column in (record, person, day, channel):
        column[revised] = column[source]
    dates = pd.date_range("2026-01-01", periods=365)
    numbers = np.array([day_number(date.date()) for date in dates], dtype=np.int32)
    start = second_number(dates[0].to_pydatetime())
    return pd.DataFrame(
        {
            "record": record,
            "revision": revised.astype(np.int64),
            "second": start + day * 86_400 + dice.integers(0, 40 * 86_400, ROWS),
            "person": person,
            "day": numbers[day],
            "unit": dice.integers(0, len(UNITS), ROWS).astype(np.int32),
            "channel": np.array([BOOK.index(code) for code in CHANNELS], dtype=np.int32)[channel],
        }
    )


def write(folder: Path, rows: int) -> None:
    """Write the corpus where it is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(rows // ROWS):
        path = folder / f"{number:05d}.parquet"
        if not path.exists():
            chunk(number, rows).to_parquet(path, index=False)


def read(folder: Path) -> Iterator[CodedEvents]:
    """Yield the files as coded events."""
    for path in sorted(folder.glob("*.parquet")):
        yield CodedEvents(frame=pd.read_parquet(path), units=UNITS, channels=BOOK)


def measure(folder: Path) -> None:
    """Print what one tally takes."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = tally(read(folder), campaign(), as_of=AS_OF, samples=0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{found.rows_in:>12,} rows: {time.process_time() - cpu:7.1f} s CPU, "
        f"{time.perf_counter() - wall:7.1f} s by the clock, peak {peak:,} MB; {found!r}"
    )


if __name__ == "__main__":
    top = Path(sys.argv[1])
    if sys.argv[2:]:
        for size in sys.argv[2:]:
            write(top / size, int(float(size)))
            subprocess.run([sys.executable, __file__, str(top / size)], check=True)  # noqa: S603 - this very file
    else:
        measure(top)
