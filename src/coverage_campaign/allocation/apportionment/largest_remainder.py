"""Hamilton's method, the largest remainders, with its quotas and its two rules for bounds.

Where bounds hold, real shares come first (`fill`): those of a group are median(floor, t w, cap) at
one t, so that they sum to its total. Who stands at a bound is found by fixing, time and again,
those beyond their floors or those beyond their caps, whichever move more: t can then only move
against them.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Literal, TypeAlias, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.certificate import (
    Partial,
    Prices,
    choose,
    exactly,
    prove,
    ranked,
)
from coverage_campaign.allocation.apportionment.groups import GroupLayout, Groups
from coverage_campaign.allocation.apportionment.inputs import (
    Ints,
    Weighted,
    integers,
    objects,
)
from coverage_campaign.allocation.apportionment.rounding_rules import Signposts
from coverage_campaign.allocation.apportionment.ties import TieTable
from coverage_campaign.checks import checked_fields
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.messages import message

__all__ = [
    "BoundsRule",
    "Filled",
    "QuotaName",
    "Remainders",
    "Rule",
    "divisor_of",
    "fill",
    "quotients",
    "solve_remainders",
]

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


_NEAR = 2.0**-40  # relative: floats that differ by less are compared in integers


@attrs.frozen(eq=False)
class Filled:
    """Entries that are `held` stand at `at`; any other has exactly weights x left / weight.

    `left` and `weight` have one entry a group. Of float weights, `weight` is a float.
    """

    weights: Weighted
    offsets: Ints
    held: Flags
    at: Ints
    left: Ints
    weight: Weighted

    def whole(self) -> tuple[Ints, Weighted]:
        """Return the shares of integer weights rounded down, and numerators of the rest.

        A share is the whole plus the rest over its group's weight.
        """
        sizes = np.diff(self.offsets)
        left, weight = np.repeat(self.left, sizes), np.repeat(self.weight, sizes)
        shared = np.where(self.held, 0, self.weights)
        whole, rest = quotients(shared, left, np.maximum(weight, 1))
        return whole + self.at, rest


def fill(
    totals: Ints,
    weights: Weighted,
    offsets: Ints,
    *,
    floors: Ints | None = None,
    caps: Ints | None = None,
) -> Filled:
    """Return who stands at a bound and what is left for the others, for groups laid end to end.

    Group g shares totals[g] among the entries offsets[g] to offsets[g + 1] - 1; none is empty. An
    entry without weight stands at its floor. Totals that cannot be met are the caller's to refuse.

    >>> caps = np.array([4, 9, 9])
    >>> filled = fill(np.array([10]), np.array([5, 3, 2]), np.array([0, 3]), caps=caps)
    >>> filled.held.tolist(), filled.left.tolist(), filled.weight.tolist()
    ([True, False, False], [6], [5])
    >>> [part.tolist() for part in filled.whole()]  # 4, 3 3/5, 2 2/5
    [[4, 3, 2], [0, 3, 2]]
    """
    exact = weights.dtype == object or (weights.dtype == np.int64 and not _fits(weights, totals))
    held, at = _held(
        totals, weights.astype(object if exact else np.float64, copy=False), offsets, floors, caps
    )
    filled = _filled(totals, weights.astype(object) if exact else weights, offsets, held, at)
    doubtful = np.zeros(totals.size, dtype=np.bool_) if exact else _doubtful(filled, floors, caps)
    if doubtful.any():
        units = np.repeat(doubtful, np.diff(offsets))
        held[units], at[units] = _held(
            totals[doubtful],
            objects(integers(weights[units])[0]),
            np.append(0, np.cumsum(np.diff(offsets)[doubtful])),
            None if floors is None else floors[units],
            None if caps is None else caps[units],
        )
        filled = _filled(totals, weights, offsets, held, at)
    return filled


def _filled(totals: Ints, weights: Weighted, offsets: Ints, held: Flags, at: Ints) -> Filled:
    groups = GroupLayout(offsets)
    weight = groups.sums(weights * ~held)
    return Filled(weights, offsets, held, at, totals - groups.sums(at), weight)


def _fits(weights: Ints, totals: Ints) -> bool:
    """Return whether differences of near products fit 64 bits, however the products wrap."""
    weight = float(weights.sum(dtype=np.float64))
    return weight < 2.0**62 and weight * float(totals.max(initial=0)) < 2.0**100


def _held(
    totals: Ints, weights: Weighted, offsets: Ints, floors: Ints | None, caps: Ints | None
) -> tuple[Flags, Ints]:
    """Return who stands at a bound, and where: exact for Python's integers, up to noise for floats.

    Floats that are in doubt which bounds move more are in doubt of units next to their bounds only.
    """
    groups, kind = GroupLayout(offsets), weights.dtype
    sides = [
        (sign, bounds, bounds.astype(kind))
        for sign, bounds in ((-1, floors), (1, caps))
        if bounds is not None
    ]
    held = np.asarray(weights == 0, dtype=np.bool_)
    at = np.zeros(weights.size, dtype=np.int64) if floors is None else floors * held
    while True:
        # Summed anew: what is left of a large sum of floats would be noise to the light units.
        left: Weighted = totals - groups.sums(at)
        weight = groups.sums(weights * ~held)
        if weights.dtype == object:  # then shares are Fractions
            left = objects(map(Fraction, left.tolist()))
        share = weights * groups.spread(left / np.where(weight > 0, weight, 1))
        beyond = []
        for sign, whole, bounds in sides:
            units = np.flatnonzero((share > bounds if sign > 0 else share < bounds) & ~held)
            moved = np.zeros(totals.size, dtype=kind)
            np.add.at(moved, groups.group_of(units), sign * (share[units] - bounds[units]))
            beyond.append((units, whole, moved))
        if not any(part[0].size for part in beyond):
            return held, at
        most = np.maximum.reduce([part[-1] for part in beyond])
        for units, whole, moved in beyond:
            fixed = units[(moved == most)[groups.group_of(units)]]
            held[fixed], at[fixed] = True, whole[fixed]


def _doubtful(filled: Filled, floors: Ints | None, caps: Ints | None) -> Flags:
    """Return the groups where a unit so near to a bound that floats cannot tell stands wrong."""
    groups, weights = GroupLayout(filled.offsets), filled.weights
    doubtful = np.zeros(filled.left.size, dtype=np.bool_)
    scale = filled.left / np.where(filled.weight > 0, filled.weight, 1)
    share = weights * groups.spread(scale)
    for sign, bounds in ((-1, floors), (1, caps)):
        if bounds is None:
            continue
        gap = share - bounds
        near = np.flatnonzero(np.abs(gap, out=gap) <= _NEAR * (share + 1.0))
        near = near[weights[near] > 0]
        group = groups.group_of(near)
        if weights.dtype == np.float64:
            doubtful[group] = True
            continue
        over = weights[near] * filled.left[group] - bounds[near] * filled.weight[group]
        wrong = sign * over < 0
        wrong &= filled.held[near]
        wrong |= (sign * over > 0) & ~filled.held[near]
        doubtful[group[wrong]] = True
    return doubtful


def quotients(weights: Weighted, above: Weighted, below: Weighted) -> tuple[Ints, Weighted]:
    """Return the whole numbers and remainders of weights x above / below, entry by entry.

    Weights are integers. In 64 bits products may wrap around: a remainder is small enough to be
    right all the same.

    >>> [part.tolist() for part in quotients(np.array([5, 7]), np.array([3, 3]), np.array([2, 2]))]
    [[7, 10], [1, 1]]
    """
    if any(part.dtype == object for part in (weights, above, below)):
        product = weights.astype(object) * above
        whole = product // below
        return whole.astype(np.int64), product - whole * below
    whole = np.floor(weights * (above / below)).astype(np.int64)
    rest = weights * above - whole * below
    step = (rest >= below).astype(np.int64) - (rest < 0)
    return whole + step, rest - step * below


Number = TypeVar("Number", int, Fraction)

QuotaName: TypeAlias = Literal["hare", "droop", "hagenbach_bischoff"]
BoundsRule: TypeAlias = Literal["rebalance", "quota"]


@attrs.frozen(field_transformer=checked_fields)
class Remainders:
    """Which quota, and which rule where floors or caps are given."""

    quota: QuotaName = "hare"
    bounds: BoundsRule = "rebalance"
    name: str = attrs.field(default="hamilton", init=False)
    first_is_free: bool = attrs.field(default=False, init=False)

    def check(self, *, bounded: bool) -> None:
        """Return nothing where quota and bounds rule fit together.

        Raises:
            DefinitionError: rebalancing divides by the Hare quota of the units that no bound
                holds; another quota has no meaning there.
        """
        if bounded and self.bounds == "rebalance" and self.quota != "hare":
            raise DefinitionError(
                Problem(
                    f"quota={self.quota!r},bounds='rebalance'",
                    "units that no bound holds share by their Hare quota",
                    "quota='hare', or bounds='quota'",
                )
            )


Rule: TypeAlias = Signposts | Remainders
"""Of a divisor method its signposts, of Hamilton's its quota and its rule for bounds."""


