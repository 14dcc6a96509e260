"""What follows from shares: burdens, progress and its ranks, for many scenarios at once."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.tree import CutTree, counts_of
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.progress.indicators import INDICATORS, indicator
from coverage_campaign.progress.track import Progress
from coverage_campaign.scenarios.filling import Arrays
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
    """Return the figures of a progress under many targets, as `track` gives them for one."""
    units = attrs.evolve(progress.arrays, target=share)
    names = [name for name in INDICATORS if name in what]
    found: Arrays = {"done": np.broadcast_to(units.done, share.shape)}
    found["done known"] = np.broadcast_to(units.known, share.shape)
    if {"planned", "gap_persons"} & set(names):
        day = len(plan.days) - 1 - plan.days_left(progress.as_of)
        units = attrs.evolve(units, planned=plan.course.on(share, day))
    for name in names:
        values, known = indicator(name, units)
        if values.dtype.kind == "f":
            found[name] = np.where(known, values, np.nan)
        else:
            found |= {name: values, f"{name} known": known}
    return found


def periods_of(plan: Plan) -> pd.DataFrame:
    """Return the phases and periods of a plan's table, in its order."""
    table = plan.to_frame()
    rows = table["unit"].to_numpy() == table["unit"].iloc[0]
    part: pd.DataFrame = table.loc[np.asarray(rows), ["phase", "period"]]
    return part.reset_index(drop=True)
