"""The whole persons of each unit from which every figure of a progress is calculated."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.periods import periods_of
from coverage_campaign.progress.reported_counts import ReportedCounts
from coverage_campaign.progress.status import hindrances
from coverage_campaign.scheduling.plan import Plan

__all__ = ["first_day_of_period", "is_open", "unit_counts"]


def unit_counts(
    plan: Plan, rows: ReportedCounts, reports: pd.DataFrame, day: dt.date
) -> pd.DataFrame:
    """Return one row per unit with the columns that `indicators.figures` asks for."""
    campaign = plan.campaign
    units = [campaign.unit(code) for code in rows.units]
    is_open_now = is_open(campaign, rows)
    net = campaign.counts_net is True
    began = first_day_of_period(plan, rows, day)
    came = (reports["reports_received"] > 0).fillna(value=False).to_numpy(dtype=bool)
    complete = reports["complete"].fillna(value=False).to_numpy(dtype=bool)
    known = (rows.reported() | came) & (not is_open_now)
    known_new = (rows.reported(since=began) | (came & complete)) & (not is_open_now)
    target = plan.shares().to_numpy()
    counts = pd.DataFrame(
        {
            "unit": pd.array(rows.units, dtype="str"),
            "name": pd.array([unit.label.text() for unit in units], dtype="str"),
            "target": pd.array(target, dtype="Int64"),
            "planned": pd.array(plan.planned_on(day).to_numpy(), dtype="Int64"),
            "done": _where(known, rows.done(net=net)),
            "new": _where(known_new, rows.done(net=net, since=began)),
            "eligible": pd.array([unit.count(campaign.eligible) for unit in units], dtype="Int64"),
            "covered": pd.array([unit.count(campaign.covered) for unit in units], dtype="Int64"),
            "planned_rate": pd.arrays.FloatingArray(
                plan.planned_rate_on(day).to_numpy(dtype=np.float64), target == 0
            ),
            "hindrance": hindrances(campaign, rows.units, day, is_open=is_open_now),
        }
    )
    # A reported stock, or the baseline that the reports start from, is nearer to the counted days
    # than a measure from before the campaign.
    counts["covered"] = counts["covered"].mask(rows.has_stock, _where(rows.has_stock, rows.stock))
    return pd.concat([counts, reports], axis=1)


def is_open(campaign: Campaign, rows: ReportedCounts) -> bool:
    """Tell whether what is done depends on a reading that nobody has chosen."""
    return campaign.counts_net is None and bool(rows.sums("loss").any())


def first_day_of_period(plan: Plan, rows: ReportedCounts, day: dt.date) -> dt.date:
    """Return the first day of the period of `day`, as fine as plan and tally both are."""
    periods = rows.periods
    if plan.by == "month" and rows.by in {"day", "week"}:
        periods = periods_of(plan.campaign, "month")
    first: dt.date = periods.first(periods.number([day]))[0].item()
    return first


def _where(known: NDArray[np.bool_], values: NDArray[np.int64]) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(values.astype(np.int64), ~np.asarray(known))
