"""The allocations of many scenarios at once: one call of the kernel for each tier.

What `allocate` does for one scenario is done here with one row a scenario and one column a unit of
the tree: bounds, pins, a base, people who are there already, uplifts, both orders. A scenario
whose bounds cannot be met has no answer, and stops nobody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.top_down import TieRule
from coverage_campaign.allocation.tree import NO_CAP, Siblings, code_ranks
from coverage_campaign.errors import CampaignError, DefinitionError, Problem
from coverage_campaign.scenarios.many_rooms import (
    Flags,
    Ints,
    Requests,
    Rises,
    Room,
    Weights,
    capped_sum,
    first_is_free,
    on_rows,
    room_many,
    rounded_up,
    summed,
)

__all__ = ["ManyShares", "share_many"]


@attrs.frozen(kw_only=True, eq=False)
class ManyShares:
    """Shares and uplifted shares [persons]: one row a scenario, one column a unit of the tree.

    `solved` tells which rows have an answer; the others hold zeros.
    """

    share: Ints
    uplifted: Ints
    unallocated: Ints
    solved: Flags


def share_many(asked: Requests) -> ManyShares:
    """Return every scenario's shares; `allocate` gives the same to each of them alone.

    Raises:
        DefinitionError: Inputs that exclude each other.
    """
    tree, count = asked.tree, len(asked.totals)
    if _is_plain(asked):
        return _shared_plainly(asked)
    _refuse_together(asked)
    weights = on_rows(tree, asked.weights, count)
    own = on_rows(tree, asked.there, count)
    shifts = summed(tree, np.where(tree.is_leaf, asked.base[:, np.newaxis] - own, 0))
    plain = room_many(asked, weights, shifts, {})
    top = slice(0, tree.starts[1])
    room = capped_sum(plain.most[:, top])
    left = np.maximum(asked.totals - room, 0) if asked.keeps else np.zeros(count, dtype=np.int64)
    totals = asked.totals - left
    solved = plain.fits & (plain.least[:, top].sum(axis=1) <= totals) & (totals <= room)
    problem = _Problem(asked, weights, shifts, totals)
    share = problem.solve(plain, {}, solved)
    uplifted = share
    rises = {tier: rise for tier, rise in asked.rises.items() if (rise[0] != rise[1]).any()}
    if rises:
        raised = room_many(asked, weights, shifts, rises)
        sums = totals if 1 not in rises else rounded_up(totals, *rises[1])
        solved &= raised.fits & (raised.least[:, top].sum(axis=1) <= sums)
        solved &= sums <= capped_sum(raised.most[:, top])
        uplifted = problem.solve(raised, rises, solved)
        share[~solved] = 0
    return ManyShares(share=share, uplifted=uplifted, unallocated=left * solved, solved=solved)


def _distinct(rows: NDArray[Any]) -> NDArray[Any]:
    """Return rows without the repetitions of one row that all scenarios share."""
    return rows if rows.strides[0] else rows[:1]


def _is_plain(asked: Requests) -> bool:
    """Tell whether nothing but weights decides: one tier, no bound, no base, no uplift."""
    rises = any((_distinct(a) != _distinct(b)).any() for a, b in asked.rises.values())
    return not (
        rises
        or len(asked.tree.starts) > 2  # noqa: PLR2004 - one tier alone
        or first_is_free(asked.method)
        or _distinct(asked.low).any()
        or (_distinct(asked.high) < NO_CAP).any()
        or _distinct(asked.base).any()
        or _distinct(asked.there).any()
    )


def _shared_plainly(asked: Requests) -> ManyShares:
    """Return the shares where the kernel needs weights and totals alone."""
    ranks = code_ranks(asked.tree.codes) if asked.ties == "code" else asked.ties
    solved = np.asarray((asked.weights > 0).any(axis=1) | (asked.totals == 0), dtype=bool)
    nobody = np.zeros(len(solved), dtype=np.int64)
    if solved.all() and asked.ties != "raise":
        share = asked.method(asked.totals, asked.weights, ties=ranks)
    else:
        problem = _Problem(asked, asked.weights, nobody[:, np.newaxis] * asked.low, asked.totals)
        room = Room(np.zeros_like(problem.shifts), np.asarray(asked.high), solved)
        share = problem.solve(room, {}, solved)
    return ManyShares(share=share, uplifted=share, unallocated=nobody, solved=solved)


def _refuse_together(asked: Requests) -> None:
    problems = []
    rising = np.zeros(len(asked.totals), dtype=bool)
    for top, bottom in asked.rises.values():
        rising |= top != bottom
    if (rising & asked.pinned.any(axis=1)).any():
        problems.append(
            Problem("uplift", "together with pins", "pin the uplifted shares in a second call")
        )
    if asked.bottom_up:
        if rising.any():
            problems.append(
                Problem("uplift", "together with order='bottom_up'", "an uplift goes top_down")
            )
        upper = np.flatnonzero((asked.bounded & ~asked.tree.is_leaf).any(axis=0)).tolist()
        problems += [
            Problem(
                f"bounds of '{asked.tree.codes[row]}'",
                "together with order='bottom_up'",
                "bound its leaves, or share top_down: an upper unit is then a sum of leaves",
            )
            for row in upper
        ]
    if problems:
        raise DefinitionError(problems)


@attrs.frozen(eq=False)
class _Problem:
    """Scenarios that are ready to be shared out."""

    asked: Requests
    weights: Weights
    shifts: Ints
    totals: Ints

    def solve(self, room: Room, rises: Rises, solved: Flags) -> Ints:
        """Return the shares of the solved rows; a row that the kernel refuses is solved no more."""
        found = np.zeros(room.least.shape, dtype=np.int64)

        def attempt(rows: NDArray[np.intp]) -> None:
            if not len(rows):
                return
            try:
                found[rows] = self._share(room, rises, rows)
            except CampaignError:
                if len(rows) == 1:
                    solved[rows] = False
                    return
                middle = len(rows) // 2
                attempt(rows[:middle])
                attempt(rows[middle:])

        if solved.all():
            try:
                return self._share(room, rises, slice(None))
            except CampaignError:
                pass  # some row is refused: it is searched for below
        attempt(np.flatnonzero(solved))
        return found

    def _share(self, room: Room, rises: Rises, rows: NDArray[np.intp] | slice) -> Ints:
        tree = self.asked.tree
        if self.asked.bottom_up:
            leaves = tree.leaf_rows
            found = np.zeros((len(self.totals[rows]), len(tree.units)), dtype=np.int64)
            one = Siblings(1, slice(0), np.zeros(1, dtype=np.intp), np.full(1, -1, dtype=np.intp))
            found[:, leaves] = self._tier(room, rows, leaves, one, self.totals[rows][:, np.newaxis])
            return np.asarray(summed(tree, found), dtype=np.int64)
        shares: Ints | None = None
        for tier in tree.siblings():
            sums = self.totals[rows][:, np.newaxis] if shares is None else shares[:, tier.parents]
            if tier.tier in rises:
                top, bottom = (part[rows, np.newaxis] for part in rises[tier.tier])
                sums = rounded_up(sums, top, bottom)
            done = self._tier(room, rows, tier.rows, tier, sums)
            if len(tree.starts) == 2:  # noqa: PLR2004 - one tier alone
                return done
            if shares is None:
                shares = np.zeros((len(done), len(tree.units)), dtype=np.int64)
            shares[:, tier.rows] = done
        return np.zeros((0, 0), dtype=np.int64) if shares is None else shares

    def _tier(
        self,
        room: Room,
        rows: NDArray[np.intp] | slice,
        columns: slice | NDArray[np.intp],
        tier: Siblings,
        sums: Ints,
    ) -> Ints:
        """Return the shares of one tier: all parents of all scenarios in one call of the kernel."""
        weights, shifts = self.weights[rows][:, columns], self.shifts[rows][:, columns]
        least, most = room.least[rows][:, columns], room.most[rows][:, columns]
        floors = least - shifts
        caps = np.where(most > NO_CAP // 2, NO_CAP, most - shifts)
        seats = sums - np.add.reduceat(shifts, tier.heads, axis=1)
        codes = [
            self.asked.tree.codes[row] for row in np.arange(len(self.asked.tree.units))[columns]
        ]
        call = _Call(self.asked.method, self.asked.ties, codes, tier.heads)
        levels = self.asked.levels[rows]
        if levels.any():
            return call.levelled(seats, weights, floors, caps, levels) + shifts
        return call(seats, weights, floors, caps) + shifts


@attrs.frozen(eq=False)
class _Call:
    """One call of the kernel: the groups of one tier, for every scenario."""

    method: apportion.Method
    ties: TieRule
    codes: Sequence[str]
    heads: NDArray[np.intp]

    def __call__(self, sums: Ints, weights: Weights, floors: Ints, caps: Ints) -> Ints:
        """Return the seats by scenario and unit."""
        # The kernel has shorter ways where nothing bounds.
        bounded = bool((caps < NO_CAP).any())
        low = floors if bounded or floors.any() else None
        high = caps if bounded else None
        ranks = code_ranks(self.codes) if self.ties == "code" else self.ties
        if len(self.heads) == 1:
            return self.method(sums[:, 0], weights, floors=low, caps=high, ties=ranks)
        count, size = sums.shape[0], len(self.codes)
        starts = (np.arange(count)[:, np.newaxis] * size + self.heads).ravel()
        flat = apportion.by_group(
            self.method,
            sums.ravel(),
            np.ascontiguousarray(weights).ravel(),
            offsets=np.append(starts, count * size),
            floors=None if low is None else low.ravel(),
            caps=None if high is None else high.ravel(),
            ties=ranks if isinstance(ranks, str) else np.tile(ranks, count),
        )
        return flat.reshape(count, size)

    def levelled(
        self, sums: Ints, weights: Weights, floors: Ints, caps: Ints, levels: Flags
    ) -> Ints:
        """Return the seats where the lowest rise first: too few first seats are a tie."""
        found = np.zeros(floors.shape, dtype=np.int64)
        at_zero = np.asarray((floors == 0) & (caps > 0) & (weights > 0), dtype=bool)
        stops = [*self.heads[1:].tolist(), len(self.codes)]
        for group, (start, stop) in enumerate(zip(self.heads.tolist(), stops, strict=True)):
            mine = slice(start, stop)
            one = _Call(self.method, self.ties, self.codes[mine], np.zeros(1, dtype=np.intp))
            waiting = at_zero[:, mine].sum(axis=1)
            left = sums[:, group] - floors[:, mine].sum(axis=1)
            scarce = levels & (left < waiting)
            for rows, is_tie in ((np.flatnonzero(~scarce), False), (np.flatnonzero(scarce), True)):
                if not len(rows):
                    continue
                low, high = floors[rows, mine], caps[rows, mine]
                given = weights[rows, mine]
                if is_tie:
                    given = at_zero[rows, mine].astype(np.int64)
                    high = low + given
                    one = attrs.evolve(one, method=apportion.webster)
                found[rows, mine] = one(sums[rows][:, [group]], given, low, high)
        return found
