"""How effort lies over the days of a window: a curve gives each day its whole-number weight.

A curve is a function of the days (datetime64[D], ascending) to one integer a day, 0 or more, not
all 0. Only the proportions matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Protocol, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.targets import to_rate

__all__ = [
    "ByMonth",
    "Curve",
    "Days",
    "Even",
    "Ramp",
    "Through",
    "WorkingDays",
    "by_month",
    "even",
    "ramp",
    "spread",
    "through",
    "working_days",
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


def _to_shares(
    value: Mapping[str, Fraction | int | str] | Iterable[tuple[str, Fraction | int | str]],
) -> tuple[tuple[str, Fraction], ...]:
    pairs = value.items() if isinstance(value, Mapping) else value
    return tuple((month, to_rate(share)) for month, share in pairs)


@attrs.frozen
class ByMonth:
    """A stated share for each month ('YYYY-MM'), even over the month's days in the window."""

    shares: tuple[tuple[str, Fraction], ...] = attrs.field(converter=_to_shares)

    @property
    def name(self) -> str:
        """The words 'stated shares by month'."""
        return "stated shares by month"

    def __call__(self, days: Days) -> DayWeights:
        """Return each month's share spread over its days; a month without a share is an error."""
        months = days.astype("datetime64[M]")
        present, places = np.unique(months, return_inverse=True)
        stated = dict(self.shares)
        problems = [
            Problem("curve", f"no share for {month}", "give every month of the window a share")
            for month in present.astype(str)
            if month not in stated
        ]
        if problems:
            raise DefinitionError(problems)
        ones = np.ones(len(days), dtype=np.int64)
        return spread(ones, places, [stated[month] for month in present.astype(str)])


def _to_milestones(
    value: Mapping[DateLike, Fraction | int | str]
    | Iterable[tuple[DateLike, Fraction | int | str]],
) -> tuple[tuple[dt.date, Fraction], ...]:
    pairs = value.items() if isinstance(value, Mapping) else value
    return tuple(sorted((to_date(day), to_rate(share)) for day, share in pairs))


@attrs.frozen
class Through:
    """Another curve, bent so that it reaches stated shares by the end of stated days."""

    milestones: tuple[tuple[dt.date, Fraction], ...] = attrs.field(converter=_to_milestones)
    curve: Curve = attrs.field(factory=Even)

    @property
    def name(self) -> str:
        """The curve and its milestones."""
        marks = ", ".join(f"{float(share):.0%} by {day}" for day, share in self.milestones)
        return f"{self.curve.name}, {marks}"

    def __call__(self, days: Days) -> DayWeights:
        """Return weights whose running total meets every milestone exactly."""
        shares = [share for _, share in self.milestones]
        steps = [b - a for a, b in zip([Fraction(0), *shares], [*shares, Fraction(1)], strict=True)]
        outside = [
            day for day, _ in self.milestones if not days[0] <= np.datetime64(day) <= days[-1]
        ]
        if outside or min(steps) < 0:
            raise DefinitionError(
                Problem(
                    "milestones",
                    f"{outside[0]} is outside {days[0]} to {days[-1]}" if outside else "fall",
                    "give days of the window and shares that never fall, from 0 to 1",
                )
            )
        ends = np.array([day for day, _ in self.milestones], dtype="datetime64[D]")
        return spread(self.curve(days), np.searchsorted(ends, days, side="left"), steps)


def spread(weights: DayWeights, groups: NDArray[np.intp], shares: Sequence[Fraction]) -> DayWeights:
    """Return whole-number weights in which each group of days has its stated share, exactly.

    Inside a group the days keep the proportions of `weights`. A group with a share and no weight
    is an error.
    """
    wholes = [int(weights[groups == number].sum()) for number in range(len(shares))]
    problems = [
        Problem("curve", f"part {number + 1} has a share of {share} and no day with effort",
                "give it a day, or take its share away")
        for number, (share, whole) in enumerate(zip(shares, wholes, strict=True))
        if share and not whole
    ]  # fmt: skip
    if problems:
        raise DefinitionError(problems)
    a_unit = [
        share / whole if whole else Fraction(0) for share, whole in zip(shares, wholes, strict=True)
    ]
    scale = lcm(*(one.denominator for one in a_unit))
    factors = np.array([int(one * scale) for one in a_unit], dtype=object)
    exact: DayWeights = weights.astype(object) * factors[groups]
    return exact


even = Even()


def working_days(
    *, holidays: Iterable[DateLike] = (), workdays: Iterable[DateLike] = ()
) -> WorkingDays:
    """Return the curve that is even per working day, with a calendar given as data.

    >>> curve = working_days(holidays=["2008-10-01"])
    >>> curve(np.arange("2008-09-30", "2008-10-06", dtype="datetime64[D]")).tolist()
    [1, 0, 1, 1, 0, 0]
    """
    return WorkingDays(holidays, workdays)


def ramp(*, first: int, last: int) -> Ramp:
    """Return a straight line of effort; `first` and `last` are whole numbers on any scale.

    >>> ramp(first=1, last=3)(np.arange("2026-06-01", "2026-06-04", dtype="datetime64[D]")).tolist()
    [2, 4, 6]
    """
    if min(first, last) < 0 or max(first, last) == 0:
        raise DefinitionError(
            Problem("ramp", f"from {first} to {last}", "give two numbers, 0 or more, not both 0")
        )
    return Ramp(first, last)


def by_month(shares: Mapping[str, Fraction | int | str]) -> ByMonth:
    """Return a curve with a stated share a month, such as {'2008-06': '0.3', '2008-07': '0.7'}."""
    return ByMonth(shares)


def through(milestones: Mapping[DateLike, Fraction | int | str], *, curve: Curve = even) -> Through:
    """Return a curve that meets milestones, such as {'2008-06-30': '60%'}; even in between.

    >>> curve = through({"2026-06-02": "60%"})
    >>> curve(np.arange("2026-06-01", "2026-06-05", dtype="datetime64[D]")).tolist()
    [3, 3, 2, 2]
    """
    return Through(milestones, curve)
