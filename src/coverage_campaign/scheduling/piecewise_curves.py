"""Curves whose shares are stated: by month, by phase, by day, by milestones.

Each bends another curve, even by default, so that every part has just its stated share.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.dates import DateLike, Window, to_date
from coverage_campaign.model.targets import to_rate
from coverage_campaign.scheduling.curve_shapes import Curve, Days, DayWeights, Even

__all__ = ["ByDay", "ByMonth", "ByPhase", "Share", "Through", "spread"]

Share: TypeAlias = Fraction | Decimal | int | str
"""A part of the whole: a fraction, or text such as '0.3' or '30%'; only proportions matter."""
_MOST_SHOWN = 20


def _to_shares(
    value: Mapping[str, Share] | Iterable[tuple[str, Share]],
) -> tuple[tuple[str, Fraction], ...]:
    pairs = value.items() if isinstance(value, Mapping) else value
    return tuple((month, to_rate(share)) for month, share in pairs)


@attrs.frozen
class ByMonth:
    """A stated share for each month ('YYYY-MM'), over the month's days in the window."""

    shares: tuple[tuple[str, Fraction], ...] = attrs.field(converter=_to_shares)
    curve: Curve = attrs.field(factory=Even)

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
        return spread(self.curve(days), places, [stated[month] for month in present.astype(str)])


@attrs.frozen
class ByPhase:
    """A stated share for each phase, such as a drive, over its days in the window.

    `phases` holds (code, window, share); a day in two phases is the one's that is named first.
    """

    phases: tuple[tuple[str, Window, Fraction], ...]
    curve: Curve = attrs.field(factory=Even)

    @property
    def name(self) -> str:
        """The phases with their shares."""
        marks = ", ".join(f"{code} {_percent(share)}" for code, _, share in self.phases)
        return f"stated shares by phase ({marks})"

    def __call__(self, days: Days) -> DayWeights:
        """Return each phase's share spread over its days; a day in no phase is an error."""
        places = np.full(len(days), -1, dtype=np.intp)
        for number, (_, window, _) in reversed(list(enumerate(self.phases))):
            inside = (days >= np.datetime64(window.first)) & (days <= np.datetime64(window.last))
            places[inside] = number
        outside = days[places < 0]
        if outside.size:
            raise DefinitionError(
                Problem(
                    "curve",
                    f"{outside[0]} and {outside.size - 1} more days are in none of the phases"
                    if outside.size > 1
                    else f"{outside[0]} is in none of the phases",
                    "plan over the phases that have a share, or give the others one",
                )
            )
        return spread(self.curve(days), places, [share for _, _, share in self.phases])


def _to_numbers(
    value: Mapping[DateLike, int] | pd.Series[int] | Iterable[tuple[DateLike, int]],
) -> tuple[tuple[dt.date, int], ...]:
    pairs = value.items() if isinstance(value, (Mapping, pd.Series)) else value
    found: list[tuple[dt.date, int]] = []
    problems: list[Problem] = []
    for day, number in pairs:
        plain = number.item() if isinstance(number, np.generic) else number
        if type(plain) is not int or plain < 0:  # True is an int to isinstance
            problems.append(
                Problem(f"curve on {day}", f"{number!r}", "give a whole number, 0 or more")
            )
        else:
            found.append((to_date(day), plain))  # type: ignore[arg-type] # a Series' labels may be anything
    if problems:
        raise DefinitionError(problems[:_MOST_SHOWN])
    return tuple(sorted(found))


@attrs.frozen
class ByDay:
    """The caller's own whole number for every day of the window; only proportions matter."""

    numbers: tuple[tuple[dt.date, int], ...] = attrs.field(converter=_to_numbers)

    @property
    def name(self) -> str:
        """The words 'stated numbers by day'."""
        return "stated numbers by day"

    def __call__(self, days: Days) -> DayWeights:
        """Return the numbers; a day of the window without one is an error."""
        stated = dict(self.numbers)
        window: list[dt.date] = days.tolist()
        missing = [day for day in window if day not in stated]
        if missing:
            more = f" and {len(missing) - 1} more days" if len(missing) > 1 else ""
            raise DefinitionError(
                Problem("curve", f"no number for {missing[0]}{more}", "0 = a day without effort")
            )
        return np.array([stated[day] for day in window], dtype=object)


def _to_milestones(
    value: Mapping[DateLike, Share] | Iterable[tuple[DateLike, Share]],
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
        marks = ", ".join(f"{_percent(share)} by {day}" for day, share in self.milestones)
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


def _percent(share: Fraction) -> str:
    """Return a share in percent, with as many digits as it needs, at most three."""
    return f"{float(share * 100):.3f}".rstrip("0").rstrip(".") + " %"


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
