"""How heavy shares are and how evenly they lie: burden, Gini coefficient, Lorenz curve.

A burden is a share over a need. The need is the eligible people where every unit's are known, else
the weights that the target was shared out by; every result names which. Allocations, studies and
charts all come here.

Source: M. O. Lorenz, Methods of measuring the concentration of wealth, Publications of the
American Statistical Association 9 (1905) 209-219; C. Gini, Variabilità e mutabilità, 1912.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.request import exact_number
from coverage_campaign.allocation.top_down import SharedTarget
from coverage_campaign.allocation.tree import counts_of
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.units import Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = [
    "Burden",
    "Fairness",
    "Need",
    "burden",
    "fairness",
    "fairness_of",
    "gini",
    "ginis",
    "leaf_weights",
    "lorenz",
    "need_of",
    "rates",
]


@attrs.frozen
class Need:
    """What burdens are calculated on: its name, each unit's, and whether it counts persons."""

    name: str
    of: tuple[int | Fraction, ...]
    persons: bool


@attrs.frozen
class Burden:
    """A unit and its burden: share per need, exact."""

    unit: str
    rate: Fraction


@attrs.frozen
class Fairness:
    """How evenly shares lie on a need: Gini coefficient, least and largest burden, all exact.

    `need` names what the burden is calculated on. Units without need have no burden.
    """

    need: str
    gini: Fraction
    least: Burden
    largest: Burden

    def __str__(self) -> str:
        """Return it in one line; a burden above all of the need as a number, else in percent."""
        percent = self.largest.rate <= 1
        least, largest = (
            f"{one.unit} {float(one.rate):.4%}" if percent else f"{one.unit} {float(one.rate):,.4f}"
            for one in (self.least, self.largest)
        )
        return (
            f"Gini {float(self.gini):.4f} of share per {self.need}; least {least}, "
            f"largest {largest}"
        )


def need_of(
    campaign: Campaign, units: Sequence[Unit], weights: Sequence[int | Fraction], weighting: str
) -> Need:
    """Return what the burdens of units are calculated on: eligible people, or else weights."""
    if campaign.eligible:
        people = counts_of(units, campaign.eligible)
        known = tuple(count for count in people if count is not None)
        if len(known) == len(people) and any(known):
            return Need(campaign.eligible, known, persons=True)
    return Need(weighting, tuple(weights), persons=False)


def rates(
    campaign: Campaign, units: Sequence[Unit], shares: NDArray[np.int64]
) -> dict[str, Floats]:
    """Return shares over eligible and over uncovered people, nan where those are unknown or none.

    `shares` has the units on its last axis; so have eligible_rate and uncovered_rate.
    """
    people, uncovered = _people(campaign, units)
    return {
        "eligible_rate": shares / np.where(people > 0, people, np.nan),
        "uncovered_rate": shares / np.where(uncovered > 0, uncovered, np.nan),
    }


def _people(campaign: Campaign, units: Sequence[Unit]) -> tuple[Floats, Floats]:
    """Return eligible and uncovered people of each unit, nan where unknown."""
    eligible, covered = (
        np.array([np.nan if one is None else one for one in counts_of(units, measure)])
        if measure
        else np.full(len(units), np.nan)
        for measure in (campaign.eligible, campaign.covered)
    )
    return eligible, eligible - covered


def burden(allocation: SharedTarget) -> pd.DataFrame:
    """Return how heavy each leaf's share is: see `Allocation.burden`."""
    shares, campaign = allocation.shares(), allocation.campaign
    units = allocation.leaves
    people, uncovered = _people(campaign, units)
    found = rates(campaign, units, shares.to_numpy("int64").astype(np.int64, copy=False))
    return pd.DataFrame(
        {
            "unit": shares.index.array,
            "name": pd.array([unit.label.text() for unit in units], dtype="str"),
            "share": pd.array(shares.to_numpy(), dtype="Int64"),
            "eligible": pd.Series(people, dtype="Float64").astype("Int64"),
            "uncovered": pd.Series(uncovered, dtype="Float64").astype("Int64"),
            **{name: pd.Series(values, dtype="Float64") for name, values in found.items()},
        }
    )


