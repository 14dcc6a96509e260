"""Who has no rank, and why: a ranking leaves nobody out silently."""

from __future__ import annotations

import pandas as pd

__all__ = ["unranked_reason", "unranked_table"]


def unranked_table(frame: pd.DataFrame, counts: pd.DataFrame, *, is_open: bool) -> pd.DataFrame:
    """Return one row per unit without a rank: unit, name, reason.

    `is_open` tells that whether losses are taken off is open, so that nothing done is known.
    """
    rows = frame[frame["rank"].isna()]
    reasons = [unranked_reason(counts.loc[place], is_open=is_open) for place in rows.index]
    return pd.DataFrame(
        {
            "unit": rows["unit"].array,
            "name": rows["name"].array,
            "reason": pd.array(reasons, dtype="str"),
        }
    )


def unranked_reason(counts: pd.Series, *, is_open: bool) -> str:
    """Return why a unit with these counts has no rank."""
    if counts["target"] == 0:
        return "its target is 0"
    if is_open:
        return "whether losses are taken off is open (readings.counted)"
    expected, received = counts["reports_expected"], counts["reports_received"]
    if not pd.isna(expected) and received < expected:
        return f"{received} of {expected} reports received"
    return "no report counted"
