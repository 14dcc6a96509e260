"""How far every unit is: what is done against what was planned, to the end of a day."""

from __future__ import annotations

import pandas as pd

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.progress.progress import Progress, progress_at
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["Progress", "track"]


@checked_call
def track(
    plan: Plan, tally: Tally, *, as_of: DateLike, received: pd.DataFrame | None = None
) -> Progress:
    """Return how far each unit of a plan is at the end of a day.

    Args:
        plan: What each unit was to have done by when.
        tally: What was reported, as known when the tally was made.
        as_of: The last day counted. Before the plan's first day nothing is planned; after its last
            all of it is, and what the tally holds goes on counting (to the reading
            `result_cutoff`, where it is answered).
        received: unit, period, received_on, one row per report that came in. With it only units
            whose reports are complete are ranked and a unit that reported without any person
            counts 0; without it the report columns are <NA> and all are ranked.

    A monthly tally cannot be split: a month that as_of cuts counts only if the tally itself was
    made by then; else it is left out and `notes` say how many persons that are.

    Raises:
        DefinitionError: Plan and tally are of different campaigns.
        ReportError: Plan and tally have no unit in common, or `received` cannot be read.
    """
    campaign = plan.campaign
    if (campaign.code, campaign.year) != (tally.campaign.code, tally.campaign.year):
        theirs = f"{tally.campaign.code} {tally.campaign.year}"
        raise DefinitionError(
            Problem(
                "tally",
                f"is of the campaign {theirs}, the plan of {campaign.code} {campaign.year}",
                "track a plan with the tally of its own campaign",
            )
        )
    day = to_date(as_of, where="as_of")
    return progress_at(plan, tally, day, received=received)
