"""The reporting triangle: how each month's figure grew from one as-of date to the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_instant
from coverage_campaign.reporting.events.cells import decoded
from coverage_campaign.reporting.events.coded import CodedEvents
from coverage_campaign.reporting.events.deduplicate import claims, count_cells, winners
from coverage_campaign.reporting.events.engines import Keep, keeping
from coverage_campaign.reporting.events.frame import EventFrame, as_number, collected, second_number
from coverage_campaign.reporting.events.numbering import prepared
from coverage_campaign.reporting.events.opening import open_events
from coverage_campaign.reporting.events.packing import Packing
from coverage_campaign.reporting.events.revisions import Versions, versions
from coverage_campaign.reporting.events.steps import at_every_later_step, grown_in_memory
from coverage_campaign.reporting.tally import check

__all__ = ["tally_triangle"]


@checked_call
def tally_triangle(
    events: IntoFrame | CodedEvents, campaign: Campaign, *, dates: Iterable[DateLike]
) -> pd.DataFrame:
    """Return the tally at every as-of date at once: as_of, unit, period, channel, persons.

    One row per as-of instant (datetime64, a date meaning its last second), unit, month and channel
    that has persons; persons Int64. Equal, date by date, to `tally` at that date, for the price of
    about one: where no record was revised the winner of a person never changes, so one minimum
    serves all dates; the few persons with revised records are counted date by date.

    Raises:
        ReportError: Columns are missing or of the wrong type.
        DefinitionError: No dates, or a campaign without channels.
    """
    moments = sorted({to_instant(date) for date in dates})
    if not moments:
        raise DefinitionError(Problem("dates", "none", "give the as-of dates, such as month ends"))
    check(campaign, "month")
    opened = open_events(events)
    seconds = [second_number(moment) for moment in moments]
    with keeping() as keep:
        ready = prepared(opened, campaign, keep, as_of=moments[-1])
        opened, plan = ready.events, ready.plan
        if opened.in_memory:
            counts = grown_in_memory(opened, plan, seconds, keep)
        else:
            found = versions(opened, seconds[-1], keep)
            restless = keep(_restless_persons(opened, found))
            grown = _grown(opened, found, restless, plan, seconds)
            moved = _moved(opened, found, restless, plan, seconds, keep)
            counts = pd.concat([grown, moved])
            counts = counts.groupby(["step", "cell"])[["persons"]].sum().reset_index()
    counts = counts[counts["persons"] > 0]
    cells, place = np.unique(counts["cell"].to_numpy(dtype=np.int64), return_inverse=True)
    instants = np.array(moments, dtype="datetime64[s]")
    # By step and cell the rows are in order already: a cell is unit, month, channel.
    table = decoded(cells, plan).take(place).reset_index(drop=True)
    table = table.assign(
        as_of=instants[counts["step"].to_numpy(dtype=np.int64)],
        persons=pd.array(counts["persons"].to_numpy(dtype=np.int64), dtype="Int64"),
    )
    return table[["as_of", "unit", "period", "channel", "persons"]]


def _restless_persons(events: EventFrame, found: Versions) -> nw.LazyFrame[Any]:
    """Return the persons of records with more than one version: their winner may change."""
    named = found.versions.filter(~events.missing("person"))
    return named.group_by("person").agg(nw.len().alias("rows")).select("person")


def _grown(
    events: EventFrame,
    found: Versions,
    restless: nw.LazyFrame[Any],
    plan: Packing,
    seconds: list[int],
) -> pd.DataFrame:
    """Return step, cell, persons of all calm persons: each appears once and stays."""
    calm = found.once.join(restless, on="person", how="anti")
    best = winners(claims(events, calm, plan)).filter(nw.col("key") >= 0)
    # The turn of a winner is after a date where its key is beyond every key of that second.
    step = sum(
        (as_number(nw.col("key") >= (second - plan.base + 1) * plan.size) for second in seconds),
        start=nw.lit(0, dtype=nw.Int64()),
    )
    table = collected(
        best.with_columns(step.alias("step"), (nw.col("key") % plan.size).alias("cell"))
        .group_by("step", "cell")
        .agg(nw.len().alias("persons"))
    ).astype("int64")
    return at_every_later_step(table, len(seconds))


def _moved(  # noqa: PLR0917 - what one triangle is made of
    events: EventFrame,
    found: Versions,
    restless: nw.LazyFrame[Any],
    plan: Packing,
    seconds: list[int],
    keep: Keep,
) -> pd.DataFrame:
    """Return step, cell, persons of the few persons whose winner may change, date by date."""
    visible = events.rows.filter(events.visible(seconds[-1]))
    theirs = visible.join(restless, on="person", how="semi")
    records = found.repeated.select("record")
    nobody = visible.filter(events.missing("person")).join(records, on="record", how="semi")
    rows = keep(nw.concat([theirs, nobody]))
    few = events.with_rows(rows)
    parts = []
    for step, second in enumerate(seconds):
        claimed = claims(few, versions(few, second, keep).holding, plan)
        cells = count_cells(winners(claimed), plan)
        counted = cells.cell >= 0
        columns = {"step": step, "cell": cells.cell[counted], "persons": cells.persons[counted]}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts).astype("int64")
