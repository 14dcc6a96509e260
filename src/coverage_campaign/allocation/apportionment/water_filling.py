"""Real shares between bounds that sum to a total: water filling, decided by integers.

The shares of a group are median(floor, t w, cap) at one t. Who stands at a bound is found by
fixing, time and again, those beyond their floors or those beyond their caps, whichever move more:
t can then only move against them.
"""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.groups import GroupLayout
from coverage_campaign.allocation.apportionment.inputs import Ints, Weighted, integers, objects

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
    exact = weights.dtype == object or (weights.dtype == np.int64 and not _fits(weights, totals))
    held, at = _held(totals, weights.astype(object if exact else np.float64), offsets, floors, caps)
    filled = _filled(totals, weights.astype(object) if exact else weights, offsets, held, at)
    doubtful = np.zeros(totals.size, dtype=np.bool_) if exact else _doubtful(filled, floors, caps)
    if doubtful.any():
        units = np.repeat(doubtful, np.diff(offsets))
        held[units], at[units] = _held(
            totals[doubtful],
            objects(integers(weights[units])[0]),
            np.append(0, np.cumsum(np.diff(offsets)[doubtful])),
            None if floors is None else floors[units],
            None if caps is None else caps[units],
        )
        filled = _filled(totals, weights, offsets, held, at)
    return filled


def _filled(totals: Ints, weights: Weighted, offsets: Ints, held: Flags, at: Ints) -> Filled:
    groups = GroupLayout(offsets)
    weight = groups.sums(weights * ~held)
    return Filled(weights, offsets, held, at, totals - groups.sums(at), weight)


def _fits(weights: Ints, totals: Ints) -> bool:
    """Return whether differences of near products fit 64 bits, however the products wrap."""
    weight = float(weights.sum(dtype=np.float64))
    return weight < 2.0**62 and weight * float(totals.max(initial=0)) < 2.0**100


def _held(
    totals: Ints, weights: Weighted, offsets: Ints, floors: Ints | None, caps: Ints | None
) -> tuple[Flags, Ints]:
    """Return who stands at a bound, and where: exact for Python's integers, up to noise for floats.

    Floats that are in doubt which bounds move more are in doubt of units next to their bounds only.
    """
    groups = GroupLayout(offsets)
    kind, exact = weights.dtype, weights.dtype == object
    # Who stands at a bound is beyond none any more.
    sides = [
        (sign, bounds.astype(kind, copy=True))
        for sign, bounds in ((-1, floors), (1, caps))
        if bounds is not None
    ]
    held = np.asarray(weights == 0, dtype=np.bool_)
    for sign, bounds in sides:
        bounds[held] = sign * np.inf
    at = np.zeros(weights.size, dtype=np.int64) if floors is None else floors * held
    left, weight = (totals - groups.sums(at)).astype(kind), groups.sums(weights)
    if exact:  # then shares are Fractions
        left = objects(map(Fraction, left.tolist()))
    while True:
        scale = left / np.where(weight > 0, weight, 1)
        share = weights * groups.spread(scale)
        beyond, moved = [], []
        for sign, bounds in sides:
            units = np.flatnonzero(share > bounds if sign > 0 else share < bounds)
            group = groups.group_of(units)
            sums = np.zeros((2, totals.size), dtype=kind)
            np.add.at(sums[0], group, bounds[units])
            np.add.at(sums[1], group, weights[units])
            beyond.append((units, group, bounds[units].astype(np.int64), sums))
            moved.append(sign * (sums[1] * scale - sums[0]))
        if not any(part[0].size for part in beyond):
            return held, at
        heaviest = np.maximum.reduce(moved)
        for (units, group, values, sums), by in zip(beyond, moved, strict=True):
            final = by == heaviest
            fixed = final[group]
            held[units[fixed]], at[units[fixed]] = True, values[fixed]
            for sign, bounds in sides:
                bounds[units[fixed]] = sign * np.inf
            left, weight = left - sums[0] * final, weight - sums[1] * final


def _doubtful(filled: Filled, floors: Ints | None, caps: Ints | None) -> Flags:
    """Return the groups where a unit so near to a bound that floats cannot tell stands wrong."""
    groups, weights = GroupLayout(filled.offsets), filled.weights
    doubtful = np.zeros(filled.left.size, dtype=np.bool_)
    scale = filled.left / np.where(filled.weight > 0, filled.weight, 1)
    share = weights * groups.spread(scale)
    noise = _NEAR * (share + 1.0)
    for sign, bounds in ((-1, floors), (1, caps)):
        if bounds is None:
            continue
        near = np.flatnonzero(np.abs(share - bounds) <= noise)
        near = near[weights[near] > 0]
        group = groups.group_of(near)
        if weights.dtype == np.float64:
            doubtful[group] = True
            continue
        over = weights[near] * filled.left[group] - bounds[near] * filled.weight[group]
        wrong = sign * over < 0
        wrong &= filled.held[near]
        wrong |= (sign * over > 0) & ~filled.held[near]
        doubtful[group[wrong]] = True
    return doubtful


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
