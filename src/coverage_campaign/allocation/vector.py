"""One problem: choose the way to solve it, and hand ties to their rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from coverage_campaign.allocation.bounds import check_feasible, exact_sum
from coverage_campaign.allocation.exact import divide, exact_list
from coverage_campaign.allocation.few import FEW, cut_few
from coverage_campaign.allocation.fields import DivisorField, RemainderField
from coverage_campaign.allocation.hamilton import Remainders, share_remainders
from coverage_campaign.allocation.numbers import MOST, is_plain
from coverage_campaign.allocation.search import Cut, Terrain, find_cut
from coverage_campaign.allocation.shares import standing

if TYPE_CHECKING:
    from coverage_campaign.allocation.fields import Field
    from coverage_campaign.allocation.numbers import Ints, Plain
    from coverage_campaign.allocation.problems import One, Problems, Rule
    from coverage_campaign.allocation.ties import Broken

__all__ = ["solve_one"]

# Beyond these, floats cannot count seats or hold the weights' range.
_LARGEST_TOTAL = 2**50
_LARGEST_SUM = 2**62
_LARGEST_QUOTAS = 2**36  # of Hamilton: its remainders lose what the quotas take
_LIGHTEST, _HEAVIEST = 1e-100, 1e100


def solve_one(problems: Problems, one: One) -> tuple[Ints, Broken | None]:
    """Return the seats of one problem, and the tie if one was broken."""
    cut = _cut(problems.rule, one)
    if cut is None:
        check_feasible(problems, one)
        cut = _cut_exactly(problems.rule, one)
    if not cut.at_stake:
        return cut.seats, None
    broken = problems.turn.pick(cut.tied, cut.at_stake, one.group, one.start)
    cut.seats[broken.winners] += 1
    return cut.seats, broken


def _cut_exactly(rule: Rule, one: One) -> Cut:
    n = one.weights.size
    exact = exact_list(one.weights)
    low = [0] * n if one.floors is None else one.floors.tolist()
    high = [MOST] * n if one.caps is None else one.caps.tolist()
    if isinstance(rule, Remainders):
        split = share_remainders(rule, one.total, exact, low, high)
    else:
        split = divide(rule, one.total, exact, low, high)
    seats, tied = np.array(split.seats, dtype=np.int64), np.array(split.tied, dtype=np.int64)
    return Cut(seats, tied, split.at_stake)


def _cut(rule: Rule, one: One) -> Cut | None:  # noqa: PLR0911  # each return is one way
    """Return the cut where floats can search for it, else None."""
    given, total, n = one.weights, one.total, one.weights.size
    if is_plain(given) and n <= FEW and _short(rule, one):
        cut = cut_few(rule, one, given)
        if cut is not None:
            return cut
    if not is_plain(given) or not 0 < total < min(_LARGEST_TOTAL, _LARGEST_SUM // max(n, 1)):
        return None
    weights = given.astype(np.float64, copy=False)
    with np.errstate(over="ignore"):
        weight = float(weights.sum())
    bounded = one.floors is not None or one.caps is not None
    if not _LIGHTEST < weight < _HEAVIEST or (bounded and _crossed(one)):
        return None
    field: Field
    if isinstance(rule, Remainders):
        if rule.quota != "hare" or total > _LARGEST_QUOTAS:
            return None
        if bounded:
            return _rebalanced(one, given) if rule.bounds == "rebalance" else None
        field = RemainderField(given, total / weight, total, units=n)
    elif rule.first_is_free and not weights.min() > 0:
        return _among(np.flatnonzero(weights), rule, one)
    else:
        field = DivisorField(rule, given, weight)
    most = float(total + 1)
    return find_cut(Terrain(field, weights, one.floors, one.caps, weight, most), total)


def _rebalanced(one: One, given: Plain) -> Cut | None:
    """Return Hamilton's cut among the units that no bound holds, None where that is not proved."""
    found = standing(given, one.total, one.floors, one.caps)
    if found is None or found.left == 0:
        return None if found is None else Cut(found.seats, np.empty(0, dtype=np.int64), 0)
    sharing = np.where(found.free, given, 0)  # no weight, no quota: the others stay as they stand
    weights = sharing.astype(np.float64, copy=False)
    weight = float(weights.sum())
    field = RemainderField(sharing, found.left / weight, found.left, units=sharing.size)
    cut = find_cut(Terrain(field, weights, None, None, weight, found.left + 1.0), found.left)
    if cut is not None:
        np.add(cut.seats, found.seats, out=cut.seats)
    return cut


def _short(rule: Rule, one: One) -> bool:
    free = one.floors is None and one.caps is None
    return not isinstance(rule, Remainders) or (free and rule.quota == "hare")


def _crossed(one: One) -> bool:
    crossed = one.floors is not None and one.caps is not None and (one.floors > one.caps).any()
    return bool(crossed)


def _among(units: Ints, rule: Rule, one: One) -> Cut | None:
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
    cut = _cut(rule, part)
    if cut is None:
        return None
    fixed[units] = cut.seats
    return Cut(fixed, units[cut.tied], cut.at_stake)
