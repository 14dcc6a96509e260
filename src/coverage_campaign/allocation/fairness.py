"""How evenly a burden lies: the Gini coefficient, exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from coverage_campaign.errors import DefinitionError, Problem

__all__ = ["gini"]


def gini(shares: Sequence[int], need: Sequence[int | Fraction]) -> Fraction:
    """Return the Gini coefficient of shares over need, 0 (in proportion) to 1, exact.

    Twice the area between the diagonal and the Lorenz curve of units sorted by share per need.
    Units without need are left out of the curve's steps but their shares count.

    >>> gini([10, 20], [100, 200])
    Fraction(0, 1)
    >>> gini([0, 30], [100, 200])
    Fraction(1, 3)
    """
    if len(shares) != len(need):
        raise DefinitionError(
            Problem("gini", f"{len(shares)} shares, {len(need)} needs", "give one need a share")
        )
    total, whole = sum(shares), sum(need)
    if not total or not whole:
        return Fraction(0)
    order = sorted(
        range(len(shares)),
        key=lambda place: (not need[place], Fraction(shares[place]) / (need[place] or 1)),
    )
    area, reached = Fraction(0), Fraction(0)
    for place in order:
        step = Fraction(need[place]) / whole
        area += step * (2 * reached + Fraction(shares[place], total))
        reached += Fraction(shares[place], total)
    return 1 - area
