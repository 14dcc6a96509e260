"""The event frame: which columns it has, what they may hold, and one shape for every engine.

Whatever data frame comes in, `EventFrame.read` gives the columns `record`, `revision`, `second`,
`person`, `day`, `unit`, `channel` and, where it is asked for, `group`. Time is two integers that
no time zone and no session setting can move: `second` counts from the first second of the year 1,
and `day` is (12 x year + month - 1) x 31 + day of the month - 1, so that days and months compare
as they follow each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from numpy.typing import NDArray

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.reporting.coded import CODED_COLUMNS, CodedEvents
from coverage_campaign.reporting.coding import (
    MISSING,
    NO_DAY,
    CodedFrame,
    code_frame,
    code_rows,
)
from coverage_campaign.reporting.keeping import by_code_point

__all__ = [
    "COLUMNS",
    "EventFrame",
    "as_number",
    "collected",
    "day_number",
    "few_rows",
    "has_groups",
    "open_events",
    "plain_rows",
    "second_number",
]

COLUMNS = ("record", "revision", "reported_at", "person", "unit", "date", "channel")
"""The columns that every event frame has; `group` is one more that may be there."""

_YEAR_ONE = dt.datetime(1, 1, 1)  # noqa: DTZ001 - civil time
_IDS = ("record", "person")
_TEXTS = ("unit", "channel", "group")
_LAZY = (
    nw.Implementation.POLARS,
    nw.Implementation.DUCKDB,
    nw.Implementation.PYSPARK,
    nw.Implementation.PYSPARK_CONNECT,
    nw.Implementation.SQLFRAME,
    nw.Implementation.IBIS,
)
# Where a time without a zone compares with a literal as it is written, in any session.
_COMPARING = (nw.Implementation.POLARS, nw.Implementation.DUCKDB)
_LAST_SECOND = 3_652_059 * 86_400 - 1  # of the year 9999
_IN_MEMORY = (
    nw.Implementation.PANDAS,
    nw.Implementation.PYARROW,
    nw.Implementation.MODIN,
    nw.Implementation.CUDF,
)


def as_number(test: nw.Expr) -> nw.Expr:
    """Return 1 where a test holds and 0 elsewhere; PostgreSQL casts no boolean."""
    one, none = nw.lit(1, dtype=nw.Int64()), nw.lit(0, dtype=nw.Int64())
    return nw.when(test).then(one).otherwise(none)


def collected(rows: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Return a small table of an engine as a pandas frame: the one door by which rows come in."""
    by_arrow = rows.implementation is nw.Implementation.IBIS or rows.implementation.is_spark_like()
    if by_arrow:  # their own way to pandas warns with pandas 3
        return pd.DataFrame(rows.collect(backend="pyarrow").to_pandas())
    frame: pd.DataFrame = rows.collect(backend="pandas").to_native()
    return frame


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
    return (12 * day.year + day.month - 1) * 31 + day.day - 1


