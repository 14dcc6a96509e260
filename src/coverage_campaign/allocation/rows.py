"""The rows of an allocation: one a unit, upper tiers first."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from coverage_campaign.allocation.tree import NO_CAP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.request import Asked
    from coverage_campaign.allocation.weights import Number

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["share_rows", "with_unallocated"]


def share_rows(
    asked: Asked, weights: tuple[Number, ...], share: Ints, raised: Ints
) -> pd.DataFrame:
    """Return the frame of `Allocation.to_frame`."""
    tree, limits = asked.tree, asked.limits
    codes = pd.array(tree.codes, dtype="str")
    return pd.DataFrame(
        {
            "unit": codes,
            "name": pd.array([unit.label.text() for unit in tree.units], dtype="str"),
            "parent": codes.take(tree.parent, allow_fill=True),
            "tier": pd.array(tree.tier, dtype="Int64"),
            "weight": _weight_column(weights),
            "quota": _quotas(asked, share),
            "share": pd.array(share, dtype="Int64"),
            "floor": _where(limits.low, limits.has_low),
            "cap": _where(limits.high, limits.high < NO_CAP),
            "pinned": limits.pinned,
            "uplifted": pd.array(raised, dtype="Int64"),
        }
    )


def with_unallocated(frame: pd.DataFrame, persons: int) -> pd.DataFrame:
    """Return the frame with a last row for the persons whom no cap leaves room for."""
    row = frame.iloc[:1].copy()
    row[["unit", "name"]] = ["unallocated", "Unallocated"]
    row[["parent", "weight", "quota", "floor", "cap"]] = [None, pd.NA, pd.NA, pd.NA, pd.NA]
    row[["tier", "share", "pinned", "uplifted"]] = [1, persons, False, persons]
    return pd.concat([frame, row.astype(frame.dtypes.to_dict())], ignore_index=True)


def _where(values: Ints, known: NDArray[np.bool_]) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(np.where(known, values, 0), ~known)


def _quotas(asked: Asked, share: Ints) -> pd.arrays.FloatingArray:
    """Return each unit's part of its parent's share, unrounded; <NA> where nothing has weight."""
    tree, shifts = asked.tree, asked.sharing.shifts
    weights = asked.sharing.weights.astype(np.float64)
    quotas = np.zeros(len(tree.units))
    known = np.ones(len(tree.units), dtype=np.bool_)
    for tier in tree.siblings():
        sizes = np.diff(np.append(tier.heads, tier.rows.stop - tier.rows.start))
        mine, moved = weights[tier.rows], shifts[tier.rows]
        whole = np.repeat(np.add.reduceat(mine, tier.heads), sizes)
        seats = np.repeat(np.add.reduceat(share[tier.rows] - moved, tier.heads), sizes)
        known[tier.rows] = whole > 0
        quotas[tier.rows] = moved + mine * seats / np.where(whole > 0, whole, 1.0)
    return pd.arrays.FloatingArray(np.where(known, quotas, 0.0), ~known)


def _weight_column(weights: tuple[Number, ...]) -> pd.Series[int] | pd.Series[float]:
    if all(isinstance(weight, int) and weight <= NO_CAP for weight in weights):
        return pd.Series([int(weight) for weight in weights], dtype="Int64")
    return pd.Series([float(weight) for weight in weights], dtype="Float64")
