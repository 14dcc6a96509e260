"""How evenly a burden lies: the Gini coefficient, exact, with the least and the largest burden."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import attrs

from coverage_campaign.errors import DefinitionError, Problem

__all__ = ["Burden", "Fairness", "fairness", "gini"]


@attrs.frozen
class Burden:
    """A unit and its burden: share per need, exact."""

    unit: str
    rate: Fraction


@attrs.frozen
class Fairness:
    """How evenly shares lie on a need: Gini coefficient, least and largest burden, all exact.

    `need` names what the burden is reckoned on. Units without need have no burden.
    """

    need: str
    gini: Fraction
    least: Burden
    largest: Burden

    def __str__(self) -> str:
        """Return it in one line."""
        return (
            f"Gini {float(self.gini):.4f} of share per {self.need}; least {self.least.unit} "
            f"{float(self.least.rate):.4%}, largest {self.largest.unit} "
            f"{float(self.largest.rate):.4%}"
        )


def fairness(
    units: Sequence[str], shares: Sequence[int], need: Sequence[int | Fraction], *, need_name: str
) -> Fairness:
    """Return the fairness of shares on a need.

    >>> print(fairness(["a", "b"], [10, 20], [100, 100], need_name="eligible"))
    Gini 0.1667 of share per eligible; least a 10.0000%, largest b 20.0000%
    """
    burdens = [
        Burden(unit, Fraction(share) / many)
        for unit, share, many in zip(units, shares, need, strict=True)
        if many
    ]
    if not burdens:
        raise DefinitionError(
            Problem("fairness", "no unit has a need", f"give {need_name} figures")
        )
    return Fairness(
        need_name,
        gini(shares, need),
        min(burdens, key=lambda one: one.rate),
        max(burdens, key=lambda one: one.rate),
    )


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
    common = lcm(*(one.denominator for one in need))
    steps = [int(one * common) for one in need]
    total, whole = sum(shares), sum(steps)
    if not total or not whole:
        return Fraction(0)
    # Two ratios with denominators below 2^b differ by more than 2^-2b, so these whole numbers
    # stand in the order of the ratios.
    bits = 2 * max(steps).bit_length()
    keys = [
        (1, 0) if not step else (0, (share << bits) // step)
        for share, step in zip(shares, steps, strict=True)
    ]
    area, reached = 0, 0
    for place in sorted(range(len(steps)), key=keys.__getitem__):
        area += steps[place] * (2 * reached + shares[place])
        reached += shares[place]
    return 1 - Fraction(area, total * whole)
