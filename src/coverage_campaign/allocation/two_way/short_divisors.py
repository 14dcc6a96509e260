"""Divisors with few digits: what a person can check a two-way table with on a calculator."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.apportionment.explain import shortest_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.two_way.optimality import Proof
    from coverage_campaign.allocation.two_way.twoway import TwoWay

    Floats = NDArray[np.float64]

__all__ = ["short_divisors"]

_INWARDS = 1e-9  # how far inside its interval a short divisor stays: far more than floats err


def short_divisors(problem: TwoWay, proof: Proof) -> tuple[list[Fraction], list[Fraction]]:
    """Return row and column divisors, to the rule's power, that prove the table as well.

    Column divisors are near 1. First each row, then each column takes the number with the fewest
    digits that its cells allow. What ties hold together keeps its exact value.
    """
    power = problem.signposts.power
    positive = proof.columns[proof.columns > 0]
    typical = float(np.exp(np.log(positive).mean())) if positive.size else 1.0
    unit = shortest_between(Fraction(typical * 0.9), Fraction(typical * 1.1)) or Fraction(1)
    seats = proof.seats.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.where(proof.seats < problem.caps, 1 / problem.signposts.floats(seats + 1.0), 0.0)
        most = np.where(proof.seats > problem.floors, 1 / problem.signposts.floats(seats), inf)
    columns = proof.columns / float(unit)
    quotients = problem.real / columns
    rows = [
        proof.exact_rows[i] * (unit * problem.scale_of(i)) ** power
        if i in proof.exact_rows
        else _short(low, high, now * float(unit), problem.scale_of(i)) ** power
        for i, (low, high, now) in enumerate(
            zip(*_interval(quotients, least, most, axis=1), proof.rows.tolist(), strict=True)
        )
    ]
    divided = [problem.rough(row / problem.scale_of(i) ** power) for i, row in enumerate(rows)]
    quotients = problem.real / np.array(divided)[:, None]
    return rows, [
        proof.exact_columns[j] / unit**power
        if j in proof.exact_columns
        else _short(low, high, now, Fraction(1)) ** power
        for j, (low, high, now) in enumerate(
            zip(*_interval(quotients, least, most, axis=0), columns.tolist(), strict=True)
        )
    ]


def _interval(
    quotients: Floats, least: Floats, most: Floats, *, axis: int
) -> tuple[list[float], list[float]]:
    """Return between which divisors each row (axis 1) or column (axis 0) keeps its seats."""
    with np.errstate(invalid="ignore"):
        upper = np.where(most < inf, quotients * most, inf)
    low = (quotients * least).max(axis=axis, initial=0.0) * (1.0 + _INWARDS)
    high = upper.min(axis=axis, initial=inf) * (1.0 - _INWARDS)
    return low.tolist(), high.tolist()


def _short(low: float, high: float, now: float, scale: Fraction) -> Fraction:
    """Return the shortest divisor between the ends, or the present one if there is no room."""
    if not low < high:
        return Fraction(now) * scale
    top = None if high == inf else Fraction(high) * scale
    return shortest_between(Fraction(low) * scale, top) or Fraction(now) * scale
