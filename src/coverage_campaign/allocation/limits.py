"""What bounds a unit's share: the caller's floors, caps and pins, and who is left to enrol."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.tree import NO_CAP, CutTree, counts_of
from coverage_campaign.allocation.weights import Weighting
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import IntSeries
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import to_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]

__all__ = [
    "Bounds",
    "BoundsOrWeighting",
    "Limits",
    "Uplift",
    "is_count",
    "left_to_enrol",
    "read_bounds",
    "read_limits",
    "read_uplift",
]

Bounds: TypeAlias = Mapping[str, int] | IntSeries
"""Persons by unit code; a unit that is not named has no bound."""
BoundsOrWeighting: TypeAlias = Bounds | Weighting
"""Bounds, or a weighting that counts persons, such as `cc.weights.capacity('staff', each=40)`:
each leaf then has its own, a cap rounded down and a floor or a pin rounded up."""
Uplift: TypeAlias = Fraction | Decimal | int | str | Mapping[int, Fraction | Decimal | int | str]
"""One rise for every tier ('0.05' or '5%'), or a rise by tier number."""


@attrs.frozen(eq=False)
class Limits:
    """What bounds each unit, by row of the tree [persons].

    `low` and `high` (NO_CAP = none) hold pins too; `bounded` says where the caller set any,
    `uncovered` where the cap is the people who are left to enrol.
    """

    low: Ints
    high: Ints
    has_low: Flags
    bounded: Flags
    pinned: Flags
    uncovered: Flags


def read_limits(
    campaign: Campaign,
    tree: CutTree,
    *,
    floors: BoundsOrWeighting | None,
    caps: BoundsOrWeighting | None,
    pins: BoundsOrWeighting | None,
) -> Limits:
    """Return the bounds of every unit; a leaf never gets more than its uncovered people.

    A pin is both a floor and a cap; where a pin lies outside the unit's bounds, `low` is above
    `high`, and what checks the fit says so.
    """
    count = len(tree.units)
    low, high = np.zeros(count, dtype=np.int64), np.full(count, NO_CAP, dtype=np.int64)
    has_low, pinned = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    bounded, uncovered = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    for code, persons in left_to_enrol(campaign, tree).items():
        row = tree.row_of[code]
        high[row] = persons
        uncovered[row] = True
    for row, persons in _read(campaign, tree, floors, "floors"):
        low[row] = persons
        has_low[row] = bounded[row] = True
    for row, persons in _read(campaign, tree, caps, "caps"):
        uncovered[row] &= bool(high[row] <= persons)
        high[row] = min(int(high[row]), persons)
        bounded[row] = True
    for row, persons in _read(campaign, tree, pins, "pins"):
        low[row] = max(int(low[row]), persons)
        high[row] = min(int(high[row]), persons)
        has_low[row] = bounded[row] = pinned[row] = True
    return Limits(low, high, has_low, bounded, pinned, uncovered)


def _read(
    campaign: Campaign,
    tree: CutTree,
    bounds: BoundsOrWeighting | None,
    name: Literal["floors", "caps", "pins"],
) -> list[tuple[int, int]]:
    """Return (row, persons); a weighting bounds each leaf."""
    if bounds is None or isinstance(bounds, (Mapping, pd.Series)):
        given = read_bounds(tree, bounds, name)
    else:
        whole = floor if name == "caps" else ceil
        given = {code: whole(n) for code, n in bounds.of(campaign, tree.leaves).items()}
    return [(tree.row_of[code], persons) for code, persons in given.items()]


def read_bounds(tree: CutTree, bounds: Bounds | None, name: str) -> dict[str, int]:
    """Return whole persons by unit code; an unknown code or a bad number is an error."""
    if bounds is None:
        return {}
    given = {str(code): value for code, value in bounds.items()}
    problems = [
        Problem(f"{name}['{code}']", "no such unit here", "name units of the cut that is shared")
        for code in given
        if code not in tree.row_of
    ] + [
        Problem(
            f"{name}['{code}']", f"{value!r}", "a bound is a whole number of persons, 0 or more"
        )
        for code, value in given.items()
        if not is_count(value)
    ]
    if problems:
        raise DefinitionError(problems)
    return {code: int(value) for code, value in given.items()}


def is_count(value: object) -> bool:
    """Return whether a value is a whole number of persons, 0 or more."""
    if isinstance(value, (bool, np.bool_)):
        return False
    if isinstance(value, (int, np.integer)):
        return 0 <= int(value) <= NO_CAP
    if isinstance(value, (float, Fraction, Decimal, np.floating)):
        return bool(0 <= value <= NO_CAP) and int(value) == value
    return False  # text, <NA>, None


def left_to_enrol(campaign: Campaign, tree: CutTree) -> dict[str, int]:
    """Return eligible - covered of the leaves for which both are known: nobody can do more."""
    if not (campaign.eligible and campaign.covered):
        return {}
    leaves = tree.leaves
    people, covered = counts_of(leaves, campaign.eligible), counts_of(leaves, campaign.covered)
    return {
        unit.code: max(count - done, 0)
        for unit, count, done in zip(leaves, people, covered, strict=True)
        if count is not None and done is not None
    }


def read_uplift(tree: CutTree, uplift: Uplift) -> dict[int, Fraction]:
    """Return the rise of each tier as an exact fraction; an unknown tier is an error."""
    tiers = list(tree.tiers)
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
