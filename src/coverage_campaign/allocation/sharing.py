"""How a total goes down a tree: all parents of a tier hand on their seats in one call."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import Literal, TypeAlias

import attrs
import numpy as np

from coverage_campaign.allocation import apportion
from coverage_campaign.allocation.allocated import UnitTie
from coverage_campaign.allocation.tree import CutTree, code_ranks, kernel_weights

__all__ = ["Sharing", "TieRule"]

TieRule: TypeAlias = Literal["code", "first", "last", "raise"]


@attrs.frozen(kw_only=True)
class Sharing:
    """What the kernel needs of a tree: weights, bounds and shifts of every unit, by code.

    A unit's share is its seats plus its shift: a base that it gets in any case (positive), or
    people who are there already, on top of whom the total comes (negative). Floors and caps bound
    the seats.
    """

    tree: CutTree
    weights: Mapping[str, int | Fraction]
    floors: Mapping[str, int]
    caps: Mapping[str, int]
    shifts: Mapping[str, int]
    method: apportion.Method
    rule: TieRule

    def top_down(
        self, total: int, rises: Mapping[int, Fraction]
    ) -> tuple[dict[str, int], tuple[UnitTie, ...]]:
        """Return the share of every unit, parents first, and the ties that were met on the way.

        `rises` is what each tier's sum is raised by over its parent's share; it is rounded up for
        each parent.
        """
        given = {"": total}
        ties: list[UnitTie] = []
        for tier, parents in self.tree.parents_by_tier():
            rise = 1 + rises.get(tier, Fraction(0))
            sums = [ceil(given[parent] * rise) for parent in parents]
            groups = [[child.code for child in self.tree.children[parent]] for parent in parents]
            shares, found = self._tier(parents, sums, groups)
            given.update(shares)
            ties.extend(found)
        return given, tuple(ties)

    def leaves_first(self, total: int) -> tuple[dict[str, int], tuple[UnitTie, ...]]:
        """Return the shares of all leaves in one sharing, and their sums for the units above.

        With a divisor method each parent's children stand as if its own sum had been shared out
        among them; the parents' sums may differ from a sharing from the top.
        """
        leaves = [unit.code for unit in self.tree.leaves]
        shares, ties = self._tier([""], [total], [leaves])
        return {"": total, **self.tree.summed_counts(shares)}, tuple(ties)

    def _tier(
        self, parents: list[str], sums: list[int], groups: list[list[str]]
    ) -> tuple[dict[str, int], list[UnitTie]]:
        codes = [code for group in groups for code in group]
        offsets = np.concatenate([[0], np.cumsum([len(group) for group in groups])])
        shifts = np.array([self.shifts[code] for code in codes], dtype=np.int64)
        moved = np.add.reduceat(shifts, offsets[:-1])
        seats, found = apportion.ragged_with_ties(
            self.method,
            np.array(sums, dtype=np.int64) - moved,
            kernel_weights([self.weights[code] for code in codes]),
            offsets=offsets,
            floors=np.array([self.floors[code] for code in codes], dtype=np.int64),
            caps=np.array([self.caps[code] for code in codes], dtype=np.int64),
            ties=code_ranks(codes) if self.rule == "code" else self.rule,
            names=codes,
        )
        ties = []
        for tie in found:
            start = int(offsets[tie.group])
            ties.append(
                UnitTie(
                    parent=parents[tie.group],
                    units=tuple(codes[start + position] for position in tie.units),
                    seats=tie.seats,
                    winners=tuple(codes[start + position] for position in tie.winners),
                    rule=self.rule,
                )
            )
        return dict(zip(codes, (seats + shifts).tolist(), strict=True)), ties
