"""Who answers for what, who reports to whom by when, and what counts."""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypeAlias

import attrs

from coverage_campaign.checks import a_term, between, checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.dates import MonthDay, Period, not_before, to_optional_day
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.units import to_codes

__all__ = [
    "CountedAt",
    "CountingRule",
    "DueIn",
    "LeadingGroup",
    "ReportingRule",
    "Responsibility",
    "Role",
    "Seat",
    "SeatRole",
]

Role: TypeAlias = Literal["lead", "support", "collect", "fund", "gate", "inspect", "publicise"]
SeatRole: TypeAlias = Literal["head", "deputy", "member"]


@attrs.frozen(field_transformer=checked_fields)
class Responsibility:
    """A unit's duty: its role, and the groups or channels that it covers (none = all of them).

    `starts` and `ends` bound it in time where the source does; both ends count.
    """

    unit: str
    role: Role
    groups: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    channels: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    starts: MonthDay | dt.date | None = attrs.field(default=None, converter=to_optional_day)
    ends: MonthDay | dt.date | None = attrs.field(
        default=None, converter=to_optional_day, validator=not_before("starts")
    )
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Seat:
    """A seat in a leading group: held by an office of a unit, never by a named person."""

    role: SeatRole
    office: Label = attrs.field(converter=to_label)
    unit: str | None = None


@attrs.frozen(field_transformer=checked_fields)
class LeadingGroup:
    """The body that steers the campaign at a unit; units of `mirrored_by` kinds set up the same.

    `established` names the units that are known to have done so. `open_ended` says that the
    source's list of members ends in "and others".
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    unit: str
    seats: tuple[Seat, ...] = attrs.field(default=(), converter=tuple[Seat, ...])
    mirrored_by: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    established: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    open_ended: bool = False
    clause: str = ""


CountedAt: TypeAlias = Literal["registered", "first_paid"]
"""The event by which a person counts."""
DueIn: TypeAlias = Literal["following", "same"]
"""The period in which a report is due: the one after the reported period, or that one itself."""

_LAST_START = {"day": 1, "week": 7, "month": 28, "quarter": 1}
_LAST_DUE_DAY = {"day": 1, "week": 7, "month": 31, "quarter": 31}


@attrs.frozen(field_transformer=checked_fields)
class CountingRule:
    """What counts towards the target, where the source says so; None = it does not.

    `net` takes losses off (then the reading `counted` is not asked); `at` is the event by which a
    person counts; `channels` are the ones that count, none named = every channel.
    """

    net: bool | None = None
    at: CountedAt | None = None
    channels: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class ReportingRule:
    """Every `period`, each unit of `kinds` reports to the unit `to`.

    `starts_on` is the first day of a period: of a month its day (26 = from the 26th to the 25th,
    which is called by the month in which it ends), of a week its day from 1 = Monday to 7.

    `due_day` is the day by whose end a report is on time, None where the source names none: then
    it is the reading `report_due_day`. It is a day of the month (of a week: 1 = Monday to 7) that
    follows the reported period, or with `due_in="same"` of the reported period itself: a report
    of July "by the 25th of the month" is due on 25 July. Of a quarter it is a day of the first
    month that follows, or of its own last month.

    `hops` counts how often a report is handed on before it arrives; each hop has `days_per_hop`
    calendar days.
    """

    period: Period = "month"
    kinds: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    to: str = ""
    due_day: int | None = attrs.field(default=None, validator=between(1, 31))
    hops: int = attrs.field(default=1, validator=between(0, 99))
    days_per_hop: int = attrs.field(default=0, validator=a_term)
    clause: str = ""
    starts_on: int = attrs.field(default=1, validator=between(1, 28), kw_only=True)
    due_in: DueIn = attrs.field(default="following", kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse days that such a period does not have."""
        days = (
            ("starts_on", self.starts_on, _LAST_START),
            ("due_day", self.due_day, _LAST_DUE_DAY),
        )
        for name, day, last_of in days:
            last = last_of[self.period]
            if day is not None and day > last:
                fix = f"of a {self.period}, give 1" + (f" to {last}" if last > 1 else "")
                raise DefinitionError(Problem(name, f"{day}", fix))
