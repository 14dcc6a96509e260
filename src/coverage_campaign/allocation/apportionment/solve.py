"""Choose between the two ways: integers one problem at a time, or floats for all at once."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.certificate import exactly
from coverage_campaign.allocation.apportionment.divisor import divide_exactly, solve_divisor
from coverage_campaign.allocation.apportionment.groups import Groups, check_feasible, no_weight
from coverage_campaign.allocation.apportionment.inputs import Ints
from coverage_campaign.allocation.apportionment.largest_remainder import (
    Remainders,
    share_exactly,
    solve_remainders,
)
from coverage_campaign.allocation.apportionment.rounding_rules import Signposts
from coverage_campaign.allocation.apportionment.ties import TieTable

__all__ = ["Rule", "solve"]

Rule: TypeAlias = Signposts | Remainders

_FEW = 64  # units in all that integers share sooner than arrays
_LARGEST_TOTAL = 2**40  # floats tell the prices of two seats of one unit apart
_LIGHTEST, _HEAVIEST = 1e-100, 1e100


def solve(rule: Rule, groups: Groups) -> tuple[Ints, list[TieTable]]:
    """Return the flat seats of all groups, and the ties that were broken.

    Raises:
        DefinitionError, InfeasibleError: as `groups.check_feasible`; of Hamilton's method too where
            quotas and bounds leave too few seats or too many.
        TieError: as `ties.TieBreaker.pick`.
    """
    empty = groups.sizes == 0
    if empty.any():
        for group in np.flatnonzero(empty & (groups.totals > 0)).tolist():
            raise no_weight(groups, group, "a total of 0")
        if empty.all():
            return np.zeros(0, dtype=np.int64), []
        groups = groups.some(~empty)[1]
    check_feasible(groups, rule.name, first_is_free=rule.first_is_free)
    if groups.weights.size <= _FEW:
        return _solve(rule, groups)
    seats, ties = np.empty(groups.weights.size, dtype=np.int64), []
    for units, run in groups.runs():
        seats[units], broken = _solve(rule, run)
        ties += broken
    return seats, ties


def _solve(rule: Rule, groups: Groups) -> tuple[Ints, list[TieTable]]:
    few = groups.weights.size <= _FEW or int(groups.totals.max()) > _LARGEST_TOTAL
    real = None if few else _as_floats(groups)
    if isinstance(rule, Remainders):
        if real is None:
            return exactly(groups, partial(share_exactly, rule))
        return solve_remainders(rule, groups, real)
    if real is None:
        return exactly(groups, partial(divide_exactly, rule))
    return solve_divisor(rule, groups, real)


def _as_floats(groups: Groups) -> NDArray[np.float64] | None:
    """Return weights as floats, None where they are of too different sizes to search among."""
    weights = groups.weights
    if weights.dtype == np.int64:
        return weights.astype(np.float64)
    if weights.dtype == object:
        largest = max(weights.tolist()) or 1
        real = np.array([weight / largest for weight in weights.tolist()])
        alike = np.count_nonzero(real) == np.count_nonzero(weights)
    else:
        real, alike = weights.astype(np.float64, copy=False), True
    least = real.min() if groups.all_weighted else real.min(initial=1.0, where=real > 0)
    return real if alike and least > _LIGHTEST and real.max() < _HEAVIEST else None
