"""The certificate of all vectorised methods: no seat that was refused is cheaper than one given.

Every seat of a unit has a price, which rises from seat to seat: the method gives the cheapest seats
of each group, as many as its total. A search by floats proposes seats. Where the cheapest seat
refused lies above the dearest seat given by more than floats can err, nothing else could have been
proposed. Elsewhere the seats near that cut, and no others, are put in order by integers; equal
prices at the cut are a tie.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Self, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.groups import Groups
from coverage_campaign.allocation.apportionment.inputs import MOST, Ints
from coverage_campaign.allocation.apportionment.ties import TieTable

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

__all__ = ["Partial", "Prices", "choose", "exactly", "prove", "ranked"]

_WIDER = 4.0
_LEAST = -MOST - 1


Partial: TypeAlias = tuple[list[int], list[int]]
"""Seats before the tie, and the units tied for the seats that are left (or none)."""


@attrs.frozen(eq=False)
class Prices(ABC):
    """What seats cost, as floats and exactly."""

    groups: Groups

    @abstractmethod
    def beside(self, seats: Floats) -> tuple[Floats, Floats]:
        """Return the price of each unit's last seat and of its next, as far as bounds allow them.

        A last seat that cannot be taken costs minus infinity, a next one that cannot be had
        infinity.
        """

    @abstractmethod
    def slack(self, prices: Floats) -> Floats:
        """Return by how much float prices near these, one a group, may miss the truth."""

    @abstractmethod
    def apart(self, low: Floats, high: Floats) -> Flags:
        """Return in which groups no unit can have two seats with prices between these."""

    @abstractmethod
    def exact(self, units: Ints, seats: Ints, groups: Ints) -> Ints:
        """Return numbers that order seats of a group exactly as their prices do."""

    @abstractmethod
    def solve(self, groups: Groups, group: int) -> Partial:
        """Return the seats of one of these groups in integers alone."""

    def some(self, groups: Flags) -> tuple[Ints | slice, Self]:
        """Return the units of some groups, and the same for these groups alone."""
        units, part = self.groups.some(groups)
        values = attrs.asdict(self, recurse=False)
        own: dict[str, Any] = {
            name: each[units] for name, each in values.items() if isinstance(each, np.ndarray)
        }
        return units, attrs.evolve(self, groups=part, **own)


def choose(
    groups: Groups,
    seats: Floats,
    units: Ints | None,
    prices: Floats,
    between: tuple[Floats, Floats],
) -> None:
    """Give the seats that each group lacks, in place, the cheapest first.

    A unit stands among `units` (None: all), which rise, once for each seat that it might get;
    `prices` lie `between` two ends, one pair a group. All seats at the very price of the last one
    are given: `prove` takes back what is too many.
    """
    wanted = groups.totals - groups.sums(seats).astype(np.int64)
    if groups.count == 1:
        most = min(int(wanted[0]), prices.size)
        if most <= 0:
            return
        given = prices <= np.partition(prices, most - 1)[most - 1]
    else:
        # One sort for all groups: a group's prices lie between its number and the next one.
        group = groups.numbered if units is None else groups.group_of(units)
        low, high = between
        keys = (prices - low[group]) / (high - low)[group]
        np.clip(keys, 0.0, 1.0 - 2.0**-20, out=keys)
        keys += group
        found = groups.sizes if units is None else _count(groups, group)
        last = np.cumsum(found) - found + np.clip(wanted, 1, np.maximum(found, 1)) - 1
        ordered = np.append(np.sort(keys), np.inf)
        given = keys <= np.where((wanted > 0) & (found > 0), ordered[last], -np.inf)[group]
    if units is None:
        seats += given
    else:
        np.add.at(seats, units[given], 1.0)


def prove(prices: Prices, seats: Floats) -> tuple[Ints, list[TieTable]]:
    """Return the right seats, close to the given ones, and the ties that were broken."""
    groups = prices.groups
    last, following = prices.beside(seats)
    given, surplus = groups.most(last), groups.sums(seats) - groups.totals
    doubt = surplus != 0
    apart = given + prices.slack(np.where(np.isfinite(given), given, 0.0))
    doubt[groups.group_of(np.flatnonzero(following <= groups.spread(apart)))] = True
    out = seats.astype(np.int64)
    if not doubt.any():
        return out, []
    units, part = prices.some(doubt)
    given, surplus, refused = given[doubt], surplus[doubt], part.groups.least(following[units])
    # The cut lies between the two; at the dearest given where too many are, and the other way.
    low = np.where(surplus < 0, refused, np.minimum(refused, given))
    high = np.where(surplus > 0, given, np.maximum(refused, given))
    slack = _WIDER * part.slack(np.maximum(np.abs(low), np.abs(high)))
    low, high = low - slack, high + slack
    holding = np.flatnonzero(last[units] >= part.groups.spread(low))
    waiting = np.flatnonzero(following[units] <= part.groups.spread(high))
    out[units], ties = _settle(part, out[units], holding, waiting, ~part.apart(low, high))
    return out, ties


def _settle(
    prices: Prices, seats: Ints, holding: Ints, waiting: Ints, open_: Flags
) -> tuple[Ints, list[TieTable]]:
    """Return the right seats, given who holds one near the cut and who waits for one.

    `open_` are groups to be solved in integers alone: there a unit may have several seats near it.
    """
    groups = prices.groups
    unit = np.append(holding, waiting)
    group = groups.group_of(unit)
    rank = prices.exact(unit, np.append(seats[holding], seats[waiting] + 1), group)
    key = rank if groups.count == 1 else _one_by_one(group, rank)
    count = _count(groups, group)
    seats[holding] -= 1
    lacking = groups.totals - groups.sums(seats)
    open_ |= (lacking < 0) | (lacking > count)
    at = np.clip(np.cumsum(count) - count + lacking, 0, max(unit.size - 1, 0))
    ordered = np.partition(key, at) if groups.count == 1 else np.sort(key)
    none = open_ | (lacking <= 0)
    cut = np.where(none, _LEAST, np.where(lacking < count, ordered[at], MOST))
    cut = cut if groups.count == 1 else cut[group]
    won = unit[key < cut]
    seats[won] += 1
    tied = [unit[key == cut]]
    tied += _solve_each(groups, np.flatnonzero(open_).tolist(), prices.solve, seats)
    return seats, _break(groups, seats, tied)


def _one_by_one(group: Ints, rank: Ints) -> Ints:
    """Return numbers that order by group, then by rank, and are equal just if both are.

    >>> _one_by_one(np.array([1, 0, 0]), np.array([-5, 2**62, 7])).tolist()
    [3, 2, 1]
    """
    if rank.size == 0:
        return rank
    first, last = int(rank.min()), int(rank.max())
    if (int(group.max()) + 1) * (last - first + 1) > MOST:
        rank = np.unique(rank, return_inverse=True)[1].astype(np.int64)
        first, last = 0, int(rank.max())
    return group * (last - first + 1) + (rank - first)


def _count(groups: Groups, members: Ints) -> Ints:
    """Return how many of some units are each group's, by the groups of them."""
    if groups.count == 1:
        return np.array([members.size])
    return np.bincount(members, minlength=groups.count)


