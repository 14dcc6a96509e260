"""Why a unit's figures are what they are: formula, numbers, source, in lines a person can check."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.progress.indicators import Clock
from coverage_campaign.progress.reported_counts import Counted
from coverage_campaign.progress.status import reason
from coverage_campaign.progress.unit_counts import is_open

__all__ = ["explanation"]


def explanation(
    campaign: Campaign,
    frame: pd.DataFrame,
    counts: pd.DataFrame,
    rows: Counted,
    *,
    place: int,
    clock: Clock,
    days: NDArray[np.datetime64],
    as_of: dt.date,
    began: dt.date,
) -> str:
    """Return one line a figure of the unit in a row of the frame: formula, numbers, result, clause.

    `days` are those of the plan, `began` is the first day of the period whose persons are `new`.
    """
    figures, known = frame.iloc[place], counts.iloc[place]
    parts = {kind: int(rows.sums(kind)[place]) for kind in ("entry", "resumption", "loss")}
    lines = [
        f"{figures['name']} ({figures['unit']}) to the end of {as_of}",
        *_planned(campaign, figures, clock),
        *_done(campaign, figures, parts, rows, began),
        *_gap(figures, clock, days),
        *_beside(figures, known),
        _rank(frame, known, place),
    ]
    return "\n".join(lines)


def _planned(campaign: Campaign, figures: pd.Series, clock: Clock) -> Iterator[str]:
    headcount = campaign.headcount
    clause = f" (clause {headcount.clause})" if headcount and headcount.clause else ""
    target, planned = figures["target"], figures["planned"]
    share = float(clock.curve[clock.elapsed - 1]) if clock.elapsed else 0.0
    yield f"target = {target:,} persons, its share of the allocation{clause}"
    yield (
        f"planned = {planned:,} persons: {clock.elapsed} of {len(clock.curve)} planned days are "
        f"over, {target:,} x {share:.4f} of the curve = {target * share:,.1f}, "
        "rounded to whole persons"
    )


def _done(
    campaign: Campaign,
    figures: pd.Series,
    parts: Mapping[str, int],
    rows: Counted,
    began: dt.date,
) -> Iterator[str]:
    done = figures["done"]
    if pd.isna(done):
        losses = f"{parts['loss']:,} losses are reported, and whether they count is open"
        yield f"done = <NA>: {losses if is_open(campaign, rows) else 'no report counted'}"
        return
    losses = f" - {parts['loss']:,} losses" if campaign.counts_net else ""
    rule = " (net)" if campaign.counts_net else f" (gross; {parts['loss']:,} losses reported)"
    yield (
        f"done = {parts['entry']:,} entries + {parts['resumption']:,} resumptions{losses} "
        f"= {done:,} persons{rule}"
    )
    if pd.isna(figures["new"]):
        yield f"new = <NA>: no report counted since {began}"
    else:
        yield f"new = {figures['new']:,} of them since {began}"


def _gap(figures: pd.Series, clock: Clock, days: NDArray[np.datetime64]) -> Iterator[str]:
    target, planned, done = figures["target"], figures["planned"], figures["done"]
    if pd.isna(done):
        return
    if target == 0:
        yield "completion_rate = <NA>: the target is 0, so there is no rate and no rank"
        return
    yield f"completion_rate = {done:,} / {target:,} = {figures['completion_rate']:.4f}"
    yield f"planned_rate = {figures['planned_rate']:.4f}, the plan before it is rounded / target"
    yield (
        f"gap = {done:,} - {planned:,} = {figures['gap_persons']:+,} persons = "
        f"{figures['gap_days']:+.1f} days of the plan"
    )
    yield (
        f"gap_points = 100 x ({figures['completion_rate']:.4f} - {figures['planned_rate']:.4f}) "
        f"= {figures['gap_points']:+.2f}"
    )
    yield f"status = {figures['status']}"
    # The day in which the plan comes to what is done: 2.3 days of it are reached on the third.
    number = math.ceil(round(clock.elapsed + figures["gap_days"], 9))
    if figures["gap_persons"] and number > 0:
        yield f"the plan comes to {done:,} persons on {days[number - 1]}"
    yield f"shortfall = max(0, {target:,} - {done:,}) = {figures['shortfall']:,} persons"
    if clock.left:
        yield (
            f"required_per_day = {figures['shortfall']:,} / {clock.left} planned days left "
            f"= {figures['required_per_day']:.1f} persons a day"
        )


def _beside(figures: pd.Series, counts: pd.Series) -> Iterator[str]:
    if not pd.isna(figures["coverage_rate"]):
        yield (
            f"coverage_rate = ({counts['covered']:,} covered before + {figures['done']:,}) / "
            f"{counts['eligible']:,} eligible = {figures['coverage_rate']:.4f}"
        )
    expected = figures["reports_expected"]
    if not pd.isna(expected):
        on_time = figures["reports_on_time"]
        dated = "" if pd.isna(on_time) else f", {on_time} of them on time"
        yield f"reports = {figures['reports_received']} of {expected} received{dated}"


def _rank(frame: pd.DataFrame, counts: pd.Series, place: int) -> str:
    ranks = frame["rank"]
    rank = ranks.iloc[place]
    if pd.isna(rank):
        return f"rank = <NA>: {reason(frame['status'].iloc[place], counts)}"
    sharing = int((ranks == rank).sum()) - 1
    shared = f", {sharing} with the same" if sharing else ""
    return (
        f"rank = {rank}: of {ranks.notna().sum()} ranked units {int((ranks < rank).sum())} have a "
        f"greater done / target, not rounded{shared}"
    )
