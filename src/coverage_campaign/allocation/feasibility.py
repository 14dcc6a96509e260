"""Whether floors, caps and pins can be met together on a tree: which not, by how many, and why.

Each unit needs at least what its floor and the units below it need, and has room for at most what
its cap and the units below it have room for. On a tree that is all that feasibility asks: if the
total lies between what the top needs and has room for, every tier leaves the tiers below it enough
and not too much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.limits import Limits
from coverage_campaign.allocation.tree import NO_CAP, CutTree
from coverage_campaign.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Misfit", "Room", "misfits_frame", "refuse", "room_on"]

_NAMED = 5


@attrs.frozen
class Misfit:
    """A bound that cannot be met: persons asked for, persons possible, and why.

    `unit` is '' for the total.
    """

    unit: str
    name: str
    bound: Literal["floor", "cap", "pin", "base", "total"]
    asked: int
    possible: int
    why: str

    @property
    def misses_by(self) -> int:
        """How many persons lie between what is asked and what is possible."""
        return abs(self.asked - self.possible)


@attrs.frozen(eq=False)
class Room:
    """What each unit needs at least and has room for at most [persons], and what does not fit.

    `needed_for` and `room_for` say what the needs and the room of the whole come from.
    """

    least: Ints
    most: Ints
    misfits: tuple[Misfit, ...]
    needed_for: str = "floors, pins and bases"
    room_for: str = "there is room for"

    def for_total(self, tree: CutTree, total: int, rise: Fraction) -> tuple[Misfit, ...]:
        """Return all misfits, with the total's own; `rise` is the top tier's uplift."""
        top = slice(0, tree.starts[1])
        need, room = _sum(self.least[top]), _sum(self.most[top])
        raised = ceil(total * (1 + rise))
        found: list[Misfit] = []
        what = f"{total:,} people, uplifted to {raised:,}" if rise else f"{total:,} people"
        if raised < need:
            largest = _listed(tree, self.least, largest=True)
            why = f"{self.needed_for} need {need:,} of {what} (largest: {largest})"
            found.append(Misfit("", "", "total", raised, need, why))
        if raised > room:
            smallest = _listed(tree, self.most, largest=False)
            why = f"{self.room_for} {room:,} of {what} (smallest: {smallest})"
            found.append(Misfit("", "", "total", raised, room, why))
        return (*self.misfits, *found)


def room_on(
    tree: CutTree,
    limits: Limits,
    *,
    least: Ints,
    weighted: NDArray[np.bool_],
    rises: Mapping[int, Fraction],
) -> Room:
    """Return what each unit needs and has room for, gathered up the tree.

    `least` is what each leaf gets in any case, `weighted` says which units share at all: the
    others stay at their floors. `rises` are the uplifts of the tiers.
    """
    need, room = np.maximum(least, limits.low), limits.high.copy()
    found = [
        _crossed(tree, limits, row, int(need[row])) for row in np.flatnonzero(need > room).tolist()
    ]
    need = np.minimum(need, room)
    stuck = tree.is_leaf & ~weighted
    room[stuck] = need[stuck]
    for tier in reversed(list(tree.siblings())[1:]):
        rise = 1 + rises.get(tier.tier, Fraction(0))
        below = _needed(_sums(need[tier.rows], tier.heads), rise)
        above = _fitting(_sums(room[tier.rows], tier.heads), rise)
        mine, most = need[tier.parents], room[tier.parents]
        for place in np.flatnonzero(below > most).tolist():
            row, why = int(tier.parents[place]), f"the units below it need {below[place]:,}"
            asked = int(limits.high[row])
            found.append(
                _of(tree, limits, row, "cap", asked=asked, possible=int(below[place]), why=why)
            )
        for place in np.flatnonzero(mine > above).tolist():
            row, why = (
                int(tier.parents[place]),
                f"the units below it have room for {above[place]:,}",
            )
            asked = int(limits.low[row])
            found.append(
                _of(tree, limits, row, "floor", asked=asked, possible=int(above[place]), why=why)
            )
        room[tier.parents] = np.minimum(most, above)
        need[tier.parents] = np.minimum(np.maximum(mine, below), room[tier.parents])
    return Room(need, room, tuple(found))


def _crossed(tree: CutTree, limits: Limits, row: int, need: int) -> Misfit:
    high, low = int(limits.high[row]), int(limits.low[row])
    if low <= high:
        return _of(tree, limits, row, "base", asked=need, possible=high, why=f"its cap is {high:,}")
    if limits.uncovered[row]:
        why = f"{high:,} people are left to enrol"
    else:
        why = f"its bounds allow {high:,} at most"
    return _of(tree, limits, row, "floor", asked=low, possible=high, why=why)


def _of(
    tree: CutTree,
    limits: Limits,
    row: int,
    bound: Literal["floor", "cap", "base"],
    *,
    asked: int,
    possible: int,
    why: str,
) -> Misfit:
    unit = tree.units[row]
    name = "pin" if limits.pinned[row] and bound != "base" else bound
    return Misfit(unit.code, unit.label.text(), name, asked, possible, why)


def _needed(sums: Ints, rise: Fraction) -> Ints:
    """Return the least share g of each parent with ceil(g rise) at or above the sum."""
    if rise == 1:
        return sums
    return np.array([floor((one - 1) / rise) + 1 if one else 0 for one in sums.tolist()], np.int64)


def _fitting(sums: Ints, rise: Fraction) -> Ints:
    """Return the largest share g of each parent with ceil(g rise) at or below the sum."""
    if rise == 1:
        return sums
    return np.array(
        [one if one == NO_CAP else floor(one / rise) for one in sums.tolist()], dtype=np.int64
    )


def _sums(values: Ints, heads: NDArray[np.intp]) -> Ints:
    """Return the sums of the groups; one without a cap, or past 64 bits, has no cap."""
    largest = np.maximum.reduceat(values, heads)
    if int(largest.max()) < NO_CAP // max(values.size, 1):
        plain: Ints = np.add.reduceat(values, heads)
        return plain
    exact = np.add.reduceat(values.astype(object), heads)
    return np.array([min(one, NO_CAP) for one in exact.tolist()], dtype=np.int64)


def _sum(values: Ints) -> int:
    return int(_sums(values, np.zeros(1, dtype=np.intp))[0])


def _listed(tree: CutTree, values: Ints, *, largest: bool) -> str:
    """Return the leaves that have most to do with it, with their numbers."""
    leaves = tree.leaf_rows
    leaves = leaves[values[leaves] > 0] if largest else leaves
    order = np.argsort(-values[leaves] if largest else values[leaves], kind="stable")
    first = leaves[order[:_NAMED]].tolist()
    text = ", ".join(f"{tree.codes[row]} {values[row]:,}" for row in first)
    return text + (", ..." if len(leaves) > _NAMED else "")


def refuse(misfits: Sequence[Misfit]) -> None:
    """Raise one InfeasibleError with every misfit, if there is any."""
    if not misfits:
        return
    raise InfeasibleError(
        Problem(
            f"{one.bound} of '{one.unit}' ({one.name})" if one.unit else "the total",
            f"{one.asked:,} people: {one.why}",
            f"{'lower' if one.asked > one.possible else 'raise'} it by {one.misses_by:,}, "
            "or change what stands in its way",
        )
        for one in misfits
    )


def misfits_frame(misfits: Sequence[Misfit]) -> pd.DataFrame:
    """Return misfits as a frame: unit, name, bound, asked, possible, misses_by, why."""
    return pd.DataFrame(
        {
            "unit": pd.array([one.unit for one in misfits], dtype="str"),
            "name": pd.array([one.name for one in misfits], dtype="str"),
            "bound": pd.array([one.bound for one in misfits], dtype="str"),
            "asked": pd.array([one.asked for one in misfits], dtype="Int64"),
            "possible": pd.array([one.possible for one in misfits], dtype="Int64"),
            "misses_by": pd.array([one.misses_by for one in misfits], dtype="Int64"),
            "why": pd.array([one.why for one in misfits], dtype="str"),
        }
    )
