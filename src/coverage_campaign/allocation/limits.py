"""What bounds a unit's share: the caller's floors, caps and pins, and who is left to enrol."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import pandas as pd

from coverage_campaign.allocation.tree import CutTree
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import to_rate

__all__ = ["Bounds", "Uplift", "left_to_enrol", "read_bounds", "read_uplift"]

Bounds: TypeAlias = "Mapping[str, int] | pd.Series[int]"
"""Persons by unit code; a unit that is not named has no bound."""
Uplift: TypeAlias = Fraction | Decimal | int | str | Mapping[int, Fraction | Decimal | int | str]
"""One rise for every tier ('0.05' or '5%'), or a rise by tier number."""


def read_bounds(tree: CutTree, bounds: Bounds | None, name: str) -> dict[str, int]:
    """Return whole persons by unit code; an unknown code or a bad number is an error."""
    if bounds is None:
        return {}
    given = {str(code): value for code, value in bounds.items()}
    problems = [
        Problem(f"{name}['{code}']", "no such unit here", "name units of the cut that is shared")
        for code in given
        if code not in tree.tier
    ] + [
        Problem(
            f"{name}['{code}']", f"{value!r}", "a bound is a whole number of persons, 0 or more"
        )
        for code, value in given.items()
        if isinstance(value, (bool, np.bool_)) or int(value) != value or value < 0
    ]
    if problems:
        raise DefinitionError(problems)
    return {code: int(value) for code, value in given.items()}


def left_to_enrol(campaign: Campaign, tree: CutTree) -> dict[str, int]:
    """Return eligible - covered of the leaves for which both are known: nobody can do more."""
    if not (campaign.eligible and campaign.covered):
        return {}
    left: dict[str, int] = {}
    for unit in tree.leaves:
        people, covered = unit.count(campaign.eligible), unit.count(campaign.covered)
        if people is not None and covered is not None:
            left[unit.code] = max(people - covered, 0)
    return left


def read_uplift(tree: CutTree, uplift: Uplift) -> dict[int, Fraction]:
    """Return the rise of each tier as an exact fraction; an unknown tier is an error."""
    tiers = sorted(set(tree.tier.values()))
    if isinstance(uplift, Mapping):
        unknown = [tier for tier in uplift if tier not in tiers]
        if unknown:
            raise DefinitionError(
                Problem("uplift", f"tier {unknown[0]}", f"the tiers here are {tiers}")
            )
        rises = {tier: to_rate(uplift.get(tier, 0)) for tier in tiers}
    else:
        rises = dict.fromkeys(tiers, to_rate(uplift))
    if any(rise < 0 for rise in rises.values()):
        raise DefinitionError(Problem("uplift", "negative", "an uplift is 0 or more"))
    return rises
