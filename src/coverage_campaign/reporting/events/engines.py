"""What differs from engine to engine: small tables, tables that are kept, what comes back.

No row of events comes to Python but through `collected`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from uuid import uuid4

import narwhals as nw
import pandas as pd

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import message
from coverage_campaign.reporting.events.frame import Rows

__all__ = [
    "Keep",
    "as_number",
    "by_code_point",
    "collected",
    "engine_of",
    "in_memory",
    "keeping",
    "looked_up",
    "of_pandas",
    "parted",
    "parted_by_repetition",
    "small_table",
    "to_pandas",
]

Keep = Callable[[Rows], Rows]

_RAISING: Final = frozenset(
    {
        "_duckdb",
        "duckdb",
        "ibis",
        "narwhals",
        "polars",
        "psycopg",
        "py4j",
        "pyarrow",
        "pyo3_runtime",
        "pyspark",
    }
)
"""The packages whose errors are an engine's; pyo3_runtime is Polars in a panic."""
_LONGEST_TEXT: Final = 1_000


def engine_of(rows: Rows) -> nw.Implementation:
    """Return the engine that has the rows."""
    return rows.implementation


def in_memory(rows: Rows) -> bool:
    """Tell whether the rows are a pandas frame, which can be taken apart by position."""
    return engine_of(rows) is nw.Implementation.PANDAS


def of_pandas(frame: pd.DataFrame) -> Rows:
    """Return a pandas frame as rows."""
    return nw.from_native(frame).lazy()


def to_pandas(rows: Rows) -> pd.DataFrame:
    """Return rows in memory as the pandas frame that they are."""
    frame: pd.DataFrame = rows.collect().to_native()
    return frame


def collected(rows: Rows) -> pd.DataFrame:
    """Return a small table of any engine as a pandas frame."""
    engine = engine_of(rows)
    if (
        engine is nw.Implementation.IBIS or engine.is_spark_like()
    ):  # their own way to pandas warns with pandas 3
        return pd.DataFrame(rows.collect(backend="pyarrow").to_pandas())
    frame: pd.DataFrame = rows.collect(backend="pandas").to_native()
    return frame


def as_number(test: nw.Expr) -> nw.Expr:
    """Return 1 where a test holds and 0 elsewhere; PostgreSQL casts no boolean."""
    one, none = nw.lit(1, dtype=nw.Int64()), nw.lit(0, dtype=nw.Int64())
    return nw.when(test).then(one).otherwise(none)


def small_table(rows: Rows, frame: pd.DataFrame) -> Rows:
    """Return a small pandas frame as a table on the engine that has the rows."""
    engine = engine_of(rows)
    native: Any = rows.to_native()
    table: Any = frame
    if engine is nw.Implementation.POLARS:
        import polars as pl  # may not be installed

        table = pl.LazyFrame({name: frame[name].tolist() for name in frame.columns})
    elif engine is nw.Implementation.DUCKDB:
        # By SQL on the relation itself: it knows its connection, and shows it to nobody.
        table = native.query("events", "SELECT * FROM frame")
    elif engine.is_spark_like():
        types = {"O": "string", "i": "bigint"}
        schema = ", ".join(
            f"{name} {types['i' if frame[name].dtype.kind == 'i' else 'O']}" for name in frame
        )
        records = list(zip(*(frame[name].tolist() for name in frame.columns), strict=True))
        table = native.sparkSession.createDataFrame(records, schema)
    elif engine is nw.Implementation.IBIS:
        import ibis  # may not be installed
        import pyarrow as pa

        table = ibis.memtable(pa.table({name: frame[name].tolist() for name in frame.columns}))
    small: Rows = nw.from_native(table).lazy()
    return small


# -- rows taken apart ------------------------------------------------------------------------------


def parted(rows: Rows, others: Rows, on: Sequence[str]) -> tuple[Rows, Rows]:
    """Return the rows whose values in `on` are not among those of `others`, and those that are."""
    others = others.select(*on)
    return rows.join(others, on=list(on), how="anti"), rows.join(others, on=list(on), how="semi")


def parted_by_repetition(
    rows: Rows, on: Sequence[str], where: nw.Expr, keep: Keep = lambda rows: rows
) -> tuple[Rows, Rows]:
    """Return the rows that are alone with their values in `on`, and all others, which are kept.

    Rows `where` a test does not hold are alone.
    """
    if in_memory(rows):
        frame = to_pandas(rows)
        tested = to_pandas(rows.with_columns(test=where))["test"].to_numpy()
        again = tested & frame[[*on]].duplicated(keep=False).to_numpy()
        return of_pandas(frame[~again]), of_pandas(frame[again])
    several = rows.filter(where).group_by(*on).agg(nw.len().alias("times"))
    # Few ids: kept, so that Spark knows how few, and hands them to every row instead of shuffling.
    several = keep(several.filter(nw.col("times") > 1).select(*on))
    together = keep(rows.join(several, on=list(on), how="semi"))
    return rows.join(several, on=list(on), how="anti"), together


