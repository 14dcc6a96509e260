"""The running totals that a forecast goes on from: read, freed of gaps and slips, by day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import shown
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import FloatSeries, IntSeries, pandas_frame
from coverage_campaign.messages import message
from coverage_campaign.reporting.slips import KINDS, find_slips

__all__ = [
    "Corrected",
    "CumulativeHistory",
    "PersonsByUnit",
    "RunningTotals",
    "clock",
    "corrected",
    "running_totals",
]

_Floats = NDArray[np.float64]
PersonsByUnit: TypeAlias = IntSeries | FloatSeries | Mapping[str, float]
"""Persons of each unit, such as its eligible ones: a Series or a mapping by unit."""
_A_DAY = re.compile(r"\s*\d{4}-?\d{2}-?\d{2}(?!\d)")
_WEEK = 7.0
_DAILY = 2.0
_SHORTEST_MONTH = 28
_DAYS_A_MONTH = 365.25 / 12


@attrs.frozen(eq=False, kw_only=True)
class CumulativeHistory:
    """Running totals of some units, as a forecast at the last of their days may know them.

    Attributes:
        days: The observed days, ascending, counted from the origin: the last one is 0.
        persons: Running totals, one row a day and one column a unit, without gaps and slips; nan
            before a unit's first figure.
        ahead: The days to be forecast, counted from the origin.
        ceiling: The most that each unit can reach [persons]; infinite where nobody knows.
        planned: The share of the plan that is over on each of `days`, or None without a plan.
        planned_ahead: The same on the days `ahead`.
    """

    days: _Floats
    persons: _Floats
    ahead: _Floats
    ceiling: _Floats
    planned: _Floats | None = None
    planned_ahead: _Floats | None = None

    @property
    def now(self) -> _Floats:
        """The running totals at the origin."""
        totals: _Floats = self.persons[-1]
        return totals

    @property
    def period(self) -> float:
        """The usual distance between two observed days: 1 for daily figures, about 30 for monthly.

        Figures that come most days of the week are daily ones with days left out.
        """
        return float(np.median(np.diff(self.days))) if len(self.days) > 1 else 1.0

    @property
    def stretch(self) -> float:
        """The days over which a pace is measured: a period, and no less than a week."""
        return max(self.period, _WEEK)

    @property
    def observed(self) -> _Floats:
        """The days over which each unit has figures."""
        first = np.isnan(self.persons).argmin(axis=0)
        days: _Floats = -self.days[first]
        return np.where(np.isnan(self.now), 0.0, days)

    def pace(self, back: float) -> _Floats:
        """Return the persons a day over the last `back` days, or over what there is of them."""
        spans = np.minimum(back, self.observed)
        known = spans > 0
        starts = self.at(-min(back, -float(self.days[0])))
        first = self.persons[np.isnan(self.persons).argmin(axis=0), np.arange(len(self.now))]
        grown = self.now - np.where(np.isnan(starts), first, starts)
        return np.divide(grown, spans, out=np.zeros_like(spans), where=known)

    def at(self, day: float) -> _Floats:
        """Return the running totals on a day, on the line between two observed ones."""
        if len(self.days) == 1:
            return self.now
        right = int(np.clip(np.searchsorted(self.days, day), 1, len(self.days) - 1))
        left = right - 1
        share = (day - self.days[left]) / (self.days[right] - self.days[left])
        if share == 1:
            whole: _Floats = self.persons[right]
            return whole
        between: _Floats = (1 - share) * self.persons[left] + share * self.persons[right]
        return between

    def until(self, row: int, ahead: _Floats) -> CumulativeHistory:
        """Return the history as it was on an observed day, to forecast `ahead` days from there."""
        origin = self.days[row]
        planned = self.planned
        future = None
        if planned is not None and self.planned_ahead is not None:
            days = np.concatenate([self.days, self.ahead])
            future = np.interp(origin + ahead, days, np.concatenate([planned, self.planned_ahead]))
        return CumulativeHistory(
            days=self.days[: row + 1] - origin,
            persons=self.persons[: row + 1],
            ahead=ahead,
            ceiling=self.ceiling,
            planned=None if planned is None else planned[: row + 1],
            planned_ahead=future,
        )

    def on(self, days: NDArray[np.intp]) -> CumulativeHistory:
        """Return the history to forecast some of the days ahead."""
        planned = None if self.planned_ahead is None else self.planned_ahead[days]
        return attrs.evolve(self, ahead=self.ahead[days], planned_ahead=planned)

    def without_ceiling(self, persons: _Floats) -> CumulativeHistory:
        """Return a history of other persons on the same days, without a limit."""
        return attrs.evolve(self, persons=persons, ceiling=np.full_like(self.ceiling, np.inf))

    def times(self, factor: _Floats | float) -> CumulativeHistory:
        """Return the history of the same totals now, at so many times the pace of each unit."""
        persons = self.now - (self.now - self.persons) * factor
        return attrs.evolve(self, persons=persons)


def clock(dates: NDArray[np.datetime64], later: NDArray[np.datetime64]) -> tuple[_Floats, _Floats]:
    """Return observed and later days as numbers of days counted from the last observed one.

    Monthly figures are counted in months of equal length: a short February is no slower month.
    """
    both = np.concatenate([dates, later]).astype("datetime64[D]")
    if len(dates) > 1 and np.median(np.diff(dates).astype(np.float64)) >= _SHORTEST_MONTH:
        months = both.astype("datetime64[M]")
        first = months.astype("datetime64[D]")
        length = ((months + np.timedelta64(1, "M")).astype("datetime64[D]") - first).astype(
            np.float64
        )
        part = ((both - first).astype(np.float64) + 1) / length
        numbers = (months.astype(np.float64) + part) * _DAYS_A_MONTH
    else:
        numbers = both.astype(np.float64)
    numbers = numbers - numbers[len(dates) - 1]
    return numbers[: len(dates)], numbers[len(dates) :]


@attrs.frozen(eq=False, kw_only=True)
class Corrected:
    """Running totals without gaps and slips, and which figures were set aside.

    Attributes:
        persons: One row a day, one column a unit. The last figure of each unit stays what was
            reported; nan before its first one.
        kind: The position in `slips.KINDS` of each figure that is kept out of the pace.
        figures: New persons since the figure before, as reported.
        expected: What the other figures of the unit lead to expect of each.
        shift: By how much the figures set aside so far are too low (too high where negative).
    """

    persons: _Floats
    kind: NDArray[np.int8]
    figures: _Floats
    expected: _Floats
    shift: _Floats

    def set_aside(self) -> list[tuple[int, int, str]]:
        """Return the row, the unit and the kind of each figure set aside, in order of time."""
        return [
            (row, unit, KINDS[self.kind[row, unit]])
            for row, unit in np.argwhere(self.kind).tolist()
        ]


def corrected(
    days: _Floats, totals: _Floats, *, dates: NDArray[np.datetime64] | None = None
) -> Corrected:
    """Return running totals without gaps and slips: what a pace may be taken from.

    A gap is bridged by a straight line; after its last figure a unit goes on at the pace of the
    week before. What `slips.find_slips` finds is no pace: the totals before it move, the last one
    stays what was reported. `dates` tell the weekdays of daily figures.

    >>> result = corrected(np.arange(4.0), np.array([[10.0], [20], [15], [25]]))
    >>> result.persons.ravel().tolist(), result.set_aside()
    ([-5.0, 5.0, 15.0, 25.0], [(2, 0, 'fall')])
    """
    known = ~np.isnan(totals)
    rows = np.arange(len(days))[:, None]
    latest = np.maximum.accumulate(np.where(known, rows, -1), axis=0)
    before = np.vstack([np.full((1, totals.shape[1]), -1), latest[:-1]])
    usable = known & (before >= 0)
    units = np.arange(totals.shape[1])
    figures = np.where(usable, totals - totals[before, units], np.nan)
    spans = np.where(usable, days[:, None] - days[before], 1.0)
    weekdays = None
    if dates is not None and len(days) > 1 and float(np.median(np.diff(days))) < _DAILY:
        weekdays = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    found = find_slips(figures, spans, weekdays=weekdays)
    levels = np.cumsum(np.nan_to_num(found.mended), axis=0)
    last = latest[-1]
    final = np.where(last >= 0, levels[last, units] - np.nan_to_num(totals[last, units]), 0.0)
    persons = _lines(days, np.where(known, levels - final, np.nan))
    return Corrected(
        persons=persons,
        kind=found.kind,
        figures=figures,
        expected=found.expected,
        shift=np.cumsum(np.nan_to_num(found.mended - figures), axis=0),
    )


def _lines(days: _Floats, totals: _Floats) -> _Floats:
    """Return totals without gaps, nan before the first figure of a unit."""
    persons = np.full(totals.shape, np.nan)
    for unit in np.flatnonzero(~np.isnan(totals).all(axis=0)).tolist():
        seen = np.flatnonzero(~np.isnan(totals[:, unit]))
        line = _bridged(days, days[seen], totals[seen, unit])
        persons[seen[0] :, unit] = line[seen[0] :]
    return persons


def _bridged(days: _Floats, seen: _Floats, totals: _Floats) -> _Floats:
    """Return totals on the line between those seen; after the last at the pace of its week."""
    line: _Floats = np.interp(days, seen, totals)
    if seen[-1] < days[-1]:
        back = float(np.interp(seen[-1] - _WEEK, seen, totals))
        a_day = max(totals[-1] - back, 0.0) / min(_WEEK, max(seen[-1] - seen[0], 1.0))
        line = line + a_day * np.maximum(days - seen[-1], 0.0)
    return line


@attrs.frozen(eq=False, kw_only=True)
class RunningTotals:
    """Running totals as reported: one row a date and one column a unit, nan where unknown."""

    units: tuple[str, ...]
    dates: NDArray[np.datetime64]
    persons: _Floats
    ceiling: _Floats

    def row_of(self, row: int, ahead: int) -> int:
        """Return the row of the date so many days after a row's, or -1."""
        date = self.dates[row] + np.timedelta64(ahead, "D")
        place = int(np.searchsorted(self.dates, date))
        return place if place < len(self.dates) and self.dates[place] == date else -1

    def history(
        self, row: int, later: NDArray[np.datetime64], *, net: bool = False
    ) -> tuple[CumulativeHistory, CumulativeHistory | None]:
        """Return what was known at the end of a row's date, to forecast later days.

        Of net totals the first are those who came and the second those who left, as far as the
        totals tell: what they rose by, and what they fell by.
        """
        dates, totals = self.dates[: row + 1], self.persons[: row + 1]
        days, ahead = clock(dates, later)
        history = CumulativeHistory(days=days, persons=totals, ahead=ahead, ceiling=self.ceiling)
        if not net:
            persons = corrected(days, totals, dates=dates).persons
            return attrs.evolve(history, persons=persons), None
        line = _lines(days, totals)
        fallen = np.cumsum(np.maximum(-np.diff(line, axis=0, prepend=line[:1]), 0), axis=0)
        gains = attrs.evolve(history, persons=line + fallen, ceiling=self.ceiling + fallen[-1])
        return gains, history.without_ceiling(fallen)


