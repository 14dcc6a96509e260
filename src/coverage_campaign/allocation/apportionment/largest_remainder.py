"""Hamilton's method, the largest remainders, with its quotas and its two rules for bounds."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any, Literal, TypeAlias, TypeVar, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.certificate import (
    Prices,
    choose,
    exactly,
    prove,
    ranked,
)
from coverage_campaign.allocation.apportionment.exact import Partial
from coverage_campaign.allocation.apportionment.groups import Groups
from coverage_campaign.allocation.apportionment.inputs import MOST, Ints, integers, objects
from coverage_campaign.allocation.apportionment.rounding_rules import Signposts
from coverage_campaign.allocation.apportionment.ties import TieTable
from coverage_campaign.allocation.apportionment.water_filling import fill, quotients
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.messages import message

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

__all__ = ["BoundsRule", "QuotaName", "Remainders", "Rule", "divisor_of", "solve_remainders"]

Number = TypeVar("Number", int, Fraction, NDArray[Any])

QuotaName: TypeAlias = Literal["hare", "droop", "hagenbach_bischoff"]
BoundsRule: TypeAlias = Literal["rebalance", "quota"]


@attrs.frozen
class Remainders:
    """Which quota, and which rule where floors or caps are given."""

    quota: QuotaName = "hare"
    bounds: BoundsRule = "rebalance"
    name: str = attrs.field(default="hamilton", init=False)
    first_is_free: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        """Refuse words that are no option."""
        for option, value, words in (
            ("quota", self.quota, get_args(QuotaName)),
            ("bounds", self.bounds, get_args(BoundsRule)),
        ):
            if not isinstance(value, str) or value not in words:
                raise DefinitionError(
                    Problem(option, repr(value), message("one of {words}", words=words))
                )

    def check(self, *, bounded: bool) -> None:
        """Return nothing where quota and bounds rule fit together.

        Raises:
            DefinitionError: rebalancing divides by the Hare quota of the units that no bound
                holds; another quota has no meaning there.
        """
        if bounded and self.bounds == "rebalance" and self.quota != "hare":
            raise DefinitionError(
                Problem(
                    f"quota={self.quota!r} with bounds='rebalance'",
                    "units that no bound holds share by their Hare quota",
                    "quota='hare', or bounds='quota'",
                )
            )


Rule: TypeAlias = Signposts | Remainders
"""Of a divisor method its signposts, of Hamilton's its quota and its rule for bounds."""


