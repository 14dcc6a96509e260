"""Slow, exact twins of the allocation kernel, written from the definitions and nothing else.

They share no line with the library: highest averages one seat at a time, shares between bounds by
trying every breakpoint. Small problems only.
"""

from __future__ import annotations

import heapq
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Post: TypeAlias = Callable[[int], Fraction]
    Row: TypeAlias = Sequence[int | float | Fraction]
    Bound: TypeAlias = Sequence[float] | None


def stationary_post(r: int | Fraction) -> Post:
    """Signposts k - 1 + r."""
    return lambda k: k - 1 + Fraction(r)


def modified_post(c: Fraction) -> Post:
    """Webster's signposts with c/2 in the first place."""
    return lambda k: Fraction(c) / 2 if k == 1 else k - Fraction(1, 2)


def dean_post(k: int) -> Fraction:
    """Harmonic mean of k - 1 and k."""
    return Fraction(0) if k == 1 else 1 / ((Fraction(1, k - 1) + Fraction(1, k)) / 2)


def squared_hill_post(k: int) -> Fraction:
    """Square of the geometric mean of k - 1 and k."""
    return Fraction(k * (k - 1))


# name -> (signposts, power to which claims are taken so that they are rational)
POSTS = {
    "webster": (stationary_post(Fraction(1, 2)), 1),
    "jefferson": (stationary_post(1), 1),
    "adams": (stationary_post(0), 1),
    "dean": (dean_post, 1),
    "hill": (squared_hill_post, 2),
}


def claim(post: Post, power: int, weight: float | Fraction, seat: int) -> float | Fraction:
    """Claim of a weight to its seat-th seat; endless where the signpost is 0."""
    at = post(seat)
    return inf if at == 0 else Fraction(weight) ** power / at


def highest_averages(
    rule: tuple[Post, int],
    total: int,
    weights: Row,
    *,
    floors: Bound = None,
    caps: Bound = None,
    rank: Sequence[int] | None = None,
) -> list[int]:
    """Seats given one by one to the highest claim, from the floors on, passing units at caps.

    Units with a weight and a first signpost of 0 start at 1 where their caps allow. Equal claims
    go to the least rank (default: position).
    """
    post, power = rule
    n = len(weights)
    floors = floors or [0] * n
    caps = caps or [inf] * n
    rank = rank or list(range(n))
    seats = list(floors)
    for i in range(n):
        if weights[i] > 0 and post(1) == 0:
            seats[i] = max(seats[i], min(1, caps[i]))
    heap = [
        (-claim(post, power, weights[i], seats[i] + 1), rank[i], i)
        for i in range(n)
        if weights[i] > 0 and seats[i] < caps[i]
    ]
    heapq.heapify(heap)
    for _ in range(total - sum(seats)):
        _, _, i = heapq.heappop(heap)
        seats[i] += 1
        if seats[i] < caps[i]:
            heapq.heappush(heap, (-claim(post, power, weights[i], seats[i] + 1), rank[i], i))
    assert sum(seats) == total
    return seats


def shares_between(
    total: int, weights: Row, floors: Sequence[float], caps: Sequence[float]
) -> list[Fraction]:
    """Real shares median(floor, t * weight, cap) that sum to the total, t found between kinks."""
    weights = [Fraction(w) for w in weights]
    kinks = sorted(
        {
            Fraction(b) / w
            for w, pair in zip(weights, zip(floors, caps, strict=True), strict=True)
            if w
            for b in pair
        }
    )

    def at(t: Fraction) -> list[Fraction]:
        return [
            Fraction(low) if w == 0 else min(max(t * w, Fraction(low)), Fraction(high))
            for w, low, high in zip(weights, floors, caps, strict=True)
        ]

    below = Fraction(0)
    for kink in kinks:
        if sum(at(kink)) >= total:
            break
        below = kink
    else:
        raise AssertionError("infeasible")
    s0, s1 = sum(at(below)), sum(at(kink))
    t = kink if s1 == s0 else below + (kink - below) * (total - s0) / (s1 - s0)
    shares = at(t)
    assert sum(shares) == total
    return shares


def largest_remainders(
    total: int, shares: Sequence[Fraction], rank: Sequence[int] | None = None
) -> list[int]:
    """Whole parts of shares that sum to the total, then one more by largest remainder."""
    rank = rank or list(range(len(shares)))
    seats = [share.__floor__() for share in shares]
    order = sorted(range(len(shares)), key=lambda i: (seats[i] - shares[i], rank[i]))
    for i in order[: total - sum(seats)]:
        seats[i] += 1
    assert sum(seats) == total
    return seats


def hamilton(
    total: int,
    weights: Row,
    *,
    floors: Bound = None,
    caps: Bound = None,
    rank: Sequence[int] | None = None,
) -> list[int]:
    """Hamilton's method with rebalanced bounds."""
    floors = floors or [0] * len(weights)
    caps = caps or [total] * len(weights)
    caps = [max(low, min(cap, total)) for low, cap in zip(floors, caps, strict=True)]
    if sum(floors) == total:
        return list(floors)
    return largest_remainders(total, shares_between(total, weights, floors, caps), rank)


def by_quota(total: int, weights: Row, quota: Fraction, *, rank: Sequence[int]) -> list[int] | None:
    """Whole quotas, then one more by largest remainder; None where there are not enough of these.

    Where whole quotas alone are too many, the last by rank of those that have any give one back.
    """
    shares = [Fraction(weight) / quota for weight in weights]
    whole = [share.__floor__() for share in shares]
    over = sum(whole) - total
    if over > 0:
        assert whole == shares
        holders = sorted((i for i, seat in enumerate(whole) if seat), key=lambda i: rank[i])
        return [seat - (i in holders[-over:]) for i, seat in enumerate(whole)]
    if -over > sum(1 for weight in weights if weight):
        return None
    order = sorted(
        (i for i, weight in enumerate(weights) if weight),
        key=lambda i: (whole[i] - shares[i], rank[i]),
    )
    return [seat + (i in order[:-over] if over else 0) for i, seat in enumerate(whole)]


def quota_of(name: str, total: int, weights: Row) -> Fraction:
    """Droop's quota, or that of Hagenbach-Bischoff."""
    quota = sum(map(Fraction, weights), Fraction(0)) / (total + 1)
    return Fraction(quota.__floor__() + 1) if name == "droop" else quota


def quota_method(total: int, weights: Row, *, rank: Sequence[int]) -> list[int]:
    """Seat after seat to the largest weight per seat of those whose upper quota leaves room."""
    exact = [Fraction(weight) for weight in weights]
    seats = [0] * len(exact)
    for house in range(1, total + 1):
        quotas = [house * weight / sum(exact) for weight in exact]
        open_ = [i for i, quota in enumerate(quotas) if seats[i] < quota]
        best = max(open_, key=lambda i: (exact[i] / (seats[i] + 1), -rank[i]))
        seats[best] += 1
    return seats
