"""Who answers for what: duties, leading groups, offices."""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypeAlias

import attrs

from coverage_campaign.checks import checked_fields
from coverage_campaign.model.dates import MonthDay, not_before, to_month_day
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.units import to_codes

__all__ = ["LeadingGroup", "Responsibility", "Role", "Seat", "SeatRole"]

Role: TypeAlias = Literal["lead", "support", "collect", "fund", "gate", "inspect", "publicise"]
SeatRole: TypeAlias = Literal["head", "deputy", "member"]


def _to_optional_day(value: MonthDay | dt.date | str | None) -> MonthDay | dt.date | None:
    return None if value is None else to_month_day(value)


@attrs.frozen(field_transformer=checked_fields)
class Responsibility:
    """A unit's duty: its role, and the groups or channels that it covers (none = all of them).

    `starts` and `ends` bound it in time where the source does; both ends count.
    """

    unit: str
    role: Role
    groups: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    channels: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    starts: MonthDay | dt.date | None = attrs.field(default=None, converter=_to_optional_day)
    ends: MonthDay | dt.date | None = attrs.field(
        default=None, converter=_to_optional_day, validator=not_before("starts")
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
