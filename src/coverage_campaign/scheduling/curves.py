"""How effort lies over the days of a window: a curve gives each day its whole-number weight.

A curve is a function of the days (datetime64[D], ascending) to one whole number a day, 0 or more,
not all 0. Only the proportions matter. Any function that does this is one; a `name` of its own is
what results call it, else its `__name__`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.checks import checked_call, checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import IntSeries
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, Window, to_date
from coverage_campaign.model.targets import to_exact, to_rate

__all__ = [
    "ByDay",
    "ByMonth",
    "ByPhase",
    "Curve",
    "DayWeights",
    "Days",
    "Even",
    "NationalWorkingDays",
    "Ramp",
    "SCurve",
    "Share",
    "Through",
    "WorkingDays",
    "by_day",
    "by_month",
    "by_phase",
    "curve_words",
    "even",
    "national_working_days",
    "ramp",
    "s_curve",
    "spread",
    "through",
    "working_days",
]

Days: TypeAlias = NDArray[np.datetime64]
DayWeights: TypeAlias = NDArray[np.int64]
"""One whole number a day; Python's integers (dtype object) where 64 bits are too few."""


Curve: TypeAlias = Callable[[Days], DayWeights]
"""Whatever gives each day of a window its weight: one whole number a day, 0 or more."""


@attrs.frozen(field_transformer=checked_fields)
class Even:
    """The same for every calendar day."""

    name: str = "even per calendar day"

    def __call__(self, days: Days) -> DayWeights:
        """Return 1 for each day."""
        return np.ones(len(days), dtype=np.int64)


def _to_days(value: Iterable[DateLike]) -> tuple[dt.date, ...]:
    return tuple(sorted(to_date(day) for day in value))


@attrs.frozen(field_transformer=checked_fields)
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


@attrs.frozen(field_transformer=checked_fields)
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


@attrs.frozen(field_transformer=checked_fields)
class SCurve:
    """Slow, then fast, then slow: after the part t of the days, 3 t^2 - 2 t^3 is reached."""

    name: str = "S-curve"

    def __call__(self, days: Days) -> DayWeights:
        """Return the steps of t^2 (3 - 2 t), whole numbers: n^3 in all over n days."""
        count = len(days)
        step = np.arange(count + 1, dtype=np.int64)
        return np.diff(step * step * (3 * count - 2 * step))


@attrs.frozen(field_transformer=checked_fields)
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
                    message(
                        "no calendar of {country!r} / {subdivision!r}",
                        country=self.country,
                        subdivision=self.subdivision,
                    ),
                    "give an ISO 3166 code such as 'CN', or days off to working_days()",
                )
            ) from None
        return np.array([calendar.is_working_day(day) for day in window], dtype=np.int64)


Share: TypeAlias = Fraction | Decimal | int | str
"""A part of the whole: a fraction, or text such as '0.3' or '30%'; only proportions matter."""
_MOST_SHOWN = 20


def _to_shares(
    value: Mapping[str, Share] | Iterable[tuple[str, Share]],
) -> tuple[tuple[str, Fraction], ...]:
    pairs = value.items() if isinstance(value, Mapping) else value
    return tuple((month, to_exact(share)) for month, share in pairs)


@attrs.frozen(field_transformer=checked_fields)
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
            Problem(
                "curve",
                message("no share for {month}", month=str(month)),
                "give every month of the window a share",
            )
            for month in present.astype(str)
            if month not in stated
        ]
        if problems:
            raise DefinitionError(problems)
        return spread(self.curve(days), places, [stated[month] for month in present.astype(str)])


