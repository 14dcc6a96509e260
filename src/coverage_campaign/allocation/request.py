"""What is asked of an allocation, read and checked: weights, bounds, bases, by row of the tree."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.apportionment.methods import _rule_of
from coverage_campaign.allocation.feasibility import Room, room_on
from coverage_campaign.allocation.limits import BoundsOrWeighting, Limits, read_limits
from coverage_campaign.allocation.naming import name_of
from coverage_campaign.allocation.top_down import Sharing, TieRule
from coverage_campaign.allocation.tree import CutTree, exact_weights
from coverage_campaign.allocation.weights import (
    Levelled,
    Number,
    Weighting,
    WeightTable,
    to_weighting,
)
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.top_down import ExactWeights

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Asked", "exact_number", "read_asked", "summed_weights"]


@attrs.frozen(eq=False, kw_only=True)
class Asked:
    """A request, read: everything by row of the tree.

    `there` are people who are there already, on top of whom the total comes; `base` is what every
    leaf gets in any case; `scale` is what the kernel's weights were multiplied by.
    """

    tree: CutTree
    weighting: Weighting
    given: Mapping[str, Number]
    scale: int
    limits: Limits
    there: Ints
    already_covered: str
    base: int
    sharing: Sharing

    def room(self, rises: Mapping[int, Fraction]) -> Room:
        """Return what each unit needs and has room for, and what does not fit."""
        weighted = np.asarray(self.sharing.weights > 0, dtype=np.bool_)
        least = np.where(self.tree.is_leaf, self.base, 0).astype(np.int64)
        method = self.sharing.method
        one_each = not self.sharing.levels and _rule_of(method).first_is_free
        if one_each:  # a method of this kind gives every unit with a weight a seat
            one = np.minimum(self.sharing.shifts + 1, self.limits.high)
            least = np.where(self.tree.is_leaf & weighted, np.maximum(least, one), least)
        room = room_on(self.tree, self.limits, least=least, weighted=weighted, rises=rises)
        if one_each:
            room = attrs.evolve(
                room,
                needed_for=f"floors, pins, bases and one each, which {name_of(method)} gives,",
            )
        if not weighted.any():
            room = attrs.evolve(room, room_for="no unit has a weight, so there is room for")
        return room

    def weights(self) -> tuple[Number, ...]:
        """Return the weights as they were given; an upper unit's is what its leaves weigh."""
        summed = self.sharing.weights.tolist()
        return tuple(
            self.given[code] if code in self.given else _unscaled(summed[row], self.scale)
            for row, code in enumerate(self.tree.codes)
        )


def _unscaled(weight: int, scale: int) -> int | Fraction:
    exact = Fraction(weight, scale)
    return exact.numerator if exact.denominator == 1 else exact


def read_asked(
    campaign: Campaign,
    tree: CutTree,
    *,
    weights: Weighting | WeightTable,
    floors: BoundsOrWeighting | None,
    caps: BoundsOrWeighting | None,
    pins: BoundsOrWeighting | None,
    already_covered: Weighting | WeightTable | None,
    base: int,
    method: apportion.Method,
    ties: TieRule,
) -> Asked:
    """Return the request as arrays; what is wrong with it is an error that names the unit."""
    if type(base) is not int or base < 0:  # True is an int to isinstance
        raise DefinitionError(Problem("base", f"{base!r}", "give whole persons, 0 or more"))
    weighting = to_weighting(weights)
    if already_covered is None and isinstance(weighting, Levelled):
        already_covered = weighting.there
    leaves = tree.leaves
    given = weighting.of(campaign, leaves)
    whole, scale = exact_weights([exact_number(given[unit.code]) for unit in leaves])
    there, name = np.zeros(len(leaves), dtype=np.int64), ""
    if already_covered is not None:
        stock = to_weighting(already_covered)
        there, name = _persons(stock.of(campaign, leaves), tree), stock.name
    return Asked(
        tree=tree,
        weighting=weighting,
        given=given,
        scale=scale,
        limits=read_limits(campaign, tree, floors=floors, caps=caps, pins=pins),
        there=tree.summed(there),
        already_covered=name,
        base=base,
        sharing=Sharing(
            tree=tree,
            weights=summed_weights(tree, whole),
            shifts=tree.summed(base - there),
            method=method,
            rule=ties,
            levels=already_covered is not None and _rule_of(method).first_is_free,
        ),
    )


def summed_weights(tree: CutTree, on_leaves: ExactWeights) -> ExactWeights:
    """Return the leaves' weights by row and, for every unit above, what its leaves weigh."""
    if on_leaves.dtype == np.int64:
        return tree.summed(on_leaves.astype(np.int64, copy=False))
    return tree.summed(on_leaves.astype(np.object_, copy=False))


def _persons(counts: Mapping[str, Number], tree: CutTree) -> Ints:
    problems = [
        Problem(f"already_covered['{code}']", f"{count}", "people who are there are whole persons")
        for code, count in counts.items()
        if int(count) != count
    ]
    if problems:
        raise DefinitionError(problems)
    return np.array([int(counts[unit.code]) for unit in tree.leaves], dtype=np.int64)


def exact_number(weight: Number) -> int | Fraction:
    """Return a weight as a whole number or a fraction; a float at face value."""
    return weight if isinstance(weight, int) else Fraction(weight)
