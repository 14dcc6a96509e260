"""Claims that were lost: which unit reported a person that counts elsewhere, record by record."""

from __future__ import annotations

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.checks import checked_call
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_instant
from coverage_campaign.model.periods import periods_of
from coverage_campaign.reporting.events.deduplicate import claims, layout_of, winners
from coverage_campaign.reporting.events.encoding import coded
from coverage_campaign.reporting.events.engines import collected, keeping
from coverage_campaign.reporting.events.examples import losers
from coverage_campaign.reporting.events.frame import CodedEvents, second_number

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
    rows = coded(events, group=False)
    months = periods_of(campaign, "month")
    layout = layout_of(rows, campaign, as_of=moment, months=months)
    with keeping() as keep:
        claimed = claims(rows, layout, second_number(moment), keep).rows
        lost = losers(rows, claimed, winners(claimed), keep)
        found = collected(lost.select("record", "winner", "key", "best"))
    own = layout.decoded(found["key"].to_numpy(dtype=np.int64))
    won = layout.decoded(found["best"].to_numpy(dtype=np.int64))
    table = own[["unit", "channel"]].assign(
        period=months.of(own["day"].to_numpy()).astype("datetime64[s]"),
        record=found["record"].astype("str").array,
        won_by=won["unit"],
        won_record=found["winner"].astype("str").array,
    )[["unit", "period", "channel", "record", "won_by", "won_record"]]
    if unit is not None:
        table = table[table["unit"] == unit]
    return table.sort_values(["unit", "period", "channel", "record"], ignore_index=True)
