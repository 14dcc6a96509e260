"""Hamilton's method, the largest remainders, with its quotas and its two rules for bounds."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from coverage_campaign.allocation.apportionment.exact import Split, share_within, top
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BoundsRule", "QuotaName", "Remainders", "quota_of", "share_remainders"]

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
            ("quota", self.quota, ("hare", "droop", "hagenbach_bischoff")),
            ("bounds", self.bounds, ("rebalance", "quota")),
        ):
            if value not in words:
                raise DefinitionError(Problem(option, repr(value), f"one of {', '.join(words)}"))

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


def quota_of(name: QuotaName, total: int, weight: Fraction) -> Fraction:
    """Return how much weight one seat stands for.

    >>> [quota_of(q, 4, Fraction(100)) for q in ("hare", "droop", "hagenbach_bischoff")]
    [Fraction(25, 1), Fraction(21, 1), Fraction(20, 1)]
    """
    if name == "hare":
        return weight / total
    if name == "hagenbach_bischoff":
        return weight / (total + 1)
    return Fraction(weight // (total + 1) + 1)


def share_remainders(
    rule: Remainders,
    total: int,
    weights: Sequence[Fraction],
    floors: Sequence[int],
    caps: Sequence[int],
    *,
    where: str = "total",
) -> Split:
    """Return whole quotas, then the largest remainders, up to the tie; feasible input only.

    Raises:
        InfeasibleError: at `where`, if whole quotas and bounds leave too few seats or too many.
    """
    if sum(floors) == total:
        return Split(list(floors), [], 0)
    if rule.bounds == "rebalance" and rule.quota == "hare":
        return _rebalance(total, weights, floors, caps)
    return _by_quota(rule, total, weights, (floors, caps), where)


def _rebalance(
    total: int, weights: Sequence[Fraction], low: Sequence[int], high: Sequence[int]
) -> Split:
    shares = share_within(total, weights, low, high)
    seats = [share.numerator // share.denominator for share in shares]
    claims = [(share % 1, i) for i, share in enumerate(shares) if share.denominator > 1]
    winners, tied, at_stake = top(claims, total - sum(seats))
    for i in winners:
        seats[i] += 1
    return Split(seats, tied, at_stake)


def _by_quota(
    rule: Remainders,
    total: int,
    weights: Sequence[Fraction],
    bounds: tuple[Sequence[int], Sequence[int]],
    where: str,
) -> Split:
    low, high = bounds
    quota = quota_of(rule.quota, total, sum(weights, Fraction()))
    quotients = [weight / quota for weight in weights]
    whole = [quotient.numerator // quotient.denominator for quotient in quotients]
    seats = [min(most, max(least, q)) for least, q, most in zip(low, whole, high, strict=True)]
    left = total - sum(seats)
    if left < 0 and seats == whole and not any(q % 1 for q in quotients):
        # Hagenbach-Bischoff with whole quotients only: one seat too many, all equally near
        holders = [i for i, seat in enumerate(seats) if seat > 0]
        for i in holders:
            seats[i] -= 1
        return Split(seats, holders, len(holders) + left)
    claims = [
        (quotients[i] % 1, i)
        for i, seat in enumerate(seats)
        if seat == whole[i] and seat < high[i] and weights[i] > 0
    ]
    if not 0 <= left <= len(claims):
        found = (
            f"whole quotas and floors take {total - left:,} of {total:,}"
            if left < 0
            else f"{left:,} seats are left for the remainders of {len(claims):,} units"
        )
        raise InfeasibleError(
            Problem(
                where,
                f"{found} ({rule.quota} quota {float(quota):,.6g})",
                "quota='hare' with bounds='rebalance' is defined whenever the bounds can be met",
            )
        )
    winners, tied, at_stake = top(claims, left)
    for i in winners:
        seats[i] += 1
    return Split(seats, tied, at_stake)