def running_totals(cumulative: object, *, ceiling: PersonsByUnit | None = None) -> RunningTotals:
    """Return a frame of running totals as arrays: dates ascending, one column a unit.

    Any dataframe that narwhals knows will do, or a Series of one unit; dates are the index (dates
    or periods, whose last day counts) or a column 'date'.

    Raises:
        DefinitionError: No date, a date or a column twice, a column that is no number, an infinite
            value, a ceiling that is negative or of a unit that is not there.
        TypeError: It is no frame.
    """
    table = _table(cumulative)
    if table.columns.nlevels > 1:
        raise DefinitionError(
            Problem(
                "columns",
                message("of {n} levels", n=table.columns.nlevels),
                "give one code per column",
            ),
            source="running totals",
        )
    names = table.columns.astype(str)
    twice = names[names.duplicated()]
    if len(twice):
        raise DefinitionError(
            Problem(
                message("column '{code}'", code=twice[0]),
                "stands twice",
                "give one column per unit",
            ),
            source="running totals",
        )
    if "date" in table.columns:
        table = table.set_index("date")
    dates, problems = _dates(table.index)
    problems += _number_problems(table)
    units = tuple(str(column) for column in table.columns)
    if not units:
        problems.append(Problem("columns", "none", "give one column per unit"))
    limits, more = _ceilings(units, ceiling)
    if problems + more:
        raise DefinitionError([*problems, *more], source="running totals")
    order = np.argsort(dates, kind="stable")
    persons = table.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return RunningTotals(
        units=units, dates=dates[order], persons=persons[order].astype(np.float64), ceiling=limits
    )


