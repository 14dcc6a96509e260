"""A coverage rate as a target for each unit: what brings it there, and nothing shared."""

from __future__ import annotations

from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.explain import number_text
from coverage_campaign.allocation.tree import CutTree
from coverage_campaign.allocation.weights import Weighting, covered, eligible
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget

__all__ = ["read_target", "to_the_goal"]


def read_target(
    campaign: Campaign, target: HeadcountTarget | CoverageTarget | int | str | None
) -> HeadcountTarget | CoverageTarget | int:
    """Return the target that is meant: a value, a code, a number, or the first headcount."""
    if isinstance(target, (HeadcountTarget, CoverageTarget)):
        return target
    if isinstance(target, bool) or (isinstance(target, int) and target < 0):
        raise DefinitionError(Problem("target", f"{target}", "give a number of persons, 0 or more"))
    if isinstance(target, int):
        return target
    named = [
        one
        for one in campaign.targets
        if isinstance(one, (HeadcountTarget, CoverageTarget)) and one.code == target
    ]
    if named:
        return named[0]
    if target is None and campaign.headcount is not None:
        return campaign.headcount
    known = ", ".join(one.code for one in campaign.targets) or "none"
    raise DefinitionError(
        Problem("target", f"{target!r}", f"give persons or a target's code ({known})")
    )


def to_the_goal(campaign: Campaign, target: CoverageTarget, *, among: str) -> Allocation:
    """Return what brings each leaf of a cut to a coverage rate: ceil(rate x eligible) - covered.

    A unit above has what its leaves have together.
    """
    tree = CutTree.of(campaign, among)
    people = _persons(campaign, tree, eligible)
    there = _persons(campaign, tree, covered) if campaign.covered else np.zeros_like(people)
    needed = [target.to * count for count in people.tolist()]
    lacking = [max(ceil(need) - done, 0) for need, done in zip(needed, there.tolist(), strict=True)]
    share = tree.summed(np.array(lacking, dtype=np.int64))
    weights = tree.summed(people)
    quota = float(target.to) * weights - tree.summed(there)
    count = len(tree.units)
    unbounded = pd.array([None] * count, dtype="Int64")
    codes = pd.array(tree.codes, dtype="str")
    frame = pd.DataFrame(
        {
            "unit": codes,
            "name": pd.array([unit.label.text() for unit in tree.units], dtype="str"),
            "parent": codes.take(tree.parent, allow_fill=True),
            "tier": pd.array(tree.tier, dtype="Int64"),
            "weight": pd.array(weights, dtype="Int64"),
            "quota": pd.array(quota, dtype="Float64"),
            "share": pd.array(share, dtype="Int64"),
            "floor": unbounded,
            "cap": unbounded,
            "pinned": np.zeros(count, dtype=bool),
            "uplifted": pd.array(share, dtype="Int64"),
        }
    )
    return Allocation(
        campaign=campaign,
        among=among,
        total=sum(lacking),
        target=f"{number_text(target.to * 100)} % of {campaign.eligible}",
        method=None,
        weighting=campaign.eligible,
        weights=tuple(weights.tolist()),
        basis=campaign.basis().assuming(_each_to_the_goal(campaign, target)),
        ties=(),
        frame=frame,
        there=tree.summed(there),
    )


def _each_to_the_goal(campaign: Campaign, target: CoverageTarget) -> Label:
    rate = number_text(target.to * 100)
    people = campaign.measure(campaign.eligible).label
    return Label(
        {
            "en": f"each unit is to reach {rate} % of its own {people.text('en')}",
            "zh-Hans": f"各单位均须达到本单位{people.text('zh')}的{rate}%",
        }
    )


def _persons(campaign: Campaign, tree: CutTree, weighting: Weighting) -> NDArray[np.int64]:
    """Return whole persons of each leaf; an error names those without a figure."""
    counts = weighting.of(campaign, tree.leaves)
    return np.array([int(counts[unit.code]) for unit in tree.leaves], dtype=np.int64)
