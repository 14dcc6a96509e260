"""Real shares between bounds: who stands at a floor, who at a cap, and who shares by weight.

One pass over all units, at both ends of a range in which the common factor t has to lie, tells
for nearly all of them on which side they stand. The few that change sides within the range find t
among themselves, and each of them is proved at it.
"""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment.bounds import exact_sum
from coverage_campaign.allocation.apportionment.fields import EPS, exact_weight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.inputs import Ints, Plain

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

__all__ = ["Standing", "standing", "standing_at"]

_SAMPLE = 2**14
_STRETCH = 2**16
_RANGES = 12
_STEPS = 60
_SLACK = 64 * EPS  # of a share: the roundings of a sum, a quotient and a product
_ROUNDING = 1e-14  # of a sum: nothing more can be won
_AROUND = 2.0  # a first range is so many times as wide as a sample of its size would err


@attrs.frozen(eq=False)
class Standing:
    """The seats of the units that bounds hold; the weights of the others, 0 for those held.

    `weight` is the sum of these weights, and `left` what is left for them.
    """

    seats: Ints
    sharing: Plain
    weight: float
    left: int


@attrs.frozen(eq=False)
class _Range:
    """Where units stand for every t of a range: those not `held` and not in `open` share."""

    low: float
    high: float
    seats: Ints
    sharing: Plain
    weight: float
    open: Ints


