"""Days, instants, windows of days and reporting periods: inclusive, named, never today by accident.

Periods are days, weeks, months and quarters, also those from the 26th to the 25th.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from coverage_campaign.checks import checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message, message_in

__all__ = [
    "ONE_DAY",
    "PERIOD_WORDS",
    "DateLike",
    "Days",
    "MonthDay",
    "Numbers",
    "Period",
    "Periods",
    "Window",
    "days_of",
    "not_before",
    "to_date",
    "to_instant",
    "to_month_day",
    "to_optional_date",
    "to_optional_day",
]

DateLike: TypeAlias = dt.date | dt.datetime | str
"""A date (means to its end), a datetime or Timestamp (that instant), or text as YYYY-MM-DD."""

ONE_DAY = np.timedelta64(1, "D")
"""A step of NumPy days: a bare 1 beside them has no unit, which NumPy no longer takes."""

_FULL = re.compile(
    r"\d{4}-\d{2}-\d{2}(?P<time>[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?)?"
)
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
"""Beyond them a date is a slip of the pen, or a 'for ever' that arithmetic cannot go past."""


def _parse(value: DateLike, *, where: str) -> dt.date | dt.datetime:
    parsed = _from_text(value) if isinstance(value, str) else value
    if not isinstance(parsed, dt.date):  # a datetime and a pandas Timestamp are dates too
        found = message("{value} is no date", value=repr(value))
        fix = message("give a date, a datetime or a full day as text, such as '2008-09-30'")
        raise DefinitionError(Problem(where, found, fix))
    if parsed != parsed:  # noqa: PLR0124 - only NaT differs from itself
        raise DefinitionError(Problem(where, "NaT", "give a date such as '2008-09-30'"))
    if isinstance(parsed, dt.datetime) and parsed.tzinfo is not None:
        found = message("{time} has a time zone", time=str(value))
        raise DefinitionError(Problem(where, found, "give local civil time without a zone"))
    if not _FIRST_YEAR <= parsed.year <= _LAST_YEAR:
        fix = message(
            "give a year from {first:raw} to {last:raw}",
            first=_FIRST_YEAR,
            last=_LAST_YEAR,
        )
        raise DefinitionError(Problem(where, message("the year {year:raw}", year=parsed.year), fix))
    return parsed


def _from_text(text: str) -> dt.date | dt.datetime | None:
    """Return the day or the instant of a full ISO text; a month or 'now' names no day."""
    found = _FULL.fullmatch(text)
    if found is None or not text.isascii():
        return None
    try:
        return dt.datetime.fromisoformat(text) if found["time"] else dt.date.fromisoformat(text)
    except ValueError:
        return None


def to_date(value: DateLike, *, where: str = "date") -> dt.date:
    """Return the calendar day of a date, datetime or full ISO text, as a plain `datetime.date`.

    Text names a day in full: '2008-07' (a month), '2008071' and 'now' are refused everywhere, and
    so is a time zone, in which the day may be another.

    >>> to_date("2008-09-30")
    datetime.date(2008, 9, 30)
    """
    parsed = _parse(value, where=where)
    return dt.date(parsed.year, parsed.month, parsed.day)


def to_optional_date(value: DateLike | None) -> dt.date | None:
    """Return `to_date` of a value, None of None."""
    return None if value is None else to_date(value)


def to_instant(value: DateLike, *, where: str = "as_of") -> dt.datetime:
    """Return the instant that is meant: a date means to its last second, a datetime itself.

    Whole seconds, without a time zone: reports carry local civil time.

    >>> to_instant("2008-09-30")
    datetime.datetime(2008, 9, 30, 23, 59, 59)
    >>> to_instant("2008-09-30T08:00")
    datetime.datetime(2008, 9, 30, 8, 0)
    """
    parsed = _parse(value, where=where)
    if not isinstance(parsed, dt.datetime):
        return dt.datetime(parsed.year, parsed.month, parsed.day, 23, 59, 59)  # noqa: DTZ001 - civil time
    return dt.datetime(  # noqa: DTZ001 - civil time, see above
        parsed.year, parsed.month, parsed.day, parsed.hour, parsed.minute, parsed.second
    )


@checked_methods
@attrs.frozen(order=True, field_transformer=checked_fields)
class MonthDay:
    """A day of any year, as a notice gives it: "1 June".

    >>> MonthDay(6, 1).in_year(2008)
    datetime.date(2008, 6, 1)
    """

    month: int
    day: int

    def __attrs_post_init__(self) -> None:
        """Refuse a day that no year has (29 February is a day of leap years)."""
        try:
            dt.date(2000, self.month, self.day)
        except (ValueError, TypeError, OverflowError):
            raise DefinitionError(
                Problem(
                    "month-day",
                    f"{self.month}-{self.day}",
                    "give MM-DD, such as '06-01'",
                )
            ) from None

    def in_year(self, year: int) -> dt.date:
        """Return the date in a year; 29 February of a common year is an error."""
        try:
            return dt.date(year, self.month, self.day)
        except (ValueError, OverflowError):
            raise DefinitionError(
                Problem(
                    str(self),
                    message("{year:raw} has no such day", year=year),
                    "choose 02-28 or 03-01",
                )
            ) from None

    def on_or_after(self, earliest: dt.date) -> dt.date:
        """Return the first such day that is not before `earliest`."""
        this_year = self.in_year(earliest.year)
        return this_year if this_year >= earliest else self.in_year(earliest.year + 1)

    def __str__(self) -> str:
        """Return the text that a campaign file holds, MM-DD."""
        return f"{self.month:02d}-{self.day:02d}"


_MONTH_DAY_PARTS = 2


def to_month_day(value: MonthDay | dt.date | str) -> MonthDay | dt.date:
    """Return a day of any year from 'MM-DD', or a date from a date or from 'YYYY-MM-DD'."""
    if isinstance(value, MonthDay):
        return value
    if isinstance(value, str):
        parts = value.split("-")
        if len(parts) == _MONTH_DAY_PARTS and all(part.isdecimal() for part in parts):
            return MonthDay(int(parts[0]), int(parts[1]))
    return to_date(value, where="day")


def to_optional_day(value: MonthDay | dt.date | str | None) -> MonthDay | dt.date | None:
    """Return `to_month_day` of a value, None of None."""
    return None if value is None else to_month_day(value)


def not_before(name: str) -> Callable[[object, attrs.Attribute[Any], object], None]:
    """Return the check that a last day does not come before the first one, a field before it.

    Days of any year have no order: an end before its start falls in the next year.
    """

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        first = getattr(instance, name)
        if isinstance(value, dt.date) and isinstance(first, dt.date) and value < first:
            found = message(
                "{value:raw}, but {name} is {first:raw}", value=value, name=name, first=first
            )
            raise DefinitionError(
                Problem(attribute.name, found, "the last day is not before the first")
            )

    return check


@checked_methods
@attrs.frozen(order=True, field_transformer=checked_fields)
class Window:
    """Days from `first` to `last`, both of them inside.

    >>> special_action = Window(dt.date(2008, 6, 1), dt.date(2008, 12, 31))
    >>> special_action.days, special_action.share("2008-07-31")
    (214, Fraction(61, 214))
    """

    first: dt.date = attrs.field(converter=to_date)
    last: dt.date = attrs.field(converter=to_date)

    def __attrs_post_init__(self) -> None:
        """Refuse a window that ends before it begins."""
        if self.last < self.first:
            raise DefinitionError(
                Problem(
                    "window",
                    message("{first:raw} to {last:raw}", first=self.first, last=self.last),
                    "the last day comes first",
                )
            )

    @property
    def days(self) -> int:
        """The number of days, both ends counted."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: object) -> bool:
        """Tell whether a date lies inside."""
        return isinstance(day, dt.date) and self.first <= to_date(day) <= self.last

    def share(self, as_of: DateLike) -> Fraction:
        """Return the share of the days that are over at the end of `as_of`, from 0 to 1."""
        day = to_date(as_of, where="as_of")
        over = (min(day, self.last) - self.first).days + 1
        return Fraction(max(over, 0), self.days)

    def dates(self) -> NDArray[np.datetime64]:
        """Return every day, ascending, as datetime64[D]."""
        end = np.datetime64(self.last, "D") + ONE_DAY
        return np.arange(np.datetime64(self.first, "D"), end, dtype="datetime64[D]")

    def overlap(self, other: Window) -> Window | None:
        """Return the days that both have, or None."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Window(first, last) if first <= last else None

    def __str__(self) -> str:
        """Return both ends in ISO form."""
        return f"{self.first} to {self.last}"


def days_of(windows: Iterable[Window]) -> NDArray[np.datetime64]:
    """Return the union of the windows' days, ascending; a day in two windows counts once.

    >>> first, second = Window("2008-08-01", "2008-09-15"), Window("2008-09-15", "2008-11-30")
    >>> len(days_of([first, second])), first.days + second.days
    (122, 123)
    """
    parts = [window.dates() for window in windows]
    if not parts:
        return np.empty(0, dtype="datetime64[D]")
    return np.unique(np.concatenate(parts))


# -- periods ---------------------------------------------------------------------------------------

Period: TypeAlias = Literal["day", "week", "month", "quarter"]
"""The length of a period; where it begins is the campaign's rule."""

