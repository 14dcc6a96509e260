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

_WEEK = 7.0


def unchanged(record: Record) -> _Floats:
    """Return the last running total for every day ahead: nobody else comes."""
    return np.broadcast_to(record.now, (len(record.ahead), len(record.now))).copy()


def run_rate(days: int) -> Pace:
    """Return the pace that goes on as the mean of the last so many days."""

    def pace(record: Record) -> _Floats:
        back = min(float(days), -record.days[0])
        if back <= 0:
            return unchanged(record)
        a_day = (record.now - record.at(-back)) / back
        return _limited(record, record.now + record.ahead[:, None] * a_day)

    pace.__name__ = f"run_rate_{days}"
    return pace


def plan_following(record: Record) -> _Floats:
    """Return what comes if the plan goes on being met to the same share as so far.

    The shape is the plan's own: a rush that the plan has before its deadline is in it. Without a
    plan the time that has passed stands for it.
    """
    planned, ahead = record.planned, record.planned_ahead
    if planned is None or ahead is None or planned[-1] <= planned[0]:
        planned, ahead = record.days, record.ahead
    met = (record.now - record.persons[0]) / max(planned[-1] - planned[0], 1e-12)
    return _limited(record, record.now + (ahead - planned[-1])[:, None] * met)


def damped(record: Record) -> _Floats:
    """Return the recent pace, growing or fading as all units together have of late."""
    span = -record.days[0]
    if span <= 0:
        return unchanged(record)
    back = min(_WEEK, span)
    a_day = (record.now - record.at(-back)) / back
    keep = 0.98
    total = (1 - keep**record.ahead) / (1 - keep)
    return _limited(record, record.now + total[:, None] * a_day)


def saturating(record: Record) -> _Floats:
    """Return the recent pace, slowing in proportion to the persons who are left.

    The rate at which the remaining eligible persons enrol stays what it was in the last week; the
    total nears the ceiling and never reaches it. Without a ceiling it is the run rate.
    """
    back = min(_WEEK, -record.days[0])
    if back <= 0:
        return unchanged(record)
    before = record.at(-back)
    room = record.ceiling - record.now
    with np.errstate(invalid="ignore", divide="ignore"):
        hazard = np.log((record.ceiling - before) / room) / back
        curve = record.ceiling - room * np.exp(-hazard * record.ahead[:, None])
    straight = record.now + record.ahead[:, None] * (record.now - before) / back
    usable = np.isfinite(record.ceiling) & (room > 0)
    return _limited(record, np.where(usable, curve, straight))


def _limited(record: Record, totals: _Floats) -> _Floats:
    """Return the totals, none beyond what can be reached and none lost that was reached."""
    limit = np.maximum(record.ceiling, record.now)
    return np.minimum(totals, limit)
