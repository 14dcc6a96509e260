"""Who explains the gap: each unit's part in it, in persons that add up to the whole."""

from __future__ import annotations

import pandas as pd

__all__ = ["gap_contributions"]


def gap_contributions(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each unit's part in the gap and in the shortfall, the furthest behind first.

    Columns: unit, name, reported, gap_persons (done - planned, nothing done where nothing is
    reported: these persons are missing from the whole as well), gap_share, shortfall, and
    shortfall_share (fractions of one). gap_persons add up to the gap of the whole, both shares to
    1; a unit ahead has a negative share of a negative gap. Shares are <NA> where the whole is 0.
    """
    done = frame["done"].fillna(0)
    gap = done - frame["planned"]
    shortfall = (frame["target"] - done).clip(lower=0)
    table = pd.DataFrame(
        {
            "unit": frame["unit"],
            "name": frame["name"],
            "reported": frame["done"].notna().astype("boolean"),
            "gap_persons": gap,
            "gap_share": _shares(gap),
            "shortfall": shortfall,
            "shortfall_share": _shares(shortfall),
        }
    )
    return table.sort_values(
        ["gap_persons", "shortfall", "unit"], ascending=[True, False, True], ignore_index=True
    )


def _shares(persons: pd.Series[int]) -> pd.Series[float]:
    whole = persons.sum()
    return (persons / (whole or pd.NA)).astype("Float64")
