"""Whole persons day by day: the earliest due date first, never off the curve by one.

Seat k of a unit with share s is due when the curve reaches k / s, and may come as soon as the curve
has passed (k - 1) / s. Each day gives as many persons as the whole's rounded curve demands, to the
open seats that are due first. The whole's running total then stays within half a person of the
curve, every unit's within less than one, and each unit ends at its share.

Source: G. Steiner and J. S. Yeomans, Level schedules for mixed-model, just-in-time processes,
Management Science 39 (1993) 728-735 (earliest due date keeps every deviation below one).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["run"]

_SAFE = 2**62
_NEAR = 16 * 2.0**-52  # a few float roundings: closer dates are compared exactly
_PLAIN = 2**26  # fractions up to 1 with smaller denominators are told apart by floats, and ordered


def run(shares: Ints, effort: Sequence[int], days: range, reached: Ints) -> Iterator[Ints]:
    """Yield what each unit has reached at the end of each day, from what it had before.

    `effort` is the curve's running total by day; its last value is the whole.
    """
    scale = gcd(*effort) or 1
    effort = [one // scale for one in effort]
    whole = effort[-1] or 1  # without effort nothing is due
    total = sum(shares.tolist())
    wide = int(shares.max(initial=0)) * whole >= _SAFE
    given = int(reached.sum())
    for day in days:
        target = (2 * total * effort[day] + whole) // (2 * whole)
        if target > given:
            full = _full(shares, effort[day], whole, wide=wide)
            reached = np.maximum(reached, full.seats)
            lacking = target - int(reached.sum())
            if lacking:
                # open: a seat has been begun and is not reached yet
                begun = np.flatnonzero(full.begun & (reached == full.seats))
                reached[_first_due(begun, reached, shares, lacking)] += 1
            given = target
        yield reached


class _Full:
    """What the curve has passed in full, by unit, and whether it has begun another seat."""

    def __init__(self, seats: Ints, begun: NDArray[np.bool_]) -> None:
        self.seats = seats
        self.begun = begun


def _full(shares: Ints, effort: int, whole: int, *, wide: bool) -> _Full:
    if wide:  # products of a share and an effort leave 64 bits; Python's integers never do
        pairs = [divmod(share * effort, whole) for share in shares.tolist()]
        seats, rest = (np.array(part, dtype=object) for part in zip(*pairs, strict=True))
        return _Full(seats.astype(np.int64), np.asarray(rest > 0, dtype=np.bool_))
    passed = shares * effort
    seats = passed // whole
    return _Full(seats, passed != seats * whole)


def _first_due(begun: NDArray[np.intp], reached: Ints, shares: Ints, count: int) -> Ints:
    """Return the `count` units of those begun whose next seat is due first; ties by position."""
    if count >= begun.size:
        return begun
    seat, share = reached[begun] + 1, shares[begun]
    due = seat / share
    cut = float(np.partition(due, count - 1)[count - 1])
    if int(share.max()) < _PLAIN:
        sure = due < cut
        near = np.flatnonzero(due == cut)
        return np.concatenate([begun[sure], begun[near[: count - int(np.count_nonzero(sure))]]])
    sure = due < cut * (1.0 - _NEAR)
    near = np.flatnonzero(~sure & (due <= cut * (1.0 + _NEAR)))
    left = count - int(np.count_nonzero(sure))
    if near.size > left:
        near = near[_order(seat[near], share[near])[:left]]
    return np.concatenate([begun[sure], begun[near]])


def _order(seat: Ints, share: Ints) -> NDArray[np.intp]:
    """Return the order of seat / share, exact, equal ones by position."""
    width = int(share.max()) + 1
    if int(seat.max()) < _SAFE // width:
        pairs, which = np.unique(seat * width + share, return_inverse=True)
        dates = [Fraction(*divmod(pair, width)) for pair in pairs.tolist()]
    else:
        dates = [Fraction(*pair) for pair in zip(seat.tolist(), share.tolist(), strict=True)]
        which = np.arange(len(dates))
    ranks = {date: rank for rank, date in enumerate(sorted(set(dates)))}
    return np.argsort(np.array([ranks[date] for date in dates])[which], kind="stable")
