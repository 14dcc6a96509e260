"""Claims that were lost: which unit reported a person that counts elsewhere, record by record."""

from __future__ import annotations

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.checks import checked_call
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_instant
from coverage_campaign.reporting.events.cells import decoded
from coverage_campaign.reporting.events.coded import CodedEvents
from coverage_campaign.reporting.events.deduplicate import claims, winners
from coverage_campaign.reporting.events.engines import keeping
from coverage_campaign.reporting.events.examples import losers
from coverage_campaign.reporting.events.frame import collected, second_number
from coverage_campaign.reporting.events.numbering import prepared
from coverage_campaign.reporting.events.opening import open_events
from coverage_campaign.reporting.events.quiet import settled
from coverage_campaign.reporting.events.revisions import versions

__all__ = ["lost_claims"]


@checked_call
def lost_claims(
    events: IntoFrame | CodedEvents, campaign: Campaign, *, as_of: DateLike, unit: str | None = None
) -> pd.DataFrame:
    """Return one row per record that lost its claim: unit period channel record won_by won_record.

    `unit`, `period` (first day of the month) and `channel` are the record's own, `won_by` is the
    unit that counts the person, by the record `won_record`. Where both are one unit it reported a
    person twice. `unit=` asks for one unit's lost claims. No person is named.

    Raises:
        ReportError: Columns are missing or of the wrong type.
        DefinitionError: No unit of the campaign has the code `unit`.
    """
    if unit is not None:
        campaign.unit(unit)
    moment = to_instant(as_of)
    opened = open_events(events)
    with keeping() as keep:
        ready = prepared(opened, campaign, keep, as_of=moment)
        opened, plan = ready.events, ready.plan
        second = second_number(moment)
        if opened.in_memory:
            _, found = settled(opened, plan, second, keep)
        else:
            found = versions(opened, second, keep)
        claimed = claims(opened, found.holding, plan)
        rows = collected(
            losers(opened, claimed, winners(claimed)).select("record", "winner", "key", "best")
        )
    lost = decoded(rows["key"].to_numpy(dtype=np.int64), plan)
    won = decoded(rows["best"].to_numpy(dtype=np.int64), plan)
    table = lost[["unit", "period", "channel"]].assign(
        record=_texts(rows["record"]), won_by=won["unit"], won_record=_texts(rows["winner"])
    )
    if unit is not None:
        table = table[table["unit"] == unit]
    return table.sort_values(["unit", "period", "channel", "record"], ignore_index=True)


def _texts(ids: pd.Series) -> pd.Series:
    return pd.Series([str(one) for one in ids], dtype="str")
