"""One problem: choose the way to solve it, and hand ties to their rule."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment.bounds import check_feasible, exact_sum
from coverage_campaign.allocation.apportionment.exact import divide, exact_list
from coverage_campaign.allocation.apportionment.few import FEW, cut_few
from coverage_campaign.allocation.apportionment.fields import (
    DivisorField,
    RemainderField,
    exact_weight,
)
from coverage_campaign.allocation.apportionment.inputs import MOST, is_plain, label
from coverage_campaign.allocation.apportionment.largest_remainder import (
    Remainders,
    quota_of,
    share_remainders,
)
from coverage_campaign.allocation.apportionment.search import Cut, find_cut
from coverage_campaign.allocation.apportionment.shares import standing, standing_at
from coverage_campaign.allocation.apportionment.terrain import Terrain

if TYPE_CHECKING:
    from coverage_campaign.allocation.apportionment.inputs import Ints, Plain
    from coverage_campaign.allocation.apportionment.problems import One
    from coverage_campaign.allocation.apportionment.rounding_rules import Signposts
    from coverage_campaign.allocation.apportionment.shares import Standing
    from coverage_campaign.allocation.apportionment.ties import Broken

__all__ = ["solve_one"]

# Beyond these, floats cannot count seats or hold the weights' range.
_LARGEST_TOTAL = 2**50
_LARGEST_SUM = 2**62
_LARGEST_QUOTAS = 2**36  # of Hamilton: its remainders lose what the quotas take
_LIGHTEST, _HEAVIEST = 1e-100, 1e100
_STRETCH = 2**15
_NONE = np.empty(0, dtype=np.int64)


def solve_one(one: One) -> tuple[Ints, Broken | None]:
    """Return the seats of one problem, and the tie if one was broken."""
    cut = _cut(one)
    if cut is None:
        check_feasible(one)
        cut = _cut_exactly(one)
    if not cut.at_stake:
        return cut.seats, None
    broken = one.turn.pick(cut.tied, cut.at_stake, one.group, one.start)
    _award(cut.seats, broken.winners)
    return cut.seats, broken


def _award(seats: Ints, winners: Ints) -> None:
    first, last = int(winners[0]), int(winners[-1])
    if last - first == winners.size - 1:  # neighbours, as half a million equal units are
        seats[first : last + 1] += 1
    else:
        seats[winners] += 1


def _cut_exactly(one: One) -> Cut:
    n = one.weights.size
    exact = exact_list(one.weights)
    low = [0] * n if one.floors is None else one.floors.tolist()
    high = [MOST] * n if one.caps is None else one.caps.tolist()
    if isinstance(one.rule, Remainders):
        where = label("total", one.place, None)
        split = share_remainders(one.rule, one.total, exact, low, high, where=where)
    else:
        split = divide(one.rule, one.total, exact, low, high)
    seats, tied = np.array(split.seats, dtype=np.int64), np.array(split.tied, dtype=np.int64)
    return Cut(seats, tied, split.at_stake)


def _cut(one: One) -> Cut | None:  # noqa: PLR0911  # each return is one way
    """Return the cut where floats can search for it, else None."""
    given, n = one.weights, one.weights.size
    if not is_plain(given) or not n or _crossed(one):
        return None
    if n <= FEW:
        some = np.count_nonzero(given) == n
        cut = cut_few(one, given) if some else None
        if cut is not None:
            return cut
        if not some and given.any() and not isinstance(one.rule, Remainders):
            return _among(np.flatnonzero(given), one)
    if not 0 < one.total < min(_LARGEST_TOTAL, _LARGEST_SUM // n):
        return None
    weight = _sum(given)
    if not _LIGHTEST < weight < _HEAVIEST:
        return None
    if isinstance(one.rule, Remainders):
        return _cut_remainders(one, one.rule, given, weight)
    return _cut_quotients(one, one.rule, given, weight)


def _sum(given: Plain) -> float:
    if given.dtype == np.int64:
        return float(exact_sum(given.astype(np.int64, copy=False)))
    with np.errstate(over="ignore"):
        return float(np.add.reduce(given))


def _cut_quotients(one: One, rule: Signposts, given: Plain, weight: float) -> Cut | None:
    """Return the cut of a divisor method, None where it is not proved."""
    n = given.size
    if not one.bounded and _alike(given):
        each, left = divmod(one.total, n)
        if each or not rule.first_is_free:
            return Cut(np.full(n, each), np.arange(n) if left else _NONE, left)
    if rule.first_is_free and not given.min() > 0:
        return _among(np.flatnonzero(given), one)
    field = DivisorField(rule, given, weight)
    terrain = Terrain(field, given, one.floors, one.caps, weight, float(one.total + 1))
    return find_cut(terrain, one.total)


def _alike(given: Plain) -> bool:
    """Return whether all units weigh the same: each has then as many seats, or they are tied."""
    return bool(given[0] == given[given.size // 2] == given[-1] and given.min() == given.max())


def _crossed(one: One) -> bool:
    crossed = one.floors is not None and one.caps is not None and (one.floors > one.caps).any()
    return bool(crossed)


def _cut_remainders(one: One, rule: Remainders, given: Plain, weight: float) -> Cut | None:
    """Return Hamilton's cut, None where it is not proved."""
    if one.total > _LARGEST_QUOTAS:
        return None
    if rule.quota == "hare" and not one.bounded:
        field = RemainderField(given, one.total / weight, one.total, units=given.size)
        return find_cut(Terrain(field, given, None, None, weight, one.total + 1.0), one.total)
    if rule.bounds == "quota" or rule.quota != "hare":
        quota = quota_of(rule.quota, one.total, Fraction(exact_weight(given)))
        return _by_quota(one, given, 1 / quota)
    found = standing(given, one.total, one.floors, one.caps)
    if found is None or found.left == 0:
        return None if found is None else Cut(found.seats, _NONE, 0)
    field = RemainderField(
        found.sharing, found.left / found.weight, found.left, units=found.sharing.size
    )
    return _with_held(found, field)


