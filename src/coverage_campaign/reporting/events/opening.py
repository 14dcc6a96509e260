"""Opening a data frame of events: which columns it has, and what they may hold, on any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.reporting.events.coded import CODED_COLUMNS, CodedEvents
from coverage_campaign.reporting.events.encoding import CodedFrame, code_frame, code_rows
from coverage_campaign.reporting.events.engines import by_code_point
from coverage_campaign.reporting.events.frame import EventFrame

__all__ = ["COLUMNS", "few_rows", "has_groups", "open_events", "plain_rows"]

COLUMNS = ("record", "revision", "reported_at", "person", "unit", "date", "channel")
"""The columns that every event frame has; `group` is one more that may be there."""

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
_IN_MEMORY = (
    nw.Implementation.PANDAS,
    nw.Implementation.PYARROW,
    nw.Implementation.MODIN,
    nw.Implementation.CUDF,
)


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
    allowed, fix = {
        "record": (text or dtype.is_integer(), "ids are text or whole numbers"),
        "person": (text or dtype.is_integer(), "ids are text or whole numbers"),
        "revision": (dtype.is_integer(), "revisions are whole numbers: 0, 1, ..."),
        "reported_at": (moment, "give timestamps, not text or dates"),
        "date": (moment or dtype == nw.Date, "give dates, not text"),
        "unit": (text, "codes are text: '430406', not 430406"),
        "channel": (text, "codes are text"),
        "group": (text, "codes are text"),
    }[column]
    return None if allowed else Problem(f"column '{column}'", f"type {dtype}", fix)
