"""How many people stand between a unit and the nearest threshold at which a verdict turns."""

from __future__ import annotations

from coverage_campaign.assessment.assess import Assessment

__all__ = ["nearest_margins"]


def nearest_margins(assessment: Assessment, verdict: str) -> dict[str, int]:
    """Return each unit's margin to the nearest threshold that a verdict turns at [persons].

    Positive = over it, negative = short of it; a unit without a known threshold is not there.
    """
    table = assessment.boundaries().dropna(subset=["margin"])
    turns = table["boundary"].map(lambda boundary: _turns(str(boundary), verdict))
    table = table[turns.astype(bool)]
    nearest: dict[str, int] = {}
    for unit, margin in zip(table["unit"], table["margin"], strict=True):
        known = nearest.get(str(unit))
        if known is None or abs(int(margin)) < abs(known):
            nearest[str(unit)] = int(margin)
    return nearest


def _turns(boundary: str, verdict: str) -> bool:
    """Tell whether a verdict turns at a boundary; a grade hangs on every item's."""
    if verdict == "commended":
        return boundary == "commended"
    if verdict == "merit_eligible":
        return boundary.endswith("target met")
    return boundary != "commended"
