"""Problems laid end to end in flat arrays; one problem is one group.

A `GroupLayout` knows what each group has, its sums and its extremes; `Groups` are problems.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.inputs import (
    MOST,
    Ints,
    Weighted,
    exact_sum,
    integers,
    label,
    objects,
)
from coverage_campaign.allocation.apportionment.ties import TieBreaker
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.messages import message

__all__ = ["GroupLayout", "Groups", "check_feasible", "no_weight"]

Floats = NDArray[np.float64]
Numbers = NDArray[Any]


@attrs.frozen(eq=False, slots=False)
class GroupLayout:
    """Group g has the entries offsets[g] to offsets[g + 1] - 1."""

    offsets: Ints

    @cached_property
    def count(self) -> int:
        """How many groups there are."""
        return self.offsets.size - 1

    @cached_property
    def sizes(self) -> Ints:
        """How many units each group has."""
        return self.offsets[1:] - self.offsets[:-1]

    @cached_property
    def even(self) -> int:
        """How many units every group has, 0 where that differs."""
        size = int(self.sizes[0])
        return size if bool((self.sizes == size).all()) else 0

    def units(self, group: int) -> slice:
        """Return where the units of one group stand."""
        return slice(*self.offsets[group : group + 2].tolist())

    def spread(self, values: Numbers) -> Numbers:
        """Return each group's value for each of its units; of a single group, for them all."""
        return values if values.size == 1 else np.repeat(values, self.even or self.sizes)

    def sums(self, values: Numbers) -> Numbers:
        """Return the sum of each group; none is empty."""
        if self.count == 1:
            total: Numbers = values.sum(keepdims=True)
        elif self.even and values.dtype != object:
            total = np.einsum("ij->i", values.reshape(-1, self.even))
        else:
            total = np.add.reduceat(values, self.offsets[:-1])
        return total

    def least(self, values: Floats) -> Floats:
        """Return the least value of each group."""
        if self.count == 1:
            least: Floats = values.min(keepdims=True)
        else:
            least = np.minimum.reduceat(values, self.offsets[:-1])
        return least

    def most(self, values: Floats) -> Floats:
        """Return the greatest value of each group."""
        if self.count == 1:
            most: Floats = values.max(keepdims=True)
        else:
            most = np.maximum.reduceat(values, self.offsets[:-1])
        return most

    @cached_property
    def numbered(self) -> Ints:
        """The group of each unit."""
        return np.repeat(np.arange(self.count), self.even or self.sizes)

    def group_of(self, units: Ints) -> Ints:
        """Return the group of each of some units."""
        if self.count == 1:
            return np.broadcast_to(np.int64(0), units.size)
        return self.numbered[units]


Flags = NDArray[np.bool_]


_RUN = 2**17  # units whose arrays stay in the caches
_PARTS = 1024  # of one, in which floats are tried as integers
_BLAMED = 5
_SHOWN = 20


@attrs.frozen(eq=False, slots=False)
class Groups(GroupLayout):
    """Group g shares totals[g] among the units offsets[g] to offsets[g + 1] - 1.

    `numbers` are the groups' numbers in the call, and `origin` where the first unit of each stands
    among all units of it. `scale` is by what the user's own weights were multiplied. `alone`: the
    call has one problem, which messages need not number.
    """

    totals: Ints
    weights: Weighted
    floors: Ints | None
    caps: Ints | None
    breaker: TieBreaker
    names: Sequence[str] | None
    numbers: Ints
    origin: Ints
    scale: int = 1
    alone: bool = False

    @cached_property
    def all_weighted(self) -> bool:
        """Whether no weight is 0."""
        return bool(self.weights.min() > 0)

    @property
    def bounded(self) -> bool:
        """Whether floors or caps are given."""
        return self.floors is not None or self.caps is not None

    def exact_weights(self) -> Weighted:
        """Return the weights, but for a common factor, as integers whose sums are exact.

        int64 where those hold the sum of all, else Python's integers.
        """
        weights = self.weights
        if weights.dtype == np.float64:  # small binary fractions, whole numbers among them
            parts = weights * _PARTS
            if float(parts.max()) < 2.0**53 and bool((parts == np.rint(parts)).all()):
                weights = parts.astype(np.int64)
        if weights.dtype == np.int64 and float(weights.sum(dtype=np.float64)) < MOST / 2:
            return weights
        return objects(integers(self.weights)[0])

    def of_one(self, group: int) -> tuple[int, list[int], int, list[int], list[int]]:
        """Return total, weights as integers, by what the user's were scaled, floors and caps."""
        own = self.units(group)
        weights, scale = integers(self.weights[own])
        low = [0] * len(weights) if self.floors is None else self.floors[own].tolist()
        high = [MOST] * len(weights) if self.caps is None else self.caps[own].tolist()
        return int(self.totals[group]), weights, scale * self.scale, low, high

    def some(self, groups: Flags) -> tuple[Ints | slice, Groups]:
        """Return the units of some groups, and these groups alone."""
        if groups.all():
            return slice(None), self
        units = np.flatnonzero(np.repeat(groups, self.sizes))
        offsets = np.append(0, np.cumsum(self.sizes[groups]))
        return units, self._part(units, groups, offsets)

    def runs(self) -> Iterator[tuple[slice, Groups]]:
        """Return the groups in runs of some thousand units, or of one group that has more."""
        if self.weights.size <= _RUN or self.totals.size == 1:
            yield slice(None), self
            return
        first = 0
        while first < self.totals.size:
            start = int(self.offsets[first])
            last = int(np.searchsorted(self.offsets, start + _RUN, side="right")) - 1
            last = max(last, first + 1)
            units, groups = slice(start, int(self.offsets[last])), slice(first, last)
            yield units, self._part(units, groups, self.offsets[first : last + 1] - start)
            first = last

    def _part(self, units: Ints | slice, groups: Flags | slice, offsets: Ints) -> Groups:
        return attrs.evolve(
            self,
            totals=self.totals[groups],
            weights=self.weights[units],
            offsets=offsets,
            floors=None if self.floors is None else self.floors[units],
            caps=None if self.caps is None else self.caps[units],
            numbers=self.numbers[groups],
            origin=self.origin[groups],
        )

    def name(self, group: int, unit: int) -> str:
        """Return the name of a group's unit, or its position in the group."""
        if self.names is None:
            return str(unit)
        return self.names[(int(self.origin[group]) + unit) % len(self.names)]

    def where(self, what: str, group: int) -> str:
        """Return how a message names something of one group."""
        return label(what, () if self.alone else (int(self.numbers[group]),), None)


