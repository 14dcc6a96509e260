"""The days of a plan, the curve over them and its bounds: how shares of any size lie on them.

Two things bend a unit's course: the most that it can do in a month, whose months are rounded one by
one so that none goes beyond it, and a life that begins or ends within the window, whose days are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import floor, gcd, lcm
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.apportionment.largest_remainder import fill
from coverage_campaign.allocation.tree import NO_CAP
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.frames import by_value, owned_array
from coverage_campaign.messages import message
from coverage_campaign.scheduling.curves import DayWeights, spread
from coverage_campaign.scheduling.daily import Courses, reached_at, reached_on

__all__ = ["Course", "Lives", "Stretches", "month_loads"]

Ints: TypeAlias = NDArray[np.int64]


_SHOWN = 20
_SAFE = 2**62


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

    def _never_open(self, unit: int, persons: int) -> DefinitionError:
        return DefinitionError(
            Problem(
                message("unit '{code}'", code=self.codes[unit]),
                message(
                    "is open on no day with effort, and {persons} people are to be planned for it",
                    persons=persons,
                ),
                "name its successors, plan over other days, or allocate to others",
            )
        )

    def courses(
        self, shares: Ints, weights: Sequence[int], *, start: int = 0
    ) -> tuple[NDArray[Any], int]:
        """Return running totals by day and unit in parts of a person, and how many make a person.

        `weights` are the effort of all days. Shares lie over the lives of units from the day
        `start` on. Where a unit closes, what the effort after that asks for passes on to its
        successors; in a plan made anew (a start above 0) only what no effort is left for.

        Raises:
            DefinitionError: people for a unit that is open on no day with effort.
        """
        effort = np.cumsum(np.array(weights, dtype=object))
        over = [0, *effort.tolist()]  # what is over before each day
        lines: list[tuple[int, Fraction, int, int]] = []
        waiting = [(unit, Fraction(one), start) for unit, one in enumerate(shares.tolist()) if one]
        while waiting:
            unit, persons, begin = waiting.pop(0)
            first = max(begin, int(self.first[unit]))
            last = min(int(self.last[unit]), len(effort) - 1)
            inside = over[last + 1] - over[first] if first <= last else 0
            after = self.after(unit) if last < len(effort) - 1 else []
            if not inside and not after:
                raise self._never_open(unit, int(persons))
            kept = persons
            if after and not (start and inside):
                later = over[-1] - over[first] if first < len(effort) else 0
                kept *= Fraction(inside, max(later, 1))
            if kept:
                lines.append((unit, kept / inside, over[first], over[last + 1]))
            if kept < persons:
                passed = max(begin, last + 1)
                waiting += [(one, (persons - kept) * share, passed) for one, share in after]
        whole = lcm(*(each.denominator for _, each, _, _ in lines))
        parts = np.zeros((len(effort), len(self.codes)), dtype=object)
        for unit, each, before, end in lines:
            parts[:, unit] += int(each * whole) * (np.clip(effort, before, end) - before)
        if 2 * (sum(shares.tolist()) + 1) * whole < _SAFE:
            parts = parts.astype(np.int64)
        return parts, whole


@attrs.frozen(eq=False)
class Stretches:
    """What is left of the shares of some scenarios, cut where units have loads of their own.

    `weights` are the effort of every day of the window, `ends` the last day of each stretch and
    `loads` the persons in it: (stretches, scenarios, units).
    """

    rows: NDArray[np.intp]
    weights: NDArray[Any]
    ends: list[int]
    loads: Ints


@attrs.frozen(kw_only=True)
class Course:
    """How any shares of some units are laid over the days of a window.

    `days` are the days (datetime64[D]), `phase_of` the number of each day's phase, `month_of` that
    of the campaign's month (0 = January 1970), `stops` the last day of each run of days of one
    phase and month, `weights` each day's effort. The months up to the day `fixed` (-1 = none) are
    over: `before` was done before the window, `past` is what was reached at the stops among them,
    `done` all of it. `month_caps` bound the months after them,
    `unit_caps` each unit's months (NO_CAP = no bound, empty = none at all). `lives` tells when
    units open and close, None where all are open on all days.
    """

    codes: tuple[str, ...]
    days: NDArray[np.datetime64] = attrs.field(converter=owned_array, eq=by_value)
    phase_of: Ints = attrs.field(converter=owned_array, eq=by_value)
    month_of: Ints = attrs.field(converter=owned_array, eq=by_value)
    stops: Ints = attrs.field(converter=owned_array, eq=by_value)
    weights: tuple[int, ...]
    fixed: int
    before: Ints = attrs.field(converter=owned_array, eq=by_value)
    past: Ints = attrs.field(converter=owned_array, eq=by_value)
    done: Ints = attrs.field(converter=owned_array, eq=by_value)
    month_caps: Ints = attrs.field(converter=owned_array, eq=by_value)
    unit_caps: Ints = attrs.field(converter=owned_array, eq=by_value)
    lives: Lives | None = None

    @property
    def has_own_courses(self) -> bool:
        """Whether units have courses of their own, and not all one curve."""
        return bool(self.unit_caps.size) or self.lives is not None

    def targets(self, shares: Ints) -> Ints:
        """Return what each unit is to have done at the end: (scenarios, units).

        That is its share, with what others pass on to it and without what passes on from it.
        """
        if self.lives is None:
            return shares
        return self.on(shares, len(self.days) - 1)

    def at_stops(self, shares: Ints) -> Ints:
        """Return what is planned to the end of each stop: (stops, scenarios, units)."""
        found = np.zeros((len(self.stops), *shares.shape), dtype=np.int64)
        found[: len(self.past)] = self.past[:, np.newaxis]
        if self.lives is not None and self.fixed < len(self.days) - 1:
            start, ahead = self.fixed + 1, self.stops[len(self.past) :]
            for row, persons in enumerate(shares):
                courses = self._lived(persons, self.lives)
                at = np.searchsorted(courses.ends, ahead - start)
                found[len(self.past) :, row] = self.done + courses.at_ends()[at]
            return found
        for part in self.laid(shares):
            for stops, base, load, effort, start in self._stretches(part):
                ends = [int(self.stops[stop]) - start for stop in stops]
                found[np.ix_(np.array(stops, dtype=np.int64), part.rows)] = base + reached_at(
                    load, effort, ends
                )
        return found

    def at_ends(self, shares: Ints, *, by: Literal["month", "day"]) -> Ints:
        """Return what is planned to the end of each row of a plan: (rows, scenarios, units)."""
        if self.lives is not None and by == "day":
            rows = []
            for persons in shares:
                rows.append([self._past_on(day) for day in range(self.fixed + 1)])
                if self.fixed < len(self.days) - 1:
                    courses = self._lived(persons, self.lives)
                    rows[-1] += [self.done + one for one in courses.by_day(courses.at_ends())]
            return np.array(rows).swapaxes(0, 1)
        at_stops = self.at_stops(shares)
        if by == "month":
            return at_stops
        parts = list(self.laid(shares))
        days = range(len(self.days))
        return np.array([self.on(shares, day, at_stops=at_stops, parts=parts) for day in days])

    def on(
        self,
        shares: Ints,
        position: int,
        *,
        at_stops: Ints | None = None,
        parts: Iterable[Stretches] | None = None,
    ) -> Ints:
        """Return what is planned to the end of a day: (scenarios, units).

        Args:
            shares: Persons by scenario and unit.
            position: The day's position in `days`, -1 = before the first.
            at_stops: What is planned to the stops, where that is known.
            parts: The shares as `laid`, where that is known.
        """
        if position <= self.fixed or position < 0:
            return np.broadcast_to(self._past_on(position), shares.shape).copy()
        found = np.empty_like(shares)
        if self.lives is not None:
            for row, persons in enumerate(shares):
                courses = self._lived(persons, self.lives)
                found[row] = self.done + courses.on(position - self.fixed - 1, courses.at_ends())
            return found
        for part in self.laid(shares) if parts is None else parts:
            for stops, base, load, effort, start in self._stretches(part):
                if start <= position < start + len(effort):
                    ends = [int(self.stops[stop]) - start for stop in stops]
                    known = (
                        None
                        if at_stops is None
                        else at_stops[np.ix_(np.array(stops), part.rows)] - base
                    )
                    reached = reached_on(load, effort, ends, position - start, at_ends=known)
                    if len(part.rows) == len(shares):
                        return np.asarray(base + reached)
                    found[part.rows] = base + reached
        return found

    def effort_of(self, shares: Ints) -> tuple[int, ...]:
        """Return the curve's running total by day that the shares of one scenario come to."""
        if self.lives is not None and shares.any():
            return tuple(self.lives.courses(shares, self.weights)[0].sum(axis=1).tolist())
        part = next(self.laid(shares[np.newaxis]))
        return tuple(np.cumsum(part.weights.astype(object)).tolist())

    def rates_on(self, shares: Ints, position: int) -> NDArray[np.float64]:
        """Return the share of each unit's course that is over at the end of a day, unrounded."""
        effort = self.effort_of(shares)
        rate = float(Fraction(effort[position], effort[-1])) if position >= 0 else 0.0
        if self.lives is not None and position >= 0:
            parts, _ = self.lives.courses(shares, self.weights)
            reached = zip(parts[position].tolist(), parts[-1].tolist(), strict=True)
            return np.array([float(Fraction(now, end)) if end else rate for now, end in reached])
        if not self.unit_caps.size or position <= self.fixed:
            return np.full(len(shares), rate)
        planned = np.zeros(len(shares))
        part = next(self.laid(shares[np.newaxis]))
        for _, base, load, inside, start in self._stretches(part):
            if start <= position:
                over = inside[min(position - start, len(inside) - 1)]
                planned = base[0] + load[0] * float(Fraction(over, inside[-1] or 1))
        return np.where(shares > 0, planned / np.maximum(shares, 1), rate)

    def laid(self, shares: Ints) -> Iterator[Stretches]:
        """Yield what is left of the shares as stretches, scenarios of one effort together."""
        left = np.maximum(shares - self.done, 0) if self.done.any() else shares
        weights: NDArray[Any] = np.array(self.weights, dtype=object)
        last = len(self.days) - 1
        if self.fixed == last or not (self.month_caps.size or self.unit_caps.size):
            yield Stretches(np.arange(len(shares)), weights, [last], left[np.newaxis])
            return
        ahead = self.month_of[self.fixed + 1 :].astype("datetime64[M]")
        months, place = np.unique(ahead, return_inverse=True)
        effort = [
            int(weights[self.fixed + 1 :][place == month].sum()) for month in range(len(months))
        ]
        if self.unit_caps.size:
            ends = (
                np.searchsorted(place, np.arange(len(months)), side="right") + self.fixed
            ).tolist()
            for row, persons in enumerate(left):
                loads = month_loads(persons, effort, self.unit_caps, self.codes)
                bent = self._bent(weights, place, loads.sum(axis=1))
                yield Stretches(np.array([row]), bent, ends, loads[:, np.newaxis])
            return
        totals = left.sum(axis=1)
        names = months.astype(str).tolist()
        for total in np.unique(totals).tolist():
            by_month = apportion.webster(
                total, [Fraction(one) for one in effort], caps=self.month_caps, names=names
            )
            rows = np.flatnonzero(totals == total)
            bent = self._bent(weights, place, by_month)
            yield Stretches(rows, bent, [last], left[np.newaxis, rows])

    def _lived(self, shares: Ints, lives: Lives) -> Courses:
        """Return the courses of one scenario's units from the first day that is not over.

        What is left of a share is what its own course, in whole persons, comes to and was not done.
        """
        last = len(self.days) - 1
        ends = np.union1d(self.stops, lives.ends(0, last))
        parts, whole = lives.courses(shares, self.weights)
        courses = Courses.through(parts, whole, ends.tolist())
        if self.fixed < 0:
            return courses
        left = np.maximum(courses.at_ends()[-1] - self.done, 0)
        start = self.fixed + 1
        parts, whole = lives.courses(left, self.weights, start=start)
        return Courses.through(parts[start:], whole, (ends[ends >= start] - start).tolist())

    def _bent(self, weights: DayWeights, place: NDArray[np.intp], persons: Ints) -> NDArray[Any]:
        """Return weights whose months after the past have effort in proportion to these persons."""
        if not persons.any():
            return weights
        ahead = weights[self.fixed + 1 :]
        bent = spread(ahead, place, [Fraction(count) for count in persons.tolist()])
        # The past keeps its part of the curve beside the days to come.
        before = weights[: self.fixed + 1] * int(bent.sum())
        return np.concatenate([before, bent * int(ahead.sum())])

    def _stretches(self, part: Stretches) -> Iterator[tuple[list[int], Ints, Ints, list[int], int]]:
        """Yield each stretch: its stops, what is reached before it, its load, effort and start."""
        total = np.cumsum(part.weights).tolist()
        base, start = np.broadcast_to(self.done, part.loads.shape[1:]), self.fixed + 1
        for end, load in zip(part.ends, part.loads, strict=True):
            if end < start:
                continue
            before = total[start - 1] if start else 0
            stops = np.flatnonzero((self.stops >= start) & (self.stops <= end)).tolist()
            yield stops, base, load, [one - before for one in total[start : end + 1]], start
            base, start = base + load, end + 1

    def _past_on(self, position: int) -> Ints:
        """Return what was done by a day that is over; inside a month by the curve's course."""
        stop = int(np.searchsorted(self.stops, position, side="right")) - 1
        reached = self.past[stop] if stop >= 0 else self.before
        after = int(self.stops[stop]) + 1 if stop >= 0 else 0
        if position < after:
            return reached
        total = np.cumsum(np.array(self.weights, dtype=object))
        before = total[after - 1] if after else 0
        whole = total[self.stops[stop + 1]] - before
        gained = (self.past[stop + 1] - reached).astype(object) * (total[position] - before)
        now: Ints = reached + (gained // max(whole, 1)).astype(np.int64)
        return now
