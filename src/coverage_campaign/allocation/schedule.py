"""Shares laid over the days of a window: whole persons, exact totals, never off the curve by one.

Every seat k of a unit with share s has a due date: the moment at which the curve reaches k/s. The
schedule gives each day as many persons as the whole campaign's rounded curve demands, to the seats
whose due date comes first. That is the earliest-due-date rule, and day by day it is the bounded
Jefferson method with each unit's floor and ceiling of the curve as bounds: one kernel for sharing
a target out among units and over time. The whole's running total stays within half a person of
the curve, every unit's within less than one, and each unit's total is its share.

Source: G. Steiner and J. S. Yeomans, Level schedules for mixed-model, just-in-time processes,
Management Science 39 (1993) 728-735 (earliest due date keeps every deviation below one).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation import apportion
from coverage_campaign.allocation.allocated import Allocation
from coverage_campaign.allocation.curves import Curve, even, spread
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, days_of, to_date
from coverage_campaign.model.labels import Label
from coverage_campaign.model.units import to_codes
from coverage_campaign.notebook import html_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Plan", "schedule"]

_Ints = NDArray[np.int64]


@attrs.frozen(eq=False, kw_only=True)
class Plan:
    """What each unit is to have done by the end of each day, in whole persons.

    `days` are the planned days (datetime64[D]), `effort` the curve's running total on each of them
    (whole numbers; the last one is the whole), `over` the phases that the days come from.
    """

    allocation: Allocation
    over: tuple[str, ...]
    by: Literal["month", "day"]
    curve: Curve
    basis: Basis
    days: NDArray[np.datetime64]
    effort: tuple[int, ...]
    _day_phases: NDArray[np.int64]
    _stops: _Ints
    _reached: _Ints
    _fixed: int = -1
    _done: _Ints = attrs.field(factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def campaign(self) -> Campaign:
        """The campaign that is planned."""
        return self.allocation.campaign

    def shares(self) -> pd.Series[int]:
        """Return the planned persons of each unit at the window's end, indexed by unit code."""
        return self.allocation.shares()

    def _position(self, day: DateLike) -> int:
        """Return the index of the last planned day that is over at the end of `day`, or -1."""
        date = np.datetime64(to_date(day), "D")
        return int(np.searchsorted(self.days, date, side="right")) - 1

    def share_on(self, day: DateLike) -> Fraction:
        """Return the share of the curve that is over at the end of a day, exact, from 0 to 1."""
        position = self._position(day)
        return Fraction(0) if position < 0 else Fraction(self.effort[position], self.effort[-1])

    def planned_on(self, day: DateLike) -> pd.Series[int]:
        """Return the persons planned to the end of a day, int64, indexed by unit code."""
        codes = self.shares().index
        position = self._position(day)
        stop = int(np.searchsorted(self._stops, position, side="right")) - 1
        reached = self._reached[stop] if stop >= 0 else np.zeros(len(codes), dtype=np.int64)
        after = int(self._stops[stop]) + 1 if stop >= 0 else 0
        if position <= self._fixed:
            reached = self._past_on(position, stop, after, reached)
        else:
            for now in self._from(after, position, reached):
                reached = now
        return pd.Series(reached, index=codes, dtype="int64", name="planned")

    def _past_on(self, position: int, stop: int, after: int, reached: _Ints) -> _Ints:
        """Return a day inside a past period: what was done in it, by the curve's course."""
        if position < after:
            return reached
        before = self.effort[after - 1] if after else 0
        end = int(self._stops[stop + 1])
        over, whole = self.effort[position] - before, self.effort[end] - before
        gained = (self._reached[stop + 1] - reached).astype(object) * over // max(whole, 1)
        now: _Ints = reached + gained.astype(np.int64)
        return now

    def _from(self, after: int, position: int, reached: _Ints) -> Iterator[_Ints]:
        """Yield what is reached on the days after the fixed past, of what is left to do there."""
        done = self._done if len(self._done) else np.zeros(len(reached), dtype=np.int64)
        before = self.effort[self._fixed] if self._fixed >= 0 else 0
        effort = tuple(total - before for total in self.effort)
        left = np.maximum(np.asarray(self.shares(), dtype=np.int64) - done, 0)
        for now in _run(left, effort, range(after, position + 1), reached - done):
            yield now + done

    def days_left(self, day: DateLike) -> int:
        """Return the number of planned days after a day."""
        return len(self.days) - 1 - self._position(day)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit, phase and period: unit, phase, period, planned, planned_to_date.

        `period` is the first day of the month (or the day); `planned` are the persons of that
        period, `planned_to_date` the running total of the unit; both Int64. No total rows.
        """
        codes = self.shares().index.to_numpy()
        ends = self._reached
        planned = np.diff(ends, axis=0, prepend=np.zeros((1, len(codes)), dtype=np.int64))
        days = self.days[self._stops]
        periods = days.astype("datetime64[M]" if self.by == "month" else "datetime64[D]")
        phases = np.array(self.over)[self._day_phases[self._stops]]
        rows, units = planned.shape
        return pd.DataFrame(
            {
                "unit": pd.array(np.tile(codes, rows), dtype="str"),
                "phase": pd.array(np.repeat(phases, units), dtype="str"),
                "period": np.repeat(periods.astype("datetime64[s]"), units),
                "planned": pd.array(planned.ravel(), dtype="Int64"),
                "planned_to_date": pd.array(ends.ravel(), dtype="Int64"),
            }
        )

    def totals(self) -> pd.DataFrame:
        """Return the whole campaign, one row per phase and period: planned and planned_to_date."""
        frame = self.to_frame()
        return frame.groupby(["phase", "period"], sort=False, as_index=False)[
            ["planned", "planned_to_date"]
        ].sum()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the campaign's calendar."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.calendar(self.campaign, ax=ax)

    def _repr_html_(self) -> str:
        return html_table(self.totals(), title=self._line(), notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the plan in one line."""
        return f"<{self._line()}>"

    def _line(self) -> str:
        return (
            f"Plan of {self.allocation.total:,} people over {' + '.join(self.over)}, "
            f"{len(self.days)} days, {self.curve.name}"
        )