def divisor_of(
    rule: Remainders, total: Number, weight: Number, scale: int = 1
) -> tuple[Number, Number]:
    """Return one over the quota, as numerator and denominator, of one problem or of arrays of them.

    `scale` is by what the user's weights were multiplied: Droop's quota is whole in theirs.

    >>> [divisor_of(Remainders(quota), 4, 100) for quota in ("hare", "droop", "hagenbach_bischoff")]
    [(4, 100), (1, 21), (5, 100)]
    """
    if rule.quota == "hare":
        return total, weight
    if rule.quota == "hagenbach_bischoff":
        return total + 1, weight
    quota = (weight // ((total + 1) * scale) + 1) * scale
    return 0 * total + 1, 0 * weight + quota  # of the same kind as they came


def share_exactly(rule: Remainders, groups: Groups, group: int) -> Partial:
    """Return the seats of one group in Python's integers, up to the tie; feasible input only.

    Raises:
        InfeasibleError: whole quotas and bounds leave too few seats or too many.
    """
    own, total = groups.units(group), int(groups.totals[group])
    weights, scale = integers(groups.weights[own])
    scale *= groups.scale
    low = [0] * len(weights) if groups.floors is None else groups.floors[own].tolist()
    high = [MOST] * len(weights) if groups.caps is None else groups.caps[own].tolist()
    if sum(low) == total:
        return Partial(low, [], 0)
    if groups.bounded and rule.bounds == "rebalance":
        filled = fill(
            np.array([total]),
            objects(weights),
            np.array([0, len(weights)]),
            floors=np.array(low),
            caps=np.array(high),
        )
        seats, rests = (part.tolist() for part in filled.whole())
        claims = [(rest, i) for i, rest in enumerate(rests) if not filled.held[i]]
        return _largest(seats, claims, total - sum(seats))
    above, below = divisor_of(rule, total, sum(weights), scale)
    pairs = [divmod(weight * above, below) for weight in weights]
    whole = [pair[0] for pair in pairs]
    seats = [min(most, max(least, q)) for least, q, most in zip(low, whole, high, strict=True)]
    left = total - sum(seats)
    if left < 0 and seats == whole and not any(rest for _, rest in pairs):
        # Hagenbach-Bischoff with whole quotients only: one seat too many, all equally near
        holders = [i for i, seat in enumerate(seats) if seat > 0]
        return Partial([max(seat - 1, 0) for seat in seats], holders, len(holders) + left)
    claims = [
        (pairs[i][1], i)
        for i, seat in enumerate(seats)
        if weights[i] and seat == whole[i] and seat < high[i]
    ]
    if not 0 <= left <= len(claims):
        found = (
            f"whole quotas and floors take {total - left:,} of {total:,}"
            if left < 0
            else f"{left:,} seats are left for the remainders of {len(claims):,} units"
        )
        raise InfeasibleError(
            Problem(
                groups.where("total", group),
                message(
                    "{found} ({quota:raw} quota {fraction})",
                    found=found,
                    quota=rule.quota,
                    fraction=f"{float(Fraction(below, above * scale)):,.6g}",
                ),
                "quota='hare' with bounds='rebalance' is defined whenever the bounds can be met",
            )
        )
    return _largest(seats, claims, left)


def _largest(seats: list[int], claims: list[tuple[int, int]], count: int) -> Partial:
    """Return the seats with one more for the `count` largest claims, up to the tie."""
    claims.sort(key=lambda claim: -claim[0])
    cut = claims[count][0] if 0 < count < len(claims) else None
    sure = [i for claim, i in claims[:count] if claim != cut]
    for i in sure:
        seats[i] += 1
    if len(sure) == count:
        return Partial(seats, [], 0)
    return Partial(seats, sorted(i for claim, i in claims if claim == cut), count - len(sure))


@attrs.frozen(eq=False)
class _Shares(Prices):
    """Seats priced at k minus the quotient.

    Each group has `left` to share by the weights of all units but those that are `held` (None:
    nobody is). `settled` are those and others who get no seat by remainder.
    """

    rule: Remainders
    quotients: Floats
    left: Ints
    held: Flags | None = None
    settled: Flags | None = None

    def beside(self, seats: Floats) -> tuple[Floats, Floats]:
        """Return k minus the quotient, and that of the next seat."""
        last = seats - self.quotients
        following = last + 1.0
        if self.settled is not None:
            np.copyto(last, -np.inf, where=self.settled)
            np.copyto(following, np.inf, where=self.settled)
        return last, following

    def slack(self, prices: Floats) -> Floats:  # noqa: ARG002  # the error hangs on quotients alone
        """Return what floats err in the largest quotient, whose scale is a sum over the group."""
        size = self.groups.sizes if self.groups.totals.size > 1 else 0
        return 2.0**-52 * (64.0 + size) * (2.0 + self.groups.most(self.quotients))

    def apart(self, low: Floats, high: Floats) -> Flags:
        """Return where less than half a seat lies between."""
        return np.asarray(high - low < 0.5)  # noqa: PLR2004  # as the docstring says

    def exact(self, units: Ints, seats: Ints, groups: Ints) -> Ints:
        """Return seats x quota minus weight in integers, but for a factor that the group shares.

        Products of 64 bits may wrap around: near the cut the differences are right all the same.
        """
        weights, scale = self.groups.exact_weights()
        counted = weights if self.held is None else np.where(self.held, 0, weights)
        whole = self.groups.sums(counted)
        above, below = divisor_of(self.rule, self.left, whole, scale)
        keys = seats * below[groups] - weights[units] * above[groups]
        return keys if keys.dtype == np.int64 else ranked(keys.tolist())

    def some(self, groups: Flags) -> tuple[Ints | slice, _Shares]:
        """Return the units of some groups, and the same for these groups alone."""
        units, part = self.groups.some(groups)
        held = None if self.held is None else self.held[units]
        settled = None if self.settled is None else self.settled[units]
        own = self.quotients[units], self.left[groups]
        return units, _Shares(part, self.rule, *own, held, settled)

    def solve_exactly(self, group: int) -> Partial:
        """Return the seats of one group in integers alone."""
        return share_exactly(self.rule, self.groups, group)


def solve_remainders(rule: Remainders, groups: Groups, real: Floats) -> tuple[Ints, list[TieTable]]:
    """Return the seats of all groups, and the ties that were broken.

    `real` are the weights as floats, each 0 or of ordinary size; totals are below 2**41 and can be
    met.
    """
    if rule.quota != "hare" or (groups.bounded and rule.bounds == "quota"):
        return _by_quota(rule, groups)
    if not groups.bounded:
        weight = np.maximum(groups.sums(real), np.finfo(np.float64).tiny)
        real = real * groups.spread(groups.totals / weight)
        return _award(_Shares(groups, rule, real, groups.totals), np.floor(real))
    filled = fill(
        groups.totals, groups.weights, groups.offsets, floors=groups.floors, caps=groups.caps
    )
    weight = np.where(filled.weight > 0, filled.weight, 1).astype(np.float64)
    real = real * groups.spread(filled.left / weight)
    np.copyto(real, filled.at, where=filled.held)
    shares = _Shares(groups, rule, real, filled.left, filled.held, filled.held)
    return _award(shares, np.floor(real))


def _by_quota(rule: Remainders, groups: Groups) -> tuple[Ints, list[TieTable]]:
    """Return whole quotas within bounds, then one more by remainder for units at neither."""
    weights, scale = groups.exact_weights()
    above, below = divisor_of(rule, groups.totals, groups.sums(weights), scale)
    each = groups.spread(above), groups.spread(np.maximum(below, 1))
    whole, rest = quotients(weights, *each)
    seats = whole if groups.floors is None else np.maximum(whole, groups.floors)
    seats = seats if groups.caps is None else np.minimum(seats, groups.caps)
    floors_suffice = np.zeros(groups.totals.size, dtype=np.bool_)
    if groups.floors is not None:
        floors_suffice = groups.sums(groups.floors) == groups.totals
        seats = np.where(groups.spread(floors_suffice), groups.floors, seats)
    claims = np.asarray((seats == whole) & (weights > 0), dtype=np.bool_)
    claims &= ~groups.spread(floors_suffice)
    if groups.caps is not None:
        claims &= seats < groups.caps
    left = groups.totals - groups.sums(seats)
    odd = (left < 0) | (left > groups.sums(claims.astype(np.int64)))
    if odd.any():  # an error, or the exception that `share_exactly` knows
        units, part = groups.some(odd)
        seats = seats.copy()
        seats[units], ties = exactly(part, partial(share_exactly, rule))
        if not odd.all():
            units, part = groups.some(~odd)
            seats[units], more = _by_quota(rule, part)
            ties += more
        return seats, ties
    shares = _Shares(groups, rule, whole + rest / each[1], groups.totals, settled=~claims)
    return _award(shares, seats.astype(np.float64))


def _award(shares: _Shares, seats: Floats) -> tuple[Ints, list[TieTable]]:
    """Return the seats with the cheapest next ones of the units that are not settled."""
    units = None if shares.settled is None else np.flatnonzero(~shares.settled)
    prices = shares.beside(seats)[1]
    count = shares.groups.totals.size
    prices = prices if units is None else prices[units]
    choose(shares.groups, seats, units, prices, (np.zeros(count), np.ones(count)))
    return prove(shares, seats)
