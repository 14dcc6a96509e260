"""A problem of few units: the same search without arrays, whose calls would cost more than it.

Seats are rounded at a guessed t, put right one by one, and proved as in `columns`: every threshold
already passed has to lie clearly below every threshold to come. Near ties go to Fractions.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.fields import DivisorField, RemainderField
from coverage_campaign.allocation.hamilton import Remainders
from coverage_campaign.allocation.search import Cut, order_exactly

if TYPE_CHECKING:
    from collections.abc import Callable

    from coverage_campaign.allocation.fields import Field
    from coverage_campaign.allocation.numbers import Plain
    from coverage_campaign.allocation.problems import One, Rule

__all__ = ["FEW", "cut_few"]

FEW = 64  # units up to which this is faster than arrays
_STEPS = 40
_MOVES = 400
_LARGEST_TOTAL = 2**36
_LIGHTEST, _HEAVIEST = 1e-100, 1e100
_NONE = np.empty(0, dtype=np.int64)


def cut_few(  # noqa: PLR0911  # each return is one way out
    rule: Rule, one: One, given: Plain
) -> Cut | None:
    """Return the cut, None where this short way does not find or prove it."""
    weights: list[float] = given.astype(np.float64, copy=False).tolist()
    total, n = one.total, len(weights)
    whole = sum(weights)
    if not (_LIGHTEST < whole < _HEAVIEST and 0 < total < _LARGEST_TOTAL):
        return None
    low = [0] * n if one.floors is None else one.floors.tolist()
    high = [total] * n if one.caps is None else one.caps.tolist()
    if rule.first_is_free:
        low = [max(a, min(1, b)) if w else a for w, a, b in zip(weights, low, high, strict=True)]
    if one.caps is not None and any(a > b for a, b in zip(low, high, strict=True)):
        return None
    high = [b if w else a for w, a, b in zip(weights, low, high, strict=True)]
    seats = _start(rule, weights, (low, high), total, whole)
    if seats is None:
        return None
    threshold = _thresholds(rule, total / whole)
    gain = [
        threshold(w, x + 1) if x < b else inf for w, x, b in zip(weights, seats, high, strict=True)
    ]
    loss = [threshold(w, x) if x > a else -inf for w, x, a in zip(weights, seats, low, strict=True)]
    field = _field(rule, given, whole, total)
    excess = sum(seats) - total
    for _ in range(_MOVES):
        first, last = min(gain), max(loss)
        slack = 2.0 * float(field.slack(first))
        if excess == 0 and last - first <= slack:
            break
        step = 1 if excess <= 0 else -1
        if (first if step > 0 else -last) == inf:
            return None
        i = gain.index(first) if step > 0 else loss.index(last)
        seats[i] += step
        excess += step
        gain[i] = threshold(weights[i], seats[i] + 1) if seats[i] < high[i] else inf
        loss[i] = threshold(weights[i], seats[i]) if seats[i] > low[i] else -inf
    else:
        return None
    if first == inf or first - last > slack:
        return Cut(np.array(seats), _NONE, 0)
    return _settled(field, seats, (loss, gain), (first - 2.0 * slack, first + 2.0 * slack))


def _field(rule: Rule, given: Plain, whole: float, total: int) -> Field:
    if isinstance(rule, Remainders):
        return RemainderField(given, total / whole, total, units=given.size)
    return DivisorField(rule, given, whole)


def _start(
    rule: Rule,
    weights: list[float],
    bounds: tuple[list[int], list[int]],
    total: int,
    whole: float,
) -> list[int] | None:
    """Return seats within bounds whose sum is near the total."""
    low, high = bounds
    lean = 0.0 if isinstance(rule, Remainders) else rule.lean
    t = total / whole if isinstance(rule, Remainders) else _guess(total, len(weights), lean) / whole
    for _ in range(_STEPS):
        seats = [
            min(max(int(w * t + 0.5 + lean), a), b)
            for w, a, b in zip(weights, low, high, strict=True)
        ]
        excess = sum(seats) - total
        if abs(excess) <= len(weights):
            return seats
        slope = sum(w for w, x, a, b in zip(weights, seats, low, high, strict=True) if a < x < b)
        t = max(t - excess / (slope or whole), 0.125 * t)
    return None


def _guess(total: int, n: int, lean: float) -> float:
    return max(total - n * lean, 0.5 * total)


def _thresholds(rule: Rule, scale: float) -> Callable[[float, int], float]:
    if isinstance(rule, Remainders):
        return lambda weight, seat: seat - weight * scale
    post = rule.post
    return lambda weight, seat: post(seat) / weight


def _settled(
    field: Field,
    seats: list[int],
    thresholds: tuple[list[float], list[float]],
    window: tuple[float, float],
) -> Cut:
    """Return the cut of a near tie: seats within the window are ordered exactly."""
    (loss, gain), (bottom, top) = thresholds, window
    holding = [i for i, t in enumerate(loss) if t >= bottom]
    waiting = [i for i, t in enumerate(gain) if t <= top]
    places = np.array([seats[i] for i in holding] + [seats[i] + 1 for i in waiting])
    for i in holding:
        seats[i] -= 1
    winners, tied, at_stake = order_exactly(
        field, np.array(holding + waiting), places, len(holding)
    )
    result = np.array(seats)
    np.add.at(result, winners, 1)
    return Cut(result, tied, at_stake)