def fairness_of(allocation: SharedTarget) -> Fairness:
    """Return the fairness of the leaves' shares over eligible people, or else over weights."""
    shares, campaign = allocation.shares(), allocation.campaign
    codes = [str(code) for code in shares.index]
    need = need_of(
        campaign,
        allocation.leaves,
        leaf_weights(allocation),
        allocation.weighting,
    )
    return fairness(codes, shares.tolist(), need.of, need_name=need.name)


def leaf_weights(allocation: SharedTarget) -> list[int | Fraction]:
    """Return the leaves' weights, exact, in the order of the shares."""
    return [exact_number(allocation.weights[row]) for row in allocation.leaf_rows.tolist()]


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
            Problem(
                "fairness",
                "no unit has a need",
                message("give {need_name} figures", need_name=need_name),
            )
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
            Problem(
                "gini",
                message("{n} shares, {n_2} needs", n=len(shares), n_2=len(need)),
                "give one need a share",
            )
        )
    common = lcm(*(one.denominator for one in need))
    steps = [int(one * common) for one in need]
    total, whole = sum(shares), sum(steps)
    if not total or not whole:
        return Fraction(0)
    area, reached = 0, 0
    for place in _by_burden(shares, steps):
        area += steps[place] * (2 * reached + shares[place])
        reached += shares[place]
    return 1 - Fraction(area, total * whole)


def _by_burden(shares: Sequence[int], steps: Sequence[int]) -> list[int]:
    """Return the positions by share per step, those without a step last."""
    # Two ratios with denominators below 2^b differ by more than 2^-2b, so these whole numbers
    # are in the order of the ratios.
    bits = 2 * max(steps).bit_length()
    keys = [
        (1, 0) if not step else (0, (share << bits) // step)
        for share, step in zip(shares, steps, strict=True)
    ]
    return sorted(range(len(steps)), key=keys.__getitem__)


def lorenz(
    shares: Sequence[int], need: Sequence[int | Fraction]
) -> tuple[list[float], list[float]]:
    """Return the Lorenz curve: parts of the need and of the shares, from (0, 0) to (1, 1).

    >>> lorenz([30, 0], [200, 100])
    ([0.0, 0.3333333333333333, 1.0], [0.0, 0.0, 1.0])
    """
    common = lcm(*(one.denominator for one in need))
    steps = [int(one * common) for one in need]
    order = _by_burden(shares, steps)
    whole, total = sum(steps) or 1, sum(shares) or 1
    across = np.cumsum([0, *(steps[place] for place in order)], dtype=object)
    up = np.cumsum([0, *(shares[place] for place in order)], dtype=object)
    return [one / whole for one in across.tolist()], [one / total for one in up.tolist()]


def ginis(shares: Floats, need: Floats) -> Floats:
    """Return `gini` of each row of shares over one row of need, in floats.

    >>> ginis(np.array([[10.0, 20.0], [0.0, 30.0]]), np.array([100.0, 200.0])).round(6).tolist()
    [0.0, 0.333333]
    """
    heavy = np.divide(shares, need, out=np.full(shares.shape, np.inf), where=need > 0)
    order = np.argsort(heavy, axis=1, kind="stable")
    ordered = np.take_along_axis(shares, order, axis=1)
    step = np.take_along_axis(np.broadcast_to(need, shares.shape), order, axis=1)
    step = step / (need.sum() or 1.0)
    total = shares.sum(axis=1, keepdims=True)
    part = np.divide(ordered, total, out=np.zeros_like(ordered), where=total > 0)
    reached = np.cumsum(part, axis=1) - part
    area = (step * (2 * reached + part)).sum(axis=1)
    return np.where(total[:, 0] > 0, 1.0 - area, 0.0) if need.sum() else np.zeros(len(shares))