@attrs.frozen(field_transformer=checked_fields)
class ByPhase:
    """A stated share for each phase, such as a drive, over its days in the window.

    `phases` holds (code, window, share); a day in two phases is the one's that is named first, or
    the `later` one's.
    """

    phases: tuple[tuple[str, Window, Fraction], ...]
    curve: Curve = attrs.field(factory=Even)
    later: bool = False

    @property
    def name(self) -> str:
        """The phases with their shares."""
        marks = ", ".join(f"{code} {_percent(share)}" for code, _, share in self.phases)
        return f"stated shares by phase ({marks})"

    def __call__(self, days: Days) -> DayWeights:
        """Return each phase's share spread over its days; a day in no phase is an error."""
        places = np.full(len(days), -1, dtype=np.intp)
        numbered = list(enumerate(self.phases))
        for number, (_, window, _) in numbered if self.later else reversed(numbered):
            inside = (days >= np.datetime64(window.first)) & (days <= np.datetime64(window.last))
            places[inside] = number
        outside = days[places < 0]
        if outside.size:
            raise DefinitionError(
                Problem(
                    "curve",
                    message(
                        "{day:raw} and {more} more days are in none of the phases",
                        day=outside[0],
                        more=outside.size - 1,
                    )
                    if outside.size > 1
                    else message("{day:raw} is in none of the phases", day=outside[0]),
                    "plan over the phases that have a share, or give the others one",
                )
            )
        return spread(self.curve(days), places, [share for _, _, share in self.phases])


def _to_numbers(
    value: Mapping[DateLike, int] | IntSeries | Iterable[tuple[DateLike, int]],
) -> tuple[tuple[dt.date, int], ...]:
    pairs = value.items() if isinstance(value, (Mapping, pd.Series)) else value
    found: list[tuple[dt.date, int]] = []
    problems: list[Problem] = []
    for day, number in pairs:
        plain = number.item() if isinstance(number, np.generic) else number
        if type(plain) is not int or plain < 0:  # True is an int to isinstance
            problems.append(
                Problem(f"curve[{day}]", f"{number!r}", "give a whole number, 0 or more")
            )
        else:
            found.append((to_date(day), plain))  # type: ignore[arg-type] # a Series' labels may be anything
    if problems:
        raise DefinitionError(problems[:_MOST_SHOWN])
    return tuple(sorted(found))


@attrs.frozen(field_transformer=checked_fields)
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
                Problem(
                    "curve",
                    message("no number for {day:raw}{more}", day=missing[0], more=more),
                    "0 = a day without effort",
                )
            )
        return np.array([stated[day] for day in window], dtype=object)


def _to_milestones(
    value: Mapping[DateLike, Share] | Iterable[tuple[DateLike, Share]],
) -> tuple[tuple[dt.date, Fraction], ...]:
    pairs = value.items() if isinstance(value, Mapping) else value
    return tuple(sorted((to_date(day), to_rate(share)) for day, share in pairs))


@attrs.frozen(field_transformer=checked_fields)
class Through:
    """Another curve, bent so that it reaches stated shares by the end of stated days."""

    milestones: tuple[tuple[dt.date, Fraction], ...] = attrs.field(converter=_to_milestones)
    curve: Curve = attrs.field(factory=Even)

    @property
    def name(self) -> str:
        """The curve and its milestones."""
        marks = ", ".join(f"{_percent(share)} by {day}" for day, share in self.milestones)
        return f"{name_of(self.curve)}, {marks}"

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
                    message(
                        "{day:raw} is outside {first:raw} to {last:raw}",
                        day=outside[0],
                        first=days[0],
                        last=days[-1],
                    )
                    if outside
                    else "fall",
                    "give days of the window and shares that never fall, from 0 to 1",
                )
            )
        ends = np.array([day for day, _ in self.milestones], dtype="datetime64[D]")
        return spread(self.curve(days), np.searchsorted(ends, days, side="left"), steps)


_PLAIN_WORDS: Final[Mapping[type, Message]] = {
    Even: message("even per calendar day"),
    WorkingDays: message("even per working day"),
    SCurve: message("S-curve"),
    ByMonth: message("stated shares by month"),
    ByDay: message("stated numbers by day"),
}


