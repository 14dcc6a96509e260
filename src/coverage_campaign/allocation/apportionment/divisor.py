"""The divisor methods, in integers and vectorised, and the quota method.

In integers: any weights, any totals, one problem at a time. It is the quick way for a few units,
the way for numbers that floats cannot search among (totals beyond 2**40, weights of wildly
different size), and the judge of what the vectorised way leaves open.

Vectorised: all groups at once, floats search and integers decide. Seats rise with t, one over the
divisor: seat k of a unit is gained once t reaches s(k) / w. The search encloses each group's t
between two ends with few seats between them, and gives the cheapest of these; `certificate` proves
the answer. Either way work grows with the units, never with the total.

The quota method of Balinski and Young is within quota at every total, and monotone in it. Seats are
given one by one. The h-th goes to the largest weight per seat (Jefferson's claim, w / k) of those
units that it does not lift above their quota of h seats, rounded up. So a unit's k-th seat can be
given from the first h on for which h w / W is above k - 1.

Sources: Cheng and Eppstein, Linear-time algorithms for proportional apportionment (ISAAC 2014);
Pukelsheim, Proportional Representation (2nd ed. 2017), section 4.6; Balinski and Young, The quota
method of apportionment, American Mathematical Monthly 82 (1975) 701-730; Still, A class of new
methods for congressional apportionment, SIAM Journal on Applied Mathematics 37 (1979) 401-418.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from math import gcd

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.certificate import (
    Partial,
    Prices,
    choose,
    prove,
    ranked,
)
from coverage_campaign.allocation.apportionment.groups import Groups
from coverage_campaign.allocation.apportionment.inputs import Ints, integers
from coverage_campaign.allocation.apportionment.rounding_rules import JEFFERSON, Signposts
from coverage_campaign.allocation.apportionment.ties import TieTable
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.messages import message

__all__ = ["divide", "divide_exactly", "exact_keys", "solve_divisor", "solve_quota_method"]


def exact_keys(rule: Signposts, heaviest: int, last: int) -> Callable[[int, int], int]:
    """Return a function of (weight, seat) that orders seats as signpost / weight does, exactly.

    No weight is above `heaviest`, no seat above `last`. Fractions whose denominators have b bits
    differ by more than 2**(-2 b), so that so many bits after the point tell them apart.

    >>> from coverage_campaign.allocation.apportionment.rounding_rules import WEBSTER
    >>> key = exact_keys(WEBSTER, 5, 4)
    >>> key(3, 1) < key(5, 3), key(3, 2) == key(5, 3)
    (True, True)
    """
    ratio, power = rule.ratio, rule.power
    below = max(ratio(seat)[1] for seat in (1, 2, last))
    bits = 2 * (heaviest**power * below).bit_length()

    def key(weight: int, seat: int) -> int:
        above, below = ratio(seat)
        claim: int = (above << bits) // (below * weight**power)
        return claim

    return key


def divide(
    rule: Signposts,
    total: int,
    weights: Sequence[int],
    floors: Sequence[int],
    caps: Sequence[int],
) -> Partial:
    """Return seats median(floor, R(w / d), cap) of one d, up to the tie; feasible input only."""
    low = list(floors)
    if rule.first_is_free:
        low = [
            max(floor, min(1, cap)) if weight else floor
            for weight, floor, cap in zip(weights, floors, caps, strict=True)
        ]
    units = [i for i, weight in enumerate(weights) if weight and low[i] < caps[i]]
    least = sum(low)
    fixed = least - sum([low[i] for i in units])
    if not units or least == total:
        return low, []
    seats = _rounded(rule, total - fixed, weights, units, (low, caps))
    key = exact_keys(rule, max([weights[i] for i in units]), total + 1)
    gains = {i: key(weights[i], seats[i] + 1) for i in units if seats[i] < caps[i]}
    losses = {i: key(weights[i], seats[i]) for i in units if seats[i] > low[i]}
    missing = total - sum(seats)
    step = 1 if missing > 0 else -1
    heap = [(step * claim, i) for i, claim in (gains if step > 0 else losses).items()]
    if missing:
        heapify(heap)
    for _ in range(abs(missing)):  # the least claim gains, or the greatest loses
        i = heap[0][1]
        seats[i] += step
        gains[i], losses[i] = key(weights[i], seats[i] + 1), key(weights[i], seats[i])
        if seats[i] == caps[i]:
            del gains[i]
        elif seats[i] == low[i]:
            del losses[i]
        further = (gains if step > 0 else losses).get(i)
        if further is None:
            heappop(heap)
        else:
            heapreplace(heap, (step * further, i))
    return _up_to_the_tie(seats, gains, losses)


def _up_to_the_tie(seats: list[int], gains: dict[int, int], losses: dict[int, int]) -> Partial:
    """Return seats of the right sum; `gains` and `losses` are the claims of next and last seats."""
    cut = min(gains.values(), default=None)
    if cut is None or cut > max(losses.values(), default=-1):
        return seats, []
    holders = [i for i, claim in losses.items() if claim == cut]
    for i in holders:
        seats[i] -= 1
    tied = sorted(holders + [i for i, claim in gains.items() if claim == cut])
    return seats, tied


def _rounded(
    rule: Signposts,
    aim: int,
    weights: Sequence[int],
    units: list[int],
    bounds: tuple[Sequence[int], Sequence[int]],
) -> list[int]:
    """Return the seats at a divisor under which the units miss their aim by no more than one each.

    The divisor is below / above; the others stand at their floors.
    """
    low, caps = bounds
    ratio, power = rule.ratio, rule.power
    above = max(2 * aim - round(2 * rule.lean * len(units)), 1)
    below = 2 * sum([weights[i] for i in units])
    lower, upper = 0, 0
    seats = list(low)
    while True:
        edge = below**power
        for i in units:
            quotient = weights[i] * above
            whole = quotient // below
            up, down = ratio(whole + 1)
            if up * edge <= down * quotient**power:
                whole += 1
            if low[i] < whole < caps[i]:
                seats[i] = whole
            else:
                seats[i] = caps[i] if whole > low[i] else low[i]
        excess = sum([seats[i] for i in units]) - aim
        if abs(excess) <= len(units):
            return seats
        lower, upper = (lower, above) if excess > 0 else (above, upper)
        if upper:  # halve the interval
            above, below, lower, upper = lower + upper, 2 * below, 2 * lower, 2 * upper
        else:
            above *= 2


Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


_SLACK = 16 * 2.0**-52  # relative: what the price of a seat may miss as a float
_FEW, _SHARE = 8.0, 0.5  # seats between the ends that need no closer look: so many, plus a share
_HALVE = 2  # every so many-th step interpolates, the others halve the interval
_NARROW = 2.0**-46  # of t: within it seats differ by equal claims alone
_TINY, _FAR = 1e-300, 1e200  # the least sum of weights; the most of t: its products are finite


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
        weights, most = self.groups.weights[units], int(seats.max(initial=0)) + 1
        kind, kinds = pd.factorize(weights)
        if self.groups.count > 1:  # within one group, near the cut, a weight has one seat
            kind, kinds = pd.factorize(kind * most + seats)
        each, last = np.empty(len(kinds), dtype=weights.dtype), np.empty(len(kinds), dtype=np.int64)
        each[kind], last[kind] = weights, seats
        whole, _ = integers(each)
        key = exact_keys(self.rule, max(whole, default=1), most)
        return ranked(list(map(key, whole, last.tolist())))[kind]

    def solve(self, groups: Groups, group: int) -> Partial:
        """Return the seats of one of these groups in integers alone."""
        return divide_exactly(self.rule, groups, group)


def divide_exactly(rule: Signposts, groups: Groups, group: int) -> Partial:
    """Return the seats of one group in Python's integers, up to the tie; feasible input only."""
    total, weights, _, low, high = groups.of_one(group)
    return divide(rule, total, weights, low, high)


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


