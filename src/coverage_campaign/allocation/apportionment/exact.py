"""The divisor methods in Python's integers: any weights, any totals, one problem at a time.

The quick way for a few units, the way for numbers that floats cannot search among (totals beyond
2**40, weights of wildly different size), and the judge of what the vectorised way leaves open.
Work grows with the units, never with the total.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heapreplace

import attrs

from coverage_campaign.allocation.apportionment.rounding_rules import Signposts

__all__ = ["Partial", "divide", "exact_keys"]


@attrs.frozen(eq=False)
class Partial:
    """Seats before the tie, and the units tied for the `at_stake` seats that are left (or none)."""

    seats: list[int]
    tied: list[int]
    at_stake: int


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
        return Partial(low, [], 0)
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
        return Partial(seats, [], 0)
    holders = [i for i, claim in losses.items() if claim == cut]
    for i in holders:
        seats[i] -= 1
    tied = sorted(holders + [i for i, claim in gains.items() if claim == cut])
    return Partial(seats, tied, len(holders))


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
