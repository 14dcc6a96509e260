"""How many people a unit is short of or over each threshold at which a verdict turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil

import attrs
import pandas as pd

from coverage_campaign.assessment.facts import Facts
from coverage_campaign.assessment.verdicts import outstanding_from, percent, targets_of
from coverage_campaign.model.assessment import Scheme
from coverage_campaign.model.campaign import Campaign

__all__ = ["boundaries"]


@attrs.frozen
class _Boundary:
    """A threshold, and the fewest persons that reach it (None where the unit has no target)."""

    what: str
    threshold: str
    needed: int | None


def boundaries(facts: Iterable[Facts], scheme: Scheme, campaign: Campaign) -> pd.DataFrame:
    """Return one row per unit and threshold: unit, boundary, threshold, needed, done, margin."""
    rows = [(one, bound) for one in facts for bound in _boundaries(one, scheme, campaign)]
    frame = pd.DataFrame(
        {
            "unit": pd.array([one.unit for one, _ in rows], dtype="str"),
            "boundary": pd.array([bound.what for _, bound in rows], dtype="str"),
            "threshold": pd.array([bound.threshold for _, bound in rows], dtype="str"),
            "needed": pd.array([bound.needed for _, bound in rows], dtype="Int64"),
            "done": pd.array([one.done for one, _ in rows], dtype="Int64"),
        }
    )
    return frame.assign(margin=frame["done"] - frame["needed"])


def _boundaries(facts: Facts, scheme: Scheme, campaign: Campaign) -> Iterator[_Boundary]:
    if scheme.award_bar is not None:
        for target in targets_of(facts, campaign):
            which = "target met" if target == facts.target else "uplifted target met"
            yield _Boundary(which, percent(Fraction(1)), target)
    if scheme.commendation is not None:
        threshold = outstanding_from(scheme.commendation, campaign)
        if threshold is not None:
            needed = None if not facts.target else ceil(threshold * facts.target)
            yield _Boundary("commended", percent(threshold), needed)