def _search(prices: _Quotients) -> Floats:
    """Return seats that are right up to seats of nearly equal prices."""
    groups, sums = prices.groups, prices.groups.sums
    totals, count = groups.totals.astype(np.float64), groups.count
    # Two values of t, one over the divisor, enclose each group's: their seats, and how far off.
    below = np.broadcast_to(0.0 if prices.low is None else prices.low, prices.real.shape)
    above = np.broadcast_to(np.inf if prices.high is None else prices.high, prices.real.shape)
    low, lacking = np.zeros(count), totals - sums(below)
    high, spare = np.full(count, np.inf), sums(above) - totals
    slope = np.maximum(sums(prices.real), _TINY)
    t = np.maximum(totals - groups.sizes * prices.rule.lean, 0.5 * totals) / slope
    if count > 1:
        below, above = below.copy(), above.copy()
    for step in itertools.count():
        open_ = (lacking > 0) & (spare > 0)
        few = (_FEW + _SHARE * groups.sizes) * min(2.0**step, 256.0)
        open_ &= (lacking + spare > few) & ((spare == np.inf) | (high - low > _NARROW * low))
        if not open_.any():
            break
        if 2 * np.count_nonzero(open_) > count:  # then all are as quick
            open_[:] = True
        units, part = prices.some(open_)
        seats = part.seats_at(np.minimum(t[open_], _FAR))
        off = np.zeros(count)
        off[open_] = part.groups.sums(seats) - totals[open_]
        under, over = open_ & (off <= 0), open_ & (off > 0)
        low[under], lacking[under], high[over], spare[over] = (
            t[under],
            -off[under],
            t[over],
            off[over],
        )
        if count == 1:
            below, above = (seats, above) if under[0] else (below, seats)
        else:
            lower = np.broadcast_to(part.groups.spread(under[open_]), seats.shape)
            if isinstance(units, slice):
                np.copyto(below, seats, where=lower)
                np.copyto(above, seats, where=~lower)
            else:
                below[units[lower]], above[units[~lower]] = seats[lower], seats[~lower]
        further = 2.0**step * (1.0 + 1.5 * np.sqrt(np.abs(off)))
        share = lacking / (lacking + spare) if step % _HALVE else np.full(count, 0.5)
        down = np.maximum(high - (off + further) / slope, high / 8.0)
        inside = np.where(low > 0, low + share * (high - low), down)
        t = np.where(high == np.inf, low + (further - off) / slope, inside)
    below = below if below.flags.writeable else below.copy()
    np.copyto(below, above, where=groups.spread(spare == 0))
    units = np.flatnonzero((above > below) & groups.spread((lacking > 0) & (spare > 0)))
    gains, seats = (above[units] - below[units]).astype(np.int64), below[units] + 1.0
    if gains.max(initial=1) > 1:
        units, seats = np.repeat(units, gains), np.repeat(seats, gains)
        seats += np.arange(units.size) - np.repeat(np.cumsum(gains) - gains, gains)
    choose(groups, below, units, prices.rule.floats(seats) / prices.real[units], (low, high))
    return below


