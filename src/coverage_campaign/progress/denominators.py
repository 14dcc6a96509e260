"""Coverage is a fraction of somebody: the rate under each figure that could be meant."""

from __future__ import annotations

import pandas as pd

from coverage_campaign.model.campaign import Campaign

__all__ = ["coverage_table"]


def coverage_table(campaign: Campaign, counts: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit and measure: the coverage that each denominator would give.

    The measure of those covered before is no denominator and is left out.
    """
    names = [measure.code for measure in campaign.measures if measure.code != campaign.covered]
    parts = [_under(campaign, counts, name) for name in names]
    return pd.concat(parts, ignore_index=True) if parts else _under(campaign, counts.iloc[:0], "")


def _under(campaign: Campaign, counts: pd.DataFrame, measure: str) -> pd.DataFrame:
    figures = [campaign.unit(code).count(measure) for code in counts["unit"]]
    persons = pd.Series(figures, index=counts.index, dtype="Int64")
    base = persons.where(persons > 0).astype("Float64")
    covered = counts["covered"] + counts["done"]
    return pd.DataFrame(
        {
            "unit": counts["unit"],
            "measure": pd.Series(measure, index=counts.index, dtype="str"),
            "persons": persons,
            "covered_now": covered,
            "coverage_rate": covered / base,
            "done_rate": counts["done"] / base,
        }
    )