def ranked(keys: list[int]) -> Ints:
    """Return 64-bit numbers that order keys of any size as these do.

    >>> ranked([2**70, 5, 2**70]).tolist()
    [1, 0, 1]
    """
    rank = {key: number for number, key in enumerate(sorted(set(keys)))}
    return np.array([rank[key] for key in keys], dtype=np.int64)


def exactly(groups: Groups, solve: Callable[[Groups, int], Partial]) -> tuple[Ints, list[TieTable]]:
    """Return the seats of all groups, each solved in integers, and the ties that were broken."""
    seats = np.empty(groups.weights.size, dtype=np.int64)
    return seats, _break(groups, seats, _solve_each(groups, range(groups.count), solve, seats))


def _solve_each(
    groups: Groups, numbers: Iterable[int], solve: Callable[[Groups, int], Partial], seats: Ints
) -> list[Ints]:
    """Fill in the seats of some groups, each solved in integers, and return the tied units."""
    tied = []
    for group in numbers:
        seats[groups.units(group)], units = solve(groups, group)
        if units:
            tied.append(groups.offsets[group] + np.array(units))
    return tied


def _break(groups: Groups, seats: Ints, tied: list[Ints]) -> list[TieTable]:
    """Give what groups lack to their tied units, in place, and return the ties."""
    if not tied:
        return []
    left = groups.totals - groups.sums(seats)
    if not left.any():
        return []
    among = np.zeros(seats.size, dtype=np.bool_)
    for part in tied:
        among[part] = True
    units = np.flatnonzero(among & (groups.spread(left) > 0))
    group = groups.group_of(units)
    sizes = _count(groups, group)
    split = sizes > 0
    table = groups.breaker.pick(
        units - (groups.offsets[group] if groups.count > 1 else 0),
        sizes=sizes[split],
        seats=left[split],
        groups=groups.numbers[split],
        origin=groups.origin[split],
    )
    seats[units[table.won]] += 1
    return [table]