def check_feasible(groups: Groups, method: str, *, first_is_free: bool) -> None:
    """Return if every total can be met within the bounds.

    Units without weight stand at their floors.

    Raises:
        InfeasibleError: floors above the total, caps below it, a floor above its cap, or a method
            that gives each unit a seat and has too few; with the miss and the largest to blame.
        DefinitionError: no unit has a weight, and something is left to share.
    """
    floors, caps, totals = groups.floors, groups.caps, groups.totals
    if floors is not None and caps is not None and bool((floors > caps).any()):
        raise _crossed(groups, floors, caps)
    if not groups.bounded and not first_is_free and groups.all_weighted:
        return
    positive = np.asarray(groups.weights > 0, dtype=np.bool_)
    low = np.zeros(positive.size, dtype=np.int64) if floors is None else floors
    least = low
    if first_is_free:
        least = np.where(positive, np.maximum(low, 1), low)
        least = least if caps is None else np.minimum(least, np.maximum(caps, low))
    lowest = _sums(groups, least)
    for group in np.flatnonzero(lowest > totals)[:1].tolist():
        raise _too_low(method, groups, group, low, least)
    lacking = (lowest < totals) & (groups.sums(positive.astype(np.int64)) == 0)
    for group in np.flatnonzero(lacking)[:1].tolist():
        raise no_weight(groups, group, int(lowest[group]))
    if caps is not None:
        high = np.where(positive, caps, low)
        for group in np.flatnonzero(_sums(groups, high) < totals)[:1].tolist():
            raise _too_high(groups, group, high)


def _sums(groups: Groups, values: Ints) -> Ints:
    """Return the sum of each group, exact up to its total, and above it where the sum is."""
    if int(groups.sizes.max()) * (int(groups.totals.max()) + 1) >= MOST:
        return groups.sums(values.astype(object))
    return groups.sums(np.minimum(values, groups.spread(groups.totals + 1)))


def no_weight(groups: Groups, group: int, total: int) -> DefinitionError:
    """Return the error of a group that has something to share and no weight to share by."""
    return DefinitionError(
        Problem(
            groups.where("weights", group),
            "all weights are zero" if groups.sizes[group] else "no units",
            message("a weight for at least one unit, or a total of {total}", total=total),
        )
    )


def _too_low(method: str, groups: Groups, group: int, low: Ints, least: Ints) -> InfeasibleError:
    own, total = groups.units(group), int(groups.totals[group])
    floor, lowest = exact_sum(low[own]), exact_sum(least[own])
    if floor > total:
        return InfeasibleError(
            Problem(
                groups.where("floors", group),
                message("floors sum to {floor} but the total is {total}", floor=floor, total=total),
                message(
                    "lower them by {less} (largest: {units})",
                    less=floor - total,
                    units=_listed(groups, group, low[own], -1),
                ),
            )
        )
    return InfeasibleError(
        Problem(
            groups.where("total", group),
            message(
                "{method} gives every unit with a weight at least one, {lowest} with the "
                "floors, but the total is {total}",
                method=method,
                lowest=lowest,
                total=total,
            ),
            "a larger total, caps of 0 for units that may go without, or another method",
        )
    )


def _too_high(groups: Groups, group: int, high: Ints) -> InfeasibleError:
    own, total = groups.units(group), int(groups.totals[group])
    highest = exact_sum(high[own])
    return InfeasibleError(
        Problem(
            groups.where("caps", group),
            message(
                "caps allow {highest} of {total}: {less} too many",
                highest=highest,
                total=total,
                less=total - highest,
            ),
            message(
                "raise caps or lower the total (smallest caps: {units})",
                units=_listed(groups, group, high[own], 1),
            ),
        )
    )


def _crossed(groups: Groups, floors: Ints, caps: Ints) -> InfeasibleError:
    crossed = np.flatnonzero(floors > caps)
    fix = "a floor is at most its cap"
    problems = []
    for i, group in zip(crossed.tolist(), groups.group_of(crossed).tolist(), strict=True):
        unit = i - int(groups.offsets[group])
        name = repr(groups.name(group, unit)) if groups.names else str(unit)
        place = [] if groups.alone else [str(groups.numbers[group])]
        found = message("floor {floor} > cap {cap}", floor=floors[i], cap=caps[i])
        problems.append(Problem(f"floors[{', '.join([*place, name])}]", found, fix))
        if len(problems) == _SHOWN:
            break
    if crossed.size > _SHOWN:
        problems.append(
            Problem("floors", message("and {more} more", more=crossed.size - _SHOWN), fix)
        )
    return InfeasibleError(problems)


def _listed(groups: Groups, group: int, values: Ints, sign: int) -> str:
    order = np.argsort(sign * values, kind="stable")[:_BLAMED].tolist()
    parts = [f"{groups.name(group, i)}: {values[i]:,}" for i in order]
    return ", ".join(parts) + (", ..." if values.size > len(parts) else "")
