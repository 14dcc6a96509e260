"""The divisor methods, vectorised: all groups at once, floats search and integers decide.

Seats rise with t, one over the divisor: seat k of a unit is gained once t reaches s(k) / w. The
search encloses each group's t between two ends with few seats between them, and gives the cheapest
of these; `certificate` proves the answer. Work grows with the units, whatever the total.

Sources: Cheng and Eppstein, Linear-time algorithms for proportional apportionment (ISAAC 2014);
Pukelsheim, Proportional Representation (2nd ed. 2017), section 4.6.
"""

from __future__ import annotations

import itertools

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.certificate import Prices, choose, prove, ranked
from coverage_campaign.allocation.apportionment.exact import Partial, divide, exact_keys
from coverage_campaign.allocation.apportionment.groups import Groups
from coverage_campaign.allocation.apportionment.inputs import MOST, Ints, integers
from coverage_campaign.allocation.apportionment.rounding_rules import Signposts
from coverage_campaign.allocation.apportionment.ties import TieTable

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

__all__ = ["divide_exactly", "solve_divisor"]

_SLACK = 16 * 2.0**-52  # relative: what the price of a seat may miss as a float
_FEW, _SHARE = 8.0, 1 / 16  # seats between the ends that need no closer look: so many, plus a share
_HALVE = 3  # every so many-th step halves the interval
_NARROW = 2.0**-46  # of t: within it seats differ by equal claims alone


