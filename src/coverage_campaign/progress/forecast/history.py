"""What a pace may look at: running totals by day, the days ahead, the limit, the plan."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

__all__ = ["Record", "rebuilt"]

_Floats = NDArray[np.float64]
_WEEK = 7.0


@attrs.frozen(eq=False, kw_only=True)
class Record:
    """Running totals of some units, as a forecast at the last of their days may know them.

    Attributes:
        days: The observed days, ascending, counted from the origin: the last one is 0.
        persons: Running totals, one row a day and one column a unit, without gaps or falls.
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

    def pace(self, back: float) -> _Floats:
        """Return the persons a day over the last `back` days, or over what there is of them."""
        back = min(back, -float(self.days[0]))
        if back <= 0:
            return np.zeros_like(self.now)
        a_day: _Floats = (self.now - self.at(-back)) / back
        return a_day

    def at(self, day: float) -> _Floats:
        """Return the running totals on a day, on the line between two observed ones."""
        right = int(np.clip(np.searchsorted(self.days, day), 1, len(self.days) - 1))
        left = right - 1
        share = (day - self.days[left]) / (self.days[right] - self.days[left])
        between: _Floats = (1 - share) * self.persons[left] + share * self.persons[right]
        return between

    def until(self, row: int, ahead: _Floats) -> Record:
        """Return the record as it was on an observed day, to forecast `ahead` days from there."""
        origin = self.days[row]
        planned = self.planned
        future = None
        if planned is not None and self.planned_ahead is not None:
            days = np.concatenate([self.days, self.ahead])
            future = np.interp(origin + ahead, days, np.concatenate([planned, self.planned_ahead]))
        return Record(
            days=self.days[: row + 1] - origin,
            persons=self.persons[: row + 1],
            ahead=ahead,
            ceiling=self.ceiling,
            planned=None if planned is None else planned[: row + 1],
            planned_ahead=future,
        )


def rebuilt(days: _Floats, persons: _Floats) -> tuple[_Floats, NDArray[np.bool_]]:
    """Return running totals without gaps and falls, and where the falls were.

    A gap is bridged by a straight line; after its last figure a unit goes on at the pace of the
    week before. A fall is a correction of what was counted before, not a pace: everything before
    it is lowered to the corrected level, and the interval of the fall gets the pace of the
    interval before. The last value stays what was reported.

    >>> totals, falls = rebuilt(np.array([-3.0, -2, -1, 0]), np.array([[10.0], [20], [15], [25]]))
    >>> totals.ravel().tolist(), falls.ravel().tolist()
    ([-5.0, 5.0, 15.0, 25.0], [False, True, False])
    """
    if not persons.shape[1]:
        return persons, np.zeros((max(len(days) - 1, 0), 0), dtype=bool)
    filled = np.column_stack([_bridged(days, column) for column in persons.T])
    lengths = np.diff(days)[:, None]
    paces = np.diff(filled, axis=0) / lengths
    falls = paces < 0
    for row in np.flatnonzero(falls.any(axis=1)):
        before = paces[row - 1] if row else np.zeros(paces.shape[1])
        paces[row] = np.where(falls[row], before, paces[row])
    after = np.cumsum((paces * lengths)[::-1], axis=0)[::-1]
    return np.vstack([filled[-1] - after, filled[-1:]]), falls


def _bridged(days: _Floats, column: _Floats) -> _Floats:
    known = np.flatnonzero(~np.isnan(column))
    if not len(known):
        return column
    line: _Floats = np.interp(days, days[known], column[known])
    last = days[known[-1]]
    if last < days[-1]:
        back = np.interp(last - _WEEK, days, line)
        a_day = max(column[known[-1]] - back, 0.0) / min(_WEEK, max(last - days[known[0]], 1.0))
        line = line + a_day * np.maximum(days - last, 0.0)
    return line
