"""Whether floors, caps and pins can be met together on a tree: which not, by how many, and why.

Each unit needs at least what its floor and the units below it need, and has room for at most what
its cap and the units below it have room for. On a tree that is all that feasibility asks: if the
total lies between what the top needs and has room for, every tier leaves the tiers below it enough
and not too much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.apportionment.methods import first_is_free, name_of
from coverage_campaign.allocation.request import Requests
from coverage_campaign.allocation.tree import NO_CAP, UnitTree
from coverage_campaign.errors import InfeasibleError, Problem
from coverage_campaign.messages import Message, message, message_in
from coverage_campaign.model.labels import Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Rises: TypeAlias = Mapping[int, tuple[Ints, Ints]]

__all__ = [
    "BoundMisfit",
    "Capacity",
    "capacity_of",
    "capped_sum",
    "misfits_frame",
    "misfits_of",
    "raised",
    "refuse",
]

_BOUNDS = {
    "floor": message_in("bound", "floor"),
    "cap": message_in("bound", "cap"),
    "pin": message_in("bound", "pin"),
    "base": message_in("bound", "base"),
}
_MOST = 2**62


@attrs.frozen
class BoundMisfit:
    """A bound that cannot be met: persons asked for, persons possible, and why.

    `unit` is '' for the total.
    """

    unit: str
    label: Label | None
    bound: Literal["floor", "cap", "pin", "base", "total"]
    asked: int
    possible: int
    why: Message

    @property
    def misses_by(self) -> int:
        """How many persons are between what is asked and what is possible."""
        return abs(self.asked - self.possible)


@attrs.frozen(eq=False)
class Capacity:
    """What each unit needs at least and has room for at most [persons], and which scenarios fit.

    One row a scenario (or one for all), one column a unit. `misfits` are the first scenario's, if
    they were asked for.
    """

    least: Ints
    most: Ints
    fits: Flags
    misfits: tuple[BoundMisfit, ...] = ()

    def holds(self, tree: UnitTree, totals: Ints) -> Flags:
        """Tell which scenarios fit, with these totals at the top."""
        top = slice(0, tree.starts[1])
        enough = capped_sum(self.least[:, top]) <= totals
        return np.asarray(self.fits & enough & (totals <= capped_sum(self.most[:, top])))


def capacity_of(asked: Requests, rises: Rises, *, explain: bool = False) -> Capacity:
    """Return what each unit needs and has room for, gathered up the tree.

    A unit without a weight stays at its floor. A method that gives every unit with a weight a seat
    makes that a need. `rises` are the uplifts of the tiers.
    """
    tree, limits = asked.tree, asked.limits
    weighted = np.asarray(asked.weights > 0, dtype=bool)
    least = np.where(tree.is_leaf, tree.summed(asked.bases), 0)
    if not asked.levels.all() and first_is_free(asked.method):
        one = np.minimum(asked.shifts + 1, limits.high)
        free = tree.is_leaf & weighted & ~asked.levels[:, np.newaxis]
        least = np.where(free, np.maximum(least, one), least)
    need, room = np.maximum(least, limits.low), limits.high
    found = _crossed(asked, need[0]) if explain else []
    fits = np.asarray((need <= room).all(axis=1), dtype=bool)
    need = np.minimum(need, room)
    stuck = tree.is_leaf & ~weighted
    if stuck.any():  # else one row can bound all scenarios, whatever their weights
        room = np.where(stuck, need, room)
    rows = max(len(need), len(room), *(len(rise[0]) for rise in rises.values()), 1)
    need, room = (np.broadcast_to(one, (rows, need.shape[1])).copy() for one in (need, room))
    for tier in reversed(list(tree.siblings())[1:]):
        below = _capped_sums(need[:, tier.rows], tier.heads)
        above = _capped_sums(room[:, tier.rows], tier.heads)
        if tier.tier in rises:
            top, bottom = (part[:, np.newaxis] for part in rises[tier.tier])
            below = np.where(below > 0, _down(below - 1, bottom, top) + 1, 0)
            finite = np.where(above == NO_CAP, 0, above)
            above = np.where(above == NO_CAP, NO_CAP, _down(finite, bottom, top))
        mine, most = need[:, tier.parents], room[:, tier.parents]
        if explain:
            found += _of_parents(asked, tier.parents, (below[0], most[0]), (mine[0], above[0]))
            found += _without_a_number(asked, tier.parents, below[0], above[0])
        fits = fits & ((below <= most) & (mine <= above) & (below <= above)).all(axis=1)
        room[:, tier.parents] = np.minimum(most, above)
        need[:, tier.parents] = np.minimum(np.maximum(mine, below), room[:, tier.parents])
    return Capacity(need, room, fits, tuple(found))


def misfits_of(
    asked: Requests, rises: Rises, total: int, raised_to: int
) -> tuple[BoundMisfit, ...]:
    """Return all that does not fit in the first scenario, with the total's own misfits.

    `raised_to` is the total with the top tier's uplift.
    """
    tree = asked.tree
    capacity = capacity_of(asked, rises, explain=True)
    top = slice(0, tree.starts[1])
    least, most = capacity.least[0], capacity.most[0]
    need, room = (int(capped_sum(each[np.newaxis, top])[0]) for each in (least, most))
    if need <= raised_to <= room:
        return capacity.misfits
    possible = min(max(raised_to, need), room)
    if raised_to < need:
        what = message("floors, pins and bases need")
        if not asked.levels.all() and first_is_free(asked.method):
            what = message(
                "floors, pins, bases and one each, which {method} gives, need",
                method=name_of(asked.method),
            )
        who = message("largest: {units:list 5}", units=_listed(tree, least, largest=True))
    else:
        what = message("there is room for")
        if not np.asarray(asked.weights[0] > 0).any():
            what = message("no unit has a weight, so there is room for")
        who = message("smallest: {units:list 5}", units=_listed(tree, most, largest=False))
    why = message(
        "{what} {possible} of {total} people{uplift} ({who})",
        what=what,
        possible=possible,
        total=total,
        uplift=message(", uplifted to {n}", n=raised_to) if raised_to != total else "",
        who=who,
    )
    return (*capacity.misfits, BoundMisfit("", None, "total", raised_to, possible, why))


def _crossed(asked: Requests, need: Ints) -> list[BoundMisfit]:
    """Return the units of the first scenario whose own bounds exclude each other."""
    limits, found = asked.limits, []
    low, high, uncovered = limits.low[0], limits.high[0], limits.uncovered[0]
    for row in np.flatnonzero(need > high).tolist():
        most = int(high[row])
        if low[row] <= most:
            why = message("its cap is {n}", n=most)
            found.append(_of(asked, row, "base", asked_for=int(need[row]), possible=most, why=why))
            continue
        only = uncovered[row]
        why = (
            message("{n} people are left to enrol", n=most)
            if only
            else message("its bounds allow {n} at most", n=most)
        )
        found.append(_of(asked, row, "floor", asked_for=int(low[row]), possible=most, why=why))
    return found


def _of_parents(
    asked: Requests, parents: NDArray[np.intp], needs: tuple[Ints, Ints], rooms: tuple[Ints, Ints]
) -> list[BoundMisfit]:
    """Return the upper units whose cap the units below exceed, or whose floor they cannot fill."""
    limits, found = asked.limits, []
    for place in np.flatnonzero(needs[0] > needs[1]).tolist():
        row, least = int(parents[place]), int(needs[0][place])
        why, asked_for = message("the units below it need {n}", n=least), int(limits.high[0, row])
        found.append(_of(asked, row, "cap", asked_for=asked_for, possible=least, why=why))
    for place in np.flatnonzero(rooms[0] > rooms[1]).tolist():
        row, most = int(parents[place]), int(rooms[1][place])
        why, asked_for = (
            message("the units below it have room for {n}", n=most),
            int(limits.low[0, row]),
        )
        found.append(_of(asked, row, "floor", asked_for=asked_for, possible=most, why=why))
    return found


def _without_a_number(
    asked: Requests, parents: NDArray[np.intp], below: Ints, above: Ints
) -> list[BoundMisfit]:
    """Return the upper units that no share suits: uplifted, it is too little or too much below."""
    found = []
    for place in np.flatnonzero(below > above).tolist():
        row, least, most = int(parents[place]), int(below[place]), int(above[place])
        why = message(
            "uplifted, the units below it need {least} and have room for {most}",
            least=least,
            most=most,
        )
        found.append(_of(asked, row, "floor", asked_for=least, possible=most, why=why))
    return found


def _of(
    asked: Requests,
    row: int,
    bound: Literal["floor", "cap", "base"],
    *,
    asked_for: int,
    possible: int,
    why: Message,
) -> BoundMisfit:
    unit = asked.tree.units[row]
    name = "pin" if asked.limits.pinned[0, row] and bound != "base" else bound
    return BoundMisfit(unit.code, unit.label, name, asked_for, possible, why)


def capped_sum(values: Ints) -> Ints:
    """Return the sums of rows of caps; a sum with one that is none, or past 62 bits, is none."""
    return _capped_sums(values, np.zeros(1, dtype=np.intp))[:, 0]


def _capped_sums(values: Ints, heads: NDArray[np.intp]) -> Ints:
    if not values.size or int(values.max()) < _MOST // values.shape[1]:
        return np.add.reduceat(values, heads, axis=1)
    without = values == NO_CAP
    finite = np.where(without, 0, values)
    if int(finite.max()) < _MOST // values.shape[1]:
        uncapped = np.logical_or.reduceat(without, heads, axis=1)
        return np.where(uncapped, NO_CAP, np.add.reduceat(finite, heads, axis=1))
    exact = np.add.reduceat(values.astype(object), heads, axis=1)
    return np.where(np.asarray(exact >= _MOST, dtype=bool), NO_CAP, exact).astype(np.int64)


def raised(values: Ints, top: Ints, bottom: Ints) -> Ints:
    """Return values x top / bottom, rounded up."""
    return -_down(-values, top, bottom)


def _down(values: Ints, top: Ints, bottom: Ints) -> Ints:
    """Return values x top / bottom, rounded down."""
    most = int(np.abs(values).max(initial=0)) * int(top.max(initial=1))
    if most < _MOST:
        return values * top // bottom
    exact: NDArray[Any] = values.astype(object) * top // bottom
    return exact.astype(np.int64)


def _listed(tree: UnitTree, values: Ints, *, largest: bool) -> tuple[str, ...]:
    """Return the leaves that have most to do with it, with their numbers."""
    leaves = tree.leaf_rows
    leaves = leaves[values[leaves] > 0] if largest else leaves
    order = np.argsort(-values[leaves] if largest else values[leaves], kind="stable")
    return tuple(f"{tree.codes[row]} {values[row]:,}" for row in leaves[order].tolist())


def refuse(misfits: Sequence[BoundMisfit]) -> None:
    """Raise one InfeasibleError with every misfit, if there is any."""
    if not misfits:
        return
    raise InfeasibleError(
        Problem(
            message(
                "{bound} of '{unit}' ({name})",
                bound=_BOUNDS[one.bound],
                unit=one.unit,
                name=one.label,
            )
            if one.label
            else message("the total"),
            message("{asked} people: {why}", asked=one.asked, why=one.why),
            message("lower it by {n}, or change what limits it", n=one.misses_by)
            if one.asked > one.possible
            else message("raise it by {n}, or change what limits it", n=one.misses_by),
        )
        for one in misfits
    )


def misfits_frame(misfits: Sequence[BoundMisfit]) -> pd.DataFrame:
    """Return misfits as a frame: unit, name, bound, asked, possible, misses_by, why."""
    kinds = dict.fromkeys(("unit", "name", "bound"), "str")
    kinds |= dict.fromkeys(("asked", "possible", "misses_by"), "Int64") | {"why": "str"}
    rows = [
        [*attrs.astuple(one, recurse=False)[:-1], one.misses_by, str(one.why)] for one in misfits
    ]
    return pd.DataFrame(rows, columns=[*kinds]).astype(kinds)
