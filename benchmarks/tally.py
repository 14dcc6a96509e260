"""How fast `tally` is: against the best code written by hand for the same answer, on each engine.

Same data, same answer (checked), alternating runs, medians of CPU time: other work on the machine
moves wall time, not this. The twins follow the library's own idea (a claim packed into one
integer), and like it they count which records came more than once, so that rows in = rows counted
+ rows explained. Layout: raw (text codes, dates, timestamps; ids are int64), 3,000 units, 12
months, 5 % doubles, 2 % revisions, Parquet in for Polars and DuckDB, a frame in memory for pandas.

`python benchmarks/tally.py [rows]` runs it alone; `lines()` is what `benchmarks/run.py` prints.
"""

from __future__ import annotations

import datetime as dt
import inspect
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.groups import Channel
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.units import Unit
from coverage_campaign.reporting.tally import tally
from coverage_campaign.reporting.triangle import tally_triangle

UNITS = tuple(f"{430_000 + number:06d}" for number in range(3_000))
CHANNELS = ("new", "self", "omitted", "resumed", "lapsed", "moved")
EFFECTS = ("entry", "entry", "entry", "resumption", "loss", "loss")
AS_OF = dt.datetime(2026, 12, 31, 23, 59, 59)  # noqa: DTZ001 - civil time
CELLS = len(UNITS) * 12 * len(CHANNELS)
Answer = dict[tuple[str, int, str], int]


def campaign() -> Campaign:
    """Return a campaign of 3,000 units and a year."""
    return Campaign(
        code="bench",
        label="Benchmark",
        year=2026,
        units=[Unit(code, code, "county") for code in UNITS],
        channels=[
            Channel(code, code, effect)  # type: ignore[arg-type]  # a literal
            for code, effect in zip(CHANNELS, EFFECTS, strict=True)
        ],
        phases=[Phase("year", "The year", "01-01", "12-31")],
    )


def events(rows: int, *, seed: int = 7) -> pd.DataFrame:
    """Return the corpus as a pandas frame in the raw layout."""
    dice = np.random.default_rng(seed)
    revised = dice.random(rows) < 0.02  # noqa: PLR2004 - 2 % revisions
    revised[0] = False
    doubled = (dice.random(rows) < 0.05) & ~revised  # noqa: PLR2004 - 5 % doubles
    record, person = np.arange(rows), np.arange(rows)
    person[doubled] = dice.integers(0, rows, doubled.sum())
    source = dice.choice(np.flatnonzero(~revised), revised.sum())
    day, unit = dice.integers(0, 365, rows), dice.integers(0, len(UNITS), rows)
    channel = dice.choice(len(CHANNELS), rows, p=[0.3, 0.3, 0.2, 0.08, 0.07, 0.05])
    for column in (record, person, day, channel):
        column[revised] = column[source]
    filed = day * 86_400 + dice.integers(0, 40 * 86_400, rows)
    start = np.datetime64("2026-01-01", "s")
    return pd.DataFrame(
        {
            "record": record,
            "revision": revised.astype(np.int64),
            "reported_at": (start + filed).astype("datetime64[us]"),
            "person": person,
            "unit": pd.Series(np.array(UNITS, dtype=object)[unit], dtype="str"),
            "date": start.astype("datetime64[D]") + day,
            "channel": pd.Series(np.array(CHANNELS, dtype=object)[channel], dtype="str"),
        }
    )


# -- written by hand -------------------------------------------------------------------------------


def duckdb_by_hand(path: str, connection: Any) -> pd.DataFrame:  # noqa: ANN401 - a connection
    """Return cells of DuckDB's own SQL, packed."""
    return connection.execute(  # type: ignore[no-any-return]
        f"""
        WITH seen AS (SELECT * FROM '{path}' WHERE reported_at <= '{AS_OF}'),
        repeated AS (SELECT record FROM seen GROUP BY record HAVING count(*) > 1),
        versions AS MATERIALIZED (SELECT * FROM seen SEMI JOIN repeated USING (record)),
        last AS (
            SELECT arg_max(person, revision) person, arg_max(unit, (revision, -epoch(reported_at)))
              unit, arg_max(date, revision) date, arg_max(channel, revision) channel,
              min(reported_at) turn
            FROM versions GROUP BY record),
        held AS (
            SELECT person, unit, date, channel, reported_at turn FROM seen ANTI JOIN repeated
            USING (record) UNION ALL SELECT * FROM last),
        units AS (SELECT unnest({list(UNITS)}) unit, unnest(range({len(UNITS)})) place),
        ways AS (SELECT unnest({list(CHANNELS)}) channel, unnest(range({len(CHANNELS)})) way),
        claims AS (
            SELECT person, way, month(date) - 1 AS m, epoch(turn)::BIGINT * {len(UNITS)} + place tp
            FROM held JOIN units USING (unit) JOIN ways USING (channel)),
        winners AS (
            SELECT person, CASE WHEN way < 3 THEN 0 ELSE 1 + m * 6 + way END slot,
              min((tp * 12 + m) * 6 + way) AS key
            FROM claims GROUP BY 1, 2)
        SELECT key % {CELLS} AS cell, count(*) AS persons FROM winners GROUP BY 1
        """  # noqa: S608 - our own names
    ).df()


