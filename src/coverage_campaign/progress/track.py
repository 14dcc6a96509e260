"""How far every unit is: what is done against what was planned, to the end of a day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.progress.indicators import Clock, figures
from coverage_campaign.progress.notes import progress_notes
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.reported_counts import reported_counts
from coverage_campaign.progress.reporting_rates import report_counts
from coverage_campaign.progress.unit_counts import unit_counts
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["Progress", "track"]

_COMPLETENESS_UNKNOWN = message("completeness of the reports is unknown, so all units are ranked")


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
    cutoff = _cutoff(campaign)
    through = day if cutoff is None else min(day, cutoff)
    shares = plan.shares()
    units = tuple(shares.index)
    rows = reported_counts(tally, campaign, units, through=through)
    reports = report_counts(
        campaign,
        units,
        received,
        over=plan.over,
        as_of=day,
        known_on=None if tally.as_of is None else tally.as_of.date(),
    )
    counts = unit_counts(plan, rows, reports, day)
    clock = Clock(
        curve=np.array([total / plan.effort[-1] for total in plan.effort]),
        elapsed=len(plan.days) - plan.days_left(day),
        left=plan.days_left(day),
    )
    questions = ("counted", "result_cutoff", "report_due_day")
    basis = plan.basis.joined(tally.basis).joined(campaign.basis(*questions))
    if received is None:
        basis = basis.assuming(_COMPLETENESS_UNKNOWN)
    frame = figures(counts, clock)
    return Progress(
        plan=plan,
        tally=tally,
        as_of=day,
        received=received,
        basis=basis,
        messages=tuple(progress_notes(frame, rows, campaign, day, through)),
        counts=counts,
        rows=rows,
        clock=clock,
        frame=frame,
    )


def _cutoff(campaign: Campaign) -> dt.date | None:
    """Return the last day on which a person counts, where that question is answered."""
    day = campaign.readings.result_cutoff
    return None if day is None else campaign.resolve(day)
