"""Curves by their shape: even, per working day, a ramp, an S.

A curve is a function of the days (datetime64[D], ascending) to one integer a day, 0 or more, not
all 0. Only the proportions matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.dates import DateLike, to_date

__all__ = [
    "Curve",
    "DayWeights",
    "Days",
    "Even",
    "NationalWorkingDays",
    "Ramp",
    "SCurve",
    "WorkingDays",
]

Days: TypeAlias = NDArray[np.datetime64]
DayWeights: TypeAlias = NDArray[np.int64]
"""One whole number a day; Python's integers (dtype object) where 64 bits are too few."""


class Curve(Protocol):
    """Whatever gives each day of a window its weight."""

    @property
    def name(self) -> str:
        """What the curve is, in a few words."""

    def __call__(self, days: Days) -> DayWeights:
        """Return one whole number a day, 0 or more."""


@attrs.frozen
class Even:
    """The same for every calendar day."""

    name: str = "even per calendar day"

    def __call__(self, days: Days) -> DayWeights:
        """Return 1 for each day."""
        return np.ones(len(days), dtype=np.int64)


def _to_days(value: Iterable[DateLike]) -> tuple[dt.date, ...]:
    return tuple(sorted(to_date(day) for day in value))


@attrs.frozen
class WorkingDays:
    """The same for every day from Monday to Friday that is no holiday; 0 on the others.

    `holidays` are days off, `workdays` weekend days that are worked instead.
    """

    holidays: tuple[dt.date, ...] = attrs.field(default=(), converter=_to_days)
    workdays: tuple[dt.date, ...] = attrs.field(default=(), converter=_to_days)

    @property
    def name(self) -> str:
        """The words 'even per working day'."""
        return "even per working day"

    def __call__(self, days: Days) -> DayWeights:
        """Return 1 for each working day, 0 for the others."""
        off = np.array(self.holidays, dtype="datetime64[D]")
        on = np.array(self.workdays, dtype="datetime64[D]")
        worked = np.is_busday(days, holidays=off) | np.isin(days, on)
        return worked.astype(np.int64)


@attrs.frozen
class Ramp:
    """A straight line from the first day's effort to the last day's."""

    first: int
    last: int

    @property
    def name(self) -> str:
        """The two ends."""
        return f"ramp from {self.first} to {self.last}"

    def __call__(self, days: Days) -> DayWeights:
        """Return whole numbers on the line, scaled so that no day is rounded."""
        last_day = max(len(days) - 1, 1)
        step = np.arange(len(days), dtype=np.int64)
        return self.first * (last_day - step) + self.last * step


@attrs.frozen
class SCurve:
    """Slow, then fast, then slow: after the part t of the days, 3 t^2 - 2 t^3 is reached."""

    name: str = "S-curve"

    def __call__(self, days: Days) -> DayWeights:
        """Return the steps of t^2 (3 - 2 t), whole numbers: n^3 in all over n days."""
        count = len(days)
        step = np.arange(count + 1, dtype=np.int64)
        return np.diff(step * step * (3 * count - 2 * step))


@attrs.frozen
class NationalWorkingDays:
    """The same for every working day of a country, as the package `holidays` knows them.

    Public holidays are off, and weekend days that are worked in their place (as in China) are on.
    """

    country: str
    subdivision: str | None = None

    @property
    def name(self) -> str:
        """The country."""
        place = f"{self.country}-{self.subdivision}" if self.subdivision else self.country
        return f"even per working day in {place}"

    def __call__(self, days: Days) -> DayWeights:
        """Return 1 for each working day, 0 for the others."""
        try:
            import holidays  # an extra: only who asks for a country pays for it
        except ImportError:
            raise DefinitionError(
                Problem(
                    "curve",
                    "the package 'holidays' is not installed",
                    "install coverage-campaign[calendars], or give days off to working_days()",
                )
            ) from None
        window = days.tolist()
        years = range(window[0].year, window[-1].year + 1)
        try:
            calendar = holidays.country_holidays(self.country, subdiv=self.subdivision, years=years)
        except NotImplementedError:
            raise DefinitionError(
                Problem(
                    "curve",
                    f"no calendar of {self.country!r} / {self.subdivision!r}",
                    "give an ISO 3166 code such as 'CN', or days off to working_days()",
                )
            ) from None
        return np.array([calendar.is_working_day(day) for day in window], dtype=np.int64)
