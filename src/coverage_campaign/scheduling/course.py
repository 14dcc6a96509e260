"""The days of a plan, the curve over them and its bounds: how shares of any size lie on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.frames import by_value, owned_array
from coverage_campaign.scheduling.curves import DayWeights, spread
from coverage_campaign.scheduling.daily import reached_at, reached_on
from coverage_campaign.scheduling.loads import Lines, Lives, life_loads, month_loads

Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Course", "Stretches"]


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
        targets = np.empty_like(shares)
        for part in self.laid(shares):
            targets[part.rows] = self.done + part.loads.sum(axis=0)
        return targets

    def at_stops(self, shares: Ints) -> Ints:
        """Return what is planned to the end of each stop: (stops, scenarios, units)."""
        found = np.zeros((len(self.stops), *shares.shape), dtype=np.int64)
        found[: len(self.past)] = self.past[:, np.newaxis]
        for part in self.laid(shares):
            for stops, base, load, effort, start in self._stretches(part):
                ends = [int(self.stops[stop]) - start for stop in stops]
                found[np.ix_(np.array(stops, dtype=np.int64), part.rows)] = base + reached_at(
                    load, effort, ends
                )
        return found

    def at_ends(self, shares: Ints, *, by: Literal["month", "day"]) -> Ints:
        """Return what is planned to the end of each row of a plan: (rows, scenarios, units)."""
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
        part = next(self.laid(shares[np.newaxis]))
        return tuple(np.cumsum(part.weights.astype(object)).tolist())

    def rates_on(self, shares: Ints, position: int) -> NDArray[np.float64]:
        """Return the share of each unit's course that is over at the end of a day, unrounded."""
        part = next(self.laid(shares[np.newaxis]))
        effort = np.cumsum(part.weights.astype(object))
        rate = float(Fraction(effort[position], effort[-1])) if position >= 0 else 0.0
        if self.lives is not None and position >= 0:
            lines = Lines.of(shares, self.weights, self.lives, exact=True)
            ends = lines.reached(len(self.days) - 1)
            reached = zip(lines.reached(position), ends, strict=True)
            return np.array([float(now / end) if end else rate for now, end in reached])
        if not self.unit_caps.size or position <= self.fixed:
            return np.full(len(shares), rate)
        planned = np.zeros(len(shares))
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
        if self.lives is not None and self.fixed < last:
            for row, persons in enumerate(shares):
                ends, loads = life_loads(persons, self.done, self.weights, self.lives, self.fixed)
                bent = self._lived(persons, self.lives)
                yield Stretches(np.array([row]), bent, ends, loads[:, np.newaxis])
            return
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

    def _lived(self, shares: Ints, lives: Lives) -> NDArray[Any]:
        """Return the weights of the curve that all units come to, each within its life."""
        weights: NDArray[Any] = np.array(self.weights, dtype=object)
        if not shares.any():
            return weights
        lines, last = Lines.of(shares, self.weights, lives, exact=True), len(self.days) - 1
        ends = lives.ends(0, last)
        whole = [sum(lines.reached(end), Fraction(0)) for end in ends]
        place = np.searchsorted(ends, np.arange(last + 1))
        return spread(weights, place, [now - then for then, now in pairwise([Fraction(0), *whole])])

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
