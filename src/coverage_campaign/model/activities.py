"""What is to be done besides enrolling: activities and milestones, due, done or late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import pandas as pd

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date

__all__ = ["activities"]


@checked_call
def activities(
    campaign: Campaign,
    *,
    as_of: DateLike,
    done: Mapping[str, DateLike] | Iterable[str] = (),
) -> pd.DataFrame:
    """Return one row per activity: activity, name, phase, first, last, milestone, done_on, status.

    An activity without days of its own has its phase's. `status` at the end of `as_of` is 'done',
    'late' (its last day is over), 'due' (its days have begun) or 'to come'.

    Args:
        campaign: The campaign whose phases have the activities.
        as_of: The day that is asked about.
        done: What is done, by activity code; with a date, from that day on.

    Raises:
        DefinitionError: A code that no activity has.

    >>> import coverage_campaign as cc
    >>> notice = cc.load_case("hengyang", year=2008)
    >>> table = activities(notice, as_of="2008-06-02", done=["city-event"])
    >>> table.loc[table["milestone"], ["activity", "status"]].values.tolist()
    [['city-event', 'done']]
    """
    day = to_date(as_of, where="as_of")
    dates: dict[str, dt.date | None] = (
        {str(code): to_date(on, where=f"done['{code}']") for code, on in done.items()}
        if isinstance(done, Mapping)
        else dict.fromkeys(map(str, done))
    )
    rows = []
    for phase in campaign.phases:
        window = campaign.window(phase.code)
        for activity in phase.activities:
            starts, ends = activity.starts, activity.ends
            first = campaign.resolve(starts, phase=phase.code) if starts else window.first
            last = campaign.resolve(ends, phase=phase.code) if ends else window.last
            known = activity.code in dates
            on = dates.get(activity.code)
            finished = known and (on is None or on <= day)
            status = "done" if finished else _status(first, last, day)
            rows.append(
                (
                    *(activity.code, activity.label.text(), phase.code, first, last),
                    *(activity.milestone, on if finished else None, status),
                )
            )
    unknown = sorted(set(dates) - {row[0] for row in rows})
    if unknown:
        raise DefinitionError(
            [
                Problem(f"done['{code}']", "no such activity", "name activities of the campaign")
                for code in unknown
            ]
        )
    columns = ["activity", "name", "phase", "first", "last", "milestone", "done_on", "status"]
    frame = pd.DataFrame(rows, columns=columns)
    texts = dict.fromkeys(("activity", "name", "phase", "status"), "str")
    days = dict.fromkeys(("first", "last", "done_on"), "datetime64[s]")
    return frame.astype({**texts, **days, "milestone": "bool"})


def _status(first: dt.date, last: dt.date, day: dt.date) -> str:
    if last < day:
        return "late"
    return "due" if first <= day else "to come"
