"""Places in a ranking, decided on exact fractions: equal rates share one, rounding makes none."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

__all__ = ["competition_ranks"]

# Up to here a whole number is a float without loss, so a quotient is rounded once and keeps order.
_EXACT_IN_FLOAT = 2**53


def competition_ranks(
    numerators: NDArray[np.int64], denominators: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return each fraction's place, 1 for the greatest; equal fractions share it, the next skips.

    Denominators are 1 or more. Quotients only sort; where two of them agree in every digit the
    reduced fractions decide, so 1/3 and 2/6 tie and two unequal rates never do.

    >>> competition_ranks(np.array([1, 2, 9, 0]), np.array([3, 6, 10, 5])).tolist()
    [2, 2, 1, 4]
    """
    if not len(numerators):
        return np.empty(0, dtype=np.int64)
    divisor = np.gcd(numerators, denominators)
    upper, lower = numerators // divisor, denominators // divisor
    order = _descending(upper, lower)
    upper, lower = upper[order], lower[order]
    differs = np.ones(len(order), dtype=bool)
    differs[1:] = (upper[1:] != upper[:-1]) | (lower[1:] != lower[:-1])
    first_of_group = np.maximum.accumulate(np.where(differs, np.arange(len(order)), 0))
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = first_of_group + 1
    return ranks


def _descending(upper: NDArray[np.int64], lower: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the order from the greatest fraction to the least, equal ones side by side."""
    positions = np.arange(len(upper))
    if max(int(np.abs(upper).max()), int(lower.max())) > _EXACT_IN_FLOAT:
        return _exactly(positions, upper, lower)
    quotients = upper / lower
    order = np.lexsort((lower, upper, -quotients))
    same = quotients[order][1:] == quotients[order][:-1]
    unlike = (upper[order][1:] != upper[order][:-1]) | (lower[order][1:] != lower[order][:-1])
    if not (same & unlike).any():
        return order
    runs = groupby(order.tolist(), key=quotients.__getitem__)
    parts = [_exactly(np.array(list(run)), upper, lower) for _, run in runs]
    return np.concatenate(parts)


def _exactly(
    positions: NDArray[np.int64], upper: NDArray[np.int64], lower: NDArray[np.int64]
) -> NDArray[np.intp]:
    if len(positions) == 1:
        return positions
    fractions = {
        place: Fraction(int(upper[place]), int(lower[place])) for place in positions.tolist()
    }
    return np.array(sorted(fractions, key=fractions.__getitem__, reverse=True), dtype=np.intp)