def _by_quota(one: One, given: Plain, share: Fraction) -> Cut | None:
    """Return the cut among the units that reach no bound, each with its whole quotient at least.

    None where that leaves seats over, or takes too many: an exception, or an error.
    """
    found = standing_at(given, share, one.total, one.floors, one.caps)
    if found.left <= 0:
        return None
    field = RemainderField(
        found.sharing, float(share), one.total, units=found.sharing.size, share=share
    )
    cut = _with_held(found, field)
    if cut is None:
        return None
    edge = field.absolute
    for start in range(0, given.size, _STRETCH):
        part = slice(start, start + _STRETCH)
        # a whole quotient stands 0 to 1 below its quotient, a remainder's seat 0 to 1 above
        beyond = cut.seats[part] - found.seats[part] - found.sharing[part] * field.scale
        if not edge - 1.0 < float(beyond.min()) <= float(beyond.max()) < 1.0 - edge:
            return None
    if cut.at_stake:
        tied = cut.tied[0]
        if cut.seats[tied] - found.seats[tied] - found.sharing[tied] * field.scale > -edge:
            return None
    return cut


def _with_held(found: Standing, field: RemainderField) -> Cut | None:
    """Return the cut among those who share, the others standing where they are held."""
    terrain = Terrain(field, found.sharing, None, None, found.weight, found.left + 1.0)
    cut = find_cut(terrain, found.left)
    if cut is not None:
        np.add(cut.seats, found.seats, out=cut.seats)
    return cut


def _among(units: Ints, one: One) -> Cut | None:
    """Return the cut among some units, the others standing at their floors."""
    fixed = np.zeros(one.weights.size, dtype=np.int64)
    if one.floors is not None:
        fixed += one.floors
        fixed[units] = 0
    part = attrs.evolve(
        one,
        total=one.total - exact_sum(fixed),
        weights=one.weights[units],
        floors=None if one.floors is None else one.floors[units],
        caps=None if one.caps is None else one.caps[units],
    )
    cut = _cut(part)
    if cut is None:
        return None
    fixed[units] = cut.seats
    return Cut(fixed, units[cut.tied], cut.at_stake)
