"""The result of a schedule: what each unit is to have done by the end of each day."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.notebook import html_table
from coverage_campaign.scheduling.curves import Curve
from coverage_campaign.scheduling.daily import run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Plan"]

_Ints = NDArray[np.int64]


@attrs.frozen(eq=False, kw_only=True)
class Plan:
    """What each unit is to have done by the end of each day, in whole persons.

    `days` are the planned days (datetime64[D]), `effort` the curve's running total on each of them
    (whole numbers; the last one is the whole), `over` the phases that the days come from. What
    was done before the window is no month's plan; running totals have it.
    """

    allocation: Allocation
    over: tuple[str, ...]
    by: Literal["month", "day"]
    curve: Curve
    basis: Basis
    days: NDArray[np.datetime64]
    effort: tuple[int, ...]
    _day_phases: _Ints
    _stops: _Ints
    _reached: _Ints
    _fixed: int
    _done: _Ints
    _before: _Ints
    _ends: _Ints
    _loads: _Ints

    @property
    def campaign(self) -> Campaign:
        """The campaign that is planned."""
        return self.allocation.campaign

    def shares(self) -> pd.Series[int]:
        """Return each unit's share of the target, indexed by unit code [persons].

        It is planned for the window's end; a unit that had done more before a re-plan stays there.
        """
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
        reached = self._reached[stop] if stop >= 0 else self._before
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
        """Yield what is reached on the days after the fixed past, of what is left to do there.

        What is left lies in stretches (one, or one a month where units have caps) that end at
        `_ends` and hold `_loads`; each is laid over its own days.
        """
        base, first = self._done, self._fixed + 1
        for end, load in zip(self._ends.tolist(), self._loads, strict=True):
            days = range(max(after, first), min(position, end) + 1)
            if days:
                before = self.effort[first - 1] if first else 0
                effort = [total - before for total in self.effort[: end + 1]]
                for now in run(load, effort, days, reached - base):
                    reached = now + base
                    yield reached
            base, first = base + load, end + 1

    def days_left(self, day: DateLike) -> int:
        """Return the number of planned days after a day."""
        return len(self.days) - 1 - self._position(day)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit, phase and period: unit, phase, period, planned, planned_to_date.

        `period` is the first day of the month (or the day); `planned` are the persons of that
        period, `planned_to_date` the running total of the unit; both Int64. No total rows.
        """
        codes = self.shares().index
        ends = self._reached
        planned = np.diff(ends, axis=0, prepend=self._before[np.newaxis])
        rows, units = planned.shape
        phases = pd.array([self.over[place] for place in self._stop_phases()], dtype="str")
        return pd.DataFrame(
            {
                "unit": codes.array.take(np.tile(np.arange(units), rows)),
                "phase": phases.take(np.repeat(np.arange(rows), units)),
                "period": np.repeat(self._periods(), units),
                "planned": pd.array(planned.ravel(), dtype="Int64"),
                "planned_to_date": pd.array(ends.ravel(), dtype="Int64"),
            }
        )

    def _stop_phases(self) -> list[int]:
        phases: list[int] = self._day_phases[self._stops].tolist()
        return phases

    def _periods(self) -> NDArray[np.datetime64]:
        days = self.days[self._stops]
        periods = days.astype("datetime64[M]" if self.by == "month" else "datetime64[D]")
        return periods.astype("datetime64[s]")

    def totals(self) -> pd.DataFrame:
        """Return the whole campaign, one row per phase and period: planned and planned_to_date."""
        ends = self._reached.sum(axis=1)
        return pd.DataFrame(
            {
                "phase": pd.array([self.over[place] for place in self._stop_phases()], dtype="str"),
                "period": self._periods(),
                "planned": pd.array(np.diff(ends, prepend=self._before.sum()), dtype="Int64"),
                "planned_to_date": pd.array(ends, dtype="Int64"),
            }
        )

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
