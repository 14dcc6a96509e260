"""Why each unit has its seats: the divisor that anyone can check, the bounds, who is next."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.groups import Groups
from coverage_campaign.allocation.apportionment.inputs import MOST, Ints, objects
from coverage_campaign.allocation.apportionment.largest_remainder import (
    Remainders,
    Rule,
    divisor_of,
)
from coverage_campaign.allocation.apportionment.rounding_rules import (
    Signposts,
    root,
    seats_at,
    signpost,
)
from coverage_campaign.allocation.apportionment.ties import Tie
from coverage_campaign.allocation.apportionment.water_filling import fill
from coverage_campaign.checks import checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned
from coverage_campaign.messages import message

__all__ = ["Apportionment", "Binding", "explain_seats", "shortest_between"]

_DIGITS = 40  # of the ends of an interval that are square roots


@attrs.frozen
class Binding:
    """A bound that decides: without it the unit would hold another number of seats."""

    unit: int
    bound: Literal["floor", "cap"]
    seats: int
    deserved: int


_Found: TypeAlias = tuple[
    tuple[Fraction, Fraction | None], Fraction | None, tuple[Binding, ...], tuple[int, ...]
]


@checked_methods
@attrs.frozen
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
    rule: Rule | None,
    method: str,
    groups: Groups,
    weights: Sequence[Fraction],
    *,
    seats: Ints,
    ties: tuple[Tie, ...],
) -> Apportionment:
    """Return the record of the only group, solved; `weights` are in the user's own scale."""
    total, names, n = int(groups.totals[0]), groups.names, len(weights)
    low = [0] * n if groups.floors is None else groups.floors.tolist()
    high = [MOST] * n if groups.caps is None else groups.caps.tolist()
    found: _Found = (Fraction(0), None), None, (), ()
    if isinstance(rule, Remainders):
        found = _remainders(rule, total, weights, low=low, high=high, given=seats.tolist())
    elif rule is not None:
        found = _divisor(rule, weights, low=low, high=high, given=seats.tolist())
    return Apportionment(
        rule.name if rule else method,
        total,
        tuple(weights),
        seats,
        ties,
        *found,
        rule,
        None if names is None else tuple(names),
    )


def _divisor(
    rule: Signposts,
    weights: Sequence[Fraction],
    *,
    low: Sequence[int],
    high: Sequence[int],
    given: Sequence[int],
) -> _Found:
    units = [i for i, weight in enumerate(weights) if weight > 0]
    free = rule.first_is_free
    least = {i: max(low[i], min(1, high[i])) if free else low[i] for i in units}
    claims = {
        i: weights[i] ** rule.power / signpost(rule, given[i] + 1)
        for i in units
        if given[i] < high[i]
    }
    held = [
        weights[i] ** rule.power / signpost(rule, given[i]) for i in units if given[i] > least[i]
    ]
    below, above = max(claims.values(), default=Fraction(0)), min(held, default=None)
    interval: tuple[Fraction, Fraction | None] = (below, above)
    if rule.power != 1:
        tied = below == above
        interval = (
            root(below, _DIGITS, up=not tied),
            None if above is None else root(above, _DIGITS, up=tied),
        )
    divisor = shortest_between(*interval)
    binding: list[Binding] = []
    for i in units:
        if divisor is None:
            break
        deserved = seats_at(rule, weights[i] / divisor)
        if deserved < low[i]:
            binding.append(Binding(i, "floor", given[i], deserved))
        elif deserved > high[i]:
            binding.append(Binding(i, "cap", given[i], deserved))
    following = tuple(i for i, claim in claims.items() if claim == below)
    return interval, divisor, tuple(binding), following


def _remainders(
    rule: Remainders,
    total: int,
    weights: Sequence[Fraction],
    *,
    low: Sequence[int],
    high: Sequence[int],
    given: Sequence[int],
) -> _Found:
    sharing = np.array(low) < np.array(high)
    counted, left = sum(weights, Fraction()), total
    if total == 0 or counted == 0:
        return (Fraction(0), None), None, (), ()
    if rule.bounds == "rebalance" and rule.quota == "hare":
        common = lcm(*(weight.denominator for weight in weights))
        whole = objects(int(weight * common) for weight in weights)
        filled = fill(
            np.array([total]), whole, np.array([0, whole.size]),
            floors=np.array(low), caps=np.array(high),
        )  # fmt: skip
        sharing = ~filled.held
        if filled.left[0] and filled.weight[0]:
            left, counted = int(filled.left[0]), Fraction(int(filled.weight[0]), common)
    above, below = divisor_of(rule, Fraction(left), counted)
    quota = below / above
    binding: list[Binding] = []
    for i, weight in enumerate(weights):
        deserved = weight / quota
        if weight and deserved < low[i] and deserved < given[i]:
            binding.append(Binding(i, "floor", given[i], int(deserved)))
        elif weight and deserved > high[i]:
            binding.append(Binding(i, "cap", given[i], int(deserved)))
    waiting = {
        i: weight / quota - given[i]
        for i, weight in enumerate(weights)
        if weight and sharing[i] and given[i] < high[i] and given[i] <= weight / quota
    }
    most = max(waiting.values(), default=Fraction(0))
    following = tuple(i for i, claim in waiting.items() if claim == most)
    return (quota, quota), quota, tuple(binding), following


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