PERIOD_WORDS: Final = {
    "day": message_in("period", "day"),
    "week": message_in("period", "week"),
    "month": message_in("period", "month"),
    "quarter": message_in("period", "quarter"),
}

Days: TypeAlias = NDArray[np.datetime64]
Numbers: TypeAlias = NDArray[np.int64]

_LATEST_START = {"day": 1, "week": 7, "month": 28, "quarter": 28}
_DAYS_OF_WEEK, _MONTHS_OF_QUARTER = 7, 3
_MONDAY = 3
"""1 January 1970, day 0 of datetime64, was a Thursday."""


@attrs.frozen(field_transformer=checked_fields)
class Periods:
    """The periods by which a campaign counts: numbered one after another, each with its name.

    `starts_on` is the day on which a period begins: of a week 1 (Monday) to 7, of a month 1 to 28.
    A month that begins on the 26th is named after the month in which it ends: 26 March to 25 April
    is April. Three such months, from January on, are a quarter. A period's name is a date: the
    first day of the month or the quarter that names it, the first day of the week, the day itself.

    >>> import datetime as dt
    >>> own = Periods("month", 26)
    >>> days = np.array(["2008-03-25", "2008-03-26", "2008-04-25"], dtype="datetime64[D]")
    >>> own.of(days).tolist() == [dt.date(2008, 3, 1), dt.date(2008, 4, 1), dt.date(2008, 4, 1)]
    True
    >>> str(own.first(own.number(days))[1]), str(own.last(own.number(days))[1])
    ('2008-03-26', '2008-04-25')
    """

    by: Period = "month"
    starts_on: int = 1

    def __attrs_post_init__(self) -> None:
        """Refuse a first day that not every month has."""
        latest = _LATEST_START[self.by]
        if type(self.starts_on) is not int or not 1 <= self.starts_on <= latest:
            fix = message(
                "a {by} starts on a day from 1 to {latest:raw}",
                by=PERIOD_WORDS[self.by],
                latest=latest,
            )
            raise DefinitionError(Problem("starts_on", f"{self.starts_on!r}", fix))

    def number(self, days: ArrayLike | Sequence[dt.date]) -> Numbers:
        """Return each day's period as a number; the next period has the next number.

        The number of NaT is the least that 64 bits hold, and stays so in `name`.
        """
        day: Days = np.asarray(days, dtype="datetime64[D]")
        if self.by == "day":
            return day.astype(np.int64)
        missing = np.isnat(day)
        if self.by == "week":
            number = (day.astype(np.int64) + _MONDAY - (self.starts_on - 1)) // _DAYS_OF_WEEK
        else:
            month = day.astype("datetime64[M]")
            ordinal = (day - month.astype("datetime64[D]")).astype(np.int64) + 1
            number = month.astype(np.int64) + ((ordinal >= self.starts_on) & (self.starts_on > 1))
            if self.by == "quarter":
                number //= _MONTHS_OF_QUARTER
        return np.where(missing, np.iinfo(np.int64).min, number)

    def name(self, numbers: ArrayLike) -> Days:
        """Return the date that names each period."""
        number = np.asarray(numbers, dtype=np.int64)
        missing = number == np.iinfo(np.int64).min
        number = np.where(missing, 0, number)
        if self.by == "day":
            named = number.astype("datetime64[D]")
        elif self.by == "week":
            first = number * _DAYS_OF_WEEK - _MONDAY + self.starts_on - 1
            named = first.astype("datetime64[D]")
        else:
            months = number * (_MONTHS_OF_QUARTER if self.by == "quarter" else 1)
            named = months.astype("datetime64[M]").astype("datetime64[D]")
        return np.where(missing, np.datetime64("NaT", "D"), named)

    def of(self, days: ArrayLike | Sequence[dt.date]) -> Days:
        """Return the date that names each day's period."""
        return self.name(self.number(days))

    def first(self, numbers: ArrayLike) -> Days:
        """Return the first day of each period."""
        named = self.name(numbers)
        if self.by in {"day", "week"} or self.starts_on == 1:
            return named
        before = (named.astype("datetime64[M]") - np.timedelta64(1, "M")).astype("datetime64[D]")
        first: Days = np.add(before, (self.starts_on - 1) * ONE_DAY)
        return first

    def last(self, numbers: ArrayLike) -> Days:
        """Return the last day of each period."""
        number = np.asarray(numbers, dtype=np.int64)
        return self.first(number + 1) - ONE_DAY
