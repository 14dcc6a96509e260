"""The day or month that a report is about, from dates and from text as officials write it."""

from __future__ import annotations

import datetime as dt
import re

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.dates import Window
from coverage_campaign.reporting.result import Period
from coverage_campaign.reporting.sheets.numbers import plain

__all__ = ["Dates", "Moment", "find_moment", "period_of", "read_dates", "read_moment"]

_YEAR = r"(?P<year>(?:19|20)\d{2})"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_SEVERAL = r"(?:(?:0?[1-9]|1[0-2])月?[-至到~])?"  # "1-7月" is about the time to the end of July
_WHOLE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}[-/.年]{_MONTH}[-/.月]{_DAY}日?(?:T?\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?)?",
        rf"{_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])",
        rf"{_YEAR}(?P<month>0[1-9]|1[0-2])",
        rf"{_YEAR}[-/.年]{_SEVERAL}{_MONTH}月?份?",
        rf"{_SEVERAL}{_MONTH}月份?",
        rf"{_MONTH}月{_DAY}日",
    )
)
_INSIDE = tuple(
    re.compile(rf"(?<!\d){pattern}(?!\d)")
    for pattern in (
        rf"{_YEAR}年{_MONTH}月{_DAY}日",
        rf"{_YEAR}-{_MONTH}-{_DAY}",
        rf"{_YEAR}年{_SEVERAL}{_MONTH}月",
        rf"{_YEAR}-{_MONTH}",
        rf"{_MONTH}月{_DAY}日",
        rf"{_SEVERAL}{_MONTH}月",
    )
)


@attrs.frozen
class Moment:
    """The last day that a report is about; `whole_month` where only a month is named.

    `year_assumed` tells that the year was not printed and is the campaign's.
    """

    day: dt.date
    whole_month: bool = False
    year_assumed: bool = False


def read_moment(text: str, window: Window) -> Moment | None:
    """Return the day or month that a whole text names, or None.

    A month without a year is the campaign's first such month.

    >>> year = Window("2008-04-01", "2009-03-30")
    >>> read_moment("2008年7月", year).day, read_moment("1-2月", year).day
    (datetime.date(2008, 7, 31), datetime.date(2009, 2, 28))
    """
    word = plain(text)
    return next(
        (
            moment
            for pattern in _WHOLE
            if (found := pattern.fullmatch(word)) and (moment := _moment(found, window))
        ),
        None,
    )


def find_moment(text: str, window: Window) -> Moment | None:
    """Return the first day or month that stands somewhere in a title or a name, or None."""
    word = plain(text)
    return next(
        (
            moment
            for pattern in _INSIDE
            if (found := pattern.search(word)) and (moment := _moment(found, window))
        ),
        None,
    )


def _moment(found: re.Match[str], window: Window) -> Moment | None:
    parts = {name: int(number) for name, number in found.groupdict().items() if number}
    month = parts["month"]
    year = parts.get("year") or _year_of(month, window)
    if "day" not in parts:
        return Moment(_last_day(year, month), whole_month=True, year_assumed="year" not in parts)
    try:
        day = dt.date(year, month, parts["day"])
    except ValueError:
        return None
    return Moment(day, year_assumed="year" not in parts)


def _year_of(month: int, window: Window) -> int:
    first = window.first.replace(day=1)
    return first.year if month >= first.month else first.year + 1


def _last_day(year: int, month: int) -> dt.date:
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


@attrs.frozen(eq=False)
class Dates:
    """A column of dates: `days` (datetime64[D], NaT where there is none), and why there is none.

    `faults` says per row '', 'no_date' (nothing there) or 'not_a_date'. `months_only` tells that
    every row names a month: then `days` are last days of months.
    """

    days: NDArray[np.datetime64]
    faults: NDArray[np.object_]
    months_only: bool
    year_assumed: bool = False


def read_dates(column: pd.Series, window: Window) -> Dates:
    """Return a column's dates: dates and times, ISO text, or months as officials write them.

    A date with a time zone is 'not_a_date': reports carry civil time. A column of dates that are
    all first days of months stays one of days; whoever reads months decides what it means.
    """
    if pd.api.types.is_datetime64_dtype(column.dtype):
        return _from_days(column.to_numpy().astype("datetime64[D]"))
    labels, cells = pd.factorize(column.astype(object))
    moments = [_of_cell(cell, window) for cell in cells]
    days = np.array(
        [m.day if m else None for m in moments] + [None], dtype="datetime64[D]"
    )  # the last one: no cell at all
    known = [m for m in moments if m]
    faults = np.array(
        ["" if m else _fault(c) for m, c in zip(moments, cells, strict=True)] + ["no_date"],
        dtype=object,
    )
    return Dates(
        days[labels],
        faults[labels],
        months_only=bool(known) and all(m.whole_month for m in known),
        year_assumed=any(m.year_assumed for m in known),
    )


def _from_days(days: NDArray[np.datetime64]) -> Dates:
    faults = np.where(np.isnat(days), "no_date", "").astype(object)
    return Dates(days, faults, months_only=False)


def _fault(cell: object) -> str:
    return "no_date" if isinstance(cell, str) and plain(cell) in {"", "-"} else "not_a_date"


def _of_cell(cell: object, window: Window) -> Moment | None:
    if isinstance(cell, Moment):
        return cell
    if isinstance(cell, dt.datetime):
        return Moment(cell.date()) if cell.tzinfo is None else None
    if isinstance(cell, np.datetime64):
        return None if np.isnat(cell) else Moment(cell.astype("datetime64[D]").astype(dt.date))
    if isinstance(cell, dt.date):
        return Moment(cell)
    if isinstance(cell, pd.Period):
        return Moment(cell.end_time.date(), whole_month=cell.freqstr == "M")
    if isinstance(cell, (int, np.integer)) and not isinstance(cell, bool):
        cell = str(cell)  # 20080731 and 200807, as a frame reads them
    return read_moment(cell, window) if isinstance(cell, str) else None


def period_of(days: NDArray[np.datetime64], by: Period) -> NDArray[np.datetime64]:
    """Return the month (datetime64[M]) or the day (datetime64[D]) that each day lies in.

    >>> period_of(np.array(["2008-07-31"], dtype="datetime64[D]"), "month")
    array(['2008-07'], dtype='datetime64[M]')
    """
    return days.astype("datetime64[M]" if by == "month" else "datetime64[D]")
