"""What changed between two progresses of the same units: persons, rates, places."""

from __future__ import annotations

import pandas as pd

__all__ = ["movement_between"]


def movement_between(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit of `now`: what it did since and how its place moved.

    Columns: unit, name, done_before, done, new (persons between the two days), rate_before,
    completion_rate, gap_points_before, gap_points, rank_before, rank, moved (places won, negative =
    lost). What is missing in either is <NA>; a unit that was not there before has <NA> before.
    """
    old = before.set_index("unit").reindex(now["unit"])
    was = {
        name: old[name].reset_index(drop=True)
        for name in ("done", "completion_rate", "gap_points", "rank")
    }
    return pd.DataFrame(
        {
            "unit": now["unit"],
            "name": now["name"],
            "done_before": was["done"],
            "done": now["done"],
            "new": now["done"] - was["done"],
            "rate_before": was["completion_rate"],
            "completion_rate": now["completion_rate"],
            "gap_points_before": was["gap_points"],
            "gap_points": now["gap_points"],
            "rank_before": was["rank"],
            "rank": now["rank"],
            "moved": was["rank"] - now["rank"],
        }
    )