def _table(cumulative: object) -> pd.DataFrame:
    if isinstance(cumulative, pd.Series):
        return cumulative.to_frame(name="total" if cumulative.name is None else cumulative.name)
    return pandas_frame(
        cumulative,
        where="running totals",
        fix="give a dataframe with one row per date and one column per unit, or a Series of one "
        "unit",
    )


def _dates(index: pd.Index) -> tuple[NDArray[np.datetime64], list[Problem]]:
    """Return the days of an index, and what is wrong with them."""
    nothing = np.empty(0, dtype="datetime64[D]")
    if not len(index):
        return nothing, [Problem("dates", "none", "give at least one row")]
    fix = "give dates in the index or in a column 'date'"
    if isinstance(index, pd.PeriodIndex):
        index = index.end_time
    elif pd.api.types.is_numeric_dtype(index):
        return nothing, [Problem("dates", shown(index[0]), fix)]
    short = [one for one in index if isinstance(one, str) and not _A_DAY.match(one)]
    if short:
        fix = "write a day as 2026-06-30, or give a PeriodIndex, of which the last days count"
        return nothing, [Problem("dates", shown(short[0]), fix)]
    try:
        stamps = pd.DatetimeIndex(index)
    except (ValueError, TypeError, OverflowError):
        return nothing, [Problem("dates", shown(index[0]), fix)]
    if stamps.hasnans:
        return nothing, [Problem("dates", "one is missing", fix)]
    if stamps.tz is not None:
        stamps = stamps.tz_localize(None)
    days = stamps.normalize()
    twice = days[days.duplicated()]
    problems = [
        Problem("dates", message("{date:raw} twice", date=date.date()), "give one row per date")
        for date in twice[:1]
    ]
    return days.to_numpy(dtype="datetime64[D]"), problems


