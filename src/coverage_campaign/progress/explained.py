"""Why a unit's figures are what they are: formula, numbers, source, in lines a person can check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.progress.counted import Counted
from coverage_campaign.progress.figures import Clock

__all__ = ["explanation"]


def explanation(
    campaign: Campaign,
    figures: pd.Series,
    counts: pd.Series,
    rows: Counted,
    *,
    place: int,
    clock: Clock,
    as_of: dt.date,
) -> str:
    """Return one line a figure: name, formula with the unit's own numbers, result, clause."""
    lines = _lines(campaign, figures, counts, rows, place=place, clock=clock, as_of=as_of)
    return "\n".join(lines)


def _lines(
    campaign: Campaign,
    figures: pd.Series,
    counts: pd.Series,
    rows: Counted,
    *,
    place: int,
    clock: Clock,
    as_of: dt.date,
) -> Iterator[str]:
    days = len(clock.curve)
    headcount = campaign.headcount
    clause = f" (clause {headcount.clause})" if headcount and headcount.clause else ""
    target, planned, done = figures["target"], figures["planned"], figures["done"]
    yield f"{figures['name']} ({figures['unit']}) to the end of {as_of}"
    yield f"target = {target:,} persons, its share of the allocation{clause}"
    yield (
        f"planned = {planned:,} persons: {clock.elapsed} of {days} planned days are over, "
        f"{100 * (clock.curve[clock.elapsed - 1] if clock.elapsed else 0):.1f} % of the curve"
    )
    if pd.isna(done):
        yield "done = <NA>: no report counted, or whether losses count is open"
        return
    parts = {kind: int(rows.sums(kind)[place]) for kind in ("entry", "resumption", "loss")}
    losses = f" - {parts['loss']:,} losses" if campaign.counts_net else ""
    rule = " (net)" if campaign.counts_net else f" (gross; {parts['loss']:,} losses reported)"
    yield (
        f"done = {parts['entry']:,} entries + {parts['resumption']:,} resumptions{losses} "
        f"= {done:,} persons{rule}"
    )
    if target == 0:
        yield "completion_rate = <NA>: the target is 0, so there is no rate and no rank"
        return
    yield f"completion_rate = {done:,} / {target:,} = {figures['completion_rate']:.4f}"
    yield f"planned_rate = {planned:,} / {target:,} = {figures['planned_rate']:.4f}"
    yield (
        f"gap = {done:,} - {planned:,} = {figures['gap_persons']:+,} persons = "
        f"{figures['gap_points']:+.2f} points = {figures['gap_days']:+.1f} days of the plan"
    )
    yield f"shortfall = max(0, {target:,} - {done:,}) = {figures['shortfall']:,} persons"
    if clock.left:
        yield (
            f"required_per_day = {figures['shortfall']:,} / {clock.left} planned days left "
            f"= {figures['required_per_day']:.1f} persons a day"
        )
    if not pd.isna(figures["coverage_rate"]):
        yield (
            f"coverage_rate = ({counts['covered']:,} covered before + {done:,}) / "
            f"{counts['eligible']:,} eligible = {figures['coverage_rate']:.4f}"
        )
    rank = figures["rank"]
    yield "rank = <NA>: not all reports are in" if pd.isna(rank) else f"rank = {rank}"
