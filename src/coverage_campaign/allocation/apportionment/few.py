"""A problem of few units: rounded once, put right seat by seat, proved, in as few calls as can be.

Seats given at the first guess have thresholds below it, seats to come above. So only the side on
which seats are then given or taken has to be looked at. Near ties go to Fractions.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.apportionment.fields import DivisorField, RemainderField
from coverage_campaign.allocation.apportionment.largest_remainder import Remainders
from coverage_campaign.allocation.apportionment.search import Cut, order_exactly

if TYPE_CHECKING:
    from coverage_campaign.allocation.apportionment.fields import Floats
    from coverage_campaign.allocation.apportionment.inputs import Plain
    from coverage_campaign.allocation.apportionment.problems import One

    Bound = Floats | float

__all__ = ["FEW", "cut_few"]

FEW = 256  # units up to which single moves are quicker than an interval
_STEPS = 40
_LARGEST_TOTAL = 2**36
_LIGHTEST, _HEAVIEST = 1e-100, 1e100
_NONE = np.empty(0, dtype=np.int64)


def cut_few(one: One, given: Plain) -> Cut | None:
    """Return the cut, None where this short way does not find or prove it.

    All weights have to be above 0.
    """
    weights: Floats = given.astype(np.float64, copy=False)
    with np.errstate(over="ignore"):
        whole = float(np.add.reduce(weights))
    if not (_LIGHTEST < whole < _HEAVIEST and 0 < one.total < _LARGEST_TOTAL):
        return None
    rule = one.rule
    field: DivisorField | RemainderField
    if not isinstance(rule, Remainders):
        field = DivisorField(rule, given, whole)
    elif rule.quota == "hare" and not one.bounded:
        field = RemainderField(given, one.total / whole, one.total, units=weights.size)
    else:
        return None
    return _cut(field, weights, one.total, _bounds(one))


def _bounds(one: One) -> tuple[Bound, Bound]:
    low: Bound = 1.0 if one.rule.first_is_free else 0.0
    if one.floors is not None:
        low = np.maximum(one.floors, low)
    if one.caps is None:
        return low, inf
    high = one.caps.astype(np.float64)
    return np.minimum(low, high), high


def _cut(
    field: DivisorField | RemainderField,
    weights: Floats,
    total: int,
    bounds: tuple[Bound, Bound],
) -> Cut | None:
    found = _rounded(field, weights, total, bounds)
    if found is None:
        return None
    t, seats, excess = found
    low, high = bounds
    if excess > 0:
        highest, last, first = _take(field, weights, seats, excess, low=low, t=t)
    else:
        highest, last, first = _give(field, weights, seats, -excess, high=high, t=t)
    if abs(highest) == inf:  # nobody can give a seat, or take one
        return None
    if first - last > 2.0 * field.slack(highest) or first - last == inf:
        return Cut(seats.astype(np.int64), _NONE, 0)
    return _settled(field, weights, seats, bounds)


def _give(
    field: DivisorField | RemainderField,
    weights: Floats,
    seats: Floats,
    count: int,
    *,
    high: Bound,
    t: float,
) -> tuple[float, float, float]:
    """Give seats, in place, to the lowest thresholds.

    Return how high one had to go, the last threshold given and the first to come.
    """
    bounded = not isinstance(high, float)
    claims = field.thresholds(weights, seats + 1.0)
    if bounded:
        claims[seats >= high] = inf
    highest = t
    for _ in range(count):
        i = claims.argmin()
        highest = max(highest, claims[i])
        seats[i] = seat = seats[i] + 1.0
        stop = bounded and seat >= high[i]  # type: ignore[index]  # bounded: an array
        claims[i] = inf if stop else field.threshold(weights[i], seat + 1.0)
    return highest, highest, claims[claims.argmin()]


def _take(
    field: DivisorField | RemainderField,
    weights: Floats,
    seats: Floats,
    count: int,
    *,
    low: Bound,
    t: float,
) -> tuple[float, float, float]:
    """Take seats, in place, from the highest thresholds; return as `_give`."""
    claims = field.thresholds(weights, seats)
    claims[seats <= low] = -inf
    first = t
    for _ in range(count):
        i = claims.argmax()
        first = min(first, claims[i])
        seats[i] = seat = seats[i] - 1.0
        stop = seat <= (low if isinstance(low, float) else low[i])
        claims[i] = -inf if stop else field.threshold(weights[i], seat)
    return t if first > -inf else inf, claims[claims.argmax()], first


def _rounded(
    field: DivisorField | RemainderField,
    weights: Floats,
    total: int,
    bounds: tuple[Bound, Bound],
) -> tuple[float, Floats, int] | None:
    """Return a t, its seats, and how many too many they are: few."""
    low, high = bounds
    n = weights.size
    t = float(field.start(total, n))
    for _ in range(_STEPS):
        seats = field.level(weights, t, np.empty(n))
        np.rint(seats, out=seats)
        if not isinstance(low, float):  # without floors a level is never too low
            np.maximum(seats, low, out=seats)
        if not isinstance(high, float):
            np.minimum(seats, high, out=seats)
        excess = int(np.add.reduce(seats)) - total
        if 2 * abs(excess) <= n + 8:
            return t, seats, excess
        slope = float(weights[(seats > low) & (seats < high)].sum()) or float(field.slope)
        t = max(t - excess / slope, 0.125 * t)
    return None


def _settled(
    field: DivisorField | RemainderField,
    weights: Floats,
    seats: Floats,
    bounds: tuple[Bound, Bound],
) -> Cut:
    """Return the cut where claims lie too near each other for floats."""
    low, high = bounds
    gain, loss = field.thresholds(weights, seats + 1.0), field.thresholds(weights, seats)
    gain[seats >= high], loss[seats <= low] = inf, -inf
    first, last = float(gain.min()), float(loss.max())
    whole = seats.astype(np.int64)
    slack = 4.0 * float(field.slack(max(first, last)))
    if first - last > slack:
        return Cut(whole, _NONE, 0)
    holding = np.flatnonzero(loss >= min(first, last) - slack)
    waiting = np.flatnonzero(gain <= max(first, last) + slack)
    places = np.append(whole[holding], whole[waiting] + 1)
    whole[holding] -= 1
    units = np.append(holding, waiting)
    winners, tied, at_stake = order_exactly(field, units, places, holding.size)
    np.add.at(whole, winners, 1)
    return Cut(whole, tied, at_stake)
