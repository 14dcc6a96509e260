"""Each unit's persons by stretch of days, where units have courses of their own.

Two things bend a unit's course: the most that it can do in a month, and a life that begins or ends
within the window. Either way a course in fractions comes first; it is rounded stretch by stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import floor, gcd
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.methods import webster
from coverage_campaign.allocation.apportionment.water_filling import fill
from coverage_campaign.allocation.tree import NO_CAP
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.frames import by_value, owned_array
from coverage_campaign.messages import message

Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Lines", "Lives", "life_loads", "month_loads"]

_SHOWN = 20


def month_loads(left: Ints, effort: list[int], caps: Ints, codes: Sequence[str]) -> Ints:
    """Return months x units: each unit's persons by month, none above its cap.

    In real numbers each unit has min(cap, t x effort) in a month, with a t of its own such that
    the months sum to what is left.

    Raises:
        InfeasibleError: units whose months together cannot hold what is left for them.
    """
    usable = sum(1 for one in effort if one)
    over = [
        (code, persons, usable * most)
        for code, persons, most in zip(codes, left.tolist(), caps.tolist(), strict=True)
        if most < NO_CAP and persons > usable * most
    ]
    if over:
        raise InfeasibleError(
            Problem(
                f"unit_month_caps['{code}']",
                message(
                    "{room} people in {usable} months with effort, {persons} are left to do: "
                    "{less} too many",
                    room=room,
                    usable=usable,
                    persons=persons,
                    less=persons - room,
                ),
                "raise the cap, widen the window or lower the share",
            )
            for code, persons, room in over[:_SHOWN]
        )
    pairs = np.stack([left, np.minimum(caps, left)], axis=1)
    kinds, which = np.unique(pairs, axis=0, return_inverse=True)
    return _rounded(_real_loads(kinds, effort), which.ravel())


def _rounded(courses: Sequence[Sequence[Fraction]], which: NDArray[np.intp]) -> Ints:
    """Return stretches x units: courses rounded to neighbouring whole numbers.

    `courses` are those of each kind of unit, by stretch, each with a whole sum; `which` is the kind
    of each unit. Stretch by stretch those go up who are most behind their own course, as many as
    the whole's rounded course asks for. Nobody gets off its course by one, so that the last
    stretch ends at the sums.
    """
    many = np.bincount(which, minlength=len(courses)).tolist()
    loads = np.zeros((len(courses[0]) if courses else 0, len(which)), dtype=np.int64)
    reached = [Fraction(0)] * len(courses)
    meant = Fraction(0)
    for stretch in range(len(loads)):
        course = [one[stretch] for one in courses]
        reached = [so_far + one for so_far, one in zip(reached, course, strict=True)]
        meant += sum(one * count for one, count in zip(course, many, strict=True))
        down = np.array([floor(one) for one in course], dtype=np.int64)[which]
        given = loads[:stretch].sum(axis=0) + down
        # How far each unit is behind its course if it goes down: one number a kind and state.
        states, state = np.unique(np.stack([which, given], axis=1), axis=0, return_inverse=True)
        lags = [reached[kind] - persons for kind, persons in states.tolist()]
        parted = [course[kind].denominator > 1 for kind, _ in states.tolist()]
        order = {lag: rank for rank, lag in enumerate(sorted(set(lags), reverse=True))}
        rank = np.array([order[lag] for lag in lags])[state.ravel()]
        must = np.array([p and lag >= 1 for p, lag in zip(parted, lags, strict=True)])
        may = np.array([p and 0 < lag < 1 for p, lag in zip(parted, lags, strict=True)])
        open_to = np.flatnonzero(may[state.ravel()])
        loads[stretch] = down + must[state.ravel()]
        wanted = floor(meant + Fraction(1, 2)) - int(loads[: stretch + 1].sum())
        first = open_to[np.argsort(rank[open_to], kind="stable")[: max(wanted, 0)]]
        loads[stretch, first] += 1
    return loads


def _real_loads(kinds: Ints, effort: list[int]) -> list[list[Fraction]]:
    """Return the months of each kind (left, cap) in fractions: full months at the cap."""
    common, months = gcd(*effort) or 1, len(effort)
    weights = np.array([one // common for one in effort])
    filled = fill(
        kinds[:, 0],
        np.tile(weights, len(kinds)),
        np.arange(len(kinds) + 1) * months,
        caps=np.repeat(kinds[:, 1], months),
    )
    held, at = filled.held.reshape(-1, months), filled.at.reshape(-1, months)
    return [
        [
            Fraction(int(at[kind, month]))
            if held[kind, month]
            else Fraction(int(weights[month]) * int(filled.left[kind]), int(filled.weight[kind]))
            for month in range(months)
        ]
        for kind in range(len(kinds))
    ]


# -- units that open or close ----------------------------------------------------------------------


@attrs.frozen
class Lives:
    """The first and the last day of each unit within the window, and who comes after it.

    `first` and `last` are positions of days; a unit that is never open has its last before its
    first. `successors` are (unit, successor, share of the people that passes on), by position.
    """

    codes: tuple[str, ...]
    first: Ints = attrs.field(converter=owned_array, eq=by_value)
    last: Ints = attrs.field(converter=owned_array, eq=by_value)
    successors: tuple[tuple[int, int, Fraction], ...] = ()

    def ends(self, start: int, end: int) -> list[int]:
        """Return the last days of stretches on which no unit opens or closes."""
        cuts = {*(self.first - 1).tolist(), *self.last.tolist(), end}
        return sorted(cut for cut in cuts if start <= cut <= end)

    def after(self, unit: int) -> list[tuple[int, Fraction]]:
        """Return who comes after a unit, with its shares."""
        return [(successor, share) for one, successor, share in self.successors if one == unit]


@attrs.frozen
class _Line:
    """So many persons of a unit, to be done on the days from `first` to `last`."""

    unit: int
    persons: int | Fraction
    first: int
    last: int


@attrs.define
class Lines:
    """Persons laid over the lives of units and of who comes after them.

    `effort` is the curve's running total by day. Parts are whole persons, or fractions where
    `exact`.
    """

    lives: Lives
    effort: Sequence[int]
    exact: bool = False
    found: list[_Line] = attrs.field(factory=list)
    _meant: Fraction = Fraction(0)

    @classmethod
    def of(cls, shares: Ints, weights: Sequence[int], lives: Lives, *, exact: bool) -> Lines:
        """Return the lines of shares, laid over the whole window."""
        lines = cls(lives, np.cumsum(np.array(weights, dtype=object)).tolist(), exact)
        for unit, persons in enumerate(shares.tolist()):
            lines.lay(unit, persons, 0, passing=True)
        return lines

    def within(self, first: int, last: int) -> int:
        """Return the effort from a day to another."""
        before = self.effort[first - 1] if first else 0
        return max(self.effort[last] - before, 0) if last >= first else 0

    def lay(self, unit: int, persons: int | Fraction, start: int, *, passing: bool) -> None:
        """Lay the persons of a unit over its life from a day on.

        Where it closes, what the effort after that asks for passes on to its successors. Without
        `passing` that is so only where no effort is left within its life.
        """
        if not persons:
            return
        end = len(self.effort) - 1
        first = max(start, int(self.lives.first[unit]))
        last = min(int(self.lives.last[unit]), end)
        after = self.lives.after(unit) if last < end else []
        inside = self.within(first, last)
        kept = persons
        if after and (passing or not inside):
            kept = persons * Fraction(inside, max(self.within(first, end), 1))
            kept = kept if self.exact else self._kept(kept)
        elif not inside:
            found = message(
                "is open on no day with effort, and {persons} people are to be planned for it",
                persons=persons,
            )
            fix = "name its successors, plan over other days, or allocate to others"
            raise DefinitionError(Problem(f"unit '{self.lives.codes[unit]}'", found, fix))
        if kept:
            self.found.append(_Line(unit, kept, first, last))
        left, shares = persons - kept, [share for _, share in after]
        if not left:
            return
        parts = [left * share for share in shares]
        if not self.exact:
            parts = webster(int(left), shares).tolist()
        for (successor, _), part in zip(after, parts, strict=True):
            self.lay(successor, part, max(start, last + 1), passing=passing)

    def _kept(self, persons: Fraction) -> int:
        """Return persons rounded so that all that were rounded together are off by half at most."""
        before = floor(self._meant + Fraction(1, 2))
        self._meant += persons
        return floor(self._meant + Fraction(1, 2)) - before

    def reached(self, day: int, *, after: int = -1) -> list[Fraction]:
        """Return what each unit's lines come to by the end of a day, from the day after `after`."""
        found = [Fraction(0)] * len(self.lives.codes)
        for line in self.found:
            part = self.within(max(after + 1, line.first), min(day, line.last))
            found[line.unit] += line.persons * Fraction(part, self.within(line.first, line.last))
        return found


def life_loads(
    shares: Ints, done: Ints, weights: Sequence[int], lives: Lives, fixed: int
) -> tuple[list[int], Ints]:
    """Return the last days of stretches, and each unit's persons in them: stretches x units.

    Shares are laid over the lives of units and their successors; from the day after `fixed` on
    what is left of each part follows the effort of the unit's days to come.

    Raises:
        DefinitionError: people for a unit that is open on no day with effort.
    """
    lines = Lines.of(shares, weights, lives, exact=False)
    last = len(lines.effort) - 1
    if fixed >= 0:
        targets = np.array([int(persons) for persons in lines.reached(last)])
        lines = Lines(lives, lines.effort)
        for unit, persons in enumerate(np.maximum(targets - done, 0).tolist()):
            lines.lay(unit, persons, fixed + 1, passing=False)
    ends = lives.ends(fixed + 1, last)
    parts = [lines.reached(end, after=start) for start, end in pairwise([fixed, *ends])]
    courses = list(zip(*parts, strict=True))
    return ends, _rounded(courses, np.arange(len(shares)))