def schedule(
    allocation: Allocation,
    *,
    over: str | Iterable[str],
    curve: Curve = even,
    by: Literal["month", "day"] = "month",
    month_caps: Mapping[str, int] | None = None,
    past: pd.DataFrame | None = None,
) -> Plan:
    """Lay every share out over the days of one or more phases, in whole persons.

    Args:
        allocation: The shares to be laid out.
        over: A phase code or several; their union of days (a day in two phases counts once, for
            the one that is named first).
        curve: Effort per day; `curves.even` is the same for every calendar day.
        by: The grain of the plan's table. Progress is measured to the day in either case.
        month_caps: The most that the whole campaign can do in a month ('YYYY-MM') [persons]; what
            a month cannot take goes to the others in proportion to their effort.
        past: What was done in the months that are over (unit, period, persons): they stay as they
            were, and what is left of each share is laid over the days after them. A unit that has
            done more than its share stays at what it has done.

    Returns:
        A plan with exact totals by unit, period and phase. The whole's running total is within
        half a person of the curve, every unit's within less than one.

    Raises:
        DefinitionError: No such phase, or a curve that is negative or 0 on every day.
        InfeasibleError: Month caps that leave too little room, and by how much.
    """
    campaign = allocation.campaign
    phases = to_codes(over)
    if not phases:
        raise DefinitionError(Problem("over", "no phase", "name the phases to plan over"))
    windows = [campaign.window(phase) for phase in phases]
    days = days_of(windows)
    weights = _weights(curve, days)
    if month_caps is not None:
        weights = _capped(weights, days, allocation.total, month_caps)
    day_phases = np.full(len(days), -1, dtype=np.int64)
    for number, window in reversed(list(enumerate(windows))):
        inside = (days >= np.datetime64(window.first)) & (days <= np.datetime64(window.last))
        day_phases[inside] = number
    stops = _stops(days, day_phases, by)
    units = len(allocation.shares())
    fixed, history = _history(allocation, past, days, stops)
    plan = Plan(
        allocation=allocation,
        over=phases,
        by=by,
        curve=curve,
        basis=allocation.basis.assuming(_laid_over(campaign, phases, curve, len(days))),
        days=days,
        effort=tuple(np.cumsum(weights.astype(object))),
        day_phases=day_phases,
        stops=stops,
        reached=history,
        fixed=fixed,
        done=history[-1] if len(history) else np.zeros(units, dtype=np.int64),
    )
    if fixed >= 0 and fixed < len(days) - 1 and plan.effort[-1] == plan.effort[fixed]:
        raise DefinitionError(
            Problem("past", f"no effort after {days[fixed]}", "choose a curve with days to come")
        )
    wanted = set(stops.tolist())
    reached = [
        now
        for day, now in enumerate(plan._from(fixed + 1, len(days) - 1, plan._done), start=fixed + 1)  # noqa: SLF001 - the plan in the making
        if day in wanted
    ]
    both = np.array([*history, *reached], dtype=np.int64).reshape(len(stops), units)
    return attrs.evolve(plan, reached=both)


