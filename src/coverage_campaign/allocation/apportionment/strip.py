"""Many problems laid end to end in one array: what each group of units holds at its own t."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment.fields import DivisorField, RemainderField
from coverage_campaign.allocation.apportionment.largest_remainder import Remainders

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.fields import Floats
    from coverage_campaign.allocation.apportionment.inputs import Ints, Plain
    from coverage_campaign.allocation.apportionment.problems import Rule
    from coverage_campaign.allocation.apportionment.rounding_rules import Signposts

    Flags = NDArray[np.bool_]

__all__ = ["Claims", "Strip"]

AnyScalar = TypeVar("AnyScalar", bound=np.generic)

_LARGEST_TOTAL = 2.0**40
_LIGHTEST, _HEAVIEST = 1e-100, 1e100
_LARGEST_PRODUCT = 2.0**90
_AGREE = 2.0**-40
_LARGEST_WEIGHT = 2.0**62
_PARTS = 2.0**10  # of one, in which near equal floats are compared as integers
_NARROW = 64  # units up to which einsum, which is quicker, sums as well as pairs do


@attrs.frozen(eq=False)
class Strip:
    """Groups of units, none of them empty: group g has sizes[g] units, one group after the other.

    `given` are the weights as they came, `weights` the same as floats.
    """

    rule: Rule
    given: Plain
    weights: Floats
    totals: Floats
    sizes: Ints
    numbers: Ints
    """The groups' numbers among all problems."""
    origin: Ints
    """Where the groups begin among all units."""
    floors: Floats | None
    caps: Floats | None
    even: int
    """The size of every group, 0 where they differ."""
    first: Ints
    """Where each group begins."""
    usable: Flags
    """Which groups floats can search."""
    field: DivisorField | RemainderField
    """The method over groups: numbers like t are one a group."""
    cells: DivisorField | RemainderField
    """The method over units."""
    empty: Flags | None
    """Units without weight, where the method would give them a seat."""

    @classmethod
    def of(
        cls,
        rule: Rule,
        given: Plain,
        totals: Floats,
        sizes: Ints,
        *,
        numbers: Ints,
        origin: Ints,
        floors: Floats | None,
        caps: Floats | None,
    ) -> Strip:
        """Lay a rule over groups."""
        weights = given.astype(np.float64, copy=False)
        first = np.cumsum(sizes) - sizes
        even = int(sizes[0]) if bool((sizes == sizes[0]).all()) else 0
        whole = _sums(weights, first, even)
        usable = (whole > _LIGHTEST) & (whole < _HEAVIEST) & (totals < _LARGEST_TOTAL)
        if floors is not None and caps is not None:
            usable &= ~np.logical_or.reduceat(floors > caps, first)
        if not usable.all():  # they may hold anything, and are solved elsewhere
            whole, totals = np.where(usable, whole, 1.0), np.where(usable, totals, 0.0)
        field: DivisorField | RemainderField
        cells: DivisorField | RemainderField
        if isinstance(rule, Remainders):
            remainders = RemainderField(
                given, totals / whole, totals, units=sizes.astype(np.float64)
            )
            field = remainders
            cells = remainders.of_groups(_spread(np.arange(sizes.size), sizes, even))
        else:
            field = cells = DivisorField(rule, given, whole)
        empty = weights == 0 if rule.first_is_free else None
        if empty is not None and not empty.any():
            empty = None
        return cls(
            rule, given, weights, totals, sizes, numbers, origin, floors, caps, even, first, usable,
            field, cells, empty,
        )  # fmt: skip

    def part(self, groups: Flags) -> tuple[Flags, Strip]:
        """Return which units belong to some of the groups, and a strip of those groups."""
        units = self.spread(groups)
        return units, Strip.of(
            self.rule,
            self.given[units],
            self.totals[groups],
            self.sizes[groups],
            numbers=self.numbers[groups],
            origin=self.origin[groups],
            floors=None if self.floors is None else self.floors[units],
            caps=None if self.caps is None else self.caps[units],
        )

    def start(self) -> Floats:
        """Return a first guess of t for each group."""
        return np.asarray(self.field.start(self.totals, self.sizes)) + np.zeros_like(self.totals)

    def spread(self, values: NDArray[AnyScalar]) -> NDArray[AnyScalar]:
        """Return a group's value for each of its units."""
        return _spread(values, self.sizes, self.even)

    def sums(self, values: Floats) -> Floats:
        """Return the sum of each group."""
        return _sums(values, self.first, self.even)

    def seats(self, t: Floats) -> Floats:
        """Return the seats of all units, each group at its t."""
        seats = self.spread(t)
        self.cells.level(self.weights, seats, seats)
        np.rint(seats, out=seats)
        if self.empty is not None:
            seats[self.empty] = 0.0
        if self.floors is not None:
            np.maximum(seats, self.floors, out=seats)
        if self.caps is not None:
            np.minimum(seats, self.caps, out=seats)
        return seats

    def group_of(self, units: Ints) -> Ints:
        """Return the groups of some units."""
        return units // self.even if self.even else self.spread(np.arange(self.sizes.size))[units]

    def thresholds(self, claims: Claims) -> Floats:
        """Return the t at which units gain the seats that they claim."""
        field = self.field
        if isinstance(field, RemainderField):
            field = field.of_groups(claims.groups)
        return field.thresholds(self.weights[claims.units], claims.seats)

    def equal(self, left: Claims, right: Claims) -> Flags:
        """Return which claims of a group, near each other as floats, are equal beyond doubt."""
        same: Flags = self.given[left.units] == self.given[right.units]
        same &= left.seats == right.seats
        if same.all():
            return same
        if isinstance(self.rule, Remainders):
            return same | self._equal_remainders(left, right)
        return same | self._equal_quotients(self.rule, left, right)

    def _equal_quotients(self, rule: Signposts, left: Claims, right: Claims) -> Flags:
        # s(k) / w crosswise. Where the floats agree to 40 bits and the products have at most 90,
        # their difference fits 64 bits, however often the products themselves wrap around.
        ours, theirs = self.thresholds(left), self.thresholds(right)
        fit = np.abs(ours - theirs) <= _AGREE * theirs
        upper, _ = rule.ratio(left.seats)
        _, lower = rule.ratio(right.seats)
        fit &= upper * lower * (_PARTS * self.weights[right.units]) ** rule.power < _LARGEST_PRODUCT
        w, w_whole = _whole(self.given[left.units])
        v, v_whole = _whole(self.given[right.units])
        a, b = rule.ratio(left.seats.astype(np.int64))
        c, d = rule.ratio(right.seats.astype(np.int64))
        equal: Flags = a * d * v**rule.power == c * b * w**rule.power
        equal &= fit & w_whole & v_whole
        return equal

    def _equal_remainders(self, left: Claims, right: Claims) -> Flags:
        weights, whole = _whole(self.given)
        sums: Ints = np.add.reduceat(weights, self.first)[left.groups]
        fit = np.logical_and.reduceat(whole, self.first)[left.groups]
        fit &= _PARTS * np.add.reduceat(self.weights, self.first)[left.groups] < _LARGEST_WEIGHT
        totals = self.totals.astype(np.int64)[left.groups]
        gap = (left.seats - right.seats).astype(np.int64) * sums
        gap -= (weights[left.units] - weights[right.units]) * totals
        equal: Flags = fit & (gap == 0)
        return equal