def _number_problems(table: pd.DataFrame) -> list[Problem]:
    problems = []
    for name in table.columns:
        column = table[name]
        place = message("column '{code}'", code=str(name))
        kind = column.dtype
        if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
            found = message("is {dtype:raw}", dtype=str(kind))
            problems.append(Problem(place, found, "give numbers of persons"))
        elif pd.api.types.is_complex_dtype(kind):
            problems.append(Problem(place, "has complex numbers", "give numbers of persons"))
        elif np.isinf(column.to_numpy(dtype=np.float64, na_value=np.nan)).any():
            fix = "give persons, or leave the value out"
            problems.append(Problem(place, "has an infinite value", fix))
    return problems


def _ceilings(
    units: tuple[str, ...], ceiling: PersonsByUnit | None
) -> tuple[_Floats, list[Problem]]:
    """Return the ceiling of each unit, infinite where none is given, and what is wrong."""
    limits = np.full(len(units), np.inf)
    if ceiling is None:
        return limits, []
    given = pd.Series(list(ceiling.values()) if isinstance(ceiling, Mapping) else ceiling.array)
    given.index = pd.Index([str(code) for code in ceiling.keys()])  # noqa: SIM118 - of a Series too
    unknown, lacking = (
        given.index.difference(pd.Index(units)),
        pd.Index(units).difference(given.index),
    )
    if len(unknown) and len(lacking):
        fix = message("units without a ceiling: {lacking:list 12}", lacking=lacking)
        return limits, [
            Problem(
                "ceiling",
                message("of '{unit}', which is no column", unit=unknown[0]),
                fix,
            )
        ]
    if given.index.has_duplicates or not pd.api.types.is_numeric_dtype(given):
        return limits, [Problem("ceiling", "no number, or two, of a unit", "give one for each")]
    limits = given.reindex(list(units)).to_numpy(dtype=np.float64, na_value=np.nan)
    limits = np.where(np.isnan(limits), np.inf, limits)
    if (limits < 0).any():
        return limits, [Problem("ceiling", "is negative", "give persons, 0 or more")]
    return limits, []
