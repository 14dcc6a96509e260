"""What a reader must be told about a progress, one message each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.progress.reported_counts import ReportedCounts
from coverage_campaign.progress.unit_counts import is_open

__all__ = ["progress_notes"]


def progress_notes(
    frame: pd.DataFrame, rows: ReportedCounts, campaign: Campaign, day: dt.date, through: dt.date
) -> Iterator[Message]:
    """Yield what a reader must know beside the figures of a day; counted is to `through`."""
    if through < day:
        yield message("Counted to {day:date}, the cut-off of results.", day=through)
    if rows.left_out_from is not None:
        yield message(
            "{n} {n:plural person|persons} reported for {month} {n:plural is|are} left out: the "
            "month is reported as a whole, and not all of it is over on {day:date}.",
            n=rows.left_out,
            month=f"{rows.left_out_from:%Y-%m}",
            day=through,
        )
    if rows.elsewhere:
        yield message(
            "{n} {n:plural person|persons} of units outside the plan {n:plural is|are} left out: "
            "{units:list 8}.",
            n=sum(persons for _, persons in rows.elsewhere),
            units=[code for code, _ in rows.elsewhere],
        )
    losses = int(rows.sums("loss").sum())
    if is_open(campaign, rows):
        yield message(
            "Whether losses are taken off is open (readings.counted): what is done is not known, "
            "{n} {n:plural loss is|losses are} reported.",
            n=losses,
        )
    elif campaign.counts_net is False and losses:
        yield message(
            "What is done is gross: {n} reported {n:plural loss is|losses are} not taken off.",
            n=losses,
        )
    silent = frame["unit"][frame["status"] == "not_reported"].tolist()
    if silent:
        yield message(
            "No report counted of {units:list 8}: missing, not 0.",
            units=[campaign.unit(code).label for code in silent],
        )
    above = (frame["done"] > frame["target"]).fillna(value=False)
    if above.any():
        yield message(
            "Above 100% of the target: {units:list 8}.",
            units=[campaign.unit(code).label for code in frame["unit"][above]],
        )
