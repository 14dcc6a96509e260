"""What a bulletin tells, gathered once before it is put into words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import attrs
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage_campaign.progress.forecast.forecast import Forecast
    from coverage_campaign.progress.track import Progress
    from coverage_campaign.views.documents.standing_rows import BulletinRow
    from coverage_campaign.views.standings import Standing

__all__ = ["BulletinFacts", "NextReport", "Outlook"]


@attrs.frozen(kw_only=True)
class Outlook:
    """Where the pace leads: persons at the end, their range and its probability, the chance."""

    expected: int
    low: int
    high: int
    level: float
    chance: float


@attrs.frozen(kw_only=True)
class NextReport:
    """The report that comes next: the month that it is about, and the day that it is due."""

    month: dt.date
    due: dt.date


@attrs.frozen(eq=False, kw_only=True)
class BulletinFacts:
    """A progress as a bulletin reads it."""

    progress: Progress
    rows: tuple[BulletinRow, ...]
    whole: Standing
    outlook: Outlook | None

    @classmethod
    def of(
        cls,
        progress: Progress,
        rows: Sequence[BulletinRow],
        whole: Standing,
        forecast: Forecast | None,
    ) -> BulletinFacts:
        """Return the facts of a progress and, where there is one, of its forecast."""
        outlook = None if forecast is None else _outlook(forecast)
        return cls(progress=progress, rows=tuple(rows), whole=whole, outlook=outlook)

    @property
    def ranked(self) -> tuple[Standing, ...]:
        """The units that have a rank, best first."""
        return tuple(row.standing for row in self.rows if row.standing.rank is not None)

    @property
    def well(self) -> tuple[Standing, ...]:
        """The ranked units that are not behind the schedule, best first."""
        return tuple(one for one in self.ranked if (one.gap_points or 0) >= 0)

    @property
    def late(self) -> tuple[Standing, ...]:
        """The ranked units that are behind the schedule, the furthest behind first."""
        behind = [one for one in self.ranked if (one.gap_points or 0) < 0]
        return tuple(sorted(behind, key=lambda one: one.gap_points or 0))

    @property
    def unranked(self) -> tuple[BulletinRow, ...]:
        """The units without a rank."""
        return tuple(row for row in self.rows if row.standing.rank is None)

    @property
    def odd(self) -> tuple[BulletinRow, ...]:
        """The units whose figures bear a sign to check."""
        return tuple(row for row in self.rows if row.standing.signs)

    @property
    def burdens(self) -> tuple[Standing, ...]:
        """The units whose burden is known, the heaviest first."""
        known = [row.standing for row in self.rows if row.standing.burden is not None]
        return tuple(sorted(known, key=lambda one: -(one.burden or 0.0)))

    @property
    def ends_on(self) -> dt.date:
        """The last day of the plan."""
        last: dt.date = self.progress.plan.days[-1].astype(object)
        return last

    @property
    def days_left(self) -> int:
        """Calendar days from the day after the last one counted to the end of the plan."""
        return max((self.ends_on - self.progress.as_of).days, 0)

    @property
    def on_time(self) -> int | None:
        """How many reports came in time, None where nobody knows."""
        value = self.progress.totals()["reports_on_time"].iloc[0]
        return None if pd.isna(value) else int(value)

    @property
    def next_report(self) -> NextReport | None:
        """The next monthly report, where the campaign says when it is due and one is to come."""
        campaign = self.progress.campaign
        if campaign.reporting is None:
            return None
        day = campaign.reporting.due_day or campaign.readings.report_due_day
        first = (self.progress.as_of + dt.timedelta(days=1)).replace(day=1)
        if day is None or first > self.ends_on or self.progress.as_of >= self.ends_on:
            return None
        after = (first + dt.timedelta(days=31)).replace(day=1)
        return NextReport(month=first, due=after.replace(day=min(day, 28)))


def _outlook(forecast: Forecast) -> Outlook | None:
    row = forecast.totals().iloc[0]
    if row.isna()[["expected", "chance"]].any():
        return None
    return Outlook(
        expected=int(row["expected"]),
        low=int(row["low"]),
        high=int(row["high"]),
        level=forecast.level,
        chance=float(row["chance"]),
    )