def polars_by_hand(path: str) -> pd.DataFrame:
    """Return cells of Polars' own expressions, packed."""
    import polars as pl  # may not be installed

    seen = pl.scan_parquet(path).filter(pl.col("reported_at") <= AS_OF)
    repeated = seen.group_by("record").len().filter(pl.col("len") > 1).select("record")
    versions = seen.join(repeated, on="record", how="semi").collect().lazy()
    ids = versions.select("record").unique()
    last = versions.sort("revision", -pl.col("reported_at").dt.epoch("s")).group_by("record")
    columns = ["person", "unit", "date", "channel"]
    turn = pl.col("reported_at").dt.epoch("s").alias("turn")
    held = pl.concat(
        [
            seen.join(ids, on="record", how="anti").select(*columns, turn),
            last.agg(*(pl.col(name).last() for name in columns), turn.min()).drop("record"),
        ]
    )
    units = pl.LazyFrame({"unit": UNITS, "place": range(len(UNITS))})
    month = pl.col("date").dt.month().cast(pl.Int64) - 1
    way = pl.col("channel").replace_strict(CHANNELS, range(len(CHANNELS)), return_dtype=pl.Int64)
    claims = held.join(units, on="unit").with_columns(m=month, way=way)
    key = ((pl.col("turn") * len(UNITS) + pl.col("place")) * 12 + pl.col("m")) * 6 + pl.col("way")
    slot = pl.when(pl.col("way") < 3).then(0).otherwise(1 + pl.col("m") * 6 + pl.col("way"))  # noqa: PLR2004 - three entries
    winners = claims.select("person", slot.alias("slot"), key.alias("key"))
    winners = winners.group_by("person", "slot").agg(pl.col("key").min())
    cells = winners.group_by((pl.col("key") % CELLS).alias("cell")).agg(pl.len().alias("persons"))
    table = cells.collect()
    return pd.DataFrame({name: table[name].to_numpy() for name in ("cell", "persons")})


def pandas_by_habit(frame: pd.DataFrame) -> pd.DataFrame:
    """Return cells as pandas is ordinarily written: sort_values and drop_duplicates."""
    seen = frame[frame["reported_at"] <= AS_OF]
    turn = seen.groupby("record")["reported_at"].min().rename("turn")
    order = ["record", "revision", "reported_at", "unit"]
    newest = seen.sort_values(order, ascending=[True, False, True, True])
    held = newest.drop_duplicates("record").join(turn, on="record")
    held = held.assign(m=held["date"].dt.month, way=held["channel"].map(CHANNELS.index))
    held = held.sort_values(["turn", "unit", "m", "way"])
    entry = held["way"] < 3  # noqa: PLR2004 - three entries
    once = held[entry].drop_duplicates("person")
    monthly = held[~entry].drop_duplicates(["person", "m", "way"])
    both = pd.concat([once, monthly])
    return both.groupby(["unit", "m", "way"]).size().rename("persons").reset_index()


# -- measuring -------------------------------------------------------------------------------------


def _by_cell(table: pd.DataFrame) -> Answer:
    rest, way = np.divmod(table["cell"].to_numpy(dtype=np.int64), len(CHANNELS))
    place, month = np.divmod(rest, 12)
    rows = zip(place.tolist(), month.tolist(), way.tolist(), table["persons"].tolist(), strict=True)
    return {(UNITS[p], m + 1, CHANNELS[w]): int(n) for p, m, w, n in rows}


def _by_words(table: pd.DataFrame) -> Answer:
    months = table["period"].dt.month
    rows = zip(table["unit"], months, table["channel"], table["persons"], strict=True)
    return {(unit, int(month), channel): int(n) for unit, month, channel, n in rows}


