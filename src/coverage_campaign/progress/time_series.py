"""A progress in time: what was planned and done by each day that figures are known of."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.dates import ONE_DAY
from coverage_campaign.progress.counts import ReportedCounts
from coverage_campaign.scheduling.schedule import Plan

__all__ = [
    "ReportedHistory",
    "history_of",
    "reported_history",
    "running_table",
    "series_of",
    "silent_of",
]

_Floats = NDArray[np.float64]
_Days = NDArray[np.datetime64]


def history_of(
    plan: Plan, rows: ReportedCounts, *, as_of: dt.date, net: bool, known: bool
) -> pd.DataFrame:
    """Return the whole campaign period by period: period, planned_to_date, done_to_date.

    `known` tells whether anything of what is done is known at all. A month's figure stands at the
    month's end; persons from before or after the plan's days have periods of their own.
    """
    own = plan.campaign.periods(plan.by)
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
    rows: ReportedCounts, days: _Days, *, complete: NDArray[np.bool_], closed: _Days
) -> NDArray[np.bool_]:
    """Tell of each day and unit whether it lies in a month after the unit's last figure.

    What was done there is not known: a month without a figure is not reported, and no zero. Where
    all reports of a unit came (`complete`) it is known, and nothing; so it is from the month after
    a unit's last day (`closed`) on.
    """
    months = days.astype("datetime64[M]").astype(np.int64)
    last = np.full(len(rows.units), months[0])
    ends = rows.ends(rows.period).astype("datetime64[M]").astype(np.int64)
    np.maximum.at(last, rows.place, ends)
    gone = months[:, None] > closed.astype("datetime64[M]").astype(np.int64)
    silent: NDArray[np.bool_] = (months[:, None] > last) & ~complete & ~gone
    return silent


def running_table(days: _Days, totals: _Floats, units: tuple[str, ...]) -> pd.DataFrame:
    """Return a series as a frame: index date, one column a unit, Int64 persons."""
    index = pd.DatetimeIndex(days.astype("datetime64[s]"), name="date")
    columns = pd.Index(units, dtype="str", name="unit")
    return pd.DataFrame(totals, index=index, columns=columns).astype("Float64").astype("Int64")


@attrs.frozen(eq=False, kw_only=True)
class ReportedHistory:
    """Running totals of the units whose figures are known.

    Attributes:
        known: Which units of the plan those are.
        dates: The day before the first period, and the last counted day of each period.
        gains: Entries and resumptions so far, one row a date; nan where nothing is reported.
        losses: Losses so far where the campaign counts net and has any, else None.
        silent: Which of the known units have not reported the last month.
    """

    known: NDArray[np.bool_]
    dates: NDArray[np.datetime64]
    gains: _Floats
    losses: _Floats | None
    silent: NDArray[np.bool_]


def reported_history(
    counts: pd.DataFrame,
    rows: ReportedCounts,
    dates: _Days,
    *,
    closed: _Days,
    net: bool,
    from_sheets: bool,
) -> ReportedHistory:
    """Return what the units reported, from their counts; `dates` are those of `series_of`.

    `closed` is the last day of each unit, far away for those that go on. Sheets do not say on which
    day of its period a figure was read: see `_reading_days`.
    """
    known = counts["done"].notna().to_numpy(dtype=bool)
    complete = counts["complete"].fillna(value=False).to_numpy(dtype=bool)
    starts = np.unique(rows.period)
    place = np.searchsorted(starts, rows.period) + 1
    loss = rows.signs(net=True) < 0
    figures = [np.zeros((len(dates), len(rows.units))) for _ in range(2)]
    for part, mine in zip(figures, (~loss, loss), strict=True):
        np.add.at(part, (place[mine], rows.place[mine]), rows.persons[mine])
    gains, losses = figures
    silent = silent_of(rows, dates, complete=complete, closed=closed)
    totals = np.cumsum(gains, axis=0)
    if rows.by != "day":
        seen = np.zeros(gains.shape, dtype=bool)
        seen[0], seen[place, rows.place] = True, True
        gone = dates[:, None] > closed
        totals = _without_gaps(gains, seen | complete | gone, silent)
    net = net and bool(losses.any())
    if from_sheets:
        dates = _reading_days(rows, dates, gains.sum(axis=1))
    return ReportedHistory(
        known=known,
        dates=dates,
        gains=np.where(silent, np.nan, totals)[:, known],
        losses=np.where(silent, np.nan, np.cumsum(losses, axis=0))[:, known] if net else None,
        silent=silent[-1, known],
    )


def _reading_days(rows: ReportedCounts, dates: _Days, figures: _Floats) -> _Days:
    """Return the days to which figures are, where the last period is not over.

    Its figure is either that of the part that is over or, where totals are read on a Tuesday or on
    the 20th, that of a whole period, and so are all before it: whichever is nearer to the usual.
    """
    number = rows.periods.number(dates[-1:])
    first, last = (one(number)[0] for one in (rows.periods.first, rows.periods.last))
    lacking = last - dates[-1]
    usual = float(np.median(figures[1:-1])) if len(figures) > 2 else np.inf  # noqa: PLR2004 - one before
    part = float((dates[-1] - first).astype(np.int64) + 1) / float(
        (last - first).astype(np.int64) + 1
    )
    if rows.by == "day" or part == 1 or figures[-1] <= usual * part**0.5:
        return dates
    return np.concatenate([dates[:-1] - lacking, dates[-1:]])


def _without_gaps(gains: _Floats, seen: NDArray[np.bool_], silent: NDArray[np.bool_]) -> _Floats:
    """Return running totals, with each period that was not reported told from one of nobody.

    The figure after a gap is either that of its own period or of the whole gap; which of the two is
    told by the unit's usual figure. In the first case the gap gets usual figures: the last total
    stays what was reported, the ones before are lower.
    """
    figures = gains.copy()
    for unit in np.flatnonzero((~seen & ~silent).any(axis=0)).tolist():
        reported = np.flatnonzero(seen[1:, unit]) + 1
        gaps = np.diff(np.concatenate([[0], reported])) - 1
        usual = np.median(gains[reported[gaps == 0], unit]) if (gaps == 0).any() else np.nan
        for row, gap in zip(reported[gaps > 0], gaps[gaps > 0], strict=True):
            times = (gains[row, unit] + 0.5) / (usual + 0.5)
            if times < (gap + 1) ** 0.5:
                figures[row - gap : row, unit] = usual
            else:
                figures[row - gap : row, unit] = np.nan
    totals = np.cumsum(np.nan_to_num(figures), axis=0)
    last = np.where(seen.any(axis=0), len(seen) - 1 - seen[::-1].argmax(axis=0), 0)
    units = np.arange(gains.shape[1])
    totals += gains.sum(axis=0) - totals[last, units]
    return np.where(np.isnan(figures), np.nan, totals)
