"""The event frame as integers: the one layout in which events are counted, on every engine.

Time is two integers that no time zone and no session setting can move: `second` counts from the
first second of the year 1, and `day` is (12 x year + month - 1) x 31 + day of the month - 1, so
that days and months compare as they follow each other.

What differs from engine to engine: small tables, tables that are kept, what comes back.

No row of events comes to Python but through `collected`.
"""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Any, Final
from uuid import uuid4

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem, ReportError
from coverage_campaign.messages import message

__all__ = [
    "BLANKS",
    "CODED_COLUMNS",
    "CODES",
    "DAYS",
    "MISSING",
    "MISSING_TEXT",
    "NO_DAY",
    "SHOWN",
    "CodedEvents",
    "Keep",
    "Rows",
    "as_number",
    "by_code_point",
    "collected",
    "day_number",
    "engine_of",
    "in_memory",
    "keeping",
    "looked_up",
    "of_pandas",
    "or_missing",
    "parted",
    "parted_by_repetition",
    "second_number",
    "small_table",
    "to_pandas",
]

Rows = nw.LazyFrame[Any]

MISSING: Final = 2**63 - 1
"""Stands for a missing id, revision or second; after every one that is there."""
MISSING_TEXT: Final = "\U0010ffff"
"""Stands for a missing id where ids are texts: no character, and after every text."""
BLANKS: Final = "".join(chr(number) for number in range(0x3001) if chr(number).isspace())
"""Every character that is blank; a text of nothing else is missing, on every engine."""
NO_DAY: Final = 2**31 - 1
"""Stands for a missing date, after every day."""
DAYS: Final = 31
"""The places for the day of a month."""

CODED_COLUMNS = ("record", "revision", "second", "person", "day", "unit", "channel")
"""The columns that every frame of coded events has; `group` is one more that may be there."""
CODES: Final = ("unit", "channel", "group")
"""The columns of codes; `group` is one that may be there."""
SHOWN: Final = ("record", "revision", "unit", "channel", "day")
"""The columns by which a row is shown; never a person."""

_YEAR_ONE = dt.datetime(1, 1, 1)  # noqa: DTZ001 - civil time


def second_number(moment: dt.datetime) -> int:
    """Return the whole seconds from the first second of the year 1.

    >>> second_number(dt.datetime(1, 1, 2, 0, 0, 5))
    86405
    """
    return (moment - _YEAR_ONE) // dt.timedelta(seconds=1)


def day_number(day: dt.date) -> int:
    """Return the number by which days and months follow each other; // 31 is the month's.

    >>> day_number(dt.date(2008, 7, 1)) // 31 - day_number(dt.date(2008, 6, 30)) // 31
    1
    """
    return (12 * day.year + day.month - 1) * DAYS + day.day - 1


def or_missing(text: nw.Expr) -> nw.Expr:
    """Return texts, with `MISSING_TEXT` for those that are blank or missing."""
    return nw.when(text.str.contains(f"[^{BLANKS}]")).then(text).otherwise(nw.lit(MISSING_TEXT))


def _to_codes(codes: Any) -> tuple[str, ...]:  # noqa: ANN401 - any sequence of texts
    return tuple(codes)


def _in_order(_: object, field: attrs.Attribute[Any], codes: tuple[str, ...]) -> None:
    if list(codes) != sorted(set(codes)):
        fix = "hand over the codes that the events were encoded with"
        raise DefinitionError(Problem(field.name, "codes that are not sorted, or come twice", fix))


def _how_many(codes: tuple[str, ...]) -> str:
    return f"({len(codes):,} codes)"


@attrs.frozen(eq=False, kw_only=True)
class CodedEvents:
    """Events of which every column holds whole numbers; `encode` makes them, `tally` takes them.

    `frame` is a data frame of any engine with one row per version of a reported event:

    | column | holds |
    |---|---|
    | record | int64, the id of the reported event |
    | revision | int64 |
    | second | int64, when it was reported: seconds from 0001-01-01T00:00:00, civil time |
    | person | int64 |
    | day | int32, date of the event: (12 x year + month - 1) x 31 + day of the month - 1 |
    | unit, channel, group | int32, the place in `units`, `channels`, `groups` (group if there) |

    The codes are sorted by code point, each once. Missing are 2**63 - 1 (record, revision, second,
    person), 2**31 - 1 (day), and the place after the last code. `records` and `persons` are the ids
    that stood for the numbers, by number, where pandas or PyArrow had ids that were texts. On the
    other engines such ids stay texts, U+10FFFF being a missing one.
    """

    frame: Any = attrs.field(repr=lambda frame: type(frame).__name__)
    units: tuple[str, ...] = attrs.field(converter=_to_codes, repr=_how_many, validator=_in_order)
    channels: tuple[str, ...] = attrs.field(converter=_to_codes, validator=_in_order)
    groups: tuple[str, ...] = attrs.field(default=(), converter=_to_codes, validator=_in_order)
    records: NDArray[Any] | None = attrs.field(default=None, repr=False)
    persons: NDArray[Any] | None = attrs.field(default=None, repr=False)

    @property
    def rows(self) -> Rows:
        """The rows, not read before they are needed."""
        rows: Rows = nw.from_native(self.frame).lazy()
        return rows

    @cached_property
    def holds_text(self) -> dict[str, bool]:
        """Whether each column holds texts: ids, and codes that a tally left as they are."""
        return {name: kind == nw.String for name, kind in self.rows.collect_schema().items()}

    @property
    def books(self) -> dict[str, tuple[str, ...]]:
        """The codes by number, of each column of codes."""
        return dict(zip(CODES, (self.units, self.channels, self.groups), strict=True))

    def is_missing(self, column: str) -> nw.Expr:
        """Return where an id or a revision is missing."""
        return nw.col(column) == (MISSING_TEXT if self.holds_text[column] else MISSING)

    def with_codes(self, rows: Rows) -> Rows:
        """Return rows in which codes that are texts are in order: those that are missing last."""
        texts = [name for name in CODES if self.holds_text.get(name)]
        return rows.with_columns(
            "revision", *(or_missing(nw.col(name)).alias(name) for name in texts)
        )

    def named(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows in memory with their records as they were reported, None where missing."""
        return rows.assign(record=_named(rows["record"], self.records))

    def code(self, column: str, number: int | str) -> str | None:
        """Return the code that a number of `unit`, `channel` or `group` stands for, or None."""
        if isinstance(number, str):
            return None if number == MISSING_TEXT else number
        codes = self.books[column]
        return codes[number] if number < len(codes) else None


def _named(numbers: pd.Series, ids: NDArray[Any] | None) -> NDArray[np.object_]:
    missing = numbers.isin([MISSING] if numbers.dtype.kind == "i" else [MISSING_TEXT]).to_numpy()
    names: NDArray[np.object_] = numbers.to_numpy(dtype=object, copy=True)
    if ids is not None:
        names[~missing] = ids.take(numbers.to_numpy()[~missing])
    names[missing] = None
    return names


# -- engines ---------------------------------------------------------------------------------------

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
