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
from functools import cached_property
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

__all__ = ["Courses", "reached_at", "reached_on"]

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
        found[:, row] = Courses.of(shares[row], effort, ends).at_ends()
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
    for row in _bound(shares, effort, [*ends, day]).tolist():
        courses = Courses.of(shares[row], effort, ends)
        known = courses.at_ends() if at_ends is None else at_ends[:, row]
        found[row] = courses.on(day, known)
    return found


def _reduced(effort: Sequence[int]) -> list[int]:
    """Return the running total in its smallest whole numbers; without effort nothing is due."""
    common = gcd(*effort) or 1
    small = [one // common for one in effort]
    return [*small[:-1], small[-1] or 1]


def _nearest(shares: Ints, over: int, whole: int) -> Ints:
    """Return the whole's number shared by the largest remainders, (scenarios, units)."""
    found = np.empty_like(shares)
    for start in range(0, len(shares), _ROWS):
        part = shares[start : start + _ROWS]
        if int(part.sum(axis=1).max(initial=0)) * whole >= _SAFE // 4:
            part = part.astype(object)
        product = part * over
        low = product // whole
        total = (2 * part.sum(axis=1) * over + whole) // (2 * whole)
        count = (total - low.sum(axis=1)).astype(np.int64)
        found[start : start + _ROWS] = low + _largest(product - low * whole, count)
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


@attrs.frozen(eq=False, slots=False)
class Courses:
    """The courses of one scenario's units by day: `low` persons in full, `rest` of the next one.

    Units of one course are a kind: `which` is that of each unit, `many` how many units a kind has.
    `rest` counts parts of a person, `whole` of which make one. `goal` is the whole's own number by
    day, `ends` are the last days of periods.
    """

    which: NDArray[np.intp]
    many: Ints
    low: Ints
    rest: Whole
    whole: int
    goal: Ints
    ends: Sequence[int]

    @classmethod
    def of(cls, shares: Ints, effort: Sequence[int], ends: Sequence[int]) -> Courses:
        """Return the courses of shares of one curve, given by its running total."""
        kinds, which = np.unique(shares, return_inverse=True)
        wide = 2 * (sum(shares.tolist()) + 1) * effort[-1] >= _SAFE
        kind = object if wide else np.int64
        parts = np.array(effort, dtype=kind)[:, np.newaxis] * kinds.astype(kind)
        return cls.through(parts, effort[-1], ends, which.ravel())

    @classmethod
    def through(
        cls, parts: Whole, whole: int, ends: Sequence[int], which: NDArray[np.intp] | None = None
    ) -> Courses:
        """Return courses given as running totals by day and kind, in parts of a person.

        By default each unit is a kind.
        """
        which = np.arange(parts.shape[1]) if which is None else which
        many = np.bincount(which, minlength=parts.shape[1])
        low = parts // whole
        goal = (2 * (parts @ many) + whole) // (2 * whole)
        rest = parts - low * whole
        return cls(which, many, low.astype(np.int64), rest, whole, goal.astype(np.int64), ends)

    @cached_property
    def free(self) -> Ints:
        """How many persons a day has beyond those in full."""
        return self.goal - self.low @ self.many

    @cached_property
    def lag(self) -> Ints:
        """How many persons a day lacks to everybody's next one."""
        return (self.rest > 0) @ self.many - self.free

    def at_ends(self) -> Ints:
        """Return what each unit is to have reached at the ends: (ends, units)."""
        at, rest = self.at[:, self.which], self.rest[list(self.ends)][:, self.which]
        up = _largest(rest, self.free[list(self.ends)])
        nearest = at + up
        rises = np.diff(nearest, axis=0)
        sums = np.array([np.bincount(self.which, row, len(self.many)) for row in up])
        if (rises < 0).any() or rises[self._still[:, self.which]].any() or self.broken(sums):
            nearest = self.placed(self.solved())
        return nearest

    def on(self, day: int, at_ends: Ints) -> Ints:
        """Return what each unit is to have reached at the end of a day, given the ends."""
        after = int(np.searchsorted(self.ends, day))
        if day == self.ends[after]:
            reached: Ints = at_ends[after]
            return reached
        start = self.ends[after - 1] if after else -1
        return next(islice(self._between(after, at_ends), day - start - 1, None))

    def by_day(self, at_ends: Ints) -> Iterator[Ints]:
        """Yield what each unit is to have reached at the end of every day, given the ends."""
        for place in range(len(self.ends)):
            yield from self._between(place, at_ends)

    def _between(self, place: int, at_ends: Ints) -> Iterator[Ints]:
        """Yield the days of a period. Who is due first comes first.

        Of units due on the same day those come first whom that brings nearest to their curve.
        """
        end, last = self.ends[place], at_ends[place]
        start = self.ends[place - 1] + 1 if place else 0
        reached = at_ends[place - 1] if place else np.zeros_like(last)
        due = np.full((end - start + 1, len(self.many)), end)
        for day in range(end - 1, start - 1, -1):
            rises = self.low[day + 1] > self.low[day]
            due[day - start] = np.where(rises, day + 1, due[day + 1 - start])
        for day in range(start, end + 1):
            low, rest = self.low[day, self.which], self.rest[day, self.which]
            reached = np.maximum(reached, low)
            lacking = int(self.goal[day]) - int(reached.sum())
            if lacking:
                begun = np.flatnonzero(reached < np.minimum(low + (rest > 0), last))
                behind = (rest[begun] / self.whole).astype(np.float64)
                order = np.lexsort((-behind, due[day - start, self.which[begun]]))
                reached[begun[order[:lacking]]] += 1
            yield reached.copy()

    @cached_property
    def _still(self) -> Flags:
        """Whether the course of a kind does not rise from one end to the next."""
        at, rest = self.at, self.rest[list(self.ends)]
        return np.asarray((at[1:] == at[:-1]) & (rest[1:] == rest[:-1]), dtype=bool)

    @cached_property
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
        stays = list(zip(cells[end + 1, kind], cells[end, kind], strict=True))
        goal = self.free[list(self.ends)].astype(np.float64)
        rows = [(place, cell, 1.0) for place in range(shape[0]) for cell in cells[place].tolist()]
        for number, (later, sooner) in enumerate(stays, shape[0]):
            rows += [(number, int(later), 1.0), (number, int(sooner), -1.0)]
        least = [*goal, *([0.0] * len(stays))]
        most = [*goal, *np.where(self._still[end, kind], 0.0, np.inf).tolist()]
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