@attrs.frozen(eq=False)
class _Quotients(Prices):
    """Seats priced at s(k) / w; what units hold at least and at most (None: any)."""

    low: Floats | None
    high: Floats | None
    rule: Signposts
    real: Floats

    def seats_at(self, t: Floats) -> Floats:
        """Return the seats of all units, each group at its t."""
        seats = self.real * self.groups.spread(t)
        self.rule.level(seats, seats)
        np.rint(seats, out=seats)
        if self.low is not None:
            np.maximum(seats, self.low, out=seats)
        if self.high is not None:
            np.minimum(seats, self.high, out=seats)
        return seats

    def beside(self, seats: Floats) -> tuple[Floats, Floats]:
        """Return s(k) / w and s(k + 1) / w."""
        last, following = self.rule.floats(seats), self.rule.floats(seats + 1.0)
        last /= self.real
        following /= self.real
        if self.low is not None:
            np.copyto(last, -np.inf, where=seats <= self.low)
        if self.high is not None:
            np.copyto(following, np.inf, where=seats >= self.high)
        return last, following

    def slack(self, prices: Floats) -> Floats:
        """Return a share of the prices."""
        return _SLACK * np.abs(prices)

    def apart(self, low: Floats, high: Floats) -> Flags:
        """Return where less than a part of total + 2 lies between: s(k + 1) >= s(k) (1 + 1 / k)."""
        return np.asarray((high - low) * (self.groups.totals + 2) < low)

    def exact(self, units: Ints, seats: Ints, groups: Ints) -> Ints:  # noqa: ARG002  # all alike
        """Return s(k) / w in integers, equal pairs once."""
        which, kinds = pd.factorize(self.groups.weights[units])
        weights, most = integers(kinds)[0], int(seats.max(initial=0)) + 1
        pairs, distinct = pd.factorize(which * most + seats)
        key = exact_keys(self.rule, max(weights, default=1), most)
        ranks = ranked([key(weights[pair // most], pair % most) for pair in distinct.tolist()])
        return ranks[pairs]

    def some(self, groups: Flags) -> tuple[Ints | slice, _Quotients]:
        """Return the units of some groups, and the same for these groups alone."""
        units, part = self.groups.some(groups)
        low = None if self.low is None else self.low[units]
        high = None if self.high is None else self.high[units]
        return units, _Quotients(part, low, high, self.rule, self.real[units])

    def solve_exactly(self, group: int) -> Partial:
        """Return the seats of one group in integers alone."""
        return divide_exactly(self.rule, self.groups, group)


def divide_exactly(rule: Signposts, groups: Groups, group: int) -> Partial:
    """Return the seats of one group in Python's integers, up to the tie; feasible input only."""
    own = groups.units(group)
    weights, _ = integers(groups.weights[own])
    low = [0] * len(weights) if groups.floors is None else groups.floors[own].tolist()
    high = [MOST] * len(weights) if groups.caps is None else groups.caps[own].tolist()
    return divide(rule, int(groups.totals[group]), weights, low, high)


def solve_divisor(rule: Signposts, groups: Groups, real: Floats) -> tuple[Ints, list[TieTable]]:
    """Return the seats of all groups, and the ties that were broken.

    `real` are the weights as floats, each 0 or of ordinary size; totals are below 2**41 and can be
    met.
    """
    low = None if groups.floors is None else groups.floors.astype(np.float64)
    high = None if groups.caps is None else groups.caps.astype(np.float64)
    empty = None if groups.all_weighted else real == 0
    if rule.first_is_free:
        least = np.ones(real.size) if low is None else np.maximum(low, 1.0)
        low = least if high is None else np.minimum(least, high)
    if empty is not None:
        floors = 0.0 if groups.floors is None else groups.floors[empty]
        low = np.zeros(real.size) if low is None else low
        high = np.full(real.size, np.inf) if high is None else high
        low[empty] = high[empty] = floors
    prices = _Quotients(groups, low, high, rule, real)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return prove(prices, _search(prices))


@attrs.frozen(eq=False)
class _Ends:
    """For each group two values of t whose seats enclose its total."""

    low: Floats
    high: Floats
    low_sums: Floats
    high_sums: Floats


def _search(prices: _Quotients) -> Floats:
    """Return seats that are right up to seats of nearly equal prices."""
    groups, real = prices.groups, prices.real
    totals, count = groups.totals.astype(np.float64), groups.totals.size
    below = np.broadcast_to(0.0 if prices.low is None else prices.low, real.shape)
    above = np.broadcast_to(np.inf if prices.high is None else prices.high, real.shape)
    least = np.zeros(count) if prices.low is None else groups.sums(below)
    most = np.full(count, np.inf) if prices.high is None else groups.sums(above)
    ends = _Ends(np.zeros(count), np.full(count, np.inf), least, most)
    slope = np.maximum(groups.sums(real), np.finfo(np.float64).tiny)
    t = np.maximum(totals - groups.sizes * prices.rule.lean, 0.5 * totals) / slope
    open_ = (least < totals) & (totals < most)
    if count > 1:
        below, above = below.copy(), above.copy()
    for step in itertools.count():
        if not open_.any():
            break
        if np.count_nonzero(open_) > count // 2:  # then all are as quick: a known t changes nothing
            open_[:] = True
        units, part = prices.some(open_)
        seats = part.seats_at(t[open_])
        sums = part.groups.sums(seats)
        under = sums <= totals[open_]
        _narrow(ends, np.flatnonzero(open_), t, sums, under)
        lower = np.broadcast_to(part.groups.spread(under), seats.shape)
        if count == 1:
            below, above = (seats, above) if under[0] else (below, seats)
        elif isinstance(units, slice):
            np.copyto(below, seats, where=lower)
            np.copyto(above, seats, where=~lower)
        else:
            below[units[lower]], above[units[~lower]] = seats[lower], seats[~lower]
        few = (_FEW + _SHARE * groups.sizes) * min(2.0**step, 64.0)
        one_end = np.isinf(ends.high) | (ends.low == 0)
        if groups.bounded and one_end[open_].any():
            slope[open_] = _slope(part, seats)
        open_ = (ends.high_sums - ends.low_sums > few) | np.isinf(ends.high)
        open_ &= (ends.low_sums != totals) & (ends.high_sums != totals)
        open_ &= ends.high - ends.low > _NARROW * ends.low
        if open_.any():
            np.copyto(t, _next(ends, totals, slope, step), where=open_)
    return _cheapest(prices, ends, below, above)


def _narrow(ends: _Ends, groups: Ints, t: Floats, sums: Floats, under: Flags) -> None:
    """Move one end of each of these groups to t."""
    lower, upper = groups[under], groups[~under]
    ends.low[lower], ends.low_sums[lower] = t[lower], sums[under]
    ends.high[upper], ends.high_sums[upper] = t[upper], sums[~under]


def _slope(prices: _Quotients, seats: Floats) -> Floats:
    """Return how many seats each group gains as t rises by one, where bounds hold some units."""
    free = np.ones(seats.size, dtype=np.bool_) if prices.low is None else seats > prices.low
    if prices.high is not None:
        free &= seats < prices.high
    groups = prices.groups
    return np.maximum(groups.sums(prices.real * free), 1e-3 * groups.sums(prices.real))


def _next(ends: _Ends, totals: Floats, slope: Floats, step: int) -> Floats:
    """Return a t of each group a little beyond where its total should lie."""
    with np.errstate(invalid="ignore"):
        missing, excess = totals - ends.low_sums, ends.high_sums - totals
        further = 2.0 ** min(step, 60)
        up = ends.low + (missing + further * (1.0 + 1.5 * np.sqrt(missing))) / slope
        down = ends.high - (excess + further * (1.0 + 1.5 * np.sqrt(excess))) / slope
        gap = missing + excess
        share = missing / gap + (1 - step % 2 * 2) * np.minimum((1.0 + np.sqrt(gap)) / gap, 0.4)
        share = (
            np.full_like(share, 0.5) if step % _HALVE == _HALVE - 1 else np.clip(share, 0.02, 0.98)
        )
        inside = ends.low + share * (ends.high - ends.low)
    t = np.where(ends.low > 0, inside, np.maximum(down, ends.high / 8.0))
    return np.where(np.isinf(ends.high), up, t)


def _cheapest(prices: _Quotients, ends: _Ends, below: Floats, above: Floats) -> Floats:
    """Return the seats at the lower ends, with the cheapest of those up to the upper ends."""
    groups, totals = prices.groups, prices.groups.totals
    below = below if below.flags.writeable else below.copy()
    reached = ends.high_sums == totals
    if reached.any():
        np.copyto(below, above, where=groups.spread(reached))
    missing = (ends.low_sums != totals) & ~reached
    if not missing.any():
        return below
    more = above > below
    if not missing.all():
        more &= groups.spread(missing)
    units = np.flatnonzero(more)
    seats = below[units] + 1.0
    gains = (above[units] - below[units]).astype(np.int64)
    if gains.max(initial=1) > 1:
        units, seats = np.repeat(units, gains), np.repeat(seats, gains)
        seats += np.arange(units.size) - np.repeat(np.cumsum(gains) - gains, gains)
    costs = prices.rule.floats(seats)
    costs /= prices.real[units]
    choose(groups, below, units, costs, (ends.low, ends.high))
    return below
