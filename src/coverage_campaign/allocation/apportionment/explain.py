"""Why each unit has its seats: the divisor that anyone can check, the bounds, who is next."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.exact import least_seats, share_within
from coverage_campaign.allocation.apportionment.inputs import MOST, as_array, as_fraction
from coverage_campaign.allocation.apportionment.largest_remainder import Remainders, quota_of
from coverage_campaign.allocation.apportionment.rounding_rules import priority, root, seats_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage_campaign.allocation.apportionment.inputs import Ints, Weights
    from coverage_campaign.allocation.apportionment.problems import One
    from coverage_campaign.allocation.apportionment.rounding_rules import Signposts
    from coverage_campaign.allocation.apportionment.ties import Tie

__all__ = ["Apportionment", "Binding", "explain_split", "shortest_between"]

_DIGITS = 40  # of the ends of an interval that are square roots


@attrs.frozen
class Binding:
    """A bound that decides: without it the unit would hold another number of seats."""

    unit: int
    bound: Literal["floor", "cap"]
    seats: int
    deserved: int


@attrs.frozen(eq=False)
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
    seats: NDArray[np.int64]
    ties: tuple[Tie, ...]
    divisor_interval: tuple[Fraction, Fraction | None]
    divisor: Fraction | None
    binding: tuple[Binding, ...]
    next_in_line: tuple[int, ...]
    rule: Signposts | Remainders = attrs.field(repr=False)
    names: tuple[str, ...] | None = None

    def quotient(self, unit: int) -> Fraction | None:
        """Return weight / divisor of a unit."""
        return None if self.divisor is None else self.weights[unit] / self.divisor

    def next_needs(self, unit: int) -> Fraction | None:
        """Return the weight at which the unit would deserve one seat more at this divisor.

        None for Hamilton, whose remainders depend on all units; an upper rounding for Hill.
        """
        if self.divisor is None or isinstance(self.rule, Remainders):
            return None
        post = self.rule.exact(int(self.seats[unit]) + 1)
        return self.divisor * (post if self.rule.power == 1 else root(post, _DIGITS, up=True))


def explain_split(
    one: One, weights: Sequence[Fraction], seats: Ints, ties: tuple[Tie, ...]
) -> Apportionment:
    """Return the record of one solved problem; `weights` are in the user's own scale."""
    rule, names, total, floors, caps = one.rule, one.names, one.total, one.floors, one.caps
    n = len(weights)
    low = [0] * n if floors is None else floors.tolist()
    high = [MOST] * n if caps is None else caps.tolist()
    given: list[int] = seats.tolist()
    if isinstance(rule, Remainders):
        interval, divisor, binding, following = _remainders(
            rule, total, weights, (low, high), given
        )
    else:
        interval, divisor, binding, following = _divisor(rule, weights, low, high, given)
    return Apportionment(
        rule.name, total, tuple(weights), seats, ties, interval, divisor, binding, following,
        rule, None if names is None else tuple(names),
    )  # fmt: skip


_Found = tuple[
    tuple[Fraction, Fraction | None], Fraction | None, tuple[Binding, ...], tuple[int, ...]
]


def _divisor(
    rule: Signposts,
    weights: Sequence[Fraction],
    low: Sequence[int],
    high: Sequence[int],
    given: Sequence[int],
) -> _Found:
    units = [i for i, weight in enumerate(weights) if weight > 0]
    least = dict(
        zip(
            units,
            least_seats(rule, [low[i] for i in units], [high[i] for i in units]),
            strict=True,
        )
    )
    first_out = {i: priority(rule, weights[i], given[i] + 1) for i in units if given[i] < high[i]}
    last_in = [priority(rule, weights[i], given[i]) for i in units if given[i] > least[i]]
    below = max(first_out.values(), default=Fraction(0))
    above = min(last_in, default=None)
    interval: tuple[Fraction, Fraction | None] = (below, above)
    if rule.power != 1:
        tied = below == above
        interval = (
            root(below, _DIGITS, up=not tied),
            None if above is None else root(above, _DIGITS, up=tied),
        )
    divisor = shortest_between(*interval)
    binding: list[Binding] = []
    if divisor is not None:
        for i in units:
            deserved = seats_at(rule, weights[i] / divisor)
            if deserved < low[i]:
                binding.append(Binding(i, "floor", given[i], deserved))
            elif deserved > high[i]:
                binding.append(Binding(i, "cap", given[i], deserved))
    following = tuple(i for i, claim in first_out.items() if claim == below)
    return interval, divisor, tuple(binding), following


def _remainders(
    rule: Remainders,
    total: int,
    weights: Sequence[Fraction],
    bounds: tuple[Sequence[int], Sequence[int]],
    given: Sequence[int],
) -> _Found:
    low, high = bounds
    whole = sum(weights, Fraction())
    if total == 0 or whole == 0:
        return (Fraction(0), None), None, (), ()
    if rule.bounds == "rebalance":
        shares = share_within(total, weights, low, high)
        free = [
            i
            for i, share in enumerate(shares)
            if weights[i] > 0 and (low[i] < share < high[i] or share.denominator > 1)
        ]
        left = sum((shares[i] for i in free), Fraction())
        quota = sum((weights[i] for i in free), Fraction()) / left if left else whole / total
        if rule.quota != "hare":
            quota = quota_of(rule.quota, total, whole)
    else:
        free = [i for i, weight in enumerate(weights) if weight > 0 and low[i] < high[i]]
        quota = quota_of(rule.quota, total, whole)
    binding: list[Binding] = []
    for i, weight in enumerate(weights):
        deserved = weight / quota
        if weight and deserved < low[i] and deserved < given[i]:
            binding.append(Binding(i, "floor", given[i], int(deserved)))
        elif weight and deserved > high[i]:
            binding.append(Binding(i, "cap", given[i], int(deserved)))
    waiting = {
        i: weights[i] / quota - given[i]
        for i in free
        if given[i] < high[i] and given[i] <= weights[i] / quota
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


def read_fractions(weights: Weights) -> list[Fraction]:
    """Return one row of numbers, already checked, as Fractions in the user's own scale."""
    values = as_array(weights).tolist()
    return [exact for value in values if (exact := as_fraction(value)) is not None]