def curve_words(curve: Curve) -> Message | str:
    """Return what a curve is called in the reader's language; a function's own name as it is.

    >>> curve_words(through({"2008-06-30": "60%", "2008-12-31": 1})).text("en")
    'even per calendar day, 60% by 30 Jun 2008 and 100% by 31 Dec 2008'
    """
    if type(curve) in _PLAIN_WORDS:
        return _PLAIN_WORDS[type(curve)]
    match curve:
        case NationalWorkingDays():
            return message("even per working day ({place})", place=curve.country)
        case Ramp():
            return message(
                "a straight line from {first} to {last}", first=curve.first, last=curve.last
            )
        case ByPhase():
            parts = [
                message(
                    "{share:share} from {first:date} to {last:date}",
                    share=share,
                    first=window.first,
                    last=window.last,
                )
                for _, window, share in curve.phases
            ]
            return message("stated shares by phase: {parts}", parts=parts)
        case Through():
            marks = [
                message("{share:share} by {day:date}", share=share, day=day)
                for day, share in curve.milestones
            ]
            return message("{curve}, {marks}", curve=curve_words(curve.curve), marks=marks)
    return name_of(curve)


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
        Problem(
            "curve",
            message(
                "part {part} has a share of {share:raw} and no day with effort",
                part=number + 1,
                share=share,
            ),
            "give it a day, or take its share away",
        )
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
s_curve = SCurve()


@checked_call
def working_days(
    *, holidays: Iterable[DateLike] = (), workdays: Iterable[DateLike] = ()
) -> WorkingDays:
    """Return the curve that is even per working day, with a calendar given as data.

    >>> import numpy as np
    >>> curve = working_days(holidays=["2008-10-01"])
    >>> curve(np.arange("2008-09-30", "2008-10-06", dtype="datetime64[D]")).tolist()
    [1, 0, 1, 1, 0, 0]
    """
    return WorkingDays(holidays, workdays)


@checked_call
def ramp(*, first: int, last: int) -> Ramp:
    """Return a straight line of effort; `first` and `last` are whole numbers on any scale.

    >>> import numpy as np
    >>> ramp(first=1, last=3)(np.arange("2026-06-01", "2026-06-04", dtype="datetime64[D]")).tolist()
    [2, 4, 6]
    """
    if min(first, last) < 0 or max(first, last) == 0:
        raise DefinitionError(
            Problem(
                "ramp",
                message("from {first:raw} to {last:raw}", first=first, last=last),
                "give two numbers, 0 or more, not both 0",
            )
        )
    return Ramp(first, last)


@checked_call
def by_month(shares: Mapping[str, Share], *, curve: Curve = even) -> ByMonth:
    """Return a curve with a stated share a month, such as {'2008-06': '0.3', '2008-07': '0.7'}.

    `curve` shapes the days of each month.
    """
    return ByMonth(shares, curve)


@checked_call
def by_phase(campaign: Campaign, shares: Mapping[str, Share], *, curve: Curve = even) -> ByPhase:
    """Return a curve with a stated share for each phase, such as one for each drive.

    `curve` shapes the days of each phase. Name the phases in the order of `over`: a day in two
    of them is the first one's, or the last one's where the reading `doubled_day` is 'second'.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> by_phase(campaign, {"drive-1": "50%", "drive-2": "20%", "drive-3": "30%"}).name
    'stated shares by phase (drive-1 50 %, drive-2 20 %, drive-3 30 %)'
    """
    return ByPhase(
        tuple((code, campaign.window(code), to_exact(share)) for code, share in shares.items()),
        curve,
        later=campaign.readings.doubled_day == "second",
    )


@checked_call
def by_day(numbers: Mapping[DateLike, int] | IntSeries) -> ByDay:
    """Return the caller's own curve: a whole number for every day of the window.

    >>> import numpy as np
    >>> days = np.arange("2026-06-01", "2026-06-03", dtype="datetime64[D]")
    >>> by_day({"2026-06-01": 3, "2026-06-02": 0})(days).tolist()
    [3, 0]
    """
    return ByDay(numbers)


@checked_call
def national_working_days(country: str, *, subdivision: str | None = None) -> NationalWorkingDays:
    """Return the curve that is even per working day of a country, by the package `holidays`.

    `country` is an ISO 3166 code such as 'CN', `subdivision` one of its parts. Needs the extra
    `calendars`.
    """
    return NationalWorkingDays(country, subdivision)


@checked_call
def through(milestones: Mapping[DateLike, Share], *, curve: Curve = even) -> Through:
    """Return a curve that meets milestones, such as {'2008-06-30': '60%'}; even in between.

    >>> import numpy as np
    >>> curve = through({"2026-06-02": "60%"})
    >>> curve(np.arange("2026-06-01", "2026-06-05", dtype="datetime64[D]")).tolist()
    [3, 3, 2, 2]
    """
    return Through(milestones, curve)
