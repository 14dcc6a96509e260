"""The figures of a progress, reckoned from whole persons: the same for a unit and the whole."""

from __future__ import annotations

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.progress.earned import gap_days
from coverage_campaign.progress.ranks import competition_ranks

__all__ = ["COLUMNS", "SUMMED", "Clock", "figures", "pooled"]

SUMMED = (
    "target",
    "planned",
    "done",
    "new",
    "reports_expected",
    "reports_received",
    "reports_on_time",
)
"""The counts that a group of units adds up, leaving out a unit that did not report."""

_KNOWN_OF_ALL = ("eligible", "covered")

COLUMNS = (
    "unit",
    "name",
    "target",
    "planned",
    "done",
    "new",
    "completion_rate",
    "planned_rate",
    "gap_points",
    "gap_persons",
    "gap_days",
    "shortfall",
    "required_per_day",
    "rank",
    "reports_expected",
    "reports_received",
    "reports_on_time",
    "complete",
    "coverage_rate",
)


@attrs.frozen(eq=False)
class Clock:
    """Where a day lies in a plan: the curve by day, the days of it that are over and are left."""

    curve: NDArray[np.float64]
    elapsed: int
    left: int


def figures(counts: pd.DataFrame, clock: Clock, *, rank: bool = True) -> pd.DataFrame:
    """Return the columns of a progress from its counts, one row in for one row out.

    Args:
        counts: unit, name, then Int64 counts [persons]: target, planned, done, new, eligible,
            covered (people covered before), reports_expected, reports_received, reports_on_time,
            and complete (boolean).
        clock: The day's place in the plan.
        rank: Whether the rows are ranked among each other; those whose reports are known to be
            incomplete are not.
    """
    done, target, planned = counts["done"], counts["target"], counts["planned"]
    rated = target.where(target > 0).astype("Float64")
    gap = done - planned
    shortfall = (target - done).clip(lower=0)
    eligible = counts["eligible"].where(counts["eligible"] > 0).astype("Float64")
    left = pd.NA if clock.left == 0 else clock.left
    return pd.DataFrame(
        {
            "unit": counts["unit"],
            "name": counts["name"],
            "target": target,
            "planned": planned,
            "done": done,
            "new": counts["new"],
            "completion_rate": done / rated,
            "planned_rate": planned / rated,
            "gap_points": 100 * gap / rated,
            "gap_persons": gap,
            "gap_days": _days(done, planned, target, clock),
            "shortfall": shortfall,
            "required_per_day": (shortfall / left).astype("Float64"),
            "rank": _ranks(counts) if rank else pd.array([pd.NA] * len(counts), dtype="Int64"),
            "reports_expected": counts["reports_expected"],
            "reports_received": counts["reports_received"],
            "reports_on_time": counts["reports_on_time"],
            "complete": counts["complete"],
            "coverage_rate": (counts["covered"] + done) / eligible,
        }
    )


def pooled(counts: pd.DataFrame, *, unit: str, name: str) -> pd.DataFrame:
    """Return the counts of a group of units as one row: sums, never means.

    A unit that did not report adds nothing and leaves the group incomplete; an eligible or covered
    figure that one unit lacks is missing for the group.
    """
    row: dict[str, object] = {"unit": pd.array([unit], dtype="str"), "name": pd.array([name])}
    for column in SUMMED:
        row[column] = pd.array([counts[column].sum(min_count=1)], dtype="Int64")
    for column in _KNOWN_OF_ALL:
        row[column] = pd.array([counts[column].sum(skipna=False)], dtype="Int64")
    row["complete"] = pd.array([counts["complete"].all(skipna=False)], dtype="boolean")
    return pd.DataFrame(row).astype({"name": "str"})


def _days(
    done: pd.Series[int], planned: pd.Series[int], target: pd.Series[int], clock: Clock
) -> pd.Series[float]:
    known = (done.notna() & (target > 0)).to_numpy(dtype=bool)
    gaps = np.zeros(len(known))
    gaps[known] = gap_days(
        _whole(done)[known],
        _whole(planned)[known],
        _whole(target)[known],
        curve=clock.curve,
        elapsed=clock.elapsed,
    )
    return pd.Series(pd.arrays.FloatingArray(gaps, ~known), index=done.index)


def _whole(column: pd.Series[int]) -> NDArray[np.int64]:
    """Return a column of counts with 0 in the places that its caller leaves out."""
    return column.fillna(0).to_numpy(dtype="int64").astype(np.int64, copy=False)


def _ranks(counts: pd.DataFrame) -> pd.Series[int]:
    done, target = counts["done"], counts["target"]
    ranked = done.notna() & (target > 0) & counts["complete"].fillna(value=True)
    rows = ranked.to_numpy(dtype=bool)
    places = np.zeros(len(rows), dtype=np.int64)
    places[rows] = competition_ranks(_whole(done)[rows], _whole(target)[rows])
    return pd.Series(pd.arrays.IntegerArray(places, ~rows), index=counts.index)
