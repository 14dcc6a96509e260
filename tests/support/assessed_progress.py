"""A progress of the tiny campaign with any counts, made by the library's own stages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.progress.progress import Progress, track
from coverage_campaign.reporting.problems import ReportProblems
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scheduling.schedule import schedule


def progress_of(
    campaign: Campaign,
    done: Mapping[str, int | None],
    *,
    shares: Mapping[str, int],
    among: str = "counties",
    uplift: int | str = 0,
    received: Mapping[str, str] | None = None,
) -> Progress:
    """Return a progress at the end of June 2026: `done` and `shares` [persons] by unit code.

    A unit whose count is None reported nothing. `received` maps a unit to the day on which its
    report for June came in; a unit that it leaves out sent none.
    """
    total = sum(shares.values())
    plan = schedule(
        allocate(
            campaign,
            among=among,
            weights=dict(shares),
            target=total,
            uplift=uplift,
        ),
        over="drive",
    )
    known = {unit: persons for unit, persons in done.items() if persons is not None}
    frame = pd.DataFrame(
        {
            "unit": pd.array(list(known), dtype="str"),
            "period": pd.array([pd.Timestamp("2026-06-01")] * len(known), dtype="datetime64[s]"),
            "channel": pd.array(["new_employer"] * len(known), dtype="str"),
            "persons": pd.array(list(known.values()), dtype="Int64"),
        }
    )
    tally = Tally(
        campaign=campaign,
        frame=frame,
        as_of=dt.datetime(2026, 7, 31, 23, 59, 59),  # noqa: DTZ001 - civil time
        by="month",
        basis=campaign.basis(),
        problems=ReportProblems(),
        rows_in=len(known),
    )
    reports = None
    if received is not None:
        reports = pd.DataFrame(
            {
                "unit": pd.array(list(received), dtype="str"),
                "period": pd.array(
                    [pd.Timestamp("2026-06-01")] * len(received), dtype="datetime64[s]"
                ),
                "received_on": pd.to_datetime(pd.Series(list(received.values()), dtype="str")),
            }
        )
    return track(plan, tally, as_of="2026-06-30", received=reports)
