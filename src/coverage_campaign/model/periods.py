"""Reporting periods: days, weeks, months and quarters, also those from the 26th to the 25th."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from coverage_campaign.checks import checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.dates import ONE_DAY

if TYPE_CHECKING:
    from coverage_campaign.model.campaign import Campaign

__all__ = ["Days", "Numbers", "Period", "Periods", "periods_of"]

Period: TypeAlias = Literal["day", "week", "month", "quarter"]
"""The length of a period; where it begins is the campaign's rule."""

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
                "a {by} starts on a day from 1 to {latest:raw}", by=self.by, latest=latest
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


def periods_of(campaign: Campaign, by: Period) -> Periods:
    """Return the days, weeks, months or quarters by which a campaign counts.

    They begin where its reporting rule says: with reports from the 26th to the 25th those are its
    months, and three of them its quarters. Without a rule they are those of the calendar.
    """
    rule = campaign.reporting
    own = rule is not None and (by == rule.period or (by, rule.period) == ("quarter", "month"))
    return Periods(by, rule.starts_on if rule is not None and own else 1)