def standing(given: Plain, total: int, floors: Ints | None, caps: Ints | None) -> Standing | None:
    """Return where units stand in median(floor, t w, cap), None where that is not proved."""
    t = total / float(given.sum(dtype=np.float64))
    step = max(given.size // _SAMPLE, 1)
    part = slice(None, None, step)
    few = _Few.of(given, floors, caps, part)
    others = total / t / step - float(few.weights.sum())  # what a sample weighs too little
    t = few.solve(total / step, t, others)
    width = 1e-9 if step == 1 else _AROUND * few.spread(t, others)
    for _ in range(_RANGES):
        found = _range(given, floors, caps, t * (1.0 - width), t * (1.0 + width))
        few = _Few.of(given, floors, caps, found.open)
        held = exact_sum(found.seats)
        t = few.solve(float(total - held), t, found.weight)
        if found.low * (1.0 + 4.0 * _SLACK) < t < found.high * (1.0 - 4.0 * _SLACK):
            return _decided(given, total, found, few, t)
        width = min(8.0 * width, 0.5)
    return None


def standing_at(
    given: Plain, share: Fraction, total: int, floors: Ints | None, caps: Ints | None
) -> Standing:
    """Return who stands at bounds and who shares where each has share times weight exactly.

    A share that reaches a cap is held by it.
    """
    if floors is None and caps is None:
        weight = float(given.sum(dtype=np.float64))
        return Standing(np.zeros(given.size, dtype=np.int64), given, weight, total)
    t = float(share)
    found = _range(given, floors, caps, t * (1.0 - 2.0 * _SLACK), t * (1.0 + 2.0 * _SLACK))
    weight = found.weight
    for unit in found.open.tolist():
        exact = Fraction(given[unit].item()) * share
        if floors is not None and exact < int(floors[unit]):
            found.seats[unit] = floors[unit]
        elif caps is not None and exact >= int(caps[unit]):
            found.seats[unit] = caps[unit]
        else:
            found.sharing[unit] = given[unit]
            weight += float(given[unit])
    return Standing(found.seats, found.sharing, weight, total - exact_sum(found.seats))


def _range(given: Plain, floors: Ints | None, caps: Ints | None, low: float, high: float) -> _Range:
    seats, sharing = np.empty(given.size, dtype=np.int64), np.empty_like(given)
    weight = 0.0
    doubtful = [np.empty(0, dtype=np.int64)]
    size = min(given.size, _STRETCH)
    buffers, flags = np.empty((2, size)), np.zeros((2, size), dtype=np.bool_)
    for start in range(0, given.size, _STRETCH):
        part = slice(start, start + _STRETCH)
        own, here, left = given[part], seats[part], sharing[part]
        (share, edge), (below, above) = buffers[:, : here.size], flags[:, : here.size]
        here.fill(0)
        np.copyto(left, own)
        if floors is not None:
            np.copyto(edge, floors[part])
            np.less(np.multiply(own, low, out=share), edge, out=below)
        if caps is not None:
            np.copyto(edge, caps[part])
            np.greater(np.multiply(own, high, out=share), edge, out=above)
        # few units may be held: the other end of the range is looked at for these alone
        some = np.flatnonzero(below | above)
        weights = own[some].astype(np.float64, copy=False)
        held, bound = np.zeros(some.size, dtype=np.bool_), np.zeros(some.size, dtype=np.int64)
        if caps is not None:
            most = caps[part][some]
            held = weights * low > most
            bound = np.where(held, most, 0)
        if floors is not None:
            least = floors[part][some]
            raised = weights * high < least
            bound = np.where(raised, least, bound)
            held |= raised
        here[some] = bound
        left[some] = 0
        doubtful.append(some[~held] + start)
        weight += float(left.sum(dtype=np.float64))
    return _Range(low, high, seats, sharing, weight, np.concatenate(doubtful))


def _decided(given: Plain, total: int, found: _Range, few: _Few, t: float) -> Standing | None:
    """Return where all units stand, None where the open ones are not proved to be right."""
    shares = few.weights * t
    raised, capped = shares <= few.floors, shares >= few.caps
    capped &= ~raised
    free = ~(raised | capped)
    found.seats[found.open] = np.where(raised, few.floors, np.where(capped, few.caps, 0.0))
    found.sharing[found.open] = np.where(free, given[found.open], 0)
    weight = found.weight + float(few.weights[free].sum())
    left = total - exact_sum(found.seats)
    standing = Standing(found.seats, found.sharing, weight, left)
    if weight == 0 or left <= 0:
        return standing if weight == left == 0 else None
    t = left / weight
    if not found.low * (1.0 + 4.0 * _SLACK) < t < found.high * (1.0 - 4.0 * _SLACK):
        return None
    upper, lower = few.weights * (t * (1.0 + _SLACK)), few.weights * (t * (1.0 - _SLACK))
    beyond = (upper < few.floors) | (lower > few.caps)
    within = (lower > few.floors) & (upper < few.caps)
    if bool((beyond & free).any()) or bool((within & ~free).any()):
        return None
    exact: Fraction | None = None
    for place in np.flatnonzero(~(beyond | within)).tolist():
        exact = exact or Fraction(left) / exact_weight(found.sharing)
        share = Fraction(given[found.open[place]].item()) * exact
        least, most, seat = few.floors[place], few.caps[place], found.seats[found.open[place]]
        stands = (
            least <= share <= most
            if free[place]
            else (share <= least == seat or share >= most == seat)
        )
        if not stands:
            return None
    return standing


@attrs.frozen(eq=False)
class _Few:
    """Some units as floats with their bounds."""

    weights: Floats
    floors: Floats
    caps: Floats

    @classmethod
    def of(cls, given: Plain, floors: Ints | None, caps: Ints | None, units: slice | Ints) -> _Few:
        """Return some units; no bound is -1 or endless."""
        weights = given[units].astype(np.float64)
        none = np.full(weights.size, -1.0), np.full(weights.size, np.inf)
        return cls(
            weights,
            none[0] if floors is None else floors[units].astype(np.float64),
            none[1] if caps is None else caps[units].astype(np.float64),
        )

    def solve(self, total: float, t: float, weight: float = 0.0) -> float:
        """Return t with shares that sum to the total: Newton's method, kept inside.

        `weight` stands for units that no bound holds.
        """
        least, most = 0.0, np.inf
        for _ in range(_STEPS):
            shares = self.weights * t
            within = np.minimum(np.maximum(shares, self.floors), self.caps)
            value = float(within.sum()) + weight * t
            slope = float(self.weights[within == shares].sum()) + weight
            miss = total - value
            if abs(miss) <= _ROUNDING * total:
                break
            least, most = (t, most) if miss > 0 else (least, t)
            guess = t + miss / slope if slope > 0 else 0.0
            if not least < guess < most:
                guess = 2.0 * t if most == np.inf else 0.5 * (least + most)
            if guess == t:
                break
            t = guess
        return t

    def spread(self, t: float, weight: float) -> float:
        """Return by how much, relatively, t would miss if these are a sample: one deviation."""
        shares = self.weights * t
        within = np.minimum(np.maximum(shares, self.floors), self.caps)
        free = (float(self.weights[within == shares].sum()) + weight) * t
        miss = float((within - shares).std()) * sqrt(shares.size)
        return miss / free if free > miss else 0.5
