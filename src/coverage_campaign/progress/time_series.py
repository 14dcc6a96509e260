"""A progress in time: what was planned and done by each day that figures are known of."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.dates import ONE_DAY
from coverage_campaign.model.periods import periods_of
from coverage_campaign.progress.reported_counts import ReportedCounts
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["history_of", "running_table", "series_of", "silent_of"]

_Floats = NDArray[np.float64]
_Days = NDArray[np.datetime64]


def history_of(
    plan: Plan, rows: ReportedCounts, *, as_of: dt.date, net: bool, known: bool
) -> pd.DataFrame:
    """Return the whole campaign period by period: period, planned_to_date, done_to_date.

    `known` tells whether anything of what is done is known at all. A month's figure stands at the
    month's end; persons from before or after the plan's days have periods of their own.
    """
    own = periods_of(plan.campaign, plan.by)
    days = np.concatenate([plan.days, rows.ends(np.unique(rows.period))])
    numbers = np.unique(own.number(days))
    periods, starts, ends = own.name(numbers), own.first(numbers), own.last(numbers)
    planned = [int(plan.planned_on(end).sum()) for end in ends.tolist()]
    done = _done_by(rows, starts, ends, as_of=as_of, net=net) if known else [None] * len(ends)
    return pd.DataFrame(
        {
            "period": periods.astype("datetime64[s]"),
            "planned_to_date": pd.array(planned, dtype="Int64"),
            "done_to_date": pd.array(done, dtype="Int64"),
        }
    )


def _done_by(
    rows: ReportedCounts, starts: _Days, ends: _Days, *, as_of: dt.date, net: bool
) -> list[int | None]:
    order = np.argsort(rows.period, kind="stable")
    days = rows.ends(rows.period[order])
    running = np.cumsum((rows.persons * rows.signs(net=net))[order])
    last = np.searchsorted(days, ends, side="right")
    today = np.datetime64(as_of, "D")
    return [
        int(running[place - 1]) if place and first <= today else None
        for place, first in zip(last.tolist(), starts, strict=True)
    ]


def series_of(
    plan: Plan, rows: ReportedCounts, *, as_of: dt.date, net: bool, unknown: NDArray[np.bool_]
) -> tuple[_Days, _Floats]:
    """Return the days that the tally knows and the running totals on them [persons].

    One row a day, one column a unit; the first row is the day before the first period, with nothing
    done; an `unknown` unit is a column of nan. A day for which no unit has a figure is left out: it
    was not reported, or nobody came.
    """
    starts = np.unique(rows.period)
    sums = np.zeros((len(starts) + 1, len(rows.units)))
    signed = rows.persons * rows.signs(net=net)
    np.add.at(sums, (np.searchsorted(starts, rows.period) + 1, rows.place), signed)
    totals = np.cumsum(sums, axis=0)
    totals[:, unknown] = np.nan
    first = min(plan.days[0], *starts[:1], np.datetime64(as_of, "D")) - ONE_DAY
    days = np.concatenate([[first], rows.ends(starts)]).astype("datetime64[D]")
    return days, totals


def silent_of(
    rows: ReportedCounts, days: _Days, *, complete: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell of each day and unit whether it lies in a month after the unit's last figure.

    What was done there is not known: a month without a figure is not reported, and no zero. Where
    all reports of a unit came (`complete`) it is known, and nothing.
    """
    months = days.astype("datetime64[M]").astype(np.int64)
    last = np.full(len(rows.units), months[0])
    ends = rows.ends(rows.period).astype("datetime64[M]").astype(np.int64)
    np.maximum.at(last, rows.place, ends)
    silent: NDArray[np.bool_] = (months[:, None] > last) & ~complete
    return silent


def running_table(days: _Days, totals: _Floats, units: tuple[str, ...]) -> pd.DataFrame:
    """Return a series as a frame: index date, one column a unit, Int64 persons."""
    index = pd.DatetimeIndex(days.astype("datetime64[s]"), name="date")
    columns = pd.Index(units, dtype="str", name="unit")
    return pd.DataFrame(totals, index=index, columns=columns).astype("Float64").astype("Int64")
