"""The schedules of many scenarios at once, day for day the ones that `schedule` makes.

On a day each unit stands at the floor or the ceiling of its curve, and the seats that the whole
still lacks go to those whose next seat is due first. Where every unit's curve rises by a whole
person in a day, what was given before cannot matter: any day is reckoned by itself. Scenarios with
smaller shares are followed day by day, all of them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion

__all__ = ["plan_many"]

_Ints = NDArray[np.int64]
_MOST = 2**62
_SURE = 2**51  # quotients of smaller whole numbers differ where the fractions do
_ROWS = 4096  # scenarios whose arrays stay in the caches


def plan_many(shares: _Ints, effort: Sequence[int], days: Sequence[int]) -> _Ints:
    """Return the persons planned to the end of each day: (days, scenarios, units).

    Args:
        shares: Persons by scenario and unit.
        effort: The curve's running total on each day of the plan; the last one is the whole.
        days: Positions of days, ascending; -1 is before the first.
    """
    found = np.zeros((len(days), *shares.shape), dtype=np.int64)
    memory: NDArray[np.bool_] = np.zeros(len(shares), dtype=bool)
    for number, day in enumerate(days):
        last = _last_with_effort(effort, day)
        if last < 0:
            continue
        before = effort[last - 1] if last else 0
        found[number] = _on(shares, effort[last], effort[-1], None)
        if before > 0 and effort[last] < effort[-1]:
            memory = memory | _remembers(shares, effort[last] - before, effort[-1])
    rows = np.flatnonzero(memory)
    if len(rows):
        found[:, rows] = _day_by_day(shares[rows], effort, days)
    return found


def _last_with_effort(effort: Sequence[int], day: int) -> int:
    """Return the last day up to `day` on which the curve rose, or -1."""
    while day >= 0 and effort[day] == (effort[day - 1] if day else 0):
        day -= 1
    return day


def _remembers(shares: _Ints, rise: int, whole: int) -> NDArray[np.bool_]:
    """Tell where a unit does less than one person on the day, so that earlier days matter."""
    least = -(-whole // rise)
    if int(shares.min(initial=least)) >= least:
        return np.zeros(len(shares), dtype=bool)
    small = (shares > 0) & (shares < least)
    return np.asarray(small.any(axis=1), dtype=bool)


def _day_by_day(shares: _Ints, effort: Sequence[int], days: Sequence[int]) -> _Ints:
    wanted = {day: number for number, day in enumerate(days)}
    found = np.zeros((len(days), *shares.shape), dtype=np.int64)
    reached = np.zeros_like(shares)
    for day in range(max(days) + 1):
        if effort[day] != (effort[day - 1] if day else 0):
            reached = _on(shares, effort[day], effort[-1], reached)
        if day in wanted:
            found[wanted[day]] = reached
    return found


def _on(shares: _Ints, over: int, whole: int, reached: _Ints | None) -> _Ints:
    """Return what is reached when `over` of the `whole` effort is over."""
    common = gcd(over, whole)
    over, whole = over // common, whole // common
    largest = int(shares.max(initial=0))
    most = largest * shares.shape[1] * 2 * whole
    if reached is None and max(most, largest * (largest + 1)) < _SURE:
        found = np.empty_like(shares)
        for start in range(0, len(shares), _ROWS):
            rows = slice(start, start + _ROWS)
            found[rows] = _at_once(shares[rows], over, whole)
        return found
    exact = shares.astype(object) if most >= _MOST else shares
    product = exact * over
    below = product // whole
    open_to = np.asarray(product != below * whole, dtype=bool)
    floors = below.astype(np.int64, copy=False)
    total = exact.sum(axis=1)
    target = np.asarray((2 * total * over + whole) // (2 * whole)).astype(np.int64)
    if reached is not None:
        ceilings = floors + open_to
        floors = np.maximum(floors, reached)
        open_to = np.asarray(floors < ceilings, dtype=bool)
    left = target - floors.sum(axis=1)
    return _due_first(shares, floors, open_to, left)


def _at_once(shares: _Ints, over: int, whole: int) -> _Ints:
    """Return what is reached, by floats that hold every number exactly.

    Products below 2**51 and their quotients by whole numbers lie on the right side of every whole
    number, so that floors and equality are those of the fractions.
    """
    exact = shares.astype(np.float64)
    quotient = exact * over
    quotient /= whole
    floors = np.floor(quotient)
    total = exact.sum(axis=1)
    target = np.floor((2.0 * total * over + whole) / (2.0 * whole))
    left = target - floors.sum(axis=1)
    keys = exact / (floors + 1.0)
    keys[quotient == floors] = -1.0
    floors += _chosen(keys, left.astype(np.int64))
    return floors.astype(np.int64)


def _due_first(shares: _Ints, floors: _Ints, open_to: NDArray[np.bool_], left: _Ints) -> _Ints:
    """Return the floors, and one more for the `left` units whose next seat is due first."""
    if not left.any():
        return floors
    seats = floors + 1
    if int(shares.max(initial=0)) * int(seats.max(initial=0)) >= _SURE:
        return apportion.jefferson(
            floors.sum(axis=1) + left, shares, floors=floors, caps=floors + open_to
        )
    keys = shares / seats
    keys[~open_to] = -1.0
    given: _Ints = floors + _chosen(keys, left)
    return given


def _chosen(keys: NDArray[np.float64], left: _Ints) -> NDArray[np.bool_]:
    """Return in each row the `left` cells of the greatest keys; of equal ones the first."""
    ordered = np.sort(keys, axis=1)
    width = keys.shape[1]
    cut = ordered[np.arange(len(keys)), np.clip(width - left, 0, width - 1)]
    cut[left == 0] = np.inf
    chosen: NDArray[np.bool_] = keys >= cut[:, np.newaxis]
    many = np.flatnonzero(np.count_nonzero(chosen, axis=1) > left)
    if len(many):
        above = keys[many] > cut[many, np.newaxis]
        level = keys[many] == cut[many, np.newaxis]
        room = left[many] - above.sum(axis=1)
        chosen[many] = above | (level & (np.cumsum(level, axis=1) <= room[:, np.newaxis]))
    return chosen
