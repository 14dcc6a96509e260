"""How totals go down a tree, and the shares that come of it.

All parents of a tier, in all scenarios, go in one call of the kernel. One row a scenario: one
allocation is a batch of one, with the ties that were met on the way. A scenario whose bounds cannot
be met has no answer, and stops nobody else's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.feasibility import (
    Capacity,
    capacity_of,
    capped_sum,
    misfits_of,
    raised,
    refuse,
)
from coverage_campaign.allocation.request import Requests, TieRule
from coverage_campaign.allocation.tree import NO_CAP, OWN, Siblings, code_ranks, leaf_of, of_whole
from coverage_campaign.allocation.weights import Number
from coverage_campaign.errors import CampaignError, DefinitionError, Problem
from coverage_campaign.frames import IntSeries, by_value, owned, owned_array, owned_frame
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.units import Unit

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Whole: TypeAlias = NDArray[Any]
Rows: TypeAlias = NDArray[np.intp] | slice
Rises: TypeAlias = Mapping[int, tuple[Ints, Ints]]

__all__ = ["Shared", "SharedTarget", "SharingRecord", "UnitTie", "share", "shared_alone"]


@attrs.frozen
class UnitTie:
    """Units with exactly the same claim to the last seats under one parent, and who got them."""

    parent: str
    units: tuple[str, ...]
    seats: int
    winners: tuple[str, ...]
    rule: str


@attrs.frozen(kw_only=True, eq=False)
class Shared:
    """Shares and uplifted shares [persons]: one row a scenario, one column a unit of the tree.

    `solved` tells which rows have an answer; the others hold zeros. `capacity` is what the units
    needed and had room for before any uplift. `ties` are those of a scenario shared alone.
    """

    share: Ints
    uplifted: Ints
    unallocated: Ints
    solved: Flags
    capacity: Capacity
    ties: tuple[UnitTie, ...] = ()

    def of_scenario(self, row: int) -> Shared:
        """Return the shares of one scenario."""
        capacity = self.capacity
        least, most = (
            array if len(array) == 1 else array[[row]] for array in (capacity.least, capacity.most)
        )
        return Shared(
            share=self.share[[row]],
            uplifted=self.uplifted[[row]],
            unallocated=self.unallocated[[row]],
            solved=self.solved[[row]],
            capacity=Capacity(least, most, self.solved[[row]]),
        )


def share(asked: Requests) -> Shared:
    """Return every scenario's shares.

    Raises:
        DefinitionError: Inputs that exclude each other.
    """
    return _shared(asked, _Solver(asked))


def shared_alone(asked: Requests) -> Shared:
    """Return the shares of the one scenario that is asked for, and the ties that were met.

    Raises:
        DefinitionError: Inputs that exclude each other.
        InfeasibleError: Bounds that cannot be met: each of them, and by how much.
        TieError: A tie, and ties="raise".
    """
    solver = _Solver(asked, ties=[])
    found = _shared(asked, solver)
    if not found.solved[0]:
        rises = _rising(asked)
        total = int(asked.totals[0] - found.unallocated[0])
        refuse(misfits_of(asked, {}, total, total))
        top = raised(np.array([total]), *rises[1])[0] if 1 in rises else total
        refuse(misfits_of(asked, rises, total, int(top)))
    return attrs.evolve(found, ties=tuple(dict.fromkeys(solver.ties or ())))


def _shared(asked: Requests, solver: _Solver) -> Shared:
    _refuse_together(asked)
    tree = asked.tree
    capacity = capacity_of(asked, {})
    room = capped_sum(capacity.most[:, : tree.starts[1]])
    left = np.maximum(asked.totals - room, 0) if asked.keeps else np.zeros_like(asked.totals)
    totals = asked.totals - left
    solved = capacity.holds(tree, totals)
    found = solver.solve(capacity, totals, {}, solved)
    uplifted = found
    rises = _rising(asked)
    if rises:
        above = capacity_of(asked, rises)
        sums = raised(totals, *rises[1]) if 1 in rises else totals
        solved &= above.holds(tree, sums)
        uplifted = solver.solve(above, totals, rises, solved)
        found[~solved] = 0
    return Shared(
        share=found, uplifted=uplifted, unallocated=left, solved=solved, capacity=capacity
    )


def _rising(asked: Requests) -> Rises:
    """Return the uplifts of the tiers that have any."""
    return {tier: rise for tier, rise in asked.rises.items() if (rise[0] != rise[1]).any()}


def _refuse_together(asked: Requests) -> None:
    problems = []
    rising = np.zeros(1, dtype=bool)
    for top, bottom in asked.rises.values():
        rising = rising | (top != bottom)
    if (rising & asked.limits.pinned.any(axis=1)).any():
        problems.append(
            Problem("uplift", "together with pins", "pin the uplifted shares in a second call")
        )
    if asked.order == "bottom_up":
        if rising.any():
            problems.append(
                Problem("uplift", "together with order='bottom_up'", "an uplift goes top_down")
            )
        upper = np.flatnonzero((asked.limits.bounded & ~asked.tree.is_leaf).any(axis=0)).tolist()
        problems += [
            Problem(
                message("bounds of '{unit}'", unit=asked.tree.codes[row]),
                "together with order='bottom_up'",
                "bound its leaves, or share top_down: an upper unit is then a sum of leaves",
            )
            for row in upper
        ]
    if problems:
        raise DefinitionError(problems)


def _rows_of(array: Whole, rows: Rows) -> Whole:
    """Return the rows of some scenarios; an array with one row has it for all of them."""
    found: Whole = array if len(array) == 1 else array[rows]
    return found


@attrs.frozen(eq=False)
class _Solver:
    """Scenarios that are ready to be shared out; `ties` gathers those of a scenario alone."""

    asked: Requests
    ties: list[UnitTie] | None = None

    def solve(self, capacity: Capacity, totals: Ints, rises: Rises, solved: Flags) -> Ints:
        """Return the shares of the solved rows; a row that the kernel refuses is solved no more."""
        found = np.zeros((len(totals), len(self.asked.tree.units)), dtype=np.int64)

        def attempt(rows: Rows, count: int) -> None:
            try:
                found[rows] = self._share(capacity, totals, rises, rows)
            except CampaignError:
                if self.ties is not None:
                    raise
                if count == 1:
                    solved[rows] = False
                    return
                numbers = np.arange(len(totals))[rows]
                for half in (numbers[: count // 2], numbers[count // 2 :]):
                    attempt(half, len(half))

        rows = slice(None) if solved.all() else np.flatnonzero(solved)
        if solved.any():
            attempt(rows, int(np.count_nonzero(solved)))
        return found

    def _share(self, capacity: Capacity, totals: Ints, rises: Rises, rows: Rows) -> Ints:
        tree = self.asked.tree
        sums = totals[rows][:, np.newaxis]
        if self.asked.order == "bottom_up":
            root = Siblings(1, slice(0), np.zeros(1, dtype=np.intp), np.full(1, -1, dtype=np.intp))
            return tree.summed(self._tier(capacity, rows, tree.leaf_rows, root, sums))
        shares: Ints | None = None
        for tier in tree.siblings():
            if shares is not None:
                sums = shares[:, tier.parents]
            if tier.tier in rises:
                sums = raised(
                    sums, *(_rows_of(part[:, np.newaxis], rows) for part in rises[tier.tier])
                )
            done = self._tier(
                capacity, rows, np.arange(*tier.rows.indices(len(tree.units))), tier, sums
            )
            if shares is None:
                if len(tree.tiers) == 1:
                    return done
                shares = np.zeros((len(done), len(tree.units)), dtype=np.int64)
            shares[:, tier.rows] = done
        return np.zeros((0, 0), dtype=np.int64) if shares is None else shares

    def _tier(
        self,
        capacity: Capacity,
        rows: Rows,
        columns: NDArray[np.intp],
        tier: Siblings,
        sums: Ints,
    ) -> Ints:
        """Return the shares of one tier: all parents of all scenarios in one call of the kernel."""
        asked = self.asked
        weights, shifts, least, most = (
            _rows_of(one, rows)[:, columns]
            for one in (asked.weights, asked.shifts, capacity.least, capacity.most)
        )
        caps = np.where(most > NO_CAP // 2, NO_CAP, most - shifts)
        codes = [asked.tree.codes[row] for row in columns.tolist()]
        parents = ["" if row < 0 else asked.tree.codes[row] for row in tier.parents.tolist()]
        call = _Call(asked.method, asked.ties, codes, parents, tier.heads, self.ties)
        seats = sums - np.add.reduceat(shifts, tier.heads, axis=1)
        given = _Given(seats, weights, least - shifts, caps)
        levels = _rows_of(asked.levels, rows)
        found = call.levelled(given, levels) if levels.any() else call(given)
        return found + shifts


@attrs.frozen(eq=False)
class _Given:
    """Seats by scenario and group, and by scenario and unit (or one row) weights and bounds."""

    seats: Ints
    weights: Whole
    floors: Ints
    caps: Ints

    def part(self, rows: Rows, columns: slice, group: int) -> _Given:
        """Return one group of some scenarios."""
        return _Given(
            self.seats[rows][:, [group]],
            *(_rows_of(one, rows)[:, columns] for one in (self.weights, self.floors, self.caps)),
        )


@attrs.frozen(eq=False)
class _Call:
    """One call of the kernel: the groups of one tier, for every scenario."""

    method: apportion.Method
    ties: TieRule
    codes: Sequence[str]
    parents: Sequence[str]
    heads: NDArray[np.intp]
    met: list[UnitTie] | None

    def __call__(self, given: _Given) -> Ints:
        """Return the seats by scenario and unit."""
        count, size = len(given.seats), len(self.codes)
        bounded = bool((given.caps < NO_CAP).any())
        low = given.floors if bounded or given.floors.any() else None
        high = given.caps if bounded else None
        ranks: Any = code_ranks(self.codes) if self.ties == "code" else self.ties
        weights = np.broadcast_to(given.weights, (count, size))
        bounds = [
            None if one is None else np.broadcast_to(one, (count, size)) for one in (low, high)
        ]
        starts = (np.arange(count)[:, np.newaxis] * size + self.heads).ravel()
        call: Any = apportion.by_group if self.met is None else apportion.by_group_with_ties
        found: Any = call(
            self.method,
            given.seats.ravel(),
            np.ascontiguousarray(weights).ravel(),
            offsets=np.append(starts, count * size),
            floors=None if bounds[0] is None else bounds[0].ravel(),
            caps=None if bounds[1] is None else bounds[1].ravel(),
            ties=ranks if isinstance(ranks, str) else np.tile(ranks, count),
            **({} if self.met is None else {"names": self.codes}),
        )
        if self.met is None:
            flat: Ints = found
            return flat.reshape(count, size)
        self.met.extend(self._named(tie) for tie in found[1])
        seats: Ints = found[0]
        return seats.reshape(count, size)

    def _named(self, tie: apportion.Tie) -> UnitTie:
        start = int(self.heads[tie.group])
        return UnitTie(
            parent=self.parents[tie.group],
            units=tuple(of_whole(self.codes[start + position]) for position in tie.units),
            seats=tie.seats,
            winners=tuple(of_whole(self.codes[start + position]) for position in tie.winners),
            rule=self.ties,
        )

    def levelled(self, given: _Given, levels: Flags) -> Ints:
        """Return the seats where the lowest rise first.

        Units at 0 have an endless claim to a first seat; where a group has fewer seats than such
        units that is a tie, and nothing else.
        """
        count, size = len(given.seats), len(self.codes)
        found = np.zeros((count, size), dtype=np.int64)
        at_zero = np.asarray((given.floors == 0) & (given.caps > 0) & (given.weights > 0), bool)
        stops = [*self.heads[1:].tolist(), size]
        for group, (start, stop) in enumerate(zip(self.heads.tolist(), stops, strict=True)):
            columns = slice(start, stop)
            one = attrs.evolve(
                self,
                codes=self.codes[columns],
                parents=[self.parents[group]],
                heads=np.zeros(1, dtype=np.intp),
            )
            waiting = at_zero[:, columns].sum(axis=1)
            left = given.seats[:, group] - given.floors[:, columns].sum(axis=1)
            scarce = np.broadcast_to(levels & (left < waiting), (count,))
            for rows, is_tie in ((np.flatnonzero(~scarce), False), (np.flatnonzero(scarce), True)):
                if not len(rows):
                    continue
                part = given.part(rows, columns, group)
                if is_tie:
                    equal = _rows_of(at_zero, rows)[:, columns].astype(np.int64)
                    part = attrs.evolve(part, weights=equal, caps=part.floors + equal)
                    one = attrs.evolve(one, method=apportion.webster)
                found[rows, columns] = one(part)
        return found


_MILLION = 10**6
_NEVER: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@attrs.frozen(eq=False)
class SharingRecord:
    """One sharing: the rows and codes of those who took part, and its apportionment.

    `scarce`: there were fewer seats than units that are still at 0, so equal claims decided.
    """

    rows: NDArray[np.intp]
    codes: tuple[str, ...]
    apportionment: apportion.Apportionment
    scarce: bool = False

    @property
    def scale(self) -> int:
        """What weights and divisor are multiplied by to be read: parts of one in millionths."""
        return _MILLION if max(self.apportionment.weights, default=0) < 1 else 1

    def place(self, row: int) -> int:
        """Return the position of a row among those who took part."""
        return int(np.searchsorted(self.rows, row))


@attrs.frozen(kw_only=True)
class SharedTarget:
    """The data of an allocation: the shares of each unit, and what they were found by."""

    campaign: Campaign
    among: str
    total: int
    target: str
    method: apportion.Method | None = attrs.field(eq=by_value)
    weighting: str
    weights: tuple[Number, ...]
    basis: Basis
    ties: tuple[UnitTie, ...]
    _frame: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    drift: tuple[tuple[str, int], ...] = ()
    unallocated: int = 0
    order: Literal["top_down", "bottom_up"] = "top_down"
    uplift: tuple[tuple[int, Fraction], ...] = ()
    already_covered: str = ""
    existing: Ints = attrs.field(factory=_none, converter=owned_array, eq=by_value, repr=False)
    shifts: Ints = attrs.field(factory=_none, converter=owned_array, eq=by_value, repr=False)
    floors: Ints = attrs.field(factory=_none, converter=owned_array, eq=by_value, repr=False)
    caps: Ints = attrs.field(factory=_none, converter=owned_array, eq=by_value, repr=False)
    uncovered_caps: NDArray[np.bool_] = attrs.field(
        default=_NEVER, converter=owned_array, eq=by_value, repr=False
    )
    target_code: str = ""
    _records: dict[str, SharingRecord] = attrs.field(init=False, repr=False, eq=False, factory=dict)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per part that shares: the units, and below them the own parts of upper ones."""
        return owned(self._frame)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit of the breakdown, upper tiers first; no total row.

        Columns: unit, name, parent, tier (1 = top), weight, quota [persons, unrounded], share
        [persons, Int64], own_share [persons]: that part of it which is not of the units below,
        floor and cap [persons, <NA> = none], pinned, uplifted [persons]: the share in the layer
        where each tier's sum is raised by the uplift.
        """
        frame, leaves = self.frame, self.leaf_rows
        own = frame["share"].where(frame.index.isin(leaves) | (frame.index >= len(self.weights)), 0)
        frame.insert(list(frame).index("share") + 1, "own_share", own)
        parts = frame["unit"].str.endswith(OWN)
        if parts.any():
            by_unit = frame[parts].set_index("parent")["share"]
            frame["own_share"] = frame["unit"].map(by_unit).fillna(own).astype("Int64")
            frame = frame[~parts].reset_index(drop=True)
        return frame

    def shares(self) -> IntSeries:
        """Return each unit's own share [persons], int64, by unit code in the frame's order.

        Leaves have all of theirs; an upper unit has what its people outside the units below share.
        """
        return self._of_leaves("share")

    def uplifted_shares(self) -> IntSeries:
        """Return the leaves' shares in the uplifted layer [persons], as `shares`."""
        return self._of_leaves("uplifted")

    def own_shares(self) -> pd.DataFrame:
        """Return one row per share of `shares`: unit, name, share, uplifted [persons]."""
        frame = self._frame.iloc[self.leaf_rows][["unit", "name", "share", "uplifted"]]
        return frame.assign(unit=self._codes.array).reset_index(drop=True)

    def _of_leaves(self, column: str) -> IntSeries:
        shared = self._frame[column].to_numpy("int64")
        return pd.Series(shared[self.leaf_rows], index=self._codes, name=column)

    @cached_property
    def _codes(self) -> Any:  # noqa: ANN401 - an Index cannot be subscripted
        """The units of the shares; what is unallocated is nobody's."""
        codes = map(of_whole, self._frame["unit"].array.take(self.leaf_rows))
        return pd.Index(list(codes), name="unit", dtype="str")

    @cached_property
    def leaf_rows(self) -> NDArray[np.intp]:
        """The rows of `frame` that have a share of their own, in the order of `shares`."""
        frame = self._frame.iloc[: len(self.weights)]
        upper = frame["unit"].isin(frame["parent"].dropna().unique())
        return owned_array(np.flatnonzero(~upper.to_numpy(dtype=bool)))

    @cached_property
    def leaves(self) -> tuple[Unit, ...]:
        """The units that have a share of their own, upper ones as they are outside those below."""
        codes = self._frame["unit"].array.take(self.leaf_rows)
        return tuple(leaf_of(self.campaign, str(code), self.among) for code in codes)

    def totals(self) -> pd.DataFrame:
        """Return one row per tier: tier, units, share, uplifted [persons], rise, factor.

        `rise` is the tier's own uplift as an exact fraction ('1/20'), `factor` uplifted / share,
        what all uplifts down to this tier and the rounding up have come to.
        """
        rises = dict(self.uplift)
        totals = (
            self.to_frame()
            .groupby("tier", sort=True)
            .agg(units=("unit", "size"), share=("share", "sum"), uplifted=("uplifted", "sum"))
            .reset_index()
        )
        rise = [str(rises.get(int(tier), 0)) for tier in totals["tier"]]
        factor = totals["uplifted"] / totals["share"].replace(0, pd.NA)
        return totals.assign(rise=pd.array(rise, dtype="str"), factor=factor.astype("Float64"))
