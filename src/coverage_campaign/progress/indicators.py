"""The figures of a progress, reckoned from whole persons: the same for a unit and the whole."""

from __future__ import annotations

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.progress.earned_schedule import gap_days
from coverage_campaign.progress.ranks import competition_ranks

__all__ = ["COLUMNS", "SUMMED", "Clock", "figures", "pooled", "pooled_by"]

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


def pooled_by(counts: pd.DataFrame, keys: pd.Series[str]) -> pd.DataFrame:
    """Return the counts of each group of units as one row: sums, never means.

    `keys` names the group of each row; groups come in the order of their first unit. A unit that
    did not report adds nothing and leaves its group incomplete; an eligible or covered figure that
    one unit lacks is missing for the group.
    """
    grouped = counts.groupby(keys.to_numpy(), sort=False)
    sums = grouped[list(SUMMED)].sum(min_count=1)
    for column in _KNOWN_OF_ALL:
        whole = grouped[column].count() == grouped[column].size()
        sums[column] = grouped[column].sum().where(whole)
    complete = counts["complete"].astype("Int64").groupby(keys.to_numpy(), sort=False)
    known = complete.count() == complete.size()
    # One unit that is known to be incomplete settles it, whatever is not known of the others.
    least = complete.min()
    sums["complete"] = least.where(known | (least == 0)).astype("boolean")
    table = sums.reset_index(names="unit")
    table.insert(1, "name", table["unit"])
    return table.astype({"unit": "str", "name": "str"})


def pooled(counts: pd.DataFrame, *, unit: str, name: str) -> pd.DataFrame:
    """Return the counts of all units as one row, as `pooled_by` adds them up."""
    row = pooled_by(counts, pd.Series([unit] * len(counts), index=counts.index, dtype="str"))
    row["name"] = pd.array([name] * len(row), dtype="str")
    return row


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
