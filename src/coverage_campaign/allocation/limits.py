"""What bounds a unit's share: the caller's floors, caps and pins, and who is left to enrol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.tree import NO_CAP, UnitTree, counts_of
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
    "BoundName",
    "Bounds",
    "BoundsOrWeighting",
    "Given",
    "Limits",
    "Uplift",
    "is_count",
    "left_to_enrol",
    "limits_of",
    "read_given",
    "read_uplift",
    "unbounded",
]

Bounds: TypeAlias = Mapping[str, int] | IntSeries
"""Persons by unit code; a unit that is not named has no bound."""
BoundsOrWeighting: TypeAlias = Bounds | Weighting
"""Bounds, or a weighting that counts persons, such as `cc.weights.capacity('staff', each=40)`:
each leaf then has its own, a cap rounded down and a floor or a pin rounded up."""
Uplift: TypeAlias = Fraction | Decimal | int | str | Mapping[int, Fraction | Decimal | int | str]
"""One rise for every tier ('0.05' or '5%'), or a rise by tier number."""
BoundName: TypeAlias = Literal["floors", "caps", "pins"]


@attrs.frozen(eq=False)
class Given:
    """The caller's floors, caps or pins: persons, and where there are any; one row a scenario."""

    persons: Ints
    known: Flags

    def or_else(self, persons: int) -> Ints:
        """Return the persons, with a number where nothing is given."""
        return np.where(self.known, self.persons, persons)


@attrs.frozen(eq=False)
class Limits:
    """What bounds each unit [persons]: one row a scenario (or one for all), one column a unit.

    `low` and `high` (NO_CAP = none) hold pins too; `bounded` says where the caller set any,
    `uncovered` where the cap is the people who are left to enrol. Where a pin is outside a unit's
    bounds, `low` is above `high`, and what checks the fit says so.
    """

    low: Ints
    high: Ints
    has_low: Flags
    bounded: Flags
    pinned: Flags
    uncovered: Flags

    def of_scenario(self, row: int) -> Limits:
        """Return the limits of one scenario."""
        return Limits(
            *(
                array if len(array) == 1 else array[[row]]
                for array in attrs.astuple(self, recurse=False)
            )
        )


def limits_of(campaign: Campaign, tree: UnitTree, given: Mapping[BoundName, Given]) -> Limits:
    """Return the bounds of every unit; a leaf never gets more than its uncovered people."""
    floors, caps, pins = given["floors"], given["caps"], given["pins"]
    left = left_to_enrol(campaign, tree)
    asked = caps.or_else(NO_CAP)
    return Limits(
        low=np.maximum(floors.or_else(0), pins.or_else(0)),
        high=np.minimum(np.minimum(left, asked), pins.or_else(NO_CAP)),
        has_low=floors.known | pins.known,
        bounded=floors.known | caps.known | pins.known,
        pinned=pins.known,
        uncovered=(left < NO_CAP) & (left <= asked),
    )


def unbounded(tree: UnitTree) -> Limits:
    """Return the limits of units that nothing bounds."""
    shape = 1, len(tree.units)
    never = np.zeros(shape, dtype=bool)
    low, high = np.zeros(shape, dtype=np.int64), np.full(shape, NO_CAP, dtype=np.int64)
    return Limits(low, high, never, never, never, never)


def read_given(
    campaign: Campaign, tree: UnitTree, name: BoundName, values: Sequence[object]
) -> Given:
    """Return bounds as arrays, one row a value; a weighting bounds each leaf."""
    persons = np.zeros((len(values), len(tree.units)), dtype=np.int64)
    known = np.zeros(persons.shape, dtype=np.bool_)
    for row, value in enumerate(values):
        for code, count in _read(campaign, tree, name, value).items():
            persons[row, tree.row_of[code]] = count
            known[row, tree.row_of[code]] = True
    return Given(persons, known)


def _read(campaign: Campaign, tree: UnitTree, name: BoundName, value: object) -> dict[str, int]:
    """Return whole persons by unit code; an unknown code or a bad number is an error."""
    if value is None:
        return {}
    if hasattr(value, "of") and not isinstance(value, (Mapping, pd.Series)):
        whole = floor if name == "caps" else ceil
        leaves = [unit for unit in tree.leaves if unit.code not in tree.later]
        weighed = cast("Weighting", value).of(campaign, leaves)
        return {code: whole(count) for code, count in weighed.items()}
    try:
        bounds = value if isinstance(value, (Mapping, pd.Series)) else dict(cast("Any", value))
    except (TypeError, ValueError):
        raise DefinitionError(
            Problem(name, f"a {type(value).__name__}", "give persons by unit code, or a weighting")
        ) from None
    given = {str(code): count for code, count in bounds.items()}
    problems = [
        Problem(
            f"{name}['{code}']", "no such unit here", "name units of the breakdown that is shared"
        )
        for code in given
        if code not in tree.row_of
    ] + [
        Problem(
            f"{name}['{code}']", f"{count!r}", "a bound is a whole number of persons, 0 or more"
        )
        for code, count in given.items()
        if not is_count(count)
    ]
    if problems:
        raise DefinitionError(problems)
    return {code: int(count) for code, count in given.items()}


def is_count(value: object) -> bool:
    """Return whether a value is a whole number of persons, 0 or more."""
    if isinstance(value, (bool, np.bool_)):
        return False
    if isinstance(value, (int, np.integer)):
        return 0 <= int(value) <= NO_CAP
    if isinstance(value, (float, Fraction, Decimal, np.floating)):
        return bool(0 <= value <= NO_CAP) and int(value) == value
    return False  # text, <NA>, None


def left_to_enrol(campaign: Campaign, tree: UnitTree) -> Ints:
    """Return eligible - covered of the leaves for which both are known, NO_CAP elsewhere.

    Nobody can do more.
    """
    left = np.full(len(tree.units), NO_CAP, dtype=np.int64)
    if campaign.eligible and campaign.covered:
        leaves = tree.leaves
        people, covered = counts_of(leaves, campaign.eligible), counts_of(leaves, campaign.covered)
        for row, count, done in zip(tree.leaf_rows.tolist(), people, covered, strict=True):
            if count is not None and done is not None:
                left[row] = max(count - done, 0)
    return left


def read_uplift(tree: UnitTree, uplift: Uplift) -> dict[int, Fraction]:
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
