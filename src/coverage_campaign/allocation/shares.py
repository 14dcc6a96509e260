"""Real shares between bounds: who stands at a floor, who at a cap, and who shares by weight."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np

from coverage_campaign.allocation.bounds import exact_sum
from coverage_campaign.allocation.fields import EPS, exact_weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from coverage_campaign.allocation.numbers import Ints, Plain

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

__all__ = ["Standing", "standing"]

_SAMPLE = 2**14
_STRETCH = 2**15
_STEPS = 60
_SLACK = 64 * EPS  # of a share: the roundings of a sum, a quotient and a product
_ROUNDING = 1e-13  # of a sum: nothing more can be won


@attrs.frozen(eq=False)
class Standing:
    """The seats of the units that bounds hold, who shares by weight, and what is left for them."""

    seats: Ints
    free: Flags
    left: int


def standing(given: Plain, total: int, floors: Ints | None, caps: Ints | None) -> Standing | None:
    """Return where units stand in median(floor, t w, cap), None where that is not proved.

    Floats find t; the outcome is proved by comparing each unit's share at the exact t with its
    bounds, in Fractions where floats cannot tell.
    """
    t = total / float(given.sum(dtype=np.float64))
    step = given.size // _SAMPLE
    if step > 1:
        part = slice(None, None, step)
        few_floors = None if floors is None else floors[part].copy()
        few_caps = None if caps is None else caps[part].copy()
        t = _search(given[part].copy(), total / step, few_floors, few_caps, t)
    t = _search(given, float(total), floors, caps, t)
    seats = np.empty(given.size, dtype=np.int64)
    free = np.empty(given.size, dtype=np.bool_)
    weight = 0.0
    for part, weights, low, high in _parts(given, floors, caps):
        shares = weights * t
        raised, capped = shares <= low, shares >= high
        capped &= ~raised
        np.logical_or(raised, capped, out=free[part])
        np.logical_not(free[part], out=free[part])
        seats[part] = np.where(raised, low, np.where(capped, high, 0.0))
        weight += float(np.where(free[part], weights, 0.0).sum())
    found = Standing(seats, free, total - exact_sum(seats))
    if not weight:
        return found if found.left == 0 else None
    if found.left <= 0:
        return None
    return found if _proved(given, found, found.left / weight, floors, caps) else None


def _parts(
    given: Plain, floors: Ints | None, caps: Ints | None
) -> Iterator[tuple[slice, Floats, Floats | float, Floats | float]]:
    """Return stretches of weights and bounds that stay in the caches; no bound is -1 or endless."""
    for start in range(0, given.size, _STRETCH):
        part = slice(start, start + _STRETCH)
        yield (
            part,
            given[part].astype(np.float64, copy=False),
            -1.0 if floors is None else floors[part].astype(np.float64),
            np.inf if caps is None else caps[part].astype(np.float64),
        )


def _search(given: Plain, total: float, floors: Ints | None, caps: Ints | None, t: float) -> float:
    """Return t with shares between bounds that sum to the total: Newton's method, kept inside."""
    least, most = 0.0, np.inf
    for _ in range(_STEPS):
        value, slope = 0.0, 0.0
        for _part, weights, low, high in _parts(given, floors, caps):
            shares = weights * t
            within = np.minimum(np.maximum(shares, low), high)
            value += float(within.sum())
            slope += float(np.where(within == shares, weights, 0.0).sum())
        miss = total - value
        if abs(miss) <= _ROUNDING * total:
            break
        least, most = (t, most) if miss > 0 else (least, t)
        guess = t + miss / slope if slope > 0 else 0.0
        if not least < guess < most:
            guess = 2.0 * t if most == np.inf else 0.5 * (least + most)
        if guess == t:
            break
        t = guess
    return t


def _proved(
    given: Plain, found: Standing, t: float, floors: Ints | None, caps: Ints | None
) -> bool:
    """Return whether exactly the held units have shares beyond their bounds at the exact t."""
    doubtful: list[int] = []
    for part, weights, low, high in _parts(given, floors, caps):
        held, free = ~found.free[part], found.free[part]
        upper, lower = weights * (t * (1.0 + _SLACK)), weights * (t * (1.0 - _SLACK))
        beyond = (upper < low) | (lower > high)
        within = (lower > low) & (upper < high)
        if bool((beyond & free).any()) or bool((within & held).any()):
            return False
        doubtful.extend((np.flatnonzero(~(beyond | within)) + part.start).tolist())
    if not doubtful:
        return True
    exact = Fraction(found.left) / exact_weight(np.where(found.free, given, 0))
    for unit in doubtful:
        share = Fraction(given[unit].item()) * exact
        least = 0 if floors is None else int(floors[unit])
        most = share if caps is None else int(caps[unit])
        if found.free[unit]:
            if not least <= share <= most:
                return False
        elif not (share <= least == found.seats[unit] or share >= most == found.seats[unit]):
            return False
    return True
