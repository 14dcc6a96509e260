"""The whole persons of each unit that every figure of a progress is reckoned from."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.progress.reported_counts import Counted
from coverage_campaign.progress.status import hindrances
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["is_open", "period_of", "persons_of"]


def persons_of(plan: Plan, rows: Counted, reports: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Return the whole persons of each unit that all figures come from."""
    campaign = plan.campaign
    units = [campaign.unit(code) for code in rows.units]
    net = campaign.counts_net
    losses = rows.sums("loss")
    told = not is_open(campaign, rows)
    came = (reports["reports_received"] > 0).fillna(value=False).to_numpy(dtype=bool)
    began = period_of(plan, rows, day)
    done = rows.sums("entry") + rows.sums("resumption") - (losses if net else 0)
    new = (
        rows.sums("entry", since=began)
        + rows.sums("resumption", since=began)
        - (rows.sums("loss", since=began) if net else 0)
    )
    known = rows.reported() | came
    known_new = rows.reported(since=began) | (
        came & reports["complete"].fillna(value=False).to_numpy(dtype=bool)
    )
    counts = pd.DataFrame(
        {
            "unit": pd.array(rows.units, dtype="str"),
            "name": pd.array([unit.label.text() for unit in units], dtype="str"),
            "target": pd.array(plan.shares().to_numpy(), dtype="Int64"),
            "planned": pd.array(plan.planned_on(day).to_numpy(), dtype="Int64"),
            "done": _where(known & told, done),
            "new": _where(known_new & told, new),
            "eligible": pd.array([unit.count(campaign.eligible) for unit in units], dtype="Int64"),
            "covered": pd.array([unit.count(campaign.covered) for unit in units], dtype="Int64"),
            "planned_rate": planned_rates(plan, day),
            "hindrance": hindrances(campaign, rows.units, day, is_open=not told),
        }
    )
    # A reported stock, or the baseline that the reports were reckoned from, is nearer to the
    # counted days than a measure from before the campaign.
    counts["covered"] = counts["covered"].mask(rows.has_stock, _where(rows.has_stock, rows.stock))
    return pd.concat([counts, reports], axis=1)


def planned_rates(plan: Plan, day: dt.date) -> pd.arrays.FloatingArray:
    """Return the unrounded plan over the target of each unit, <NA> without a target."""
    target = plan.shares().to_numpy()
    rate = np.full(len(target), float(plan.share_on(day)))
    return pd.arrays.FloatingArray(rate, target == 0)


def is_open(campaign: Campaign, rows: Counted) -> bool:
    """Tell whether what is done hangs on a reading that nobody has chosen."""
    return campaign.counts_net is None and bool(rows.sums("loss").any())


def period_of(plan: Plan, rows: Counted, day: dt.date) -> dt.date:
    """Return the first day of the period that `day` lies in, as fine as plan and tally both are."""
    if plan.by == "day" and rows.by == "day":
        return day
    return day.replace(day=1)


def _where(known: NDArray[np.bool_], values: NDArray[np.int64]) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(values.astype(np.int64), ~np.asarray(known))
