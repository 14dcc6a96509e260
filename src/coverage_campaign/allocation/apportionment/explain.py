"""Why each unit has its seats: the divisor that anyone can check, the bounds, who is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.groups import Groups
from coverage_campaign.allocation.apportionment.inputs import Ints, objects
from coverage_campaign.allocation.apportionment.largest_remainder import (
    Remainders,
    Rule,
    divisor_of,
    fill,
)
from coverage_campaign.allocation.apportionment.rounding_rules import (
    Signposts,
    root,
    seats_at,
    signpost,
)
from coverage_campaign.allocation.apportionment.ties import Tie
from coverage_campaign.checks import checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned
from coverage_campaign.messages import message

__all__ = ["Apportionment", "Binding", "explain_seats", "shortest_between"]

_DIGITS = 40  # of the ends of an interval that are square roots


@attrs.frozen(field_transformer=checked_fields)
class Binding:
    """A bound that decides: without it the unit would hold another number of seats."""

    unit: int
    bound: Literal["floor", "cap"]
    seats: int
    deserved: int


_Found: TypeAlias = tuple[
    tuple[Fraction, Fraction | None],
    Fraction | None,
    Mapping[int, int | Fraction],
    list[tuple[int, Fraction]],
]
"""The interval of divisors, the divisor, what units deserve at it, and their claims to a seat."""


@checked_methods
@attrs.frozen(field_transformer=checked_fields)
class Apportionment:
    """Seats and their reasons; units are positions, numbers are Fractions.

    `divisor_interval` holds every divisor that yields the seats; its upper end is None where any
    larger divisor does too, and both ends agree where a tie was broken. `divisor` is the number
    with the fewest digits inside, None where no unit shares by weight. For Hill the ends are
    square roots, rounded inwards to 40 digits. For Hamilton both are the quota, of the units
    that no bound holds. `next_in_line` are the units (several when tied) that the next seat
    would go to.
    """

    method: str
    total: int
    weights: tuple[Fraction, ...]
    seats: NDArray[np.int64] = attrs.field(converter=owned, eq=by_value)
    ties: tuple[Tie, ...]
    divisor_interval: tuple[Fraction, Fraction | None]
    divisor: Fraction | None
    binding: tuple[Binding, ...]
    next_in_line: tuple[int, ...]
    rule: Rule | None = attrs.field(repr=False)
    names: tuple[str, ...] | None = None

    def quotient(self, unit: int) -> Fraction | None:
        """Return weight / divisor of a unit."""
        weight = self.weights[self._place(unit)]
        return None if self.divisor is None else weight / self.divisor

    def _place(self, unit: int) -> int:
        """Return the place of a unit; one beyond the last is no unit."""
        if not 0 <= unit < len(self.weights):
            fix = message("give a place from 0 to {last}", last=len(self.weights) - 1)
            raise DefinitionError(Problem("unit", f"{unit:,}", fix))
        return unit

    def next_needs(self, unit: int) -> Fraction | None:
        """Return the weight at which the unit would deserve one seat more at this divisor.

        None for Hamilton, whose remainders depend on all units; an upper rounding for Hill.
        """
        seats = int(self.seats[self._place(unit)])
        if self.divisor is None or self.rule is None or isinstance(self.rule, Remainders):
            return None
        post = signpost(self.rule, seats + 1)
        return self.divisor * (post if self.rule.power == 1 else root(post, _DIGITS, up=True))


def explain_seats(
    rule: Rule | None, method: str, groups: Groups, *, seats: Ints, ties: tuple[Tie, ...]
) -> Apportionment:
    """Return the record of the only group, solved."""
    total, whole, scale, low, high = groups.of_one(0)
    weights, given = tuple(Fraction(weight, scale) for weight in whole), seats.tolist()
    found: _Found = (Fraction(0), None), None, {}, []
    if isinstance(rule, Remainders):
        if total and any(whole):
            found = _remainders(rule, groups, weights, given=given)
    elif rule is not None:
        found = _divisor(rule, weights, low=low, high=high, given=given)
    interval, divisor, deserved, claims = found
    best = max((claim for _, claim in claims), default=None)
    return Apportionment(
        rule.name if rule else method,
        total,
        weights,
        seats,
        ties,
        interval,
        divisor,
        tuple(
            Binding(i, "floor" if own < low[i] else "cap", given[i], int(own))
            for i, own in deserved.items()
            if not low[i] <= own <= high[i]
        ),
        tuple(i for i, claim in claims if claim == best),
        rule,
        None if groups.names is None else tuple(groups.names),
    )


def _divisor(
    rule: Signposts,
    weights: Sequence[Fraction],
    *,
    low: Sequence[int],
    high: Sequence[int],
    given: Sequence[int],
) -> _Found:
    units = [i for i, weight in enumerate(weights) if weight]
    least = {i: max(low[i], min(rule.first_is_free, high[i])) for i in units}
    prices = {i: weights[i] ** rule.power for i in units}
    claims = [(i, prices[i] / signpost(rule, given[i] + 1)) for i in units if given[i] < high[i]]
    held = [prices[i] / signpost(rule, given[i]) for i in units if given[i] > least[i]]
    below, above = max((claim for _, claim in claims), default=Fraction(0)), min(held, default=None)
    interval: tuple[Fraction, Fraction | None] = (below, above)
    if rule.power != 1:
        tied = below == above
        interval = (
            root(below, _DIGITS, up=not tied),
            None if above is None else root(above, _DIGITS, up=tied),
        )
    divisor = shortest_between(*interval)
    deserved = {i: seats_at(rule, weights[i] / divisor) for i in units} if divisor else {}
    return interval, divisor, deserved, claims


def _remainders(
    rule: Remainders, groups: Groups, weights: Sequence[Fraction], *, given: Sequence[int]
) -> _Found:
    total, whole, scale, low, high = groups.of_one(0)
    sharing = np.array(low) < np.array(high)
    counted, left = sum(weights, Fraction()), total
    if rule.bounds == "rebalance" and rule.quota == "hare":
        filled = fill(
            groups.totals, objects(whole), groups.offsets, floors=groups.floors, caps=groups.caps
        )
        sharing = ~filled.held
        if filled.left[0] and filled.weight[0]:
            left, counted = int(filled.left[0]), Fraction(int(filled.weight[0]), scale)
    above, below = divisor_of(rule, Fraction(left), counted)
    quota = below / above
    deserved = {i: weight / quota for i, weight in enumerate(weights) if weight}
    claims = [
        (i, own - given[i])
        for i, own in deserved.items()
        if sharing[i] and given[i] < high[i] and given[i] <= own
    ]
    return (quota, quota), quota, deserved, claims


def shortest_between(low: Fraction, high: Fraction | None) -> Fraction | None:
    """Return the number with the fewest decimal digits strictly between two numbers.

    Of several the one nearest the middle. Equal ends return themselves; an open end is read as
    a tenfold range. None where there is neither end.

    >>> shortest_between(Fraction("163.17"), Fraction("163.31"))
    Fraction(816, 5)
    >>> shortest_between(Fraction(8), Fraction(12)), shortest_between(Fraction(1), Fraction(1))
    (Fraction(10, 1), Fraction(1, 1))
    """
    if low == high:
        return low
    if high is None:
        if low == 0:
            return None
        high = low * 10
    elif low == 0:
        low = high / 10
    if high < low:
        return None
    middle = (low + high) / 2
    power = len(str(high.numerator)) - len(str(high.denominator)) + 1
    while True:
        step = Fraction(10) ** power
        first = low // step + 1
        last = -((-high) // step) - 1
        if first <= last:
            nearest = round(middle / step)
            return min(max(nearest, first), last) * step
        power -= 1
