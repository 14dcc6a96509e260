"""Real shares between bounds: who stands at a floor, who at a cap, and who shares by weight."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np

from coverage_campaign.allocation.bounds import exact_sum
from coverage_campaign.allocation.fields import EPS, exact_weight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.numbers import Ints, Plain

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

__all__ = ["Standing", "standing"]

_SAMPLE = 2**14
_STEPS = 60


@attrs.frozen(eq=False)
class Standing:
    """The units that the bounds hold, their seats, and the units that share the rest by weight."""

    seats: Ints
    free: Ints
    left: int


def standing(given: Plain, total: int, floors: Ints | None, caps: Ints | None) -> Standing | None:
    """Return where units stand in median(floor, t w, cap), None where that is not proved.

    Floats find t; the outcome is proved by comparing each unit's share at the exact t with its
    bounds, in Fractions where floats cannot tell.
    """
    weights = given.astype(np.float64, copy=False)
    low = None if floors is None else floors.astype(np.float64)
    high = None if caps is None else caps.astype(np.float64)
    t = total / float(weights.sum())
    step = weights.size // _SAMPLE
    if step > 1:
        part = slice(None, None, step)
        t = _search(
            np.ascontiguousarray(weights[part]),
            total / step,
            None if low is None else np.ascontiguousarray(low[part]),
            None if high is None else np.ascontiguousarray(high[part]),
            t,
        )
    t = _search(weights, float(total), low, high, t)
    shares = weights * t
    none = np.zeros(weights.size, dtype=np.bool_)
    raised = none if low is None else shares <= low
    capped = none if high is None else (shares >= high) & ~raised
    seats = np.zeros(weights.size, dtype=np.int64)
    if floors is not None:
        np.copyto(seats, floors, where=raised)
    if caps is not None:
        np.copyto(seats, caps, where=capped)
    free = np.flatnonzero(~(raised | capped))
    left = total - exact_sum(seats)
    if not free.size:
        return Standing(seats, free, left) if left == 0 else None
    if left <= 0:
        return None
    proved = _proved(given, left, free, (raised, floors), (capped, caps))
    return Standing(seats, free, left) if proved else None


def _search(
    weights: Floats, total: float, low: Floats | None, high: Floats | None, t: float
) -> float:
    """Return t with shares between bounds that sum to the total: Newton's method, kept inside."""
    least, most = 0.0, np.inf
    for _ in range(_STEPS):
        shares = weights * t
        free = np.ones(weights.size, dtype=np.bool_)
        if low is not None:
            free &= shares > low
            np.maximum(shares, low, out=shares)
        if high is not None:
            free &= shares < high
            np.minimum(shares, high, out=shares)
        miss = total - float(shares.sum())
        if abs(miss) <= 1e-13 * total:  # a few roundings of the sum
            break
        least, most = (t, most) if miss > 0 else (least, t)
        slope = float(weights @ free)
        guess = t + miss / slope if slope > 0 else 0.0
        if not least < guess < most:
            guess = 2.0 * t if most == np.inf else 0.5 * (least + most)
        if guess == t:
            break
        t = guess
    return t


def _proved(
    given: Plain,
    left: int,
    free: Ints,
    raised: tuple[Flags, Ints | None],
    capped: tuple[Flags, Ints | None],
) -> bool:
    weights = given.astype(np.float64, copy=False)
    t = left / float(weights[free].sum())
    shares = weights * t
    exact: Fraction | None = None
    for (held, bound), sign in ((raised, 1.0), (capped, -1.0)):
        if bound is None:
            continue
        over = sign * (shares - bound)  # held units: not above 0, the others: not below
        slack = 64 * EPS * (shares + bound)
        if bool((np.where(held, over, -over) > slack).any()):
            return False
        doubtful = np.flatnonzero(np.abs(over) <= slack)
        for unit in doubtful.tolist():
            if not given[unit]:
                continue  # no weight, no share: at the floor, which is held or 0
            exact = exact or Fraction(left) / exact_weight(given[free])
            miss = (Fraction(given[unit].item()) * exact - int(bound[unit])) * int(sign)
            if (miss > 0) if held[unit] else (miss < 0):
                return False
    return True
