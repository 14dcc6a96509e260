"""Plans and tallies made by hand for the tests of progress."""

import datetime as dt
from collections.abc import Iterable
from functools import cache

import pandas as pd

from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.problems import ReportProblems
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scheduling.schedule import Plan, schedule
from support.campaigns import tiny

Row = tuple[str, str, str, int]


@cache
def planned(campaign: Campaign | None = None, *, by: str = "day") -> Plan:
    """Return the plan of the tiny campaign: 50, 30 and 20 persons over 1 to 10 June 2026."""
    weights = {"a": 500, "b": 300, "c": 200}
    allocation = allocate(campaign or tiny(), among="counties", weights=weights)
    return schedule(allocation, over="drive", by=by)


def tallied(
    rows: Iterable[Row],
    *,
    campaign: Campaign | None = None,
    by: str = "day",
    as_of: dt.datetime | None = None,
    stock: Iterable[tuple[str, str, int]] = (),
    groups: Iterable[str | None] | None = None,
) -> Tally:
    """Return a tally of (unit, first day of the period, channel, persons)."""
    rows = list(rows)
    frame = pd.DataFrame(
        {
            "unit": pd.array([row[0] for row in rows], dtype="str"),
            "period": pd.to_datetime([row[1] for row in rows]).as_unit("s"),
            "channel": pd.array([row[2] for row in rows], dtype="str"),
            "persons": pd.array([row[3] for row in rows], dtype="Int64"),
        }
    )
    if groups is not None:
        frame["group"] = pd.array(list(groups), dtype="str")
    stock = list(stock)
    before = pd.DataFrame(
        {
            "unit": pd.array([row[0] for row in stock], dtype="str"),
            "period": pd.to_datetime([row[1] for row in stock]).as_unit("s"),
            "persons": pd.array([row[2] for row in stock], dtype="Int64"),
        }
    )
    campaign = campaign or tiny()
    return Tally(
        campaign=campaign,
        frame=frame,
        as_of=as_of,
        by=by,
        basis=campaign.basis(),
        problems=ReportProblems(),
        rows_in=len(rows),
        stock=before,
    )


DAILY: tuple[Row, ...] = (
    ("a", "2026-06-01", "new_employer", 10),
    ("a", "2026-06-03", "resumed", 5),
    ("a", "2026-06-03", "lapsed", 2),
    ("b", "2026-06-02", "new_employer", 0),
)
"""Ash: 10 + 5 persons and 2 lost; Birch: a reported zero; Cedar: nothing ever."""


def received(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Return the list of reports that came in: unit, period, received_on."""
    return pd.DataFrame(rows, columns=["unit", "period", "received_on"])
