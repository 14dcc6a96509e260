"""A coverage rate as a target for each unit: what brings it there, and nothing shared."""

from __future__ import annotations

from math import ceil

import numpy as np
import pandas as pd

from coverage_campaign.allocation.allocated import Allocation
from coverage_campaign.allocation.explained import number_text
from coverage_campaign.allocation.tree import CutTree
from coverage_campaign.allocation.weights import Weighting, covered, eligible
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget
from coverage_campaign.model.units import Unit

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
    """Return what brings each unit of a cut to a coverage rate: ceil(rate x eligible) - covered."""
    tree = CutTree.of(campaign, among)
    if len(tree.units) != len(tree.leaves):
        raise DefinitionError(
            Problem(f"cut '{among}'", "has several tiers", "apply a coverage goal to one tier")
        )
    people = _persons(campaign, tree.leaves, eligible)
    there = (
        _persons(campaign, tree.leaves, covered) if campaign.covered else dict.fromkeys(people, 0)
    )
    needed = {code: target.to * count for code, count in people.items()}
    share = {code: max(ceil(need) - there[code], 0) for code, need in needed.items()}
    units = tree.units
    frame = pd.DataFrame(
        {
            "unit": pd.array([unit.code for unit in units], dtype="str"),
            "name": pd.array([unit.label.text() for unit in units], dtype="str"),
            "parent": pd.array([None] * len(units), dtype="str"),
            "tier": pd.array([1] * len(units), dtype="Int64"),
            "weight": pd.array([people[unit.code] for unit in units], dtype="Int64"),
            "quota": pd.array(
                [float(needed[unit.code] - there[unit.code]) for unit in units], dtype="Float64"
            ),
            "share": pd.array([share[unit.code] for unit in units], dtype="Int64"),
            "floor": pd.array([None] * len(units), dtype="Int64"),
            "cap": pd.array([None] * len(units), dtype="Int64"),
            "pinned": np.zeros(len(units), dtype=bool),
            "uplifted": pd.array([share[unit.code] for unit in units], dtype="Int64"),
        }
    )
    return Allocation(
        campaign=campaign,
        among=among,
        total=sum(share.values()),
        target=f"{number_text(target.to * 100)} % of {campaign.eligible}",
        method=None,
        weighting=campaign.eligible,
        weights=tuple(people[unit.code] for unit in units),
        basis=campaign.basis().assuming(_each_to_the_goal(campaign, target)),
        ties=(),
        frame=frame,
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


def _persons(campaign: Campaign, units: tuple[Unit, ...], weighting: Weighting) -> dict[str, int]:
    """Return whole persons of each unit; an error names those without a figure."""
    return {code: int(count) for code, count in weighting.of(campaign, units).items()}