_MOST = 10**7  # seats that are given one by one


def solve_quota_method(groups: Groups) -> tuple[Ints, list[TieTable]]:
    """Return the seats of all groups, and the ties that were broken.

    Raises:
        DefinitionError: more seats than can be given one by one.
        InfeasibleError: the method's answer is not within the bounds.
        TieError: as `ties.TieBreaker.pick`.
    """
    seats, ties = np.zeros(groups.weights.size, dtype=np.int64), []
    for group in range(groups.totals.size):
        total, weights, _, low, high = groups.of_one(group)
        common = gcd(*weights) or 1
        period = sum(weights) // common  # after so many seats all quotas are whole
        rounds, left = divmod(total, period or 1)
        if left > _MOST:
            raise DefinitionError(
                Problem(
                    groups.where("total", group),
                    message("{left} seats beyond whole quotas", left=left),
                    message("at most {most}: the quota method gives them one by one", most=_MOST),
                )
            )
        order = groups.breaker.order(len(weights), int(groups.origin[group]))
        given, tied = _give(left, weights, order)
        found = [rounds * (w // common) + more for w, more in zip(weights, given, strict=True)]
        seats[groups.units(group)] = found
        for i, (least, seat, most) in enumerate(zip(low, found, high, strict=True)):
            if not least <= seat <= most:
                word, bound = ("floor", least) if seat < least else ("cap", most)
                raise InfeasibleError(
                    Problem(
                        groups.where(f"{word}s", group),
                        message(
                            "unit {name} has {seats} by the quota method, and its {word} is "
                            "{bound}",
                            name=groups.name(group, i),
                            seats=seat,
                            word=word,
                            bound=bound,
                        ),
                        "another method: the quota method has no rule for floors and caps",
                    )
                )
        ties += [
            groups.breaker.record(
                np.array(sorted(winners | losers)),
                winners,
                group=int(groups.numbers[group]),
                origin=int(groups.origin[group]),
            )
            for winners, losers in tied
        ]
    return seats, ties


def _give(
    total: int, weights: Sequence[int], order: Sequence[int]
) -> tuple[list[int], list[tuple[set[int], set[int]]]]:
    """Return the seats, and for each tie that the total cuts the winners and the losers.

    A tie that is broken on the way is none if all its claims are served by the end: until they are,
    no other claim comes before them.
    """
    key = exact_keys(JEFFERSON, max(weights, default=1), total + 1)
    whole = sum(weights)
    seats = [0] * len(weights)
    later = [(1, i) for i, weight in enumerate(weights) if weight]  # from which seat of all on
    heapify(later)
    open_: list[tuple[int, int, int, int]] = []  # claim, rank, unit, since
    served: dict[int, list[tuple[int, int]]] = {}
    for number in range(1, total + 1):
        while later and later[0][0] <= number:
            since, i = heappop(later)
            heappush(open_, (key(weights[i], seats[i] + 1), order[i], i, since))
        claim, _, i, _ = heappop(open_)
        served.setdefault(claim, []).append((number, i))
        seats[i] += 1
        heappush(later, (seats[i] * whole // weights[i] + 1, i))
    ties: dict[int, tuple[set[int], set[int]]] = {}
    for claim, _, i, since in open_:
        winners = {unit for number, unit in served.get(claim, ()) if number >= since}
        if winners:
            tie = ties.setdefault(claim, (set(), set()))
            tie[0].update(winners)
            tie[1].add(i)
    return seats, list(ties.values())
