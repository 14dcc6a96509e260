"""The same answer by code written by hand for one engine: what `tally` is measured against.

The packed twins follow the best form that is known for each engine: a claim packed into one
integer, so that the first report wins by one minimum. The coded ones read integers only. None of
them checks a code, a date or an id, and none explains a row.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from tally_corpus import AS_OF, CELLS, CHANNELS, UNITS

LAST = (AS_OF - dt.datetime(1, 1, 1)) // dt.timedelta(seconds=1)  # noqa: DTZ001 - civil time
JANUARY = 12 * 2026


def words(table: pd.DataFrame) -> pd.DataFrame:
    """Return cells as unit, m, channel, persons, in order."""
    table = table.sort_values("cell", ignore_index=True)
    rest, way = np.divmod(table["cell"].to_numpy(dtype=np.int64), len(CHANNELS))
    place, month = np.divmod(rest, 12)
    return pd.DataFrame(
        {
            "unit": pd.Series(UNITS, dtype="str").take(place).array,
            "m": month + 1,
            "channel": pd.Series(CHANNELS, dtype="str").take(way).array,
            "persons": table["persons"].to_numpy(dtype=np.int64),
        }
    )


def duckdb_by_hand(path: str, connection: Any) -> pd.DataFrame:  # noqa: ANN401 - a connection
    """Return the answer of DuckDB's own SQL, packed."""
    return words(
        connection.execute(
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
    )


def polars_by_hand(path: str) -> pd.DataFrame:
    """Return the answer of Polars' own expressions, packed."""
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
    return words(pd.DataFrame({name: table[name].to_numpy() for name in ("cell", "persons")}))


def duckdb_coded(path: str, connection: Any) -> pd.DataFrame:  # noqa: ANN401 - a connection
    """Return the answer of DuckDB's own SQL from integers."""
    return words(
        connection.execute(
            f"""
        WITH seen AS (SELECT * FROM '{path}' WHERE second <= {LAST}),
        repeated AS (SELECT record FROM seen GROUP BY record HAVING count(*) > 1),
        versions AS MATERIALIZED (SELECT * FROM seen SEMI JOIN repeated USING (record)),
        last AS (
            SELECT arg_max(person, revision) person, arg_max(unit, (revision, -second)) unit,
              arg_max(day, revision) AS day, arg_max(channel, revision) channel, min(second) turn
            FROM versions GROUP BY record),
        held AS (
            SELECT person, unit, day, channel, second turn FROM seen ANTI JOIN repeated
            USING (record) UNION ALL SELECT * FROM last),
        ways AS (SELECT unnest({sorted(CHANNELS)}) code, unnest(range({len(CHANNELS)})) channel),
        orders AS (SELECT unnest({list(CHANNELS)}) code, unnest(range({len(CHANNELS)})) way),
        claims AS (
            SELECT person, way, day // 31 - {JANUARY} AS m, turn * {len(UNITS)} + unit tp
            FROM held JOIN ways USING (channel) JOIN orders USING (code)),
        winners AS (
            SELECT person, CASE WHEN way < 3 THEN 0 ELSE 1 + m * 6 + way END slot,
              min((tp * 12 + m) * 6 + way) AS key
            FROM claims GROUP BY 1, 2)
        SELECT key % {CELLS} AS cell, count(*) AS persons FROM winners GROUP BY 1
        """  # noqa: S608 - our own names
        ).df()
    )


def polars_coded(path: str) -> pd.DataFrame:
    """Return the answer of Polars' own expressions from integers."""
    import polars as pl  # may not be installed

    seen = pl.scan_parquet(path).filter(pl.col("second") <= LAST)
    repeated = seen.group_by("record").len().filter(pl.col("len") > 1).select("record")
    versions = seen.join(repeated, on="record", how="semi").collect().lazy()
    ids = versions.select("record").unique()
    columns = ["person", "unit", "day", "channel"]
    last = versions.sort("revision", -pl.col("second")).group_by("record")
    held = pl.concat(
        [
            seen.join(ids, on="record", how="anti").select(*columns, turn="second"),
            last.agg(*(pl.col(name).last() for name in columns), turn=pl.col("second").min()).drop(
                "record"
            ),
        ]
    )
    ways = [CHANNELS.index(code) for code in sorted(CHANNELS)]
    m = pl.col("day") // 31 - JANUARY
    way = pl.col("channel").replace_strict(range(len(ways)), ways, return_dtype=pl.Int64)
    claims = held.with_columns(m=m, way=way)
    key = ((pl.col("turn") * len(UNITS) + pl.col("unit")) * 12 + pl.col("m")) * 6 + pl.col("way")
    slot = pl.when(pl.col("way") < 3).then(0).otherwise(1 + pl.col("m") * 6 + pl.col("way"))  # noqa: PLR2004 - three entries
    winners = claims.select("person", slot=slot, key=key)
    winners = winners.group_by("person", "slot").agg(pl.col("key").min())
    cells = winners.group_by(cell=pl.col("key") % CELLS).agg(persons=pl.len())
    table = cells.collect()
    return words(pd.DataFrame({name: table[name].to_numpy() for name in ("cell", "persons")}))


def pandas_by_habit(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the answer as pandas is ordinarily asked: sort_values and drop_duplicates."""
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


def spark_by_hand(path: str, spark: Any) -> pd.DataFrame:  # noqa: ANN401 - a Spark session
    """Return the answer of one statement of Spark's own SQL."""
    ways = ", ".join(f"'{channel}', {way}" for way, channel in enumerate(CHANNELS))
    table = spark.sql(
        f"""
        WITH seen AS (
            SELECT record, revision, reported_at, person, unit, month(date) AS m,
              map({ways})[channel] AS way
            FROM parquet.`{path}` WHERE reported_at <= TIMESTAMP_NTZ '{AS_OF}'),
        held AS (
            SELECT max_by(struct(person, unit, m, way), struct(revision, -second)) claim,
              min(second) AS turn
            FROM (SELECT *, unix_seconds(CAST(reported_at AS TIMESTAMP)) AS second FROM seen)
            GROUP BY record),
        winners AS (
            SELECT claim.person,
              CASE WHEN claim.way < 3 THEN 0 ELSE 1 + claim.m * 6 + claim.way END AS slot,
              min(struct(turn, claim.unit, claim.m, claim.way)) AS won
            FROM held GROUP BY 1, 2)
        SELECT won.unit, won.m, won.way, count(*) AS persons FROM winners GROUP BY 1, 2, 3
        """  # noqa: S608 - our own names
    ).toArrow()
    return pd.DataFrame(table.to_pandas())
