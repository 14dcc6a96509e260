"""How a running total goes on: each pace is a function of a record to the days ahead.

A pace returns one row a day ahead and one column a unit [persons]. It holds no state and knows no
campaign; a caller's own function of the same shape is as good as these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from coverage_campaign.progress.record import Record

__all__ = ["Pace", "damped", "plan_following", "run_rate", "saturating", "unchanged"]

_Floats = NDArray[np.float64]
Pace: TypeAlias = Callable[[Record], _Floats]
"""record -> running totals ahead, one row a day ahead and one column a unit."""

# The shape of `damped`, per stretch of the record (a week of daily figures, a month of monthly
# ones). Round values from a flat optimum; docs/forecasting.md says how they were found and judged.
_TREND_TRUSTED = 0.8
_TREND_KEPT = 0.7
_PACE_KEPT = 0.965
_STEEPEST = 0.35


def unchanged(record: Record) -> _Floats:
    """Return the last running total for every day ahead: nobody else comes."""
    return np.broadcast_to(record.now, (len(record.ahead), len(record.now))).copy()


def run_rate(periods: int) -> Pace:
    """Return the pace that goes on as the mean of the last so many periods (days, or months)."""

    def pace(record: Record) -> _Floats:
        a_day = record.pace(periods * record.period)
        return _bounded(record, record.now + record.ahead[:, None] * a_day)

    pace.__name__ = f"run_rate({periods})"
    return pace


def plan_following(record: Record) -> _Floats:
    """Return what comes if the plan goes on being met to the same share as so far.

    The shape is the plan's own: a rush that the plan has before its deadline is in it. Without a
    plan, or before the plan has begun, the time that passes stands for it.
    """
    past, ahead = record.planned, record.planned_ahead
    if past is None or ahead is None or past[-1] <= past[0]:
        past, ahead = record.days, record.ahead
    over = past[-1] - past[0]
    if over <= 0:
        return unchanged(record)
    met = (record.now - record.persons[0]) / over
    return _bounded(record, record.now + (ahead - past[-1])[:, None] * met)


def saturating(record: Record) -> _Floats:
    """Return the recent pace, slowing in proportion to the persons who are left.

    The rate at which the remaining eligible persons come stays what it was in the last stretch;
    the total nears the ceiling and never reaches it. Without a ceiling it is the run rate.
    """
    return _filling(record, record.pace(record.stretch), record.ahead)


def damped(record: Record) -> _Floats:
    """Return the recent pace with a trend that fades, slowing further as few are left.

    Each unit has its own pace of the last stretch (a week; a month of monthly figures). How paces
    grow or fade is taken from all units together, for a single unit's trend is mostly noise: this
    stretch against the one before, trusted to 80 %, 70 % of it kept a stretch later, and 3.5 % of
    the pace lost each stretch. Where a ceiling is known the pace also shrinks with the persons
    who are left.

    Source: a damped trend after E. S. Gardner and E. McKenzie, Forecasting trends in time series,
    Management Science 31 (1985) 1237-1246; the values of this one in docs/forecasting.md.
    """
    stretch = record.stretch
    last = int(np.ceil(record.ahead.max(initial=0.0)))
    steps = np.arange(1, last + 1) / stretch
    fade = np.log(_PACE_KEPT) / stretch
    start = fade + _TREND_TRUSTED * (_trend(record) / stretch - fade) if last else fade
    growth = np.cumsum(fade + (start - fade) * _TREND_KEPT**steps)
    effective = np.concatenate(([0.0], np.cumsum(np.exp(growth))))
    return _filling(
        record, record.pace(stretch), np.interp(record.ahead, np.arange(last + 1), effective)
    )


def _trend(record: Record) -> float:
    """Return the log of the pace of all units in this stretch over that in the one before."""
    stretch = record.stretch
    if -record.days[0] < 1.5 * stretch:
        return float(np.log(_PACE_KEPT))
    before = min(stretch, -record.days[0] - stretch)
    now = np.nansum(record.pace(stretch))
    earlier = np.nansum(record.at(-stretch) - record.at(-stretch - before)) / before
    if now <= 0 or earlier <= 0:
        return float(np.log(_PACE_KEPT))
    between = (stretch + before) / 2
    return float(np.clip(np.log(now / earlier) * stretch / between, -_STEEPEST, _STEEPEST))


def _filling(record: Record, a_day: _Floats, effective: _Floats) -> _Floats:
    """Return totals after so many days at full pace, the pace shrinking with the room left."""
    room = record.ceiling - record.now
    limited = np.isfinite(room) & (room > 0)
    safe = np.where(limited, room, 1.0)
    straight = effective[:, None] * a_day
    filled = safe * -np.expm1(-straight / safe)
    return _bounded(record, record.now + np.where(limited, filled, straight))


def _bounded(record: Record, totals: _Floats) -> _Floats:
    """Return the totals, none beyond what can be reached."""
    return np.minimum(totals, np.maximum(record.ceiling, record.now))
