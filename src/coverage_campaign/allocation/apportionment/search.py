"""Find where the cut runs with floats, prove it, and let Fractions order the seats too near it.

1. Guess t and evaluate the seats at both ends of an interval around it, until their sums enclose
   the total and few seats lie between.
2. Select among those seats by their thresholds as floats.
3. Prove the cut: thresholds that differ by more than floats can err are in the right order; seats
   nearer than that are ordered by Fractions, and equal ones are a tie.

Work grows with the units, whatever the total. Cf. Cheng and Eppstein, Linear-time algorithms for
proportional apportionment (ISAAC 2014); Pukelsheim, Proportional Representation, section 4.6.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment.terrain import FEW_SEATS, SAMPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction

    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.fields import Field, Given
    from coverage_campaign.allocation.apportionment.inputs import Ints
    from coverage_campaign.allocation.apportionment.terrain import Interval, Terrain

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Cut", "find_cut", "order_exactly"]

_GUESSES = 24
_REACH = 16.0  # of a leap, in intervals without one
_NARROW = 1e-9  # of t: around one leap
_CLASSES = 4
_PATIENCE = 2  # intervals before one with many seats is taken as it is


@attrs.frozen(eq=False)
class Cut:
    """Seats that are sure, and the units tied for the `at_stake` seats left (none: empty)."""

    seats: Ints
    tied: Ints
    at_stake: int


def find_cut(terrain: Terrain, total: int) -> Cut | None:
    """Return the seats up to the tie, None where no t was found (bounds that cannot be met)."""
    field, n = terrain.field, terrain.weights.size
    seats = np.empty(n, dtype=np.int64)
    t, pad = _guess(terrain, total)
    low, high = max(t - pad, field.bottom), t + pad
    below: tuple[float, int] | None = None
    above: tuple[float, int] | None = None
    few, many = max(FEW_SEATS, n // 16), max(FEW_SEATS, 2 * n)
    for step in range(1, 200):
        found = terrain.interval(low, high, seats)
        slack = float(field.slack(high))
        end = found.total + found.gained
        if found.total > total:
            if low <= field.bottom:
                return None
            above = (low, found.total)
        elif end < total:
            below = (high, end)
        elif (
            found.gained <= (few if step <= _PATIENCE else many)
            or high - low <= 1e6 * slack
            or found.alike
        ):
            cut = _settle(terrain, found, total)
            if cut is not None:
                return cut
            low = max(low - slack * 4.0**step, field.bottom)
            high += slack * 4.0**step
            continue
        else:
            below, above = (low, found.total), (high, end)
        if below is None or above is None:
            edge, value = below or above or (t, total)
            width = (2.0 * abs(total - value) / float(field.slope) + pad) * 2.0**step
            low, high = (edge, edge + width) if above is None else (edge - width, edge)
            low = max(low, field.bottom)
        elif step >= _PATIENCE and above[1] - below[1] <= many:
            low, high = below[0], above[0]  # a leap of many equal claims, or as good as one
        else:
            low, high = _narrowed(below, above, total, few, bisect=step % 3 == 0)
    return None


def _narrowed(
    below: tuple[float, int], above: tuple[float, int], total: int, few: int, *, bisect: bool
) -> tuple[float, float]:
    """Return a part of the interval in which the total should lie."""
    (low, least), (high, most) = below, above
    gap = max(most - least, 1)
    share = 0.5 if bisect else (total - least) / gap
    half = 0.5 * min(max(few / 4, 4.0 * sqrt(gap)) / gap, 0.5)
    start, stop = max(share - half, 0.0), min(share + half, 1.0)
    return low + start * (high - low), low + stop * (high - low)


def _guess(terrain: Terrain, total: int) -> tuple[float, float]:
    """Return t, and how far to look to both sides of it."""
    field, n = terrain.field, terrain.weights.size
    t = float(field.start(total, n))
    even = total >= 4 * n and not terrain.bounded
    if n < 2 * SAMPLE:
        if even:
            return t, (2.0 + sqrt(n)) / float(field.slope)
        t, miss, slope = _solve_for(terrain.sum_at, total, t, 3.0 + n / 64, field)
        return t, (2.0 + 2.0 * miss + sqrt(n) / 4) / slope
    sample = terrain.sample()
    factor = n / sample.weights.size
    if terrain.bounded:

        def estimate(at: float) -> float:
            return factor * sample.sum_at(at)

        t, _, _ = _solve_for(estimate, total, t, total / 1000, field)
        shift = estimate(t) - terrain.sum_at(t)
        t, miss, slope = _solve_for(estimate, total + shift, t, n / 1024, field)
        return t, (n / 1024 + miss + 0.05 * abs(shift) + 4.0 * sqrt(abs(shift))) / slope

    def corrected(at: float) -> float:
        rounding = sample.sum_at(at) - field.real(at, sample.weight)
        return float(field.real(at, terrain.weight) + factor * rounding)

    error = 0.3 * sqrt(n * factor)
    missing = total - corrected(t)
    if even and abs(missing) < 3.0 * error:
        return _leap(sample, t, (8.0 + sqrt(n)) / float(field.slope), missing / factor)
    t, miss, slope = _solve_for(corrected, total, t, error / 4, field)
    return t, (8.0 + miss + 3.0 * error) / slope


def _leap(sample: Terrain, t: float, pad: float, missing: float) -> tuple[float, float]:
    """Return t and how far to look, moved to a leap where equal weights gain many seats at once.

    `missing` is what the sample still needs at t.
    """
    reach = _REACH * pad
    if sample.sum_at(t + pad) > sample.sum_at(t - pad):
        return t, pad
    found = sample.interval(t - reach, t + reach, np.empty(sample.weights.size, dtype=np.int64))
    if found.gained == 0:
        return t, pad
    seats = (found.before + 1).astype(np.float64)
    leaps = np.sort(sample.field.thresholds(found.own, seats))
    place = int(np.searchsorted(leaps, t)) + int(missing)
    leap = float(leaps[min(max(place, 0), leaps.size - 1)])
    return leap, _NARROW * leap


def _solve_for(
    sum_at: Callable[[float], float], total: float, t: float, near: float, field: Field
) -> tuple[float, float, float]:
    """Return t with a sum near the total, how far it misses, and the slope there."""
    low, low_value, high, high_value = field.bottom, -inf, inf, inf
    value, slope = sum_at(t), float(field.slope)
    for step in range(_GUESSES):
        miss = total - value
        if abs(miss) <= near:
            break
        if miss > 0:
            low, low_value = t, value
        else:
            high, high_value = t, value
        if high_value - low_value < inf:
            slope = max((high_value - low_value) / (high - low), 1e-300)
            share = (total - low_value) / (high_value - low_value)
            share = 0.5 if step % 3 == 2 else min(max(share, 0.02), 0.98)  # noqa: PLR2004
            t = low + share * (high - low)
        elif high == inf:
            t += min(1.1 * miss / slope, 8.0 * (t - field.bottom))
        else:
            t = max(t + 1.1 * miss / slope, field.bottom + 0.125 * (t - field.bottom))
        value = sum_at(t)
    return t, abs(total - value), slope


def _settle(  # noqa: PLR0911  # each return is one proof
    terrain: Terrain, found: Interval, total: int
) -> Cut | None:
    """Return the cut inside an interval, None where it runs too near an end to be proved."""
    field = terrain.field
    # seats already given have thresholds below the floor, seats to come above the ceiling
    floor = found.low + float(field.slack(found.low))
    ceiling = found.high - float(field.slack(found.high))
    wanted = total - found.total
    none = np.empty(0, dtype=np.int64)
    units, gains = found.units, found.gains
    if found.gained == 0:
        return Cut(found.seats, none, 0) if ceiling > floor else None
    own, seats = found.own, found.before + 1
    if found.gained > units.size:
        units = np.repeat(units, gains)
        run = np.arange(units.size) - np.repeat(np.cumsum(gains) - gains, gains)
        own, seats = np.repeat(own, gains), np.repeat(seats, gains) + run
    if found.alike and 0 < wanted < found.gained:
        cut = float(field.thresholds(own[:1], seats[:1].astype(np.float64))[0])
        slack = float(field.slack(cut))
        return (
            Cut(found.seats, units, wanted) if floor < cut - slack < cut + slack < ceiling else None
        )
    thresholds = field.thresholds(own, seats.astype(np.float64))
    if wanted == 0:
        first = float(thresholds.min())
        return Cut(found.seats, none, 0) if first - float(field.slack(first)) > floor else None
    if wanted == found.gained:
        last = float(thresholds.max())
        if last + float(field.slack(last)) >= ceiling:
            return None
        found.seats[found.units] += gains
        return Cut(found.seats, none, 0)
    order = np.partition(thresholds, (wanted - 1, wanted))
    last, first = float(order[wanted - 1]), float(order[wanted])
    slack = 2.0 * float(field.slack(first))
    if last - slack <= floor or first + slack >= ceiling:
        return None
    if first - last <= slack:  # the bound for all is not met: try the one for those concerned
        within = np.abs(thresholds - first) <= slack
        slack = 2.0 * field.slack_among(first, own[within])
    if first - last > slack:
        _give(found, units, thresholds <= last)
        return Cut(found.seats, none, 0)
    sure = thresholds < last - slack
    near = np.flatnonzero(~sure & (thresholds <= last + slack))
    _give(found, units, sure)
    winners, tied, at_stake = order_exactly(
        field, units[near], seats[near], wanted - int(np.count_nonzero(sure))
    )
    np.add.at(found.seats, winners, 1)  # a unit may gain more than one
    return Cut(found.seats, tied, at_stake)


def _give(found: Interval, units: Ints, chosen: NDArray[np.bool_]) -> None:
    """Give one seat for each of the chosen candidates."""
    if units is found.units:  # each stands there once: writing all is quicker than picking some
        found.seats[units] = found.before + chosen
    else:
        np.add.at(found.seats, units[chosen], 1)


def order_exactly(field: Field, units: Ints, seats: Ints, wanted: int) -> tuple[Ints, Ints, int]:
    """Return who surely gets one of the wanted seats, who is tied for the rest, how many rest.

    Units of one weight at one seat are one class: each class is computed once.
    """
    claims: dict[Fraction, list[Ints]] = {}
    for places in _classes(field.weights[units], seats):
        claim = field.exact(int(units[places[0]]), int(seats[places[0]]))
        claims.setdefault(claim, []).append(units[places])
    none = np.empty(0, dtype=np.int64)
    sure = [none]
    for claim in sorted(claims):
        members = claims[claim][0] if len(claims[claim]) == 1 else np.concatenate(claims[claim])
        if members.size > wanted:
            tied = np.sort(members, kind="stable")  # quick where a few rising rows are merged
            return np.concatenate(sure), tied if wanted else none, wanted
        sure.append(members)
        wanted -= members.size
    return np.concatenate(sure), none, 0


def _classes(weights: Given, seats: Ints) -> Iterator[Ints]:
    """Return the places of each class: one weight at one seat."""
    rest = np.arange(weights.size)
    for _ in range(_CLASSES):  # a few large ones are told apart sooner than sorted
        if not rest.size:
            return
        own, at = weights[rest], seats[rest]
        alike = (own == own[0]) & (at == at[0])
        if alike.all():
            yield rest
            return
        yield rest[alike]
        rest = rest[~alike]
    rest = rest[np.lexsort((seats[rest], weights[rest]))]
    own, at = weights[rest], seats[rest]
    fresh = np.flatnonzero((own[1:] != own[:-1]) | (at[1:] != at[:-1])) + 1
    yield from np.split(rest, fresh) if rest.size else ()