@attrs.frozen(eq=False, kw_only=True)
class EventFrame:
    """An event frame in one shape, on the engine that it came from.

    `rows` are not read before they are needed. `units`, `channels`, `groups` hold the codes that
    the integers of those columns stand for; they are None on an engine that keeps the text, and
    times as they came. `records` and `persons` hold the ids that integers stand for, where ids were
    numbered. Once a plan is known, `lookups` (in memory) or `tables` on the same engine say which
    numbers its units (and groups) have there.
    """

    rows: nw.LazyFrame[Any]
    units: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    records: NDArray[Any] | None = None
    persons: NDArray[Any] | None = None
    tables: Mapping[str, nw.LazyFrame[Any]] = attrs.field(factory=dict)
    lookups: Mapping[str, NDArray[np.int64]] = attrs.field(factory=dict)

    @property
    def coded(self) -> bool:
        """Whether the rows hold integers only, a missing one being `MISSING`."""
        return self.units is not None

    @property
    def in_memory(self) -> bool:
        """Whether the rows are a pandas frame, which can be taken apart by position."""
        return self.rows.implementation is nw.Implementation.PANDAS

    def with_rows(self, rows: nw.LazyFrame[Any]) -> EventFrame:
        """Return the same frame with some of its rows."""
        return attrs.evolve(self, rows=rows)

    def read(self, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return some of the rows with their times as `second` and `day`."""
        if self.coded:
            return rows
        names = rows.collect_schema().names()
        second = _second(nw.col("reported_at"), rows.implementation)
        return rows.select(
            "record",
            "revision",
            second.alias("second"),
            "person",
            _day(nw.col("date")).alias("day"),
            *(name for name in _TEXTS if name in names),
        )

    def late(self, as_of: int) -> nw.Expr:
        """Return where a row was not yet reported at a second, or when is missing."""
        if self.coded:
            return self.missing("second") | (nw.col("second") > as_of)
        moment = nw.col("reported_at")
        if self.rows.implementation in _COMPARING and as_of < _LAST_SECOND:
            # The column itself, so that a reader of files can leave out what is later.
            return moment.is_null() | (moment >= _YEAR_ONE + dt.timedelta(seconds=as_of + 1))
        return moment.is_null() | (_second(moment, self.rows.implementation) > as_of)

    def visible(self, as_of: int) -> nw.Expr:
        """Return where a row was reported by a second and names a record and a revision."""
        named = ~(self.missing("record") | self.missing("revision"))
        return named & ~self.late(as_of)

    def missing(self, column: str) -> nw.Expr:
        """Return where an id, a revision or a moment is missing."""
        return nw.col(column) == MISSING if self.coded else nw.col(column).is_null()

    def named(self, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return rows with the ids of the records as they were reported; for a few rows."""
        if not self.coded:
            return rows
        frame: pd.DataFrame = rows.collect().to_native()
        if self.records is None and not (frame["record"] == MISSING).any():
            return rows
        ids = pd.Series(_named(frame["record"].to_numpy(), self.records), frame.index, dtype=object)
        return nw.from_native(frame.assign(record=ids)).lazy()

    def plain(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows in memory with ids and codes as they were reported."""
        if not self.coded:
            return rows
        ids = {"record": self.records, "person": self.persons}
        columns = {name: _named(rows[name].to_numpy(), book) for name, book in ids.items()}
        texts = {
            name: pd.Series(
                [self.text(name, value) for value in rows[name].tolist()],
                dtype="str",
                index=rows.index,
            )
            for name in _TEXTS
            if name in rows.columns
        }
        return rows.assign(**columns, **texts)

    def named_persons(self, numbers: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return the ids of persons as they were reported, None where one is missing."""
        return _named(numbers, self.persons)

    def text(self, column: str, value: object) -> str | None:
        """Return the code that a cell of `unit`, `channel` or `group` holds, or None."""
        codes = {"unit": self.units, "channel": self.channels, "group": self.groups}[column]
        if codes is None:
            return None if pd.isna(value) else str(value)  # type: ignore[call-overload]  # a scalar
        place = int(value)  # type: ignore[call-overload]  # an integer where the frame is coded
        return codes[place] if place < len(codes) else None


def _named(numbers: NDArray[np.int64], ids: NDArray[Any] | None) -> NDArray[np.object_]:
    known = numbers != MISSING
    names = numbers if ids is None else ids.take(np.where(known, numbers, 0))
    named: NDArray[np.object_] = names.astype(object)
    named[~known] = None
    return named


def open_events(events: IntoFrame | CodedEvents, *, group: bool = False) -> EventFrame:
    """Return any data frame of events in one shape, or say what is wrong with its columns.

    pandas and PyArrow frames are numbered in memory; Polars, DuckDB, PySpark and ibis keep the work
    on their side. `group` asks for the column of that name too.

    Raises:
        ReportError: It is no data frame, or columns are missing or of the wrong type; all of them
            at once.
    """
    if isinstance(events, CodedEvents):
        return _coded(events, group=group)
    frame = _any_frame(events)
    engine = frame.implementation
    columns = (*COLUMNS, "group") if group else COLUMNS
    _check_names(frame.collect_schema().names(), columns)
    if engine in _IN_MEMORY:
        return _in_memory(frame, columns)
    if engine in _LAZY:
        return _lazily(frame.lazy(), columns)
    raise ReportError(
        Problem(
            "events",
            f"a frame of {engine.value}",
            "hand over pandas, PyArrow, Polars, DuckDB, PySpark or ibis",
        )
    )


def has_groups(events: IntoFrame) -> bool:
    """Return whether a data frame of events has the column `group`."""
    return "group" in _any_frame(events).collect_schema().names()


def _any_frame(events: IntoFrame) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    try:
        frame = nw.from_native(events)
    except (TypeError, ValueError) as error:
        duplicated = isinstance(events, pd.DataFrame) and not events.columns.is_unique
        found = (
            f"columns named twice: {_some(events.columns[events.columns.duplicated()])}"
            if duplicated and isinstance(events, pd.DataFrame)
            else f"{type(events).__name__} is no data frame"
        )
        raise ReportError(
            Problem(
                "events",
                found,
                "hand over a data frame of pandas, Polars, PyArrow, DuckDB, PySpark or ibis",
            )
        ) from error
    return frame


def _check_names(names: Iterable[str], columns: tuple[str, ...]) -> None:
    names = list(names)
    absent = [column for column in columns if column not in names]
    if absent:
        raise ReportError(
            Problem(
                "events",
                f"no column {_some(absent)}; the columns there are {_some(names) or 'none'}",
                f"rename or add: an event frame has {_some(columns)}",
            )
        )


def _some(names: Iterable[object], most: int = 20) -> str:
    shown = [repr(str(name)) for name in names]
    return ", ".join(shown[:most]) + (f", ... ({len(shown)} in all)" if len(shown) > most else "")


# -- in memory -------------------------------------------------------------------------------------


def _in_memory(
    frame: nw.DataFrame[Any] | nw.LazyFrame[Any], columns: tuple[str, ...]
) -> EventFrame:
    native = frame.select(*columns).to_native()
    if frame.implementation is nw.Implementation.PYARROW:
        # Arrow types inside pandas: plain integers with a missing one would become floats.
        native = native.to_pandas(types_mapper=pd.ArrowDtype)
    elif not isinstance(native, pd.DataFrame):
        native = native._to_pandas() if hasattr(native, "_to_pandas") else native.to_pandas()  # noqa: SLF001 - how Modin says it
    return _of_coded(code_frame(native))


def few_rows(rows: pd.DataFrame) -> EventFrame:
    """Return plain rows, whose times are numbers already, as a frame in memory."""
    names = ("record", "revision", "second", "person", "day", "unit", "channel", "group")
    return _of_coded(code_rows(rows[[name for name in names if name in rows.columns]]))


def plain_rows(events: EventFrame) -> pd.DataFrame:
    """Return all rows with ids and codes as they were reported, and times as numbers."""
    if not events.coded:
        # By Arrow, so that no missing id makes floats of the others on the way.
        rows = events.read(events.rows).collect(backend="pyarrow").to_native()
        return pd.DataFrame(rows.to_pandas(types_mapper=pd.ArrowDtype))
    frame: pd.DataFrame = events.rows.collect().to_native()
    return events.plain(frame)


def _of_coded(coded: CodedFrame) -> EventFrame:
    return EventFrame(
        rows=nw.from_native(coded.frame).lazy(),
        units=coded.units,
        channels=coded.channels,
        groups=coded.groups,
        records=coded.records,
        persons=coded.persons,
    )


# -- integers already ------------------------------------------------------------------------------


def _coded(events: CodedEvents, *, group: bool) -> EventFrame:
    frame = _any_frame(events.frame)
    columns = (*CODED_COLUMNS, "group") if group else CODED_COLUMNS
    schema = frame.collect_schema()
    _check_names(schema.names(), columns)
    problems = [
        Problem(
            f"column '{name}'", f"type {schema[name]}", "coded events are whole numbers: encode"
        )
        for name in columns
        if not schema[name].is_integer()
    ]
    rows = frame.select(*columns)
    if frame.implementation in _IN_MEMORY and not problems:
        native = rows.lazy().collect(backend="pandas").to_native()
        books = {"unit": events.units, "channel": events.channels, "group": events.groups}
        problems += _outside_books(native, {name: books[name] for name in columns if name in books})
        rows = nw.from_native(native)
    if problems:
        raise ReportError(problems, source="events")
    return EventFrame(
        rows=rows.lazy(),
        units=events.units,
        channels=events.channels,
        groups=events.groups,
        records=events.records,
        persons=events.persons,
    )


def _outside_books(frame: pd.DataFrame, books: Mapping[str, tuple[str, ...]]) -> list[Problem]:
    """Return a problem for each column with a number that stands for no code."""
    if frame.empty:
        return []
    return [
        Problem(
            f"column '{name}'",
            f"numbers from {frame[name].min()} to {frame[name].max()} for {len(book)} codes",
            "hand over the codes that the events were encoded with",
        )
        for name, book in books.items()
        if frame[name].min() < 0 or frame[name].max() > len(book)
    ]


# -- on the engine's side --------------------------------------------------------------------------


def _lazily(frame: nw.LazyFrame[Any], columns: tuple[str, ...]) -> EventFrame:
    schema = frame.collect_schema()
    engine = frame.implementation
    problems = [
        problem
        for column in columns
        if (problem := _wrong_type(column, schema[column], engine)) is not None
    ]
    if problems:
        raise ReportError(problems, source="events")
    frame = by_code_point(frame.select(*columns))
    rows = frame.select(
        *(_text(name, schema[name]) for name in _IDS),
        nw.col("revision").cast(nw.Int64()),
        *("reported_at", "date"),
        *(_text(name, schema[name]) for name in columns if name in _TEXTS),
    )
    return EventFrame(rows=rows)


def _text(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    if dtype.is_integer():
        return nw.col(name).cast(nw.Int64())
    return nw.col(name) if dtype == nw.String else nw.col(name).cast(nw.String())


def _wrong_type(column: str, dtype: nw.dtypes.DType, engine: nw.Implementation) -> Problem | None:
    if engine is nw.Implementation.POLARS and dtype == nw.Unknown:  # a column of nulls only
        return None
    text = dtype in {nw.String, nw.Categorical, nw.Enum}
    moment = dtype == nw.Datetime
    zone = getattr(dtype, "time_zone", None) if moment else None
    spark = engine in {nw.Implementation.PYSPARK, nw.Implementation.PYSPARK_CONNECT}
    if zone is not None and not spark:  # Spark's ordinary timestamp is the session's civil time
        return Problem(
            f"column '{column}'",
            f"times in the zone {zone}",
            "hand over local civil time without a zone: convert to the campaign's zone, drop it",
        )
    allowed, way_out = {
        "record": (text or dtype.is_integer(), "ids are text or whole numbers"),
        "person": (text or dtype.is_integer(), "ids are text or whole numbers"),
        "revision": (dtype.is_integer(), "revisions are whole numbers: 0, 1, ..."),
        "reported_at": (moment, "give timestamps, not text or dates"),
        "date": (moment or dtype == nw.Date, "give dates, not text"),
        "unit": (text, "codes are text: '430406', not 430406"),
        "channel": (text, "codes are text"),
        "group": (text, "codes are text"),
    }[column]
    return None if allowed else Problem(f"column '{column}'", f"type {dtype}", way_out)


def _second(moment: nw.Expr, engine: nw.Implementation) -> nw.Expr:
    """Return whole seconds; each engine has one way that is exact there (docs/scale.md)."""
    if engine is nw.Implementation.POLARS:
        since_1970 = moment.cast(nw.Datetime("us")).dt.timestamp("us") // 1_000_000
        return since_1970 + second_number(dt.datetime(1970, 1, 1))  # noqa: DTZ001 - civil time
    if engine is nw.Implementation.DUCKDB:
        return (moment - nw.lit(_YEAR_ONE)).dt.total_seconds().cast(nw.Int64())
    years = moment.dt.year().cast(nw.Int64()) - 1
    leap_days = years // 4 - years // 100 + years // 400
    days = years * 365 + leap_days + moment.dt.ordinal_day().cast(nw.Int64()) - 1
    hours = days * 24 + moment.dt.hour().cast(nw.Int64())
    minutes = hours * 60 + moment.dt.minute().cast(nw.Int64())
    # A part of a second is cut off, here as everywhere.
    return minutes * 60 + moment.dt.second().cast(nw.Int64())


def _day(date: nw.Expr) -> nw.Expr:
    months = date.dt.year().cast(nw.Int64()) * 12 + date.dt.month().cast(nw.Int64()) - 1
    number = months * 31 + date.dt.day().cast(nw.Int64()) - 1
    return nw.when(date.is_null()).then(nw.lit(NO_DAY, dtype=nw.Int64())).otherwise(number)
