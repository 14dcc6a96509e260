"""How a total goes down a tree: all parents of a tier hand on their seats in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.tree import NO_CAP, CutTree, code_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    ExactWeights: TypeAlias = NDArray[np.int64] | NDArray[np.object_]

__all__ = ["Groups", "Sharing", "TieRule", "UnitTie"]

TieRule: TypeAlias = Literal["code", "first", "last", "raise"]


@attrs.frozen
class UnitTie:
    """Units with exactly the same claim to the last seats under one parent, and who got them."""

    parent: str
    units: tuple[str, ...]
    seats: int
    winners: tuple[str, ...]
    rule: str


@attrs.frozen(eq=False, kw_only=True)
class Groups:
    """Units that share among them, group by group; bounds are None where there are none."""

    codes: Sequence[str]
    parents: Sequence[str]
    heads: NDArray[np.intp]
    weights: ExactWeights
    floors: Ints
    caps: Ints
    shifts: Ints

    @property
    def offsets(self) -> Ints:
        """Where each group begins, and the end."""
        return np.append(self.heads, len(self.codes)).astype(np.int64)

    def share(
        self, sums: Sequence[int], method: apportion.Method, rule: TieRule, *, levels: bool
    ) -> tuple[Ints, list[UnitTie]]:
        """Return each unit's share of its group's sum, and the ties.

        `levels`: the method raises the lowest first. Units at 0 then have an endless claim to a
        first seat; where a group has fewer seats than such units that is a tie, and nothing else.
        """
        moved = np.add.reduceat(self.shifts, self.heads)
        seats_of = np.array(sums, dtype=np.int64) - moved
        scarce = self._scarce(seats_of) if levels else np.zeros(len(sums), dtype=np.bool_)
        if not scarce.any():
            return self._share(seats_of, method, rule)
        shares = np.zeros(len(self.codes), dtype=np.int64)
        ties: list[UnitTie] = []
        for which, one_each in ((scarce, True), (~scarce, False)):
            if which.any():
                rows, part = self._part(which, one_each=one_each)
                how = apportion.webster if one_each else method
                shares[rows], found = part._share(seats_of[which], how, rule)  # noqa: SLF001 - its own kind
                ties += found
        return shares, ties

    def _scarce(self, seats_of: Ints) -> NDArray[np.bool_]:
        """Return the groups that have fewer seats than units that are still at 0."""
        at_zero = self._at_zero()
        waiting = np.add.reduceat(at_zero.astype(np.int64), self.heads)
        return np.asarray(seats_of - np.add.reduceat(self.floors, self.heads) < waiting)

    def _at_zero(self) -> NDArray[np.bool_]:
        return np.asarray((self.floors == 0) & (self.caps > 0) & (self.weights > 0), dtype=np.bool_)

    def _part(
        self, which: NDArray[np.bool_], *, one_each: bool
    ) -> tuple[NDArray[np.bool_], Groups]:
        """Return rows of some groups, and these groups; `one_each`: units at 0 are all alike."""
        sizes = np.diff(self.offsets)
        rows = np.repeat(which, sizes)
        weights, caps = self.weights[rows], self.caps[rows]
        if one_each:
            at_zero = self._at_zero()[rows]
            weights = at_zero.astype(np.int64)
            caps = self.floors[rows] + at_zero
        part = Groups(
            codes=[code for code, here in zip(self.codes, rows.tolist(), strict=True) if here],
            parents=[one for one, here in zip(self.parents, which.tolist(), strict=True) if here],
            heads=np.append(0, np.cumsum(sizes[which]))[:-1],
            weights=weights,
            floors=self.floors[rows],
            caps=caps,
            shifts=self.shifts[rows],
        )
        return rows, part

    def _share(
        self, seats_of: Ints, method: apportion.Method, rule: TieRule
    ) -> tuple[Ints, list[UnitTie]]:
        bounded = bool((self.caps < NO_CAP).any())
        seats, found = apportion.ragged_with_ties(
            method,
            seats_of,
            self.weights,
            offsets=self.offsets,
            floors=self.floors if bounded or self.floors.any() else None,
            caps=self.caps if bounded else None,
            ties=code_ranks(self.codes) if rule == "code" else rule,
            names=self.codes,
        )
        ties = []
        for tie in found:
            start = int(self.heads[tie.group])
            ties.append(
                UnitTie(
                    parent=self.parents[tie.group],
                    units=tuple(self.codes[start + position] for position in tie.units),
                    seats=tie.seats,
                    winners=tuple(self.codes[start + position] for position in tie.winners),
                    rule=rule,
                )
            )
        return seats + self.shifts, ties


@attrs.frozen(eq=False, kw_only=True)
class Sharing:
    """What the kernel needs of a tree, by row: weights, bounds on shares, shifts.

    A unit's share is its seats plus its shift: a base that it gets in any case (positive), or
    people who are there already, on top of whom the total comes (negative). `least` and `most`
    bound the share, NO_CAP = no bound. `levels`: see `Groups.share`.
    """

    tree: CutTree
    weights: ExactWeights
    shifts: Ints
    method: apportion.Method
    rule: TieRule
    levels: bool = False

    def top_down(
        self, total: int, rises: Mapping[int, Fraction], least: Ints, most: Ints
    ) -> tuple[Ints, tuple[UnitTie, ...]]:
        """Return the share of every unit, parents first, and the ties that were met on the way.

        `rises` is what each tier's sum is raised by over its parent's share; it is rounded up for
        each parent.
        """
        shares = np.zeros(len(self.tree.units), dtype=np.int64)
        ties: list[UnitTie] = []
        for tier in self.tree.siblings():
            rise = 1 + rises.get(tier.tier, Fraction(0))
            given = [total] if tier.tier == 1 else shares[tier.parents].tolist()
            sums = given if rise == 1 else [ceil(persons * rise) for persons in given]
            rows = np.arange(tier.rows.start, tier.rows.stop)
            groups = self.groups(rows, tier.heads, tier.parents, least, most)
            shares[tier.rows], found = groups.share(
                sums, self.method, self.rule, levels=self.levels
            )
            ties += found
        return shares, tuple(ties)

    def bottom_up(self, total: int, least: Ints, most: Ints) -> tuple[Ints, tuple[UnitTie, ...]]:
        """Return the shares of all leaves in one sharing, and their sums for the units above.

        With a divisor method each parent's children stand as if its own sum had been shared out
        among them; the parents' sums may differ from a sharing from the top.
        """
        leaves = self.tree.leaf_rows
        one, root = np.zeros(1, dtype=np.intp), np.full(1, -1, dtype=np.intp)
        groups = self.groups(leaves, one, root, least, most)
        found, ties = groups.share([total], self.method, self.rule, levels=self.levels)
        return self.tree.summed(found), tuple(ties)

    def groups(
        self,
        rows: NDArray[np.intp],
        heads: NDArray[np.intp],
        parents: NDArray[np.intp],
        least: Ints,
        most: Ints,
    ) -> Groups:
        """Return the units of these rows as groups that share among them."""
        shifts, high = self.shifts[rows], most[rows]
        codes = self.tree.codes
        return Groups(
            codes=[codes[row] for row in rows.tolist()],
            parents=["" if row < 0 else codes[row] for row in parents.tolist()],
            heads=heads,
            weights=self.weights[rows],
            floors=least[rows] - shifts,
            caps=np.where(high > NO_CAP // 2, NO_CAP, high - shifts),
            shifts=shifts,
        )
