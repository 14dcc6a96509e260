"""The methods in whole numbers and Fractions alone: slow, short, and the judge of the fast ones.

Used where floats cannot search: weights beyond 64 bits or of wildly different size, totals beyond
2**52. Work grows with the units, never with the total.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment.rounding_rules import priority, seats_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.rounding_rules import Signposts

__all__ = ["Split", "divide", "least_seats", "share_within", "top"]


@attrs.frozen(eq=False)
class Split:
    """Seats before the tie, and the units tied for the `at_stake` seats that are left (or none)."""

    seats: list[int]
    tied: list[int]
    at_stake: int


def least_seats(signposts: Signposts, floors: Sequence[int], caps: Sequence[int]) -> list[int]:
    """Return the seats that units with a weight hold at any divisor."""
    if not signposts.first_is_free:
        return list(floors)
    return [max(low, min(1, high)) for low, high in zip(floors, caps, strict=True)]


def divide(
    signposts: Signposts,
    total: int,
    weights: Sequence[Fraction],
    floors: Sequence[int],
    caps: Sequence[int],
) -> Split:
    """Return seats median(floor, R(w / d), cap) of one d, up to the tie; feasible input only."""
    units = [i for i, weight in enumerate(weights) if weight > 0]
    seats = list(floors)
    low = least_seats(signposts, [floors[i] for i in units], [caps[i] for i in units])
    for i, least in zip(units, low, strict=True):
        seats[i] = least
    if sum(seats) == total or not units:
        return Split(seats, [], 0)

    def at(scale: Fraction) -> list[int]:
        return [
            min(caps[i], max(least, seats_at(signposts, weights[i] * scale)))
            for i, least in zip(units, low, strict=True)
        ]

    wanted = total - (sum(seats) - sum(low))
    lower, upper = _bracket(
        at, wanted, Fraction(wanted, sum((weights[i] for i in units), Fraction()))
    )
    below, above = at(lower), at(upper)
    while sum(above) - sum(below) > len(units):
        middle = (lower + upper) / 2
        between = at(middle)
        if sum(between) <= wanted:
            lower, below = middle, between
        else:
            upper, above = middle, between
    claims = [
        (priority(signposts, weights[i], seat), i)
        for i, least, most in zip(units, below, above, strict=True)
        for seat in range(least + 1, most + 1)
    ]
    for i, least in zip(units, below, strict=True):
        seats[i] = least
    winners, tied, at_stake = top(claims, wanted - sum(below))
    for i in winners:
        seats[i] += 1
    return Split(seats, tied, at_stake)


def _bracket(
    at: Callable[[Fraction], list[int]], wanted: int, start: Fraction
) -> tuple[Fraction, Fraction]:
    upper = start
    while sum(at(upper)) < wanted:
        upper *= 2
    lower = start
    while sum(at(lower)) > wanted:
        lower /= 2
    return lower, upper


def top(claims: list[tuple[Fraction, int]], count: int) -> tuple[list[int], list[int], int]:
    """Return who surely gets one of `count` seats, who is tied for the rest, and how many rest.

    >>> top([(Fraction(3), 0), (Fraction(1), 1), (Fraction(1), 2)], 2)
    ([0], [1, 2], 1)
    """
    claims = sorted(claims, key=lambda claim: claim[0], reverse=True)
    if count == 0 or count == len(claims) or claims[count - 1][0] > claims[count][0]:
        return [i for _, i in claims[:count]], [], 0
    cut = claims[count][0]
    sure = [i for claim, i in claims if claim > cut]
    tied = sorted(i for claim, i in claims if claim == cut)
    return sure, tied, count - len(sure)


def share_within(
    total: int, weights: Sequence[Fraction], floors: Sequence[int], caps: Sequence[int]
) -> list[Fraction]:
    """Return the real shares median(floor, t w, cap) that sum to the total; feasible input only.

    The side whose bounds move more people is final, because t can then only move against it.
    """
    shares: list[Fraction] = [Fraction(low) for low in floors]
    free = [i for i, weight in enumerate(weights) if weight > 0]
    left = total - sum(low for low, weight in zip(floors, weights, strict=True) if weight == 0)
    while free:
        scale = left / sum((weights[i] for i in free), Fraction())
        raised = [i for i in free if weights[i] * scale < floors[i]]
        capped = [i for i in free if weights[i] * scale > caps[i]]
        lift = sum((floors[i] - weights[i] * scale for i in raised), Fraction())
        cut = sum((weights[i] * scale - caps[i] for i in capped), Fraction())
        fixed = (raised if lift >= cut else []) + (capped if cut >= lift else [])
        if not fixed:
            for i in free:
                shares[i] = weights[i] * scale
            break
        for i in raised if lift >= cut else []:
            shares[i] = Fraction(floors[i])
        for i in capped if cut >= lift else []:
            shares[i] = Fraction(caps[i])
        left -= sum(int(shares[i]) for i in fixed)
        gone = set(fixed)
        free = [i for i in free if i not in gone]
    return shares


def exact_list(weights: NDArray[np.generic]) -> list[Fraction]:
    """Return an array of weights as Fractions."""
    return [Fraction(weight) for weight in weights.tolist()]
