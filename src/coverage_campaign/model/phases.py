"""When what is done: phases within phases, their activities, their groups, who helps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import attrs

from coverage_campaign.model.dates import MonthDay, to_month_day
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.units import to_codes

__all__ = ["Activity", "Phase", "parents_first", "resolved"]


def _to_optional_day(value: MonthDay | dt.date | str | None) -> MonthDay | dt.date | None:
    return None if value is None else to_month_day(value)


@attrs.frozen
class Activity:
    """Something to be done in a phase; a milestone is one that can be seen to have happened."""

    code: str
    label: Label = attrs.field(converter=to_label)
    starts: MonthDay | dt.date | None = attrs.field(default=None, converter=_to_optional_day)
    ends: MonthDay | dt.date | None = attrs.field(default=None, converter=_to_optional_day)
    milestone: bool = False
    clause: str = ""


def _to_activities(value: Iterable[Activity]) -> tuple[Activity, ...]:
    return tuple(value)


@attrs.frozen
class Phase:
    """A stretch of days, both ends inside; a drive is a phase inside a phase (`parent`).

    `groups` are the target groups that it works on, `channels` the ways of enrolment that it is
    about where the source says so, `supports` the units asked to cooperate.
    `supports_unnamed` says that the source asks "the departments concerned" without naming them,
    `days_derived` that the source gives months and the days were taken from them.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    starts: MonthDay | dt.date = attrs.field(converter=to_month_day)
    ends: MonthDay | dt.date = attrs.field(converter=to_month_day)
    parent: str | None = None
    groups: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    supports: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    supports_unnamed: bool = False
    days_derived: bool = False
    activities: tuple[Activity, ...] = attrs.field(default=(), converter=_to_activities)
    clause: str = ""
    channels: tuple[str, ...] = attrs.field(default=(), converter=to_codes)


def resolved(day: MonthDay | dt.date, earliest: dt.date) -> dt.date:
    """Return a day of the year as the first such date from `earliest` on; a date as it is."""
    return day.on_or_after(earliest) if isinstance(day, MonthDay) else day


def parents_first(phases: tuple[Phase, ...]) -> Iterator[Phase]:
    """Yield each phase after its parent; the campaign was checked to have no circle."""
    done: set[str] = set()
    waiting = list(phases)
    while waiting:
        ready = [phase for phase in waiting if not phase.parent or phase.parent in done]
        yield from ready
        done.update(phase.code for phase in ready)
        waiting = [phase for phase in waiting if phase.code not in done]
