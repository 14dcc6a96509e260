"""Real shares between bounds that sum to a total: water filling, decided by integers.

The shares of a group are median(floor, t w, cap) at one t. Who stands at a bound is found by
fixing, time and again, those beyond their floors or those beyond their caps, whichever move more:
t can then only move against them.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.inputs import Ints, Weighted, integers
from coverage_campaign.allocation.apportionment.layout import Layout

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

__all__ = ["Filled", "fill", "quotients"]

_NEAR = 2.0**-40  # relative: floats that differ by less are compared in integers


@attrs.frozen(eq=False)
class Filled:
    """Entries that are `held` stand at `at`; any other has exactly weights x left / weight.

    `left` and `weight` have one entry a group. Of float weights, `weight` is a float.
    """

    weights: Weighted
    offsets: Ints
    held: Flags
    at: Ints
    left: Ints
    weight: Weighted

    def whole(self) -> tuple[Ints, Weighted]:
        """Return the shares of integer weights rounded down, and numerators of the rest.

        A share is the whole plus the rest over its group's weight.
        """
        sizes = np.diff(self.offsets)
        left, weight = np.repeat(self.left, sizes), np.repeat(self.weight, sizes)
        shared = np.where(self.held, 0, self.weights)
        whole, rest = quotients(shared, left, np.maximum(weight, 1))
        return whole + self.at, rest


def fill(
    totals: Ints,
    weights: Weighted,
    offsets: Ints,
    *,
    floors: Ints | None = None,
    caps: Ints | None = None,
) -> Filled:
    """Return who stands at a bound and what is left for the others, for groups laid end to end.

    Group g shares totals[g] among the entries offsets[g] to offsets[g + 1] - 1; none is empty. An
    entry without weight stands at its floor. Totals that cannot be met are the caller's to refuse.

    >>> caps = np.array([4, 9, 9])
    >>> filled = fill(np.array([10]), np.array([5, 3, 2]), np.array([0, 3]), caps=caps)
    >>> filled.held.tolist(), filled.left.tolist(), filled.weight.tolist()
    ([True, False, False], [6], [5])
    >>> [part.tolist() for part in filled.whole()]  # 4, 3 3/5, 2 2/5
    [[4, 3, 2], [0, 3, 2]]
    """
    if weights.dtype == np.int64 and not _fits(weights, totals):
        weights = weights.astype(object)
    groups = Layout(offsets)
    held = np.asarray(weights == 0, dtype=np.bool_)
    at = np.zeros(weights.size, dtype=np.int64) if floors is None else np.where(held, floors, 0)
    doubtful = np.zeros(totals.size, dtype=np.bool_)
    while True:
        left, weight = totals - groups.sums(at), groups.sums(np.where(held, 0, weights))
        terms = weights, groups.spread(left), groups.spread(weight)
        sides = []
        for bounds, sign in ((floors, -1), (caps, 1)):
            if bounds is not None:
                excess, near = _excess(bounds, *terms)
                if near.any():
                    doubtful |= groups.sums((near & ~held).astype(np.int64)) > 0
                beyond = np.asarray(sign * excess > 0, dtype=np.bool_) & ~held
                sides.append((sign, bounds, beyond))
        if not any(beyond.any() for _, _, beyond in sides):
            break
        sums = [
            (
                sign,
                groups.sums(np.where(beyond, bounds, 0)),
                groups.sums(np.where(beyond, weights, 0)),
            )
            for sign, bounds, beyond in sides
        ]
        heavier, near = _heavier(left, weight, sums)
        doubtful |= near
        for sign, bounds, beyond in sides:
            fixed = beyond & groups.spread(sign * heavier >= 0)
            held |= fixed
            at[fixed] = bounds[fixed]
    filled = Filled(weights, offsets, held, at, left, weight)
    if weights.dtype == np.float64 and doubtful.any():
        return _exactly(filled, totals, doubtful, floors, caps)
    return filled


def _exactly(
    filled: Filled, totals: Ints, doubtful: Flags, floors: Ints | None, caps: Ints | None
) -> Filled:
    """Return what floats filled, with the groups that they left in doubt decided by integers."""
    sizes = np.diff(filled.offsets)
    units = np.repeat(doubtful, sizes)
    again = fill(
        totals[doubtful],
        np.array([*integers(filled.weights[units])[0], None], dtype=object)[:-1],
        np.append(0, np.cumsum(sizes[doubtful])),
        floors=None if floors is None else floors[units],
        caps=None if caps is None else caps[units],
    )
    held, at, left = filled.held.copy(), filled.at.copy(), filled.left.copy()
    held[units], at[units], left[doubtful] = again.held, again.at, again.left
    weight = Layout(filled.offsets).sums(np.where(held, 0.0, filled.weights))
    return Filled(filled.weights, filled.offsets, held, at, left, weight)


def _fits(weights: Ints, totals: Ints) -> bool:
    """Return whether differences of near products fit 64 bits, however the products wrap."""
    weight = float(weights.sum(dtype=np.float64))
    return weight < 2.0**62 and weight * float(totals.max(initial=0)) < 2.0**100


def _excess(
    bounds: Ints, weights: Weighted, left: Ints, weight: Weighted
) -> tuple[Weighted, Flags]:
    """Return by how much shares lie above bounds: the sign is right but where floats are `near`."""
    if weights.dtype == object:
        return weights * left - bounds.astype(object) * weight, np.zeros(1, dtype=np.bool_)
    scale = left / np.where(weight > 0, weight, 1)
    share: Floats = weights * scale
    excess = share - bounds
    share += 1.0
    share *= _NEAR
    near = np.abs(excess) <= share
    if weights.dtype == np.float64 or not near.any():
        return excess, near
    at = np.flatnonzero(near)
    each_left, each_weight = (np.broadcast_to(each, weights.shape)[at] for each in (left, weight))
    excess[at] = weights[at] * each_left - bounds[at] * each_weight
    return excess, np.zeros(1, dtype=np.bool_)


def _heavier(
    left: Ints, weight: Weighted, sides: list[tuple[int, Ints, Weighted]]
) -> tuple[Ints, Flags]:
    """Return -1 for groups whose floors move more, 1 where caps do, 0 for both; and who is near.

    `sides` are a sign, and the sums of bounds and of weights of those beyond their bounds.
    """
    heavier = np.zeros(left.size, dtype=np.int64)
    near = np.zeros(left.size, dtype=np.bool_)
    if len(sides) == 1:
        return heavier, near
    (_, low, low_weight), (_, high, high_weight) = sides
    at = np.flatnonzero((low_weight > 0) & (high_weight > 0))
    parts = (left, weight, low, low_weight, high, high_weight)
    left, weight, low, low_weight, high, high_weight = (part[at].astype(object) for part in parts)
    cut = left * (low_weight + high_weight) - weight * (low + high)
    heavier[at] = np.sign(cut)
    near[at] = np.abs(cut) <= _NEAR * (weight * (low + high))
    return heavier, near


def quotients(weights: Weighted, above: Weighted, below: Weighted) -> tuple[Ints, Weighted]:
    """Return the whole numbers and remainders of weights x above / below, entry by entry.

    Weights are integers. In 64 bits products may wrap around: a remainder is small enough to be
    right all the same.

    >>> [part.tolist() for part in quotients(np.array([5, 7]), np.array([3, 3]), np.array([2, 2]))]
    [[7, 10], [1, 1]]
    """
    if any(part.dtype == object for part in (weights, above, below)):
        product = weights.astype(object) * above
        whole = product // below
        return whole.astype(np.int64), product - whole * below
    whole = np.floor(weights * (above / below)).astype(np.int64)
    rest = weights * above - whole * below
    step = (rest >= below).astype(np.int64) - (rest < 0)
    return whole + step, rest - step * below
