"""What follows from shares: burdens, progress and its ranks, for many scenarios at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.tree import CutTree, counts_of
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.progress.track import Progress
from coverage_campaign.scenarios.filling import Arrays
from coverage_campaign.scenarios.many_plans import plan_many
from coverage_campaign.scenarios.many_ranks import rank_many
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["burdens", "figures_many", "periods_of"]

_Ints = NDArray[np.int64]


def burdens(campaign: Campaign, tree: CutTree, share: _Ints) -> Arrays:
    """Return shares over eligible and over uncovered people, as `Allocation.burden` has them."""
    leaves = tree.leaves
    unknown: list[int | None] = [None] * len(leaves)
    people = counts_of(leaves, campaign.eligible) if campaign.eligible else unknown
    covered = counts_of(leaves, campaign.covered) if campaign.covered else unknown
    left = [
        None if one is None or other is None else one - other
        for one, other in zip(people, covered, strict=True)
    ]
    return {"eligible_rate": share / _or_nan(people), "uncovered_rate": share / _or_nan(left)}


def _or_nan(counts: Sequence[int | None]) -> NDArray[np.float64]:
    return np.array([float(one) if one else np.nan for one in counts])


def figures_many(progress: Progress, plan: Plan, share: _Ints, what: Sequence[str]) -> Arrays:
    """Return the figures of a progress under many targets, as `figures` gives them for one."""
    counts = progress.counts
    has_done = counts["done"].notna().to_numpy(dtype=bool)
    done = counts["done"].fillna(0).to_numpy("int64")
    known = np.broadcast_to(has_done, share.shape)
    found: Arrays = {"done": np.broadcast_to(done, share.shape), "done known": known}
    if {"completion_rate", "planned_rate", "gap_points"} & set(what):
        rated = np.where(share > 0, share, np.nan)
    if "completion_rate" in what:
        found["completion_rate"] = np.where(known, done / rated, np.nan)
    if "shortfall" in what:
        found |= {"shortfall": np.maximum(share - done, 0), "shortfall known": known}
    if "rank" in what:
        complete = counts["complete"].fillna(value=True).to_numpy(dtype=bool)
        ranked = np.asarray(known & complete & (share > 0), dtype=bool)
        found |= {"rank": rank_many(done, share, ranked), "rank known": ranked}
    if {"planned", "planned_rate", "gap_points", "gap_persons"} & set(what):
        day = len(plan.days) - 1 - plan.days_left(progress.as_of)
        planned = plan_many(share, plan.effort, [day])[0]
        found |= {"planned": planned, "planned known": np.ones(share.shape, dtype=bool)}
        if "planned_rate" in what:
            found["planned_rate"] = planned / rated
        if {"gap_points", "gap_persons"} & set(what):
            gap = done - planned
            found |= {"gap_persons": gap, "gap_persons known": known}
            if "gap_points" in what:
                found["gap_points"] = np.where(known, 100 * gap / rated, np.nan)
    return found


def periods_of(plan: Plan) -> pd.DataFrame:
    """Return the phases and periods of a plan's table, in its order."""
    table = plan.to_frame()
    rows = table["unit"].to_numpy() == table["unit"].iloc[0]
    part: pd.DataFrame = table.loc[np.asarray(rows), ["phase", "period"]]
    return part.reset_index(drop=True)
