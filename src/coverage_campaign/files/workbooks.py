"""Reports in files: CSV and workbooks become grids, grids become figures, figures a tally."""

from __future__ import annotations

from pathlib import Path

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike
from coverage_campaign.reporting.baselines import Baseline
from coverage_campaign.reporting.counts import Period, Tally
from coverage_campaign.reporting.headings import FigureKind
from coverage_campaign.reporting.reckoning import reckon
from coverage_campaign.reporting.tables import Columns, figures_of_frame

__all__ = ["read_reports"]


def read_reports(
    path_or_frame: str | Path | IntoFrame,
    campaign: Campaign,
    *,
    figures: FigureKind,
    by: Period = "month",
    baseline: Baseline = None,
    as_of: DateLike | None = None,
    simulated: bool = False,
    unit: str = "",
    date: str = "",
    persons: str = "",
    channel: str = "",
    target: str = "",
    rate: str = "",
    period: DateLike | None = None,
) -> Tally:
    """Return the tally of the figures that units reported, each row counted or explained.

    Takes a data frame of any engine or a file's path. A long table has a column for the unit (code,
    name or alias), one for the date and one for the persons, and may have channel, target and rate;
    a wide one has a column per period or per unit. Columns are known by their headings, or named:
    `unit="postal", persons="dose1_18plus"`. `period` dates a table that has no dates.

    `figures="new"`: each figure is the persons of its day or month [persons]. `"cumulative"`: each
    is the persons so far; what it adds to the unit's figure before it counts on its day (or in its
    month), and a fall counts as negative persons. The first figure is stock, never new: the last
    one before the campaign's first day where there is one, else the first of all. With a `baseline`
    (0, or persons by unit) the difference to it is new.

    With `by="month"`, dates that are all first days of months name the months. With `as_of`, what
    is dated later is not counted. Reports without channels carry the channel 'all'.

    In `.problems`, not counted: no_date, not_a_date, not_yet_reported, unknown_unit,
    unknown_channel, no_figure, not_a_count, below_zero, outside_campaign, double (a second row with
    the same figure for a unit, channel and date), contradicting (rows with different figures: none
    of them counts). Counted, with a doubt: fall, no_report (a period in which nobody reported, or a
    unit did not), above_eligible, rate_differs (a printed rate that is not persons / target, or
    persons / eligible, at the precision of the print).

    Raises `ReportError` where the table as a whole cannot be read.
    """
    columns = Columns(
        unit=unit, date=date, persons=persons, channel=channel, target=target, rate=rate
    )
    if isinstance(path_or_frame, (str, Path)):
        table = pd.read_csv(path_or_frame)
    else:
        table = _pandas(path_or_frame)
    labels = table.index

    def place(row: int, heading: str) -> str:
        return f"reports, row {labels[row]}, column {heading!r}"

    read = figures_of_frame(
        table, campaign, kind=figures, columns=columns, source="reports", place=place, period=period
    )
    return reckon(
        read,
        campaign,
        kind=figures,
        by=by,
        baseline=baseline,
        as_of=as_of,
        simulated=simulated,
    )


def _pandas(frame: IntoFrame) -> pd.DataFrame:
    if isinstance(frame, pd.DataFrame):
        return frame
    eager = nw.from_native(frame).lazy().collect()
    return pd.DataFrame(eager.to_dict(as_series=False))
