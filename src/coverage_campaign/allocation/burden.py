"""How heavy shares are: what is asked over who could be asked, and how evenly it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from coverage_campaign.allocation.equity import Fairness, fairness
from coverage_campaign.allocation.request import exact_number
from coverage_campaign.allocation.tree import counts_of

if TYPE_CHECKING:
    from fractions import Fraction

    from coverage_campaign.allocation.allocation import Allocation

__all__ = ["burden", "fairness_of", "leaf_weights"]


def burden(allocation: Allocation) -> pd.DataFrame:
    """Return how heavy each leaf's share is: see `Allocation.burden`."""
    shares, campaign = allocation.shares(), allocation.campaign
    units = [campaign.unit(str(code)) for code in shares.index]
    unknown: list[int | None] = [None] * len(units)
    people = counts_of(units, campaign.eligible) if campaign.eligible else unknown
    covered = counts_of(units, campaign.covered) if campaign.covered else unknown
    frame = pd.DataFrame(
        {
            "unit": pd.array([unit.code for unit in units], dtype="str"),
            "name": pd.array([unit.label.text() for unit in units], dtype="str"),
            "share": pd.array(shares.to_numpy(), dtype="Int64"),
            "eligible": pd.array(people, dtype="Int64"),
        }
    )
    frame["uncovered"] = frame["eligible"] - pd.array(covered, dtype="Int64")
    return frame.assign(
        eligible_rate=frame["share"] / frame["eligible"].replace(0, pd.NA),
        uncovered_rate=frame["share"] / frame["uncovered"].replace(0, pd.NA),
    ).astype({"eligible_rate": "Float64", "uncovered_rate": "Float64"})


def fairness_of(allocation: Allocation) -> Fairness:
    """Return the fairness of the leaves' shares over eligible people, or else over weights."""
    shares, campaign = allocation.shares(), allocation.campaign
    codes = [str(code) for code in shares.index]
    if campaign.eligible:
        people = counts_of([campaign.unit(code) for code in codes], campaign.eligible)
        known = [count for count in people if count is not None]
        if len(known) == len(people) and any(known):
            return fairness(codes, shares.tolist(), known, need_name=campaign.eligible)
    weights = leaf_weights(allocation)
    return fairness(codes, shares.tolist(), weights, need_name=allocation.weighting)


def leaf_weights(allocation: Allocation) -> list[int | Fraction]:
    """Return the leaves' weights, exact, in the order of the shares."""
    by_code = dict(zip(allocation.frame["unit"].tolist(), allocation.weights, strict=False))
    return [exact_number(by_code[str(code)]) for code in allocation.shares().index]
