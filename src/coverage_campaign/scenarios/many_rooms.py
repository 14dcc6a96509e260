"""What many scenarios ask for, and what each unit then needs and has room for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.top_down import TieRule
from coverage_campaign.allocation.tree import NO_CAP, CutTree

__all__ = [
    "Flags",
    "Ints",
    "Requests",
    "Rises",
    "Room",
    "Weights",
    "capped_sum",
    "first_is_free",
    "on_rows",
    "room_many",
    "rounded_up",
    "summed",
]

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Weights: TypeAlias = NDArray[Any]
"""Whole numbers, floats at face value, or fractions."""
Rises: TypeAlias = Mapping[int, tuple[Ints, Ints]]
"""By tier: numerator and denominator of 1 + uplift, one of each a scenario."""
_MOST = 2**62


@attrs.frozen(kw_only=True, eq=False)
class Requests:
    """What many scenarios ask for in one cut with one method: one row a scenario.

    `weights` and `there` have one column a leaf, the bounds one a unit (`high` NO_CAP = none);
    `levels` tells where a method raises the lowest of those who are there first.
    """

    tree: CutTree
    method: apportion.Method
    ties: TieRule
    bottom_up: bool
    keeps: bool
    totals: Ints
    weights: Weights
    low: Ints
    high: Ints
    bounded: Flags
    pinned: Flags
    base: Ints
    there: Ints
    levels: Flags
    rises: Rises


@attrs.frozen(eq=False)
class Room:
    """What each unit needs and has room for, and which scenarios can be met at all."""

    least: Ints
    most: Ints
    fits: Flags


def on_rows(tree: CutTree, leaves: Weights, count: int) -> Weights:
    """Return the leaves' numbers in the tree's columns, and sums above them."""
    if len(tree.leaf_rows) == len(tree.units):
        return leaves
    spread = np.zeros((count, len(tree.units)), dtype=leaves.dtype)
    spread[:, tree.leaf_rows] = leaves
    return summed(tree, spread)


def summed(tree: CutTree, values: NDArray[Any]) -> NDArray[Any]:
    """Return the leaves' values and, in the columns above, the sums of theirs."""
    out = values.copy()
    out[:, ~tree.is_leaf] = 0
    for tier in reversed(list(tree.siblings())[1:]):
        out[:, tier.parents] = np.add.reduceat(out[:, tier.rows], tier.heads, axis=1)
    return out


def capped_sum(values: Ints) -> Ints:
    """Return the sums of rows of caps; a sum with one that is none, or past 62 bits, is none."""
    return _capped_sums(values, np.zeros(1, dtype=np.intp))[:, 0]


def _capped_sums(values: Ints, heads: NDArray[np.intp]) -> Ints:
    if not values.size or int(values.max()) < _MOST // values.shape[1]:
        return np.add.reduceat(values, heads, axis=1)
    large = np.add.reduceat(values.astype(np.float64), heads, axis=1) >= _MOST
    sums = np.add.reduceat(np.minimum(values, _MOST // values.shape[1]), heads, axis=1)
    return np.where(large, NO_CAP, sums)


def rounded_up(values: Ints, top: Ints, bottom: Ints) -> Ints:
    """Return values x top / bottom, rounded up."""
    return -_down(-values, top, bottom)


def _down(values: Ints, top: Ints, bottom: Ints) -> Ints:
    """Return values x top / bottom, rounded down."""
    most = int(np.abs(values).max(initial=0)) * int(top.max(initial=1))
    if most < _MOST:
        return values * top // bottom
    return (values.astype(object) * top // bottom).astype(np.int64)


def room_many(asked: Requests, weights: Weights, shifts: Ints, rises: Rises) -> Room:
    """Return what each unit needs and has room for, gathered up the tree."""
    tree = asked.tree
    weighted = np.asarray(weights > 0, dtype=bool)
    least = np.where(tree.is_leaf, asked.base[:, np.newaxis], 0)
    if first_is_free(asked.method) and not asked.levels.all():
        one = np.minimum(shifts + 1, asked.high)
        free = tree.is_leaf & weighted & ~asked.levels[:, np.newaxis]
        least = np.where(free, np.maximum(least, one), least)
    need, room = np.maximum(least, asked.low), asked.high.copy()
    fits = np.asarray((need <= room).all(axis=1), dtype=bool)
    np.minimum(need, room, out=need)
    stuck = tree.is_leaf & ~weighted
    room = np.where(stuck, need, room)
    for tier in reversed(list(tree.siblings())[1:]):
        below = np.add.reduceat(need[:, tier.rows], tier.heads, axis=1)
        above = _capped_sums(room[:, tier.rows], tier.heads)
        if tier.tier in rises:
            top, bottom = (part[:, np.newaxis] for part in rises[tier.tier])
            below = np.where(below > 0, _down(below - 1, bottom, top) + 1, 0)
            finite = np.where(above == NO_CAP, 0, above)
            above = np.where(above == NO_CAP, NO_CAP, _down(finite, bottom, top))
        mine, most = need[:, tier.parents], room[:, tier.parents]
        fits = fits & (below <= most).all(axis=1) & (mine <= above).all(axis=1)
        room[:, tier.parents] = np.minimum(most, above)
        need[:, tier.parents] = np.minimum(np.maximum(mine, below), room[:, tier.parents])
    return Room(need, room, fits)


def first_is_free(method: apportion.Method) -> bool:
    """Tell whether a method gives every unit with a weight a seat, however small it is."""
    return bool(method(2, [1, 10**9])[0])
