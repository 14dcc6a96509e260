"""When what is done: phases within phases, their activities and shares, and milestones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from graphlib import TopologicalSorter

import attrs

from coverage_campaign.checks import checked_fields, from_zero
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.dates import MonthDay, not_before, to_month_day, to_optional_day
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.targets import is_share, to_optional_rate
from coverage_campaign.model.units import to_codes

__all__ = ["Activity", "Milestone", "Phase", "parents_first", "resolved"]


@attrs.frozen(field_transformer=checked_fields)
class Activity:
    """Something to be done in a phase; a milestone is one that can be seen to have happened."""

    code: str
    label: Label = attrs.field(converter=to_label)
    starts: MonthDay | dt.date | None = attrs.field(default=None, converter=to_optional_day)
    ends: MonthDay | dt.date | None = attrs.field(
        default=None, converter=to_optional_day, validator=not_before("starts")
    )
    milestone: bool = False
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Phase:
    """A stretch of days, both ends inside; a drive is a phase inside a phase (`parent`).

    `groups` are the target groups that it works on, `channels` the ways of enrolment that it is
    about where the source says so, `supports` the units asked to cooperate.
    `supports_unnamed` says that the source asks "the departments concerned" without naming them,
    `days_derived` that the source gives months and the days were taken from them. `share` is the
    part of the target that the phase is to bring (a fraction of one), None where none is set.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    starts: MonthDay | dt.date = attrs.field(converter=to_month_day)
    ends: MonthDay | dt.date = attrs.field(converter=to_month_day, validator=not_before("starts"))
    parent: str | None = None
    groups: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    supports: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    supports_unnamed: bool = False
    days_derived: bool = False
    activities: tuple[Activity, ...] = attrs.field(default=(), converter=tuple[Activity, ...])
    clause: str = ""
    channels: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    share: Fraction | None = attrs.field(
        default=None, converter=to_optional_rate, validator=is_share, kw_only=True
    )


@attrs.frozen(field_transformer=checked_fields)
class Milestone:
    """How much of a target is to be done by the end of the day `by`: a share, or persons.

    `target` is the code of the target, '' for the campaign's headcount. Both kinds count from the
    first day: "60 % by the end of June" is all that is done until then.

    >>> Milestone("half-year", "60 % by the end of June", by="06-30", share="60%").share
    Fraction(3, 5)
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    by: MonthDay | dt.date = attrs.field(converter=to_month_day)
    share: Fraction | None = attrs.field(
        default=None, converter=to_optional_rate, validator=is_share, kw_only=True
    )
    persons: int | None = attrs.field(default=None, validator=from_zero, kw_only=True)
    target: str = attrs.field(default="", kw_only=True)
    clause: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a milestone that says both how much and how many, or neither."""
        if (self.share is None) == (self.persons is None):
            found = "neither" if self.share is None else "both"
            fix = "give either share or persons"
            raise DefinitionError(
                Problem("share", message("{found} share and persons", found=found), fix)
            )


def resolved(day: MonthDay | dt.date, earliest: dt.date) -> dt.date:
    """Return a day of the year as the first such date from `earliest` on; a date as it is."""
    return day.on_or_after(earliest) if isinstance(day, MonthDay) else day


def parents_first(phases: tuple[Phase, ...]) -> Iterator[Phase]:
    """Yield each phase after its parent; the campaign was checked to have no circle."""
    phase_of = {phase.code: phase for phase in phases}
    order = TopologicalSorter(
        {phase.code: [phase.parent] if phase.parent else [] for phase in phases}
    )
    yield from (phase_of[code] for code in order.static_order())