def looked_up(rows: Rows, on: str, table: pd.DataFrame) -> Rows:
    """Return rows with the other columns of a small table, by a row's value in `on`; -1 if none."""
    columns = [name for name in table.columns if name != on]
    values = [nw.coalesce(nw.col(name), nw.lit(-1)).alias(name) for name in columns]
    return rows.join(small_table(rows, table), on=on, how="left").with_columns(*values)


# -- tables that are kept --------------------------------------------------------------------------


@contextmanager
def keeping() -> Iterator[Keep]:
    """Hand over a function that keeps rows on their engine until the block ends.

    A lazy engine runs a plan anew for each use of it. What is small and used several times is kept
    there instead: as a temporary table, a checkpoint or a frame.

    Raises:
        ReportError: The engine failed or went away inside the block; the error says how.
    """
    tables: list[Any] = []

    def keep(rows: Rows) -> Rows:
        native: Any = rows.to_native()
        engine = engine_of(rows)
        kept: Any = native
        if engine is nw.Implementation.POLARS:
            kept = native.collect().lazy()
        elif engine is nw.Implementation.DUCKDB:
            kept = _in_duckdb(native, tables, at_end)
            tables.append(kept)
        elif engine.is_spark_like():
            kept = native.localCheckpoint(eager=True)
        elif engine is nw.Implementation.IBIS:
            kept = native.cache()
            at_end.callback(_dropped, kept.release)
        same: Rows = nw.from_native(kept).lazy()
        return by_code_point(same)

    with _engine_errors(), ExitStack() as at_end:
        yield keep


@contextmanager
def _engine_errors() -> Iterator[None]:
    """Turn what an engine raises into an error of the campaign that carries the engine's words."""
    try:
        yield
    except BaseException as error:  # a panic is no Exception
        if not _is_of_engine(error):
            raise
        text = " ".join(str(error).split())[:_LONGEST_TEXT]
        found = message("the engine stopped: {error}", error=f"{type(error).__name__}: {text}")
        fix = message("nothing was counted; repeat the call when the engine runs again")
        raise ReportError(Problem("events", found, fix)) from error


def _is_of_engine(error: BaseException) -> bool:
    modules = {kind.__module__.split(".")[0] for kind in type(error).__mro__}
    *_, (last, _) = traceback.walk_tb(error.__traceback__)
    # A Spark that was stopped stumbles over what it has no more, such as an AttributeError.
    of_spark = last.f_globals["__name__"].split(".")[0] in {"py4j", "pyspark"}
    return of_spark or isinstance(error, OSError) or not modules.isdisjoint(_RAISING)


def _dropped(drop: Callable[..., object], *arguments: str) -> None:
    """Drop what was kept; where the engine went away it is gone with it."""
    try:
        drop(*arguments)
    except Exception as error:
        if not _is_of_engine(error):
            raise


def _in_duckdb(native: Any, tables: list[Any], at_end: ExitStack) -> Any:  # noqa: ANN401 - relations
    name = f"coverage_kept_{uuid4().hex}"
    native.query("kept", f"CREATE TEMP TABLE {name} AS SELECT * FROM kept")  # noqa: S608 - our own name
    # Each query binds its relation again: the first table that was kept is the least to bind.
    least = tables[0] if tables else native
    table = least.query("kept", f"SELECT * FROM {name}")  # noqa: S608 - our own name
    at_end.callback(_dropped, table.query, "kept", f"DROP TABLE {name}")
    return table


def by_code_point(rows: Rows) -> Rows:
    """Let a database compare text by code point, as every other engine does, not by language."""
    native: Any = rows.to_native()
    engine = engine_of(rows)
    of_ibis = engine is nw.Implementation.IBIS
    postgres = of_ibis and native.get_backend().name == "postgres"
    if not postgres and engine is not nw.Implementation.DUCKDB:
        return rows
    schema = rows.collect_schema()
    columns = ", ".join(
        f'"{name}" COLLATE "C" AS "{name}"' if schema[name] == nw.String else f'"{name}"'
        for name in schema.names()
    )
    name = f"coverage_{uuid4().hex}"
    select = f"SELECT {columns} FROM {name}"  # noqa: S608 - our own names
    collated = native.alias(name).sql(select) if of_ibis else native.query(name, select)
    by_code: Rows = nw.from_native(collated).lazy()
    return by_code
