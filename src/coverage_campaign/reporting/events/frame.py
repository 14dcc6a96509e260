"""The event frame: one shape for the rows of every engine.

Whatever data frame comes in, `EventFrame.read` gives the columns `record`, `revision`, `second`,
`person`, `day`, `unit`, `channel` and, where it is asked for, `group`. Time is two integers that
no time zone and no session setting can move: `second` counts from the first second of the year 1,
and `day` is (12 x year + month - 1) x 31 + day of the month - 1, so that days and months compare
as they follow each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.reporting.events.encoding import (
    MISSING,
    NO_DAY,
)

__all__ = [
    "EventFrame",
    "as_number",
    "collected",
    "day_number",
    "second_number",
]

_YEAR_ONE = dt.datetime(1, 1, 1)  # noqa: DTZ001 - civil time
_TEXTS = ("unit", "channel", "group")
# Where a time without a zone compares with a literal as it is written, in any session.
_COMPARING = (nw.Implementation.POLARS, nw.Implementation.DUCKDB)
_LAST_SECOND = 3_652_059 * 86_400 - 1  # of the year 9999


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


def _second(moment: nw.Expr, engine: nw.Implementation) -> nw.Expr:
    """Return whole seconds; each engine has one way that is exact there (the performance page)."""
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