@attrs.frozen(eq=False)
class Claims:
    """Claims of units to seats; all arrays are of one length."""

    units: Ints
    groups: Ints
    seats: Floats

    def some(self, which: Flags | Ints) -> Claims:
        """Return some of the claims."""
        return Claims(self.units[which], self.groups[which], self.seats[which])

    def in_order(self) -> Claims:
        """Return the claims in order of their units."""
        return self.some(np.argsort(self.units, kind="stable"))


def _whole(weights: Plain) -> tuple[Ints, Flags]:
    """Return weights as integers, floats in units of 1/1024, and which of them are integers."""
    if weights.dtype == np.int64:
        return weights.astype(np.int64, copy=False), np.ones(weights.size, dtype=np.bool_)
    scaled = weights * _PARTS
    whole = (scaled == np.rint(scaled)) & (scaled < _LARGEST_WEIGHT)
    return np.where(whole, scaled, 0.0).astype(np.int64), whole


def _spread(values: NDArray[AnyScalar], sizes: Ints, even: int) -> NDArray[AnyScalar]:
    return np.repeat(values, even or sizes)


def _sums(values: Floats, first: Ints, even: int) -> Floats:
    if not even:
        sums: Floats = np.add.reduceat(values, first)
    elif even <= _NARROW:
        sums = np.einsum("ij->i", values.reshape(-1, even))
    else:
        sums = values.reshape(-1, even).sum(axis=1)
    return sums
