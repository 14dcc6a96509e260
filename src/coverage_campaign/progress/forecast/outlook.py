"""The paths ahead with their ranges: expected, low, high, the chance, the day of reaching."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.progress.forecast.history import Record
from coverage_campaign.progress.forecast.intervals import Spread, spread_of
from coverage_campaign.progress.forecast.methods import Pace

__all__ = ["Outlook"]

_Floats = NDArray[np.float64]


@attrs.frozen(eq=False, kw_only=True)
class Outlook:
    """What a pace makes of a record: the expected path of each unit and the errors it may have."""

    record: Record
    expected: _Floats
    spread: Spread
    whole: Spread
    level: float
    origin: dt.date

    @classmethod
    def of(cls, record: Record, method: Pace, *, level: float, origin: dt.date) -> Outlook:
        """Return the outlook of a record whose last day is `origin`."""
        expected = method(record) if len(record.ahead) else record.persons[:0]
        one, whole = spread_of(record, method)
        return cls(
            record=record, expected=expected, spread=one, whole=whole, level=level, origin=origin
        )

    def pooled(self) -> Outlook:
        """Return the outlook of all units together: the sum of what is expected of each."""
        record = attrs.evolve(
            self.record,
            persons=_together(self.record.persons),
            ceiling=self.record.ceiling.sum(keepdims=True),
        )
        return attrs.evolve(
            self, record=record, expected=_together(self.expected), spread=self.whole
        )

    def range(self) -> tuple[_Floats, _Floats]:
        """Return low and high on each day ahead: none below what is done, none above the limit."""
        ahead = self.record.ahead
        grown = np.maximum(self.expected - self.record.now, 0)
        low = self.spread.growth((1 - self.level) / 2, ahead)[:, None]
        high = self.spread.growth((1 + self.level) / 2, ahead)[:, None]
        limit = np.maximum(self.record.ceiling, self.expected)
        lowest = np.minimum(self.record.now + grown * low, self.expected)
        highest = np.maximum(self.record.now + grown * high, self.expected)
        return lowest, np.minimum(highest, limit)

    def chance(self, target: _Floats) -> _Floats:
        """Return the probability that each unit has reached its target on the last day."""
        grown = self._last(self.expected) - self.record.now
        lacking = target - self.record.now
        there = np.where(np.isnan(lacking), np.nan, lacking <= 0)
        if not len(self.record.ahead):
            return there
        ratio = np.divide(lacking, grown, out=np.zeros_like(lacking), where=(grown > 0))
        share = self.spread.share_above(np.maximum(ratio, 0), float(self.record.ahead[-1]))
        return np.where((grown > 0) & (lacking > 0), share, there)

    def rows(self, units: NDArray[np.str_], target: _Floats) -> pd.DataFrame:
        """Return one row a unit at the last day: unit, expected, low, high, chance, reach_date."""
        low, high = self.range()
        return pd.DataFrame(
            {
                "unit": pd.array(units, dtype="str"),
                "expected": _persons(self._last(self.expected)),
                "low": _persons(self._last(low)),
                "high": _persons(self._last(high)),
                "chance": pd.array(self.chance(target), dtype="Float64"),
                "reach_date": self._reached(target),
            }
        )

    def path(self) -> pd.DataFrame:
        """Return the one unit of a pooled outlook day by day: date, expected, low, high."""
        low, high = self.range()
        ahead = self.record.ahead.astype("timedelta64[D]")
        dates = np.datetime64(self.origin, "D") + ahead
        return pd.DataFrame(
            {
                "date": dates.astype("datetime64[s]"),
                "expected": _persons(self.expected[:, 0]),
                "low": _persons(low[:, 0]),
                "high": _persons(high[:, 0]),
            }
        )

    def _last(self, path: _Floats) -> _Floats:
        return path[-1] if len(path) else self.record.now

    def _reached(self, target: _Floats) -> pd.DatetimeIndex:
        """Return the first day, observed or ahead, on which each total is at its target."""
        days = np.concatenate([self.record.days, self.record.ahead])
        there = np.rint(np.vstack([self.record.persons, self.expected])) >= target
        dates = [
            self.origin + dt.timedelta(days=int(days[row])) if there[row, unit] else pd.NaT
            for unit, row in enumerate(there.argmax(axis=0).tolist())
        ]
        return pd.DatetimeIndex(dates).as_unit("s")


def _together(persons: _Floats) -> _Floats:
    """Return the sum over the units as one column; of no unit at all it is not known."""
    if not persons.shape[1]:
        return np.full((len(persons), 1), np.nan)
    total: _Floats = persons.sum(axis=1, keepdims=True)
    return total


def _persons(values: _Floats) -> pd.arrays.IntegerArray:
    missing = ~np.isfinite(values)
    whole = np.rint(np.where(missing, 0, values)).astype(np.int64)
    return pd.arrays.IntegerArray(whole, missing)