def divisor_of(
    rule: Remainders, total: Number, weight: Number, scale: int = 1
) -> tuple[Number, Number]:
    """Return one over the quota, as numerator and denominator.

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
    total, weights, scale, low, high = groups.of_one(group)
    if sum(low) == total:
        return low, []
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
        return [max(seat - 1, 0) for seat in seats], holders
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
        return seats, []
    return seats, sorted(i for claim, i in claims if claim == cut)


@attrs.frozen(eq=False)
class _Shares(Prices):
    """Seats priced at k minus the quotient.

    Units that are `held` (None: nobody is) have whole quotients and take no part in sharing the
    rest.
    """

    quotients: Floats
    held: Flags | None = None

    def beside(self, seats: Floats) -> tuple[Floats, Floats]:
        """Return k minus the quotient, and that of the next seat."""
        last = seats - self.quotients
        following = last + 1.0
        if self.held is not None:
            np.copyto(last, -np.inf, where=self.held)
            np.copyto(following, np.inf, where=self.held)
        return last, following

    def slack(self, prices: Floats) -> Floats:  # noqa: ARG002  # the error hangs on quotients alone
        """Return what floats err in the largest quotient, whose scale is a sum over the group."""
        size = self.groups.sizes if self.groups.count > 1 else 0
        return 2.0**-52 * (64.0 + size) * (2.0 + self.groups.most(self.quotients))

    def apart(self, low: Floats, high: Floats) -> Flags:
        """Return where less than half a seat lies between."""
        return np.asarray(high - low < 0.5)  # noqa: PLR2004  # as the docstring says

    def exact(self, units: Ints, seats: Ints, groups: Ints) -> Ints:
        """Return seats x quota minus weight in integers, but for a factor that the group shares.

        Products of 64 bits may wrap around: near the cut the differences are right all the same.
        """
        weights = counted = self.groups.exact_weights()
        left = self.groups.totals
        if self.held is not None:
            counted = np.where(self.held, 0, weights)
            left = left - self.groups.sums(np.where(self.held, self.quotients, 0)).astype(np.int64)
        below = self.groups.sums(counted)
        keys: Weighted = seats * below[groups] - weights[units] * left[groups]
        return keys if keys.dtype == np.int64 else ranked(keys.tolist())

    def solve(self, groups: Groups, group: int) -> Partial:
        """Return the seats of one of these groups in integers alone."""
        return share_exactly(Remainders(), groups, group)


def solve_remainders(rule: Remainders, groups: Groups, real: Floats) -> tuple[Ints, list[TieTable]]:
    """Return the seats of all groups, and the ties that were broken.

    `real` are the weights as floats, each 0 or of ordinary size; totals are below 2**41 and can be
    met.
    """
    if rule.quota != "hare" or (groups.bounded and rule.bounds == "quota"):
        return exactly(groups, partial(share_exactly, rule))
    if groups.bounded:
        filled = fill(
            groups.totals, groups.weights, groups.offsets, floors=groups.floors, caps=groups.caps
        )
        left, weight, held = filled.left, filled.weight, filled.held
    else:
        left, weight, held = groups.totals, groups.sums(real), None
    real = real * groups.spread(left / np.where(weight > 0, weight, 1).astype(np.float64))
    if held is not None:
        np.copyto(real, filled.at, where=held)
    shares, seats = _Shares(groups, real, held), np.floor(real)
    costs = seats + 1.0
    costs -= real
    if held is not None:
        np.copyto(costs, np.inf, where=held)
    choose(groups, seats, None, costs, (np.zeros(groups.count), np.full(groups.count, 2.0)))
    return prove(shares, seats)