def _history(
    allocation: Allocation,
    past: pd.DataFrame | None,
    days: NDArray[np.datetime64],
    stops: _Ints,
) -> tuple[int, _Ints]:
    """Return the last past day's position and what was reached at each stop up to it."""
    codes = allocation.shares().index
    nothing = np.zeros((0, len(codes)), dtype=np.int64)
    if past is None or past.empty:
        return -1, nothing
    missing = {"unit", "period", "persons"} - set(past.columns)
    unknown = sorted(set(past["unit"].astype(str)) - set(codes))
    if missing or unknown:
        raise DefinitionError(
            Problem(
                "past",
                f"columns missing: {sorted(missing)}"
                if missing
                else f"no unit {unknown[0]!r} here",
                "give a frame with unit, period (first day of the month) and persons",
            )
        )
    months = past["period"].to_numpy().astype("datetime64[M]")
    last = months.max()
    over = np.flatnonzero(days.astype("datetime64[M]") <= last)
    if not len(over):
        return -1, nothing
    fixed = int(over[-1])
    place = pd.Index(codes).get_indexer(past["unit"].astype(str))
    persons = past["persons"].to_numpy("int64")
    ends = days[stops[stops <= fixed]].astype("datetime64[M]")
    reached = np.zeros((len(ends), len(codes)), dtype=np.int64)
    for number, end in enumerate(ends):
        known = months <= end
        np.add.at(reached[number], place[known], persons[known])
    return fixed, reached


def _capped(
    weights: NDArray[np.int64],
    days: NDArray[np.datetime64],
    total: int,
    month_caps: Mapping[str, int],
) -> NDArray[np.int64]:
    """Return weights in which no month has more persons of the total than its cap."""
    present, places = np.unique(days.astype("datetime64[M]"), return_inverse=True)
    names = present.astype(str).tolist()
    unknown = [month for month in month_caps if month not in names]
    if unknown:
        raise DefinitionError(
            Problem("month_caps", f"{unknown[0]!r}", f"months of the window: {', '.join(names)}")
        )
    effort = [Fraction(int(weights[places == number].sum())) for number in range(len(names))]
    no_cap = np.iinfo(np.int64).max
    caps = np.array([month_caps.get(month, no_cap) for month in names], dtype=np.int64)
    persons = apportion.webster(total, effort, caps=caps, names=names)
    return spread(weights, places, [Fraction(count) for count in persons.tolist()])


def _laid_over(campaign: Campaign, phases: tuple[str, ...], curve: Curve, days: int) -> Label:
    names = "、".join(campaign.phase(phase).label.text("zh") for phase in phases)
    shape = "按日历天数均匀分布" if curve == even else f"曲线为{curve.name}"
    return Label(
        {
            "en": f"the schedule is {curve.name} over {' + '.join(phases)} ({days} days)",
            "zh-Hans": f"序时进度{shape}，区间为{names}（{days}天）",
        }
    )


def _weights(curve: Curve, days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the curve's effort on each day, whole numbers, checked."""
    weights = np.asarray(curve(days))
    if weights.shape != days.shape or weights.dtype.kind not in "iuO":
        raise DefinitionError(
            Problem(
                "curve",
                f"gave {weights.dtype} of shape {weights.shape}",
                f"give one whole number for each of the {len(days)} days",
            )
        )
    if (weights < 0).any() or not weights.any():
        raise DefinitionError(
            Problem(
                "curve",
                f"is negative or 0 on every day from {days[0]} to {days[-1]}",
                "give weights of 0 or more, not all 0",
            )
        )
    return weights


def _stops(days: NDArray[np.datetime64], day_phases: _Ints, by: str) -> _Ints:
    """Return the position of the last day of every run of days of one phase and period."""
    periods = days.astype("datetime64[M]") if by == "month" else days
    new = (periods[1:] != periods[:-1]) | (day_phases[1:] != day_phases[:-1])
    return np.append(np.flatnonzero(new), len(days) - 1)


def _run(shares: _Ints, effort: tuple[int, ...], days: range, reached: _Ints) -> Iterator[_Ints]:
    """Yield what each unit has reached at the end of each day, from what it had before."""
    whole = effort[-1]
    total = int(shares.sum())
    # Products of a share and an effort must not leave 64 bits; Python's integers never do.
    wide = int(shares.max(initial=0)) * whole >= 2**62
    exact = shares.astype(object) if wide else shares
    for day in days:
        target = (2 * total * effort[day] + whole) // (2 * whole)
        if target > int(reached.sum()):
            product = exact * effort[day]
            floors = np.maximum(reached, (product // whole).astype(np.int64))
            ceilings = (-(-product // whole)).astype(np.int64)
            reached = apportion.jefferson(target, shares, floors=floors, caps=ceilings)
        yield reached
