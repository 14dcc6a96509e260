"""What is needed a day to finish: by days of the plan, calendar days and working days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import pandas as pd

from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["needed_table"]


def needed_table(
    frame: pd.DataFrame, plan: Plan, *, as_of: dt.date, holidays: Iterable[DateLike]
) -> pd.DataFrame:
    """Return what each unit needs a day to finish by the plan's last day, one row a unit.

    Columns: unit, name, shortfall [persons]; days (planned days left) and per_day; calendar_days
    (to the plan's last day, pauses of the plan among them) and per_calendar_day; working_days (of
    the planned days left Monday to Friday and no holiday) and per_working_day; <NA> where no such
    day is left.
    """
    left = plan.days[plan.days > np.datetime64(as_of, "D")]
    off = np.array([to_date(day) for day in holidays], dtype="datetime64[D]")
    first = max(as_of, plan.days[0].item() - dt.timedelta(days=1))
    calendar = max((plan.days[-1].item() - first).days, 0)
    table = frame[["unit", "name", "shortfall"]].copy()
    for name, days in (
        ("", len(left)),
        ("calendar_", calendar),
        ("working_", int(np.is_busday(left, holidays=off).sum())),
    ):
        per_day = f"per_{name}day"
        table[f"{name}days"] = pd.array([days] * len(table), dtype="Int64")
        table[per_day] = (table["shortfall"] / (days or pd.NA)).astype("Float64")
    return table
