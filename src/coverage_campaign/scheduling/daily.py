"""Whole persons day by day: never off a curve by one, and the nearest to it at the ends of periods.

A unit with share s is to have s c(t) persons at the end of day t, where the curve c rises from 0 to
1. Its whole persons are that number rounded down or up on every day, and never fall; all units
together are the whole's own number, rounded half up. Such plans always exist: seat k of a unit may
come once s c(t) is above k - 1 and is due when it reaches k, and earliest due date meets all dates
(Steiner and Yeomans). Among these plans the one is taken whose squared distances from the curve,
summed over units and the ends of periods, are the least.

Where every unit does a person or more a day this is the largest remainder at each end, and what is
done on one day does not bind another. Where units do less, three kinds of sums bind: who is rounded
up stays up until the seat is due; of those who are up at an end no more may be ahead of a later day
than it has persons for; of those who are down no more may lag behind an earlier day. These sums are
the cuts of a flow of seats to days, so that a linear programme over the units' kinds (equal shares
are one kind) has whole answers. Between two ends earliest due date fills the days.

Source: G. Steiner and J. S. Yeomans, Level schedules for mixed-model, just-in-time processes,
Management Science 39 (1993) 728-735; W. Kubiak and S. Sethi, A note on "Level schedules for
mixed-model assembly lines in just-in-time production systems", Management Science 37 (1991)
121-122.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from math import gcd
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Whole: TypeAlias = NDArray[Any]
    Flags: TypeAlias = NDArray[np.bool_]

__all__ = ["days_between", "reached_at", "reached_on"]

_SAFE = 2**62
_ROWS = 4096  # scenarios whose arrays stay in the caches
_WHOLE = 1e-6  # what a solver may leave of a whole number


def reached_at(shares: Ints, effort: Sequence[int], ends: Sequence[int]) -> Ints:
    """Return the persons planned to the end of each period: (ends, scenarios, units), int64.

    Args:
        shares: Persons by scenario and unit.
        effort: The curve's running total by day, whole numbers; its last value is the whole.
        ends: The positions of the last days of periods, ascending; the last one is the last day.

    >>> reached_at(np.array([[20, 10]]), range(1, 123), [30, 60, 91, 121])[:, 0].tolist()
    [[5, 3], [10, 5], [15, 8], [20, 10]]
    """
    effort = _reduced(effort)
    found = np.empty((len(ends), *shares.shape), dtype=np.int64)
    for place, end in enumerate(ends):
        found[place] = _nearest(shares, effort[end], effort[-1])
    for row in _bound(shares, effort, ends).tolist():
        found[:, row] = _course(shares[row], effort, ends, found[:, row])
    return found


def reached_on(
    shares: Ints,
    effort: Sequence[int],
    ends: Sequence[int],
    day: int,
    *,
    at_ends: Ints | None = None,
) -> Ints:
    """Return the persons planned to the end of any day: (scenarios, units), int64.

    Arguments as `reached_at`; `at_ends` is what that returned, where it is known.
    """
    effort = _reduced(effort)
    found = _nearest(shares, effort[day], effort[-1])
    after = int(np.searchsorted(ends, day))
    for row in _bound(shares, effort, [*ends, day]).tolist():
        reached = (
            reached_at(shares[[row]], effort, ends)[:, 0] if at_ends is None else at_ends[:, row]
        )
        if day == ends[after]:
            found[row] = reached[after]
            continue
        before = reached[after - 1] if after else np.zeros_like(reached[0])
        start = ends[after - 1] if after else -1
        between = days_between(shares[row], effort, (start, before), (ends[after], reached[after]))
        found[row] = next(islice(between, day - start - 1, None))
    return found


def days_between(
    shares: Ints, effort: Sequence[int], start: tuple[int, Ints], end: tuple[int, Ints]
) -> Iterator[Ints]:
    """Yield what each unit of one scenario has reached on the days from after `start` to `end`.

    Both are the position of a day and what is reached then. Seats that are due first come first;
    of those due on the same day the ones that bring a unit nearest to its curve.
    """
    effort = _reduced(effort)
    whole, total = effort[-1], sum(shares.tolist())
    reached, last = start[1].copy(), end[1]
    curve = np.array(effort, dtype=object if whole >= _SAFE else np.int64)
    for day in range(start[0] + 1, end[0] + 1):
        low, rest = _parts(shares, effort[day], whole)
        reached = np.maximum(reached, low)
        lacking = _rounded(total, effort[day], whole) - int(reached.sum())
        if lacking:
            begun = np.flatnonzero(reached < np.minimum(low + (rest > 0), last))
            seats = reached[begun] + 1
            wide = int(seats.max()) * whole >= _SAFE
            asked = -(-(seats.astype(object) if wide else seats) * whole // shares[begun])
            due = np.minimum(np.searchsorted(curve, asked), end[0])
            order = np.lexsort((-(rest[begun] / whole).astype(np.float64), due))
            reached[begun[order[:lacking]]] += 1
        yield reached.copy()


def _reduced(effort: Sequence[int]) -> list[int]:
    """Return the running total in its smallest whole numbers; without effort nothing is due."""
    common = gcd(*effort) or 1
    small = [one // common for one in effort]
    return [*small[:-1], small[-1] or 1]


def _rounded(total: int, over: int, whole: int) -> int:
    return (2 * total * over + whole) // (2 * whole)


def _parts(shares: Ints, over: int | Whole, whole: int) -> tuple[Ints, Whole]:
    """Return shares x over / whole rounded down, and what is left of them over the whole."""
    wide = int(shares.max(initial=0)) * whole >= _SAFE
    product = shares.astype(object) * over if wide else shares * over
    low = product // whole
    rest = product - low * whole
    return low.astype(np.int64, copy=False), rest


def _nearest(shares: Ints, over: int, whole: int) -> Ints:
    """Return the whole's number shared by the largest remainders, (scenarios, units)."""
    found = np.empty_like(shares)
    for start in range(0, len(shares), _ROWS):
        part = shares[start : start + _ROWS]
        low, rest = _parts(part, over, whole)
        sums = part.sum(axis=1)
        if int(sums.max(initial=0)) * over >= _SAFE // 4:
            sums = part.astype(object).sum(axis=1)
        total = ((2 * sums * over + whole) // (2 * whole)).astype(np.int64)
        found[start : start + _ROWS] = low + _largest(rest, total - low.sum(axis=1))
    return found


def _largest(keys: Whole, count: Ints) -> Flags:
    """Return in each row the `count` cells of the largest keys; of equal ones the first."""
    width = keys.shape[1]
    if not width:
        return np.zeros(keys.shape, dtype=bool)
    cut = np.sort(keys, axis=1)[np.arange(len(keys)), np.clip(width - count, 0, width - 1)]
    chosen = np.asarray((keys >= cut[:, np.newaxis]) & (count > 0)[:, np.newaxis], dtype=bool)
    for row in np.flatnonzero(np.count_nonzero(chosen, axis=1) > count).tolist():
        equal = np.flatnonzero(keys[row] == cut[row])
        above = int(np.count_nonzero(chosen[row])) - len(equal)
        chosen[row, equal[int(count[row]) - above :]] = False
    return chosen


def _bound(shares: Ints, effort: Sequence[int], days: Sequence[int]) -> NDArray[np.intp]:
    """Return the scenarios in which what is done by one of these days can bind another day.

    That needs a unit whose curve rises by less than a person on such a day or on the next one.
    """
    steps = sorted({0, *effort})
    place = {over: number for number, over in enumerate(steps)}
    rises = []
    for day in days:
        at = place[effort[day]]
        if at > 1:  # on the first day with effort nothing was done before
            rises.append(steps[at] - steps[at - 1])
        if 0 < at < len(steps) - 2:  # on the last one everything is done
            rises.append(steps[at + 1] - steps[at])
    if not rises:
        return np.zeros(0, dtype=np.intp)
    least = -(-effort[-1] // min(rises))
    slow = (shares > 0) & (shares < least)
    return np.flatnonzero(slow.any(axis=1))


def _course(shares: Ints, effort: Sequence[int], ends: Sequence[int], nearest: Ints) -> Ints:
    """Return what one scenario has reached at the ends, the largest remainders where they fit."""
    kinds = _Kinds.of(shares, effort, ends)
    up = nearest - kinds.at[:, kinds.which]
    sums = np.array([np.bincount(kinds.which, row, len(kinds.many)) for row in up])
    if (np.diff(nearest, axis=0) >= 0).all() and not kinds.broken(sums):
        return nearest
    return kinds.placed(kinds.solved())


@attrs.frozen(eq=False)
class _Kinds:
    """The distinct shares of one scenario, by day: `low` persons in full, `rest` of the next one.

    `which` is the kind of each unit, `many` how many units a kind has, `free` how many persons a
    day has beyond those in full and `lag` how many it lacks to everybody's next one.
    """

    which: NDArray[np.intp]
    many: Ints
    low: Ints
    rest: Whole
    free: Ints
    lag: Ints
    ends: Sequence[int]
    whole: int

    @classmethod
    def of(cls, shares: Ints, effort: Sequence[int], ends: Sequence[int]) -> _Kinds:
        """Return the kinds of these shares."""
        kinds, which, many = np.unique(shares, return_inverse=True, return_counts=True)
        whole, total = effort[-1], sum(shares.tolist())
        by_day = np.array(effort, dtype=object if whole >= _SAFE else np.int64)
        low, rest = _parts(kinds, by_day[:, np.newaxis], whole)
        goal = np.array([_rounded(total, over, whole) for over in effort], dtype=np.int64)
        full = low @ many
        lag = full + (rest > 0) @ many - goal
        return cls(which.ravel(), many, low, rest, goal - full, lag, ends, whole)

    @property
    def at(self) -> Ints:
        """The persons in full at the ends."""
        return self.low[list(self.ends)]

    def broken(self, up: Ints) -> list[tuple[int, Flags, float, float]]:
        """Return the sums that do not hold: end, kinds, least and most units that may be up."""
        found: list[tuple[int, Flags, float, float]] = []
        for place, end in enumerate(self.ends):
            low, rest = self.low[end], self.rest[end] > 0
            before = self.ends[place - 1] if place else -1
            after = self.ends[place + 1] if place + 1 < len(self.ends) else end
            ahead = (self.low[end + 1 : after] == low) & rest
            room = self.free[end + 1 : after]
            found += [
                (place, ahead[day], -np.inf, float(room[day]))
                for day in np.flatnonzero(ahead @ up[place] > room).tolist()
            ]
            behind = (self.low[before + 1 : end] == low) & (self.rest[before + 1 : end] > 0)
            least = behind @ self.many - self.lag[before + 1 : end]
            found += [
                (place, behind[day], float(least[day]), np.inf)
                for day in np.flatnonzero(behind @ up[place] < least).tolist()
            ]
        return found

    def solved(self) -> Ints:
        """Return how many units of each kind are up at each end: (ends, kinds)."""
        from scipy.optimize import Bounds, LinearConstraint, milp  # only small units need it
        from scipy.sparse import csr_array

        at, rest = self.at, self.rest[list(self.ends)]
        shape, cells = at.shape, np.arange(at.size).reshape(at.shape)
        end, kind = np.nonzero((at[1:] == at[:-1]) & (rest[:-1] > 0))
        stays = [(cells[e + 1, k], cells[e, k]) for e, k in zip(end, kind, strict=True)]
        goal = self.free[list(self.ends)].astype(np.float64)
        rows = [(place, cell, 1.0) for place in range(shape[0]) for cell in cells[place].tolist()]
        for number, (later, sooner) in enumerate(stays, shape[0]):
            rows += [(number, int(later), 1.0), (number, int(sooner), -1.0)]
        least = [*goal, *([0.0] * len(stays))]
        most = [*goal, *([np.inf] * len(stays))]
        cost = 1.0 - 2.0 * (rest / self.whole).astype(np.float64)
        limits = Bounds(0, np.where(rest > 0, self.many, 0).ravel())
        while True:
            at_row, column, value = zip(*rows, strict=True)
            matrix = csr_array((value, (at_row, column)), shape=(len(least), at.size))
            for whole in (0, 1):  # a corner of this programme is whole; a rounding error is not
                found: Any = milp(
                    (2.0**20 * cost).ravel(),
                    integrality=np.full(at.size, whole),
                    bounds=limits,
                    constraints=LinearConstraint(matrix, least, most),
                )
                if np.abs(found.x - np.rint(found.x)).max(initial=0.0) < _WHOLE:
                    break
            up: Ints = np.rint(found.x).astype(np.int64).reshape(shape)
            broken = self.broken(up)
            if not broken:
                return up
            for place, kinds, low, high in broken:
                rows += [(len(least), int(cell), 1.0) for cell in cells[place, kinds]]
                least.append(low)
                most.append(high)

    def placed(self, up: Ints) -> Ints:
        """Return what each unit has reached at the ends: of a kind the first units go up."""
        order = np.argsort(self.which, kind="stable")
        place = np.empty(len(order), dtype=np.int64)
        starts = np.cumsum(self.many) - self.many
        place[order] = np.arange(len(order)) - np.repeat(starts, self.many)
        reached: Ints = self.at[:, self.which] + (place < up[:, self.which])
        return reached
