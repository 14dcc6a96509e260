"""What bounds did: who is held by which, what everyone would have without, and why it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from coverage_campaign.allocation.explain import leaf_rows, records
from coverage_campaign.allocation.request import exact_number, summed_weights
from coverage_campaign.allocation.top_down import Sharing
from coverage_campaign.allocation.tree import NO_CAP, CutTree, exact_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.allocation import Allocation

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["binding", "levels", "reconciliation"]


def binding(allocation: Allocation) -> pd.DataFrame:
    """Return the units whose bound decides: unit, name, bound, share, without_it [persons]."""
    frame = allocation.frame
    pinned, names = frame["pinned"].to_numpy(dtype=bool), frame["name"].tolist()
    shares = frame["share"].tolist()
    rows = [
        (
            record.codes[one.unit],
            names[row],
            "pin" if pinned[row] else one.bound,
            shares[row],
            one.deserved + int(allocation.shifts[row]),
        )
        for record in records(allocation)
        for one in record.apportionment.binding
        for row in (int(record.rows[one.unit]),)
    ]
    columns = ["unit", "name", "bound", "share", "without_it"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"unit": "str", "name": "str", "bound": "str", "share": "Int64", "without_it": "Int64"}
    )


def levels(allocation: Allocation) -> pd.DataFrame:
    """Return how full each leaf is, before and after: see `Allocation.levels`."""
    leaves = leaf_rows(allocation)
    there = allocation.there[leaves] if len(allocation.there) else np.zeros(len(leaves), np.int64)
    part = allocation.frame.iloc[leaves].reset_index(drop=True)
    weights = [float(allocation.weights[row]) for row in leaves.tolist()]
    per = pd.array([weight or None for weight in weights], dtype="Float64")
    after = part["share"] + there
    held = _deciding(allocation)
    return pd.DataFrame(
        {
            "unit": part["unit"],
            "name": part["name"],
            "weight": pd.array(weights, dtype="Float64"),
            "there_before": pd.array(there, dtype="Int64"),
            "share": part["share"],
            "there_after": after,
            "level_before": (pd.Series(there) / per).astype("Float64"),
            "level_after": (after / per).astype("Float64"),
            "held_by": pd.array(
                [
                    "already there"
                    if held.get(unit) == "floor" and not share
                    else held.get(unit, "")
                    for unit, share in zip(
                        part["unit"].tolist(), part["share"].tolist(), strict=True
                    )
                ],
                dtype="str",
            ),
        }
    )


def reconciliation(allocation: Allocation) -> pd.DataFrame:
    """Return what bounds did to everyone: see `Allocation.reconciliation`."""
    count = len(allocation.weights)
    frame = allocation.frame.iloc[:count]
    given = frame["share"].to_numpy("int64")
    free = given if allocation.method is None else _without_bounds(allocation)
    decides = _deciding(allocation)
    floors, caps, pinned = (frame[name].tolist() for name in ("floor", "cap", "pinned"))
    bounds: list[str] = []
    asked: list[int | None] = []
    reasons: list[str] = []
    for row, unit in enumerate(frame["unit"].tolist()):
        bound = _bound_of(floors[row], caps[row], pinned=pinned[row], decides=decides.get(unit, ""))
        bounds.append(bound)
        asked.append({"": None, "cap": caps[row]}.get(bound, floors[row]))
        reasons.append(
            _why(allocation, row, bound, int(given[row] - free[row]), decides=unit in decides)
        )
    return pd.DataFrame(
        {
            "unit": frame["unit"],
            "name": frame["name"],
            "bound": pd.array(bounds, dtype="str"),
            "asked": pd.array([_count(one) for one in asked], dtype="Int64"),
            "given": frame["share"],
            "without_bounds": pd.array(free, dtype="Int64"),
            "difference": pd.array(given - free, dtype="Int64"),
            "why": pd.array(reasons, dtype="str"),
        }
    )


def _deciding(allocation: Allocation) -> dict[str, str]:
    """Return the bounds that decide, by unit."""
    found = binding(allocation)
    return dict(zip(found["unit"].tolist(), found["bound"].tolist(), strict=True))


def _count(value: object) -> int | None:
    return int(value) if isinstance(value, (int, np.integer)) else None


def _bound_of(floor: object, cap: object, *, pinned: bool, decides: str) -> str:
    """Return the bound that a unit's row is about: the one that decides, or the one it has."""
    if pinned:
        return "pin"
    if decides:
        return decides
    if _count(floor) is not None:
        return "floor"
    return "cap" if _count(cap) is not None else ""


def _why(allocation: Allocation, row: int, bound: str, difference: int, *, decides: bool) -> str:
    if bound == "pin":
        return "pinned by the caller"
    if decides:
        return _held(allocation, row, bound)
    if not difference:
        return ""
    return f"{'takes on' if difference > 0 else 'gives up'} what others' bounds leave"


def _held(allocation: Allocation, row: int, bound: str) -> str:
    if allocation.frame[bound].isna().iloc[row]:  # gathered from the units below
        what = "have room for no more" if bound == "cap" else "need as much"
        return f"the units below it {what}"
    if bound == "floor":
        return "raised to its floor"
    nobody = ": no more people are left to enrol" if allocation.uncovered_caps[row] else ""
    return f"held at its cap{nobody}"


def _without_bounds(allocation: Allocation) -> Ints:
    """Return the shares if nobody had a floor, a cap or a pin, only a base."""
    if allocation.method is None:  # pragma: no cover - the caller has seen to it
        raise AssertionError
    tree = CutTree.of(allocation.campaign, allocation.among)
    leaves = tree.leaf_rows
    whole, _ = exact_weights([exact_number(allocation.weights[row]) for row in leaves.tolist()])
    sharing = Sharing(
        tree=tree,
        weights=summed_weights(tree, whole),
        shifts=allocation.shifts,
        method=allocation.method,
        rule="code",
        levels=bool(allocation.already_covered),
    )
    least = allocation.shifts + allocation.there
    most = np.full(len(tree.units), NO_CAP, dtype=np.int64)
    if allocation.order == "bottom_up":
        return sharing.bottom_up(allocation.total, least, most)[0]
    return sharing.top_down(allocation.total, {}, least, most)[0]
