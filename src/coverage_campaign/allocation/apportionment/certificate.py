"""The certificate of all vectorised methods: no seat that was refused is cheaper than one given.

Every seat of a unit has a price, which rises from seat to seat: the method gives the cheapest seats
of each group, as many as its total. A search by floats proposes seats. Where the cheapest seat
refused lies above the dearest seat given by more than floats can err, nothing else could have been
proposed. Elsewhere the seats near that cut, and no others, are put in order by integers; equal
prices at the cut are a tie.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.exact import Partial
from coverage_campaign.allocation.apportionment.groups import Groups
from coverage_campaign.allocation.apportionment.inputs import MOST, Ints
from coverage_campaign.allocation.apportionment.ties import TieTable

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

__all__ = ["Prices", "choose", "exactly", "prove", "ranked"]

_WIDER = 4.0
_LEAST = -MOST - 1


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
    def some(self, groups: Flags) -> tuple[Ints | slice, Prices]:
        """Return the units of some groups, and the prices of these groups alone."""

    @abstractmethod
    def solve_exactly(self, group: int) -> Partial:
        """Return the seats of one group in integers alone."""


def choose(
    groups: Groups,
    seats: Floats,
    units: Ints | None,
    prices: Floats,
    between: tuple[Floats, Floats],
) -> None:
    """Give the seats that each group lacks, in place, the cheapest first.

    A unit stands among `units` (None: all), which rise, once for each seat that it might get;
    `prices` lie `between` two ends, one pair a group. Of seats at the very price of the last one
    given the first are given: `prove` knows the order.
    """
    wanted = groups.totals - groups.sums(seats).astype(np.int64)
    if groups.count == 1:
        if not 0 < int(wanted[0]) <= prices.size:
            return
        price = np.partition(prices, int(wanted[0]) - 1)[int(wanted[0]) - 1]
        given = prices <= price
        too_many = np.count_nonzero(given) - int(wanted[0])
        if too_many:
            given[np.flatnonzero(prices == price)[-too_many:]] = False
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
        cut = np.where((wanted > 0) & (found > 0), ordered[last], -np.inf)
        given = keys <= cut[group]
        over = np.bincount(group, given, groups.count).astype(np.int64) - wanted
        if (over > 0).any():
            at = np.flatnonzero((over > 0)[group] & (keys == cut[group]))
            own = group[at]
            equal = _count(groups, own)
            place = np.arange(at.size) - (np.cumsum(equal) - equal)[own]
            given[at[place >= (equal - over)[own]]] = False
    if units is None:
        seats += given
    else:
        np.add.at(seats, units[given], 1.0)


def prove(prices: Prices, seats: Floats) -> tuple[Ints, list[TieTable]]:
    """Return the right seats, close to the given ones, and the ties that were broken."""
    groups = prices.groups
    last, following = prices.beside(seats)
    given, refused = groups.most(last), groups.least(following)
    doubt = ~(refused > given + prices.slack(np.where(np.isfinite(given), given, 0.0)))
    doubt |= groups.sums(seats) != groups.totals
    out = seats.astype(np.int64)
    if not doubt.any():
        return out, []
    units, part = prices.some(doubt)
    low, high = np.minimum(refused, given)[doubt], np.maximum(refused, given)[doubt]
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
    key = rank if groups.count == 1 else group * (int(rank.max(initial=0)) + 1) + rank
    count = _count(groups, group)
    lacking = groups.totals - groups.sums(seats) + _count(groups, groups.group_of(holding))
    open_ |= (lacking < 0) | (lacking > count)
    cut = ~open_ & (lacking > 0) & (lacking < count)
    at = np.where(cut, np.cumsum(count) - count + lacking, 0)
    ordered = np.sort(key)
    split = cut & (ordered[at - 1] == ordered[at])
    refused = np.where(lacking <= 0, _LEAST, np.where(cut, ordered[at], MOST))
    refused = refused if groups.count == 1 else refused[group]
    won = key < refused
    seats[holding] -= 1
    np.add.at(seats, unit[won], 1)
    ties = []
    if split.any():
        tied = np.sort(unit[split[group] & (key == refused)])
        group = groups.group_of(tied)
        table = groups.breaker.pick(
            tied - groups.offsets[group],
            sizes=_count(groups, group)[split],
            seats=(groups.totals - groups.sums(seats))[split],
            groups=groups.numbers[split],
            origin=groups.origin[split],
        )
        seats[tied[table.won]] += 1
        ties.append(table)
    for g in np.flatnonzero(open_).tolist():
        seats[groups.units(g)], tie = _finish(groups, g, prices.solve_exactly(g))
        ties += tie
    return seats, ties


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
    seats, ties = np.empty(groups.weights.size, dtype=np.int64), []
    for group in range(groups.totals.size):
        seats[groups.units(group)], tie = _finish(groups, group, solve(groups, group))
        ties += tie
    return seats, ties


def _finish(groups: Groups, group: int, partial: Partial) -> tuple[Ints, list[TieTable]]:
    """Return the seats of one group solved in integers, its tie broken."""
    seats = np.array(partial.seats, dtype=np.int64)
    if not partial.at_stake:
        return seats, []
    units = np.array(partial.tied, dtype=np.int64)
    table = groups.breaker.pick(
        units,
        sizes=np.array([units.size]),
        seats=np.array([partial.at_stake]),
        groups=groups.numbers[group : group + 1],
        origin=groups.origin[group : group + 1],
    )
    seats[units[table.won]] += 1
    return seats, [table]