def _medians(runs: dict[str, Callable[[], Answer]], repeats: int) -> dict[str, float]:
    """Return median CPU seconds of each way, run by turns; the answers have to be equal."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    answers: dict[str, Answer] = {}
    for _ in range(repeats):
        for name, run in runs.items():
            start = time.process_time()
            answers[name] = run()
            seconds[name].append(time.process_time() - start)
    first = next(iter(answers.values()))
    different = [name for name, answer in answers.items() if answer != first]
    if different:
        raise AssertionError(f"other answers: {different}")
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def lines(rows: int = 1_000_000, repeats: int = 3) -> list[tuple[str, str, str, bool]]:
    """Return goal, bound, measured and whether it holds, one a line."""
    found: list[tuple[str, str, str, bool]] = []
    whole, frame = campaign(), events(rows)

    def goal(text: str, ratio: float, bound: float, seconds: float) -> None:
        measured = f"{ratio:.2f} ({seconds:.2f} s CPU)"
        found.append((f"{text}, {rows:,} rows", f"<= {bound}", measured, ratio <= bound))

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "events.parquet")
        frame.assign(date=frame["date"].dt.date).to_parquet(path, index=False)
        for engine, by_hand, scanned in _engines(path):
            taken = _medians(
                {
                    "hand": lambda by_hand=by_hand: _by_cell(by_hand()),  # type: ignore[misc]
                    "ours": lambda scanned=scanned: _by_words(  # type: ignore[misc]
                        tally(scanned(), whole, as_of=AS_OF, samples=0).to_frame()
                    ),
                    "looked": lambda scanned=scanned: _by_words(  # type: ignore[misc]
                        tally(scanned(), whole, as_of=AS_OF).to_frame()
                    ),
                },
                repeats,
            )
            ratio = taken["ours"] / taken["hand"]
            goal(f"tally / by hand, {engine}, raw layout", ratio, 1.15, taken["ours"])
            ratio = taken["looked"] / taken["ours"]
            goal(f"tally with samples / without, {engine}", ratio, 2.0, taken["looked"])
    taken = _medians(
        {
            "habit": lambda: _by_habit(frame),
            "ours": lambda: _by_words(tally(frame, whole, as_of=AS_OF).to_frame()),
        },
        repeats,
    )
    goal(
        "tally / sort_values + drop_duplicates, pandas, raw layout",
        taken["ours"] / taken["habit"],
        0.30,
        taken["ours"],
    )
    month_ends = pd.date_range("2026-01-31", periods=12, freq="ME")
    dates = [stamp.date() for stamp in month_ends]
    taken_triangle: list[float] = []
    for _ in range(repeats):
        start = time.process_time()
        triangle = tally_triangle(frame, whole, dates=dates)
        taken_triangle.append(time.process_time() - start)
    last = triangle[triangle["as_of"] == triangle["as_of"].max()]
    if _by_words(last) != _by_words(tally(frame, whole, as_of=dates[-1]).to_frame()):
        raise AssertionError("the triangle's last date is not the tally of that date")
    seconds = statistics.median(taken_triangle)
    goal("triangle of 12 dates / one tally, pandas", seconds / taken["ours"], 1.5, seconds)
    return found


def _by_habit(frame: pd.DataFrame) -> Answer:
    table = pandas_by_habit(frame)
    rows = zip(table["unit"], table["m"], table["way"], table["persons"], strict=True)
    return {(unit, int(m), CHANNELS[way]): int(n) for unit, m, way, n in rows}


def _engines(
    path: str,
) -> list[tuple[str, Callable[[], pd.DataFrame], Callable[[], Any]]]:
    import duckdb  # may not be installed
    import polars as pl  # may not be installed

    connection = duckdb.connect()
    return [
        ("Polars", lambda: polars_by_hand(path), lambda: pl.scan_parquet(path)),
        (
            "DuckDB",
            lambda: duckdb_by_hand(path, connection),
            lambda: connection.from_parquet(path),
        ),
    ]


if __name__ == "__main__":
    for twin in (polars_by_hand, duckdb_by_hand, pandas_by_habit):
        print(inspect.getsource(twin))
    for text, bound, measured, held in lines(
        int(float(sys.argv[1])) if sys.argv[1:] else 1_000_000
    ):
        print(f"{'ok  ' if held else 'MISS'} {text}: {measured}, goal {bound}")
