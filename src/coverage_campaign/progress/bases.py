"""All usual ways to say how much was to be done by a day, side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

import attrs
import pandas as pd

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import Window, days_of
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["Base", "bases_of", "bases_table"]


@attrs.frozen
class Base:
    """One way to say it: its code, the days it runs over, and the exact share that is over."""

    code: str
    over: str
    days: int
    share: Fraction


def bases_of(plan: Plan, as_of: dt.date) -> tuple[Base, ...]:
    """Return every usual basis of a schedule at the end of a day.

    months: twelfths of the campaign's year, one for each month that is over. year: calendar days
    of that year. to-year-end: from the campaign's first day to 31 December. campaign: all of its
    days. One for each phase; drives: the union of the days of the phases inside a phase. plan-days:
    the plan's days, each the same. plan: its curve.
    """
    return tuple(_bases(plan, as_of))


def _bases(plan: Plan, as_of: dt.date) -> Iterator[Base]:
    campaign = plan.campaign
    year = Window(dt.date(campaign.year, 1, 1), dt.date(campaign.year, 12, 31))
    yield Base("months", f"the twelve months of {campaign.year}", year.days, _twelfths(year, as_of))
    yield Base("year", str(year), year.days, year.share(as_of))
    whole = campaign.whole_window
    if whole.first <= year.last:
        rest = Window(whole.first, year.last)
        yield Base("to-year-end", str(rest), rest.days, rest.share(as_of))
    yield Base("campaign", str(whole), whole.days, whole.share(as_of))
    for phase in campaign.phases:
        window = campaign.window(phase.code)
        yield Base(phase.code, str(window), window.days, window.share(as_of))
    yield from _drives(campaign, as_of)
    over = len(plan.days) - plan.days_left(as_of)
    span = " + ".join(plan.over)
    days = len(plan.days)
    yield Base("plan-days", f"the days of {span}", days, Fraction(over, days))
    yield Base("plan", f"{plan.curve_name} over {span}", days, plan.share_on(as_of))


def _twelfths(year: Window, as_of: dt.date) -> Fraction:
    if as_of < year.first:
        return Fraction(0)
    if as_of >= year.last:
        return Fraction(1)
    tomorrow = as_of + dt.timedelta(days=1)
    return Fraction(tomorrow.month - 1, 12)


def _drives(campaign: Campaign, as_of: dt.date) -> Iterator[Base]:
    inner = [campaign.window(phase.code) for phase in campaign.phases if phase.parent]
    if inner:
        days = days_of(inner)
        over = sum(day <= as_of for day in days.tolist())
        yield Base("drives", "days with a drive", len(days), Fraction(over, len(days)))


def bases_table(bases: tuple[Base, ...], *, target: int, done: int | None) -> pd.DataFrame:
    """Return one row per basis: basis, over, days, planned_rate, planned, gap_persons, gap_points.

    `planned` is the target times the share, rounded half up to whole persons; the gaps are done -
    planned; <NA> where nothing is known to be done, or the target is 0.
    """
    half = Fraction(1, 2)
    planned = [(target * base.share + half).__floor__() for base in bases]
    missing = done is None
    gaps = [None if done is None else done - persons for persons in planned]
    points = [None if missing or target == 0 or gap is None else 100 * gap / target for gap in gaps]
    return pd.DataFrame(
        {
            "basis": pd.array([base.code for base in bases], dtype="str"),
            "over": pd.array([base.over for base in bases], dtype="str"),
            "days": pd.array([base.days for base in bases], dtype="Int64"),
            "planned_rate": pd.array([float(base.share) for base in bases], dtype="Float64"),
            "planned": pd.array(planned, dtype="Int64"),
            "gap_persons": pd.array(gaps, dtype="Int64"),
            "gap_points": pd.array(points, dtype="Float64"),
        }
    )
